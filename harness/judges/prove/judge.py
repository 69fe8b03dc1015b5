"""The judge: base case, induction in worker processes, and the verdicts that follow."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import version
from typing import Any

from harness.errors import HarnessError
from harness.judges.protocol import Availability, Case, Options, Progress
from harness.judges.prove.local import induction_of
from harness.judges.prove.report import STRUCTURE, Failure, Trial, UnitReport, Why
from harness.judges.prove.units import units_of
from harness.judges.prove.verdicts import Verdicts
from harness.judges.prove.work import Assignment, base_cases, prove_units, try_to_reach
from harness.judges.workers import Failed, Finished, Limits, Task, supervise
from harness.property import Kind
from harness.verdict import JudgeName, Result

__all__ = ["ProveJudge"]

MEMORY = 4 << 30
"""Bytes that a worker may use."""

CASES = 60
"""Cases that the fuzzer tries to reach counterexamples to induction."""

_ROUNDS = 50


class ProveJudge:
    """Proves properties for any number of transactions; see the package for how.

    ``cases`` is how many the fuzzer may try to reach counterexamples to induction.
    """

    name = JudgeName.PROVE

    def __init__(self, *, cases: int = CASES) -> None:
        self._cases = cases

    def availability(self) -> Availability:
        """Always there: its solvers are dependencies of the harness itself."""
        versions = (("z3", version("z3-solver")), ("cvc5", version("cvc5")))
        return Availability(self.name, versions)

    def judge(
        self, case: Case, options: Options, progress: Callable[[Progress], None]
    ) -> Iterator[Result]:
        """One result for each property, at the end: any unit may still fail any of them."""
        run = _Run(case, options, progress)
        run.prove()
        run.reach(self._cases)
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
        self._properties = {p.id: p for p in case.properties if p.kind is not Kind.REFINEMENT}
        self._assignment = Assignment(
            case.compiled.name,
            case.compiled.root,
            case.target,
            frozenset(self._properties),
            options.cache if options.cached else None,
        )
        self.induction = induction_of(units_of(case.compiled), case.properties)
        self.error: Failed | None = None
        self.reached: dict[str, Any] = {}
        self._queries = 0
        self._done = 0

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
        """The base cases, then the units, until every proof rests on what is proved."""
        if not self._properties:
            return
        self._tell("base case")
        [outcome] = self._supervise([Task(base_cases, (self._assignment,))])
        if isinstance(outcome, Failed):
            self.error = outcome
            return
        base, spoke = outcome.value
        self.induction.begin(base)
        self.induction.spoke |= spoke
        for _ in range(_ROUNDS):
            pending = self.induction.pending()
            if not pending or self.error is not None:
                return
            self._round(pending)
            self.induction.settle()

    def _round(self, pending: Mapping[str, frozenset[str]]) -> None:
        """Prove what is pending, in workers; a unit whose worker dies is a failure."""
        left = dict(pending)
        while left and self.error is None:
            jobs = max(1, min(self._options.jobs, len(left)))
            names = list(left)
            shares = [names[number::jobs] for number in range(jobs)]
            silent = frozenset(self._properties) - self.induction.spoke
            tasks = [
                Task(
                    prove_units,
                    (
                        self._assignment,
                        {name: left[name] for name in share},
                        self.induction.assumed,
                        silent,
                    ),
                )
                for share in shares
            ]
            listener = _Listener(self, left)
            outcomes = supervise(
                tasks, self._limits(), jobs=self._options.jobs, on_message=listener.take
            )
            for worker, outcome in enumerate(outcomes):
                if isinstance(outcome, Failed):
                    self._died(outcome, listener.current.get(worker), shares[worker], left)

    def took(self, report: UnitReport) -> None:
        """Take in a report, and tell of it."""
        self.induction.note(report)
        self._queries += report.queries
        self._tell("proving")

    def _died(
        self, outcome: Failed, unit: str | None, share: list[str], left: dict[str, frozenset[str]]
    ) -> None:
        """A worker that did not finish: what it was at is a failure, the rest is tried again."""
        if isinstance(outcome.error, HarnessError) or (outcome.trace and unit is None):
            self.error = outcome
            return
        lost = [unit] if unit is not None else []
        if unit is None or outcome.reason == "out of time":
            lost = [name for name in share if name in left]
        for name in lost:
            failure = Failure(Why.UNKNOWN, f"{name}: {outcome.reason}")
            self.induction.note(UnitReport(name, {STRUCTURE: failure}))
            left.pop(name, None)

    def _supervise(self, tasks: list[Task]) -> list[Finished | Failed]:
        return supervise(
            tasks, self._limits(), jobs=self._options.jobs, on_message=lambda number, message: None
        )

    # Refuting

    def reach(self, cases: int) -> None:
        """Try to reach what broke the induction, from deployment."""
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
        if not trials or self.error is not None:
            return
        self._tell("reaching counterexamples")
        task = Task(try_to_reach, (self._assignment, trials, self._options.witnesses, cases))
        [outcome] = self._supervise([task])
        if isinstance(outcome, Finished):
            self.reached = outcome.value

    def verdicts(self) -> Iterator[Result]:
        """One result for each property."""
        seconds = time.monotonic() - self._started
        reader = Verdicts(self._case, self.induction, self.reached, self.error, seconds)
        for each in self._case.properties:
            yield reader.on(each)

    def _tell(self, doing: str) -> None:
        units = len(self.induction.goals)
        done = sum((unit, STRUCTURE) in self.induction.reports for unit in self.induction.goals)
        self._progress(Progress(doing, done, units, {"queries": self._queries}))


class _Listener:
    """Hears what workers say: which unit each is at, and what came of those before."""

    def __init__(self, run: _Run, left: dict[str, frozenset[str]]) -> None:
        self.current: dict[int, str] = {}
        self._run = run
        self._left = left

    def take(self, worker: int, message: tuple[str, Any]) -> None:
        """Take in a message."""
        kind, content = message
        if kind == "begin":
            self.current[worker] = content
            return
        report: UnitReport = content
        self.current.pop(worker, None)
        self._left.pop(report.unit, None)
        self._run.took(report)
