"""What an author says of a loop: recognised in the bytecode, and proved of its rounds.

Which item of the bytecode is which is found on numbers, and matters to nothing but the names: a law
is used where two solvers agree that every round keeps it, under those names. A relation of two runs
is kept if it is kept by a round of both, and by a round of one while the other stays as it is in
the end; so that it holds in the end, whichever takes more rounds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import permutations, product
from typing import TYPE_CHECKING, Any, Final

from harness.loop import Law, LawKind, Loop
from harness.symbolic.explore import explore
from harness.symbolic.machine.bodies import Body
from harness.symbolic.products import Products
from harness.symbolic.solve import Limits, Proved, Query, check
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
    or_,
    substitute,
    word_var,
)
from harness.symbolic.terms.functions import NotEvaluated
from harness.symbolic.terms.node import AND, WORD
from harness.symbolic.values import SymBool, SymInt

if TYPE_CHECKING:
    from harness.symbolic.machine.cuts import Round

__all__ = ["Known", "names_of", "proved_laws"]

_LIMITS: Final = Limits(seconds=5)
_SHORT: Final = Limits(seconds=2)
"""For a question with products, where the one without them was not answered."""
_MOST_NUMBERS: Final = 6
_MOST_PATHS: Final = 256
_SMALL: Final = (0, 1, 2, 5)
_ENOUGH: Final = 4
"""Samples on which a loop must do what the author's does to be taken for it."""

Terms = Sequence[Int]


@dataclass(frozen=True)
class Known:
    """The laws of a loop that are proved, and which of the inputs each item of the author's is."""

    loop: Loop
    places: tuple[int, ...]
    laws: tuple[Law, ...]
    ending: tuple[Law, ...] = ()
    """Relations by which the first run is over in the end if the second one is."""

    def of_run(self, first: Terms, last: Terms) -> list[Bool]:
        """What is known of the items at first and at last."""
        kept = [law for law in self.laws if law.kind is LawKind.INVARIANT]
        ends = [law for law in self.laws if law.kind is LawKind.END]
        return [
            *(imply(_words(first), self.says(law, first, last)) for law in kept),
            *(
                imply(and_(_words(first), self.begins(law, first)), self.is_over(last))
                for law in ends
            ),
        ]

    def of_runs(self, first: tuple[Terms, Terms], last: tuple[Terms, Terms]) -> list[Bool]:
        """What is known of two runs: their items at first, and at last."""
        kept = [law for law in self.laws if law.kind is LawKind.RELATION]
        begun, over = and_(*map(_words, first)), tuple(map(self.is_over, last))
        ends = [imply(and_(self.says(law, *first), begun, over[1]), over[0]) for law in self.ending]
        begun = and_(begun, *over)
        return ends + [
            imply(and_(self.says(law, *first), begun), self.says(law, *last)) for law in kept
        ]

    def says(self, law: Law, one: Terms, other: Terms) -> Bool:
        """What a law says of two sets of items; of no items, it says nothing."""
        return _said(lambda: law.body(self._items(one), self._items(other)))

    def begins(self, law: Law, first: Terms) -> Bool:
        """What an end says of the items at first; where it says nothing, it does not hold."""
        return or_(*(and_(*told) for told in _true_of(lambda: law.body(self._items(first)))))

    def cases(self, law: Law, one: Terms, other: Terms) -> list[tuple[Bool, ...]]:
        """The ways in which a law can be true of two sets of items."""
        return _true_of(lambda: law.body(self._items(one), self._items(other)))

    def is_over(self, items: Terms) -> Bool:
        """Whether a run is over."""
        ends = self.loop.ends
        return FALSE if ends is None else _said(lambda: ends(self._items(items)))

    def _items(self, terms: Terms) -> Any:
        return self.loop.at(tuple(SymInt(terms[place]) for place in self.places))


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


def _true_of(asked: Callable[[], Any]) -> list[tuple[Bool, ...]]:
    """The ways in which a law can be true."""
    return [(*condition, said) for condition, said in _cases(asked) if said is not FALSE]


