"""Every path is made on py-evm: what the executor gets wrong is an internal error."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from harness.judges.prove.assumed import Assumed
from harness.judges.prove.local import prove_here
from harness.judges.prove.report import Replays, Why
from harness.judges.prove.session import Session
from tests.cli import toy_project
from tests.judges.conformance.test_planted_faults import FAULTS
from tests.judges.prove import bank

SHOWN = (
    "ADD one too many",
    "SUB the wrong way round",
    "ISZERO inverted",
    "SHL the wrong way round",
    "SLOAD of any write",
    "JUMPI without a fork",
    "PUSH0 for one",
    "DUP2 for DUP1",
    "SWAP2 for SWAP1",
    "LOG2 with topics swapped",
    "CALL that returns nothing",
    "CALL without paying",
    "REVERT for RETURN",
)
"""Faults of the executor that calls of the bank must show, whatever is proved of it."""

SUM = ("BANK-001",)


def total(replays: dict[str, Replays]) -> Replays:
    """Those of all units together."""
    return sum(replays.values(), Replays())


def test_all_paths_of_the_bank_are_made_and_agree() -> None:
    made = total(bank.judged().replays)
    assert made.paths >= 10
    assert made.agreed == made.paths - sum(made.left.values())
    assert made.agreed >= 0.9 * made.paths, made.left
    assert not made.difference


def test_paths_that_revert_are_made_too() -> None:
    session = Session(bank.compiled(), bank.properties(*SUM))
    unit = session.units["vault.withdraw(uint256)"]
    prover, assumed = session.prover, Assumed.of(frozenset(), session.properties)
    first, again = (prover.unit(unit, [], assumed) for _ in range(2))
    assert first.replays is not None
    assert first.replays.agreed == first.replays.paths > 3
    assert again.replays == first.replays, "they are made once"


@pytest.mark.parametrize("fault", SHOWN)
def test_a_fault_of_the_executor_proves_nothing(
    fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, plant = FAULTS[fault]
    plant(monkeypatch)
    induction = prove_here(bank.compiled(), bank.properties(*SUM))
    wrong = [(unit, why) for unit, why in induction.broken_units() if why.why is Why.EXECUTOR]
    assert wrong, [why.reason for _, why in induction.broken_units()]
    unit, failure = wrong[0]
    assert f"the executor and py-evm disagree: {unit}, path " in failure.reason
    assert "symbolically" in failure.reason
    assert not induction.is_proved(*SUM)


WRONG = """

from harness.symbolic.machine.opcodes import RULES
from harness.symbolic.terms import const, words


def _one_too_many(path: Any, frame: Any) -> None:
    right(path, frame)
    frame.stack[-1] = words.add(frame.stack[-1], const(1))


right, RULES[0x01] = RULES[0x01], _one_too_many
"""


def test_on_the_command_line_it_is_an_internal_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = shutil.ignore_patterns("__pycache__", "prove", "witnesses", "last.json*")
    shutil.copytree(bank.ROOT, tmp_path, ignore=kept, dirs_exist_ok=True)
    (tmp_path / "node_modules").symlink_to(toy_project.REPOSITORY / "node_modules")
    for variable in ("HARNESS_TARGETS", "HARNESS_JUDGES", "HARNESS_BUDGET"):
        monkeypatch.delenv(variable, raising=False)
    project = toy_project.Project(tmp_path)
    command = ("verify", "checks", "--judge", "prove", "--jobs", "1", "--property", *SUM)
    asked = (*command, "--no-cache", "--json", "out.json")
    right = project.spawn(*asked)
    assert right.returncode == 0, right.stdout + right.stderr
    [result] = json.loads((tmp_path / "out.json").read_text())["results"]
    assert result["bounds"]["paths_replayed"] > 0
    assert isinstance(result["bounds"]["not_replayed"], list)
    module = tmp_path / "checks" / "bank.py"
    module.write_text(module.read_text() + WRONG)
    wrong = project.spawn(*asked)
    assert wrong.returncode == 5, wrong.stdout + wrong.stderr
    [result] = json.loads((tmp_path / "out.json").read_text())["results"]
    assert result["verdict"] == "ERROR"
    assert "the executor and py-evm disagree" in result["reason"]
