"""Byte strings of symbolic content and length: call data, return data, what is hashed or logged.

A `Data` is a sequence of pieces:

    Literal   a fixed number of bytes, the big-endian form of a term
    Zeros     any number of zero bytes
    Extract   a range of a *source*, a byte string that is not looked into: an unknown argument

Where pieces begin and end is a term too. Slicing needs to know the order of such positions; it
asks `Order`, and raises Unsupported where the path does not say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from harness.symbolic.machine.errors import Unsupported
from harness.symbolic.terms import (
    Assignment,
    Facts,
    Function,
    Int,
    compare,
    const,
    evaluate,
    linear,
)
from harness.symbolic.terms.node import CONST, Term
from harness.symbolic.terms.rebuild import substitute
from harness.symbolic.terms.slices import concat, slice_bits

__all__ = ["Data", "Extract", "Literal", "Opaque", "Order", "Piece", "Rows", "Source", "Zeros"]

WORD_BYTES = 32


class Order:
    """The order of positions on a path: which of two comes first, if the path says so."""

    __slots__ = ("facts",)

    def __init__(self, facts: Facts) -> None:
        self.facts = facts

    def at_most(self, a: Int, b: Int) -> bool | None:
        """Whether a <= b (None: the path does not say)."""
        if a.op == CONST and b.op == CONST:
            return bool(a.data <= b.data)
        condition = compare.le(a, b)
        known = self.facts.decide(condition)
        return known if known is not None else self.facts.decide(self.facts.rewrite(condition))

    def surely_at_most(self, a: Int, b: Int) -> bool:
        """Whether the path says that a <= b."""
        return self.at_most(a, b) is True

    def same(self, a: Int, b: Int) -> bool:
        """Whether the path says that a == b."""
        if a is b:
            return True
        if a.op == CONST and b.op == CONST:
            return False
        return self.surely_at_most(a, b) and self.surely_at_most(b, a)


@dataclass(frozen=True, slots=True)
class Opaque:
    """A byte string of which nothing is known: an argument of type `bytes`, what a call returned.

    `word(offset)` is an uninterpreted function of the offset; bytes that two words share are not
    tied to each other, which can only add behaviours.
    """

    name: str
    """Unique; the function of its words is called `<name>.word`."""

    length: Int
    """Length in bytes."""

    @property
    def function(self) -> Function:
        """Offset in bytes to the 32 bytes from there on, as a big-endian word; zeros beyond."""
        return Function(f"{self.name}.word", 1)

    def word(self, offset: Int) -> Int:
        """The 32 bytes at an offset."""
        return self.function(offset)

    def concrete(self, offset: int, length: int, read: Callable[[Int], int]) -> bytes:
        """The bytes under an assignment."""
        words = -(-length // WORD_BYTES)
        pieces = [read(self.function(const(offset + WORD_BYTES * i))) for i in range(words)]
        return b"".join(piece.to_bytes(WORD_BYTES, "big") for piece in pieces)[:length]


@dataclass(frozen=True, slots=True)
class Rows:
    """Words side by side, each given by its number: what a copying loop leaves behind."""

    index: Int
    """The variable that stands for the number of the word, from 0."""

    value: Int
    """The word, as a term over `index`."""

    @property
    def name(self) -> str:
        """A text that tells this source from others."""
        return f"rows({self.value.id})"

    def word(self, offset: Int) -> Int:
        """The 32 bytes at an offset, a multiple of 32. Raises Unsupported for another."""
        if slice_bits(offset, 0, 5) is not const(0):
            raise Unsupported(f"a word across two others of a copied array, at offset {offset!r}")
        return substitute(self.value, {self.index: slice_bits(offset, 5)})

    def concrete(self, offset: int, length: int, read: Callable[[Int], int]) -> bytes:
        """The bytes under an assignment."""
        first, last = offset // WORD_BYTES, -(-(offset + length) // WORD_BYTES)
        words = [read(substitute(self.value, {self.index: const(i)})) for i in range(first, last)]
        whole = b"".join(word.to_bytes(WORD_BYTES, "big") for word in words)
        return whole[offset - first * WORD_BYTES :][:length]


@dataclass(frozen=True, slots=True)
class Word:
    """The bytes of one term as a source: where a part of symbolic length is taken of them."""

    value: Int
    width: int

    @property
    def name(self) -> str:
        """A text that tells this source from others."""
        return f"word({self.value.id})"

    def word(self, offset: Int) -> Int:
        """The 32 bytes at a constant offset, zeros beyond the end."""
        if offset.op != CONST:
            raise Unsupported(f"a byte of a word at the symbolic offset {offset!r}")
        return _padded(_cut(self.value, self.width, offset.data, WORD_BYTES), WORD_BYTES)

    def concrete(self, offset: int, length: int, read: Callable[[Int], int]) -> bytes:
        """The bytes under an assignment."""
        whole = read(self.value).to_bytes(self.width, "big")
        return whole[offset:][:length].ljust(length, b"\0")


Source: TypeAlias = Opaque | Rows | Word


class _Evaluator:
    """The values of terms under one assignment, with a memo."""

    def __init__(self, assignment: Assignment) -> None:
        self.assignment = assignment
        self.memo: dict[Term, Any] = {}

    def __call__(self, term: Int) -> int:
        return evaluate(term, self.assignment, self.memo)


@dataclass(frozen=True, slots=True)
class Literal:
    """The `width` bytes of a term in [0, 256^width), most significant first."""

    value: Int
    width: int

    @property
    def length(self) -> Int:
        """Length in bytes."""
        return const(self.width)


@dataclass(frozen=True, slots=True)
class Zeros:
    """Zero bytes."""

    length: Int


@dataclass(frozen=True, slots=True)
class Extract:
    """The bytes [offset, offset + length) of a source."""

    source: Source
    offset: Int
    length: Int


Piece: TypeAlias = Literal | Zeros | Extract


def _cut(value: Int, width: int, start: int, size: int) -> tuple[Int, int]:
    """Bytes [start, start + size) of a term's bytes, as far as there are any, and how many."""
    size = max(0, min(size, width - start))
    return slice_bits(value, 8 * (width - start - size), 8 * size), size


