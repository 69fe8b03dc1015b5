"""Queries without products: sums of what was multiplied out, and what is known of such products.

Solvers are quick and agree where a query is linear. So a product is multiplied out into monomials,
each monomial becomes a variable, and so does a quotient by what is no constant, of which its
definition is kept. What the query loses by that is put back as instances of a few laws of order
(`order`), at the products in sight: they are true of all integers, so that what follows from the
query without products follows from the original. Nothing else can be learned from it.

Functions with laws of their own, such as what a loop computes, keep what the laws say of the
applications in sight, one by one and two by two.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter

from harness.symbolic.order import Factors, laws_of
from harness.symbolic.solve import Query
from harness.symbolic.terms import (
    Bool,
    Function,
    Int,
    Term,
    and_,
    compare,
    const,
    imply,
    int_var,
    not_,
)
from harness.symbolic.terms.division import divide, modulo
from harness.symbolic.terms.linear import linear, shift, split, subtract
from harness.symbolic.terms.node import (
    AND,
    APP,
    CONST,
    DIV,
    EQ,
    GE,
    ITE,
    LE,
    MOD,
    MUL,
    OR,
    SLICE,
    VAR,
    WORD_BITS,
)
from harness.symbolic.terms.powers import is_power
from harness.symbolic.terms.product import product_bounds
from harness.symbolic.terms.rebuild import with_args
from harness.symbolic.terms.show import show

__all__ = ["Products", "Weaker", "named"]

_MOST_MONOMIALS = 40
"""Products of more are one variable."""

_MOST_TOGETHER = 12
"""Applications of one function that are looked at two by two."""

_MOST_CHOICES = 60
"""Monomials that are looked at for simpler ones."""

Monomial = tuple[Int, ...]

_SHOWN = 12
"""Nodes of a product that are shown."""

_serial = attrgetter("id")


@dataclass(frozen=True)
class Weaker:
    """A query without products: what follows from it follows from the one that it was made of."""

    query: Query
    of: Callable[[Bool], Bool]
    """What became of a condition; one that the query has not stays as it is."""


class Products:
    """The variables that stand for products in one term scope.

    Args:
        name: what the names of the variables begin with; another one for each in one scope.
    """

    def __init__(self, name: str = "") -> None:
        self._name = name
        self._variables: dict[Monomial, Int] = {}
        self._monomials: dict[Int, Monomial] = {}
        self._quotients: dict[tuple[Int, Int], Int] = {}
        self._plain: dict[str, Function] = {}
        self._nonlinear: dict[Term, frozenset[Int]] = {}
        self._forms: dict[Term, Term] = {}
        self._under: dict[object, dict[Term, Term]] = {}
        self._settled: dict[Bool, bool] = {}

    def without(self, query: Query, certain: Iterable[Bool] = ()) -> Weaker | None:
        """A weaker query without products; None if there are none in it.

        Args:
            certain: assumptions that every proof may use: which unknowns are equal, and what is
                chosen, is read off these and the goal.
        """
        conditions = query.conditions()
        known = self._in_sight(conditions)
        if not known:
            return None
        facts = list(_conjuncts([*certain, not_(query.goal)]))
        same = _equal_unknowns(facts)
        self._settled = _settled(facts, parts_of(conditions))
        # Unknowns that are equal have the same products, and so has a choice and what is chosen:
        # that is seen at once if one stands for both.
        key = (tuple(same.items()), frozenset(self._settled.items()))
        self._forms = self._under.setdefault(key, dict(same.items()))
        ranges = [compare.within(term, each.lo, each.hi) for each, term in same.items()]
        laws = self._laws(conditions, known)
        assumptions = (*map(self.weaker, query.assumptions), *ranges, *laws)
        weaker = Query(tuple(dict.fromkeys(assumptions)), self.weaker(query.goal), query.name)
        became = {each: self.weaker(each) for each in conditions}
        return Weaker(weaker, lambda condition: became.get(condition, condition))

    def told(self, query: Query) -> Query:
        """A query with what is known of the functions in it, and with its products."""
        told = self._of_functions(self._in_sight(query.conditions()))
        assumptions = dict.fromkeys((*query.assumptions, *told))
        return Query(tuple(assumptions), query.goal, query.name)

    def weaker(self, condition: Bool) -> Bool:
        """A condition without products."""
        found = self._form(condition)
        assert isinstance(found, Bool)
        return found

    # Terms

    def _int(self, term: Int) -> Int:
        found = self._form(term)
        assert isinstance(found, Int)
        return found

    def _form(self, term: Term) -> Term:
        """A term with its products multiplied out."""
        forms = self._forms
        stack = [term]
        while stack:
            node = stack[-1]
            if node in forms:
                stack.pop()
                continue
            waiting = [child for child in node.args if child not in forms]
            if waiting:
                stack.extend(waiting)
                continue
            stack.pop()
            forms[node] = self._rebuilt(node, tuple([forms[child] for child in node.args]))
        return forms[term]

    def _rebuilt(self, node: Term, args: tuple[Term, ...]) -> Term:
        ints = tuple(arg for arg in args if isinstance(arg, Int))
        if node.op == MUL:
            return self.product(ints)
        if node.op in (DIV, MOD):
            return self._division(node.op, *ints)
        if node.op == APP and (node.data.laws or node.data.pairs):
            applied: Int = self._without_laws(node.data)(*ints)
            return applied
        if node.op == ITE and node.args[0] in self._settled:
            return args[1 if self._settled[node.args[0]] else 2]
        same = all(a is b for a, b in zip(args, node.args, strict=True))
        return node if same else with_args(node, args)

    def product(self, factors: Iterable[Int]) -> Int:
        """The product of terms that have no products in them, multiplied out."""
        parts: dict[Monomial, int] = {(): 1}
        for factor in factors:
            own = self._parts(factor)
            if len(own) * len(parts) > _MOST_MONOMIALS:
                own = {(factor,): 1}
            made: dict[Monomial, int] = {}
            for one, c in parts.items():
                for other, d in own.items():
                    both = tuple(sorted((*one, *other), key=_serial))
                    made[both] = made.get(both, 0) + c * d
            parts = made
        constant = parts.pop((), 0)
        sums: dict[Int, int] = {}
        for monomial, factor_of in parts.items():
            atom = self._variable(monomial)
            sums[atom] = sums.get(atom, 0) + factor_of
        return linear(sums, constant)

    def _parts(self, term: Int) -> dict[Monomial, int]:
        """A sum by the monomials of its atoms."""
        atoms, factors, constant = split(term)
        found: dict[Monomial, int] = {(): constant} if constant else {}
        for atom, factor in zip(atoms, factors, strict=True):
            found[self._monomials.get(atom, (atom,))] = factor
        return found

    def _variable(self, monomial: Monomial) -> Int:
        if len(monomial) == 1:
            return monomial[0]
        known = self._variables.get(monomial)
        if known is None:
            lo, hi = product_bounds(monomial)
            known = int_var(f"{self._name}product.{len(self._variables)}", lo, hi)
            self._variables[monomial] = known
            self._monomials[known] = monomial
        return known

    def _division(self, op: int, a: Int, b: Int) -> Int:
        if b.op == CONST:
            return divide(a, b) if op == DIV else modulo(a, b)
        quotient = self._quotient(a, b)
        if op == DIV:
            return quotient
        return subtract(a, self.product((b, quotient)))

    def _quotient(self, a: Int, b: Int) -> Int:
        known = self._quotients.get((a, b))
        if known is None:
            whole = divide(a, b)
            if whole.op != DIV:
                return whole
            known = int_var(f"{self._name}quotient.{len(self._quotients)}", whole.lo, whole.hi)
            self._quotients[a, b] = known
        return known

    def _without_laws(self, function: Function) -> Function:
        """The same function as one of which nothing is known."""
        known = self._plain.get(function.name)
        if known is None:
            name = f"{function.name} alone"
            known = replace(function, name=name, exact=None, laws=None, pairs=None, exact_laws=None)
            self._plain[function.name] = known
        return known

    # Laws

    def _in_sight(self, conditions: Iterable[Term]) -> set[Int]:
        """The products, quotients and functions with laws in some conditions."""
        found: set[Int] = set()
        for condition in conditions:
            found |= self._of(condition)
        return found

    def _of(self, root: Term) -> frozenset[Int]:
        known = self._nonlinear.get(root)
        if known is None:
            parts = parts_of([root])
            known = frozenset(each for each in parts if isinstance(each, Int) and _is_opaque(each))
            self._nonlinear[root] = known
        return known

    def _laws(self, conditions: Sequence[Bool], known: set[Int]) -> list[Bool]:
        """What is true of the products and functions in sight."""
        told = self._of_functions(known)
        factors = Factors()
        found = [self.weaker(fact) for fact in told]
        for node in sorted(self._in_sight(told) | known, key=_serial):
            args = [self._int(arg) for arg in node.args]
            if node.op == MUL:
                for place, factor in enumerate(args):
                    rest = [*args[:place], *args[place + 1 :]]
                    factors.add(factor, self.product(rest))
                    # Where a sum does not leave the word, its order is that of the sum.
                    factors.add(_whole(factor), self.product(map(_whole, rest)))
            elif node.op in (DIV, MOD):
                quotient = self._quotient(*args)
                if quotient.op != CONST:
                    found += self._definition(quotient, *args)
                    factors.add(args[1], quotient)
                    factors.add(_whole(args[1]), quotient)
        numbers, divisors = landmarks([*map(self.weaker, conditions), *found])
        found += laws_of(factors, numbers, divisors, lambda f, g: self.product((f, g)))
        return found + self._choices([*map(self.weaker, conditions), *found])

    def _of_functions(self, known: set[Int]) -> list[Bool]:
        """What the laws of functions say of the applications in sight, and of those in these."""
        found: dict[Bool, None] = {}
        seen: dict[Int, None] = {}
        waiting = sorted((each for each in known if each.op == APP), key=_serial)
        exactly = any(map(is_power, waiting))
        while waiting:
            node = waiting.pop(0)
            if node in seen:
                continue
            new = list(node.data.laws(node)) if node.data.laws else []
            if exactly and node.data.exact_laws:
                new += node.data.exact_laws(node)
            if node.data.pairs:
                others = [each for each in seen if each.data == node.data][-_MOST_TOGETHER:]
                for other in others:
                    new += [*node.data.pairs(node, other), *node.data.pairs(other, node)]
            seen[node] = None
            found.update(dict.fromkeys(new))
            inside = sorted(self._in_sight(new), key=_serial)
            waiting += [each for each in inside if each.op == APP and each not in seen]
        return list(found)

    def _definition(self, quotient: Int, a: Int, b: Int) -> list[Bool]:
        """What makes a quotient, rounded down, of a divisor of any sign."""
        rest = subtract(a, self.product((b, quotient)))
        zero = const(0)
        positive, negative = compare.gt(b, zero), compare.lt(b, zero)
        return [
            imply(positive, and_(compare.ge(rest, zero), compare.lt(rest, b))),
            imply(negative, and_(compare.le(rest, zero), compare.gt(rest, b))),
            imply(compare.eq(b, zero), compare.eq(quotient, zero)),
        ]

    def _choices(self, conditions: Iterable[Bool]) -> list[Bool]:
        """What a product is where one of its factors is another term: one of two that it is chosen
        from, or the word that a sum does not leave."""
        found: list[Bool] = []
        done: set[Int] = set()
        waiting = self._monomials_in(conditions)
        while waiting and len(done) < _MOST_CHOICES:
            variable = waiting.pop(0)
            if variable in done:
                continue
            done.add(variable)
            monomial = self._monomials[variable]
            for place, atom in enumerate(monomial):
                rest = (*monomial[:place], *monomial[place + 1 :])
                facts = [
                    imply(condition, compare.eq(variable, self.product((other, *rest))))
                    for condition, other in _readings(atom)
                ]
                if facts:
                    found += facts
                    waiting += self._monomials_in(facts)
                    break  # what is left is read in the products that these lead to
        return found

    def _monomials_in(self, conditions: Iterable[Bool]) -> list[Int]:
        """The variables in some conditions that stand for products."""
        parts = parts_of(conditions)
        return [variable for variable in self._variables.values() if variable in parts]


def _whole(term: Int) -> Int:
    """The sum that a word is the low bits of."""
    return term.args[0] if term.op == SLICE and term.data == (0, WORD_BITS) else term


def _readings(atom: Int) -> list[tuple[Bool, Int]]:
    """Simpler terms that a term is equal to, each under a condition."""
    if atom.op == ITE:
        condition, one, other = atom.args
        return [(condition, one), (not_(condition), other)]
    if atom.op == SLICE and atom.data[0] == 0:
        whole: Int = atom.args[0]
        return [(compare.within(whole, 0, (1 << atom.data[1]) - 1), whole)]
    return []


def _conjuncts(conditions: Iterable[Bool]) -> Iterator[Bool]:
    """The parts of some conditions that hold each by itself."""
    for condition in conditions:
        if condition.op == AND:
            yield from _conjuncts(condition.args)
        else:
            yield condition


def _settled(facts: Iterable[Bool], parts: Iterable[Term]) -> dict[Bool, bool]:
    """The conditions of choices that some facts settle, and how."""
    known = set(facts)

    def truth(condition: Bool) -> bool | None:
        if condition in known:
            return True
        if not_(condition) in known:
            return False
        if condition.op not in (AND, OR):
            return None
        found = [truth(each) for each in condition.args]
        decisive = condition.op == OR
        if decisive in found:
            return decisive
        return None if None in found else not decisive

    asked = {each.args[0]: truth(each.args[0]) for each in parts if each.op == ITE}
    return {condition: settled for condition, settled in asked.items() if settled is not None}


def _equal_unknowns(conditions: Iterable[Bool]) -> dict[Int, Int]:
    """Unknowns that are another one, or a number, and perhaps something more; by conditions."""
    found: dict[Int, Int] = {}

    def resolved(term: Int) -> Int:
        atoms, factors, constant = split(term)
        while len(atoms) == 1 and factors == (1,) and atoms[0] in found:
            atoms, factors, more = split(found[atoms[0]])
            constant += more
        return shift(linear(dict(zip(atoms, factors, strict=True)), 0), constant)

    for condition in conditions:
        if condition.op != EQ:
            continue
        atoms, factors, constant = split(condition.args[0])
        if any(each.op not in (VAR, APP) for each in atoms) or factors not in ((1,), (1, -1)):
            continue
        # one - other == number
        one = resolved(atoms[0])
        other = resolved(atoms[1]) if len(atoms) == 2 else const(0)
        rest = shift(subtract(one, other), constant - condition.data)
        atoms, factors, constant = split(rest)
        if factors == (1, -1):
            found[atoms[1]] = shift(atoms[0], constant)
        elif factors == (1,):
            found[atoms[0]] = const(-constant)
    return {each: resolved(term) for each, term in found.items()}


def _is_opaque(node: Int) -> bool:
    """Whether a node is a product, a quotient by no constant, or a function with laws."""
    if node.op == MUL:
        return True
    if node.op == APP:
        return bool(node.data.laws or node.data.pairs)
    return node.op in (DIV, MOD) and node.args[1].op != CONST


def named(goal: Bool, most: int = 3) -> tuple[str, ...]:
    """The products and quotients of unknowns that a goal is made of, the smallest first."""
    found = (n for n in parts_of((goal,)) if n.op == MUL or (n.op == DIV and n.args[1].op != CONST))
    texts = sorted({show(node, _SHOWN) for node in found}, key=lambda text: (len(text), text))
    return tuple(texts[:most])


def parts_of(terms: Iterable[Term]) -> set[Term]:
    """All that some terms are made of."""
    seen: set[Term] = set()
    stack = list(terms)
    while stack:
        node = stack.pop()
        if node not in seen:
            seen.add(node)
            stack.extend(node.args)
    return seen


def landmarks(conditions: Iterable[Bool]) -> tuple[dict[Int, list[int]], list[int]]:
    """The numbers that each form is compared with, and those that anything is divided by."""
    numbers: dict[Int, list[int]] = {}
    divisors: dict[int, None] = {}
    for node in sorted(parts_of(conditions), key=_serial):
        if node.op in (LE, GE, EQ):
            numbers.setdefault(node.args[0], []).append(node.data)
        elif node.op in (DIV, MOD):
            divisors[node.args[1].data] = None
    return numbers, list(divisors)
