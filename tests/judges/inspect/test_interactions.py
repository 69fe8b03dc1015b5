"""Checks, effects, interactions; and who calls what."""

from __future__ import annotations

import pytest

from harness import Verdict
from harness.errors import LookupProblem
from tests.judges.inspect.sources import Sources, code, verdict_of

LATE = {
    "direct",
    "within",
    "looping",
    "byModifier",
    "sending",
    "lowLevel",
    "creating",
    "recursing",
    "otherToken",
}


def test_writing_first_is_proved() -> None:
    assert verdict_of(code()[Sources.calls].effects_first()) is Verdict.PROVED


def test_every_write_after_a_call_is_found() -> None:
    claim = code()[Sources.late].effects_first()
    found = {each.what.split()[0].removeprefix("late.") for each in claim.breaches}
    assert found == LATE
    assert verdict_of(claim) is Verdict.REFUTED


def test_a_breach_names_the_write_and_the_call() -> None:
    claim = code()[Sources.late].effects_first()
    [breach] = [each for each in claim.breaches if each.what.startswith("late.otherToken ")]
    assert "writes y after a call" in breach.what
    assert "token_.mint(msg.sender)" in breach.what
    assert breach.site is not None
    assert breach.site.text == "y = 5"


def test_a_trusted_account_may_be_called_first() -> None:
    claim = code()[Sources.late].effects_first(trusting=["token"])
    found = {each.what.split()[0].removeprefix("late.") for each in claim.breaches}
    # What is called through an argument is the token only if the argument is.
    assert found == {"sending", "lowLevel", "creating", "otherToken"}
    assert claim.assumptions == (
        "late.token, called by late, changes nothing there by a call back",
    )


def test_what_is_excused_may_be_written_late() -> None:
    late = code()[Sources.late]
    but_one = {"x": LATE - {"otherToken", "direct"}, "y": ["otherToken"]}
    claim = late.effects_first(besides=but_one)
    assert {each.what.split()[0] for each in claim.breaches} == {"late.direct"}
    every_one = {"x": LATE - {"otherToken"}, "y": ["otherToken"]}
    assert verdict_of(late.effects_first(besides=every_one)) is Verdict.PROVED


def test_only_what_is_fixed_can_be_trusted() -> None:
    with pytest.raises(LookupProblem, match="no immutable variable named 'x'"):
        code()[Sources.late].effects_first(trusting=["x"])
    with pytest.raises(LookupProblem, match="no storage variable named 'token'"):
        code()[Sources.late].effects_first(besides={"token": ["direct"]})


def test_who_calls_a_function() -> None:
    calls = code()[Sources.calls]
    assert verdict_of(calls.calls_only_in("mint", "first")) is Verdict.PROVED
    assert verdict_of(calls.calls_only_in("total", "first")) is Verdict.REFUTED
    assert verdict_of(calls.calls_only_in("burn", "first")) is Verdict.VACUOUS


def test_call_data_that_are_given_may_call_anything() -> None:
    arbitrary = code()[Sources.arbitrary]
    claim = arbitrary.calls_only_in("mint", "mint")
    assert [each.split(" (")[0] for each in claim.doubts] == ["call data decide what is called"]
    assert verdict_of(claim) is Verdict.INCOMPLETE
    assert verdict_of(arbitrary.calls_only_in("mint", "mint", "run")) is Verdict.PROVED