def _padded(part: tuple[Int, int], width: int) -> Int:
    """The part with zero bytes after it."""
    value, size = part
    return linear.scale(value, 1 << (8 * (width - size)))


class Data:
    """An immutable byte string; `pieces` are not empty by construction where that is known."""

    __slots__ = ("_length", "pieces")

    def __init__(self, pieces: Iterable[Piece] = ()) -> None:
        self.pieces: tuple[Piece, ...] = tuple(_joined(pieces))
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

    def rewrite(self, facts: Facts) -> Data:
        """The same bytes on a path, with what it knows used in every term."""
        return Data(_rewritten(piece, facts) for piece in self.pieces)

    def word(self, offset: Int, order: Order) -> Int:
        """The 32 bytes at an offset as a big-endian word, zeros beyond the end (CALLDATALOAD)."""
        return self.number(offset, WORD_BYTES, order)

    def number(self, offset: Int, size: int, order: Order) -> Int:
        """`size` <= 32 bytes at an offset as a big-endian number, zeros beyond the end."""
        found = self.slice(offset, const(size), order, padded=True)
        return found.as_number(size, order)

    def as_number(self, size: int, order: Order) -> Int:
        """All of a string of `size` bytes as a big-endian number. Raises Unsupported if it
        consists of parts of symbolic length."""
        parts: list[tuple[Int, int]] = []
        for piece in self.pieces:
            width = order.facts.rewrite(piece.length)
            if width.op != CONST:
                raise Unsupported(f"a word made of parts of symbolic length, {width!r} bytes long")
            if isinstance(piece, Literal):
                parts.append((piece.value, 8 * piece.width))
            elif isinstance(piece, Zeros):
                parts.append((const(0), 8 * width.data))
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
            taken = _overlap(piece, position, after, start, end, order)
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
        read = _Evaluator(assignment)
        parts = []
        for piece in self.pieces:
            if isinstance(piece, Literal):
                parts.append(read(piece.value).to_bytes(piece.width, "big"))
            elif isinstance(piece, Zeros):
                parts.append(bytes(read(piece.length)))
            else:
                offset, length = read(piece.offset), read(piece.length)
                parts.append(piece.source.concrete(offset, length, read))
        return b"".join(parts)

    def terms(self) -> tuple[Int, ...]:
        """The terms that the content depends on, piece by piece, in an order fixed by `shape`."""
        found: list[Int] = []
        for piece in self.pieces:
            if isinstance(piece, Literal):
                found.append(piece.value)
            elif isinstance(piece, Zeros):
                found.append(piece.length)
            else:
                found += [piece.offset, piece.length]
        return tuple(found)

    @property
    def shape(self) -> tuple[int | str | Source, ...]:
        """What remains without `terms`: widths, "0" for zeros, and sources."""
        return tuple(
            piece.width
            if isinstance(piece, Literal)
            else ("0" if isinstance(piece, Zeros) else piece.source)
            for piece in self.pieces
        )


