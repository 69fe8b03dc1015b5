"""The exception tree: exit codes, messages, and errors that cross process boundaries."""

from __future__ import annotations

import pickle

import pytest

from harness import errors
from harness.errors import HarnessError, LookupProblem, UsageError


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("HarnessError", 5),
        ("UsageError", 2),
        ("CompileError", 2),
        ("LookupProblem", 2),
        ("EncodingError", 2),
        ("EnvironmentProblem", 2),
        ("InternalError", 5),
        ("DecodingError", 5),
    ],
)
def test_exit_codes(name: str, code: int) -> None:
    kind = getattr(errors, name)
    assert issubclass(kind, HarnessError)
    assert kind.exit_code == code
    assert name in (errors.__doc__ or "")


def test_message_says_what_where_and_what_to_do() -> None:
    error = UsageError("what", where="where", fix="fix")
    assert str(error) == "what\n  where: where\n  to do: fix"
    assert str(UsageError("what")) == "what"


def test_errors_survive_pickling() -> None:
    copy = pickle.loads(pickle.dumps(UsageError("what", where="where", fix="fix")))
    assert isinstance(copy, UsageError)
    assert (copy.what, copy.where, copy.fix) == ("what", "where", "fix")


def test_unknown_names_list_the_nearest_first() -> None:
    error = LookupProblem.unknown("thing", "bet", ["alpha", "zeta", "beta"], "here")
    assert error.fix == "use one of: beta, alpha, zeta"
    assert LookupProblem.unknown("thing", "x", [], "here").fix == "here has no thing at all"
    many = LookupProblem.unknown("thing", "x", [f"n{i:02}" for i in range(30)], "here")
    assert many.fix is not None
    assert many.fix.endswith("n19, ...")


def test_ambiguous_names_list_what_they_may_mean() -> None:
    error = LookupProblem.ambiguous("thing", "b", ["Z.b", "A.b"], "here")
    assert str(error) == "thing name 'b' is ambiguous\n  where: here\n  to do: use one of: A.b, Z.b"
