"""One worker's view of a system: jobs are followed in Manticore and judged here, one by one."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

from harness.chain.deployment import deploy_world
from harness.chain.world import ConcreteWorld
from harness.compiled import CompiledSystem
from harness.judges.explore.deployed import preimages_of
from harness.judges.explore.endings import Explored, Told
from harness.judges.explore.fidelity import confirm_path
from harness.judges.explore.guards import Trip
from harness.judges.explore.job import Job, job_of
from harness.judges.explore.judging import LOOKING, Judging, Patience, reads_of
from harness.judges.explore.process import Limits as ProcessLimits
from harness.judges.explore.process import Outcome, run_job
from harness.judges.explore.reads import Reads
from harness.judges.explore.report import JobReport, Tripped
from harness.judges.explore.translate import Translation
from harness.judges.prove.cases import query
from harness.judges.prove.units import INVARIANTS, speaks_of
from harness.property import Kind, Property
from harness.symbolic.machine import Setting, Unsupported
from harness.symbolic.solve import (
    Proved,
    check,
)
from harness.symbolic.terms import FALSE, term_scope

__all__ = ["JUDGED", "WORKER_LIMITS", "Session"]

JUDGED = (Kind.INVARIANT, Kind.BOUND, Kind.TRANSITION, Kind.RULE)
"""Kinds of properties that this judge evaluates."""

WORKER_LIMITS: Mapping[str, int] = {
    "rlimit": 2_000_000,
    "paths": 2_000,
    "steps": 200_000,
    "rounds": 2,
}
"""What Manticore's process may do: Z3's resource units for one question, paths of one job,
instructions of one path, and how often a path may be open at one place of the code."""


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
        self._patience = Patience()
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
        judging = Judging(explored, chosen, report, frozenset(heard), self._patience, self._reads)
        if not job.transactions:
            judging.judge(explored.without_code(job.unit), (), True)
            report.paths = 1
            return
        for each in chosen:
            if each.kind in INVARIANTS and each.id not in self._reads:
                self._reads[each.id] = reads_of(each, explored)
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
                report.cut, report.read = line["cut"], line["read"]
                report.written = line["written"]
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
        self, job: Job, line: Mapping[str, Any], translation: Translation, judging: Judging
    ) -> None:
        """A path on which a guard tripped; it counts unless nothing can take it."""
        conditions = [translation.condition(number) for number in line["conditions"]]
        answer = check(query(job.name, conditions, FALSE), LOOKING)
        if not isinstance(answer, Proved):
            judging.report.guards.append(Tripped(line["guard"], f"{job.name}: {line['reason']}"))
