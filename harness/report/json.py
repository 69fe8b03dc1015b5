"""Verdicts as JSON, for programs.

One document of ``schema_version`` 1:

    {"schema_version": 1, "exit_code": 0,
     "results": [{"property": "VAULT-001", "system": "vault", "judge": "fuzz",
                  "verdict": "FUZZED", "required": "FUZZED", "reason": null,
                  "bounds": {"calls": 4000}, "assumptions": [], "seconds": 1.5,
                  "witness": null}],
     "writers": [{"system": "vault", "seen_by": "prove", "read_by": "inspect",
                  "confirmed": 7, "undecided": {}, "impossible": []}]}

``writers`` compares two judges in who writes which variable: what the one saw happen and the other
holds ``impossible`` is a list of contract, function and variable.  ``exit_code`` is what the
process returns; ``seconds`` is wall time; ``witness`` the path of the witness's file, relative to
the project where it lies in it.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from harness.errors import EnvironmentProblem
from harness.property import Property
from harness.targets import Target
from harness.verdict import Result, exit_code
from harness.writers import Compared

__all__ = [
    "SCHEMA_VERSION",
    "compared_json",
    "properties_json",
    "render",
    "result_json",
    "results_json",
    "write",
]

SCHEMA_VERSION = 1


def results_json(
    results: Iterable[Result], root: Path, compared: Sequence[Compared] = ()
) -> dict[str, Any]:
    """The document of a run; paths are given relative to ``root`` where they lie in it."""
    results = list(results)
    at_odds = any(each.impossible for each in compared)
    return {
        "schema_version": SCHEMA_VERSION,
        "exit_code": int(exit_code(results, at_odds=at_odds)),
        "results": [result_json(each, root) for each in results],
        "writers": [compared_json(each) for each in compared],
    }


def compared_json(compared: Compared) -> dict[str, Any]:
    """Who was seen writing what, held against who can."""
    return {
        "system": compared.system,
        "seen_by": compared.watcher.value,
        "read_by": compared.reader.value,
        "confirmed": compared.confirmed,
        "undecided": dict(compared.undecided),
        "impossible": [list(each) for each in compared.impossible],
    }


def result_json(result: Result, root: Path) -> dict[str, Any]:
    """One verdict."""
    return {
        "property": result.property_id,
        "system": result.system,
        "judge": result.judge.value,
        "verdict": result.verdict.value,
        "required": result.required.value,
        "reason": result.reason,
        "bounds": dict(result.bounds),
        "assumptions": list(result.assumptions),
        "seconds": round(result.seconds, 3),
        "witness": None if result.witness is None else relative(result.witness, root),
    }


def properties_json(targets: Iterable[Target]) -> dict[str, Any]:
    """The document of ``harness list``: every system with its properties."""
    return {
        "schema_version": SCHEMA_VERSION,
        "systems": [
            {
                "system": target.name,
                "title": target.system.title,
                "target": target.path,
                "properties": [_property_json(each, target.root) for each in target.properties],
            }
            for target in targets
        ],
    }


def _property_json(each: Property, root: Path) -> dict[str, Any]:
    return {
        "property": each.id,
        "kind": each.kind.value,
        "severity": each.severity.value,
        "required": each.required.value,
        "statement": each.statement,
        "source": each.source,
        "file": relative(Path(each.file), root),
        "line": each.line,
    }


def relative(path: Path, root: Path) -> str:
    """A path relative to ``root`` if it lies in it, else as it is; with forward slashes."""
    path = path if path.is_absolute() else root / path
    return (path.relative_to(root) if path.is_relative_to(root) else path).as_posix()


def render(document: Any) -> str:
    """A document as text, with a newline at its end."""
    return json.dumps(document, indent=2, default=str) + "\n"


def write(document: Any, path: Path) -> None:
    """Write a document to a file, whole or not at all.

    Raises :class:`~harness.errors.EnvironmentProblem` where the file cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(render(document))
            Path(temporary).chmod(0o644)
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as wrong:
        raise EnvironmentProblem(
            f"cannot write {path}: {wrong.strerror}", fix="name a file in a writable folder"
        ) from wrong
