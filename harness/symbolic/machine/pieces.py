"""The pieces that a byte string is made of, and what is done to one or two of them.

Literal   a fixed number of bytes, the big-endian form of a term
Zeros     any number of zero bytes
Extract   a range of a *source*, a byte string that is not looked into: an unknown argument
Choice    one byte string or another
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from harness.symbolic.machine.errors import Unsupported
from harness.symbolic.machine.sources import Opaque, Order, Source, Word, cut, padded
from harness.symbolic.terms import Bool, Facts, Int, const, ite, linear
from harness.symbolic.terms.node import CONST, TRUTH

if TYPE_CHECKING:
    from harness.symbolic.machine.data import Data

__all__ = [
    "Choice",
    "Extract",
    "Literal",
    "Piece",
    "Zeros",
    "is_tail",
    "joined",
    "overlap",
    "rewritten",
]


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


@dataclass(frozen=True, slots=True)
class Choice:
    """One byte string where a condition holds, another elsewhere: after two paths were joined."""

    condition: Bool
    one: Data
    other: Data

    @property
    def length(self) -> Int:
        """Length in bytes."""
        return ite(self.condition, self.one.length, self.other.length)


Piece: TypeAlias = Literal | Zeros | Extract | Choice


def is_tail(piece: Extract) -> bool:
    """Whether an extract goes to the end of an opaque string."""
    source = piece.source
    return isinstance(source, Opaque) and (linear.add(piece.offset, piece.length) is source.length)


def rewritten(piece: Piece, facts: Facts) -> tuple[Piece, ...]:
    """A piece on a path, with what it knows used in every term."""
    if isinstance(piece, Literal):
        return (Literal(facts.rewrite(piece.value), piece.width),)
    if isinstance(piece, Zeros):
        return (Zeros(facts.rewrite(piece.length)),)
    if isinstance(piece, Extract):
        offset, length = facts.rewrite(piece.offset), facts.rewrite(piece.length)
        return (Extract(piece.source, offset, length),)
    condition = facts.rewrite(piece.condition)
    if condition.op == TRUTH:
        return (piece.one if condition.data else piece.other).rewrite(facts).pieces
    return (Choice(condition, piece.one.rewrite(facts), piece.other.rewrite(facts)),)


def joined(pieces: Iterable[Piece]) -> list[Piece]:
    """The pieces without empty ones, neighbours that belong together put together."""
    result: list[Piece] = []
    for piece in pieces:
        if piece.length.op == CONST and piece.length.data == 0:
            continue
        simple = _simplified(piece)
        both = _both(result[-1], simple) if result else None
        if both is None:
            result.append(simple)
        else:
            result[-1] = both
    return result


def _simplified(piece: Piece) -> Piece:
    """A piece of known length as a literal, where its bytes are those of a term."""
    if piece.length.op != CONST:
        return piece
    size: int = piece.length.data
    if isinstance(piece, Zeros):
        return Literal(const(0), size)
    source = piece.source if isinstance(piece, Extract) else None
    if isinstance(piece, Extract) and isinstance(source, Word) and piece.offset.op == CONST:
        part = cut(source.value, source.width, piece.offset.data, size)
        return Literal(padded(part, size), size)
    return piece


def _both(left: Piece, right: Piece) -> Piece | None:
    """Two neighbours as one piece; None if they stay two."""
    if isinstance(left, Zeros) and isinstance(right, Zeros):
        return Zeros(linear.add(left.length, right.length))
    if not isinstance(left, Extract) or not isinstance(right, Extract):
        return None
    if left.source != right.source or linear.add(left.offset, left.length) is not right.offset:
        return None
    return Extract(left.source, left.offset, linear.add(left.length, right.length))


def overlap(
    piece: Piece, first: Int, after: Int, start: Int, end: Int, order: Order
) -> Piece | None:
    """The part of a piece at [first, after) that lies in [start, end)."""
    if order.at_most(end, first) or order.at_most(after, start):
        return None
    order.require(first, end)
    order.require(start, after)
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
    if isinstance(piece, Choice):
        one, other = (side.slice(offset, length, order) for side in (piece.one, piece.other))
        return Choice(piece.condition, one, other)
    if offset.op == CONST and length.op == CONST:
        value, size = cut(piece.value, piece.width, offset.data, length.data)
        return Literal(value, size)
    if piece.value.op == CONST and piece.value.data == 0:
        return Zeros(length)
    offset, length = order.facts.rewrite(offset), order.facts.rewrite(length)
    if offset.op == CONST and length.op == CONST:
        return _part(piece, offset, length, order)
    return Extract(Word(piece.value, piece.width), offset, length)
