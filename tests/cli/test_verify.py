"""``harness verify`` with a judge that says what it is told: tables, JSON and exit codes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from harness.step import CallStep
from harness.witness import Witness, code_hash, save_witness
from tests.cli import toy_project

SPAWN = (
    "from harness.judges import registry; from harness.verdict import JudgeName; "
    "registry.JUDGES[JudgeName.FUZZ] = 'fake_judge:FakeJudge'; "
    "from harness.cli import main; main()"
)


def test_all_as_required(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = toy_project.make(tmp_path, monkeypatch)
    done = project.run("verify")
    assert done.exit_code == 0
    assert "VAULT-001" in done.stdout
    assert "fuzz on vault: 12_345 calls, seed 7" in done.stdout
    assert "fuzz    12_345 calls " in done.stdout
    assert "4 properties: 4 FUZZED; all as required" in done.stdout
    assert "No counterexample turned up" not in done.stdout
    assert done.stdout.count("owner is trusted") == 1
    assert "fuzz on vault, idle: vault.other" in done.stdout
    assert "compile vault" in done.stderr
    assert "\x1b" not in done.output


def test_judges_are_chosen_system_by_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = toy_project.make(tmp_path, monkeypatch)
    settings = (project.root / "pyproject.toml").read_text(encoding="utf-8")
    for system, code in ("vault", 0), ("volt", 2):
        project.write(
            "pyproject.toml", f'{settings}judges = ["prove"]\njudges_of.{system} = ["fuzz"]\n'
        )
        done = project.run("verify")
        assert done.exit_code == code
    assert done.stdout == ""
    assert "no system named 'volt'" in done.stderr
    assert "judges_of" in done.stderr


@pytest.mark.parametrize(
    ("verdicts", "code", "text"),
    [
        ("VAULT-002=INCOMPLETE", 3, "The judge could not finish"),
        ("VAULT-002=VACUOUS", 4, "Nothing that the property speaks of ever happened"),
        ("VAULT-002=ERROR", 5, "ERROR VAULT-002: because"),
        ("VAULT-002=VACUOUS,VAULT-003=INCOMPLETE", 4, "2 not as required"),
    ],
)
def test_each_verdict_has_its_exit_code(
    verdicts: str, code: int, text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = toy_project.make(tmp_path, monkeypatch)
    done = project.run("verify", env={"FAKE": verdicts})
    assert done.exit_code == code
    assert text in done.stdout


def test_a_refutation_shows_its_witness(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target, compiled = toy_project.fixture_system(monkeypatch, "vault")
    project = toy_project.make(tmp_path, monkeypatch)
    witness = Witness(
        property_id="VAULT-001",
        statement="",
        system="vault",
        target=target.path,
        judge="fuzz",
        steps=(CallStep("alice", "vault", "withdraw", (10**18,)),),
        forall=(),
        readings=(("w.vault.ether", 0),),
        accounts={},
        clocks={},
        code=code_hash(compiled),
    )
    path = save_witness(witness, project.root / ".harness" / "witnesses")
    done = project.run("verify", env={"FAKE": "VAULT-001=REFUTED", "WITNESS": str(path)})
    assert done.exit_code == 1
    assert "REFUTED VAULT-001: The vault holds at least what it owes." in done.stdout
    assert "1. alice calls vault.withdraw(amount=1_000_000_000_000_000_000 (1e18))" in done.stdout
    assert "w.vault.ether = 0" in done.stdout
    assert f"harness replay {path.relative_to(project.root)}" in done.stdout
    assert "REFUTED VAULT-001 by fuzz" in done.stderr


def test_the_json_document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = toy_project.make(tmp_path, monkeypatch)
    env = {"FAKE": "VAULT-002=VACUOUS"}
    done = project.run("verify", "--json", "-", "--property", "VAULT-00[12]", env=env)
    assert done.exit_code == 4
    common = {
        "system": "vault",
        "judge": "fuzz",
        "required": "FUZZED",
        "bounds": {"calls": 12_345, "seed": 7, "idle": ["vault.other"]},
        "assumptions": ["owner is trusted (the operator of the site) never to call vault.withdraw"],
        "seconds": 1.25,
        "witness": None,
    }
    assert json.loads(done.stdout) == {
        "schema_version": 1,
        "exit_code": 4,
        "results": [
            {"property": "VAULT-001", "verdict": "FUZZED", "reason": None, **common},
            {"property": "VAULT-002", "verdict": "VACUOUS", "reason": "because", **common},
        ],
        "writers": [],
    }


def test_the_json_document_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = toy_project.make(tmp_path, monkeypatch)
    done = project.run("verify", "--json", "out.json")
    assert done.exit_code == 0
    assert "4 properties" in done.stdout
    document = json.loads((project.root / "out.json").read_text())
    assert [r["property"] for r in document["results"]] == [f"VAULT-00{n}" for n in (1, 2, 3, 4)]
    refused = project.run("verify", "--json", "nowhere/out.json")
    assert refused.exit_code == 2
    assert "cannot write nowhere/out.json" in refused.stderr


def test_a_judge_with_a_bug_leaves_the_other_verdicts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = toy_project.make(tmp_path, monkeypatch)
    done = project.run("verify", env={"FAKE": "VAULT-003=raise"})
    assert done.exit_code == 5
    assert "2 FUZZED, 2 ERROR" in done.stdout
    assert "internal error: RuntimeError: the judge has a bug" in done.stderr
    (saved,) = (project.root / ".harness").glob("crash-*.txt")
    assert "Traceback" in saved.read_text()
    assert str(saved) in done.stderr
    assert "Traceback" not in done.stderr


def test_an_interrupted_run_shows_what_it_knows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = toy_project.make(tmp_path, monkeypatch)
    done = project.run("verify", "--json", "out.json", env={"FAKE": "VAULT-003=interrupt"})
    assert done.exit_code == 3
    assert "interrupted" in done.stderr
    results = json.loads((project.root / "out.json").read_text())["results"]
    assert [r["reason"] for r in results] == [None, None, "interrupted", "interrupted"]
    last = json.loads((project.root / ".harness" / "last.json").read_text())["results"]
    assert [r["verdict"] for r in last] == ["FUZZED", "FUZZED", "INCOMPLETE", "INCOMPLETE"]


def test_last_verdicts_are_merged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = toy_project.make(tmp_path, monkeypatch)
    project.run("verify", env={"FAKE": "VAULT-001=VACUOUS,VAULT-002=VACUOUS"})
    project.run("verify", "--property", "VAULT-002")
    last = json.loads((project.root / ".harness" / "last.json").read_text())["results"]
    assert [r["verdict"] for r in last] == ["VACUOUS", "FUZZED", "FUZZED", "FUZZED"]


def test_contracts_that_do_not_compile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = toy_project.make(tmp_path, monkeypatch)
    source = project.root / "contracts" / "Vault.sol"
    source.write_text(source.read_text().replace("total += msg.value", "totl += msg.value"))
    done = project.run("verify", "checks", "leaky")
    assert done.exit_code == 2
    assert "Undeclared identifier" in done.stderr
    assert "Vault.sol:" in done.stderr
    assert "2 FUZZED, 4 ERROR" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "env", "expected"),
    [
        (["--judge", "prove"], {}, ["no judge named 'prove'", "use one of: fuzz"]),
        (["--judge", "fuz"], {}, ["no judge named 'fuz'", "fuzz"]),
        (["--property", "VALT-*"], {}, ["no property named 'VALT-*'", "VAULT-001"]),
        (["--jobs", "0"], {}, ["jobs cannot be 0"]),
        (["--budget", "-1"], {}, ["budget cannot be -1"]),
        (["--seed", "x"], {}, ["'--seed'"]),
        ([], {"HARNESS_SED": "1"}, ["no setting named 'HARNESS_SED'", "HARNESS_SEED"]),
        ([], {"HARNESS_SEED": "one"}, ["'one' is no whole number", "HARNESS_SEED"]),
        ([], {"FAKE_MISSING": "no engine"}, ["no judge can run here"]),
        (["--judge", "fuzz"], {"FAKE_MISSING": "no engine"}, ["judge fuzz cannot run", "get one"]),
    ],
)
def test_wrong_requests(
    arguments: list[str],
    env: dict[str, str],
    expected: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    project = toy_project.make(tmp_path, monkeypatch, compiled=False)
    done = project.run("verify", *arguments, env=env)
    assert done.exit_code == 2
    assert done.stdout == ""
    for text in expected:
        assert text in done.stderr


def test_unknown_settings_are_errors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = toy_project.make(tmp_path, monkeypatch, compiled=False)
    project.write("pyproject.toml", '[tool.harness]\ntarget = ["checks"]\n')
    done = project.run("verify")
    assert done.exit_code == 2
    assert "no setting named 'target'" in done.stderr
    assert "pyproject.toml" in done.stderr
    assert "targets" in done.stderr


def test_a_process_of_its_own_keeps_its_streams_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = toy_project.make(tmp_path, monkeypatch)
    path = os.pathsep.join([str(toy_project.REPOSITORY), str(project.root)])
    done = subprocess.run(
        [sys.executable, "-c", SPAWN, "verify", "--json", "-"],
        cwd=project.root,
        env={**os.environ, "PYTHONPATH": path, "FAKE": "VAULT-001=VACUOUS", "FORCE_COLOR": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 4
    assert json.loads(done.stdout)["exit_code"] == 4
    assert "fuzz vault" in done.stderr
    assert "\x1b" not in done.stderr


def test_colour_can_be_forced_and_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = toy_project.make(tmp_path, monkeypatch)
    forced = {"FORCE_COLOR": "1", "TERM": "xterm-256color"}
    assert "\x1b[" in project.run("verify", env=forced).stdout
    refused = project.run("verify", env={**forced, "NO_COLOR": "1"}).stdout
    assert not any(f"\x1b[{code}" in refused for code in ("31", "32", "33", "35", "36"))


def test_quiet_says_nothing_on_stderr(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = toy_project.make(tmp_path, monkeypatch)
    done = project.run("verify", "-q")
    assert (done.exit_code, done.stderr) == (0, "")
    assert "4 properties: 4 FUZZED" in done.stdout
