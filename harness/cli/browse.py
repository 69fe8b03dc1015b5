"""``harness list`` and ``harness explain``: what the properties say, without running them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.text import Text

from harness.cli import last
from harness.cli.outcome import from_here
from harness.cli.terminal import Terminal
from harness.config import Config, load_config
from harness.errors import LookupProblem
from harness.judges.protocol import assumptions_of
from harness.property import Property
from harness.report.json import properties_json, render, write
from harness.report.limits import limit_of
from harness.report.terminal import severity_text, table_of_properties, verdict_text
from harness.targets import Target, load_targets, project_of, select
from harness.verdict import Verdict

__all__ = ["explain_property", "list_properties"]


def _load(terminal: Terminal, targets: Sequence[str]) -> tuple[Config, list[Target]]:
    terminal.root = project_of(targets)
    config = load_config(terminal.root, {"targets": targets})
    return config, load_targets(config.targets, config.root)


def list_properties(
    terminal: Terminal, targets: Sequence[str], globs: Sequence[str], json: str | None
) -> int:
    """Print a table for each system, or write them as JSON."""
    _, loaded = _load(terminal, targets)
    chosen = select(loaded, globs) if globs else loaded
    document = properties_json(chosen)
    if json == "-":
        terminal.write(render(document))
        return 0
    if json is not None:
        write(document, Path(json))
    for position, target in enumerate(chosen):
        if position:
            terminal.line()
        title = f": {target.system.title}" if target.system.title else ""
        terminal.line(Text(target.name, style="bold").append(title, style="not bold"))
        if target.properties:
            terminal.out.print(table_of_properties(target))
        else:
            terminal.line("  it has no property yet")
    return 0


def explain_property(terminal: Terminal, property_id: str, targets: Sequence[str]) -> int:
    """Print all that is known of a property."""
    config, loaded = _load(terminal, targets)
    pairs = {each.id: (target, each) for target in loaded for each in target.properties}
    if property_id not in pairs:
        where = ", ".join(config.targets)
        raise LookupProblem.unknown("property", property_id, pairs, where)
    target, each = pairs[property_id]
    terminal.line(Text(each.id, style="bold").append(f"  {each.statement}", style="not bold"))
    terminal.line()
    for name, value in _facts(target, each):
        terminal.line(Text(f"  {name:<10}").append(value))
    terminal.line()
    for line in each.code.rstrip().splitlines():
        terminal.line(f"    {line}")
    _show_assumptions(terminal, target)
    _show_last(terminal, config, target, each)
    _show_witnesses(terminal, config, target, each)
    return 0


def _facts(target: Target, each: Property) -> Iterator[tuple[str, str | Text]]:
    title = f" ({target.system.title})" if target.system.title else ""
    yield "system", f"{target.name}{title}"
    yield "kind", each.kind.value + (f" on {each.on}" if each.on else "")
    yield "severity", severity_text(each.severity)
    yield "source", each.source
    yield "must be", each.required.value
    limit = limit_of(each)
    if limit is not None:
        yield "limit", limit.formula
        yield "comes to", limit.numbers
    if each.forall:
        yield "for all", ", ".join(f"{name}: {kind.__name__}" for name, kind in each.forall)
    yield "stands in", f"{from_here(Path(each.file))}:{each.line}"


def _show_assumptions(terminal: Terminal, target: Target) -> None:
    terminal.line()
    assumed = assumptions_of(target.system)
    terminal.line("It takes for granted:" if assumed else "It takes nothing for granted.")
    for line in assumed:
        terminal.line(f"  - {line}")


def _show_last(terminal: Terminal, config: Config, target: Target, each: Property) -> None:
    terminal.line()
    records = [
        record
        for record in last.load(config.folder, terminal)
        if (record["system"], record["property"]) == (target.name, each.id)
    ]
    terminal.line("Last verdicts:" if records else "It was not judged yet: run `harness verify`.")
    for record in records:
        known = record["verdict"] in Verdict.__members__
        said = verdict_text(Verdict[record["verdict"]]) if known else Text(record["verdict"])
        reason = f": {record['reason']}" if record.get("reason") else ""
        line = Text("  ").append(said)
        terminal.line(line.append(f" by {record['judge']}, {record['at']}{reason}"))


def _show_witnesses(terminal: Terminal, config: Config, target: Target, each: Property) -> None:
    saved = sorted((config.witnesses / target.name).glob(f"{each.id}-*.json"))
    if saved:
        terminal.line()
        terminal.line("Saved witnesses:")
    for path in saved:
        terminal.line(f"  harness replay {from_here(path)}")
