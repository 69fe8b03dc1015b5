"""From a program counter to the source: solc's compressed source maps."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from harness.compile.bytecode import instruction_offsets

__all__ = ["SourceLocation", "SourceMap", "SourceRange"]


@dataclass(frozen=True, slots=True)
class SourceRange:
    """The piece of source that an instruction was made from."""

    start: int
    """Byte offset in the UTF-8 text; -1 if the instruction belongs to no source."""

    length: int
    """Length in bytes; -1 if unknown."""

    file_id: int
    """solc's number of the source; -1 for none."""

    jump: Literal["i", "o", "-"]
    """A jump into a function, out of one, or a plain one."""

    modifier_depth: int
    """How many modifiers the instruction is nested in."""


@dataclass(frozen=True)
class SourceLocation:
    """A place in a source text for a person to read."""

    path: str
    """Source path as the build knows it."""

    line: int
    """Line, from 1."""

    column: int
    """Column in characters, from 1."""

    snippet: str
    """The text of the range."""

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


@dataclass(frozen=True)
class SourceMap:
    """Source ranges of the instructions of one bytecode."""

    raw: str = field(repr=False)
    """solc's compressed map `s:l:f:j:m;...`, where an omitted field repeats the last one."""

    code: bytes = field(repr=False)
    """The bytecode that it belongs to."""

    @cached_property
    def ranges(self) -> tuple[SourceRange, ...]:
        """One range for each instruction, in order."""
        start, length, file_id, jump, depth = "-1", "-1", "-1", "-", "0"
        decoded: list[SourceRange] = []
        if not self.raw:
            return ()
        for entry in self.raw.split(";"):
            fields = entry.split(":")
            fields += [""] * (5 - len(fields))
            start, length = fields[0] or start, fields[1] or length
            file_id, jump, depth = fields[2] or file_id, fields[3] or jump, fields[4] or depth
            kind: Literal["i", "o", "-"] = "i" if jump == "i" else "o" if jump == "o" else "-"
            decoded.append(SourceRange(int(start), int(length), int(file_id), kind, int(depth)))
        return tuple(decoded)

    @cached_property
    def _index_of(self) -> Mapping[int, int]:
        return {pc: index for index, pc in enumerate(instruction_offsets(self.code))}

    def at(self, pc: int) -> SourceRange | None:
        """The range of the instruction at `pc`; None inside an operand, in data or metadata."""
        index = self._index_of.get(pc)
        return self.ranges[index] if index is not None and index < len(self.ranges) else None


@dataclass(frozen=True)
class LineIndex:
    """Turns byte offsets of one UTF-8 text into lines and columns."""

    text: str = field(repr=False)
    """The source."""

    @cached_property
    def _encoded(self) -> bytes:
        return self.text.encode()

    @cached_property
    def _starts(self) -> list[int]:
        lines = self._encoded.split(b"\n")
        starts, position = [0], 0
        for line in lines[:-1]:
            position += len(line) + 1
            starts.append(position)
        return starts

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column, both from 1, of a byte offset."""
        line = bisect_right(self._starts, offset)
        begin = self._starts[line - 1]
        return line, len(self._encoded[begin:offset].decode(errors="replace")) + 1

    def slice(self, start: int, length: int) -> str:
        """The text of a byte range."""
        return self._encoded[start : start + length].decode(errors="replace")
