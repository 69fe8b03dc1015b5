"""Symbolic values for property authors: Python's operators on terms.

A `SymInt` is an unbounded integer, a `SymBool` a truth value, `SymBytes` a byte string of fixed
length. The same property runs on Python's own int, bool and bytes. `if`, `and`, `or`, `not`,
`min`, `max` and chained comparisons ask for truth, and fork the exploration; `choose` picks
without a fork.
"""

from __future__ import annotations

from typing import TypeAlias, overload

from harness.symbolic.explore import decide
from harness.symbolic.terms import boolean, compare, division, interval, linear, powers, product
from harness.symbolic.terms.choice import ite
from harness.symbolic.terms.node import FALSE, TRUE, Bool, Int, const

IntLike: TypeAlias = "SymInt | int"
BoolLike: TypeAlias = "SymBool | bool"

_LARGEST_POWER = 8


class SymBool:
    """A truth value; asking for it forks the exploration."""

    __slots__ = ("term",)
    __hash__ = None  # type: ignore[assignment]  # == does not give a bool

    def __init__(self, term: Bool) -> None:
        self.term = term

    def __repr__(self) -> str:
        return f"SymBool({self.term!r})"

    def __bool__(self) -> bool:
        return decide(self.term)

    def __and__(self, other: BoolLike) -> SymBool:
        return SymBool(boolean.and_(self.term, bool_term(other)))

    __rand__ = __and__

    def __or__(self, other: BoolLike) -> SymBool:
        return SymBool(boolean.or_(self.term, bool_term(other)))

    __ror__ = __or__

    def __xor__(self, other: BoolLike) -> SymBool:
        return SymBool(boolean.not_(boolean.iff(self.term, bool_term(other))))

    __rxor__ = __xor__

    def __invert__(self) -> SymBool:
        """The negation without a fork. (`~True` is -2 in Python; use `not` on plain bools.)"""
        return SymBool(boolean.not_(self.term))

    def __eq__(self, other: object) -> SymBool:  # type: ignore[override]  # a term, not a bool
        if not isinstance(other, (SymBool, bool)):
            return NotImplemented
        return SymBool(boolean.iff(self.term, bool_term(other)))

    def __ne__(self, other: object) -> SymBool:  # type: ignore[override]  # a term, not a bool
        if not isinstance(other, (SymBool, bool)):
            return NotImplemented
        return SymBool(boolean.not_(boolean.iff(self.term, bool_term(other))))


class SymInt:
    """An integer of any size and sign, as Python's int."""

    __slots__ = ("term",)
    __hash__ = None  # type: ignore[assignment]  # == does not give a bool

    def __init__(self, term: Int) -> None:
        self.term = term

    def __repr__(self) -> str:
        return f"SymInt({self.term!r})"

    def __bool__(self) -> bool:
        return decide(compare.ne(self.term, const(0)))

    def __index__(self) -> int:
        """The value of a constant. Raises TypeError if it is not one."""
        if self.term.lo is not None and self.term.lo == self.term.hi:
            return self.term.lo
        raise TypeError(f"{self!r} is symbolic: it cannot index, count or size anything")

    def __neg__(self) -> SymInt:
        return SymInt(linear.negate(self.term))

    def __pos__(self) -> SymInt:
        return self

    def __abs__(self) -> SymInt:
        negative = compare.lt(self.term, const(0))
        return SymInt(ite(negative, linear.negate(self.term), self.term))

    def __add__(self, other: IntLike) -> SymInt:
        return SymInt(linear.add(self.term, int_term(other)))

    __radd__ = __add__

    def __sub__(self, other: IntLike) -> SymInt:
        return SymInt(linear.subtract(self.term, int_term(other)))

    def __rsub__(self, other: int) -> SymInt:
        return SymInt(linear.subtract(int_term(other), self.term))

    def __mul__(self, other: IntLike) -> SymInt:
        return SymInt(product.multiply(self.term, int_term(other)))

    __rmul__ = __mul__

    def __floordiv__(self, other: IntLike) -> SymInt:
        return SymInt(division.divide(self.term, _divisor(other)))

    def __rfloordiv__(self, other: int) -> SymInt:
        return SymInt(division.divide(int_term(other), _divisor(self)))

    def __mod__(self, other: IntLike) -> SymInt:
        return SymInt(division.modulo(self.term, _divisor(other)))

    def __rmod__(self, other: int) -> SymInt:
        return SymInt(division.modulo(int_term(other), _divisor(self)))

    def __divmod__(self, other: IntLike) -> tuple[SymInt, SymInt]:
        return self // other, self % other

    def __truediv__(self, other: object) -> SymInt:
        raise TypeError("a symbolic integer has no float: use // to divide, rounding down")

    __rtruediv__ = __truediv__

    def __float__(self) -> float:
        raise TypeError(f"{self!r} is symbolic and exact: it has no float")

    def __pow__(self, exponent: object) -> SymInt:
        if isinstance(exponent, SymInt):
            return SymInt(powers.power(self.term, _exponent(exponent)))
        if not isinstance(exponent, int) or not 0 <= exponent <= _LARGEST_POWER:
            raise TypeError(
                f"a symbolic integer has powers from 0 to {_LARGEST_POWER}, or to a symbolic "
                f"exponent, not {exponent!r}"
            )
        return SymInt(product.power(self.term, exponent))

    def __rpow__(self, base: int) -> SymInt:
        return SymInt(powers.power(const(base), _exponent(self)))

    def __lshift__(self, bits: int) -> SymInt:
        return SymInt(linear.scale(self.term, 1 << bits))

    def __rshift__(self, bits: int) -> SymInt:
        return self // (1 << bits)

    def to_bytes(self, length: int, byteorder: str = "big") -> SymBytes:
        """A number that surely fits as bytes. Raises TypeError for one that may not."""
        if byteorder != "big":
            raise TypeError(f"a symbolic integer has big-endian bytes, not {byteorder!r} ones")
        if not interval.inside(linear.bounds(self.term), 0, (1 << (8 * length)) - 1):
            raise TypeError(f"{self!r} may not fit into {length} bytes")
        return SymBytes(self.term, length)

    def __lt__(self, other: IntLike) -> SymBool:
        return SymBool(compare.lt(self.term, int_term(other)))

    def __le__(self, other: IntLike) -> SymBool:
        return SymBool(compare.le(self.term, int_term(other)))

    def __gt__(self, other: IntLike) -> SymBool:
        return SymBool(compare.gt(self.term, int_term(other)))

    def __ge__(self, other: IntLike) -> SymBool:
        return SymBool(compare.ge(self.term, int_term(other)))

    def __eq__(self, other: object) -> SymBool:  # type: ignore[override]  # a term, not a bool
        if not isinstance(other, (SymInt, int)):
            return NotImplemented
        return SymBool(compare.eq(self.term, int_term(other)))

    def __ne__(self, other: object) -> SymBool:  # type: ignore[override]  # a term, not a bool
        if not isinstance(other, (SymInt, int)):
            return NotImplemented
        return SymBool(compare.ne(self.term, int_term(other)))


