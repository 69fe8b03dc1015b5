"""Floor division and remainder on exact integers, total: both give 0 for a divisor of 0."""

from __future__ import annotations

from harness.symbolic.terms import interval
from harness.symbolic.terms.choice import ite
from harness.symbolic.terms.linear import (
    add,
    bounds,
    linear,
    monomials,
    scale,
    subtract,
)
from harness.symbolic.terms.node import CONST, DIV, ITE, LIN, MOD, MUL, Int, const, make_int
from harness.symbolic.terms.product import content, product_of
from harness.symbolic.terms.slices import slice_bits


def divide(a: Int, b: Int) -> Int:
    """floor(a / b), and 0 where b is 0 (exact integers of any sign)."""
    if b.op == CONST:
        return _divide_by_constant(a, b.data)
    if a.op == CONST and a.data == 0:
        return a
    if b.op == ITE and b.args[1].op == CONST and b.args[2].op == CONST:
        condition, then, otherwise = b.args
        return ite(condition, divide(a, then), divide(a, otherwise))
    if _never_zero(b):
        if a is b:
            return const(1)
        if interval.inside(bounds(a), 0, (b.lo or 0) - 1):
            return const(0)
        exact = exact_quotient(a, b)
        if exact is not None:
            return exact
    lo, hi = interval.floor_divide(bounds(a), bounds(b))
    return make_int(DIV, (a, b), None, lo, hi)


def modulo(a: Int, b: Int) -> Int:
    """a - b * floor(a / b), and 0 where b is 0: it has the sign of b, as in Python."""
    if b.op == CONST:
        return _modulo_constant(a, b.data)
    if a.op == CONST and a.data == 0:
        return a
    if a is b:
        return const(0)
    if b.op == ITE and b.args[1].op == CONST and b.args[2].op == CONST:
        condition, then, otherwise = b.args
        return ite(condition, modulo(a, then), modulo(a, otherwise))
    if _never_zero(b):
        if interval.inside(bounds(a), 0, (b.lo or 0) - 1):
            return a
        if exact_quotient(a, b) is not None:
            return const(0)
    lo, hi = interval.modulo(bounds(a), bounds(b))
    return make_int(MOD, (a, b), None, lo, hi)


def exact_quotient(a: Int, b: Int) -> Int | None:
    """q with a == q * b as polynomials, where it is seen at once (b is not constant)."""
    factor_a, primitive_a = content(a)
    factor_b, primitive_b = content(b)
    if factor_a % factor_b:
        return None
    rest = list(primitive_a.args) if primitive_a.op == MUL else [primitive_a]
    for factor in primitive_b.args if primitive_b.op == MUL else (primitive_b,):
        if factor not in rest:
            return None
        rest.remove(factor)
    quotient = product_of(tuple(rest)) if rest else const(1)
    return scale(quotient, factor_a // factor_b)


def _never_zero(term: Int) -> bool:
    return (term.lo is not None and term.lo > 0) or (term.hi is not None and term.hi < 0)


def _divide_by_constant(a: Int, divisor: int) -> Int:
    if divisor == 0:
        return const(0)
    if divisor < 0:
        a, divisor = scale(a, -1), -divisor
    if a.op == CONST:
        return const(a.data // divisor)
    if divisor & (divisor - 1) == 0:
        return slice_bits(a, divisor.bit_length() - 1)
    lo, hi = interval.floor_divide(bounds(a), (divisor, divisor))
    if lo is not None and lo == hi:
        return const(lo)
    if a.op == LIN:
        whole, rest = _split_multiples(a, divisor)
        if whole.op != CONST or whole.data:
            return add(whole, _divide_by_constant(rest, divisor))
    if a.op == DIV and a.args[1].op == CONST:
        return _divide_by_constant(a.args[0], a.args[1].data * divisor)
    if a.op == ITE and a.args[1].op == CONST and a.args[2].op == CONST:
        condition, then, otherwise = a.args
        return ite(condition, const(then.data // divisor), const(otherwise.data // divisor))
    return make_int(DIV, (a, const(divisor)), None, lo, hi)


def _modulo_constant(a: Int, divisor: int) -> Int:
    if divisor == 0:
        return const(0)
    if divisor < 0:
        return scale(_modulo_constant(scale(a, -1), -divisor), -1)
    if a.op == CONST:
        return const(a.data % divisor)
    if divisor & (divisor - 1) == 0:
        return slice_bits(a, 0, divisor.bit_length() - 1)
    lo, hi = interval.floor_divide(bounds(a), (divisor, divisor))
    if lo is not None and lo == hi:
        return subtract(a, const(lo * divisor))
    if a.op == LIN:
        whole, rest = _split_multiples(a, divisor)
        if whole.op != CONST or whole.data:
            return _modulo_constant(rest, divisor)
    lo, hi = interval.modulo(bounds(a), (divisor, divisor))
    return make_int(MOD, (a, const(divisor)), None, lo, hi)


def _split_multiples(term: Int, divisor: int) -> tuple[Int, Int]:
    """(whole, rest) with term = divisor * whole + rest."""
    parts, constant = monomials(term)
    whole = {atom: c // divisor for atom, c in parts.items() if c % divisor == 0}
    rest = {atom: c for atom, c in parts.items() if c % divisor}
    return linear(whole, constant // divisor), linear(rest, constant % divisor)
