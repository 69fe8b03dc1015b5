"""Slither's own detectors, against a baseline in which every entry carries a reason.

A baseline is a TOML file:

    [[finding]]
    check = "reentrancy-events"
    where = "contracts/vault/Vault.sol: Vault.withdraw(uint256)"
    id = "3f1c2a90d4e7"
    reason = "The token is ours and calls nobody."

    [[detector]]
    check = "missing-zero-check"
    reason = "It does not know the function that checks addresses here."

A ``[[detector]]`` is left out altogether.  The id covers what was found (functions, variables and
statements), not the lines they stand in: a finding that moves stays known, one that changes is new.
An entry whose file is compiled and whose finding is gone is stale, and breaks the claim too.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from slither import Slither
from slither.detectors import all_detectors
from slither.detectors.abstract_detector import AbstractDetector, DetectorClassification

from harness.errors import LookupProblem, UsageError
from harness.structure import Breach, Claim, Site

__all__ = ["Baseline", "Finding", "compare", "findings", "read_baseline"]

_IMPACTS = (
    DetectorClassification.HIGH,
    DetectorClassification.MEDIUM,
    DetectorClassification.LOW,
)
_FINDING = ("check", "where", "id", "reason")
_DETECTOR = ("check", "reason")


@dataclass(frozen=True, slots=True)
class Baseline:
    """What is known: entries of findings, and the detectors that are left out."""

    entries: tuple[Mapping[str, str], ...]
    left_out: frozenset[str]


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding of one detector; ``where`` is ``file: thing``, ``id`` is independent of lines."""

    check: str
    where: str
    id: str
    site: Site

    @property
    def file(self) -> str:
        """The file, relative to the project."""
        return self.where.partition(": ")[0]


def findings(slither: Slither) -> list[Finding]:
    """What the detectors find in the project's own sources; comments in them silence nothing."""
    for each in _detectors():
        slither.register_detector(each)
    found = {}
    for results in slither.run_detectors():
        for result in results:
            finding = _finding(result)
            if finding is not None:
                found[finding.check, finding.id] = finding
    return sorted(found.values(), key=lambda f: (f.where, f.check, f.id))


def _detectors() -> list[Any]:
    chosen = [each for each in vars(all_detectors).values() if _is_wanted(each)]
    return sorted(chosen, key=lambda each: str(each.ARGUMENT))


def _is_wanted(each: Any) -> bool:
    is_detector = isinstance(each, type) and issubclass(each, AbstractDetector)
    return is_detector and getattr(each, "IMPACT", None) in _IMPACTS


def _finding(result: Mapping[str, Any]) -> Finding | None:
    elements = [each for each in result["elements"] if each.get("source_mapping")]
    own = [e for e in elements if not e["source_mapping"]["is_dependency"]]
    if not own:
        return None
    first = own[0]
    mapping = first["source_mapping"]
    file, lines = mapping["filename_relative"], mapping["lines"]
    digest = hashlib.sha256("\n".join([result["check"], *map(_identity, elements)]).encode())
    return Finding(
        result["check"],
        f"{file}: {_named(first)}",
        digest.hexdigest()[:12],
        Site(file, lines[0] if lines else 0),
    )


def _identity(element: Mapping[str, Any]) -> str:
    return f"{element['source_mapping']['filename_relative']}: {_named(element)}"


def _named(element: Mapping[str, Any]) -> str:
    """An element with what it stands in: ``Vault.withdraw(uint256): ok = token.transfer(...)``."""
    more = element.get("type_specific_fields", {})
    parent = more.get("parent")
    name = " ".join(str(more.get("signature") or element["name"]).split())
    if parent is None:
        return name
    separator = ": " if element["type"] == "node" else "."
    return f"{_named(parent)}{separator}{name}"


def read_baseline(path: Path) -> Baseline:
    """The baseline in a file.

    Raises:
        UsageError: the file is missing or no TOML, names no detector of Slither's, or an entry
            lacks a field or a reason.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as wrong:
        raise UsageError(
            f"cannot read the baseline {path}: {wrong.strerror}", fix="create it; it may be empty"
        ) from wrong
    except tomllib.TOMLDecodeError as wrong:
        raise UsageError(f"this is not TOML: {wrong}", where=str(path)) from wrong
    for table in document:
        if table not in ("finding", "detector"):
            raise LookupProblem.unknown("table", table, ("finding", "detector"), str(path))
    left_out = _checked(document.get("detector", []), _DETECTOR, "detector", path)
    known = {each.ARGUMENT for each in _detectors()}
    for entry in left_out:
        if entry["check"] not in known:
            raise LookupProblem.unknown("detector", entry["check"], known, str(path))
    return Baseline(
        tuple(_checked(document.get("finding", []), _FINDING, "finding", path)),
        frozenset(entry["check"] for entry in left_out),
    )


def _checked(
    entries: Iterable[Mapping[str, Any]], fields: Iterable[str], table: str, path: Path
) -> list[dict[str, str]]:
    made = []
    for number, entry in enumerate(entries, 1):
        made.append({name: str(entry.get(name, "")).strip() for name in fields})
        for name, value in made[-1].items():
            if not value:
                raise UsageError(
                    f"[[{table}]] number {number} has no {name}",
                    where=f"{path}, {entry.get('check', 'no check given')}",
                    fix="say why it is none" if name == "reason" else f"give its {name}",
                )
    return made


def compare(found: Iterable[Finding], baseline: Baseline, files: frozenset[str]) -> Claim:
    """The claim that a baseline lists exactly what was found.

    ``files`` are the sources that were compiled: entries of others say nothing here.
    """
    wanted = [each for each in found if each.check not in baseline.left_out]
    known = {(entry["check"], entry["id"]) for entry in baseline.entries}
    breaches = [
        Breach(f"new finding: {each.check}, {each.where}, id {each.id}", each.site)
        for each in wanted
        if (each.check, each.id) not in known
    ]
    there = {(each.check, each.id) for each in wanted}
    for entry in baseline.entries:
        file = entry["where"].partition(": ")[0]
        if file in files and (entry["check"], entry["id"]) not in there:
            text = f"stale entry of the baseline: {entry['check']}, {entry['where']}"
            breaches.append(Breach(f"{text}, id {entry['id']}"))
    assumptions = tuple(f"Slither's {each} is left out" for each in sorted(baseline.left_out))
    return Claim(1 + len(wanted), tuple(breaches), assumptions=assumptions)
