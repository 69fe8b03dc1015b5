"""Proofs that need not be made again: what was PROVED of a unit, by all that it depends on.

Failures are never kept, and a proof is taken only if all that it needs is assumed now.  A file that
cannot be read is as good as none.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from pathlib import Path
from typing import Any

from harness.judges.prove.report import STRUCTURE, Proof, UnitReport

__all__ = ["Cache"]

_FORMAT = 1


class Cache:
    """A folder of reports; ``fingerprint`` stands for code, properties and the prover."""

    def __init__(self, folder: Path, fingerprint: bytes) -> None:
        self._folder = folder / "prove"
        self._fingerprint = fingerprint

    def _path(self, unit: str) -> Path:
        key = hashlib.sha256(self._fingerprint + unit.encode()).hexdigest()
        return self._folder / f"{key}.json"

    def load(
        self, unit: str, goals: frozenset[str], assumed: frozenset[str], silent: frozenset[str]
    ) -> UnitReport | None:
        """The report on a unit, if it proves all of these goals from what is assumed.

        It must also say whether the silent properties speak under these assumptions.
        """
        raw = self._read(unit)
        if raw is None:
            return None
        proofs = {goal: Proof(frozenset(needs)) for goal, needs in raw["proofs"].items()}
        wanted = {*goals, STRUCTURE} & {*proofs, *goals, STRUCTURE}
        if any(goal not in proofs or not proofs[goal].needs <= assumed for goal in wanted):
            return None
        # A state that satisfies more invariants than are assumed now is one of today's as well.
        if not assumed <= frozenset(raw["assumed"]) or not silent <= frozenset(raw["listened"]):
            return None
        return UnitReport(
            unit,
            {goal: proofs[goal] for goal in wanted},
            bool(raw["feasible"]),
            frozenset(raw["spoke"]) & silent,
            frozenset(raw["assumed"]),
            paths=int(raw["paths"]),
        )

    def save(self, report: UnitReport) -> None:
        """Keep what a report proves; nothing if there is a failure in it."""
        proofs = {g: sorted(p.needs) for g, p in report.goals.items() if isinstance(p, Proof)}
        if len(proofs) != len(report.goals):
            return
        content: dict[str, Any] = {
            "format": _FORMAT,
            "unit": report.unit,
            "proofs": proofs,
            "assumed": sorted(report.assumed),
            "listened": sorted(report.listened),
            "feasible": report.feasible,
            "spoke": sorted(report.spoke),
            "paths": report.paths,
        }
        self._folder.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=self._folder, suffix=".tmp")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(content, file)
        Path(temporary).replace(self._path(report.unit))

    def _read(self, unit: str) -> dict[str, Any] | None:
        try:
            raw = json.loads(self._path(unit).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        fits = isinstance(raw, dict) and raw.get("format") == _FORMAT and raw.get("unit") == unit
        return raw if fits else None
