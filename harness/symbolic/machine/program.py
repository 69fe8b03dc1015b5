"""Bytecode made ready to run: instructions, operands, jump targets."""

from __future__ import annotations

from collections.abc import Mapping
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

    @cached_property
    def jumps(self) -> Mapping[int, str]:
        """Offsets of the jumps into ("i") and out of ("o") internal functions."""
        if self.artifact is None:
            return {}
        found: dict[int, str] = {}
        for instruction in instructions(self.code):
            if instruction.opcode == 0x56:
                source = self.artifact.runtime_source_map.at(instruction.pc)
                if source is not None and source.jump != "-":
                    found[instruction.pc] = source.jump
        return found

    @cached_property
    def _loops(self) -> tuple[tuple[int, int], ...]:
        """First and last offset of what jumps backwards enclose, calls of functions left out."""
        found: list[tuple[int, int]] = []
        before = None
        for instruction in instructions(self.code):
            if instruction.opcode in (0x56, 0x57) and before is not None:
                target = before.value
                plain = self.jumps.get(instruction.pc, "-") == "-"
                if target is not None and target <= instruction.pc and plain:
                    found.append((target, instruction.pc))
            before = instruction
        return tuple(found)

    def in_loop(self, pc: int) -> bool:
        """Whether an instruction seems to lie in a loop."""
        return any(first <= pc <= last for first, last in self._loops)

    def line(self, pc: int) -> str:
        """`path:line` of an instruction, "" for code without a source."""
        if self.artifact is None:
            return ""
        source = self.artifact.source_at(pc)
        return f"{source.path}:{source.line}" if source is not None else ""
