"""Properties on the ends of paths: do they hold, what breaks them, do they say anything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from harness.errors import HarnessError
from harness.judges.explore.calls import Values, replayable, steps_of
from harness.judges.explore.endings import Explored
from harness.judges.explore.job import Transaction
from harness.judges.explore.known import Known
from harness.judges.explore.reads import Reads
from harness.judges.explore.report import JobReport, Tripped
from harness.judges.prove.cases import Case, cases_of, claim, query, spoken
from harness.judges.prove.endings import Ending, parameters
from harness.judges.prove.units import ENVIRONMENT, INVARIANTS, Unit
from harness.property import Kind, Property
from harness.step import ClockStep, Step
from harness.symbolic.explore import TooManyPaths
from harness.symbolic.machine import Unsupported
from harness.symbolic.products import Products
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
from harness.symbolic.terms import FALSE, TRUE, Bool, and_
from harness.symbolic.values import SymInt

__all__ = ["LOOKING", "Judging", "Patience", "reads_of"]

_AT_ONCE = Limits(seconds=0.2, refinements=4)
"""For several properties at once, which is only worth while as long as it is easy."""
_SOLVING = Limits(seconds=1)
LOOKING = Limits(seconds=0.3, refinements=4)
_GLANCING = Limits(seconds=0.1, refinements=2)
"""For a property on which the solver has given no answer before."""
_ENOUGH = 2
"""Jobs without an answer on a property, after which the solver is not asked any more."""


@dataclass
class Patience:
    """On how many jobs the solver gave no answer, by property: a limit on what it may count does
    not always stop it soon."""

    hard: Counter[str] = field(default_factory=Counter)
    """Whether it holds."""
    deaf: Counter[str] = field(default_factory=Counter)
    """Whether it says anything."""


class Judging:
    """Properties on the ends of one job.

    Args:
        heard: properties of which it is known that they say something.
        reads: what properties of a state read, by name, where that is known.
    """

    def __init__(
        self,
        explored: Explored,
        properties: Sequence[Property],
        report: JobReport,
        heard: frozenset[str],
        patience: Patience,
        reads: Mapping[str, Reads | None],
    ) -> None:
        self.report = report
        self._reads = reads
        self._patience = patience
        self._together = True
        self._heard = set(heard)
        self._context = Context()
        self._products = Products()
        self._explored = explored
        self._properties = properties

    def judge(self, ending: Ending, transactions: Sequence[Transaction], possible: bool) -> None:
        """Every property on one end, of which it may be known that it is possible."""
        claims: list[tuple[Property, tuple[Case, ...]]] = []
        for each in self._properties:
            if not ending.succeeded and each.kind is not Kind.RULE:
                continue
            if each.id in self.report.doubts or each.id in self.report.broken:
                continue
            if transactions and not self._concerned(each, ending):
                continue
            try:
                cases = _cases(each, ending)
            except (Unsupported, TooManyPaths) as problem:
                self._doubt(each, "property", str(problem))
            except HarnessError as problem:
                self._doubt(each, "property", problem.what)
            else:
                if cases:
                    claims.append((each, cases))
        # Every property was evaluated by now, so that all that they read is in sight.
        state = Known((*ending.conditions, *self._explored.assumptions(ending)))
        known = state.conditions
        for each, cases in claims:
            self._listen(each, map(state.of, spoken(cases)), known, possible)
        goals = [(each, state.of(claim(cases))) for each, cases in claims]
        goals = [(each, goal) for each, goal in goals if goal is not TRUE]
        self._prove(
            [(e, g) for e, g in goals if not self._patience.hard[e.id]], known, transactions
        )
        for each, goal in goals:
            if each.id in self.report.doubts or each.id in self.report.broken:
                continue
            if self._patience.hard[each.id] >= _ENOUGH:
                self._doubt(each, "undecided", f"not asked, after {_ENOUGH} jobs without an answer")
            elif self._patience.hard[each.id]:
                self._decide(each, goal, known, transactions, _GLANCING)

    def _concerned(self, each: Property, ending: Ending) -> bool:
        """Whether a property may say something else than right after deployment at that time,
        which the unit in which time passes is judged for."""
        reads = self._reads.get(each.id)
        return reads is None or ending.run is None or reads.concern(ending.run.end.state)

    def _prove(
        self,
        goals: Sequence[tuple[Property, Bool]],
        known: Sequence[Bool],
        transactions: Sequence[Transaction],
    ) -> None:
        """Whether goals follow from what is known: all at once if that works, which is most of the
        time, else one by one."""
        if len(goals) > 1 and self._together:
            all_at_once = and_(*(goal for _, goal in goals))
            answer = self._follows(query(self.report.job, known, all_at_once), _AT_ONCE)
            if isinstance(answer, Proved):
                return
            self._together = not isinstance(answer, Unknown)
        for each, goal in goals:
            if not self._patience.hard[each.id]:
                self._decide(each, goal, known, transactions, _SOLVING)

    def _decide(
        self,
        each: Property,
        goal: Bool,
        known: Sequence[Bool],
        transactions: Sequence[Transaction],
        limits: Limits,
    ) -> None:
        """Whether one goal follows from what is known; if not, what breaks it."""
        answer = self._follows(query(self.report.job, known, goal), limits)
        if isinstance(answer, Counterexample):
            self.report.broken[each.id] = tuple(self._hits(known, goal, answer, transactions))
        elif not isinstance(answer, Proved):
            self._patience.hard[each.id] += 1
            self._doubt(each, "undecided", answer.reason)

    def _doubt(self, each: Property, guard: str, reason: str) -> None:
        self.report.doubts[each.id] = Tripped(guard, f"{self.report.job}: {reason}")

    def _hits(
        self,
        known: Sequence[Bool],
        goal: Bool,
        answer: Counterexample,
        transactions: Sequence[Transaction],
    ) -> Iterator[tuple[Step, ...]]:
        """Steps that may break a goal; those first that actors can make."""
        world = self._explored.world
        ties = tuple(replayable(world, transactions))
        tied = self._check(query("replayable", (*known, *ties), goal), _SOLVING)
        models = [tied.assignment] if isinstance(tied, Counterexample) else []
        for assignment in (*models, answer.assignment):
            try:
                steps = steps_of(world, transactions, Values(assignment))
            except ValueError:
                continue
            if steps:
                yield steps
        if not transactions:
            # Nobody called: time passed, or it was broken from the start.
            yield (ClockStep(1),)

    def _listen(
        self, each: Property, spoken: Iterable[Bool], known: Sequence[Bool], possible: bool
    ) -> None:
        """Find out whether a property says anything here, unless that is known."""
        if each.id in self._heard or each.id in self.report.unsure:
            return
        if self._patience.deaf[each.id] == _ENOUGH:
            self.report.unsure.append(each.id)
            return
        for condition in spoken:
            if condition is FALSE:
                continue
            if not (possible and condition is TRUE):
                answer = self._check(query(each.id, (*known, condition), FALSE), LOOKING)
                if isinstance(answer, Unknown):
                    self.report.unsure.append(each.id)
                    self._patience.deaf[each.id] += 1
                    return
                if not isinstance(answer, Counterexample):
                    continue
            self._heard.add(each.id)
            self.report.spoke.append(each.id)
            return

    def _follows(self, asked: Query, limits: Limits) -> Answer:
        """Whether a goal follows: first without products, which cost a solver far more than all
        else, then as it is."""
        weaker = self._products.without(asked)
        if weaker is not None:
            answer = self._check(weaker.query, limits)
            if isinstance(answer, Proved):
                return answer
        return self._check(asked, limits)

    def _check(self, asked: Query, limits: Limits) -> Answer:
        return check(asked, limits, context=self._context)


def reads_of(each: Property, explored: Explored) -> Reads | None:
    """What a property of a state reads; None where that is not known."""
    ending, reads = explored.watched(Unit(ENVIRONMENT))
    try:
        _cases(each, ending)
    except (Unsupported, TooManyPaths, HarnessError):
        return None
    reads.take(ending.ledger)
    return reads


def _cases(each: Property, ending: Ending) -> tuple[Case, ...]:
    """What a property says of an end, case by case; nothing where it does not speak of it."""
    args: tuple[object, ...]
    if each.kind in INVARIANTS:
        args = (each.system(ending.after),)
    elif ending.call is None:
        return ()
    else:
        args = (each.system(ending.before), ending.call, each.system(ending.completed))
    values = (SymInt(symbol) for _, symbol in parameters(each.forall))
    return cases_of(each, (*args, *values))
