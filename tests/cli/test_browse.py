"""``harness list``, ``explain`` and ``doctor``, and what a wrong target is told."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli import toy_project


def test_list_shows_every_property(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = toy_project.make(tmp_path, monkeypatch, compiled=False)
    done = project.run("list")
    assert done.exit_code == 0
    assert done.stderr == ""
    assert "vault: A vault that keeps ether" in done.stdout
    for number in (1, 2, 3, 4):
        assert f"VAULT-00{number}" in done.stdout
    assert "Nobody can lower the deposit of somebody else." in done.stdout


def test_list_as_json_selects_by_glob(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = toy_project.make(tmp_path, monkeypatch, compiled=False)
    done = project.run("list", "leaky", "checks", "--property", "*-002", "--json", "-")
    systems = json.loads(done.stdout)["systems"]
    assert [s["system"] for s in systems] == ["leaky_vault", "vault"]
    assert [p["property"] for s in systems for p in s["properties"]] == ["LEAKY-002", "VAULT-002"]
    listed = systems[1]["properties"][0]
    assert listed.pop("line") > 0
    assert listed == {
        "property": "VAULT-002",
        "kind": "invariant",
        "severity": "high",
        "required": "FUZZED",
        "statement": "The total is the sum of all deposits.",
        "source": "README, bookkeeping",
        "file": "checks/vault.py",
    }


def test_list_accepts_a_file_a_folder_and_a_module(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = toy_project.make(tmp_path, monkeypatch, compiled=False)
    shown = {
        project.run("list", each).stdout for each in ("checks", "checks/vault.py", "checks.vault")
    }
    assert len(shown) == 1


def test_a_light_command_imports_nothing_heavy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = toy_project.make(tmp_path, monkeypatch, compiled=False)
    for arguments in (["list"], ["--help"], ["verify", "--help"]):
        done = project.spawn(*arguments, env={"PYTHONPROFILEIMPORTTIME": "1"})
        assert done.returncode == 0
        imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
        assert "harness.cli.app" in imported
        assert not imported & {"eth", "hypothesis", "z3", "cvc5", "slither", "crytic_compile"}


def test_explain_tells_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = toy_project.make(tmp_path, monkeypatch)
    assert project.run("verify", "-q", env={"FAKE": "VAULT-003=INCOMPLETE"}).exit_code == 3
    project.write(".harness/witnesses/vault/VAULT-003-abc.json", "{}")
    done = project.run("explain", "VAULT-003")
    assert done.exit_code == 0
    for text in (
        "Nobody can lower the deposit of somebody else.",
        "for all   who: Address",
        "source    README, access",
        "must be   FUZZED",
        "stands in checks/vault.py:",
        "return not lowered or call.sender == who",
        "owner is trusted (the operator of the site) never to call vault.withdraw",
        "INCOMPLETE by fuzz",
        ": because",
        "harness replay .harness/witnesses/vault/VAULT-003-abc.json",
    ):
        assert text in done.stdout
    assert "It was not judged yet" in project.run("explain", "LEAKY-001", "leaky").stdout


def test_explain_of_an_unknown_property_lists_near_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = toy_project.make(tmp_path, monkeypatch, compiled=False)
    done = project.run("explain", "VAULT-03")
    assert done.exit_code == 2
    assert "no property named 'VAULT-03'" in done.stderr
    assert "VAULT-003" in done.stderr


def test_corrupt_last_verdicts_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = toy_project.make(tmp_path, monkeypatch)
    project.write(".harness/last.json", '{"results": [{"prop')
    done = project.run("explain", "VAULT-001")
    assert done.exit_code == 0
    assert "the last verdicts cannot be read" in done.stderr
    kept = project.root / ".harness" / "last.json.bad"
    assert kept.read_text() == '{"results": [{"prop'


def test_doctor_shows_tools_judges_and_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = toy_project.make(tmp_path, monkeypatch)
    done = project.run("doctor", env={"HARNESS_JOBS": "3"})
    assert done.exit_code == 0
    for text in ("python", "node", "solc", "py-evm", "hypothesis", "z3-solver", "ready (fake 1)"):
        assert text in done.stdout
    assert "environment, HARNESS_JOBS" in done.stdout
    assert "pyproject.toml" in done.stdout


def test_doctor_fails_if_no_judge_can_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = toy_project.make(tmp_path, monkeypatch)
    done = project.run("doctor", env={"FAKE_MISSING": "no engine"})
    assert done.exit_code == 2
    assert "missing: no engine; get one" in done.stdout


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("def f(:\n    pass\n", ["SyntaxError", "odd.py:1"]),
        ("\nimport no_such_module\n", ["No module named 'no_such_module'", "odd.py:2"]),
        ("x = 1\ny = undefined\n", ["NameError", "odd.py:2: y = undefined"]),
        ("raise SystemExit(3)\n", ["SystemExit: 3", "odd.py:1"]),
        (
            "from harness import System, invariant\n"
            "class Odd(System):\n    pass\n"
            "@invariant('ODD-1', severity='severe', source='here')\n"
            "def odd(w: Odd) -> bool:\n    '''It is odd.'''\n    return True\n",
            ["no severity named 'severe'", "odd.py:4", "use one of: critical"],
        ),
        ("x = 1\n", ["no system and no property is defined in odd.py"]),
    ],
)
def test_a_target_that_cannot_be_loaded(
    text: str, expected: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = toy_project.make(tmp_path, monkeypatch, compiled=False)
    project.write("odd.py", text)
    done = project.run("list", "odd.py")
    assert done.exit_code == 2
    assert done.stdout == ""
    for part in expected:
        assert part in done.stderr
    assert "Traceback" not in done.stderr


def test_verbose_shows_the_authors_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = toy_project.make(tmp_path, monkeypatch, compiled=False)
    project.write("odd.py", "y = undefined\n")
    done = project.run("list", "odd.py", "-v")
    assert done.exit_code == 2
    assert "Traceback" in done.stderr
    assert "NameError: name 'undefined' is not defined" in done.stderr


def test_a_target_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = toy_project.make(tmp_path, monkeypatch, compiled=False)
    done = project.run("list", "nowhere")
    assert done.exit_code == 2
    assert "there is no target 'nowhere'" in done.stderr


@pytest.mark.parametrize("arguments", [["--no-such"], ["nonsense"], ["list", "--json"], ["replay"]])
def test_a_wrong_command_line_exits_2(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = toy_project.make(tmp_path, monkeypatch, compiled=False)
    done = project.run(*arguments)
    assert done.exit_code == 2
    assert done.stdout == ""
    assert "Traceback" not in done.stderr


def test_a_narrow_terminal_shows_everything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = toy_project.make(tmp_path, monkeypatch, compiled=False)
    done = project.run("list", env={"COLUMNS": "44"})
    assert done.exit_code == 0
    assert max(map(len, done.stdout.splitlines())) <= 44
    letters = "".join(done.stdout.split())
    assert "…" not in letters
    assert "somebody" in letters


def test_a_reader_that_goes_away_does_no_harm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = toy_project.make(tmp_path, monkeypatch, compiled=False)
    reading, writing = os.pipe()
    os.close(reading)
    for arguments in (["list"], ["list", "--json", "-"]):
        done = subprocess.run(
            [sys.executable, "-m", "harness.cli", *arguments],
            cwd=project.root,
            env={**os.environ, "PYTHONPATH": str(toy_project.REPOSITORY)},
            stdout=writing,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
    os.close(writing)
