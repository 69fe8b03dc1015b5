"""Comparisons of exact integers, brought to bounds on linear forms."""

from __future__ import annotations

from math import gcd

from harness.symbolic.terms import boolean
from harness.symbolic.terms.boolean import and_, bound_of, choose, not_, or_
from harness.symbolic.terms.choice import ite
from harness.symbolic.terms.linear import (
    linear,
    monomials,
    negate,
    scale,
    shift,
    split,
    subtract,
)
from harness.symbolic.terms.node import (
    CONST,
    DIV,
    EQ,
    FALSE,
    ITE,
    LE,
    LIN,
    MUL,
    SLICE,
    TRUE,
    TRUTH,
    Bool,
    Int,
    memo,
)
from harness.symbolic.terms.recipes import (
    division_undoes_product,
    moduli_equal,
    quotient_below,
    sign_extension_equal,
    wraps_decide,
)
from harness.symbolic.terms.slices import slice_bits

_LONGEST_CHAIN = 64
"""Comparisons are pushed into an if-then-else chain of at most so many alternatives."""


def le(a: Int, b: Int) -> Bool:
    """a <= b."""
    form, constant = _difference(a, b)
    return at_most(form, -constant)


def lt(a: Int, b: Int) -> Bool:
    """a < b."""
    form, constant = _difference(a, b)
    return at_most(form, -constant - 1)


def ge(a: Int, b: Int) -> Bool:
    """a >= b."""
    return le(b, a)


def gt(a: Int, b: Int) -> Bool:
    """a > b."""
    return lt(b, a)


def eq(a: Int, b: Int) -> Bool:
    """a == b."""
    if a is b:
        return TRUE
    form, constant = _difference(a, b)
    return equals(form, -constant)


def ne(a: Int, b: Int) -> Bool:
    """a != b."""
    return not_(eq(a, b))


def _difference(a: Int, b: Int) -> tuple[Int, int]:
    """a - b as (a form without constant, the constant)."""
    if b.op == CONST and a.op not in (LIN, CONST):
        return a, -b.data
    difference = subtract(a, b)
    constant = split(difference)[2]
    return shift(difference, -constant), constant


