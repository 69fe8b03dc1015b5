"""One worker's view of a system: jobs are followed in Manticore and judged here, one by one."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from harness.chain.deployment import deploy_world
from harness.chain.world import ConcreteWorld
from harness.compiled import CompiledSystem
from harness.errors import HarnessError
from harness.judges.explore.calls import Values, replayable, steps_of
from harness.judges.explore.deployed import preimages_of
from harness.judges.explore.endings import Explored, Told
from harness.judges.explore.fidelity import confirm_path
from harness.judges.explore.guards import Trip
from harness.judges.explore.job import Job, Transaction, job_of
from harness.judges.explore.known import Known
from harness.judges.explore.process import Limits as ProcessLimits
from harness.judges.explore.process import Outcome, run_job
from harness.judges.explore.translate import Translation
from harness.judges.prove.cases import Case, cases_of, claim, query, spoken
from harness.judges.prove.endings import Ending, parameters
from harness.judges.explore.reads import Reads
from harness.judges.prove.units import ENVIRONMENT, INVARIANTS, Unit, speaks_of
from harness.property import Kind, Property
from harness.step import ClockStep, Step
from harness.symbolic.explore import TooManyPaths
from harness.symbolic.machine import Setting, Unsupported
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
from harness.symbolic.terms import FALSE, TRUE, Bool, and_, term_scope
from harness.symbolic.values import SymInt

__all__ = ["JUDGED", "JobReport", "Session", "Tripped"]

JUDGED = (Kind.INVARIANT, Kind.BOUND, Kind.TRANSITION, Kind.RULE)
"""Kinds of properties that this judge evaluates."""

_AT_ONCE = Limits(seconds=0.2, refinements=4)
"""For several properties at once, which is only worth while as long as it is easy."""
_SOLVING = Limits(seconds=1)
_LOOKING = Limits(seconds=0.3, refinements=4)
_GLANCING = Limits(seconds=0.1, refinements=2)
"""For a property on which the solver has given no answer before."""
_ENOUGH = 2
"""Jobs without an answer on a property, after which the solver is not asked any more."""

WORKER_LIMITS: Mapping[str, int] = {
    "rlimit": 2_000_000,
    "paths": 2_000,
    "steps": 200_000,
    "rounds": 2,
}
"""What Manticore's process may do: Z3's resource units for one question, paths of one job,
instructions of one path, and how often a path may be open at one place of the code."""


@dataclass(frozen=True)
class Tripped:
    """A guard that has tripped."""

    guard: str
    reason: str


@dataclass
class JobReport:
    """What came of one job."""

    job: str
    guards: list[Tripped] = field(default_factory=list)
    """Guards of the job as a whole."""
    doubts: dict[str, Tripped] = field(default_factory=dict)
    """By property: why it stays open."""
    broken: dict[str, tuple[tuple[Step, ...], ...]] = field(default_factory=dict)
    """By property: steps that may break it."""
    spoke: list[str] = field(default_factory=list)
    """Properties that said something on a path that is possible."""
    unsure: list[str] = field(default_factory=list)
    """Properties of which that was asked without an answer."""
    judged: list[str] = field(default_factory=list)
    """Properties that the job was judged for."""
    effective: bool = True
    """Whether a path succeeds and changes anything, as far as is known."""
    paths: int = 0
    cut: int = 0
    """Paths that were followed at some moments only, since they go round too often."""
    replayed: int = 0
    """Paths of which one call was made on the EVM and did as told."""
    seconds: float = 0.0
    exploring: float = 0.0
    """Seconds that went into Manticore's process."""


