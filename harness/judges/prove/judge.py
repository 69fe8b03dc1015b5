"""The judge: base case, induction in worker processes, and the verdicts that follow."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from importlib.metadata import version
from typing import Any

from harness.errors import HarnessError
from harness.judges.goals import Goal as UnreachedCall
from harness.judges.goals import Goals
from harness.judges.protocol import Availability, Case, Options, Progress
from harness.judges.prove.ablation import Ablation
from harness.judges.prove.assumed import is_stable
from harness.judges.prove.cache import Cache
from harness.judges.prove.local import induction_of
from harness.judges.prove.report import STRUCTURE, Failure, Goal, Trial, UnitReport, Why
from harness.judges.prove.summaries import check_summaries
from harness.judges.prove.units import PROVABLE, ranks, units_of
from harness.judges.prove.verdicts import Verdicts
from harness.judges.prove.work import (
    IMPORTS,
    Assignment,
    Order,
    fingerprint,
    prove,
    try_to_reach,
)
from harness.judges.workers import Failed, Finished, Limits, Task, supervise
from harness.verdict import JudgeName, Result
from harness.writers import Writer

__all__ = ["ProveJudge"]

MEMORY = 4 << 30
"""Bytes that a worker may use."""

CASES = 60
"""Cases that the fuzzer tries to reach counterexamples to induction."""


class ProveJudge:
    """Proves properties for any number of transactions; see the package for how.

    ``cases`` is how many the fuzzer may try to reach counterexamples to induction.
    """

    name = JudgeName.PROVE

    def __init__(self, *, cases: int = CASES) -> None:
        self._cases = cases
        self._seen: dict[str, frozenset[Writer]] = {}
        self._goals: dict[str, Goals] = {}

    def goals(self, system: str) -> Goals:
        """The calls that break properties in states which were not reached from deployment."""
        return self._goals.get(system, {})

    def seen(self, system: str) -> frozenset[Writer]:
        """Who was seen writing what in a system that was judged, on any path of any unit."""
        return self._seen.get(system, frozenset())

    def availability(self) -> Availability:
        """Always there: its solvers are dependencies of the harness itself."""
        versions = (("z3", version("z3-solver")), ("cvc5", version("cvc5")))
        return Availability(self.name, versions)

    def judge(
        self, case: Case, options: Options, progress: Callable[[Progress], None]
    ) -> Iterator[Result]:
        """One result for each property, at the end: any unit may still fail any of them."""
        check_summaries(case.compiled, case.properties)
        run = _Run(case, options, progress)
        run.prove()
        self._seen[case.compiled.name] = run.induction.written
        run.reach(self._cases)
        self._goals[case.compiled.name] = run.unreached()
        if options.ablation:
            run.ablate()
        yield from run.verdicts()


class _Run:
    """One case being judged."""

    def __init__(
        self,
        case: Case,
        options: Options,
        progress: Callable[[Progress], None],
    ) -> None:
        self._case = case
        self._options = options
        self._progress = progress
        self._started = time.monotonic()
        self._properties = {p.id: p for p in case.properties if p.kind in PROVABLE}
        self._assignment = Assignment(
            case.compiled.name,
            case.compiled.root,
            case.target,
            frozenset(self._properties),
            options.dump_smt / case.compiled.name if options.dump_smt else None,
        )
        self._units = units_of(case.compiled)
        self.induction = induction_of(self._units, case.properties)
        self.error: Failed | None = None
        self.reached: dict[str, Any] = {}
        self.bearing: dict[str, frozenset[str]] | None = None
        self._queries = 0
        self._cache: Cache | None = None
        # Queries that are not asked cannot be written down.
        if options.cached and options.dump_smt is None:
            self._cache = Cache(options.cache, fingerprint(case), case.compiled.name)
        self._times = self._cache.load_times() if self._cache else {}
        self._took: dict[str, float] = {}
        self._at: dict[int, Order] = {}
        self._tried: list[Trial] = []

    # Time

    def _left(self) -> float | None:
        """Seconds that are left of the budget."""
        if self._options.budget is None:
            return None
        return max(0.1, self._options.budget - (time.monotonic() - self._started))

    def _limits(self) -> Limits:
        return Limits(self._left(), MEMORY)

    # Proving

    def prove(self) -> None:
        """The base cases and the units, until every proof rests on what is proved."""
        if not self._properties:
            return
        self._recall()
        while self._waiting() and self.error is None and not self.stopped:
            self._tell("proving")
            jobs = max(1, min(self._options.jobs, len(self._waiting())))
            tasks = [Task(prove, (self._assignment,), IMPORTS)] * jobs
            outcomes = supervise(tasks, self._limits(), jobs=jobs, on_message=self._answer)
            for worker, outcome in enumerate(outcomes):
                if isinstance(outcome, Failed):
                    self._died(outcome, self._at.pop(worker, None))
        if self._cache and self._took:
            self._cache.save_times(self._took)

    def _recall(self) -> None:
        """Take in what earlier runs proved, for as long as that settles anything."""
        if self._cache is None:
            return
        known = self._cache.load_bases()
        if known is not None:
            self._begin(*known)
        found = True
        while found:
            found = False
            self.induction.spoke |= self._heard()
            for order in self._waiting():
                report = self._kept(order, order.silent)
                if report is not None:
                    self.induction.note(report)
                    found = True
            self.induction.settle()

    def _heard(self) -> frozenset[str]:
        """The properties that spoke in earlier runs: by then only some units were listened to."""
        kept = (self._kept(order, frozenset()) for order in self._waiting())
        return frozenset().union(*(report.spoke for report in kept if report is not None))

    def _kept(self, order: Order, silent: frozenset[str]) -> UnitReport | None:
        """The report of an earlier run that settles an order."""
        if self._cache is None or not order.unit:
            return None
        report = self._cache.load(order.unit, order.goals, order.assumed, silent)
        return report if report is not None and order.also <= report.also else None

    def _begin(self, base: Mapping[str, Goal], spoke: frozenset[str]) -> None:
        self.induction.begin(base)
        self.induction.spoke |= spoke

    @cached_property
    def _ranks(self) -> dict[str, int]:
        return ranks(self._case.compiled, self._units)

    def _order_of(self, unit: str) -> tuple[float, int]:
        """What takes longest comes first; where that is not known, what goes furthest."""
        return -self._times.get(unit, 0.0), self._ranks.get(unit, 0)

    def _waiting(self) -> list[Order]:
        """What nobody is at, the base cases first."""
        begun = bool(self.induction.base)
        busy = {order.unit for order in self._at.values()}
        silent = frozenset(self._properties) - self.induction.spoke
        orders = [] if begun or "" in busy else [Order()]
        pending = self.induction.pending()
        for unit in sorted(pending, key=self._order_of):
            goals = pending[unit]
            if not begun:
                # Most transitions are not stable; which may be is told with the base cases.
                goals = frozenset(goal for goal in goals if not is_stable(goal))
            if unit not in busy:
                also = self.induction.callers_of(unit)
                orders.append(Order(unit, goals, self.induction.assumed, silent, also))
        return orders

    def _answer(self, worker: int, found: Any) -> Order | None:
        """Take in what a worker has found, and say what it is to do next."""
        self._at.pop(worker, None)
        if isinstance(found, UnitReport):
            self.took(found)
        elif isinstance(found, dict):
            self.reached.update(found)
        elif found is not None:
            self._begin(*found)
            if self._cache:
                self._cache.save_bases(*found)
        order = self._next()
        if order is not None:
            self._at[worker] = order
        return order

    def _next(self) -> Order | None:
        """What is to be done next, if anything is."""
        if self.error is not None or self.stopped:
            return None
        if self._options.fail_fast:
            trials = {name: found for name, found in self._trials().items() if self._is_new(found)}
            self._tried += (trial for found in trials.values() for trial in found)
            if trials:
                return Order(trials=trials, witnesses=self._options.witnesses)
        return next(iter(self._waiting()), None)

    @property
    def stopped(self) -> bool:
        """Whether a refutation is all that was asked for, and is there."""
        return self._options.fail_fast and bool(self.reached)

    def _is_new(self, trials: tuple[Trial, ...]) -> bool:
        return any(trial not in self._tried for trial in trials)

    def took(self, report: UnitReport) -> None:
        """Take in a report on a unit, and tell of it."""
        self.induction.note(report)
        self.induction.settle()
        self._queries += report.queries
        self._took[report.unit] = self._took.get(report.unit, 0.0) + report.seconds
        if self._cache:
            self._cache.save(report)
        self._tell("proving")

    def _died(self, outcome: Failed, order: Order | None) -> None:
        """A worker that did not finish: what it was at is a failure, the rest is tried again."""
        out_of_time = outcome.reason == "out of time"
        if isinstance(outcome.error, HarnessError) or (order is None and not out_of_time):
            self.error = outcome
            return
        if order is not None and order.trials and not out_of_time:
            # The calls were tried for the sake of time alone, and are tried again at the end.
            return
        lost = [order.unit] if order is not None and not order.trials else []
        if out_of_time:
            lost += [each.unit for each in self._waiting()]
        if "" in lost:
            self.error = outcome
        for name in filter(None, lost):
            failure = Failure(Why.UNKNOWN, f"{name}: {outcome.reason}")
            also = self.induction.callers_of(name)
            self.induction.note(UnitReport(name, {STRUCTURE: failure}, also=also))

    def _supervise(self, tasks: list[Task]) -> list[Finished | Failed]:
        return supervise(
            tasks, self._limits(), jobs=self._options.jobs, on_message=lambda number, message: None
        )

    def ablate(self) -> None:
        """Find out which assumptions are load-bearing."""
        ablation = Ablation(self.induction)
        orders = list(ablation.orders())
        at: dict[int, str] = {}

        def answer(worker: int, found: Any) -> Order | None:
            if isinstance(found, UnitReport):
                ablation.note(at[worker], found)
            if not orders:
                return None
            self._tell(f"leaving out assumptions, {len(orders)} to go")
            at[worker], order = orders.pop()
            return order

        jobs = max(1, min(self._options.jobs, len(orders)))
        tasks = (
            [Task(prove, (self._assignment,), IMPORTS)] * jobs if orders and not self.error else []
        )
        outcomes = supervise(tasks, self._limits(), jobs=jobs, on_message=answer)
        if not any(isinstance(outcome, Failed) for outcome in outcomes):
            self.bearing = {goal: frozenset(names) for goal, names in ablation.bearing.items()}

    # Refuting

    def reach(self, cases: int) -> None:
        """Try to reach what broke the induction, from deployment."""
        trials = self._trials()
        if not trials or self.error is not None or self.stopped:
            return
        self._tell("reaching counterexamples")
        orders = (self._assignment, trials, self._options.witnesses, cases)
        task = Task(try_to_reach, orders, IMPORTS)
        [outcome] = self._supervise([task])
        if isinstance(outcome, Finished):
            self.reached = outcome.value

    def _trials(self) -> dict[str, tuple[Trial, ...]]:
        """The calls of counterexamples to induction, by the property that they may break."""
        trials: dict[str, tuple[Trial, ...]] = {}
        for name in self._properties:
            base = self.induction.base.get(name)
            if isinstance(base, Failure) and base.why is Why.BASE:
                trials[name] = ()
                continue
            broken = [
                failure.trial
                for _, failure in self.induction.failures(name)
                if failure.why is Why.INDUCTION
            ]
            if broken:
                trials[name] = tuple(trial for trial in broken if trial is not None)
        return trials

    def unreached(self) -> Goals:
        """The calls of counterexamples to induction that were not reached from deployment."""
        found: dict[str, tuple[UnreachedCall, ...]] = {}
        for name in self._properties.keys() - self.reached.keys():
            trials = (failure.trial for _, failure in self.induction.failures(name))
            calls = tuple(
                UnreachedCall(t.contract, t.function, t.sender, t.value, t.args)
                for t in trials
                if t is not None and t.replayable
            )
            if calls:
                found[name] = calls
        return found

    def verdicts(self) -> Iterator[Result]:
        """One result for each property."""
        seconds = time.monotonic() - self._started
        reader = Verdicts(
            self._case,
            self.induction,
            self.reached,
            self.error,
            seconds,
            self.bearing,
            stopped=self.stopped,
        )
        for each in self._case.properties:
            yield reader.on(each)

    def _tell(self, doing: str) -> None:
        units = len(self.induction.goals)
        done = sum((unit, STRUCTURE) in self.induction.reports for unit in self.induction.goals)
        self._progress(Progress(doing, done, units, {"queries": self._queries}))
