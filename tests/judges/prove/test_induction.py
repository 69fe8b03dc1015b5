"""Simultaneous induction: no proof rests on what is not proved."""

from __future__ import annotations

from pathlib import Path

from harness.judges.prove.cache import Cache
from harness.judges.prove.induction import Induction
from harness.judges.prove.report import STRUCTURE, Failure, Goal, Proof, UnitReport, Why

NO = Failure(Why.INDUCTION, "no")


def needs(*names: str) -> Proof:
    return Proof(frozenset(names))


def begun(*invariants: str, rest: tuple[str, ...] = ()) -> Induction:
    """An induction over two units, with every base case proved."""
    goals = frozenset((*invariants, *rest))
    induction = Induction({"f": goals, "g": goals}, frozenset(invariants))
    induction.begin(dict.fromkeys(goals, Proof()))
    return induction


def note(induction: Induction, unit: str, **goals: Goal) -> None:
    induction.note(UnitReport(unit, {STRUCTURE: Proof(), **goals}))


def test_what_is_proved_by_every_unit_is_proved() -> None:
    induction = begun("a", "b")
    note(induction, "f", a=needs("a"), b=needs("a", "b"))
    assert not induction.is_proved("a")
    note(induction, "g", a=needs("b"), b=needs())
    assert not induction.settle()
    assert not induction.pending()
    assert induction.is_proved("a")
    assert induction.is_proved("b")


def test_what_rested_on_a_failure_is_proved_again_without_it() -> None:
    induction = begun("a", "b", "c")
    note(induction, "f", a=needs("a", "b"), b=NO, c=needs("c"))
    note(induction, "g", a=needs("a"), b=needs("b"), c=needs("c"))
    assert induction.settle() == {"b"}
    assert induction.assumed == {"a", "c"}
    assert induction.pending() == {"f": {"a"}}
    assert not induction.is_proved("a")
    note(induction, "f", a=needs("a"))
    assert not induction.pending()
    assert induction.is_proved("a")
    assert induction.is_proved("c")
    assert not induction.is_proved("b")


def test_one_failure_can_bring_down_everything() -> None:
    induction = begun("a", "b")
    note(induction, "f", a=NO, b=needs("a"))
    note(induction, "g", a=needs("b"), b=needs("a"))
    assert induction.settle() == {"a"}
    note(induction, "f", b=NO)
    assert induction.settle() == {"b"}
    assert not induction.pending()
    assert not induction.is_proved("b")


def test_a_transition_is_never_assumed() -> None:
    induction = begun("a", rest=("t",))
    assert induction.assumed == {"a"}


def test_without_its_base_case_an_invariant_is_neither_assumed_nor_proved() -> None:
    induction = Induction({"f": frozenset("ab")}, frozenset("ab"))
    induction.begin({"a": Proof(), "b": Failure(Why.BASE, "no")})
    assert induction.assumed == {"a"}
    note(induction, "f", a=needs("a"), b=needs("b"))
    assert not induction.is_proved("b")
    assert not induction.pending(), "what has failed is not proved again"


def test_a_base_case_that_was_never_told_proves_nothing() -> None:
    induction = Induction({"f": frozenset("a")}, frozenset("a"))
    note(induction, "f", a=needs())
    assert not induction.is_proved("a")


def test_a_unit_that_could_not_be_followed_spoils_every_property() -> None:
    induction = begun("a")
    note(induction, "g", a=needs())
    induction.note(UnitReport("f", {STRUCTURE: NO, "a": needs()}))
    assert not induction.is_proved("a")
    assert [unit for unit, _ in induction.broken_units()] == ["f"]
    assert not induction.pending()


def test_a_proof_that_storage_stays_typed_can_fall_too() -> None:
    induction = begun("a", "b")
    induction.note(UnitReport("f", {STRUCTURE: needs("b"), "a": needs(), "b": NO}))
    note(induction, "g", a=needs(), b=needs())
    induction.settle()
    assert induction.pending() == {"f": frozenset()}
    assert not induction.is_proved("a")


# The cache


def report(unit: str = "f", **goals: Goal) -> UnitReport:
    return UnitReport(
        unit,
        {STRUCTURE: Proof(), **goals},
        feasible=True,
        spoke=frozenset("t"),
        assumed=frozenset("ab"),
        listened=frozenset("t"),
    )


def test_only_what_is_proved_is_kept(tmp_path: Path) -> None:
    cache = Cache(tmp_path, b"1")
    cache.save(report(a=needs("a"), b=NO))
    assert cache.load("f", frozenset("a"), frozenset("ab"), frozenset()) is None


def test_a_kept_proof_is_taken_only_if_it_still_stands(tmp_path: Path) -> None:
    cache = Cache(tmp_path, b"1")
    cache.save(report(a=needs("a"), b=needs("b")))
    found = cache.load("f", frozenset("a"), frozenset("a"), frozenset("t"))
    assert found is not None
    assert found.goals == {STRUCTURE: Proof(), "a": needs("a")}
    assert found.spoke == {"t"}
    asked = {
        "needs b, which is not assumed": ("f", "ab", "a", ""),
        "c was not proved": ("f", "c", "ab", ""),
        "u was not listened to": ("f", "a", "a", "u"),
        "more is assumed than when it was found feasible": ("f", "a", "abc", ""),
        "another unit": ("g", "a", "ab", ""),
    }
    for why, (unit, goals, assumed, silent) in asked.items():
        kept = cache.load(unit, frozenset(goals), frozenset(assumed), frozenset(silent))
        assert kept is None, why
    assert Cache(tmp_path, b"2").load("f", frozenset("a"), frozenset("a"), frozenset()) is None


def test_half_a_file_is_as_good_as_none(tmp_path: Path) -> None:
    cache = Cache(tmp_path, b"1")
    cache.save(report(a=needs("a")))
    [path] = (tmp_path / "prove").iterdir()
    path.write_text(path.read_text()[:20])
    assert cache.load("f", frozenset("a"), frozenset("a"), frozenset()) is None
