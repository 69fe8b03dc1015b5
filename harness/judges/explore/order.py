"""Which jobs come first: those that most likely break something, in the time that there is."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from harness.judges.explore.job import Job
from harness.judges.explore.report import JobReport
from harness.judges.goals import Goals

__all__ = ["ranked"]


def ranked(
    jobs: Sequence[Job], known: Callable[[str], Sequence[JobReport]], goals: Goals
) -> list[Job]:
    """Jobs in the order in which they are to be done.

    First come those that end in a call of which another judge says that it breaks a property in
    some state. Then, of two transactions, those of which the second reads what the first writes,
    and of these the cheapest.

    Args:
        known: the reports on a job.
    """
    wanted = {f"{each.contract}.{each.function}" for row in goals.values() for each in row}
    if not any(job.depth > 1 for job in jobs):
        return sorted(jobs, key=lambda job: job.unit.name not in wanted)

    written = {name: _all(known(name), "written") for name in {job.first for job in jobs}}
    read = {name: _all(known(name), "read") for name in {job.last for job in jobs}}
    cost = {name: sum(each.seconds for each in known(name)) for name in (*written, *read)}

    def rank(job: Job) -> tuple[bool, bool, float]:
        return (
            job.unit.name not in wanted,
            written[job.first].isdisjoint(read[job.last]),
            cost[job.first] + cost[job.last],
        )

    return sorted(jobs, key=rank)


def _all(reports: Sequence[JobReport], what: str) -> frozenset[str]:
    return frozenset(name for each in reports for name in getattr(each, what))
