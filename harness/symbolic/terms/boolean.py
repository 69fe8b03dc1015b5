"""Boolean structure: negation, conjunction, disjunction, in negation normal form.

Literals are bounds `h <= k`, `h >= k`, `h == k` on a linear form h without constant, boolean
variables, and negations of the last two. A conjunction merges the bounds on one form, drops
what its literals decide in the disjunctions next to them, and drops a bound that follows
from another by intervals alone: that is what turns solc's overflow checks into one bound.
"""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter

from harness.symbolic.terms import interval
from harness.symbolic.terms.linear import add, bounds, split, subtract
from harness.symbolic.terms.node import (
    AND,
    EQ,
    FALSE,
    GE,
    LE,
    MUL,
    NOT,
    OR,
    TRUE,
    Bool,
    Int,
    make_bool,
)

_by_id = attrgetter("id")
_MOST_COMPARED = 6
"""Conjunctions with more bounds than this are not searched for bounds that follow."""


def at_most(form: Int, limit: int) -> Bool:
    """form <= limit, for a form without constant; decided by its interval if possible."""
    if form.hi is not None and form.hi <= limit:
        return TRUE
    if form.lo is not None:
        if form.lo > limit:
            return FALSE
        if form.lo == limit:
            return equals(form, limit)
    if form.hi == limit + 1:
        return not_(equals(form, limit + 1))
    return make_bool(LE, (form,), limit)


def at_least(form: Int, limit: int) -> Bool:
    """form >= limit, for a form without constant; decided by its interval if possible."""
    if form.lo is not None and form.lo >= limit:
        return TRUE
    if form.hi is not None:
        if form.hi < limit:
            return FALSE
        if form.hi == limit:
            return equals(form, limit)
    if form.lo == limit - 1:
        return not_(equals(form, limit - 1))
    return make_bool(GE, (form,), limit)


def equals(form: Int, value: int) -> Bool:
    """form == value, for a form without constant; decided by its interval if possible."""
    lo, hi = form.lo, form.hi
    if (lo is not None and lo > value) or (hi is not None and hi < value):
        return FALSE
    if lo is not None and lo == hi:
        return TRUE
    if lo is not None and value == lo and hi == lo + 1:
        return not_(make_bool(EQ, (form,), hi))
    return make_bool(EQ, (form,), value)


def not_(term: Bool) -> Bool:
    """The negation, in negation normal form."""
    if term.negation is not None:
        return term.negation
    stack = [term]
    while stack:
        node = stack[-1]
        if node.negation is not None:
            stack.pop()
            continue
        if node.op in (AND, OR):
            waiting = [child for child in node.args if child.negation is None]
            if waiting:
                stack.extend(waiting)
                continue
        stack.pop()
        opposite = _negate(node)
        node.negation = opposite
        if opposite.negation is None:
            opposite.negation = node
    return term.negation  # type: ignore[return-value]  # set by the loop


def _negate(node: Bool) -> Bool:
    """The negation of a node whose children are negated already."""
    op = node.op
    if op == LE:
        return at_least(node.args[0], node.data + 1)
    if op == GE:
        return at_most(node.args[0], node.data - 1)
    if op == NOT:
        inner: Bool = node.args[0]
        return inner
    if op in (AND, OR):
        # The children are in normal form together, and so are their negations.
        opposites = tuple(sorted((child.negation for child in node.args), key=_by_id))
        return make_bool(OR if op == AND else AND, opposites, None)
    return make_bool(NOT, (node,), None)


def and_(*terms: Bool) -> Bool:
    """The conjunction; TRUE if there is nothing to conjoin."""
    return conjoin(terms)


def or_(*terms: Bool) -> Bool:
    """The disjunction; FALSE if there is nothing to disjoin."""
    if len(terms) == 1:
        return terms[0]
    return not_(conjoin([not_(term) for term in terms]))


def conjoin(terms: Iterable[Bool]) -> Bool:
    """The conjunction of any number of terms."""
    members: dict[Bool, None] = {}
    for term in terms:
        if term.op == AND:
            members.update(dict.fromkeys(term.args))
        elif term is FALSE:
            return FALSE
        elif term is not TRUE:
            members[term] = None
    if len(members) > 1:
        for term in members:
            if term.negation in members:
                return FALSE
        merged = _merge_bounds(members)
        if merged is None:
            return FALSE
        members = _propagate(merged)
    if not members:
        return TRUE
    if FALSE in members:
        return FALSE
    if len(members) == 1:
        return next(iter(members))
    return make_bool(AND, tuple(sorted(members, key=_by_id)), None)


def bound_of(term: Bool) -> tuple[Int, int | None, int | None] | None:
    """A literal that bounds a form h, as (h, lo, hi); None for anything else.

    `h != k` bounds h where k is the least or greatest value that h can have.
    """
    op = term.op
    if op == LE:
        return term.args[0], None, term.data
    if op == GE:
        return term.args[0], term.data, None
    if op == EQ:
        return term.args[0], term.data, term.data
    if op == NOT and term.args[0].op == EQ:
        form, value = term.args[0].args[0], term.args[0].data
        if form.lo == value:
            return form, value + 1, None
        if form.hi == value:
            return form, None, value - 1
    return None


def _merge_bounds(members: dict[Bool, None]) -> dict[Bool, None] | None:
    """One bound per side and form; None if they contradict each other."""
    ranges: dict[Int, interval.Bounds] = {}
    count = 0
    for term in members:
        found = bound_of(term)
        if found is not None:
            count += 1
            form, lo, hi = found
            ranges[form] = interval.meet(ranges.get(form, interval.UNBOUNDED), (lo, hi))
    if count > len(ranges) or any(term.op == NOT for term in members):
        members = _rebuild_bounds(members, ranges)
        if FALSE in members:
            return None
    if 1 < len(ranges) <= _MOST_COMPARED:
        return _drop_implied(members)
    return members


