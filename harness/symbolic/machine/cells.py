"""Words and parts of words in memory, side by side: what `memory` keeps in its layers."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from dataclasses import dataclass

from harness.symbolic.terms import Int
from harness.symbolic.terms.slices import slice_bits

__all__ = ["Access", "Cells", "Run"]


@dataclass(frozen=True, slots=True)
class Access:
    """One access to memory."""

    address: Int
    length: Int
    stored: Int | None
    """The word, if it is a store of a word."""
    writes: bool


class Run:
    """Cells at constant offsets from one base: offset to (term, width), never overlapping."""

    __slots__ = ("cells", "starts")

    def __init__(self) -> None:
        self.starts: list[int] = []
        self.cells: dict[int, tuple[Int, int]] = {}

    def copy(self) -> Run:
        other = Run()
        other.starts = self.starts[:]
        other.cells = self.cells.copy()
        return other

    @property
    def first(self) -> int:
        return self.starts[0]

    @property
    def end(self) -> int:
        last = self.starts[-1]
        return last + self.cells[last][1]

    def put(self, start: int, value: Int, width: int) -> None:
        old = self.cells.get(start)
        if old is not None and old[1] == width:
            self.cells[start] = (value, width)
            return
        self._clear(start, start + width)
        insort(self.starts, start)
        self.cells[start] = (value, width)

    def _clear(self, start: int, end: int) -> None:
        """Cut a hole, keeping the parts of cells that stick out."""
        index = bisect_right(self.starts, start) - 1
        if index < 0 or self.starts[index] + self.cells[self.starts[index]][1] <= start:
            index += 1
        while index < len(self.starts) and self.starts[index] < end:
            at = self.starts.pop(index)
            value, width = self.cells.pop(at)
            if at < start:
                self.starts.insert(index, at)
                self.cells[at] = (slice_bits(value, 8 * (width - (start - at))), start - at)
                index += 1
            if at + width > end:
                rest = at + width - end
                self.starts.insert(index, end)
                self.cells[end] = (slice_bits(value, 0, 8 * rest), rest)
                index += 1

    def at(self, offset: int) -> tuple[int, Int, int] | None:
        """The cell (start, term, width) that contains an offset."""
        index = bisect_right(self.starts, offset) - 1
        if index < 0:
            return None
        start = self.starts[index]
        value, width = self.cells[start]
        return (start, value, width) if offset < start + width else None

    def next_after(self, offset: int) -> int | None:
        """Where the first cell at or after an offset starts."""
        index = bisect_left(self.starts, offset)
        return self.starts[index] if index < len(self.starts) else None


class Cells:
    """Runs of cells; runs of different bases are known not to overlap."""

    __slots__ = ("runs",)

    def __init__(self) -> None:
        self.runs: dict[Int | None, Run] = {}

    def copy(self) -> Cells:
        other = Cells()
        other.runs = {base: run.copy() for base, run in self.runs.items()}
        return other