class SymBytes:
    """A byte string of fixed length, as the number that its bytes spell."""

    __slots__ = ("size", "term")
    __hash__ = None  # type: ignore[assignment]  # == does not give a bool

    def __init__(self, term: Int, size: int) -> None:
        self.term = term
        self.size = size

    def __repr__(self) -> str:
        return f"SymBytes({self.term!r}, {self.size})"

    def __len__(self) -> int:
        return self.size

    def __add__(self, other: SymBytes | bytes) -> SymBytes:
        """These bytes, then others."""
        if not isinstance(other, SymBytes | bytes):
            return NotImplemented
        more = len(other)
        shifted = linear.scale(self.term, 1 << (8 * more))
        return SymBytes(linear.add(shifted, _bytes_term(other)), self.size + more)

    def __radd__(self, other: bytes) -> SymBytes:
        if not isinstance(other, bytes):
            return NotImplemented
        return SymBytes(_bytes_term(other), len(other)) + self

    def __eq__(self, other: object) -> SymBool | bool:  # type: ignore[override]  # a term
        if isinstance(other, SymBytes):
            return self.size == other.size and SymBool(compare.eq(self.term, other.term))
        if isinstance(other, bytes):
            same = compare.eq(self.term, const(int.from_bytes(other, "big")))
            return len(other) == self.size and SymBool(same)
        return False

    def __ne__(self, other: object) -> SymBool | bool:  # type: ignore[override]  # a term
        same = self == other
        return SymBool(boolean.not_(same.term)) if isinstance(same, SymBool) else not same


def int_term(value: IntLike) -> Int:
    """The term of a symbolic or plain integer. Raises TypeError for anything else."""
    if isinstance(value, SymInt):
        return value.term
    if isinstance(value, int):
        return const(int(value))
    raise TypeError(f"expected an integer, got {value!r}")


def _bytes_term(value: SymBytes | bytes) -> Int:
    return value.term if isinstance(value, SymBytes) else const(int.from_bytes(value, "big"))


def bool_term(value: BoolLike) -> Bool:
    """The term of a symbolic or plain truth value. Raises TypeError for anything else."""
    if isinstance(value, SymBool):
        return value.term
    if isinstance(value, bool):
        return TRUE if value else FALSE
    raise TypeError(f"expected a truth value, got {value!r}")


def _divisor(value: IntLike) -> Int:
    """A divisor that is not 0 on this path. Raises ZeroDivisionError where it is."""
    term = int_term(value)
    if decide(compare.eq(term, const(0))):
        raise ZeroDivisionError("symbolic integer division or modulo by zero")
    return term


def _exponent(value: SymInt) -> Int:
    """An exponent that is not negative on this path. Raises ValueError where it is."""
    if decide(compare.lt(value.term, const(0))):
        raise ValueError("a power with a negative exponent is no whole number")
    return value.term


@overload
def choose(condition: BoolLike, then: IntLike, otherwise: IntLike) -> SymInt: ...
@overload
def choose(condition: BoolLike, then: SymBool, otherwise: SymBool) -> SymBool: ...
def choose(
    condition: BoolLike, then: IntLike | SymBool, otherwise: IntLike | SymBool
) -> SymInt | SymBool:
    """then where the condition holds, otherwise elsewhere, without a fork."""
    test = bool_term(condition)
    if isinstance(then, SymBool) or isinstance(otherwise, SymBool):
        if not isinstance(then, (SymBool, bool)) or not isinstance(otherwise, (SymBool, bool)):
            raise TypeError(f"cannot choose between {then!r} and {otherwise!r}")
        return SymBool(boolean.choose(test, bool_term(then), bool_term(otherwise)))
    return SymInt(ite(test, int_term(then), int_term(otherwise)))


def imply(condition: BoolLike, consequence: BoolLike) -> SymBool:
    """condition implies consequence, without a fork."""
    return SymBool(boolean.imply(bool_term(condition), bool_term(consequence)))
