"""The last verdicts of a project, in ``.harness/last.json``: what ``harness explain`` shows.

One record for each property and judge; a run replaces those that it judged again.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from harness.cli.terminal import Terminal
from harness.report.json import SCHEMA_VERSION, result_json, write
from harness.verdict import Result

__all__ = ["FILE", "Record", "load", "merge"]

FILE = "last.json"

Record = Mapping[str, Any]
"""A verdict as :func:`harness.report.json.result_json` gives it, with the time ``at``."""


def load(folder: Path, terminal: Terminal) -> list[Record]:
    """The last verdicts; a file that cannot be read is told of, and kept as ``last.json.bad``."""
    path = folder / FILE
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        records = document["results"]
        if document["schema_version"] != SCHEMA_VERSION or not all(map(_is_record, records)):
            raise ValueError(f"it is not of schema version {SCHEMA_VERSION}")
    except FileNotFoundError:
        return []
    except (OSError, ValueError, KeyError, TypeError) as wrong:
        kept = path.with_name(f"{FILE}.bad")
        try:
            path.replace(kept)
        except OSError:
            kept = path
        terminal.error(f"the last verdicts cannot be read ({wrong}); they are kept in {kept}")
        return []
    return list(records)


def _is_record(raw: Any) -> bool:
    names = ("system", "property", "judge", "verdict", "at")
    return isinstance(raw, dict) and all(isinstance(raw.get(name), str) for name in names)


def merge(folder: Path, results: Iterable[Result], root: Path, terminal: Terminal) -> None:
    """Put the verdicts of a run among the last ones."""
    at = time.strftime("%Y-%m-%d %H:%M:%S")
    records = {_key(record): record for record in load(folder, terminal)}
    for result in results:
        record = {**result_json(result, root), "at": at}
        records[_key(record)] = record
    ordered = [records[key] for key in sorted(records)]
    write({"schema_version": SCHEMA_VERSION, "results": ordered}, folder / FILE)


def _key(record: Record) -> tuple[str, str, str]:
    return record["system"], record["property"], record["judge"]
