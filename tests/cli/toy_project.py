"""The toy project of ``tests/fixtures/vault``, copied to where a test may change it.

project = toy_project.make(tmp_path, monkeypatch)
done = project.run("list", "--json", "-")          # in this process
done = project.spawn("list")                        # in one of its own
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from harness.cli import app
from harness.compiled import CompiledSystem, compile_system
from harness.judges import registry
from harness.targets import Target, load_targets
from harness.verdict import JudgeName

REPOSITORY = Path(__file__).parents[2]
FIXTURE = REPOSITORY / "tests" / "fixtures" / "vault"
_SETTINGS = ("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE")
_MODULES = ("checks", "leaky", "fake_judge", "odd", "other")

FAKE_JUDGE = '''
"""A judge that says what the environment tells it to: ID=VERDICT, separated by commas."""

import os
from pathlib import Path

from harness.judges.protocol import Availability, Progress, assumptions_of
from harness.verdict import JudgeName, Result, Verdict, required_of


class FakeJudge:
    name = JudgeName.FUZZ

    def availability(self):
        missing = os.environ.get("FAKE_MISSING", "")
        return Availability(self.name, (("fake", "1"),), missing, missing and "get one")

    def judge(self, case, options, progress):
        said = dict(pair.split("=") for pair in os.environ.get("FAKE", "").split(",") if pair)
        progress(Progress("faking", 0, len(case.properties), {"calls": 12_345, "calls/s": 99.5}))
        for each in case.properties:
            verdict = said.get(each.id, "FUZZED")
            if verdict == "raise":
                raise RuntimeError("the judge has a bug")
            if verdict == "interrupt":
                raise KeyboardInterrupt
            witness = Path(os.environ["WITNESS"]) if verdict == "REFUTED" else None
            reason = None if verdict == "FUZZED" else "because"
            yield Result(
                each.id, case.compiled.name, self.name, Verdict[verdict],
                required_of(self.name, each.required), reason,
                {"calls": 12_345, "seed": options.seed, "idle": ["vault.other"]},
                assumptions_of(case.compiled.system), 1.25, witness,
            )
'''


@dataclass(frozen=True)
class Project:
    """A copy of the toy project, in which commands run."""

    root: Path

    def run(self, *arguments: str, env: dict[str, str] | None = None) -> Result:
        """Run the command line in this process."""
        return CliRunner().invoke(app, list(arguments), env=env)

    def spawn(
        self, *arguments: str, env: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run the command line in a process of its own."""
        path = os.pathsep.join([str(REPOSITORY), str(self.root)])
        return subprocess.run(
            [sys.executable, "-m", "harness.cli", *arguments],
            cwd=self.root,
            env={**os.environ, "PYTHONPATH": path, **(env or {})},
            capture_output=True,
            text=True,
            check=False,
        )

    def write(self, path: str, text: str) -> Path:
        """Write a file of the project."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file


def make(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, compiled: bool = True, fake: bool = True
) -> Project:
    """A fresh copy, as working directory; with its contracts compiled and a fake judge."""
    root = tmp_path / "vault"
    if compiled:
        for target in fixture_targets(monkeypatch):
            compile_system(target.system, FIXTURE)
    shutil.copytree(
        FIXTURE,
        root,
        ignore=shutil.ignore_patterns("witnesses", "last.json*", "__pycache__", "hypothesis"),
    )
    (root / "node_modules").symlink_to(REPOSITORY / "node_modules")
    monkeypatch.chdir(root)
    for variable in list(os.environ):
        if variable in _SETTINGS or variable.startswith("HARNESS_"):
            monkeypatch.delenv(variable)
    _forget_modules(monkeypatch)
    project = Project(root.resolve())
    monkeypatch.syspath_prepend(project.root)
    if fake:
        project.write("fake_judge.py", FAKE_JUDGE)
        for name in list(registry.JUDGES):
            monkeypatch.delitem(registry.JUDGES, name)
        monkeypatch.setitem(registry.JUDGES, JudgeName.FUZZ, "fake_judge:FakeJudge")
    return project


def fixture_targets(monkeypatch: pytest.MonkeyPatch) -> list[Target]:
    """The fixture's own systems, loaded where they lie."""
    _forget_modules(monkeypatch)
    return load_targets(["checks", "leaky"], FIXTURE)


def fixture_system(monkeypatch: pytest.MonkeyPatch, name: str) -> tuple[Target, CompiledSystem]:
    """One of the fixture's systems, compiled."""
    target = next(each for each in fixture_targets(monkeypatch) if each.name == name)
    return target, compile_system(target.system, FIXTURE)


def _forget_modules(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let modules of a project be imported anew; what was there comes back after the test."""
    monkeypatch.setattr(sys, "path", [p for p in sys.path if "vault" not in Path(p).name])
    for name in list(sys.modules):
        if name.partition(".")[0] in _MODULES:
            monkeypatch.delitem(sys.modules, name)
