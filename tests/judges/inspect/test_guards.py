"""What an entry has established: what holds is proved, what only looks so is refuted."""

from __future__ import annotations

import pytest

from harness import Verdict
from harness.errors import LookupProblem, UsageError
from tests.judges.inspect.sources import ROOT, Sources, code, verdict_of

OWNED = "msg.sender == owner"

ESTABLISH = (
    "byModifier",
    "byArgument",
    "byRequire",
    "byInternal",
    "byHelper",
    "byLocal",
    "atTheEnd",
    "inBothBranches",
    "orRevert",
    "byEnd",
    "byRecursion",
)
DO_NOT = (
    "unchecked_",
    "eitherWay",
    "byOtherArgument",
    "shadowed",
    "reassigned",
    "inOneBranch",
    "earlyReturn",
    "inLoop",
    "skippedBody",
    "unsetFlag",
    "changedFlag",
    "inTry",
    "wrongWay",
    "recursing",
    "setInAssembly",
    "ownMessage",
)
CANNOT_TELL = ("stopped", "byPointer")


def requires(entry: str, *conditions: str) -> Verdict:
    return verdict_of(code()[Sources.guards].requires(entry, *conditions))


@pytest.mark.parametrize("entry", ESTABLISH)
def test_an_established_condition_is_proved(entry: str) -> None:
    assert requires(entry, OWNED) is Verdict.PROVED


@pytest.mark.parametrize("entry", DO_NOT)
def test_a_condition_that_some_path_avoids_is_refuted(entry: str) -> None:
    assert requires(entry, OWNED) is Verdict.REFUTED


@pytest.mark.parametrize("entry", CANNOT_TELL)
def test_what_cannot_be_followed_is_incomplete(entry: str) -> None:
    assert requires(entry, OWNED) is Verdict.INCOMPLETE


def test_an_entry_that_never_succeeds_is_vacuous() -> None:
    assert requires("hopeless", OWNED) is Verdict.VACUOUS


def test_a_breach_says_what_and_where() -> None:
    [breach] = code()[Sources.guards].requires("unchecked_", OWNED).breaches
    assert "guards.unchecked_ can succeed without msg.sender == owner" in breach.what
    assert breach.site is not None
    assert breach.site.file == "contracts/Guards.sol"
    text = (ROOT / breach.site.file).read_text().splitlines()
    assert "function unchecked_" in text[breach.site.line - 1]


@pytest.mark.parametrize(
    ("entry", "condition", "holds"),
    [
        ("byRegistry", "msg.sender == registry.chief()", True),
        ("byRegistry", "registry.chief() == msg.sender", True),
        ("byRegistry", "msg.sender == registry", False),
        ("notBanned", "!banned[who]", True),
        ("notBanned", "banned[who]", False),
        ("atLeast", "amount > x", True),
        ("atLeast", "x < amount", True),
        ("atLeast", "amount >= x", False),
        ("byOtherArgument", "msg.sender == deputy", True),
        ("wrongWay", "msg.sender != owner", True),
    ],
)
def test_conditions_of_other_forms(entry: str, condition: str, holds: bool) -> None:
    assert requires(entry, condition) is (Verdict.PROVED if holds else Verdict.REFUTED)


def test_a_comparison_of_an_own_type_is_no_comparison() -> None:
    assert requires("ownEquality", "a == Id.wrap(owner)") is Verdict.REFUTED
    assert requires("ownEquality", "a == owner") is Verdict.REFUTED


def test_any_of_several_conditions_will_do() -> None:
    assert requires("eitherWay", OWNED, "x > 1") is Verdict.PROVED
    assert requires("eitherWay", OWNED, "x > 2") is Verdict.REFUTED


def test_super_follows_the_bases_of_the_contract_that_is_deployed() -> None:
    guarded = "msg.sender == boss"
    assert verdict_of(code()[Sources.diamond].requires("run", guarded)) is Verdict.PROVED
    assert verdict_of(code()[Sources.straight].requires("run", guarded)) is Verdict.REFUTED


def test_modifiers_by_name() -> None:
    guards = code()[Sources.guards]
    assert verdict_of(guards.guarded_by("onlyOwner", "byModifier")) is Verdict.PROVED
    assert verdict_of(guards.guarded_by("onlyOwner", "byModifier", "byRequire")) is Verdict.REFUTED


def test_names_that_do_not_exist_are_mistakes() -> None:
    guards = code()[Sources.guards]
    with pytest.raises(LookupProblem, match="no entry named 'byModifer'"):
        guards.requires("byModifer", OWNED)
    with pytest.raises(LookupProblem, match="no modifier named 'onlyOwners'"):
        guards.guarded_by("onlyOwners", "byModifier")


@pytest.mark.parametrize("text", ["", "a && b", "a || b", "a == b == c"])
def test_what_is_more_than_one_condition_is_a_mistake(text: str) -> None:
    with pytest.raises(UsageError):
        requires("byModifier", text)
