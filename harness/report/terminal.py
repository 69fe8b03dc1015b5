"""Verdicts and properties as tables for a terminal.

Colour is an addition: every table reads the same without it.  Nothing here decides where it is
printed; :func:`table_of_verdicts` and the others return what ``rich`` can render.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich import box
from rich.table import Table
from rich.text import Text

from harness.property import Property, Severity
from harness.report.json import relative
from harness.targets import Target
from harness.verdict import JudgeName, Result, Verdict, unreached

__all__ = [
    "effort",
    "legend",
    "severity_text",
    "shared_bounds",
    "summary",
    "table",
    "table_of_properties",
    "table_of_verdicts",
    "verdict_text",
]

_COLOURS = {
    Verdict.PROVED: "bold green",
    Verdict.BOUNDED: "green",
    Verdict.FUZZED: "green",
    Verdict.INCOMPLETE: "yellow",
    Verdict.VACUOUS: "magenta",
    Verdict.REFUTED: "bold red",
    Verdict.ERROR: "bold red",
}
_SEVERITIES = {
    Severity.CRITICAL: "red",
    Severity.HIGH: "yellow",
    Severity.MEDIUM: "cyan",
    Severity.LOW: "dim",
}


def table(*headings: str) -> Table:
    """An empty table in the house style; the first column is kept whole where there is room."""
    made = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="bold")
    for heading in headings:
        made.add_column(heading, overflow="fold", vertical="top")
    return made


def verdict_text(verdict: Verdict) -> Text:
    """A verdict in its colour."""
    return Text(verdict.value, style=_COLOURS[verdict])


def severity_text(severity: Severity) -> Text:
    """A severity in its colour."""
    return Text(severity.value, style=_SEVERITIES[severity])


def table_of_verdicts(
    results: Sequence[Result], properties: Iterable[Property], root: Path
) -> Table:
    """One row for each verdict, in the order given."""
    severities = {each.id: each.severity for each in properties}
    shared = shared_bounds(results)
    made = table("property", "severity", "verdict", "judge", "detail", "seconds")
    made.columns[-1].justify = "right"
    for result in results:
        severity = severities.get(result.property_id)
        made.add_row(
            result.property_id,
            severity_text(severity) if severity else Text(""),
            verdict_text(result.verdict),
            result.judge.value,
            Text(_detail(result, root, shared[result.system, result.judge])),
            f"{result.seconds:.1f}",
        )
    return made


def _detail(result: Result, root: Path, shared: Mapping[str, Any]) -> str:
    if result.witness is not None:
        return relative(result.witness, root)
    if result.reason is not None:
        return next(iter(result.reason.splitlines()), "")
    own = {
        name: value
        for name, value in result.bounds.items()
        if isinstance(value, int | float) and (name == "calls" or name not in shared)
    }
    return ", ".join(_bound(name, value) for name, value in own.items())


def shared_bounds(results: Iterable[Result]) -> dict[tuple[str, JudgeName], dict[str, Any]]:
    """The bounds that all verdicts of a judge on a system have in common."""
    found: dict[tuple[str, JudgeName], dict[str, Any]] = {}
    for result in results:
        key = (result.system, result.judge)
        bounds = dict(result.bounds)
        known = found.setdefault(key, bounds)
        found[key] = {n: v for n, v in known.items() if n in bounds and bounds[n] == v}
    return found


def effort(system: str, judge: JudgeName, bounds: Mapping[str, Any]) -> list[str]:
    """What a judge did on a system, one line for the numbers and one for each list."""
    about = f"{judge.value} on {system}"
    numbers = [_bound(n, v) for n, v in bounds.items() if isinstance(v, int | float)]
    lines = [f"{about}: {', '.join(numbers)}"] if numbers else []
    for name, value in bounds.items():
        if isinstance(value, list | tuple) and value:
            lines.append(f"{about}, {name.replace('_', ' ')}: {', '.join(map(str, value))}")
    return lines


def _bound(name: str, value: float) -> str:
    """A bound in words: a count comes first, a seed after its name."""
    words = name.replace("_", " ")
    return f"{words} {value}" if name == "seed" else f"{_amount(value)} {words}"


def _amount(value: object) -> str:
    return f"{value:_}" if isinstance(value, int) and value >= 10_000 else str(value)


def summary(results: Sequence[Result], seconds: float) -> Text:
    """One line: how many properties, how many verdicts of each kind, and the time it took."""
    counts = Counter(result.verdict for result in results)
    properties = len({(r.system, r.property_id) for r in results})
    line = Text(f"{properties} {'property' if properties == 1 else 'properties'}: ")
    for position, verdict in enumerate(v for v in Verdict if counts[v]):
        line.append(", " if position else "")
        line.append(f"{counts[verdict]} {verdict.value}", style=_COLOURS[verdict])
    missed = len(unreached(results))
    line.append("; all as required" if not missed else f"; {missed} not as required")
    return line.append(f"; {seconds:.1f} s")


def legend(results: Sequence[Result]) -> list[Text]:
    """What the verdicts mean, for those that occur and are not what was required."""
    odd = {result.verdict for result in unreached(results)}
    return [
        verdict_text(verdict).append(f"  {verdict.meaning}", style="not bold default")
        for verdict in Verdict
        if verdict in odd
    ]


def table_of_properties(target: Target) -> Table:
    """One row for each property of a system."""
    made = table("property", "kind", "severity", "must be", "statement")
    for each in target.properties:
        made.add_row(
            each.id,
            each.kind.value,
            severity_text(each.severity),
            each.required.value,
            Text(each.statement),
        )
    return made
