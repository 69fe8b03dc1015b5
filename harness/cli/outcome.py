"""What ``harness verify`` prints at the end: verdicts, witnesses, assumptions."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.text import Text

from harness.cli.terminal import Terminal
from harness.compiled import CompiledSystem
from harness.errors import UsageError
from harness.property import Property
from harness.report.agreement import (
    Contradiction,
    contradiction_lines,
    judges_of,
    matrix,
    unasked,
)
from harness.report.terminal import (
    effort,
    legend,
    shared_bounds,
    summary,
    table_of_verdicts,
    verdict_text,
)
from harness.targets import Target
from harness.verdict import Result, Verdict
from harness.witness import load_witness

__all__ = ["from_here", "show"]


def show(
    terminal: Terminal,
    results: Sequence[Result],
    targets: Sequence[Target],
    compiled: Mapping[str, CompiledSystem],
    seconds: float,
    contradicted: Sequence[Contradiction] = (),
) -> None:
    """Print the table, the summary, and whatever is not as it should be.

    Where several judges were asked, a matrix shows what each says of each property.
    """
    properties = [each for target in targets for each in target.properties]
    terminal.out.print(table_of_verdicts(results, properties, terminal.root))
    terminal.line()
    if len(judges_of(results)) > 1:
        terminal.out.print(matrix(results))
        if dash := unasked(results):
            terminal.line(dash)
        terminal.line()
    terminal.line(summary(results, seconds))
    meanings = legend(results)
    if meanings:
        terminal.line()
        for line in meanings:
            terminal.line(line)
    by_id = {each.id: each for each in properties}
    for result in results:
        if result.verdict is Verdict.REFUTED:
            _refutation(terminal, result, by_id[result.property_id], compiled)
        elif result.verdict is Verdict.ERROR:
            _fault(terminal, result)
    for each in contradicted:
        terminal.line()
        for text in contradiction_lines(each, from_here(each.folder)):
            terminal.line(text)
    _effort(terminal, results)
    _assumptions(terminal, results)


def from_here(path: Path) -> str:
    """A path as it can be typed where the command was run."""
    here = Path.cwd()
    return os.path.relpath(path, here) if path.is_relative_to(here) else str(path)


def _heading(result: Result, text: str) -> Text:
    line = verdict_text(result.verdict)
    return line.append(f" {result.property_id}: {text}", style="not bold default")


def _refutation(
    terminal: Terminal, result: Result, each: Property, compiled: Mapping[str, CompiledSystem]
) -> None:
    # Imported here: it needs py-evm, which a run without refutations may not.
    from harness.report.witness_text import steps_text

    terminal.line()
    terminal.line(_heading(result, each.statement))
    for line in (result.reason or "").splitlines():
        terminal.line(f"  {line}")
    if result.witness is None:
        return
    path = result.witness if result.witness.is_absolute() else terminal.root / result.witness
    try:
        for line in steps_text(load_witness(path), compiled[result.system]):
            terminal.line(f"  {line}")
    except UsageError as wrong:
        terminal.error(str(wrong))
    terminal.line(f"  to replay it: harness replay {from_here(path)}")


def _fault(terminal: Terminal, result: Result) -> None:
    terminal.line()
    first, *rest = (result.reason or "no reason was given").splitlines()
    terminal.line(_heading(result, first))
    for line in rest:
        terminal.line(f"  {line}")


def _assumptions(terminal: Terminal, results: Sequence[Result]) -> None:
    systems: dict[str, dict[str, None]] = {}
    for result in results:
        systems.setdefault(result.system, {}).update(dict.fromkeys(result.assumptions))
    for system, assumptions in systems.items():
        if assumptions:
            terminal.line()
            terminal.line(f"The verdicts on {system} take for granted:")
            for assumption in assumptions:
                terminal.line(f"  - {assumption}")


def _effort(terminal: Terminal, results: Sequence[Result]) -> None:
    """What each judge did on each system."""
    terminal.line()
    for (system, judge), bounds in shared_bounds(results).items():
        for line in effort(system, judge, bounds):
            terminal.line(line)