def _primitive(form: Int) -> tuple[int, Int]:
    """form = c * p, p without common factor and with a positive first coefficient."""
    if form.op != LIN:
        return 1, form
    coefficients = form.data[0]
    common = gcd(*coefficients)
    if coefficients[0] < 0:
        common = -common
    if common == 1:
        return 1, form
    parts = {atom: c // common for atom, c in zip(form.args, coefficients, strict=True)}
    return common, linear(parts, 0)


def at_most(form: Int, limit: int) -> Bool:
    """form <= limit, for any form without constant."""
    if form.op == CONST:
        return TRUE if form.data <= limit else FALSE
    key = (LE, form, limit)
    found: Bool | None = memo.get(key)
    if found is None:
        factor, primitive = _primitive(form)
        if factor > 0:
            found = _upper(primitive, limit // factor)
        else:
            found = _lower(primitive, -(limit // -factor))
        memo[key] = found
    return found


def _upper(form: Int, limit: int) -> Bool:
    """form <= limit, for a primitive form."""
    if form.lo == limit:
        return equals(form, limit)
    if form.hi == limit + 1:
        return not_(equals(form, limit + 1))
    plain = boolean.at_most(form, limit)
    return plain if plain.op == TRUTH else _refined(form, None, limit, plain)


def _lower(form: Int, limit: int) -> Bool:
    """form >= limit, for a primitive form."""
    if form.hi == limit:
        return equals(form, limit)
    if form.lo == limit - 1:
        return not_(equals(form, limit - 1))
    plain = boolean.at_least(form, limit)
    return plain if plain.op == TRUTH else _refined(form, limit, None, plain)


def equals(form: Int, value: int) -> Bool:
    """form == value, for any form without constant."""
    if form.op == CONST:
        return TRUE if form.data == value else FALSE
    key = (EQ, form, value)
    found: Bool | None = memo.get(key)
    if found is None:
        found = memo[key] = _equals(form, value)
    return found


def _equals(form: Int, value: int) -> Bool:
    factor, form = _primitive(form)
    if value % factor:
        return FALSE
    value //= factor
    if form.lo is not None and value == form.lo and form.hi == value + 1:
        return not_(equals(form, value + 1))
    plain = boolean.equals(form, value)
    if plain.op == TRUTH:
        return plain
    return _refined(form, value, value, plain)


def _refined(form: Int, lo: int | None, hi: int | None, plain: Bool) -> Bool:
    """The undecided bound lo <= form <= hi, rewritten where the form has structure."""
    op = form.op
    if op == LIN:
        return _refined_sum(form, lo, hi, plain)
    if op == SLICE:
        offset, width = form.data
        if width is None:
            least = None if lo is None else lo << offset
            most = None if hi is None else ((hi + 1) << offset) - 1
            return within(form.args[0], least, most)
        if offset == 0:
            found = wraps_decide(form, lo, hi, within)
            return plain if found is None else found
        least = None if lo is None else lo << offset
        most = None if hi is None else ((hi + 1) << offset) - 1
        return within(slice_bits(form.args[0], 0, offset + width), least, most)
    if op == DIV and form.args[1].op == CONST:
        divisor = form.args[1].data
        least = None if lo is None else lo * divisor
        most = None if hi is None else (hi + 1) * divisor - 1
        return within(form.args[0], least, most)
    if op == DIV:
        found = _refined_quotient(form, lo, hi)
        return plain if found is None else found
    if op == ITE:
        return _pushed(form, lo, hi, plain)
    if op == MUL and lo == hi == 0:
        return or_(*(within(factor, 0, 0) for factor in dict.fromkeys(form.args)))
    return plain


def _refined_quotient(form: Int, lo: int | None, hi: int | None) -> Bool | None:
    """A bound on a quotient with an unknown divisor."""
    a, b = form.args
    if lo is not None and lo == hi:
        found = division_undoes_product(form, lo, within)
        if found is not None:
            return found
    if a.lo is None or a.lo < 0 or b.lo is None or b.lo < 0:
        return None
    if hi == 0:
        return or_(within(b, 0, 0), lt(a, b))
    return quotient_below(form, lo, hi, within)


def _own_test(form: Int, value: int) -> Bool | None:
    """x == (x tested ? k1 : k2), as in the check that a word is 0 or 1: case by case."""
    for chosen, other in (form.args, form.args[::-1]):
        if chosen.op != ITE or chosen.args[1].op != CONST or chosen.args[2].op != CONST:
            continue
        condition, then, otherwise = chosen.args
        tested = bound_of(condition)
        if tested is None or tested[0] is not other:
            continue
        values = monomials(form)[0]
        cases = [
            equals(scale(other, values[other]), value - values[chosen] * branch.data)
            for branch in (then, otherwise)
        ]
        return choose(condition, cases[0], cases[1])
    return None


def _refined_sum(form: Int, lo: int | None, hi: int | None, plain: Bool) -> Bool:
    """The same for a linear form of two atoms or more: the overflow recipes."""
    if len(form.args) == 2 and lo is not None and lo == hi:
        found = _own_test(form, lo)
        if found is not None:
            return found
    if not any(atom.op == SLICE or atom.op == DIV for atom in form.args):
        return plain
    if lo is not None and lo == hi:
        found = division_undoes_product(form, lo, within)
        if found is None:
            found = sign_extension_equal(form, lo, within)
        if found is None:
            found = moduli_equal(form, lo, within)
    else:
        found = wraps_decide(form, lo, hi, within)
        if found is None:
            found = quotient_below(form, lo, hi, within)
    return plain if found is None else found


def within(term: Int, lo: int | None, hi: int | None) -> Bool:
    """lo <= term <= hi, for any term."""
    constant = split(term)[2]
    if lo is not None and lo == hi:
        return equals(shift(term, -constant), lo - constant)
    form = shift(term, -constant)
    upper = TRUE if hi is None else at_most(form, hi - constant)
    lower = TRUE if lo is None else at_most(negate(form), constant - lo)
    return and_(lower, upper)


def _pushed(form: Int, lo: int | None, hi: int | None, plain: Bool) -> Bool:
    """A bound on an if-then-else: decided branch by branch where that is simpler."""
    spine: list[tuple[Bool, Bool]] = []
    node = form
    undecided = 0
    while node.op == ITE:
        condition, then, node = node.args
        branch = within(then, lo, hi)
        undecided += branch.op != TRUTH
        spine.append((condition, branch))
        if undecided > 1 or len(spine) > _LONGEST_CHAIN:
            return plain
    result = within(node, lo, hi)
    if undecided + (result.op != TRUTH) > 1:
        return plain
    for condition, branch in reversed(spine):
        result = choose(condition, branch, result)
    return result


def minimum(a: Int, b: Int) -> Int:
    """The lesser of two integers."""
    return ite(le(a, b), a, b)


def maximum(a: Int, b: Int) -> Int:
    """The greater of two integers."""
    return ite(le(a, b), b, a)
