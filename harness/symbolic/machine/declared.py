"""What an author says of a loop: recognised in the bytecode, and proved of its rounds.

Which item of the bytecode is which is found on numbers, and matters to nothing but the names: a law
is used where two solvers agree that every round keeps it, under those names. A relation of two runs
is kept if it is kept by a round of both, and by a round of one while the other stays as it is in
the end; so that it holds in the end, whichever takes more rounds.

Companions are variables in the proof of a round: they begin as the author says, and go on as he
says, so that what every round keeps of items and companions holds of them in the end. Such laws are
polynomials of several unknowns, which the solvers decide over the reals.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import permutations, product
from typing import TYPE_CHECKING, Any, Final

from harness.loop import Items, Law, LawKind, Loop
from harness.symbolic.explore import explore
from harness.symbolic.machine.bodies import Body
from harness.symbolic.machine.companions import Beside, beside
from harness.symbolic.products import Products, parts_of
from harness.symbolic.solve import Answer, Limits, Proved, Query, check, check_in_reals
from harness.symbolic.terms import (
    FALSE,
    MAX_WORD,
    TRUE,
    Bool,
    Int,
    Term,
    and_,
    compare,
    imply,
    substitute,
    word_var,
)
from harness.symbolic.terms.functions import NotEvaluated
from harness.symbolic.terms.node import AND, WORD
from harness.symbolic.terms.powers import is_power
from harness.symbolic.values import SymBool, SymInt

if TYPE_CHECKING:
    from harness.symbolic.machine.cuts import Round

__all__ = ["Known", "names_of", "proved_laws"]

_LIMITS: Final = Limits(seconds=5)
_SHORT: Final = Limits(seconds=2)
"""For a question with products, where the one without them was not answered."""
_GLANCE: Final = Limits(seconds=0.3)
"""For one that most often is answered soon or not at all."""
_MOST_NUMBERS: Final = 6
_MOST_PATHS: Final = 256
_SMALL: Final = (0, 1, 2, 5)
_ENOUGH: Final = 4
"""Samples on which a loop must do what the author's does to be taken for it."""

Terms = Sequence[Int]

_End = tuple[tuple[Bool, ...], Terms, Terms, Terms]
"""How a round can end: under which conditions, with which items and companions, and variables for
these."""

_Case = tuple[tuple[Bool, ...], Bool]
"""What is known, and what is to follow."""


@dataclass(frozen=True)
class Known:
    """The laws of a loop that are proved, and which of the inputs each item of the author's is."""

    loop: Loop
    places: tuple[int, ...]
    laws: tuple[Law, ...]
    exact: tuple[Law, ...]
    """Those of them that speak of companions, or of exact powers."""
    beside: Beside

    def of_run(self, first: Terms, last: Terms) -> list[Bool]:
        """What is known of the items at first and at last."""
        kept = [law for law in self.laws if law.kind is LawKind.INVARIANT]
        return [
            imply(_words(first), self.says(law, first, last))
            for law in kept
            if law not in self.exact
        ]

    def of_run_exactly(self, first: Terms, last: Terms) -> list[Bool]:
        """What is known of the items at first, and of items and companions at last."""
        companions = tuple(function(*first) for function in self.beside.last)
        return [
            imply(_words(first), self.invariant(law, first, last, companions)) for law in self.exact
        ]

    def of_runs(self, first: tuple[Terms, Terms], last: tuple[Terms, Terms]) -> list[Bool]:
        """What is known of two runs: their items at first, and at last."""
        kept = [law for law in self.laws if law.kind is LawKind.RELATION]
        begun = and_(*map(_words, first), *map(self.is_over, last))
        return [imply(and_(self.says(law, *first), begun), self.says(law, *last)) for law in kept]

    def says(self, law: Law, one: Terms, other: Terms) -> Bool:
        """What a law says of two sets of items; of no items, it says nothing."""
        return _said(lambda: law.body(self._items(one), self._items(other)))

    def invariant(
        self, law: Law, first: Terms, now: Terms, companions: Terms | None = None
    ) -> Bool:
        """What an invariant says when the companions are as given, or those at first."""

        def asked() -> Any:
            begun, items = self.loop.begun(self._values(first)), self._values(now)
            if companions is None:
                return law.body(begun, self.loop.begun(items))
            return law.body(begun, self.loop.at(items, tuple(map(SymInt, companions))))

        return _said(asked)

    def cases(self, law: Law, one: Terms, other: Terms) -> list[tuple[Bool, ...]]:
        """The ways in which a law can be true of two sets of items."""
        told = _cases(lambda: law.body(self._items(one), self._items(other)))
        return [(*condition, said) for condition, said in told if said is not FALSE]

    def is_over(self, items: Terms) -> Bool:
        """Whether a run is over."""
        ends = self.loop.ends
        return FALSE if ends is None else _said(lambda: ends(self._items(items)))

    def _items(self, terms: Terms) -> Items:
        return self.loop.at(self._values(terms))

    def _values(self, terms: Terms) -> tuple[SymInt, ...]:
        return tuple(SymInt(terms[place]) for place in self.places)


