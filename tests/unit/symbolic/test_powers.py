"""Powers with any exponent: what solvers are told of them follows from how they are defined."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.symbolic.explore import explore
from harness.symbolic.products import Products
from harness.symbolic.solve import Counterexample, Proved, Query, check, check_in_reals
from harness.symbolic.solve.query import Limits
from harness.symbolic.terms import (
    TRUE,
    Assignment,
    Bool,
    Int,
    compare,
    const,
    evaluate,
    int_var,
    term_scope,
)
from harness.symbolic.terms.functions import NotEvaluated
from harness.symbolic.terms.linear import add, scale, shift
from harness.symbolic.terms.powers import POWER, doubled, next_power, ordered, power, small
from harness.symbolic.terms.product import multiply
from harness.symbolic.values import SymInt

BASES = st.integers(-3, 5)
EXPONENTS = st.integers(-2, 9)


@pytest.fixture(autouse=True)
def scope() -> Iterator[None]:
    with term_scope():
        yield


def follows(known: tuple[Bool, ...], goal: Bool) -> bool:
    """Whether both solvers prove a goal over the reals."""
    answer = check_in_reals(Query(known, goal), Limits(seconds=2))
    return isinstance(answer, Proved) and bool(answer.confirmed_by)


def variables(*names: str) -> list[Int]:
    return [int_var(name) for name in names]


# By induction from b ** 0 == 1 and b ** (n + 1) == b * b ** n, at n and what comes after it


def test_a_doubled_exponent_squares_the_base() -> None:
    b, half, value, of_square = variables("b", "half", "value", "of_square")
    assert follows((), doubled(b, const(0), const(1), const(1)))
    two_more = multiply(b, multiply(b, value))
    next_square = multiply(multiply(b, b), of_square)
    known = (compare.ge(half, const(0)), doubled(b, half, value, of_square))
    assert follows(known, doubled(b, shift(half, 1), two_more, next_square))
    assert not follows(known, doubled(b, shift(half, 1), multiply(b, value), next_square))


def test_a_power_from_1_on_grows_with_its_exponent() -> None:
    b, n, more, value, m = variables("b", "n", "more", "value", "m")
    known = (compare.ge(b, const(1)), compare.ge(value, const(1)), compare.le(value, more))
    # From n on, one more at a time: what was no less stays so.
    assert follows(known, compare.le(value, multiply(b, more)))
    assert follows((*known, ordered(b, m, value, n, more)), ordered(b, m, value, n, more))
    assert not follows(known[1:], compare.le(value, multiply(b, more)))


def test_a_power_from_1_on_is_no_less_than_1() -> None:
    b, n, value = variables("b", "n", "value")
    for claim in small(b, shift(n, 1), multiply(b, value)):
        assert follows((compare.ge(n, const(0)), *small(b, n, value)), claim), (
            f"{claim!r} does not follow"
        )


# On numbers


@given(BASES, EXPONENTS, EXPONENTS)
@settings(max_examples=200, deadline=None)
def test_all_that_is_told_is_true_of_numbers(base: int, one: int, other: int) -> None:
    with term_scope():
        b, n, m = int_var("b"), int_var("n"), int_var("m")
        values = Assignment({"b": base, "n": one, "m": other})
        applied = [POWER(b, exponent) for exponent in (n, m, scale(n, 2), add(n, m))]
        told = [law for each in applied for law in POWER.laws(each)]  # type: ignore[misc]
        for first in applied:
            told += [law for each in applied for law in POWER.pairs(first, each)]  # type: ignore[misc]
        assert all(evaluate(law, values) for law in told)
        assert evaluate(applied[0], values) == base ** max(one, 0)


def test_a_power_is_told_to_solvers_with_its_laws() -> None:
    b, n = int_var("b", 1), int_var("n", 0)

    def told(goal: Bool) -> object:
        asked = Query((), goal)
        weaker = Products().without(asked)
        assert weaker is not None
        return check(weaker.query, confirm=True)

    assert isinstance(told(compare.ge(power(b, n), const(1))), Proved)
    step = compare.eq(power(b, shift(n, 1)), multiply(b, power(b, n)))
    assert isinstance(told(step), Proved)
    wrong = compare.eq(power(b, shift(n, 1)), power(b, n))
    assert isinstance(check(Query((), wrong)), Counterexample)


def test_a_next_power_is_one_of_the_same_base() -> None:
    b, c, n = int_var("b", 1), int_var("c", 1), int_var("n", 0)
    one, other = POWER(b, n), POWER(c, shift(n, 1))
    assert POWER.pairs is not None
    assert POWER.pairs(one, other) == []
    assert next_power(b, n, one, shift(n, 2), other) is TRUE


# What authors write


def test_authors_write_powers_with_python() -> None:
    b, n = int_var("b", 1), int_var("n", 0)
    (path,) = explore(lambda: SymInt(b) ** SymInt(n))
    assert path.result is not None
    assert path.result.term is power(b, n)
    (path,) = explore(lambda: 7 ** SymInt(n))
    assert path.result is not None
    assert path.result.term is power(const(7), n)
    assert power(const(7), const(3)) is const(343)
    assert power(b, const(0)) is const(1)


def test_a_negative_exponent_is_refused_where_there_may_be_one() -> None:
    b, n = int_var("b", 1), int_var("n")
    paths = explore(lambda: SymInt(b) ** SymInt(n), catch=(ValueError,))
    assert [type(path.error) for path in paths] == [ValueError, type(None)]


def test_a_power_of_millions_of_bits_is_not_worked_out() -> None:
    with pytest.raises(NotEvaluated, match="a power of more than"):
        evaluate(power(const(10**18), const(10**6)), Assignment())
