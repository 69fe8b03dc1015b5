"""What is known on a path: bounds of terms, and conditions decided by them.

Everything here follows by intervals and by structure; no solver is asked.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self

from harness.symbolic.terms import interval
from harness.symbolic.terms.boolean import bound_of, decided, not_, or_
from harness.symbolic.terms.interval import Bounds
from harness.symbolic.terms.linear import combine, shift, split
from harness.symbolic.terms.node import (
    AND,
    DIV,
    EQ,
    GE,
    ITE,
    LE,
    LIN,
    MAX_WORD,
    MOD,
    MUL,
    NOT,
    OR,
    SIGN,
    SLICE,
    TRUE,
    TRUTH,
    WORD,
    Bool,
    Int,
    Term,
)
from harness.symbolic.terms.slices import signed

_MOST_ALTERNATIVES = 4
"""Disjunctions of more alternatives are not searched for what they have in common."""
_DEEPEST = 12
"""How many levels of atoms inside atoms are searched for bounds."""


class Knowledge:
    """An immutable set of conditions with the bounds that they give; see `Facts`."""

    __slots__ = (
        "_bounds",
        "_choices",
        "_forms",
        "_known",
        "_memo",
        "_ranges",
        "_unequal",
        "path",
    )

    path: tuple[Bool, ...]
    """The conditions in the order they were assumed, as they were given."""

    def __init__(self, conditions: Iterable[Bool] = ()) -> None:
        self.path = ()
        self._known: dict[Bool, bool] = {}
        self._bounds: dict[Int, Bounds] = {}
        self._forms: dict[Int, tuple[Int, ...]] = {}
        self._choices: tuple[Bool, ...] = ()
        self._unequal: dict[Int, tuple[int, ...]] = {}
        self._memo: dict[Term, Term] = {}
        self._ranges: dict[Int, Bounds] = {}
        for condition in conditions:
            self._add(condition)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({list(self.path)!r})"

    def assume(self, *conditions: Bool) -> Self:
        """These facts and more."""
        larger = type(self)()
        larger.path = self.path
        larger._known = dict(self._known)
        larger._bounds = dict(self._bounds)
        larger._forms = dict(self._forms)
        larger._choices = self._choices
        larger._unequal = dict(self._unequal)
        for condition in conditions:
            larger._add(condition)
        return larger

    def _add(self, condition: Bool) -> None:
        before = set(self._choices)
        self.path = (*self.path, condition)
        self._learn(condition)
        again = True
        while again:
            again = False
            for choice in self._choices:
                found = self._resolve(choice, choice not in before)
                before.add(choice)
                if found is not None:
                    self._choices = tuple(c for c in self._choices if c is not choice)
                    self._learn(found)
                    again = True
                    break

    def _with(self, condition: Bool) -> Self:
        """These facts and one more, without looking into open disjunctions again."""
        larger = self.assume()
        larger._choices = ()
        larger._learn(condition)
        return larger

    def _resolve(self, choice: Bool, deep: bool) -> Bool | None:
        """What a disjunction comes to here; None if it stays open."""
        left = [part for part in choice.args if self.decide(part) is not False]
        if any(self.decide(part) for part in left):
            return TRUE
        if len(left) == 1:
            only: Bool = left[0]
            return only
        if deep and len(left) <= _MOST_ALTERNATIVES:
            for part in left:
                rest = or_(*(other for other in left if other is not part))
                # What one alternative gives and the others are: it holds either way.
                if bound_of(part) is not None and self._with(part).decide(rest):
                    return rest
        return None if len(left) == len(choice.args) else or_(*left)

    def _learn(self, condition: Bool) -> None:
        """Record a condition that holds, in parts."""
        if condition.op == TRUTH:
            self._known[condition] = True
            return
        self._memo, self._ranges = {}, {}
        self._known[condition] = True
        self._known[not_(condition)] = False
        if condition.op == AND:
            for part in condition.args:
                self._learn(part)
        elif condition.op == OR:
            self._choices = (*self._choices, condition)
        elif condition.op == NOT and condition.args[0].op == EQ:
            self._differ(condition.args[0].args[0], condition.args[0].data)
        found = bound_of(condition)
        if found is not None:
            form, lo, hi = found
            self._narrow(form, lo, hi)
            if any(atom.op in (SLICE, ITE) for atom in split(form)[0]):
                # The same bound with what is known inside it, as a second fact.
                self._narrow(self.inside(form), lo, hi)

    def _differ(self, form: Int, value: int) -> None:
        """Record form != value, and the same of the signed reading of a word."""
        self._unequal[form] = (*self._unequal.get(form, ()), value)
        self._tighten(form)
        if form.op != LIN and form.lo == 0 and form.hi == MAX_WORD:
            biased = shift(signed(form), SIGN)
            self._unequal[biased] = (*self._unequal.get(biased, ()), (value + SIGN) % WORD)
            self._tighten(biased)

    def _tighten(self, form: Int) -> None:
        """Move bounds inwards past values that the form does not have."""
        values = self._unequal.get(form, ())
        lo, hi = self.bounds(form)
        while lo is not None and lo in values:
            lo += 1
        while hi is not None and hi in values:
            hi -= 1
        if (lo, hi) != self.bounds(form):
            self._narrow(form, lo, hi)

    def _narrow(self, form: Int, lo: int | None, hi: int | None) -> None:
        atoms, _, constant = split(form)
        if not atoms:
            return
        if constant:
            form = shift(form, -constant)
            lo = None if lo is None else lo - constant
            hi = None if hi is None else hi - constant
        before = self._bounds.get(form, (form.lo, form.hi))
        after = interval.meet(before, (lo, hi))
        if after == before and form in self._bounds:
            return
        self._bounds[form] = after
        self._memo, self._ranges = {}, {}
        if form in self._unequal:
            self._tighten(form)
        if len(atoms) > 1:
            for atom in atoms:
                known = self._forms.get(atom, ())
                if form not in known:
                    self._forms[atom] = (*known, form)

    def bounds(self, term: Int) -> Bounds:
        """Bounds of a term on this path. lo > hi says that the path is impossible."""
        return self._range(term, 0)

    def _range(self, term: Int, depth: int) -> Bounds:
        found = self._ranges.get(term)
        if found is None:
            found = self._bounds_of_atom(term, depth) if term.op != LIN else self._sum(term, depth)
            if depth == 0 or term.op != LIN:
                self._ranges[term] = found
        return found

    def _sum(self, term: Int, depth: int) -> Bounds:
        """Bounds of a linear form: from its atoms, and from facts on forms that share them."""
        result = self._spread(term, depth)
        for candidate in self._related(term):
            atom = split(candidate)[0][0]
            ratio = _coefficient(term, atom)
            own = _coefficient(candidate, atom)
            if not ratio or ratio % own:
                continue
            ratio //= own
            rest = combine(term, candidate, -ratio)
            limit = interval.scale(self._bounds[candidate], ratio)
            result = interval.meet(result, interval.add(limit, self._spread(rest, depth)))
        return result

    def together(self, condition: Bool) -> bool | None:
        """Whether two facts together decide a bound on a linear form, as a <= b and b <= c decide
        a <= c (None: not seen). It costs more than `decide`, which uses one fact at a time."""
        if condition.op not in (LE, GE, EQ):
            return None
        term: Int = condition.args[0]
        result = self._sum(term, 0)
        for candidate in self._related(term):
            for sign in (1, -1):
                rest = combine(term, candidate, -sign)
                limit = interval.scale(self._bounds[candidate], sign)
                result = interval.meet(result, interval.add(limit, self._sum(rest, 1)))
        return _compare(result, condition.op, condition.data)

    def _related(self, term: Int) -> list[Int]:
        """The forms with a fact of their own that share an atom with a term."""
        related: dict[Int, None] = {}
        for atom in split(term)[0]:
            related.update(dict.fromkeys(self._forms.get(atom, ())))
        return list(related)

    def _spread(self, term: Int, depth: int) -> Bounds:
        """Bounds of a linear form from those of its atoms alone."""
        atoms, factors, constant = split(term)
        result: Bounds = (constant, constant)
        for atom, factor in zip(atoms, factors, strict=True):
            part = interval.scale(self._range(atom, depth + 1), factor)
            result = interval.add(result, part)
        return interval.meet(result, (term.lo, term.hi))

    def _bounds_of_atom(self, atom: Int, depth: int) -> Bounds:
        own = interval.meet((atom.lo, atom.hi), self._bounds.get(atom, interval.UNBOUNDED))
        op = atom.op
        if op not in (MUL, DIV, MOD, SLICE, ITE) or depth > _DEEPEST:
            return own
        if op == ITE:
            condition, then, otherwise = atom.args
            truth = self._decide(condition, depth + 1)
            if truth is not None:
                return interval.meet(own, self._range(then if truth else otherwise, depth + 1))
            return own
        inner = [self._range(arg, depth + 1) for arg in atom.args]
        if op == MUL:
            result: Bounds = (1, 1)
            for part in inner:
                result = interval.multiply(result, part)
        elif op == DIV:
            result = interval.floor_divide(inner[0], inner[1])
        elif op == MOD:
            result = interval.modulo(inner[0], inner[1])
        else:
            result = _slice_bounds(inner[0], *atom.data)
        return interval.meet(own, result)

    def decide(self, condition: Bool) -> bool | None:
        """Whether the facts decide a condition, by intervals and structure (None: not seen)."""
        return self._decide(condition, 0)

    def _decide(self, condition: Bool, depth: int) -> bool | None:
        known = self._known.get(condition)
        if known is not None or depth > _DEEPEST:
            return known
        op = condition.op
        if op == TRUTH:
            return bool(condition.data)
        if op in (AND, OR):
            truths = [self._decide(part, depth + 1) for part in condition.args]
            if op == AND and any(self._excludes(choice, condition) for choice in self._choices):
                return False
            if op == AND:
                return False if False in truths else (None if None in truths else True)
            return True if True in truths else (None if None in truths else False)
        if op == NOT:
            inner = self._decide(condition.args[0], depth)
            return None if inner is None else not inner
        if op not in (LE, GE, EQ):
            return None
        return _compare(self._range(condition.args[0], depth), op, condition.data)

    def _excludes(self, choice: Bool, condition: Bool) -> bool:
        """Whether a conjunction contradicts every alternative of a disjunction that holds."""
        return all(decided(part, condition.args) is False for part in choice.args)

    def inside(self, form: Int) -> Int:
        """A form that is equal here, with what is known used inside it (here: the form)."""
        return form


def _coefficient(term: Int, atom: Int) -> int:
    atoms, factors, _ = split(term)
    return factors[atoms.index(atom)] if atom in atoms else 0


def _slice_bounds(base: Bounds, offset: int, width: int | None) -> Bounds:
    lo, hi = base
    if width is None:
        return (None if lo is None else lo >> offset), (None if hi is None else hi >> offset)
    if lo is None or hi is None or lo >> (offset + width) != hi >> (offset + width):
        return 0, (1 << width) - 1
    mask = (1 << width) - 1
    return lo >> offset & mask, hi >> offset & mask


def _compare(bounds: Bounds, op: int, value: int) -> bool | None:
    """Whether bounds decide x <= value, x >= value or x == value."""
    lo, hi = bounds
    if op == LE:
        return interval.at_most(bounds, value)
    if op == GE:
        opposite = interval.at_most(bounds, value - 1)
        return None if opposite is None else not opposite
    if (lo is not None and lo > value) or (hi is not None and hi < value):
        return False
    return True if lo is not None and lo == hi == value else None
