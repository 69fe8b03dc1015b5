"""``harness verify --judge prove`` on the bank: what its options do."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import z3

from tests.cli import toy_project
from tests.judges.prove import bank

COMMAND = ("verify", "checks", "--judge", "prove", "--jobs", "1", "--json", "out.json")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> toy_project.Project:
    """A copy of the bank, with its contracts compiled but nothing proved."""
    bank.compiled()
    kept = shutil.ignore_patterns("__pycache__", "prove", "witnesses", "last.json*")
    root = tmp_path / "bank"
    for name in ("checks", "contracts", ".harness"):
        shutil.copytree(bank.ROOT / name, root / name, ignore=kept)
    shutil.copy(bank.ROOT / "pyproject.toml", root)
    (root / "node_modules").symlink_to(toy_project.REPOSITORY / "node_modules")
    for variable in ("HARNESS_TARGETS", "HARNESS_JUDGES", "HARNESS_BUDGET"):
        monkeypatch.delenv(variable, raising=False)
    return toy_project.Project(root)


def verdicts(project: toy_project.Project) -> dict[str, dict[str, Any]]:
    """What the last run said of each property."""
    results = json.loads((project.root / "out.json").read_text())["results"]
    return {each["property"]: each for each in results}


def proved(
    project: toy_project.Project, name: str, *options: str
) -> subprocess.CompletedProcess[str]:
    """Prove one property, which must be PROVED; what was printed."""
    done = project.spawn(*COMMAND, "--property", name, *options)
    assert done.returncode == 0, done.stdout + done.stderr
    assert verdicts(project)[name]["verdict"] == "PROVED"
    return done


NOTICED = '''

@invariant("BANK-900", severity="low", source="here")
def noticed(w: Bank) -> Any:
    """Notes in a file that somebody asked."""
    with open("asked.txt", "a") as file:
        file.write("once\\n")
    return w.vault.state.total >= 0
'''


def test_what_was_proved_is_not_proved_again_unless_asked(project: toy_project.Project) -> None:
    module, asked = project.root / "checks" / "bank.py", project.root / "asked.txt"
    module.write_text(module.read_text() + NOTICED)
    proved(project, "BANK-900")
    first = asked.read_text()
    proved(project, "BANK-900")
    assert asked.read_text() == first
    proved(project, "BANK-900", "--no-cache")
    assert asked.read_text() == first * 2


def test_queries_are_written_for_anyone_to_check(project: toy_project.Project) -> None:
    proved(project, "BANK-004", "--dump-smt", "smt")
    texts = [path.read_text() for path in (project.root / "smt").rglob("*.smt2")]
    proofs = [text for text in texts if "; property: BANK-004\n" in text and "; z3: unsat" in text]
    assert proofs
    solver = z3.Solver()
    solver.from_string(proofs[0])
    assert solver.check() == z3.unsat
    impossible = project.spawn(*COMMAND, "--dump-smt", "pyproject.toml")
    assert impossible.returncode == 2
    assert "cannot write to pyproject.toml" in impossible.stderr


def test_what_a_proof_rests_on_is_found_by_leaving_it_out(project: toy_project.Project) -> None:
    globs = ("--property", "BANK-001", "--property", "BANK-005")
    done = project.spawn(*COMMAND, *globs, "--ablation")
    assert done.returncode == 0, done.stdout + done.stderr
    found = verdicts(project)
    assert found["BANK-005"]["verdict"] == found["BANK-001"]["verdict"] == "PROVED"
    assert "BANK-001" in found["BANK-005"]["bounds"]["load_bearing"]
    assert found["BANK-001"]["bounds"]["load_bearing"] == []


STRUCTURED = """

@structure("BANK-901", severity="low", source="here")
def tokens_are_taken_by_deposits(code: Structure[Bank]) -> Claim:
    \"\"\"Only a deposit takes tokens.\"\"\"
    return code[Bank.vault].calls_only_in("transferFrom", "deposit")
"""


def test_who_writes_what_is_compared_with_the_source(project: toy_project.Project) -> None:
    module = project.root / "checks" / "bank.py"
    imported = "from harness import (\n    Claim,\n    Structure,\n    structure,"
    text = module.read_text().replace("from harness import (", imported, 1)
    module.write_text(text + STRUCTURED)
    chosen = ("--property", "BANK-001", "--property", "BANK-901", "--judge", "inspect")
    done = project.spawn(*COMMAND, *chosen)
    assert done.returncode == 0, done.stdout + done.stderr
    [compared] = json.loads((project.root / "out.json").read_text())["writers"]
    assert (compared["seen_by"], compared["read_by"]) == ("prove", "inspect")
    assert (compared["impossible"], compared["undecided"]) == ([], {})
    assert compared["confirmed"] >= 8
    assert f"confirms the {compared['confirmed']} pairs" in done.stdout
