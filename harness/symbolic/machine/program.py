"""Bytecode made ready to run: instructions, operands, jump targets."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from harness.compile import Artifact, StorageLayout, instructions, jump_destinations

__all__ = ["Account", "Program"]


class Program:
    """The code of an account."""

    def __init__(self, code: bytes) -> None:
        self.code = code
        self.operands: dict[int, tuple[int, int]] = {}
        """Offset of each PUSH to the number that it pushes and the offset after it."""
        for instruction in instructions(code):
            value = instruction.value
            if value is not None:
                after = instruction.pc + 1 + instruction.opcode - 0x5F
                self.operands[instruction.pc] = (value, after)
        self.targets = jump_destinations(code)
        """Offsets that can be jumped to."""

    @property
    def length(self) -> int:
        """Length in bytes."""
        return len(self.code)


@dataclass(frozen=True, eq=False)
class Account:
    """A contract that the machine knows: its code is run where it is called."""

    name: str
    """Its name in the system; unique on its chain."""

    address: int
    """Where it is."""

    code: bytes
    """The code as deployed, immutables included."""

    layout: StorageLayout | None = None
    """The layout of its storage; of a proxy, that of what it delegates to. Without one, only
    constant slots and what hangs below them are seen."""

    artifact: Artifact | None = None
    """For the source lines in messages and traces."""

    @cached_property
    def program(self) -> Program:
        """The code made ready."""
        return Program(self.code)

    def line(self, pc: int) -> str:
        """`path:line` of an instruction, "" for code without a source."""
        if self.artifact is None:
            return ""
        source = self.artifact.source_at(pc)
        return f"{source.path}:{source.line}" if source is not None else ""
