"""The judge as a whole, with its workers: verdicts, witnesses that replay, dead workers, cache."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from harness.judges.protocol import Case, Options, Progress
from harness.judges.prove import ProveJudge, judge
from harness.judges.prove.report import Proof
from harness.judges.prove.work import base_cases
from harness.judges.replay import replay
from harness.judges.workers import Failed, Finished, Task
from harness.verdict import JudgeName, Result, Verdict
from harness.witness import load_witness
from tests.judges.prove.bank import VARIANTS, Variant, compiled, properties

BY_NAME = {variant.name: variant for variant in VARIANTS}


def run(
    folder: Path, *names: str, variant: Variant | None = None, budget: float | None = None
) -> tuple[dict[str, Result], list[Progress]]:
    """The verdicts on some properties of the bank, and what was told on the way."""
    told: list[Progress] = []
    case = Case(compiled(variant), properties(*names), "checks")
    options = Options(jobs=1, budget=budget, witnesses=folder / "w", cache=folder / "c")
    results = ProveJudge(cases=0).judge(case, options, told.append)
    return {each.property_id: each for each in results}, told


def test_says_what_is_proved_and_on_what_it_rests(tmp_path: Path) -> None:
    first, told = run(tmp_path)
    assert {each.verdict for each in first.values()} == {Verdict.PROVED}
    result = first["BANK-001"]
    assert result.judge is JudgeName.PROVE
    assert result.reached
    assert result.bounds["never_succeeded"] == ["token.*", "vault.*"]
    assert any("Keccak-256 is injective" in each for each in result.assumptions)
    assert any("nobody sends from the address of a contract" in a for a in result.assumptions)
    assert not any("does not call back" in each for each in result.assumptions)
    assert any("does not call back" in each for each in first["BANK-010"].assumptions)
    assert told[-1].figures["queries"] > 0

    again, told = run(tmp_path)
    assert {each.verdict for each in again.values()} == {Verdict.PROVED}
    assert told[-1].figures["queries"] == 0, "all of it was in the cache"


def test_an_amount_that_no_fuzzer_hits_is_refuted_with_a_witness(tmp_path: Path) -> None:
    variant = BY_NAME["one-amount-is-not-burned"]
    results, _ = run(tmp_path, "BANK-001", "BANK-003", variant=variant)
    assert results["BANK-003"].verdict is Verdict.PROVED
    result = results["BANK-001"]
    assert result.verdict is Verdict.REFUTED, result.reason
    assert result.witness is not None
    witness = load_witness(result.witness)
    assert witness.judge == "prove"
    assert [(s.function, s.args) for s in witness.steps] == [("burn(uint256)", (775,))]  # type: ignore[union-attr]
    again = replay(compiled(variant), properties("BANK-001"), witness)
    assert again.found is not None


def test_what_is_not_inductive_shows_the_call_and_the_values(tmp_path: Path) -> None:
    results, _ = run(tmp_path, "BANK-011", "BANK-002")
    result = results["BANK-002"]
    assert result.verdict is Verdict.INCOMPLETE
    assert result.reason is not None
    assert result.reason.startswith("not inductive: token.")
    assert "after.vault.state.total" in result.reason


def test_a_call_to_what_is_not_supported_is_named(tmp_path: Path) -> None:
    results, _ = run(tmp_path, "BANK-004", variant=BY_NAME["something-new"])
    result = results["BANK-004"]
    assert result.verdict is Verdict.INCOMPLETE
    assert result.reason is not None
    assert "vault.forward(address): opcode CREATE" in result.reason


def test_a_worker_that_runs_out_of_time_proves_nothing(tmp_path: Path) -> None:
    results, _ = run(tmp_path, "BANK-004", budget=0.0)
    assert results["BANK-004"].verdict is Verdict.INCOMPLETE
    assert results["BANK-004"].reason == "out of time"


def test_a_worker_that_dies_proves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    killed = Failed("the worker was killed by SIGKILL")
    told = 0

    def supervise(tasks: list[Task], *_: Any, on_message: Any, **__: Any) -> list[Any]:
        nonlocal told
        if tasks[0].function is base_cases:
            return [Finished(({"BANK-004": Proof()}, frozenset({"BANK-004"})))]
        for number, task in enumerate(tasks):
            told += 1
            on_message(number, ("begin", next(iter(task.args[1]))))
        return [killed for _ in tasks]

    monkeypatch.setattr(judge, "supervise", supervise)
    results, _ = run(tmp_path, "BANK-004")
    result = results["BANK-004"]
    assert result.verdict is Verdict.INCOMPLETE
    assert result.reason is not None
    assert result.reason.startswith("token.approve(address,uint256): the worker was killed")
    assert told == 12, "each unit is tried, and a death takes only the one that it happened to"


def test_asks_for_nothing_that_is_not_there() -> None:
    found = ProveJudge().availability()
    assert found.name is JudgeName.PROVE
    assert [name for name, _ in found.versions] == ["z3", "cvc5"]
    assert not found.missing
