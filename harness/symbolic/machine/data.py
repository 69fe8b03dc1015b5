"""Byte strings of symbolic content and length: call data, return data, what is hashed or logged.

A `Data` is a sequence of pieces; see `pieces.py`. Where pieces begin and end is a term too. Slicing
needs to know the order of such positions; it asks `Order`, and raises Unsupported where the path
does not say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from harness.symbolic.machine.errors import Unsupported
from harness.symbolic.machine.pieces import (
    Choice,
    Extract,
    Literal,
    Piece,
    Zeros,
    is_tail,
    joined,
    overlap,
    rewritten,
)
from harness.symbolic.machine.shapes import Shape, bytes_of, outline
from harness.symbolic.machine.sources import (
    WORD_BYTES,
    Evaluator,
    Opaque,
    Order,
    Rows,
    Source,
    Word,
    meanings,
)
from harness.symbolic.terms import Assignment, Bool, Facts, Int, const, ite, linear, word_of
from harness.symbolic.terms.bitwise import head
from harness.symbolic.terms.node import CONST
from harness.symbolic.terms.slices import concat, slice_bits

__all__ = [
    "WORD_BYTES",
    "Choice",
    "Data",
    "Extract",
    "Literal",
    "Opaque",
    "Order",
    "Piece",
    "Rows",
    "Source",
    "Word",
    "Zeros",
    "meanings",
]


class Data:
    """An immutable byte string; `pieces` are not empty by construction where that is known."""

    __slots__ = ("_length", "pieces")

    def __init__(self, pieces: Iterable[Piece] = ()) -> None:
        self.pieces: tuple[Piece, ...] = tuple(joined(pieces))
        self._length: Int | None = None

    def __repr__(self) -> str:
        return f"Data({list(self.pieces)!r})"

    @classmethod
    def of_bytes(cls, content: bytes) -> Data:
        """Known bytes."""
        return cls([Literal(const(int.from_bytes(content, "big")), len(content))])

    @classmethod
    def of_words(cls, *words: Int) -> Data:
        """Words side by side."""
        return cls(Literal(word, WORD_BYTES) for word in words)

    @classmethod
    def of_source(cls, source: Opaque) -> Data:
        """All of an opaque byte string."""
        return cls([Extract(source, const(0), source.length)])

    def __add__(self, other: Data) -> Data:
        return Data((*self.pieces, *other.pieces))

    @property
    def length(self) -> Int:
        """Length in bytes."""
        if self._length is None:
            self._length = linear.total(piece.length for piece in self.pieces)
        return self._length

    def known_bytes(self) -> bytes | None:
        """The content, if all of it is constant."""
        parts = []
        for piece in self.pieces:
            if isinstance(piece, Literal) and piece.value.op == CONST:
                parts.append(piece.value.data.to_bytes(piece.width, "big"))
            elif isinstance(piece, Zeros) and piece.length.op == CONST:
                parts.append(bytes(piece.length.data))
            else:
                return None
        return b"".join(parts)

    def choose(self, condition: Bool, other: Data) -> Data:
        """This where a condition holds, the other elsewhere."""
        if self is other or self.pieces == other.pieces:
            return self
        pieces: list[Piece] = []
        if self.shape == other.shape:
            for left, right in zip(self.pieces, other.pieces, strict=True):
                if isinstance(left, Literal) and isinstance(right, Literal):
                    pieces.append(Literal(ite(condition, left.value, right.value), left.width))
                elif left == right:
                    pieces.append(left)
                else:
                    break
            else:
                return Data(pieces)
        return Data([Choice(condition, self, other)])

    def rewrite(self, facts: Facts) -> Data:
        """The same bytes on a path, with what it knows used in every term."""
        return Data(new for piece in self.pieces for new in rewritten(piece, facts))

    def word(self, offset: Int, order: Order) -> Int:
        """The 32 bytes at an offset as a big-endian word, zeros beyond the end (CALLDATALOAD)."""
        return self.number(offset, WORD_BYTES, order)

    def number(self, offset: Int, size: int, order: Order) -> Int:
        """`size` <= 32 bytes at an offset as a big-endian number, zeros beyond the end."""
        ending = self._from_last_source(offset, order)
        if ending is not None:
            return slice_bits(ending, 8 * (WORD_BYTES - size))
        found = self.slice(offset, const(size), order, padded=True)
        return found.as_number(size, order)

    def _from_last_source(self, offset: Int, order: Order) -> Int | None:
        """The word at an offset behind the start of a part of a source that only zeros follow: it
        is the source's own word there, as far as the part goes."""
        position = self.length
        for piece in reversed(self.pieces):
            position = linear.subtract(position, piece.length)
            if isinstance(piece, Zeros) or (
                isinstance(piece, Literal) and piece.value.op == CONST and piece.value.data == 0
            ):
                continue
            if not isinstance(piece, Extract) or not isinstance(piece.source, Opaque):
                return None
            if not order.surely_at_most(position, offset):
                return None
            inside = linear.subtract(offset, position)
            word = piece.source.word(linear.add(piece.offset, inside))
            whole = order.surely_at_most(linear.shift(inside, WORD_BYTES), piece.length)
            if whole or is_tail(piece):
                return word
            return head(word, linear.scale(linear.subtract(piece.length, inside), 8))
        return None

    def as_number(self, size: int, order: Order) -> Int:
        """All of a string of `size` bytes as a big-endian number. Raises Unsupported if it
        consists of parts of symbolic length."""
        if len(self.pieces) == 1 and isinstance(self.pieces[0], Choice):
            only = self.pieces[0]
            one, other = only.one.as_number(size, order), only.other.as_number(size, order)
            return ite(only.condition, one, other)
        parts: list[tuple[Int, int]] = []
        for piece in self.pieces:
            width = order.facts.rewrite(piece.length)
            if width.op != CONST:
                raise Unsupported(f"a word made of parts of symbolic length, {width!r} bytes long")
            if isinstance(piece, Literal):
                parts.append((piece.value, 8 * piece.width))
            elif isinstance(piece, Zeros):
                parts.append((const(0), 8 * width.data))
            elif isinstance(piece, Choice):
                parts.append((Data([piece]).as_number(width.data, order), 8 * width.data))
            elif width.data <= WORD_BYTES:
                whole = piece.source.word(piece.offset)
                part = slice_bits(whole, 8 * (WORD_BYTES - width.data))
                parts.append((part, 8 * width.data))
            else:
                raise Unsupported(f"a number of {width.data} bytes")
        return concat(parts)

    def slice(self, start: Int, length: Int, order: Order, *, padded: bool = False) -> Data:
        """The bytes [start, start + length); with `padded`, zeros stand for what is beyond.

        Raises Unsupported if the path does not tell in which pieces the ends lie.
        """
        if length.op == CONST and length.data == 0:
            return Data()
        if start.op == CONST and start.data == 0 and length is self.length:
            return self
        found: list[Piece] = []
        position = const(0)
        end = linear.add(start, length)
        for piece in self.pieces:
            after = linear.add(position, piece.length)
            taken = overlap(piece, position, after, start, end, order)
            if taken is not None:
                found.append(taken)
            position = after
        if not padded:
            return Data(found)
        missing = linear.subtract(length, linear.total(piece.length for piece in found))
        if missing.op == CONST and missing.data == 0:
            return Data(found)
        if order.at_most(missing, const(0)) is not True:
            found.append(Zeros(order.facts.rewrite(missing)))
        return Data(found)

    def concrete(self, assignment: Assignment) -> bytes:
        """The bytes under an assignment; opaque sources need a meaning for their words."""
        return self.read(Evaluator(assignment))

    def read(self, read: Callable[[Int], int]) -> bytes:
        """The bytes, given the values of terms."""
        return bytes_of(self.shape, [read(term) for term in self.terms()], read)

    def terms(self) -> tuple[Int, ...]:
        """The terms that the content depends on, piece by piece, in an order fixed by `shape`."""
        found: list[Int] = []
        for piece in self.pieces:
            if isinstance(piece, Literal):
                found.append(piece.value)
            elif isinstance(piece, Zeros):
                found.append(piece.length)
            elif isinstance(piece, Extract):
                found += [piece.offset, piece.length]
            else:
                found += [word_of(piece.condition), *piece.one.terms(), *piece.other.terms()]
        return tuple(found)

    @property
    def shape(self) -> Shape:
        """What remains without `terms`: widths, "0" for zeros, sources, pairs of shapes."""
        found: list[Any] = []
        for piece in self.pieces:
            if isinstance(piece, Literal):
                found.append(piece.width)
            elif isinstance(piece, Zeros):
                found.append("0")
            elif isinstance(piece, Extract):
                found.append(piece.source)
            else:
                found.append((piece.one.shape, piece.other.shape))
        return tuple(found)

    @property
    def outline(self) -> str:
        """The shape as a text that tells it from others."""
        return outline(self.shape)
