"""``harness verify`` with judges that do not agree."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness.judges import registry
from harness.verdict import JudgeName
from tests.cli import toy_project

PROVER = (
    toy_project.FAKE_JUDGE.replace("class FakeJudge", "class FakeProver")
    .replace("name = JudgeName.FUZZ", "name = JudgeName.PROVE")
    .replace('said.get(each.id, "FUZZED")', '"PROVED"')
)


def project_of_two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> toy_project.Project:
    project = toy_project.make(tmp_path, monkeypatch)
    project.write("other_judge.py", PROVER)
    monkeypatch.setitem(registry.JUDGES, JudgeName.PROVE, "other_judge:FakeProver")
    project.write("witness.json", '{"steps": []}')
    return project


def test_judges_that_agree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = project_of_two(tmp_path, monkeypatch)
    done = project.run("verify")
    assert done.exit_code == 0
    [row] = [line for line in done.stdout.splitlines() if line.split()[-1:] == ["agreed"]][:1]
    assert row.split() == ["VAULT-001", "PROVED", "FUZZED", "agreed"]
    assert "CONTRADICTION" not in done.stdout


def test_one_judge_has_no_matrix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = toy_project.make(tmp_path, monkeypatch).run("verify")
    assert "agreement" not in done.stdout


def test_a_contradiction_is_an_internal_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = project_of_two(tmp_path, monkeypatch)
    env = {"FAKE": "VAULT-002=REFUTED", "WITNESS": "witness.json"}
    done = project.run("verify", env=env)
    assert done.exit_code == 5
    assert "CONTRADICTION VAULT-002: prove says PROVED, fuzz says REFUTED." in done.stdout
    kept = project.root / ".harness" / "contradictions" / "vault" / "VAULT-002"
    assert {path.name for path in kept.iterdir()} == {
        "proof.json",
        "refutation.json",
        "witness.json",
    }
    proof = json.loads((kept / "proof.json").read_text())
    assert "def " in proof["source"]
    assert proof["result"]["judge"] == "prove"


def test_a_contradiction_in_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = project_of_two(tmp_path, monkeypatch)
    env = {"FAKE": "VAULT-002=REFUTED", "WITNESS": "witness.json"}
    done = project.run("verify", "--json", "-", env=env)
    assert done.exit_code == 5
    assert json.loads(done.stdout)["exit_code"] == 5
    assert "CONTRADICTION VAULT-002" in done.stderr
