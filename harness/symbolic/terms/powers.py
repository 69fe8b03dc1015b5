"""Powers with any exponent, exactly: `base ** exponent`, and 1 for an exponent below 0.

A solver sees an uninterpreted function. What it is told about it follows by induction from
`b ** 0 == 1` and `b ** (n + 1) == b * b ** n`.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from harness.symbolic.terms import compare
from harness.symbolic.terms.boolean import and_, imply
from harness.symbolic.terms.functions import Function, NotEvaluated
from harness.symbolic.terms.linear import linear, shift, split
from harness.symbolic.terms.node import APP, CONST, Bool, Int, Term, const
from harness.symbolic.terms.product import multiply

__all__ = ["POWER", "doubled", "is_power", "next_power", "ordered", "power", "small"]

_MOST_BITS: Final = 1 << 12
"""Bits of a power that is worked out."""


def _exact(base: int, exponent: int) -> int:
    exponent = max(exponent, 0)
    if abs(base) > 1 and exponent * base.bit_length() > _MOST_BITS:
        raise NotEvaluated(f"a power of more than {_MOST_BITS} bits")
    return int(base**exponent)


def small(base: Int, exponent: Int, value: Int) -> list[Bool]:
    """b ** 0 == 1, b ** 1 == b, 1 ** n == 1, and b ** n >= 1 for b >= 1."""
    one = const(1)
    return [
        imply(compare.le(exponent, const(0)), compare.eq(value, one)),
        imply(compare.eq(exponent, one), compare.eq(value, base)),
        imply(compare.eq(base, one), compare.eq(value, one)),
        imply(compare.ge(base, one), compare.ge(value, one)),
    ]


def doubled(base: Int, half: Int, value: Int, of_square: Int) -> Bool:
    """b ** (2 * n) == (b * b) ** n, for n >= 0."""
    return imply(compare.ge(half, const(0)), compare.eq(value, of_square))


def next_power(base: Int, exponent: Int, value: Int, after: Int, more: Int) -> Bool:
    """b ** (n + 1) == b * b ** n, for n >= 0; ``after`` is n + 1, and ``more`` its power."""
    is_next = and_(compare.ge(exponent, const(0)), compare.eq(after, shift(exponent, 1)))
    return imply(is_next, compare.eq(more, multiply(base, value)))


def ordered(base: Int, exponent: Int, value: Int, after: Int, more: Int) -> Bool:
    """b ** m <= b ** n for b >= 1 and m <= n; ``after`` is n, and ``more`` its power."""
    begins = and_(compare.ge(base, const(1)), compare.le(exponent, after))
    return imply(begins, compare.le(value, more))


def _laws(application: Int) -> list[Bool]:
    base, exponent = application.args
    found = small(base, exponent, application)
    atoms, factors, constant = split(exponent)
    if not any(each % 2 for each in (*factors, constant)):
        half = linear({atom: f // 2 for atom, f in zip(atoms, factors, strict=True)}, constant // 2)
        of_square = power(multiply(base, base), half)
        found.append(doubled(base, half, application, of_square))
    return found


def _pairs(one: Int, other: Int) -> list[Bool]:
    (base, exponent), (another, after) = one.args, other.args
    if base is not another:
        return []
    return [
        next_power(base, exponent, one, after, other),
        ordered(base, exponent, one, after, other),
    ]


POWER: Final = Function("power", 2, None, None, _exact, _laws, _pairs)
"""b ** n, and 1 for n < 0."""


def power(base: Int, exponent: Int) -> Int:
    """base ** exponent, exactly; 1 for an exponent below 0."""
    if exponent.op == CONST and (exponent.data <= 1 or base.op == CONST):
        if exponent.data <= 0:
            return const(1)
        if exponent.data == 1:
            return base
        with suppress(NotEvaluated):
            return const(_exact(base.data, exponent.data))
    return POWER(base, exponent)


def is_power(term: Term) -> bool:
    """Whether a term is such a power."""
    return term.op == APP and term.data is POWER
