"""The limit that a property states, for ``harness explain`` and the catalogue."""

from __future__ import annotations

from harness.property import Property, invariant
from harness.report.limits import Limit, limit_of
from harness.system import System


def made(text: str) -> Property:
    def body(w: System) -> bool:
        return True

    body.__doc__ = text
    # The module postpones annotations, and a local name would not be found again.
    body.__annotations__["w"] = System
    each = invariant("X-1", severity="low", source="test")(body)
    assert isinstance(each, Property)
    return each


def test_the_formula_and_its_numbers_are_read() -> None:
    each = made("Small.\n\n    More.\n\n    Limit: 2 * k\n    Real parameters: 104 wei\n    ")
    assert limit_of(each) == Limit("2 * k", "104 wei")
    assert each.statement == "Small."


def test_a_property_without_a_limit_has_none() -> None:
    assert limit_of(made("No Limit: here, as the line begins otherwise.")) is None
