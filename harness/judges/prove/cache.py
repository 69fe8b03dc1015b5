"""Proofs that need not be made again: what was PROVED of a unit, by all that it depends on.

Failures of properties are never kept, and a proof is taken only if all that it needs is assumed
now.  A file that cannot be read is as good as none.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from harness.judges.prove.assumed import is_stable
from harness.judges.prove.report import STRUCTURE, Failure, Goal, Proof, Replays, UnitReport, Why

__all__ = ["Cache"]

_FORMAT = 3
_BASE = "base cases"
_TIMES = "times"


class Cache:
    """A folder of reports; ``fingerprint`` stands for code, properties and the prover."""

    def __init__(self, folder: Path, fingerprint: bytes, system: str = "") -> None:
        self._folder = folder / "prove"
        self._fingerprint = fingerprint
        self._system = system

    def _path(self, name: str, *, lasting: bool = False) -> Path:
        stands_for = self._system.encode() if lasting else self._fingerprint
        key = hashlib.sha256(stands_for + b"\0" + name.encode()).hexdigest()
        return self._folder / f"{key}.json"

    # Units

    def load(
        self, unit: str, goals: frozenset[str], assumed: frozenset[str], silent: frozenset[str]
    ) -> UnitReport | None:
        """The report on a unit, if it settles all of these goals from what is assumed.

        It must also say whether the silent properties speak under these assumptions.
        """
        raw = self._read(unit)
        if raw is None:
            return None
        known: dict[str, Goal] = {
            goal: Proof(frozenset(needs)) for goal, needs in raw["proofs"].items()
        }
        # That a transition is not stable only takes assumptions away.
        known |= {goal: Failure(Why.UNKNOWN, reason) for goal, reason in raw["unstable"].items()}
        # Nothing rests on a refinement, and what could not be followed then cannot be now.
        known |= {g: Failure(Why.UNFOLLOWED, why) for g, why in raw["unfollowed"].items()}
        wanted = goals | {STRUCTURE}
        for goal in wanted:
            found = known.get(goal)
            if found is None or (isinstance(found, Proof) and not found.needs <= assumed):
                return None
        # A state that satisfies more invariants than are assumed now is one of today's as well.
        if not assumed <= frozenset(raw["assumed"]) or not silent <= frozenset(raw["listened"]):
            return None
        return UnitReport(
            unit,
            {goal: known[goal] for goal in wanted},
            bool(raw["feasible"]),
            frozenset(raw["spoke"]),
            frozenset(raw["assumed"]),
            paths=int(raw["paths"]),
            also=frozenset(raw["also"]),
            reentered=frozenset((a, b) for a, b in raw["reentered"]),
            written=frozenset((a, b, c) for a, b, c in raw["written"]),
            replays=Replays(**raw["replays"]) if raw["replays"] is not None else None,
        )

    def save(self, report: UnitReport) -> None:
        """Keep what a report proves; nothing if a property failed in it."""
        proofs = {g: sorted(p.needs) for g, p in report.goals.items() if isinstance(p, Proof)}
        unstable = {
            g: f.reason for g, f in report.goals.items() if isinstance(f, Failure) and is_stable(g)
        }
        unfollowed = {
            g: f.reason
            for g, f in report.goals.items()
            if isinstance(f, Failure) and f.why is Why.UNFOLLOWED
        }
        if len(proofs) + len(unstable) + len(unfollowed) != len(report.goals):
            return
        report = self._with_what_was_heard(report)
        self._write(
            report.unit,
            {
                "proofs": proofs,
                "unstable": unstable,
                "unfollowed": unfollowed,
                "assumed": sorted(report.assumed),
                "listened": sorted(report.listened),
                "feasible": report.feasible,
                "spoke": sorted(report.spoke),
                "paths": report.paths,
                "also": sorted(report.also),
                "reentered": sorted(report.reentered),
                "written": sorted(report.written),
                "replays": asdict(report.replays) if report.replays is not None else None,
            },
        )

    def _with_what_was_heard(self, report: UnitReport) -> UnitReport:
        """A report with what an earlier one found reachable of the same unit, from no fewer
        invariants and for no other callers: a later one listens only to what was silent then."""
        raw = self._read(report.unit)
        if raw is None or not report.assumed <= frozenset(raw["assumed"]):
            return report
        if not frozenset(raw["also"]) <= report.also:
            return report
        return replace(
            report,
            feasible=report.feasible or bool(raw["feasible"]),
            spoke=report.spoke | frozenset(raw["spoke"]),
            listened=report.listened | frozenset(raw["listened"]),
        )

    # Base cases

    def load_bases(self) -> tuple[dict[str, Goal], frozenset[str]] | None:
        """The base case of every goal, and which properties said something in it."""
        raw = self._read(_BASE)
        if raw is None:
            return None
        base: dict[str, Goal] = {goal: Proof() for goal in raw["proved"]}
        base |= {goal: Failure(Why.UNKNOWN, reason) for goal, reason in raw["unstable"].items()}
        return base, frozenset(raw["spoke"])

    def save_bases(self, base: Mapping[str, Goal], spoke: frozenset[str]) -> None:
        """Keep the base cases; nothing if that of a property failed."""
        failed = {goal: f.reason for goal, f in base.items() if isinstance(f, Failure)}
        if all(is_stable(goal) for goal in failed):
            proved = sorted(base.keys() - failed.keys())
            self._write(_BASE, {"proved": proved, "unstable": failed, "spoke": sorted(spoke)})

    # How long units take

    def load_times(self) -> dict[str, float]:
        """Seconds that each unit took when it was last proved, whatever the code was then."""
        raw = self._read(_TIMES, lasting=True)
        return {unit: float(seconds) for unit, seconds in (raw or {}).get("seconds", {}).items()}

    def save_times(self, seconds: Mapping[str, float]) -> None:
        """Keep how long units took; what is not told anew stays."""
        self._write(_TIMES, {"seconds": {**self.load_times(), **seconds}}, lasting=True)

    # Files

    def _write(self, name: str, content: Mapping[str, Any], *, lasting: bool = False) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=self._folder, suffix=".tmp")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump({"format": _FORMAT, "name": name, **content}, file)
        Path(temporary).replace(self._path(name, lasting=lasting))

    def _read(self, name: str, *, lasting: bool = False) -> dict[str, Any] | None:
        try:
            raw = json.loads(self._path(name, lasting=lasting).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        fits = isinstance(raw, dict) and raw.get("format") == _FORMAT and raw.get("name") == name
        return raw if fits else None
