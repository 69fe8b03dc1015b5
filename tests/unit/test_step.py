"""Steps as JSON: whatever a step holds comes back, and what is no step is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.address import Address
from harness.errors import UsageError
from harness.step import CallStep, ClockStep, RelayStep, Step, step_from_json, step_to_json

VALUES = st.recursive(
    st.one_of(
        st.booleans(),
        st.integers(-(2**255), 2**256 - 1),
        st.sampled_from((2**53 - 1, 2**53, -(2**53), -(2**53) + 1)),
        st.binary(max_size=40),
        st.text(max_size=10),
    ),
    lambda inner: st.lists(inner, max_size=3).map(tuple),
    max_leaves=8,
)
STEPS = st.one_of(
    st.builds(
        CallStep,
        st.text(max_size=5),
        st.text(max_size=5),
        st.text(max_size=5),
        st.lists(VALUES, max_size=4).map(tuple),
        st.integers(0, 2**256 - 1),
    ),
    st.builds(RelayStep, st.text(max_size=5), st.integers(0), st.text(max_size=5), st.text()),
    st.builds(ClockStep, st.integers(0), st.integers(0)),
)


@given(STEPS)
def test_a_step_survives_json(step: Step) -> None:
    again = step_from_json(json.loads(json.dumps(step_to_json(step))))
    assert again == step
    # True == 1 and (0,) == (False,) in Python, but not in the ABI.
    assert repr(again) == repr(step)


def test_numbers_that_javascript_cannot_hold_are_strings() -> None:
    step = CallStep("alice", "box", "f", (2**53, 2**53 - 1, b"\x01", Address(5)), 10**18)
    assert step_to_json(step) == {
        "kind": "call",
        "sender": "alice",
        "contract": "box",
        "function": "f",
        "args": [{"int": str(2**53)}, 2**53 - 1, {"bytes": "0x01"}, 5],
        "value": {"int": str(10**18)},
    }


@pytest.mark.parametrize(
    "raw",
    [
        {},
        {"kind": "jump"},
        {"kind": "clock", "blocks": 1},
        {"kind": "clock", "blocks": {"int": "many"}, "lag": 0},
        {"kind": "call", "sender": "a", "contract": "b", "function": "c", "args": {}, "value": 0},
        {"kind": ["call"]},
        "clock",
    ],
)
def test_what_is_no_step(raw: Any) -> None:
    with pytest.raises(UsageError, match="this is not a step of a witness"):
        step_from_json(raw)