def meanings(contents: Mapping[str, bytes]) -> dict[str, Any]:
    """Functions for `Assignment` under which each opaque byte string has the given content."""

    def reader(content: bytes) -> Any:
        return lambda offset: int.from_bytes(
            content[offset : offset + WORD_BYTES].ljust(WORD_BYTES, b"\0"), "big"
        )

    return {f"{name}.word": reader(content) for name, content in contents.items()}


def _rewritten(piece: Piece, facts: Facts) -> Piece:
    if isinstance(piece, Literal):
        return Literal(facts.rewrite(piece.value), piece.width)
    if isinstance(piece, Zeros):
        return Zeros(facts.rewrite(piece.length))
    return Extract(piece.source, facts.rewrite(piece.offset), facts.rewrite(piece.length))


def _joined(pieces: Iterable[Piece]) -> list[Piece]:
    """The pieces without empty ones, neighbours that belong together put together."""
    result: list[Piece] = []
    for piece in pieces:
        if piece.length.op == CONST:
            if piece.length.data == 0:
                continue
            if isinstance(piece, Zeros):
                piece = Literal(const(0), piece.length.data)
            elif isinstance(piece, Extract) and isinstance(piece.source, Word):
                if piece.offset.op == CONST:
                    source = piece.source
                    part = _cut(source.value, source.width, piece.offset.data, piece.length.data)
                    piece = Literal(_padded(part, piece.length.data), piece.length.data)
        if result:
            last = result[-1]
            if isinstance(last, Zeros) and isinstance(piece, Zeros):
                result[-1] = Zeros(linear.add(last.length, piece.length))
                continue
            if isinstance(last, Extract) and isinstance(piece, Extract):
                if last.source == piece.source and (
                    linear.add(last.offset, last.length) is piece.offset
                ):
                    length = linear.add(last.length, piece.length)
                    result[-1] = Extract(last.source, last.offset, length)
                    continue
        result.append(piece)
    return result


def _overlap(
    piece: Piece, first: Int, after: Int, start: Int, end: Int, order: Order
) -> Piece | None:
    """The part of a piece at [first, after) that lies in [start, end)."""
    if order.at_most(end, first) or order.at_most(after, start):
        return None
    from_inside = not _within(start, first, order)
    to_inside = not _within(after, end, order)
    offset = linear.subtract(start, first) if from_inside else const(0)
    upto = linear.subtract(end, first) if to_inside else piece.length
    return _part(piece, offset, linear.subtract(upto, offset), order)


def _within(a: Int, b: Int, order: Order) -> bool:
    """Whether a <= b; where both that and b <= a hold, either answer will do."""
    known = order.at_most(a, b)
    if known is not None:
        return known
    if order.surely_at_most(b, a):
        return False
    raise Unsupported(f"the order of the byte positions {a!r} and {b!r} is not known")


def _part(piece: Piece, offset: Int, length: Int, order: Order) -> Piece:
    """[offset, offset + length) of a piece, which contains it."""
    if offset.op == CONST and offset.data == 0 and length is piece.length:
        return piece
    if isinstance(piece, Zeros):
        return Zeros(length)
    if isinstance(piece, Extract):
        return Extract(piece.source, linear.add(piece.offset, offset), length)
    if offset.op == CONST and length.op == CONST:
        value, size = _cut(piece.value, piece.width, offset.data, length.data)
        return Literal(value, size)
    if piece.value.op == CONST and piece.value.data == 0:
        return Zeros(length)
    offset, length = order.facts.rewrite(offset), order.facts.rewrite(length)
    if offset.op == CONST and length.op == CONST:
        return _part(piece, offset, length, order)
    return Extract(Word(piece.value, piece.width), offset, length)
