"""Summaries of internal functions: found, proved on their code, and used only where they stand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from harness import (
    Address,
    Deployment,
    JudgeName,
    Number,
    System,
    chain_at,
    contract,
    invariant,
    rule,
    summary,
)
from harness.compiled import CompiledSystem, compile_system
from harness.errors import LookupProblem, UsageError
from harness.judges.protocol import Case, Options, concerns
from harness.judges.prove.induction import Induction
from harness.judges.prove.judge import ProveJudge
from harness.judges.prove.local import prove_here
from harness.judges.prove.report import STRUCTURE, Failure, Proof, UnitReport, Why
from harness.judges.prove.session import Session
from harness.judges.prove.summaries import summarised
from harness.property import Kind, Property
from harness.targets import Target, load_targets
from harness.verdict import Verdict

ROOT = Path(__file__).parents[2] / "fixtures" / "summaries"


class Odd(System):
    """Internal functions of every kind."""

    sources = ("contracts",)
    l1 = chain_at(block=20_000_000, time=1_700_000_000)
    odd = contract(l1, "Odd")

    @classmethod
    def deploy(cls, d: Deployment) -> None:
        """Deploy it."""
        d.create(cls.odd)


@cache
def target() -> Target:
    (found,) = load_targets([str(ROOT / "pools")], ROOT)
    return found


@cache
def compiled(*, odd: bool = False) -> CompiledSystem:
    return compile_system(Odd if odd else target().system, ROOT)


def kept(*names: str) -> list[Property]:
    """Some properties of the fixture."""
    found = [each for each in target().properties if each.id in names]
    assert len(found) == len(names)
    return found


def declared(of: str, body: Callable[..., Any], id: str = "POOL-S99") -> Property:
    """A summary with the annotations of a function, whose first parameter is the system."""
    body.__annotations__["w"] = Odd if of.startswith("odd.") else target().system
    body.__doc__ = "A claim."
    made: Any = summary(id, of=of, severity="low", source="test")(body)
    assert isinstance(made, Property)
    return made


def of_one(of: str, says: Callable[[Any, Any], Any], id: str = "POOL-S99") -> Property:
    """A summary of a function with one argument and one result."""

    def body(w: System, n: Number, result: Number) -> Any:
        return says(n, result)

    return declared(of, body, id)


def found(each: Property) -> Proof | Failure:
    """What comes of proving one summary."""
    proofs = Session(compiled(odd=each.system is Odd), [each]).summaries
    (unit,) = proofs.units
    return proofs.prove(unit, frozenset({each.id})).goals[each.id]


def why(induction: Induction, name: str) -> list[str]:
    return [failure.reason for _, failure in induction.failures(name)]


# What summaries are good for


def test_without_its_summary_what_calls_the_function_is_incomplete() -> None:
    (paid,) = kept("POOL-001")
    induction = prove_here(compiled(), [paid])
    assert not induction.is_proved("POOL-001")
    assert any("Pool.sol" in failure.reason for _, failure in induction.broken_units())


def test_with_its_summary_it_is_proved() -> None:
    induction = prove_here(compiled(), target().properties)
    for each in target().properties:
        assert induction.is_proved(each.id), (each.id, why(induction, each.id))
    join = induction.reports["pool.join(uint256)", "POOL-001"]
    assert isinstance(join, Proof)
    assert "POOL-S01" in join.needs
    share = induction.reports["pool.share(uint256,uint256,uint256)", "POOL-002"]
    assert isinstance(share, Proof)
    assert "POOL-S02" in share.needs


def test_the_structure_of_a_unit_rests_on_it_too() -> None:
    induction = prove_here(compiled(), kept("POOL-001", "POOL-S01"))
    followed = induction.reports["pool.join(uint256)", STRUCTURE]
    assert followed == Proof(frozenset({"POOL-S01"}))
    unrelated = induction.reports["pool.reset()", STRUCTURE]
    assert unrelated == Proof()


def test_paths_with_a_summary_are_made_on_py_evm() -> None:
    induction = prove_here(compiled(), kept("POOL-001", "POOL-S01"))
    replays = induction.replays["pool.join(uint256)"]
    assert replays.agreed > 0
    assert not replays.difference


def test_the_judge_tells_of_summaries_and_recalls_them(tmp_path: Path) -> None:
    case = Case(compiled(), tuple(kept("POOL-001", "POOL-S01")), str(ROOT / "pools"))
    options = Options(jobs=1, witnesses=tmp_path, cache=tmp_path, cached=True)
    for _ in range(2):
        results = {r.property_id: r for r in ProveJudge().judge(case, options, lambda _: None)}
        assert {r.verdict for r in results.values()} == {Verdict.PROVED}, results
        assert any("do not run out of stack" in each for each in results["POOL-001"].assumptions)


def test_only_the_prover_is_asked() -> None:
    (each,) = kept("POOL-S01")
    assert each.kind is Kind.SUMMARY
    assert [judge for judge in JudgeName if concerns(judge, each)] == [JudgeName.PROVE]


# Nothing false is proved


def test_a_false_summary_is_not_proved_and_says_for_what() -> None:
    goal = found(of_one("pool._half", lambda n, result: result * 2 < n))
    assert isinstance(goal, Failure)
    assert goal.why is Why.CLAIM
    assert "n = 0, result = 0" in goal.reason


@pytest.mark.parametrize(
    "says",
    [
        lambda n, result: result * 3 <= n,
        lambda n, result: result == 0,
        lambda n, result: n < 8,
        lambda n, result: False,
    ],
)
def test_nothing_that_needs_a_false_summary_is_proved(says: Callable[[Any, Any], Any]) -> None:
    def much_less_is_paid(w: Any) -> Any:
        """A third is paid."""
        return w.pool.state.paid * 3 <= w.pool.state.total

    much_less_is_paid.__annotations__["w"] = target().system
    paid: Any = invariant("POOL-F01", severity="low", source="test")(much_less_is_paid)
    induction = prove_here(compiled(), [of_one("pool._half", says), paid])
    assert not induction.is_proved("POOL-S99")
    assert not induction.is_proved("POOL-F01")
    assert "POOL-S99" not in induction.assumed
    for unit in induction.goals:
        followed = induction.reports[unit, STRUCTURE]
        assert isinstance(followed, Failure) or "POOL-S99" not in followed.needs


def test_a_false_summary_does_not_take_a_true_one_along() -> None:
    false = of_one("pool._half", lambda n, result: result * 3 <= n)
    induction = prove_here(compiled(), [false, *kept("POOL-001", "POOL-S01")])
    assert not induction.is_proved("POOL-S99")
    assert induction.is_proved("POOL-S01")
    assert induction.is_proved("POOL-001")


def test_that_a_function_never_reverts_must_be_so() -> None:
    def body(w: System, x: Number, part: Number, whole: Number, share: Number | None) -> Any:
        return share is not None

    goal = found(declared("pool._part(uint256,uint256,uint256)", body))
    assert isinstance(goal, Failure)
    assert goal.why is Why.CLAIM
    assert "share = None" in goal.reason


def test_a_function_may_revert_unless_its_summary_excludes_that() -> None:
    def body(w: System, x: Number, part: Number, whole: Number, share: Number) -> Any:
        return share <= x

    def always(before: Any, call: Any, after: Any) -> Any:
        """It succeeds."""
        return call.succeeded or call.value > 0

    always.__annotations__["before"] = target().system
    each: Any = rule("POOL-F02", on="pool.share", severity="low", source="test")(always)
    parts = declared("pool._part(uint256,uint256,uint256)", body)
    induction = prove_here(compiled(), [parts, each, *kept("POOL-S01")])
    assert induction.is_proved(parts.id)
    assert not induction.is_proved("POOL-F02")


def test_when_it_reverts_must_be_so() -> None:
    def body(w: System, x: Number, part: Number, whole: Number, share: Number | None) -> Any:
        return whole < part if share is None else True  # of nothing there is no part, too

    goal = found(declared("pool._part(uint256,uint256,uint256)", body))
    assert isinstance(goal, Failure)
    assert goal.why is Why.CLAIM


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("_counted", "changes storage, ether, logs or accounts"),
        ("_left", "depends on more than its arguments: on odd.total"),
        ("_mine", "depends on more than its arguments: on msg.sender"),
        ("_copied", "writes to memory"),
        ("_ending", "ends the call instead of returning"),
        ("_same", "was inlined"),
    ],
)
def test_a_function_that_does_more_than_compute_is_refused(name: str, reason: str) -> None:
    goal = found(of_one(f"odd.{name}", lambda n, result: True))
    assert isinstance(goal, Failure)
    assert goal.why is Why.UNSUPPORTED
    assert reason in goal.reason


def test_a_function_that_is_given_a_place_in_memory_is_refused() -> None:
    def body(w: System, data: Number, n: Number, result: Number) -> Any:
        return True

    goal = found(declared("odd._length", body))
    assert isinstance(goal, Failure)
    assert "data of type bytes, which is no word of the stack" in goal.reason


def test_an_inlined_function_is_incomplete() -> None:
    each = of_one("odd._same", lambda n, result: result == n)
    induction = prove_here(compiled(odd=True), [each])
    (reason,) = why(induction, each.id)
    assert "odd._same(uint256) was inlined wherever it is used" in reason


def test_a_summary_that_asks_for_the_state_is_at_fault(tmp_path: Path) -> None:
    def body(w: Any, n: Number, result: Number) -> Any:
        return result <= w.pool.state.total

    each = declared("pool._half", body)
    goal = found(each)
    assert isinstance(goal, Failure)
    assert goal.why is Why.FAULT
    assert "arguments and results alone" in goal.reason


# Which function it is of


def test_an_unknown_function_is_told_with_near_ones() -> None:
    each = of_one("pool._halve", lambda n, result: True)
    with pytest.raises(LookupProblem, match=r"(?s)no internal function named '_halve'.*_half"):
        summarised(compiled(), [each])
    each = of_one("poll._half", lambda n, result: True)
    with pytest.raises(LookupProblem, match=r"(?s)no contract named 'poll'.*pool"):
        summarised(compiled(), [each])


def test_a_name_of_several_functions_is_told_with_all_of_them() -> None:
    each = of_one("odd._part", lambda n, result: True)
    with pytest.raises(LookupProblem, match="ambiguous") as told:
        summarised(compiled(odd=True), [each])
    assert told.value.fix is not None
    assert "Odd._part(int256,uint256)" in told.value.fix
    assert "Odd._part(uint256,uint256,uint256)" in told.value.fix


def test_the_most_derived_function_is_meant_unless_another_is_named() -> None:
    (own,) = summarised(compiled(odd=True), [of_one("odd._rank", lambda n, result: True)])
    (base,) = summarised(compiled(odd=True), [of_one("odd.Base._rank", lambda n, result: True)])
    assert own.internal is not None
    assert own.internal != base.internal
    assert found(of_one("odd._rank", lambda n, result: result == 5 * n)) == Proof()


@pytest.mark.parametrize("names", [("n",), ("n", "more", "result")])
def test_another_count_of_values_is_told_with_file_and_line(names: tuple[str, ...]) -> None:
    def body(w: System) -> Any:
        return True

    each = declared("pool._half", body)
    each = replace(each, forall=tuple((name, int) for name in names))
    with pytest.raises(UsageError, match="takes 1 and gives 1, together 2 values") as told:
        summarised(compiled(), [each])
    assert told.value.where is not None
    assert f"{__file__}:{body.__code__.co_firstlineno}" in told.value.where
    assert told.value.fix == "write (w, n: Number, result: Number)"


def test_a_value_of_another_type_is_told() -> None:
    def body(w: System, n: Address, result: Number) -> Any:
        return True

    with pytest.raises(UsageError, match="n is of type uint256, which is no Address"):
        summarised(compiled(), [declared("pool._half", body)])


def test_some_results_alone_cannot_be_missing() -> None:
    def body(w: System, a: Number, b: Number, low: Number | None, high: Number) -> Any:
        return True

    with pytest.raises(UsageError, match="all of them, and nothing else"):
        summarised(compiled(), [declared("pool._mix", body)])


def test_the_request_is_wrong_before_anything_is_proved(tmp_path: Path) -> None:
    each = of_one("pool._halve", lambda n, result: True)
    case = Case(compiled(), (each,), str(ROOT / "pools"))
    options = Options(jobs=1, witnesses=tmp_path, cache=tmp_path, cached=False)
    with pytest.raises(UsageError, match="_halve") as told:
        list(ProveJudge().judge(case, options, lambda _: None))
    assert told.value.exit_code == 2


def test_what_a_declaration_is_told() -> None:
    with pytest.raises(UsageError, match="names none"):
        summary("S-1", of="_half", severity="low", source="test")

    def body(w: System, n: str, result: Number) -> Any:
        """A claim."""

    with pytest.raises(UsageError, match="what kind of value is the parameter 'n'"):
        summary("S-1", of="pool._half", severity="low", source="test")(body)


# Values


def test_values_have_the_types_of_the_source() -> None:
    def body(w: System, a: Address, first: bool, b: Address, chosen: Address | None) -> Any:
        if chosen is None:
            return a == 0 if first else b == 0
        return chosen == (a if first else b) or chosen == 100

    # Items of the stack are words: what is above an address in one of them is not known to be 0.
    goal = found(declared("odd._who", body))
    assert isinstance(goal, Failure)

    def clean(w: System, a: Address, first: bool, b: Address, chosen: Address | None) -> Any:
        if a >= 2**160 or b >= 2**160:
            return None
        return body(w, a, first, b, chosen)

    assert found(declared("odd._who", clean)) == Proof()


def test_signed_numbers_have_a_sign() -> None:
    def body(w: System, x: Number, whole: Number, share: Number) -> Any:
        return -1_000_000 < share < 1_000_000 and (share >= 0 or x < 0)

    assert found(declared("odd._part(int256,uint256)", body)) == Proof()


# The books


@pytest.mark.parametrize("died", [False, True])
def test_a_summary_stands_on_those_that_it_needs_and_on_no_unit(died: bool) -> None:
    first, second = frozenset({"S1"}), frozenset({"S2"})
    goals = {"summary S1": first, "summary S2": second, "pool.join()": frozenset({"P"})}
    induction = Induction(goals, frozenset({"S1", "S2", "P"}), apart=first | second)
    induction.begin({each: Proof() for each in ("S1", "S2", "P")})
    refused = Failure(Why.UNSUPPORTED, "refused")
    induction.note(UnitReport("pool.join()", {STRUCTURE: refused}))
    induction.note(UnitReport("summary S2", {STRUCTURE: Proof(), "S2": Proof(first)}))
    lost = Failure(Why.UNKNOWN, "out of memory")
    proved = {STRUCTURE: Proof(), "S1": Proof()}
    induction.note(UnitReport("summary S1", {STRUCTURE: lost} if died else proved))
    induction.settle()
    assert induction.is_proved("S1") is not died
    assert induction.is_proved("S2") is not died
    assert not induction.is_proved("P")
