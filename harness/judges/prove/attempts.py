"""Asking the solvers about one unit: with little first, then with all that is known.

Most goals follow from the invariant that they are about or from those that read the same variables,
and nearly all without multiplying anything.  So a goal is tried with little at first, each time
without products before it is tried as it is, and only what is still open then may take long.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter

from harness.judges.prove.cases import query
from harness.judges.prove.endings import Ending
from harness.judges.prove.instances import Instances, Key, Reach
from harness.judges.prove.linear import Products
from harness.judges.prove.relevance import Relevance
from harness.judges.prove.report import Failure, Goal, Proof, Why
from harness.symbolic.solve import (
    Answer,
    Context,
    Counterexample,
    Limits,
    Proved,
    Query,
    Unknown,
    check,
)
from harness.symbolic.terms import FALSE, TRUE, Bool, Int, not_

__all__ = ["Asked", "Attempts", "Broken"]

_GLANCE = Limits(seconds=1)
"""For what only saves work: an end that is not shown to be impossible is judged like any other."""

_LOOK = Limits(seconds=3)
"""For what only tells whether something happens; what is not seen to happen is never a proof."""

_SHORT = 2.0
"""Seconds for a goal that is tried again with more assumptions if this was not enough."""

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


_STAGES = (
    _Stage(Reach.OWN),
    _Stage(Reach.NEAR),
    _Stage(Reach.NEAR, chains=True),
    _Stage(Reach.ALL, chains=True),
)


class Attempts:
    """The queries of one unit, in its term scope."""

    def __init__(self, unit: str, limits: Limits, asked: Asked | None = None) -> None:
        self.queries = 0
        self._unit = unit
        self._limits = limits
        self._short = replace(limits, seconds=min(_SHORT, limits.seconds))
        self._asked = asked
        self._products = Products()
        self._relevance = Relevance()
        self._impossible: dict[tuple[Bool, ...], bool] = {}
        # One for each unit, so that an answer does not depend on what a worker proved before.
        self._context = Context()
        self._stages: dict[str, int] = {}

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
        needs = frozenset(pid for pid, _ in known)
        answer = self._ask(asked, _LOOK, needs)
        return None if isinstance(answer, Unknown) else isinstance(answer, Counterexample)

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
        answer: Answer = Unknown("it was not asked")
        hard: list[tuple[int, Query, dict[Key, Bool]]] = []
        # What was enough for the property at another end most often is at this one.  What comes
        # before it says less, and is of use only where the solvers find no answer.
        likely = self._stages.get(own, 0)
        for number in (*range(likely, len(_STAGES)), *range(likely)):
            stage = _STAGES[number]
            chosen = instances.upto(position, symbols, stage.reach, own, at_rest=at_rest)
            facts: Sequence[Bool] = ending.ledger.facts(chains=stage.chains)
            if stage.reach is not Reach.ALL:
                facts = self._relevance.among(facts, (goal, *chosen.values()))
            name = f"{self._unit}: {own}" if own else self._unit
            asked = query(name, (*ending.conditions, *facts, *chosen.values()), goal)
            needs = frozenset(pid for pid, _ in chosen)
            for each in (self._products.without(asked), asked):
                if each is not None:
                    answer = self._ask(each, self._short, needs)
                    if isinstance(answer, Proved) and answer.confirmed_by:
                        self._stages[own] = number
                        return Proof(self._used(answer, chosen))
            if not isinstance(answer, Counterexample):
                hard.append((number, asked, chosen))
            elif stage is _STAGES[-1]:
                return Failure(Why.INDUCTION, "", None) if not own else Broken.of(answer, asked)
        hard.sort(key=itemgetter(0))
        for _, asked, chosen in hard[-2:] if self._limits.seconds > _SHORT else ():
            answer = self._ask(asked, self._limits, frozenset(pid for pid, _ in chosen))
            if isinstance(answer, Proved) and answer.confirmed_by:
                return Proof(self._used(answer, chosen))
        if isinstance(answer, Counterexample):
            return Failure(Why.INDUCTION, "", None) if not own else Broken.of(answer, asked)
        if isinstance(answer, Proved):
            return Failure(Why.UNKNOWN, f"cvc5 does not confirm the proof: {answer.unconfirmed}")
        return Failure(Why.UNKNOWN, f"the solvers give no answer: {answer.reason}")

    def _used(self, proved: Proved, chosen: Mapping[Key, Bool]) -> frozenset[str]:
        """The goals that a proof rests on, among those that it was given."""
        used = proved.used
        if used is None:
            return frozenset(pid for pid, _ in chosen)
        return frozenset(
            pid
            for (pid, _), formula in chosen.items()
            if formula in used or self._products.weaker(formula) in used
        )

    def _is_impossible(self, ending: Ending) -> bool:
        """Whether no state and no call at all lead to an end: two solvers agree on that."""
        known = self._impossible.get(ending.conditions)
        if known is None:
            asked = query(f"{self._unit}: impossible", ending.conditions, FALSE)
            answer = self._ask(asked, _GLANCE)
            known = isinstance(answer, Proved) and bool(answer.confirmed_by)
            self._impossible[ending.conditions] = known
        return known

    def _ask(self, asked: Query, limits: Limits, needs: frozenset[str] = frozenset()) -> Answer:
        self.queries += 1
        answer = check(asked, limits, confirm=True, context=self._context)
        if self._asked is not None:
            self._asked(asked, answer, needs)
        return answer
