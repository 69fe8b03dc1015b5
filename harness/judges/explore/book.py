"""What was found so far, kept on disk: a rerun takes up where an earlier one was stopped."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from harness.judges.explore.report import JobReport, Tripped
from harness.property import Property
from harness.step import step_from_json, step_to_json

__all__ = ["Book", "marks_of"]

_PASSING = frozenset({"hang", "killed", "budget", "environment"})
"""Guards that may not trip another time."""


def marks_of(properties: Mapping[str, Property]) -> dict[str, str]:
    """What tells each property from what it was before it was changed."""
    found = {}
    for name, each in properties.items():
        text = f"{each.kind.value}:{each.on}:{each.at_rest}:{each.code}"
        found[name] = hashlib.sha256(text.encode()).hexdigest()[:16]
    return found


class Book:
    """Reports by job, one per line of a file; whoever reads it takes in whole lines only.

    Args:
        path: the file, which belongs to one state of code and judge.
        marks: see `marks_of`; what is known of a property that has changed does not count.
        keep: whether anything is read or written at all.
    """

    def __init__(self, path: Path, marks: Mapping[str, str], *, keep: bool = True) -> None:
        self._path = path
        self._marks = marks
        self._keep = keep
        self.reports: list[JobReport] = self._load() if keep else []
        self._by_job: dict[str, list[JobReport]] = {}
        for each in self.reports:
            self._by_job.setdefault(each.job, []).append(each)

    def of(self, job: str) -> list[JobReport]:
        """The reports on a job."""
        return self._by_job.get(job, [])

    def judged(self, job: str) -> set[str]:
        """The properties that a job was judged for."""
        return {name for each in self.of(job) for name in each.judged}

    def knows(self, job: str) -> bool:
        """Whether a job was done at all."""
        return bool(self.of(job))

    def add(self, report: JobReport) -> None:
        """Keep a report; one whose job may end otherwise another time is not written down."""
        self.reports.append(report)
        self._by_job.setdefault(report.job, []).append(report)
        if not self._keep or any(each.guard in _PASSING for each in report.guards):
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        line = json.dumps(_to_json(report, self._marks)) + "\n"
        with self._path.open("a+b") as file:
            if file.tell() and not self._ends_well():
                file.write(b"\n")
            file.write(line.encode())

    def _ends_well(self) -> bool:
        """Whether the last line is whole; it is not if an earlier run was stopped in it."""
        with self._path.open("rb") as file:
            file.seek(-1, os.SEEK_END)
            return file.read() == b"\n"

    def _load(self) -> list[JobReport]:
        if not self._path.exists():
            return []
        found = []
        for line in self._path.read_text().splitlines():
            try:
                found.append(_from_json(json.loads(line), self._marks))
            except (KeyError, TypeError, ValueError):
                continue  # a line that was cut off when a run was stopped
        return found


def _to_json(report: JobReport, marks: Mapping[str, str]) -> dict[str, Any]:
    steps = {
        name: [[step_to_json(step) for step in row] for row in rows]
        for name, rows in report.broken.items()
    }
    return {**asdict(report), "broken": steps, "marks": {n: marks[n] for n in report.judged}}


def _from_json(raw: dict[str, Any], marks: Mapping[str, str]) -> JobReport:
    same = {name for name, mark in raw.pop("marks").items() if marks.get(name) == mark}
    return JobReport(
        job=raw["job"],
        guards=[Tripped(**each) for each in raw["guards"]],
        doubts={name: Tripped(**each) for name, each in raw["doubts"].items() if name in same},
        broken={
            name: tuple(tuple(step_from_json(step) for step in row) for row in rows)
            for name, rows in raw["broken"].items()
            if name in same
        },
        spoke=[name for name in raw["spoke"] if name in same],
        unsure=[name for name in raw["unsure"] if name in same],
        judged=[name for name in raw["judged"] if name in same],
        effective=raw["effective"],
        paths=raw["paths"],
        cut=raw["cut"],
        read=raw["read"],
        written=raw["written"],
        replayed=raw["replayed"],
        seconds=raw["seconds"],
        exploring=raw["exploring"],
    )