def _said(asked: Callable[[], Any]) -> Bool:
    """What a law says, as one condition; its parts can be proved one by one."""
    return and_(
        *(
            imply(and_(*condition), part)
            for condition, said in _cases(asked)
            for part in (said.args if said.op == AND else (said,))
        )
    )


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
        self._all = Known(loop, places, tuple(loop.laws))
        self._inputs = tuple(inputs)
        self._products = Products(f"{loop.name} {body.name} ")
        self._ways = [(each.conditions, _after(body, each, inputs)) for each in rounds]

    def laws(self) -> Known:
        """What is proved of the loop."""
        laws = [
            *self._invariants(),
            *(law for law in self._of(LawKind.RELATION) if self._is_kept_by_two(law)),
            *(law for law in self._of(LawKind.ROUND) if self._is_of_rounds(law)),
        ]
        laws += [law for law in self._of(LawKind.END) if self._is_reached(law, laws)]
        relations = [law for law in laws if law.kind is LawKind.RELATION]
        ending = tuple(filter(self._ends_with_the_other, relations))
        return Known(self._loop, self._all.places, tuple(laws), ending)

    def _of(self, *kinds: LawKind) -> list[Law]:
        return [law for law in self._loop.laws if law.kind in kinds]

    def _invariants(self) -> list[Law]:
        """The largest set of invariants that hold at first and are kept together."""
        says, now = self._all.says, self._inputs
        laws = self._of(LawKind.INVARIANT, LawKind.AUXILIARY)
        left = [law for law in laws if self._proves((), says(law, now, now))]
        while True:
            kept = self._kept(left)
            if kept == left:
                return kept
            left = kept

    def _kept(self, left: Sequence[Law]) -> list[Law]:
        """Those of some invariants that a round keeps, if all of them hold before it.

        Of what a round leaves behind, each may use what was found before it.
        """
        says, now = self._all.says, self._inputs
        first = _others(now, "first")
        known = [says(law, first, now) for law in left]
        kept: list[Law] = []
        for law in left:
            if all(
                self._proves(
                    (*known, *conditions, *(says(each, first, after) for each in kept)),
                    says(law, first, after),
                )
                for conditions, after in self._ways
            ):
                kept.append(law)
        return kept

    def _is_reached(self, law: Law, laws: Sequence[Law]) -> bool:
        """Whether a run that begins as a law says is over wherever it has no further round."""
        now, first = self._inputs, _others(self._inputs, "first")
        kept = [each for each in laws if each.kind in (LawKind.INVARIANT, LawKind.AUXILIARY)]
        known = [self._all.says(each, first, now) for each in kept]
        return self._proves((*known, self._all.begins(law, first)), self._goes_on(now))

    def _goes_on(self, run: Terms) -> Bool:
        """Whether a run is over or has another round."""
        moved = dict(zip(self._inputs, run, strict=True))
        ways = (and_(*_in(conditions, moved)) for conditions, _ in self._ways)
        return or_(self._all.is_over(run), *ways)

    def _is_of_rounds(self, law: Law) -> bool:
        return all(
            self._proves(conditions, self._all.says(law, self._inputs, after))
            for conditions, after in self._ways
        )

    def _proves(self, known: Sequence[Bool], goal: Bool) -> bool:
        """Whether two solvers agree that a goal follows, each part of it by itself."""
        return all(
            self._follows(known, part) for part in (goal.args if goal.op == AND else (goal,))
        )

    def _follows(self, known: Sequence[Bool], goal: Bool) -> bool:
        """Whether they do without products, or else with them."""
        asked = Query(tuple(known), goal, f"a law of the loop {self._loop.name}")
        weaker = self._products.without(asked, known)
        tries = [(weaker.query, _LIMITS)] if weaker else []
        for query, limits in (*tries, (asked, _SHORT)):
            answer = check(query, limits, confirm=True)
            if isinstance(answer, Proved) and answer.confirmed_by:
                return True
        return False

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

    def _ends_with_the_other(self, law: Law) -> bool:
        """Whether the first of two related runs is over, or has another round, wherever the second
        one is over, or has a round and is over then or has another one.

        A relation that rounds keep holds round by round, so that the first run never stops short
        before a second one that gets to its end: it is over in the end, too.
        """
        one, other = self._inputs, _others(self._inputs, "other")
        return all(
            self._proves((*case, *known), self._goes_on(one))
            for known in self._ways_to_an_end(other)
            for case in self._all.cases(law, one, other)
        )

    def _ways_to_an_end(self, run: Terms) -> list[tuple[Bool, ...]]:
        """What is known of a run that will be over: what it begins with, two rounds ahead."""
        found: list[tuple[Bool, ...]] = [(self._all.is_over(run),)]
        moved = dict(zip(self._inputs, run, strict=True))
        for conditions, after in self._ways:
            first, then = _in(conditions, moved), _in(after, moved)
            further = dict(zip(self._inputs, then, strict=True))
            found.append((*first, self._all.is_over(then)))
            found += [(*first, *_in(second, further)) for second, _ in self._ways]
        return found


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
