"""Asking the solvers about one unit: with little first, then with all that is known.

Most goals follow from the invariant that they are about or from those that read the same variables,
and nearly all without multiplying anything.  So a goal is tried with little at first, each time
without products before it is tried as it is, and only what is still open then may take long.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter

from harness.judges.prove.cases import query
from harness.judges.prove.endings import Ending
from harness.judges.prove.instances import Instances, Key, Reach
from harness.judges.prove.relevance import Relevance
from harness.judges.prove.report import Failure, Goal, Proof, Why
from harness.symbolic.products import Products, Weaker, named
from harness.symbolic.solve import (
    Answer,
    Context,
    Counterexample,
    Limits,
    Models,
    Proved,
    Query,
    Unknown,
    check,
)
from harness.symbolic.terms import FALSE, TRUE, Bool, Int, not_

__all__ = ["Asked", "Attempts", "Broken"]

_GLANCE = Limits(seconds=0.3, refinements=1)
"""For what only saves work: an end that is not shown to be impossible is judged like any other."""

_LOOK = Limits(seconds=1, refinements=2)
"""For what only tells whether something happens; what is not seen to happen is never a proof."""

_LITTLE = 0.5
"""Seconds for a goal that is tried with little at first."""

_SHORT = 2.0
"""Seconds for a goal that is tried again with more assumptions if this was not enough."""

_REFINEMENTS = 4
"""Wrong models of such a goal that are excluded before it is tried with more."""

_PATIENCE = 3
"""Ends at which little may not be enough for a property before it is tried with more at once."""

Asked = Callable[[Query, Answer, frozenset[str]], None]
"""Is told of every query, its answer, and which goals are among its assumptions."""


@dataclass(frozen=True)
class Broken(Failure):
    """A failure with the model that shows it."""

    answer: Counterexample | None = None
    asked: Query | None = None

    @classmethod
    def of(cls, answer: Counterexample, asked: Query) -> Broken:
        """The failure of a query that a model violates."""
        reason = f"{not_(asked.goal)!r} is possible"
        return cls(Why.INDUCTION, reason, None, answer, asked)


@dataclass(frozen=True, slots=True)
class _Stage:
    """What one try may use."""

    reach: Reach
    """Which of what may be assumed."""
    chains: bool = False
    """That different entries of a mapping are together at most its sum."""
    steps: int | None = None
    """How far from the goal what is used may be; None for all of it."""


_STAGES = (
    _Stage(Reach.OWN, steps=2),
    _Stage(Reach.NEAR, chains=True, steps=2),
    _Stage(Reach.NEAR, chains=True),
    _Stage(Reach.ALL, chains=True),
)


@dataclass(frozen=True, slots=True)
class _Asking:
    """What a stage asks: a query, the same without products if it has any, and what of it is
    assumed by name."""

    asked: Query
    weaker: Weaker | None
    chosen: dict[Key, Bool]

    @property
    def first(self) -> Query:
        """What is asked first: without products."""
        return self.asked if self.weaker is None else self.weaker.query


class Attempts:
    """The queries of one unit, in its term scope."""

    def __init__(self, unit: str, limits: Limits, asked: Asked | None = None) -> None:
        self.queries = 0
        self._unit = unit
        self._limits = limits
        few = min(_REFINEMENTS, limits.refinements)
        self._little = replace(limits, seconds=min(_LITTLE, limits.seconds), refinements=few)
        self._short = replace(limits, seconds=min(_SHORT, limits.seconds), refinements=few)
        self._asked = asked
        self._products = Products()
        self._relevance = Relevance()
        self._impossible: dict[tuple[Bool, ...], bool] = {}
        self._models: dict[tuple[Bool, ...], Models] = {}
        # One for each unit, so that an answer does not depend on what a worker proved before.
        self._context = Context()
        self._stages: dict[str, tuple[int, bool]] = {}
        self._needed: dict[str, frozenset[str]] = {}
        self._failed = Counter[tuple[str, int]]()

    def excludes(self, conditions: Sequence[Bool], name: str) -> bool:
        """Whether two solvers agree that some conditions are never all true."""
        answer = self._ask(query(name, conditions, FALSE), self._limits)
        return isinstance(answer, Proved) and bool(answer.confirmed_by)

    def happens(self, ending: Ending, instances: Instances, condition: Bool) -> bool | None:
        """Whether an end is reachable from a state that satisfies the invariants, if known."""
        if condition is FALSE:
            return False
        known = instances.upto(len(ending.middles), (), Reach.NEAR, at_rest=True)
        facts = ending.ledger.facts(chains=True)
        assumptions = (*ending.conditions, condition, *known.values(), *facts)
        asked = query(f"{self._unit}: reachable", assumptions, FALSE)
        models = self._known_models(ending)
        if models.satisfying(asked.conditions()) is not None:
            return True
        # Nothing is proved by this, so no second solver is asked.
        answer = self._ask(asked, _LOOK, frozenset(pid for pid, _ in known), confirm=False)
        if isinstance(answer, Counterexample):
            models.add(answer.assignment)
            return True
        return None if isinstance(answer, Unknown) else False

    def prove(
        self,
        goal: Bool,
        ending: Ending,
        instances: Instances,
        own: str,
        position: int,
        symbols: tuple[Int, ...] = (),
        *,
        at_rest: bool = False,
    ) -> Goal:
        """A goal from what holds at the start and after the first ``position`` unknown calls.

        Args:
            own: the id of the property that the goal belongs to.
            symbols: the values that the property is for all of.
            at_rest: whether the call begins in a state at rest, so that what holds there is known.
        """
        if goal is TRUE:
            return Proof()
        if own and instances.says(goal, own, position, symbols, at_rest=at_rest):
            return Proof(frozenset({own}))
        if self._is_impossible(ending):
            return Proof()
        recalled = self._recalled(goal, ending, instances, own, position, symbols, at_rest=at_rest)
        if recalled is not None:
            return recalled
        answer: Answer = Unknown("it was not asked")
        hard: list[tuple[int, Query, dict[Key, Bool]]] = []
        answers: dict[frozenset[Bool], tuple[float, Answer]] = {}
        stages: dict[int, _Asking] = {}
        for number, plain in self._order(own):
            stage = _STAGES[number]
            if number not in stages:
                chosen = instances.upto(position, symbols, stage.reach, own, at_rest=at_rest)
                stages[number] = self._asking(stage, goal, ending, own, chosen)
            each = stages[number]
            if plain and each.weaker is None:
                continue  # it has no products, and was asked before
            asked, limits = each.asked, self._short if stage.steps is None else self._little
            key = frozenset((asked if plain else each.first).assumptions)
            spent, answer = answers.get(key, (0.0, Unknown("")))
            is_new = limits.seconds > spent and isinstance(answer, Unknown)
            if is_new:
                proof, answer = self._try(each, plain, limits)
                if proof is not None:
                    self._stages[own] = number, plain
                    self._needed[own] = self._needed.get(own, frozenset()) | proof.needs
                    return proof
                answers[key] = limits.seconds, answer
            self._failed[own, number] += not plain
            if each.weaker is not None and not plain:
                answer = Unknown("it has more to it than sums")
            elif isinstance(answer, Counterexample):
                if stage is _STAGES[-1]:
                    return self._broken(answer, asked, own)
            elif is_new:
                hard.append((number, asked, each.chosen))
        hard.sort(key=itemgetter(0))
        for _, asked, chosen in hard[-2:] if self._limits.seconds > _SHORT else ():
            answer = self._ask(asked, self._limits, frozenset(pid for pid, _ in chosen))
            if isinstance(answer, Proved) and answer.confirmed_by:
                return Proof(self._used(answer, chosen))
        if isinstance(answer, Counterexample):
            return self._broken(answer, asked, own)
        if isinstance(answer, Proved):
            said = f"cvc5 does not confirm the proof: {answer.unconfirmed}"
        else:
            said = f"the solvers give no answer: {answer.reason}"
        hard_parts = named(goal)
        if hard_parts:
            said += f"; it is about products or quotients of unknowns: {', '.join(hard_parts)}"
        return Failure(Why.UNKNOWN, said)

    def _recalled(
        self,
        goal: Bool,
        ending: Ending,
        instances: Instances,
        own: str,
        position: int,
        symbols: tuple[Int, ...],
        *,
        at_rest: bool,
    ) -> Proof | None:
        """The proof of a goal that took much to prove elsewhere, from the few invariants that it
        rested on there; None if these are not enough here."""
        number, plain = self._stages.get(own, (0, False))
        stage = _STAGES[number]
        if stage.steps is not None or own not in self._needed:
            return None
        chosen = instances.upto(position, symbols, stage.reach, own, at_rest=at_rest)
        few = {key: formula for key, formula in chosen.items() if key[0] in self._needed[own]}
        near = replace(stage, reach=Reach.NEAR)
        return self._try(self._asking(near, goal, ending, own, few), plain, self._short)[0]

    @staticmethod
    def _broken(answer: Counterexample, asked: Query, own: str) -> Failure:
        return Broken.of(answer, asked) if own else Failure(Why.INDUCTION, "")

    def _given(
        self, stage: _Stage, goal: Bool, ending: Ending, chosen: Mapping[Key, Bool]
    ) -> tuple[Bool, ...]:
        """What a stage assumes of what is chosen, of the path, and of ghosts."""
        facts: Sequence[Bool] = ending.ledger.facts(chains=stage.chains)
        if stage.steps is not None:
            pool = tuple(dict.fromkeys((*facts, *chosen.values())))
            near = self._relevance.closest(pool, goal, ending.conditions, stage.steps)
            return (*ending.conditions, *near)
        if stage.reach is not Reach.ALL:
            facts = self._relevance.among(facts, (goal, *chosen.values()))
        return (*ending.conditions, *facts, *chosen.values())

    def _asking(
        self, stage: _Stage, goal: Bool, ending: Ending, own: str, chosen: Mapping[Key, Bool]
    ) -> _Asking:
        name = f"{self._unit}: {own}" if own else self._unit
        asked = query(name, self._given(stage, goal, ending, chosen), goal)
        weaker = self._products.without(asked, ending.conditions)
        return _Asking(asked, weaker, _among(chosen, asked))

    def _try(self, each: _Asking, plain: bool, limits: Limits) -> tuple[Proof | None, Answer]:
        """A query as it is, or else without products: the proof if there is one, or an answer."""
        weaker = None if plain else each.weaker
        needs = frozenset(pid for pid, _ in each.chosen)
        answer = self._ask(each.asked if weaker is None else weaker.query, limits, needs)
        if isinstance(answer, Proved) and answer.confirmed_by:
            return Proof(self._used(answer, each.chosen, weaker)), answer
        return None, answer

    def _order(self, own: str) -> list[tuple[int, bool]]:
        """The numbers of the stages, in the order in which they are tried for a property, and
        whether as they are: all of them without products at first.

        What was enough for it at another end most often is at this one.  What comes before says
        less: little at a time costs nearly nothing, and the rest is of use only where the solvers
        find no answer.  With products, a solver may take long to say so even of little.
        """
        likely, plain = self._stages.get(own, (0, False))
        first = [
            number
            for number, stage in enumerate(_STAGES[:likely])
            if stage.steps is not None and self._failed[own, number] < _PATIENCE
        ]
        rest = (*range(likely, len(_STAGES)), *range(likely))
        numbers = (*first, *(number for number in rest if number not in first))
        tries = [(number, as_it_is) for as_it_is in (False, True) for number in numbers]
        return [(likely, True), *(t for t in tries if t != (likely, True))] if plain else tries

    def _used(
        self, proved: Proved, chosen: Mapping[Key, Bool], weaker: Weaker | None = None
    ) -> frozenset[str]:
        """The goals that a proof rests on, among those that it was given."""
        used = proved.used
        if used is None:
            return frozenset(pid for pid, _ in chosen)
        return frozenset(
            pid
            for (pid, _), formula in chosen.items()
            if (weaker.of(formula) if weaker is not None else formula) in used
        )

    def _is_impossible(self, ending: Ending) -> bool:
        """Whether no state and no call at all lead to an end: two solvers agree on that."""
        known = self._impossible.get(ending.conditions)
        if known is None:
            models = self._known_models(ending)
            asked = query(f"{self._unit}: impossible", ending.conditions, FALSE)
            if models.satisfying(asked.conditions()) is not None:
                self._impossible[ending.conditions] = False
                return False
            answer = self._ask(asked, _GLANCE)
            known = isinstance(answer, Proved) and bool(answer.confirmed_by)
            self._impossible[ending.conditions] = known
            if isinstance(answer, Counterexample):
                models.add(answer.assignment)
        return known

    def _known_models(self, ending: Ending) -> Models:
        return self._models.setdefault(ending.conditions, Models())

    def _ask(
        self,
        asked: Query,
        limits: Limits,
        needs: frozenset[str] = frozenset(),
        *,
        confirm: bool = True,
    ) -> Answer:
        self.queries += 1
        answer = check(asked, limits, confirm=confirm, context=self._context)
        if self._asked is not None:
            self._asked(asked, answer, needs)
        return answer


def _among(chosen: Mapping[Key, Bool], asked: Query) -> dict[Key, Bool]:
    """What was chosen and is asked indeed."""
    given = frozenset(asked.assumptions)
    return {key: formula for key, formula in chosen.items() if formula in given}
