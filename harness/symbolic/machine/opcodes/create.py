"""New contracts: CREATE, CREATE2 (0xf0, 0xf5)."""

from __future__ import annotations

from harness.symbolic.machine.errors import Halt, Unsupported
from harness.symbolic.machine.opcodes.rule import Family, Rule
from harness.symbolic.machine.path import Frame, Path

__all__ = ["RULES"]


def _create(name: str, needs: int) -> tuple[int, Rule]:
    def create(path: Path, frame: Frame) -> None:
        """Make a new contract."""
        # OPERATION
        if frame.static:
            raise Halt(f"write protection: {name} inside STATICCALL")
        raise Unsupported(f"opcode {name}")

    return needs, create


RULES: Family = {0xF0: _create("CREATE", 3), 0xF5: _create("CREATE2", 4)}
