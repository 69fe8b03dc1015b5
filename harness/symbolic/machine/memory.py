"""The memory of a frame: what was written where, latest first, over zeros.

Writes of whole terms at a constant distance from a common base (0, or a symbolic pointer such as
the free memory pointer behind an unknown `bytes`) are kept in `_Cells`, and reads of what was
written return the very term. Writes of symbolic length are layers of their own, `_Far`. A read
goes down the layers; where the path does not tell whether a layer is hit, it is Unsupported.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from typing import Final

from harness.symbolic.machine.data import Data, Extract, Literal, Order, Piece, Word, Zeros
from harness.symbolic.machine.errors import Halt, Unsupported
from harness.symbolic.terms import Int, const, linear
from harness.symbolic.terms.node import CONST
from harness.symbolic.terms.slices import slice_bits

__all__ = ["Memory"]

_WORD: Final = 32
_LARGEST: Final = 1 << 40
"""No gas limit pays for memory up to here: an access beyond is out of gas."""


class _Run:
    """Cells at constant offsets from one base: offset to (term, width), never overlapping."""

    __slots__ = ("cells", "starts")

    def __init__(self) -> None:
        self.starts: list[int] = []
        self.cells: dict[int, tuple[Int, int]] = {}

    def copy(self) -> _Run:
        other = _Run()
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


class _Cells:
    """Runs of cells; runs of different bases are known not to overlap."""

    __slots__ = ("runs",)

    def __init__(self) -> None:
        self.runs: dict[Int | None, _Run] = {}

    def copy(self) -> _Cells:
        other = _Cells()
        other.runs = {base: run.copy() for base, run in self.runs.items()}
        return other


class _Far:
    """One write of symbolic length."""

    __slots__ = ("data", "end", "start")

    def __init__(self, start: Int, data: Data) -> None:
        self.start = start
        self.data = data
        self.end = linear.add(start, data.length)


def _split(address: Int) -> tuple[Int | None, int]:
    """An address as (base, constant offset); no base for constants."""
    if address.op == CONST:
        return None, address.data
    constant = linear.split(address)[2]
    return linear.shift(address, -constant), constant


class Memory:
    """The memory of one frame. `fork` gives a copy that shares what is not changed later."""

    __slots__ = ("_layers", "_owned", "extent")

    def __init__(self) -> None:
        self._layers: list[_Cells | _Far] = [_Cells()]
        self._owned = True
        self.extent: int | None = 0
        """MSIZE in bytes; None once it depends on symbols."""

    def fork(self) -> Memory:
        """A copy; both sides copy what they change from now on."""
        other = Memory.__new__(Memory)
        other._layers = self._layers
        other._owned = self._owned = False
        other.extent = self.extent
        return other

    def layers(self) -> tuple[object, ...]:
        """What tells two memories apart by identity, for the analysis of loops."""
        return tuple(self._layers)

    # Access

    def load(self, address: Int, order: Order) -> Int:
        """The word at an address."""
        address = self._touch(address, const(_WORD), order)
        if address.op == CONST:
            top = self._layers[-1]
            if isinstance(top, _Cells):
                run = top.runs.get(None)
                if run is not None:
                    cell = run.cells.get(address.data)
                    if cell is not None and cell[1] == _WORD:
                        return cell[0]
        return self._read(address, const(_WORD), order).as_number(_WORD, order)

    def store(self, address: Int, value: Int, width: int, order: Order) -> None:
        """Write the low `width` bytes of a term, which has no more."""
        address = self._touch(address, const(width), order)
        base, offset = _split(address)
        self._put(base, offset, value, width, order)

    def read(self, address: Int, length: Int, order: Order) -> Data:
        """A range of bytes."""
        length = order.facts.rewrite(length)
        if length.op == CONST and length.data == 0:
            return Data()
        return self._read(self._touch(address, length, order), length, order)

    def write(self, address: Int, data: Data, order: Order) -> None:
        """Write a byte string; one whose length is 0 on this path changes nothing."""
        data = data if data.length.op == CONST else data.rewrite(order.facts)
        if data.length.op == CONST and data.length.data == 0:
            return
        address = self._touch(address, data.length, order)
        if not all(isinstance(piece, Literal) for piece in data.pieces):
            self._own()
            self._layers.append(_Far(address, data))
            return
        base, offset = _split(address)
        for piece in data.pieces:
            assert isinstance(piece, Literal)
            for at in range(0, piece.width, _WORD):
                size = min(_WORD, piece.width - at)
                part = slice_bits(piece.value, 8 * (piece.width - at - size), 8 * size)
                self._put(base, offset + at, part, size, order)
            offset += piece.width

    def touch(self, address: Int, length: Int, order: Order) -> None:
        """Note an access that changes nothing, such as the area for what a call returns."""
        length = order.facts.rewrite(length)
        if length.op != CONST or length.data:
            self._touch(address, length, order)

    def _touch(self, address: Int, length: Int, order: Order) -> Int:
        """The address with what the path knows; `extent` grows."""
        if address.op != CONST:
            address = order.facts.rewrite(address)
        if address.op == CONST and length.op == CONST:
            end = address.data + length.data
            if end > _LARGEST:
                raise Halt("out of gas: memory beyond any gas limit")
            if self.extent is not None and end > self.extent:
                self.extent = (end + _WORD - 1) // _WORD * _WORD
        else:
            self.extent = None
        return address

    # Writing

    def _own(self) -> None:
        """Make the list of layers and the top layer our own."""
        if not self._owned:
            self._layers = self._layers[:]
            top = self._layers[-1]
            if isinstance(top, _Cells):
                self._layers[-1] = top.copy()
            self._owned = True

    def _put(self, base: Int | None, offset: int, value: Int, width: int, order: Order) -> None:
        self._own()
        top = self._layers[-1]
        if not isinstance(top, _Cells) or not self._apart(top, base, offset, width, order):
            top = _Cells()
            self._layers.append(top)
        run = top.runs.get(base)
        if run is None:
            run = top.runs[base] = _Run()
        run.put(offset, value, width)

    def _apart(
        self, cells: _Cells, base: Int | None, offset: int, width: int, order: Order
    ) -> bool:
        """Whether a range surely hits no run of another base."""
        if not cells.runs or (len(cells.runs) == 1 and base in cells.runs):
            return True
        start = _address(base, offset)
        end = linear.shift(start, width)
        return all(
            other == base
            or order.surely_at_most(end, _address(other, run.first))
            or order.surely_at_most(_address(other, run.end), start)
            for other, run in cells.runs.items()
        )

    # Reading

    def _read(self, address: Int, length: Int, order: Order) -> Data:
        return Data(self._resolve(len(self._layers) - 1, address, length, order))

    def _resolve(self, level: int, start: Int, length: Int, order: Order) -> list[Piece]:
        """The pieces of a range as the layers up to `level` have them."""
        if length.op == CONST and length.data <= 0:
            return []
        if level < 0:
            return [Zeros(length)]
        layer = self._layers[level]
        if isinstance(layer, _Far):
            return self._through_far(layer, level, start, length, order)
        return self._through_cells(layer, level, start, length, order)

    def _through_far(
        self, far: _Far, level: int, start: Int, length: Int, order: Order
    ) -> list[Piece]:
        end = linear.add(start, length)
        if order.at_most(end, far.start) or order.at_most(far.end, start):
            return self._resolve(level - 1, start, length, order)
        before = _excess(far.start, start, order)
        after = _excess(end, far.end, order)
        pieces: list[Piece] = []
        if before is not None:
            pieces += self._resolve(level - 1, start, before, order)
            start = far.start
        inner = linear.subtract(far.end if after is not None else end, start)
        pieces += far.data.slice(linear.subtract(start, far.start), inner, order).pieces
        if after is not None:
            pieces += self._resolve(level - 1, far.end, after, order)
        return pieces

    def _through_cells(
        self, cells: _Cells, level: int, start: Int, length: Int, order: Order
    ) -> list[Piece]:
        end = linear.add(start, length)
        base, _ = _split(start)
        hit: Int | None = None
        for other, run in cells.runs.items():
            if other == base:
                hit = other
                continue
            if order.at_most(end, _address(other, run.first)) or order.at_most(
                _address(other, run.end), start
            ):
                continue
            raise Unsupported(
                f"memory at {start!r} may overlap what was written at {_address(other, run.first)!r}"
            )
        if hit is None and base not in cells.runs:
            return self._resolve(level - 1, start, length, order)
        return self._along(cells.runs[base], level, start, length, order)

    def _along(self, run: _Run, level: int, start: Int, length: Int, order: Order) -> list[Piece]:
        """A range with the same base as a run, cell by cell."""
        base, offset = _split(start)
        pieces: list[Piece] = []
        while length.op != CONST or length.data > 0:
            cell = run.at(offset)
            if cell is None:
                after = run.next_after(offset)
                gap = length if after is None else _least(length, after - offset, order)
                pieces += self._resolve(level - 1, _address(base, offset), gap, order)
                taken = gap
            else:
                at, value, width = cell
                taken = _least(length, at + width - offset, order)
                pieces.append(_of_cell(value, width, offset - at, taken))
            length = linear.subtract(length, taken)
            if taken.op != CONST:
                break
            offset += taken.data
            if length.op != CONST and order.surely_at_most(length, const(0)):
                break
        return pieces


def _address(base: Int | None, offset: int) -> Int:
    return const(offset) if base is None else linear.shift(base, offset)


def _excess(a: Int, b: Int, order: Order) -> Int | None:
    """a - b if it is positive, None if it is not. Raises Unsupported if the path says neither."""
    if order.at_most(a, b):
        return None
    if order.surely_at_most(b, a):
        return linear.subtract(a, b)
    raise Unsupported(f"the order of the memory addresses {a!r} and {b!r} is not known")


def _least(length: Int, limit: int, order: Order) -> Int:
    """The lesser of a length and a constant."""
    if length.op == CONST:
        return length if length.data <= limit else const(limit)
    if order.surely_at_most(length, const(limit)):
        return length
    if order.surely_at_most(const(limit), length):
        return const(limit)
    raise Unsupported(f"the end of a range of memory of {length!r} bytes is not known")


def _of_cell(value: Int, width: int, offset: int, length: Int) -> Piece:
    """A part of a cell."""
    if length.op == CONST:
        size = length.data
        return Literal(slice_bits(value, 8 * (width - offset - size), 8 * size), size)
    if value.op == CONST and value.data == 0:
        return Zeros(length)
    return Extract(Word(value, width), const(offset), length)
