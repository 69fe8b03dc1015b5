"""Exact products in normal form: a constant times sorted factors without content."""

from __future__ import annotations

from math import gcd
from operator import attrgetter

from harness.symbolic.terms import interval
from harness.symbolic.terms.choice import ite
from harness.symbolic.terms.linear import bounds, linear, scale, split
from harness.symbolic.terms.node import CONST, ITE, LIN, MUL, Int, const, find_int, make_int

_by_id = attrgetter("id")


def content(term: Int) -> tuple[int, Int]:
    """term = c * p with p primitive: no common factor, first coefficient positive."""
    if term.op != LIN:
        return 1, term
    coefficients, constant = term.data
    common = gcd(constant, *coefficients)
    if coefficients[0] < 0:
        common = -common
    if common == 1:
        return 1, term
    atoms, coefficients, constant = split(term)
    if len(atoms) == 1 and constant == 0:
        return coefficients[0], atoms[0]
    parts = {atom: c // common for atom, c in zip(atoms, coefficients, strict=True)}
    return common, linear(parts, constant // common)


def multiply(a: Int, b: Int) -> Int:
    """a * b, exactly."""
    if a.op == CONST:
        return scale(b, a.data)
    if b.op == CONST:
        return scale(a, b.data)
    for chosen, other in ((a, b), (b, a)):
        if chosen.op == ITE and chosen.args[1].op == CONST and chosen.args[2].op == CONST:
            condition, then, otherwise = chosen.args
            return ite(condition, scale(other, then.data), scale(other, otherwise.data))
    left, a = content(a)
    right, b = content(b)
    factors = (a.args if a.op == MUL else (a,)) + (b.args if b.op == MUL else (b,))
    return scale(product_of(tuple(sorted(factors, key=_by_id))), left * right)


def product_of(factors: tuple[Int, ...]) -> Int:
    """The MUL node of sorted primitive factors (the factor itself if there is one)."""
    if len(factors) == 1:
        return factors[0]
    node = find_int(MUL, factors, None)
    if node is None:
        lo, hi = product_bounds(factors)
        node = make_int(MUL, factors, None, lo, hi)
    return node


def product_bounds(factors: tuple[Int, ...]) -> interval.Bounds:
    """Bounds of a product; a square is not negative."""
    result: interval.Bounds = (1, 1)
    position = 0
    while position < len(factors):
        factor = factors[position]
        power = 1
        while position + power < len(factors) and factors[position + power] is factor:
            power += 1
        result = interval.multiply(result, _power_bounds(bounds(factor), power))
        position += power
    return result


def _power_bounds(base: interval.Bounds, power: int) -> interval.Bounds:
    """Bounds of x ** power, for power >= 1."""
    lo, hi = base
    if power % 2 or (lo is not None and lo >= 0):
        return (None if lo is None else lo**power), (None if hi is None else hi**power)
    if lo is None or hi is None:
        return 0, None
    return 0, max(abs(lo), abs(hi)) ** power


def power(base: Int, exponent: int) -> Int:
    """base ** exponent for a small constant exponent >= 0, exactly."""
    result = const(1)
    for _ in range(exponent):
        result = multiply(result, base)
    return result