class Session:
    """A deployed system and its properties."""

    def __init__(
        self,
        compiled: CompiledSystem,
        properties: Sequence[Property],
        limits: Mapping[str, int] = WORKER_LIMITS,
        run: Callable[[Mapping[str, Any], ProcessLimits], Outcome] = run_job,
    ) -> None:
        self.compiled = compiled
        self.properties = {each.id: each for each in properties}
        self._limits = limits
        self._run = run
        self._patience = _Patience()
        self._reads: dict[str, Reads | None] = {}

    @cached_property
    def world(self) -> ConcreteWorld:
        """The system as it was deployed."""
        return deploy_world(self.compiled)

    @cached_property
    def settings(self) -> dict[str, Setting]:
        """The chains with the contracts as they were deployed."""
        return {chain: Setting.of_world(self.world, chain) for chain in self.compiled.chains}

    @cached_property
    def _preimages(self) -> dict[str, Sequence[bytes]]:
        return {name: preimages_of(self.world, name) for name in self.compiled.contracts}

    def explore(
        self, job: Job, names: Sequence[str], seconds: float, heard: Iterable[str] = ()
    ) -> JobReport:
        """Follow a job and judge properties on every path.

        Args:
            names: the properties to judge, those that the job has nothing to do with left out.
            seconds: wall time for Manticore's process.
            heard: properties of which it is known that they say something.
        """
        started = time.monotonic()
        report = JobReport(job.name)
        chosen = [self.properties[n] for n in names if speaks_of(self.properties[n], job.unit)]
        report.judged = [each.id for each in chosen]
        with term_scope():
            try:
                self._explore(job, chosen, seconds, report, heard)
            except Trip as trip:
                report.guards.append(Tripped(trip.guard, f"{job.name}: {trip.reason}"))
            except Unsupported as problem:
                report.guards.append(Tripped("hash", f"{job.name}: {problem}"))
        report.seconds = time.monotonic() - started
        return report

    def _explore(
        self,
        job: Job,
        chosen: Sequence[Property],
        seconds: float,
        report: JobReport,
        heard: Iterable[str],
    ) -> None:
        explored = Explored(self.compiled, self.settings, self.world)
        judging = _Judging(explored, chosen, report, frozenset(heard), self._patience, self._reads)
        if not job.transactions:
            judging.judge(explored.without_code(job.unit), (), True)
            report.paths = 1
            return
        for each in chosen:
            if each.kind in INVARIANTS and each.id not in self._reads:
                self._reads[each.id] = _reads_of(each, explored)
        told = job_of(self.world, job.transactions, self._preimages, self._limits)
        begun = time.monotonic()
        outcome = self._run(told, ProcessLimits(seconds))
        report.exploring = time.monotonic() - begun
        if outcome.guard:
            report.guards.append(Tripped(outcome.guard, f"{job.name}: {outcome.reason}"))
        if not job.complete:
            report.guards.append(Tripped("bounds", f"{job.name}: not all lengths were tried"))
        machine = explored.machines[job.unit.chain]
        translation = Translation(machine, job.unit.chain)
        possible = effective = False
        for line in outcome.lines:
            if "table" not in line:
                report.cut = line["cut"]
                continue
            translation.extend(line["table"])
            if "guard" in line:
                self._guarded(job, line, translation, judging)
                continue
            path = Told(line["path"])
            if len(path.transactions) < len(job.transactions):
                continue  # a transaction before the last failed: another job follows that
            ending = explored.ending(job.transactions, path, translation)
            taken = confirm_path(explored, job.transactions, path, translation, ending)
            if taken is False:
                continue
            possible |= taken is True
            effective |= path.success and path.changes
            report.paths += 1
            report.replayed += taken is True
            judging.judge(ending, job.transactions, taken is True)
        report.effective = effective or bool(report.guards)
        if not possible and not report.guards and len(job.transactions) == 1:
            report.guards.append(Tripped("vacuous", job.name))

    def _guarded(
        self, job: Job, line: Mapping[str, Any], translation: Translation, judging: _Judging
    ) -> None:
        """A path on which a guard tripped; it counts unless nothing can take it."""
        conditions = [translation.condition(number) for number in line["conditions"]]
        answer = check(query(job.name, conditions, FALSE), _LOOKING)
        if not isinstance(answer, Proved):
            judging.report.guards.append(Tripped(line["guard"], f"{job.name}: {line['reason']}"))


@dataclass
class _Patience:
    """On how many jobs the solver gave no answer, by property: a limit on what it may count does
    not always stop it soon."""

    hard: Counter[str] = field(default_factory=Counter)
    """Whether it holds."""
    deaf: Counter[str] = field(default_factory=Counter)
    """Whether it says anything."""


class _Judging:
    """Properties on the ends of one job."""

    def __init__(
        self,
        explored: Explored,
        properties: Sequence[Property],
        report: JobReport,
        heard: frozenset[str],
        patience: _Patience,
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
        self._prove([(e, g) for e, g in goals if not self._patience.hard[e.id]], known, transactions)
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
                answer = self._check(query(each.id, (*known, condition), FALSE), _LOOKING)
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


def _reads_of(each: Property, explored: Explored) -> Reads | None:
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