def _words(terms: Terms) -> Bool:
    """Whether terms are words: of what else a loop would do, nothing was proved."""
    return and_(*(compare.within(term, 0, MAX_WORD) for term in terms))


def _cases(asked: Callable[[], Any]) -> list[tuple[tuple[Bool, ...], Bool]]:
    """What a law says on every path through it: True where it says nothing."""
    found = []
    for path in explore(asked, max_paths=_MOST_PATHS):
        said = path.result
        if isinstance(said, SymBool):
            found.append((path.condition, said.term))
        else:
            found.append((path.condition, TRUE if said or said is None else FALSE))
    return found


def _said(asked: Callable[[], Any]) -> Bool:
    """What a law says, as one condition."""
    return and_(*(imply(and_(*condition), said) for condition, said in _cases(asked)))


def names_of(body: Body, loop: Loop) -> tuple[int, ...] | None:
    """Which of the inputs of a loop each item of the author's is; None if it is another loop."""
    if len(loop.items) != len(body.inputs):
        return None
    numbers = tuple(dict.fromkeys((*_SMALL, *sorted(body.numbers))))[: _MOST_NUMBERS + 2]
    tried = list(permutations(range(len(loop.items))))
    agreed = 0
    for values in product(numbers, repeat=len(loop.items)):
        try:
            last = dict(zip(body.changed, body.run(values), strict=True))
        except NotEvaluated:
            continue
        ends = [last.get(depth, values[at]) for at, depth in enumerate(body.inputs)]
        left = []
        for places in tried:
            expected = _last(loop, [values[place] for place in places])
            if expected is None or expected == tuple(ends[place] for place in places):
                left.append(places)
                agreed += expected is not None
        tried = left
        if not tried:
            return None
    return tried[0] if agreed >= _ENOUGH else None


def _last(loop: Loop, values: list[int]) -> tuple[int, ...] | None:
    """What the author's loop computes; None where that does not fit a word."""
    try:
        last = tuple(loop.meaning(*values))
    except ArithmeticError:
        return None
    return last if all(0 <= each < WORD for each in last) else None


def proved_laws(
    body: Body, rounds: Sequence[Round], inputs: Terms, loops: Iterable[Loop]
) -> tuple[Known, ...]:
    """The laws that authors declare of a loop, as far as they are proved.

    Args:
        rounds: every way through the body from any stack, with the items of `body.changed` then.
        inputs: variables for the items of `body.inputs` at the head.
    """
    found: list[Known] = []
    for each in loops:
        places = names_of(body, each)
        if places is not None:
            found.append(_Proof(body, rounds, inputs, each, places).laws())
    return tuple(found)


