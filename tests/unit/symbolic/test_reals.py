"""Queries over the reals: what they prove is true of whole numbers, by both solvers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.symbolic.solve import Proved, Query, Unknown, check_in_reals, z3_solver
from harness.symbolic.solve.query import Limits
from harness.symbolic.solve.reals import Relaxed
from harness.symbolic.terms import (
    FALSE,
    Assignment,
    Bool,
    Int,
    and_,
    compare,
    const,
    evaluate,
    int_var,
    ite,
    not_,
    or_,
    slice_bits,
    term_scope,
)
from harness.symbolic.terms.division import divide, modulo
from harness.symbolic.terms.linear import add, scale, shift, subtract
from harness.symbolic.terms.product import multiply

SOON = Limits(seconds=1)


@pytest.fixture(autouse=True)
def scope() -> Iterator[None]:
    with term_scope():
        yield


def is_proved(known: tuple[Bool, ...], goal: Bool) -> bool:
    answer = check_in_reals(Query(known, goal), SOON)
    return isinstance(answer, Proved) and bool(answer.confirmed_by)


def test_polynomials_are_decided() -> None:
    x, y, z = int_var("x", 0), int_var("y", 0), int_var("z", 0)
    known = (compare.le(x, y), compare.le(y, z))
    assert is_proved(known, compare.le(multiply(x, x), multiply(y, z)))
    assert not is_proved(known, compare.le(multiply(y, y), multiply(x, z)))


def test_each_part_of_a_goal_must_follow() -> None:
    x, y = int_var("x", 0), int_var("y", 0)
    square = compare.ge(multiply(x, x), x)
    known = (compare.ge(x, const(1)), compare.ge(y, const(1)))
    assert is_proved(known, and_(square, compare.ge(multiply(y, y), y)))
    assert not is_proved(known[:1], and_(square, compare.ge(multiply(y, y), shift(y, 1))))


def test_what_is_true_of_whole_numbers_alone_is_left_open() -> None:
    x = int_var("x", 0, 9)
    square = multiply(x, x)
    assert not is_proved((), not_(compare.eq(square, const(2))))


def test_whole_numbers_that_differ_do_so_by_a_unit() -> None:
    x, y = int_var("x", 0, 1), int_var("y", 1)
    known = (not_(compare.eq(x, const(0))),)
    assert is_proved(known, compare.ge(multiply(x, y), y))


def test_a_quotient_is_rounded_down() -> None:
    x, y = int_var("x", 0), int_var("y", 0)
    product = multiply(x, y)
    back = scale(divide(product, const(10)), 10)
    assert is_proved((), and_(compare.le(back, product), compare.ge(back, shift(product, -9))))
    assert not is_proved((), compare.ge(back, shift(product, -8)))


def test_a_proof_by_one_solver_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    x = int_var("x", 1)
    square = compare.ge(multiply(x, x), x)
    assert is_proved((), square)

    def silent(*_: Any) -> tuple[str, str]:
        return "unknown", "it says nothing"

    monkeypatch.setattr("harness.symbolic.solve.cvc5_solver.ask", silent)
    answer = check_in_reals(Query((), square), SOON)
    assert answer == Proved((), "it says nothing")


def test_one_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    def hanging(*_: Any) -> tuple[str, str]:
        while True:
            pass

    monkeypatch.setattr("harness.symbolic.solve.cvc5_solver.ask", hanging)
    monkeypatch.setattr(Limits, "milliseconds", 50)
    x = int_var("x", 1)
    answer = check_in_reals(Query((), compare.ge(multiply(x, x), x)), SOON)
    assert answer == Proved((), "cvc5: no answer in time")


def test_what_does_not_follow_is_unknown_and_no_counterexample() -> None:
    x = int_var("x", 0)
    answer = check_in_reals(Query((), compare.gt(multiply(x, x), x)), SOON)
    assert answer == Unknown("over the reals it does not follow")
    assert isinstance(check_in_reals(Query((), FALSE), SOON), Unknown)


# No more is told than is true


@st.composite
def integers(draw: st.DrawFn, unknowns: tuple[Int, ...], depth: int = 3) -> Int:
    """A term over some unknowns."""
    if depth == 0 or draw(st.booleans()):
        return draw(st.sampled_from([*unknowns, const(draw(st.integers(-3, 3)))]))
    a = draw(integers(unknowns, depth - 1))
    b = draw(integers(unknowns, depth - 1))
    kind = draw(st.integers(0, 6))
    if kind < 2:
        return add(a, b) if kind else subtract(a, b)
    if kind == 2:
        return multiply(a, b)
    if kind == 3:
        return divide(a, const(draw(st.integers(1, 4))))
    if kind == 4:
        return modulo(a, const(draw(st.integers(1, 4))))
    if kind == 5:
        width = draw(st.one_of(st.none(), st.integers(1, 3)))
        return slice_bits(a, draw(st.integers(0, 2)), width)
    return ite(compare.le(a, b), b, a)


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_what_numbers_satisfy_is_never_excluded(data: st.DataObject) -> None:
    with term_scope():
        unknowns = tuple(int_var(name, -5, 9) for name in "xyz")
        values = Assignment({name: data.draw(st.integers(-5, 9)) for name in "xyz"})
        conditions = []
        for _ in range(3):
            one, other = (data.draw(integers(unknowns)) for _ in range(2))
            way = data.draw(st.sampled_from((compare.le, compare.eq, compare.lt)))
            made = way(one, other)
            conditions.append(made if evaluate(made, values) else not_(made))
        pinned = [
            compare.eq(each, const(value))
            for each, value in zip(unknowns, values.integers.values(), strict=True)
        ]
        for told in (conditions, [or_(*conditions)], [*conditions, *pinned]):
            text = Relaxed(told).text()
            assert z3_solver.ask(text, SOON, logic="QF_NRA").status != "unsat"
