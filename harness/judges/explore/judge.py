"""The judge: jobs in worker processes, first of one transaction, then of two."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from harness.judges.explore.book import Book, marks_of
from harness.judges.explore.job import Job
from harness.judges.explore.order import ranked
from harness.judges.explore.process import find_environment
from harness.judges.explore.reach import Reached
from harness.judges.explore.report import JobReport, Tripped
from harness.judges.explore.session import JUDGED
from harness.judges.explore.verdicts import Verdicts
from harness.judges.explore.work import Assignment, Order, all_jobs, confirm, explore, fingerprint
from harness.judges.protocol import Availability, Case, Options, Progress
from harness.judges.prove.units import speaks_of
from harness.judges.workers import Failed, Limits, Task, supervise
from harness.verdict import JudgeName, Result

__all__ = ["ExploreJudge"]

_ONE = 300.0
"""Seconds that Manticore's process may take for one transaction."""
_TWO = 60.0
"""The same for two transactions, of which there are many more."""
_PAIRS = 300.0
"""Seconds for all pairs of transactions of a system, where no budget is given."""
_GRACE = 60.0
_MEMORY = 8 << 30


class ExploreJudge:
    """Follows bounded sequences of transactions; see the package for how.

    ``deepest`` is how many transactions there are in a sequence at most, 1 or 2.
    """

    name = JudgeName.EXPLORE

    def __init__(self, *, deepest: int = 2) -> None:
        self._deepest = deepest

    def availability(self) -> Availability:
        """Whether Manticore's environment is there."""
        found = find_environment()
        if found.python is None:
            fix = "run `make setup`; the other judges do not need it"
            return Availability(self.name, (), found.problem, fix)
        return Availability(self.name, (("manticore", found.manticore), ("z3", found.z3)))

    def judge(
        self, case: Case, options: Options, progress: Callable[[Progress], None]
    ) -> Iterator[Result]:
        """One result for each property, at the end: any job may still break any of them."""
        run = _Run(case, options, progress)
        if find_environment().python is not None:
            run.follow(1)
            if self._deepest > 1:
                run.follow(2)
        yield from run.verdicts()


class _Run:
    """One case being judged."""

    def __init__(self, case: Case, options: Options, progress: Callable[[Progress], None]) -> None:
        self._case = case
        self._options = options
        self._progress = progress
        self._started = time.monotonic()
        self._properties = {p.id: p for p in case.properties if p.kind in JUDGED}
        self._assignment = Assignment(
            case.compiled.name, case.compiled.root, case.target, frozenset(self._properties)
        )
        name = f"{case.compiled.name}-{fingerprint(case.compiled)[:16]}.jsonl"
        self.book = Book(
            options.cache.parent / "explore" / name,
            marks_of(self._properties),
            keep=options.cached,
        )
        self.jobs: dict[int, list[Job]] = {}
        self.reached: dict[str, Reached] = {}
        self.error: Failed | None = None
        self._at: dict[int, Order] = {}
        self._until: float | None = None

    # Following

    def follow(self, depth: int) -> None:
        """Do all jobs of a depth that were not done before, and replay what breaks properties."""
        self.jobs[depth] = self._jobs(depth)
        budget = self._options.budget
        if budget is not None:
            self._until = self._started + budget
        elif depth > 1:
            self._until = time.monotonic() + _PAIRS
        left = len(self._orders(depth)) + 1
        while self._orders(depth) and self.error is None and not self._late():
            now = len(self._orders(depth))
            if now == left:
                break
            left = now
            self._tell(depth)
            tasks = [Task(explore, (self._assignment,))] * max(1, min(self._options.jobs, left))
            outcomes = supervise(
                tasks,
                Limits(self._patience(), _MEMORY),
                jobs=len(tasks),
                on_message=lambda worker, report: self._answer(depth, worker, report),
            )
            for worker, outcome in enumerate(outcomes):
                if isinstance(outcome, Failed):
                    self._died(outcome, self._at.pop(worker, None))
        self._confirm()

    def _jobs(self, depth: int) -> list[Job]:
        """The jobs of a depth, the most promising first; of two transactions, those of which the
        first changes something."""
        jobs = all_jobs(self._case.compiled, depth)
        if depth > 1:
            inert = {each.job for each in self.book.reports if not each.effective}
            jobs = [job for job in jobs if job.first not in inert]
        return ranked(jobs, self.book.of, self._case.goals)

    def _patience(self) -> float | None:
        return None if self._until is None else max(1.0, self._until - time.monotonic()) + _GRACE

    def _late(self) -> bool:
        return self._until is not None and time.monotonic() >= self._until

    def _orders(self, depth: int) -> list[Order]:
        """What nobody is at."""
        busy = {order.job for order in self._at.values()}
        heard = frozenset(name for each in self.book.reports for name in each.spoke)
        found = []
        for job in self.jobs[depth]:
            mine = {n for n, each in self._properties.items() if speaks_of(each, job.unit)}
            open_ = tuple(sorted(mine - self.book.judged(job.name) - set(self.reached)))
            known = self.book.knows(job.name)
            if job.name not in busy and (open_ or (depth == 1 and not known)):
                found.append(Order(job.name, open_, _ONE if depth == 1 else _TWO, heard))
        return found

    def _answer(self, depth: int, worker: int, report: Any) -> Order | None:
        """Take in a report, and say what is to be done next."""
        self._at.pop(worker, None)
        if isinstance(report, JobReport):
            self.book.add(report)
            self._tell(depth)
        waiting = self._orders(depth) if self.error is None and not self._late() else []
        if not waiting:
            return None
        self._at[worker] = waiting[0]
        return waiting[0]

    def _died(self, outcome: Failed, order: Order | None) -> None:
        """A worker that did not finish: the job that it was at has tripped a guard."""
        if order is None or outcome.error is not None:
            self.error = outcome
            return
        guard = "hang" if outcome.reason == "out of time" else "killed"
        tripped = Tripped(guard, f"{order.job}: {outcome.reason}")
        self.book.add(JobReport(order.job, guards=[tripped], judged=list(order.properties)))

    # Refuting

    def _confirm(self) -> None:
        """Replay what may break properties."""
        hits = [
            (name, rows)
            for report in self.book.reports
            for name, rows in report.broken.items()
            if name in self._properties and name not in self.reached
        ]
        if not hits or self.error is not None:
            return
        self._progress(Progress("replaying", 0, len(hits)))
        task = Task(confirm, (self._assignment, hits, self._options.witnesses))
        supervise([task], Limits(None, _MEMORY), jobs=1, on_message=self._found)

    def _found(self, _: int, message: tuple[str, Reached]) -> None:
        self.reached.setdefault(*message)

    def verdicts(self) -> Iterator[Result]:
        """One result for each property."""
        seconds = time.monotonic() - self._started
        reader = Verdicts(
            self._case, self.jobs, self.book.reports, self.reached, self.error, seconds
        )
        for each in self._case.properties:
            yield reader.on(each)

    def _tell(self, depth: int) -> None:
        jobs: Sequence[Job] = self.jobs[depth]
        done = sum(self.book.knows(job.name) for job in jobs)
        figures: Mapping[str, Any] = {"paths": sum(each.paths for each in self.book.reports)}
        doing = "one transaction" if depth == 1 else f"{depth} transactions"
        self._progress(Progress(doing, done, len(jobs), dict(figures)))