class _Proof:
    """The proofs of the laws of one loop."""

    def __init__(
        self,
        body: Body,
        rounds: Sequence[Round],
        inputs: Terms,
        loop: Loop,
        places: tuple[int, ...],
    ) -> None:
        self._loop = loop
        self._all = Known(loop, places, tuple(loop.laws), (), beside(body, loop, places))
        self._inputs = tuple(inputs)
        self._name = f"a law of the loop {loop.name}"
        self._rounds: list[Law] = []
        self._products = Products(f"{loop.name} {body.name} ")
        self._companions = self._all.beside.variables(f"loop {body.name} {loop.name}")
        self._ways = [(each.conditions, _after(body, each, inputs)) for each in rounds]

    def laws(self) -> Known:
        """What is proved of the loop."""
        self._rounds = [law for law in self._of(LawKind.ROUND) if self._is_of_rounds(law)]
        laws = [
            *self._invariants(),
            *(law for law in self._of(LawKind.RELATION) if self._is_kept_by_two(law)),
            *self._rounds,
        ]
        return replace(self._all, laws=tuple(laws), exact=tuple(filter(self._is_exact, laws)))

    def _of(self, kind: LawKind) -> list[Law]:
        return [law for law in self._loop.laws if law.kind is kind]

    def _is_exact(self, law: Law) -> bool:
        """Whether a law speaks of companions or of exact powers."""
        if law.kind is not LawKind.INVARIANT:
            return False
        others = _others(self._inputs, "first")
        said = self._all.invariant(law, others, self._inputs, self._companions)
        return any(part in self._companions or is_power(part) for part in parts_of([said]))

    def _invariants(self) -> list[Law]:
        """The largest set of invariants that hold at first and are kept together."""
        says, now = self._all.invariant, self._inputs
        left = [law for law in self._of(LawKind.INVARIANT) if self._proves((), says(law, now, now))]
        while True:
            kept = self._kept(left)
            if kept == left:
                return kept
            left = kept

    def _kept(self, left: Sequence[Law]) -> list[Law]:
        """Those of some invariants that a round keeps, if all of them hold before it.

        Of what a round leaves behind, each may use what was found before it.
        """
        says, now, beside = self._all.invariant, self._inputs, self._companions
        first = _others(now, "first")
        known = [says(law, first, now, beside) for law in left]
        kept: list[Law] = []

        def cases(end: _End) -> _Case:
            given, after, values, named = end
            earlier = (says(each, first, after, named) for each in kept)
            return (*known, *given, *earlier), says(law, first, after, values)

        ways = [end for way in self._ways for end in self._ends(*way)]
        rounds = self._ends(*self._any_round())
        for law in left:
            asked = [cases(end) for end in ways]
            if (
                all(self._proves(*case, limits=_GLANCE) for case in asked)
                or all(self._follows_in_reals(*cases(end)) for end in rounds)
                or all(self._follows_in_reals(*cases(_defined(end))) for end in rounds)
                or all(self._proves(*case) for case in asked)
            ):
                kept.append(law)
        return kept

    def _ends(self, conditions: Sequence[Bool], after: Terms, named: Terms = ()) -> list[_End]:
        """The ways in which a round can end: its conditions, and the items and companions then.

        Args:
            named: variables for the companions then, of which nothing else is known.
        """
        told = self._all.beside.after(self._inputs, self._companions, after, named)
        return [((*conditions, *also), after, values, named or values) for also, values in told]

    def _any_round(self) -> tuple[list[Bool], tuple[Int, ...], tuple[Int, ...]]:
        """A round of which nothing is known but what is proved of every round."""
        after = _others(self._inputs, "after")
        said = [self._all.says(law, self._inputs, after) for law in self._rounds]
        return said, after, self._all.beside.variables(f"{self._name} after")

    def _follows_in_reals(self, known: Sequence[Bool], goal: Bool) -> bool:
        """Whether two solvers agree over the reals that a goal follows, each part by itself."""
        return all(
            _is_proved(check_in_reals(Query(tuple(known), part, self._name), _SHORT))
            for part in (goal.args if goal.op == AND else (goal,))
        )

    def _is_of_rounds(self, law: Law) -> bool:
        return all(
            self._proves(conditions, self._all.says(law, self._inputs, after))
            for conditions, after in self._ways
        )

    def _proves(self, known: Sequence[Bool], goal: Bool, limits: Limits = _LIMITS) -> bool:
        """Whether two solvers agree that a goal follows, each part of it by itself."""
        return all(
            self._follows(known, part, limits)
            for part in (goal.args if goal.op == AND else (goal,))
        )

    def _follows(self, known: Sequence[Bool], goal: Bool, limits: Limits) -> bool:
        """Whether they do without products, or else with them if there is time."""
        asked = Query(tuple(known), goal, self._name)
        weaker = self._products.without(asked, known)
        tries = [(weaker.query, limits)] if weaker else []
        # Where there are companions, the reals are asked about products.
        if weaker is None or not (limits is _GLANCE or self._companions):
            tries.append((asked, _SHORT))
        return any(_is_proved(check(*each, confirm=True)) for each in tries)

    def _is_kept_by_two(self, law: Law) -> bool:
        """Whether a relation is kept by a round of both, and by one while the other is over."""
        says, over = self._all.says, self._all.is_over
        one, other = self._inputs, _others(self._inputs, "other")
        moved = dict(zip(one, other, strict=True))
        ways = [(_in(conditions, moved), _in(after, moved)) for conditions, after in self._ways]
        related = self._all.cases(law, one, other)
        both = [
            ((*mine, *theirs), says(law, after, later))
            for mine, after in self._ways
            for theirs, later in ways
        ]
        alone = [((*mine, over(other)), says(law, after, other)) for mine, after in self._ways]
        alone += [((*theirs, over(one)), says(law, one, later)) for theirs, later in ways]
        return all(
            self._proves((*case, *known), goal)
            for known, goal in (*both, *alone)
            for case in related
        )


def _defined(end: _End) -> _End:
    """An end of a round with what the companions then are."""
    given, after, values, named = end
    same = map(compare.eq, named, values)
    return (*given, *same), after, values, named


def _is_proved(answer: Answer) -> bool:
    """Whether both solvers have proved it."""
    return isinstance(answer, Proved) and bool(answer.confirmed_by)


def _after(body: Body, each: Round, inputs: Terms) -> tuple[Int, ...]:
    """The inputs once a round has changed some of them."""
    changed = dict(zip(body.changed, each.items, strict=True))
    return tuple(changed.get(depth, term) for depth, term in zip(body.inputs, inputs, strict=True))


def _others(terms: Terms, name: str) -> tuple[Int, ...]:
    """Other words in the place of some variables."""
    return tuple(word_var(f"{term.data} {name}") for term in terms)


def _in(terms: Sequence[Any], values: dict[Int, Int]) -> tuple[Any, ...]:
    known: dict[Term, Term] = dict(values.items())
    return tuple(substitute(term, known) for term in terms)
