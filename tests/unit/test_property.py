"""Declaring properties: what is kept, and what a bad declaration is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from harness import (
    Address,
    Bounded,
    Number,
    System,
    Verdict,
    bound,
    invariant,
    refinement,
    rule,
    transition,
)
from harness.errors import UsageError
from harness.property import Kind, Property, Severity, unique


class Box(System):
    """A system that is never deployed."""


def good(w: Box, who: Address, id: Number) -> bool:
    """The box is
    shut.

    More about boxes.
    """
    return True


def around(before: Box, call: Any, after: Box) -> bool:
    """The box stays shut."""
    return True


def made(declared: Any) -> Property:
    assert isinstance(declared, Property)
    return declared


def test_what_a_declaration_keeps() -> None:
    each = made(invariant("BOX-1", severity="high", source="here", required=Verdict.FUZZED)(good))
    assert (each.id, each.kind, each.severity) == ("BOX-1", Kind.INVARIANT, Severity.HIGH)
    assert each.statement == "The box is shut."
    assert each.required is Verdict.FUZZED
    assert each.system is Box
    assert each.forall == (("who", Address), ("id", int))
    assert each.file == __file__
    assert each.code.startswith("def good(")
    assert each(None, 0, 0) is True


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (transition("BOX-1", severity="low", source="here"), Kind.TRANSITION),
        (rule("BOX-1", on="box.open", severity="low", source="here"), Kind.RULE),
    ],
)
def test_properties_of_calls(make: Callable[[Any], Any], kind: Kind) -> None:
    each = made(make(around))
    assert (each.kind, each.forall) == (kind, ())
    assert each.on == ("box.open" if kind is Kind.RULE else "")
    assert each.required is Verdict.PROVED


def no_docstring(w: Box) -> bool:
    return True


def blank_docstring(w: Box) -> bool:
    """ """
    return True


def no_annotation(w) -> bool:  # type: ignore[no-untyped-def]  # noqa: ANN001  (it is the test)
    """It says nothing of its world."""
    return True


def other_annotation(w: int) -> bool:
    """It speaks of a number."""
    return True


def no_parameter() -> bool:
    """It speaks of nothing."""
    return True


def too_few(before: Box, call: Any) -> bool:
    """It lacks a state."""
    return True


def no_domain(w: Box, who) -> bool:  # type: ignore[no-untyped-def]  # noqa: ANN001  (as above)
    """For all of what?"""
    return True


def odd_domain(w: Box, who: str) -> bool:
    """For all strings."""
    return True


def unknown_name(w: Bax) -> bool:  # type: ignore[name-defined]  # noqa: F821  (as above)
    """Its annotation is not defined."""
    return True


STATE = invariant("BOX-1", severity="low", source="here")
CALLS = transition("BOX-1", severity="low", source="here")


@pytest.mark.parametrize(
    ("make", "body", "what", "fix"),
    [
        (STATE, no_docstring, "a property needs a docstring: it is its statement", "in one"),
        (STATE, blank_docstring, "a property needs a docstring: it is its statement", "in one"),
        (STATE, no_annotation, "the first parameter, 'w', must be annotated", "w: YourSystem"),
        (STATE, other_annotation, "the first parameter, 'w', must be annotated", "YourSystem"),
        (STATE, no_parameter, "an invariant takes (w), not ()", None),
        (CALLS, too_few, "a transition takes (before, call, after), not (before, call)", None),
        (STATE, no_domain, "the parameter 'who' is for all values of what?", "who: Address or"),
        (STATE, odd_domain, "the parameter 'who' is for all values of what?", "who: Number"),
        (STATE, unknown_name, "name 'Bax' is not defined", "import that name"),
    ],
)
def test_a_bad_function(make: Callable[[Any], Any], body: Any, what: str, fix: str | None) -> None:
    with pytest.raises(UsageError) as wrong:
        make(body)
    assert what in wrong.value.what
    line = body.__code__.co_firstlineno
    assert wrong.value.where == f"property 'BOX-1' ({__file__}:{line})"
    if fix is not None:
        assert fix in str(wrong.value.fix)


@pytest.mark.parametrize("make", [invariant, transition, bound, refinement])
@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"id": " "}, "' ' is no id of a property"),
        ({"id": "BOX 1"}, "use one word"),
        ({"severity": "grave"}, "no severity named 'grave'"),
        ({"severity": "High"}, "use one of: critical, high, medium, low"),
        ({"source": " "}, "a property needs a source"),
    ],
)
def test_bad_words(make: Any, given: dict[str, str], expected: str) -> None:
    """They are told at the decorator, before there is a function."""
    with pytest.raises(UsageError) as wrong:
        make(**{"id": "BOX-1", "severity": "low", "source": "here", **given})
    assert expected in str(wrong.value)


@pytest.mark.parametrize("on", ["", "open", "box.", ".open", "box.open.lid"])
def test_a_rule_names_a_function(on: str) -> None:
    with pytest.raises(UsageError, match="a rule is about one function"):
        rule("BOX-1", on=on, severity="low", source="here")


def test_an_id_is_used_once() -> None:
    one, other = (made(STATE(body)) for body in (good, odd_one))
    assert unique([one, one]) == [one]
    with pytest.raises(UsageError, match="two properties have the id 'BOX-1'") as wrong:
        unique([one, other])
    assert str(wrong.value.where) == f"{__file__}:{one.line} and {__file__}:{other.line}"


def odd_one(w: Box) -> bool:
    """Another one."""
    return True


@pytest.mark.parametrize(
    ("value", "limit", "holds"), [(0, 0, True), (5, 5, True), (-5, 5, True), (6, 5, False)]
)
def test_bounded(value: int, limit: int, holds: bool) -> None:
    assert Bounded(value, limit).holds is holds
