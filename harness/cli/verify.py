"""``harness verify``: every property, judged by every judge that was asked for."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.cli import last
from harness.cli.guard import report_crash, report_error
from harness.cli.outcome import from_here, show
from harness.cli.progress import Display
from harness.cli.terminal import Terminal
from harness.compiled import CompiledSystem, compile_system
from harness.config import Config, load_config
from harness.errors import EnvironmentProblem, HarnessError, LookupProblem, UsageError
from harness.judges import registry
from harness.judges.goals import goals_of
from harness.judges.protocol import Case, Judge, Options, concerns
from harness.report.agreement import (
    contradiction_lines,
    save_contradictions,
    save_writers,
    writer_lines,
)
from harness.report.json import render, results_json, write
from harness.targets import Target, load_targets, project_of, select
from harness.verdict import ExitCode, JudgeName, Result, Verdict, exit_code, required_of
from harness.writers import Compared, compare_all

__all__ = ["Request", "Run", "run"]

_INTERRUPTED = "interrupted"


@dataclass(frozen=True)
class Request:
    """What was asked for on the command line.

    ``given`` are the settings, ``globs`` select properties, ``json`` is the file of the JSON
    document, ``-`` for stdout.  ``cached``, ``dump_smt``, ``ablation`` and ``fail_fast`` are as in
    :class:`harness.judges.protocol.Options`.
    """

    given: Mapping[str, Any]
    globs: tuple[str, ...] = ()
    json: str | None = None
    cached: bool = True
    dump_smt: Path | None = None
    ablation: bool = False
    fail_fast: bool = False


@dataclass
class Run:
    """A run and what is known of it so far; ``judges`` are those asked, by system."""

    config: Config
    targets: Sequence[Target]
    judges: Mapping[str, Sequence[Judge]]
    terminal: Terminal
    request: Request
    results: list[Result] = field(default_factory=list)
    compiled: dict[str, CompiledSystem] = field(default_factory=dict)
    compared: list[Compared] = field(default_factory=list)
    seconds: float = 0.0


def run(terminal: Terminal, request: Request) -> int:
    """Judge, print, save; returns the exit code."""
    terminal.root = project_of(request.given.get("targets") or ())
    config = load_config(terminal.root, request.given)
    _check_writable(request.json)
    _check_folder(request.dump_smt)
    loaded = load_targets(config.targets, config.root)
    _check_systems(config, loaded)
    targets = select(loaded, request.globs)
    if not targets:
        raise UsageError(
            f"{', '.join(config.targets)} defines no property",
            where=str(config.root),
            fix="declare one with @invariant, @transition, @rule or @bound",
        )
    judges = _choose(config, targets, terminal)
    _check_asked(targets, judges)
    this = Run(config, targets, judges, terminal, request)
    started = time.monotonic()
    try:
        _judge_all(this)
    except KeyboardInterrupt:
        terminal.error("interrupted: what is known so far follows")
        _interrupt(this)
    this.seconds = time.monotonic() - started
    return _report(this, request)


def _check_writable(json: str | None) -> None:
    """Refuse a file that cannot be written before the run rather than after it."""
    if json in (None, "-"):
        return
    path = Path(str(json))
    if path.is_dir() or not os.access(path.resolve().parent, os.W_OK):
        raise UsageError(
            f"cannot write {json}", where="--json", fix="name a file in a folder that exists"
        )


def _check_folder(path: Path | None) -> None:
    """Refuse a folder that cannot be made or written to."""
    if path is None:
        return
    existing = next(each for each in (path, *path.resolve().parents) if each.exists())
    if not existing.is_dir() or not os.access(existing, os.W_OK):
        raise UsageError(
            f"cannot write to {path}", where="--dump-smt", fix="name a folder, or none there is yet"
        )


def _available(wanted: Sequence[JudgeName], *, asked_for: bool, terminal: Terminal) -> list[Judge]:
    """The judges that can run; one that was asked for by name must."""
    found = []
    for name in wanted:
        judge = registry.load(name)
        state = judge.availability()
        if not state.missing:
            found.append(judge)
            continue
        problem = EnvironmentProblem(
            f"judge {name.value} cannot run: {state.missing}", fix=state.fix or None
        )
        if asked_for:
            raise problem
        terminal.note(str(problem))
    if not found:
        raise EnvironmentProblem("no judge can run here", fix="see what `harness doctor` says")
    return found


def _check_systems(config: Config, targets: Sequence[Target]) -> None:
    """Refuse judges that are named for a system that there is not, if all systems are loaded."""
    setting = config.settings["judges_of"]
    known = [target.name for target in targets]
    for name in setting.value:
        if name not in known and config.settings["targets"].origin == setting.origin:
            where = f"[tool.harness.judges_of] in {setting.origin}"
            raise LookupProblem.unknown("system", name, known, where)


def _choose(
    config: Config, targets: Sequence[Target], terminal: Terminal
) -> dict[str, list[Judge]]:
    """The judges that are asked about each system, among those that can run."""
    names = {target.name: registry.named(config.judges_for(target.name)) for target in targets}
    wanted = [name for name in registry.JUDGES if any(name in some for some in names.values())]
    asked_for = any(config.judges_for(target.name) for target in targets)
    able = _available(wanted, asked_for=asked_for, terminal=terminal)
    return {system: [j for j in able if j.name in some] for system, some in names.items()}


def _check_asked(targets: Sequence[Target], judges: Mapping[str, Sequence[Judge]]) -> None:
    """Refuse a run in which no judge would be asked about anything: it must not pass."""
    pairs = [(j, p) for target in targets for j in judges[target.name] for p in target.properties]
    if not any(concerns(judge.name, each) for judge, each in pairs):
        names = ", ".join({j.name.value: None for some in judges.values() for j in some})
        raise UsageError(
            f"no selected property is one for {names}",
            where="--judge",
            fix="structural properties are for inspect, all others for the other judges",
        )


def _judge_all(this: Run) -> None:
    of = sum(
        concerns(j.name, p) for t in this.targets for p in t.properties for j in this.judges[t.name]
    )
    with Display(this.terminal, of) as display:
        for target in this.targets:
            display.task(f"compile {target.name}")
            try:
                compiled = compile_system(target.system, target.root)
            except HarnessError as wrong:
                report_error(this.terminal, wrong)
                for judge in this.judges[target.name]:
                    _fail(this, target, judge.name, wrong.what, _fault(wrong), display)
                continue
            this.compiled[target.name] = compiled
            for judge in this.judges[target.name]:
                if not any(concerns(judge.name, each) for each in target.properties):
                    continue
                display.task(f"{judge.name.value} {target.name}")
                _judge(this, target, compiled, judge, display)
            this.compared += compare_all(target.name, this.judges[target.name])


def _judge(
    this: Run, target: Target, compiled: CompiledSystem, judge: Judge, display: Display
) -> None:
    """Ask one judge about one system; whatever goes wrong, every property gets a verdict."""
    asked = tuple(each for each in target.properties if concerns(judge.name, each))
    case = Case(compiled, asked, target.path, goals_of(this.judges[target.name], target.name))
    config = this.config
    options = Options(
        config.seed,
        config.jobs,
        config.budget,
        config.witnesses,
        config.cache,
        this.request.cached,
        this.request.dump_smt,
        this.request.ablation,
        this.request.fail_fast,
    )
    try:
        for result in judge.judge(case, options, display.progress):
            this.results.append(result)
            display.result(result)
    except HarnessError as wrong:
        report_error(this.terminal, wrong)
        _fail(this, target, judge.name, wrong.what, _fault(wrong), display)
    except Exception as wrong:  # noqa: BLE001  (one judge's bug must not hide others' verdicts)
        saved = report_crash(this.terminal, wrong)
        reason = f"{type(wrong).__name__}: {wrong}" + (f" (see {saved})" if saved else "")
        _fail(this, target, judge.name, reason, ExitCode.INTERNAL, display)
    else:
        reason = "the judge gave no verdict"
        _fail(this, target, judge.name, reason, ExitCode.INTERNAL, display)


def _fault(wrong: HarnessError) -> ExitCode:
    return ExitCode(wrong.exit_code)


def _fail(
    this: Run, target: Target, judge: JudgeName, reason: str, fault: ExitCode, display: Display
) -> None:
    """Note an ERROR for every property that has no verdict of a judge yet."""
    for result in _missing(this, target, judge, Verdict.ERROR, reason, fault):
        this.results.append(result)
        display.result(result)


def _interrupt(this: Run) -> None:
    """Note that what has no verdict yet was interrupted."""
    for target in this.targets:
        for judge in this.judges[target.name]:
            this.results += _missing(
                this, target, judge.name, Verdict.INCOMPLETE, _INTERRUPTED, ExitCode.INCOMPLETE
            )


def _missing(
    this: Run, target: Target, judge: JudgeName, verdict: Verdict, reason: str, fault: ExitCode
) -> list[Result]:
    done = {(r.system, r.property_id) for r in this.results if r.judge is judge}
    return [
        Result(
            property_id=each.id,
            system=target.name,
            judge=judge,
            verdict=verdict,
            required=required_of(judge, each.required),
            reason=reason,
            fault=fault,
        )
        for each in target.properties
        if concerns(judge, each) and (target.name, each.id) not in done
    ]


def _report(this: Run, request: Request) -> int:
    """Save and print what the run came to."""
    terminal, root = this.terminal, this.config.root
    document = results_json(this.results, root, this.compared)
    by_id = {each.id: each for target in this.targets for each in target.properties}
    folder = this.config.folder
    contradicted = save_contradictions(this.results, by_id, this.compiled, folder, root)
    at_odds = [each for each in this.compared if each.impossible]
    for odd in at_odds:
        save_writers(odd, folder)
    if request.json == "-":
        terminal.write(render(document))
        for each in contradicted:
            terminal.error("\n".join(contradiction_lines(each, from_here(each.folder))))
        for odd in at_odds:
            terminal.error("\n".join(writer_lines(odd)))
    else:
        show(terminal, this.results, this.targets, this.compiled, this.seconds, contradicted)
        for line in (line for each in this.compared for line in writer_lines(each)):
            terminal.line(line)
    code = int(exit_code(this.results, at_odds=bool(at_odds)))
    try:
        last.merge(this.config.folder, this.results, root, terminal)
    except EnvironmentProblem as wrong:
        terminal.note(str(wrong))
    if request.json not in (None, "-"):
        write(document, Path(str(request.json)))
    return code
