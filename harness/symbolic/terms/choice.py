"""If-then-else on integers."""

from __future__ import annotations

from harness.symbolic.terms import interval
from harness.symbolic.terms.boolean import and_, bound_of, not_, or_
from harness.symbolic.terms.interval import Bounds
from harness.symbolic.terms.linear import add, bounds, negate, shift, split, subtract
from harness.symbolic.terms.node import (
    CONST,
    EQ,
    FALSE,
    GE,
    ITE,
    NOT,
    OR,
    TRUE,
    Bool,
    Int,
    const,
    find_int,
    make_int,
)


def ite(condition: Bool, then: Int, otherwise: Int) -> Int:
    """then where the condition holds, otherwise elsewhere."""
    if then is otherwise or condition is TRUE:
        return then
    if condition is FALSE:
        return otherwise
    if condition.op in (NOT, GE, OR):
        condition, then, otherwise = not_(condition), otherwise, then
    if then.op == ITE:
        then = _under(condition, then, True)
    if otherwise.op == ITE:
        otherwise = _under(condition, otherwise, False)
    if then is otherwise:
        return then
    if condition.op == EQ and _differ_by(condition, then, otherwise):
        return otherwise
    if otherwise.op == ITE and otherwise.args[1] is then:
        return ite(or_(condition, otherwise.args[0]), then, otherwise.args[2])
    if then.op == ITE and then.args[2] is otherwise:
        return ite(and_(condition, then.args[0]), then.args[1], otherwise)
    args = (condition, then, otherwise)
    node = find_int(ITE, args, None)
    if node is None:
        lo: int | None
        hi: int | None
        if then.op == CONST and otherwise.op == CONST:
            lo, hi = sorted((then.data, otherwise.data))
        else:
            lo, hi = interval.hull(
                bounds_under(condition, then), bounds_under(not_(condition), otherwise)
            )
        node = make_int(ITE, args, None, lo, hi)
    return node


def _differ_by(condition: Bool, then: Int, otherwise: Int) -> bool:
    """Whether what makes two terms equal is just that condition: x if x == y else y is y."""
    zero = shift(condition.args[0], -condition.data)
    difference = subtract(then, otherwise)
    return difference is zero or negate(difference) is zero


def _under(condition: Bool, term: Int, truth: bool) -> Int:
    """An ITE where the condition is known: its branch, if it tests the same condition."""
    tested: Bool = term.args[0]
    branch: Int
    if tested is condition:
        branch = term.args[1] if truth else term.args[2]
        return branch
    if tested is condition.negation:
        branch = term.args[2] if truth else term.args[1]
        return branch
    return term


def bounds_under(condition: Bool, term: Int) -> Bounds:
    """Bounds of a term where one bound on a linear form holds (as for a minimum)."""
    own = bounds(term)
    found = None if term.op == CONST else bound_of(condition)
    if found is None:
        return own
    form, lo, hi = found
    if set(split(form)[0]).isdisjoint(split(term)[0]):
        return own
    limit = interval.meet((lo, hi), bounds(form))
    direct = interval.add(limit, bounds(subtract(term, form)))
    mirrored = interval.add(interval.scale(limit, -1), bounds(add(term, form)))
    return interval.meet(own, interval.meet(direct, mirrored))


def word_of(condition: Bool) -> Int:
    """1 where the condition holds, 0 elsewhere: what EVM comparisons leave on the stack."""
    return ite(condition, const(1), const(0))


def absolute(term: Int, negative: Bool) -> Int:
    """|term|, where `negative` says that term < 0."""
    return ite(negative, subtract(const(0), term), term)
