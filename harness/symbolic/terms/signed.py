"""Signed comparison of words, with the recipe for overflow checks of signed sums."""

from __future__ import annotations

from harness.symbolic.terms.boolean import and_, not_, or_
from harness.symbolic.terms.compare import lt, within
from harness.symbolic.terms.linear import add, combine, shift, split, subtract
from harness.symbolic.terms.node import (
    LIN,
    MAX_WORD,
    SIGN,
    SLICE,
    TRUTH,
    WORD,
    WORD_BITS,
    Bool,
    Int,
    const,
)
from harness.symbolic.terms.product import multiply
from harness.symbolic.terms.slices import signed, slice_bits, wrap

_MOST_WINDOWS = 3


def signed_less(a: Int, b: Int) -> Bool:
    """a < b, both words read as two's complement."""
    left, right = signed(a), signed(b)
    found = _sum_against(a, right, True)
    if found is None:
        found = _sum_against(b, left, False)
    return lt(left, right) if found is None else found


def signed_reading(term: Int) -> Int | None:
    """For a wrapped linear form: the same sum over signed operands, equal to it mod 2^256."""
    if term.op != SLICE or term.data != (0, WORD_BITS) or term.args[0].op != LIN:
        return None
    atoms, coefficients, constant = split(term.args[0])
    if len(atoms) == 1 and coefficients[0] == 1 and constant == 0:
        return None
    value = const(constant - WORD if constant >= SIGN else constant)
    for atom, factor in zip(atoms, coefficients, strict=True):
        value = combine(value, signed(atom), factor)
    return value


def _through(exact: Int, other: Int) -> Int:
    """The sum read as `other` plus the rest, where other is a wrapped part of it."""
    atoms, factors, constant = split(other)
    if factors != (1,) or constant != -SIGN or atoms[0].op != SLICE:
        return exact
    if atoms[0].data != (0, WORD_BITS):
        return exact
    part = signed_reading(slice_bits(shift(atoms[0].args[0], -SIGN), 0, WORD_BITS))
    if part is None:
        return exact
    candidate = add(subtract(exact, part), other)
    if candidate.lo is None or candidate.hi is None or exact.lo is None or exact.hi is None:
        return exact
    return candidate if candidate.hi - candidate.lo < exact.hi - exact.lo else exact


def signed_product(divisor: Int, other: Int, product: Int) -> Bool | None:
    """`sdiv(product, divisor) == other` for product = divisor * other mod 2^256.

    With signed readings x and y: x * y lies in [-2^255, 2^255), or x is -1 and y is -2^255;
    and y is 0 where x is 0. None if the product is not that product.
    """
    if wrap(multiply(divisor, other)) is not product:
        return None
    x, y = signed(divisor), signed(other)
    fits = within(multiply(x, y), -SIGN, SIGN - 1)
    least = and_(within(x, None, -1), within(divisor, MAX_WORD, None), within(y, -SIGN, -SIGN))
    zero = within(divisor, 0, 0)
    return and_(or_(fits, least), or_(not_(zero), within(other, 0, 0)))


def _sum_against(wrapped: Int, other: Int, wrapped_is_less: bool) -> Bool | None:
    """wrapped < other (or other < wrapped), signed, where `wrapped` is a sum that may overflow.

    Overflow upwards and downwards must each decide the comparison by intervals; then it says
    whether the exact signed sum left [-2^255, 2^255), as solc's checks ask.
    """
    exact = signed_reading(wrapped)
    if exact is None:
        return None
    exact = _through(exact, other)
    if exact.lo is None or exact.hi is None:
        return None
    first, last = (exact.lo + SIGN) >> WORD_BITS, (exact.hi + SIGN) >> WORD_BITS
    if last - first >= _MOST_WINDOWS or first == last:
        return None
    found: list[Bool] = []
    for k in range(first, last + 1):
        start = k * WORD - SIGN
        here = shift(exact, -k * WORD)
        holds = lt(here, other) if wrapped_is_less else lt(other, here)
        if k and holds.op != TRUTH:
            return None
        low = None if k == first else start
        high = None if k == last else start + WORD - 1
        found.append(and_(within(exact, low, high), holds))
    return or_(*found)
