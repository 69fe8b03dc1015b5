"""Values in place of unknowns: what is known says as much as before."""

from __future__ import annotations

from harness.judges.explore.known import Known
from harness.symbolic.solve import Counterexample, Query, check
from harness.symbolic.terms import (
    FALSE,
    TRUE,
    Function,
    and_,
    compare,
    const,
    ite,
    product,
    term_scope,
    word_var,
)


def test_a_value_takes_the_place_of_an_unknown() -> None:
    with term_scope():
        x, y = word_var("x"), word_var("y")
        known = Known([compare.eq(x, const(7))])
        assert known.of(compare.eq(product.multiply(x, y), const(0))) is compare.eq(y, const(0))
        assert known.of(compare.eq(x, const(7))) is TRUE
        assert known.of(compare.eq(x, const(8))) is FALSE


def test_what_becomes_known_by_a_value_is_put_in_as_well() -> None:
    with term_scope():
        read = Function("balances", 1, 0, (1 << 256) - 1)
        x, y = word_var("x"), word_var("y")
        entry = compare.eq(read(const(3)), const(40))
        known = Known([compare.eq(read(x), y), entry, compare.eq(x, const(3))])
        assert known.of(compare.le(y, const(39))) is known.of(compare.le(read(x), const(39)))


def test_a_choice_takes_the_place_of_what_it_gives() -> None:
    with term_scope():
        read = Function("balances", 1, 0, (1 << 256) - 1)
        who = word_var("who")
        choice = ite(compare.eq(who, const(3)), const(40), const(0))
        known = Known([compare.eq(read(who), choice)])
        assert known.of(compare.le(read(who), const(40))) is TRUE


def test_contradictions_stay_contradictions() -> None:
    with term_scope():
        x = word_var("x")
        known = Known([compare.eq(x, const(7)), compare.eq(x, const(8))])
        assert and_(*known.conditions) is FALSE


def test_models_have_values_for_what_was_replaced() -> None:
    with term_scope():
        x, y = word_var("x"), word_var("y")
        conditions = [compare.eq(x, const(7)), compare.le(x, y)]
        answer = check(Query(Known(conditions).conditions, FALSE))
        assert isinstance(answer, Counterexample)
        assert answer.assignment.integers["x"] == 7
        assert answer.assignment.integers["y"] >= 7