def _rebuild_bounds(
    members: dict[Bool, None], ranges: dict[Int, interval.Bounds]
) -> dict[Bool, None]:
    """The members with their bounds replaced by the merged ones."""
    rest: dict[Bool, None] = {}
    for term in members:
        if bound_of(term) is not None:
            continue
        if term.op == NOT and term.args[0].op == EQ:
            form, value = term.args[0].args[0], term.args[0].data
            lo, hi = ranges.get(form, interval.UNBOUNDED)
            if (lo is not None and value < lo) or (hi is not None and value > hi):
                continue
            if lo == value:
                ranges[form] = (value + 1, hi)
                continue
            if hi == value:
                ranges[form] = (lo, value - 1)
                continue
        rest[term] = None
    for form, (lo, hi) in ranges.items():
        if lo is not None and lo == hi:
            rest[equals(form, lo)] = None
        elif lo is not None and hi is not None and lo > hi:
            return {FALSE: None}
        else:
            if lo is not None:
                rest[at_least(form, lo)] = None
            if hi is not None:
                rest[at_most(form, hi)] = None
    rest.pop(TRUE, None)
    return rest


def implies(left: Bool, right: Bool) -> bool:
    """Whether one bound gives another by intervals alone (False: not seen to)."""
    if left is right:
        return True
    one, two = bound_of(left), bound_of(right)
    if one is None or two is None:
        return False
    form, lo, hi = one
    other, least, most = two
    if form is other:
        range_ = interval.meet((lo, hi), bounds(form))
    elif left.op == EQ and left.data == 0 and other.op == MUL and form in other.args:
        range_ = (0, 0)
    elif form.op == MUL and other in form.args and right is not_(equals(other, 0)):
        # A product that is not 0 has no factor 0.
        return (lo is not None and lo > 0) or (hi is not None and hi < 0)
    elif set(split(form)[0]).isdisjoint(split(other)[0]):
        return False
    else:
        own = interval.meet((lo, hi), bounds(form))
        range_ = interval.meet(
            interval.add(own, bounds(subtract(other, form))),
            interval.add(interval.scale(own, -1), bounds(add(other, form))),
        )
    return (least is None or (range_[0] is not None and range_[0] >= least)) and (
        most is None or (range_[1] is not None and range_[1] <= most)
    )


def _drop_implied(members: dict[Bool, None]) -> dict[Bool, None]:
    """Without the bounds that follow from another one, and FALSE if two exclude each other."""
    literals = [term for term in members if bound_of(term) is not None]
    dropped: set[Bool] = set()
    for left in literals:
        if left in dropped:
            continue
        for right in literals:
            if right is left or right in dropped:
                continue
            if implies(left, right):
                dropped.add(right)
            elif implies(left, not_(right)):
                return {FALSE: None}
    return {term: None for term in members if term not in dropped}


def _propagate(members: dict[Bool, None]) -> dict[Bool, None]:
    """Use the literals of a conjunction inside its disjunctions, until nothing changes."""
    while True:
        known = [term for term in members if term.op not in (AND, OR)]
        choices = [term for term in members if term.op == OR]
        if not known or not choices:
            return members
        changed = False
        result: dict[Bool, None] = dict.fromkeys(known)
        for choice in choices:
            reduced = _reduce(choice, known)
            changed = changed or reduced is not choice
            parts = reduced.args if reduced.op == AND else (reduced,)
            result.update(dict.fromkeys(parts))
        result.pop(TRUE, None)
        if not changed:
            return result
        if FALSE in result or any(term.negation in result for term in result):
            return {FALSE: None}
        merged = _merge_bounds(result)
        if merged is None:
            return {FALSE: None}
        members = merged


def decided(term: Bool, known: Iterable[Bool]) -> bool | None:
    """Whether known literals decide a literal (None: not seen to)."""
    opposite = not_(term)
    for literal in known:
        if literal is term:
            return True
        if literal is opposite:
            return False
    for literal in known:
        if implies(literal, term):
            return True
        if implies(literal, opposite):
            return False
    return None


def _reduce(choice: Bool, known: list[Bool]) -> Bool:
    """A disjunction under known literals: what they decide in it is dropped."""
    kept: list[Bool] = []
    changed = False
    for disjunct in choice.args:
        if disjunct.op == AND:
            inner: list[Bool] = []
            dead = False
            for part in disjunct.args:
                truth = decided(part, known) if part.op not in (AND, OR) else None
                if truth is None:
                    inner.append(part)
                elif not truth:
                    dead = True
                    break
            changed = changed or dead or len(inner) < len(disjunct.args)
            if not dead:
                kept.append(disjunct if len(inner) == len(disjunct.args) else conjoin(inner))
            continue
        truth = decided(disjunct, known)
        if truth:
            return TRUE
        if truth is None:
            kept.append(disjunct)
        else:
            changed = True
    return or_(*kept) if changed else choice


def choose(condition: Bool, then: Bool, otherwise: Bool) -> Bool:
    """then where the condition holds, otherwise elsewhere."""
    if condition is TRUE or then is otherwise:
        return then
    if condition is FALSE:
        return otherwise
    return or_(and_(condition, then), and_(not_(condition), otherwise))


def iff(left: Bool, right: Bool) -> Bool:
    """Whether two truth values are equal."""
    return choose(left, right, not_(right))


def imply(left: Bool, right: Bool) -> Bool:
    """left implies right."""
    return or_(not_(left), right)
