"""``harness verify`` with judges that do not agree."""

from __future__ import annotations

import json
import sys
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


SEES = (
    PROVER
    + """
    def seen(self, system):
        return frozenset({("vault", "deposit(uint256)", "total")})
"""
)

READS = """
    def possible(self, system):
        from harness.writers import Possible
        return Possible(frozenset({("vault", "deposit(uint256)", "WRITTEN")}))
"""


@pytest.mark.parametrize(("written", "code"), [("total", 0), ("owner", 5)])
def test_a_writer_that_cannot_be_is_an_internal_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: str, code: int
) -> None:
    project = project_of_two(tmp_path, monkeypatch)
    project.write("other_judge.py", SEES)
    project.write("fake_judge.py", toy_project.FAKE_JUDGE + READS.replace("WRITTEN", written))
    for module in ("other_judge", "fake_judge"):
        monkeypatch.delitem(sys.modules, module, raising=False)
    done = project.run("verify", "--json", "out.json")
    assert done.exit_code == code
    document = json.loads((project.root / "out.json").read_text())
    assert document["exit_code"] == code
    [compared] = document["writers"]
    kept = project.root / ".harness" / "contradictions" / "vault" / "writers.json"
    if code:
        assert compared["impossible"] == [["vault", "deposit(uint256)", "total"]]
        assert "prove saw vault.deposit(uint256) write total" in done.stdout
        assert json.loads(kept.read_text())["impossible"] == compared["impossible"]
    else:
        assert compared["confirmed"] == 1
        assert "fuzz confirms the 1 pairs" in done.stdout
        assert not kept.exists()
