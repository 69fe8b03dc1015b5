"""Models that are at hand: tried on the next query before a solver is asked."""

from __future__ import annotations

from harness.symbolic.solve import Models
from harness.symbolic.terms import Function, bool_var, compare, const, int_var, not_
from harness.symbolic.terms.evaluate import Assignment

x, y = int_var("x", 0, 100), int_var("y", 7, 100)
held = Function("held", 1, 3, 100)


def test_a_model_is_found_for_what_it_satisfies_and_for_nothing_else() -> None:
    models = Models()
    assert models.satisfying([compare.ge(x, const(5))]) is None
    models.add(Assignment({"x": 5}))
    found = models.satisfying([compare.ge(x, const(5))])
    assert found is not None
    assert found.integers["x"] == 5
    assert models.satisfying([compare.ge(x, const(6))]) is None


def test_what_a_model_leaves_open_is_as_near_to_zero_as_it_may_be() -> None:
    models = Models()
    models.add(Assignment({"x": 5}))
    assert models.satisfying([compare.eq(y, const(7)), not_(bool_var("happens"))]) is not None
    assert models.satisfying([compare.eq(held(x), const(3))]) is not None
    assert models.satisfying([compare.eq(y, const(0))]) is None
    assert models.satisfying([compare.eq(held(x), const(4))]) is None


def test_the_latest_model_is_tried_first() -> None:
    models = Models()
    for value in (5, 6):
        models.add(Assignment({"x": value}))
    found = models.satisfying([compare.ge(x, const(5))])
    assert found is not None
    assert found.integers["x"] == 6
