"""The judge as a whole, with its workers: verdicts, witnesses that replay, dead workers, cache."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from harness.judges.protocol import Case, Options, Progress
from harness.judges.prove import ProveJudge, judge
from harness.judges.prove.session import Session
from harness.judges.replay import replay
from harness.judges.workers import Failed, Task
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
    assert not told, "all of it was in the cache"


def test_a_property_that_spoke_in_one_unit_need_not_speak_in_the_others(tmp_path: Path) -> None:
    run(tmp_path)
    for file in (tmp_path / "c" / "prove").glob("*.json"):
        kept = json.loads(file.read_text())
        if "listened" in kept:
            # As in a run whose workers took the units in another order.
            file.write_text(json.dumps({**kept, "listened": kept["spoke"]}))
    again, told = run(tmp_path)
    assert {each.verdict for each in again.values()} == {Verdict.PROVED}
    assert not told, "all of it was in the cache"


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
    assert result.reason.startswith("not inductive: vault.deposit(amount=")
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
    # Of every unit, or of the base cases, as far as the worker came.
    assert "out of time" in str(results["BANK-004"].reason)


def test_a_worker_that_dies_proves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    killed = Failed("the worker was killed by SIGKILL")
    told: list[str] = []

    def supervise(tasks: list[Task], *_: Any, on_message: Any, **__: Any) -> list[Any]:
        order = on_message(0, None)
        if not order.unit:
            session = Session(compiled(), properties("BANK-004"))
            order = on_message(0, session.bases())
        told.append(order.unit)
        return [killed]

    monkeypatch.setattr(judge, "supervise", supervise)
    results, _ = run(tmp_path, "BANK-004")
    result = results["BANK-004"]
    assert result.verdict is Verdict.INCOMPLETE
    assert result.reason is not None
    assert result.reason.startswith("token.approve(address,uint256): the worker was killed")
    assert len(set(told)) == len(told) == 12, "a death takes only the unit that it happened to"


def test_a_death_in_the_base_cases_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def supervise(tasks: list[Task], *_: Any, on_message: Any, **__: Any) -> list[Any]:
        assert not on_message(0, None).unit
        return [Failed("out of memory")]

    monkeypatch.setattr(judge, "supervise", supervise)
    results, _ = run(tmp_path, "BANK-004")
    assert results["BANK-004"].verdict is Verdict.INCOMPLETE
    assert results["BANK-004"].reason == "out of memory"


def test_every_query_can_be_written_down(tmp_path: Path) -> None:
    case = Case(compiled(), properties("BANK-004"), "checks")
    options = Options(witnesses=tmp_path / "w", cache=tmp_path / "c", dump_smt=tmp_path / "smt")
    assert [each.verdict for each in ProveJudge(cases=0).judge(case, options, lambda _: None)] == [
        Verdict.PROVED
    ]
    [folder] = (tmp_path / "smt").iterdir()
    texts = {path: path.read_text() for path in folder.iterdir()}
    [proof, *_] = [t for t in texts.values() if "; property: BANK-004\n" in t]
    assert proof.startswith("; unit: ")
    assert "; z3: unsat\n; cvc5: unsat\n" in proof
    assert "(check-sat)" in proof
    assert not (tmp_path / "c").exists(), "what was not asked could not be written"


def test_tells_which_invariants_bear_the_load(tmp_path: Path) -> None:
    case = Case(compiled(), properties("BANK-001", "BANK-004"), "checks")
    options = Options(witnesses=tmp_path / "w", cache=tmp_path / "c", ablation=True)
    found = {e.property_id: e for e in ProveJudge(cases=0).judge(case, options, lambda _: None)}
    assert {each.verdict for each in found.values()} == {Verdict.PROVED}
    for each in found.values():
        assert each.property_id not in each.bounds["load_bearing"]


def test_asks_for_nothing_that_is_not_there() -> None:
    found = ProveJudge().availability()
    assert found.name is JudgeName.PROVE
    assert [name for name, _ in found.versions] == ["z3", "cvc5"]
    assert not found.missing
