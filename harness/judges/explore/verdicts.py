"""From the reports on jobs to one verdict for each property."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from harness.errors import HarnessError
from harness.judges.explore.guards import describe
from harness.judges.explore.job import LENGTHS, MOMENTS, MOST_ITEMS, Job
from harness.judges.explore.process import find_environment
from harness.judges.explore.reach import Reached
from harness.judges.explore.report import JobReport, Tripped
from harness.judges.explore.session import JUDGED, WORKER_LIMITS
from harness.judges.protocol import Case, assumptions_of
from harness.judges.prove.units import speaks_of
from harness.judges.workers import Failed
from harness.property import Property
from harness.verdict import ExitCode, JudgeName, Result, Verdict, required_of

__all__ = ["ASSUMPTIONS", "Verdicts"]

ASSUMPTIONS = (
    "explore: transactions of one chain, from the deployed state; no message is due there, so none "
    "is delivered; of two, the first is made by nobody who acts for a transport",
    "explore: accounts that are none of the system's have no code, and are no precompiled "
    "contracts where an argument or the caller names them",
    "explore: gas is unlimited; Keccak-256 is injective, and what lies behind one hash in storage "
    "does not reach what lies behind another",
)

_SHOWN = 8
"""Guards that are told of one property."""


class Verdicts:
    """Reads verdicts off reports.

    Args:
        jobs: all jobs there are, by how many transactions they have; none where none were tried.
        reached: what was replayed, by property.
        error: why a worker could not even begin.
    """

    def __init__(
        self,
        case: Case,
        jobs: Mapping[int, Sequence[Job]],
        reports: Sequence[JobReport],
        reached: Mapping[str, Reached],
        error: Failed | None,
        seconds: float,
    ) -> None:
        self._case = case
        self._jobs = jobs
        self._reports: dict[str, list[JobReport]] = {}
        for each in reports:
            self._reports.setdefault(each.job, []).append(each)
        self._reached = reached
        self._error = error
        self._seconds = seconds

    def on(self, each: Property) -> Result:
        """The verdict on one property."""
        reached = self._reached.get(each.id)
        if reached is not None:
            reason = f"broken by {reached.steps} steps"
            return self._result(each, Verdict.REFUTED, reason, witness=reached.witness)
        if self._error is not None:
            return self._failed(each, self._error)
        tripped = list(self._tripped(each, 1))
        if tripped:
            return self._result(each, Verdict.INCOMPLETE, _listed(tripped))
        if not self._any(each, "spoke"):
            if self._any(each, "unsure"):
                unsure = Tripped("undecided", "whether it says anything on any path")
                return self._result(each, Verdict.INCOMPLETE, _listed([unsure]))
            reason = "it says nothing on any path that was shown to be possible"
            return self._result(each, Verdict.VACUOUS, reason)
        return self._result(each, Verdict.BOUNDED, None)

    def _tripped(self, each: Property, depth: int) -> Iterator[Tripped]:
        """Why sequences of some length may have been missed, or may break the property."""
        problem = find_environment().problem
        if problem:
            yield Tripped("environment", f"{problem}; run `make setup`, then `harness doctor`")
            return
        if each.kind not in JUDGED:
            yield Tripped("property", f"a {each.kind.value} is not judged by explore")
            return
        missing = []
        for job in self._jobs.get(depth, ()):
            if not speaks_of(each, job.unit):
                continue
            reports = [r for r in self._reports.get(job.name, ()) if each.id in r.judged]
            if not reports:
                missing.append(job.name)
            for report in reports:
                yield from report.guards
                if each.id in report.doubts:
                    yield report.doubts[each.id]
                if each.id in report.broken:
                    yield Tripped("replay", job.name)
        if missing:
            shown = ", ".join(missing[:_SHOWN])
            yield Tripped("budget", f"{len(missing)} not reached: {shown}")

    def _any(self, each: Property, what: str) -> bool:
        """Whether a property is in a list of any report."""
        return any(each.id in getattr(r, what) for rs in self._reports.values() for r in rs)

    def _bounds(self, each: Property) -> dict[str, Any]:
        """What the verdict is limited to."""
        pairs = [job for job in self._jobs.get(2, ()) if speaks_of(each, job.unit)]
        done = sum(
            any(each.id in r.judged and not r.guards for r in self._reports.get(job.name, ()))
            for job in pairs
        )
        deep = bool(pairs) and not list(self._tripped(each, 2))
        names = {
            job.name for jobs in self._jobs.values() for job in jobs if speaks_of(each, job.unit)
        }
        mine = [r for n in names for r in self._reports.get(n, ()) if each.id in r.judged]
        found: dict[str, Any] = {
            "transactions": 2 if deep else 1,
            "paths": sum(report.paths for report in mine),
            "replayed": sum(report.replayed for report in mine),
            "bytes": f"{LENGTHS[0]} or {LENGTHS[1]} bytes, or abi.encode(number, '')",
            "items": MOST_ITEMS,
        }
        if any(report.cut for report in mine):
            found["rounds"] = (
                f"{WORKER_LIMITS['rounds']} of loops that depend on unknowns; more of them only "
                f"{', '.join(map(str, MOMENTS))} blocks or a week after deployment"
            )
        if each.id in self._case.goals:
            found["goals"] = len(self._case.goals[each.id])
        if pairs and not deep:
            found["pairs"] = f"{done} of {len(pairs)}"
        return found

    def _failed(self, each: Property, failure: Failed) -> Result:
        if isinstance(failure.error, HarnessError):
            fault = ExitCode(failure.error.exit_code)
            return self._result(each, Verdict.ERROR, str(failure.error), fault=fault)
        reason = f"{failure.reason}\n{failure.trace}" if failure.trace else failure.reason
        return self._result(each, Verdict.INCOMPLETE, reason)

    def _result(self, each: Property, verdict: Verdict, reason: str | None, **more: Any) -> Result:
        return Result(
            property_id=each.id,
            system=self._case.compiled.name,
            judge=JudgeName.EXPLORE,
            verdict=verdict,
            required=required_of(JudgeName.EXPLORE, each.required),
            reason=reason,
            bounds=self._bounds(each) if verdict is Verdict.BOUNDED else {},
            assumptions=(*assumptions_of(self._case.compiled.system), *ASSUMPTIONS),
            seconds=self._seconds,
            **more,
        )


def _listed(tripped: Sequence[Tripped]) -> str:
    shown = [describe(each.guard, each.reason) for each in dict.fromkeys(tripped)]
    more = len(shown) - _SHOWN
    return "\n".join([*shown[:_SHOWN], *([f"... {more} more"] if more > 0 else [])])
