"""The memory of a frame: what was written where, latest first, over zeros.

Writes of whole terms at a constant distance from a common base (0, or a symbolic pointer such as
the free memory pointer behind an unknown `bytes`) are kept in `Cells`, and reads of what was
written return the very term. Writes of symbolic length are layers of their own, `_Far`. A read
goes down the layers; where the path does not tell whether a layer is hit, it is Unsupported.
"""

from __future__ import annotations

from typing import Final

from harness.symbolic.machine.cells import Access, Cells, Run
from harness.symbolic.machine.data import Data, Extract, Literal, Order, Piece, Word, Zeros
from harness.symbolic.machine.errors import Halt, Unsupported
from harness.symbolic.terms import Bool, Facts, Int, const, linear
from harness.symbolic.terms.node import CONST
from harness.symbolic.terms.slices import slice_bits

__all__ = ["Access", "Memory"]

_WORD: Final = 32
_LARGEST: Final = 1 << 40
"""No gas limit pays for memory up to here: an access beyond is out of gas."""


class _Either:
    """One of two memories, of paths that were joined; each is read with what its path knew."""

    __slots__ = ("condition", "one", "other")

    def __init__(
        self, condition: Bool, one: tuple[Memory, Facts], other: tuple[Memory, Facts]
    ) -> None:
        self.condition = condition
        self.one = one
        self.other = other

    def read(self, start: Int, length: Int) -> Data:
        left, right = (
            memory.peek(start, length, facts) for memory, facts in (self.one, self.other)
        )
        return left.choose(self.condition, right)


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

    __slots__ = ("_layers", "_owned", "extent", "journal")

    def __init__(self) -> None:
        self._layers: list[Cells | _Either | _Far] = [Cells()]
        self._owned = True
        self.extent: int | None = 0
        """MSIZE in bytes; None once it depends on symbols."""
        self.journal: list[Access] | None = None
        """Accesses from now on, for the analysis of loops; None if nobody asks."""

    def fork(self) -> Memory:
        """A copy; both sides copy what they change from now on."""
        other = Memory.__new__(Memory)
        other._layers = self._layers
        other._owned = self._owned = False
        other.extent = self.extent
        other.journal = None
        return other

    def layers(self) -> tuple[object, ...]:
        """What tells two memories apart by identity."""
        return tuple(self._layers)

    @classmethod
    def either(
        cls, condition: Bool, one: tuple[Memory, Facts], other: tuple[Memory, Facts]
    ) -> Memory:
        """One memory where a condition holds, another elsewhere, each with its path's facts."""
        left, right = one[0].fork(), other[0].fork()
        joined = cls()
        joined._layers = [_Either(condition, (left, one[1]), (right, other[1])), Cells()]
        joined.extent = left.extent if left.extent == right.extent else None
        return joined

    def peek(self, address: Int, length: Int, facts: Facts) -> Data:
        """A range of bytes, without any trace of the access."""
        return self._read(facts.rewrite(address), facts.rewrite(length), Order(facts))

    # Access

    def load(self, address: Int, order: Order) -> Int:
        """The word at an address."""
        address = self._touch(address, const(_WORD), order)
        self._note(address, const(_WORD), None, False)
        if address.op == CONST:
            top = self._layers[-1]
            if isinstance(top, Cells):
                run = top.runs.get(None)
                if run is not None:
                    cell = run.cells.get(address.data)
                    if cell is not None and cell[1] == _WORD:
                        return cell[0]
        word = self._read(address, const(_WORD), order).as_number(_WORD, order)
        if any(isinstance(layer, _Either) for layer in self._layers):
            # Found again at once next time; it changes nothing.
            self._put(*_split(address), word, _WORD, order)
        return word

    def store(self, address: Int, value: Int, width: int, order: Order) -> None:
        """Write the low `width` bytes of a term, which has no more."""
        address = self._touch(address, const(width), order)
        self._note(address, const(width), value if width == _WORD else None, True)
        base, offset = _split(address)
        self._put(base, offset, value, width, order)

    def read(self, address: Int, length: Int, order: Order) -> Data:
        """A range of bytes."""
        length = order.facts.rewrite(length)
        if length.op == CONST and length.data == 0:
            return Data()
        address = self._touch(address, length, order)
        self._note(address, length, None, False)
        return self._read(address, length, order)

    def write(self, address: Int, data: Data, order: Order) -> None:
        """Write a byte string; one whose length is 0 on this path changes nothing."""
        data = data if data.length.op == CONST else data.rewrite(order.facts)
        if data.length.op == CONST and data.length.data == 0:
            return
        address = self._touch(address, data.length, order)
        self._note(address, data.length, None, True)
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

    def _note(self, address: Int, length: Int, stored: Int | None, writes: bool) -> None:
        if self.journal is not None:
            self.journal.append(Access(address, length, stored, writes))

    # Writing

    def _own(self) -> None:
        """Make the list of layers and the top layer our own."""
        if not self._owned:
            self._layers = self._layers[:]
            top = self._layers[-1]
            if isinstance(top, Cells):
                self._layers[-1] = top.copy()
            self._owned = True

    def _put(self, base: Int | None, offset: int, value: Int, width: int, order: Order) -> None:
        self._own()
        top = self._layers[-1]
        if not isinstance(top, Cells) or not self._apart(top, base, offset, width, order):
            top = Cells()
            self._layers.append(top)
        run = top.runs.get(base)
        if run is None:
            run = top.runs[base] = Run()
        run.put(offset, value, width)

    def _apart(self, cells: Cells, base: Int | None, offset: int, width: int, order: Order) -> bool:
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
        if isinstance(layer, _Either):
            return list(layer.read(start, length).pieces)
        if isinstance(layer, _Far):
            return self._through_far(layer, level, start, length, order)
        return self._through_cells(layer, level, start, length, order)

    def _through_far(
        self, far: _Far, level: int, start: Int, length: Int, order: Order
    ) -> list[Piece]:
        end = linear.add(start, length)
        if order.at_most(end, far.start) or order.at_most(far.end, start):
            return self._resolve(level - 1, start, length, order)
        order.require(far.start, end)
        order.require(start, far.end)
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
        self, cells: Cells, level: int, start: Int, length: Int, order: Order
    ) -> list[Piece]:
        end = linear.add(start, length)
        base, _ = _split(start)
        for other, run in cells.runs.items():
            if other == base:
                continue
            first, last = _address(other, run.first), _address(other, run.end)
            if order.at_most(end, first) or order.at_most(last, start):
                continue
            if not order.surely_at_most(start, first):
                raise Unsupported(f"memory at {start!r} may overlap what was written at {first!r}")
            order.require(first, end)
            # What is before the run, the run, and what is behind it.
            before = linear.subtract(first, start)
            pieces = self._resolve(level, start, before, order)
            after = _excess(end, last, order)
            inner = linear.subtract(end if after is None else last, first)
            pieces += self._along(run, level, first, inner, order)
            if after is not None:
                pieces += self._resolve(level, last, after, order)
            return pieces
        if base not in cells.runs:
            return self._resolve(level - 1, start, length, order)
        return self._along(cells.runs[base], level, start, length, order)

    def _along(self, run: Run, level: int, start: Int, length: Int, order: Order) -> list[Piece]:
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
