"""Queries of many conditions: few are given to the solvers, and the answer is that of all."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from harness.symbolic.solve import Counterexample, Proved, Query, check
from harness.symbolic.solve.checking import holds
from harness.symbolic.solve.growing import Growing
from harness.symbolic.terms import Bool, Int, compare, const, linear, term_scope, word_var
from harness.symbolic.terms.evaluate import Assignment

LENGTH = 100
"""More assumptions than are given at once."""


@pytest.fixture(autouse=True)
def scope() -> Iterator[None]:
    with term_scope():
        yield


def variable(number: int) -> Int:
    return word_var(f"x{number}", 64)


def chain(length: int) -> tuple[Bool, ...]:
    """Each of some numbers is less than the next one."""
    return tuple(compare.lt(variable(n), variable(n + 1)) for n in range(length))


def apart(count: int) -> tuple[Bool, ...]:
    """Conditions that speak of nothing else: each is violated where all numbers are 0."""
    return tuple(compare.gt(word_var(f"y{n}", 64), const(n)) for n in range(count))


def test_what_follows_from_all_of_a_chain_is_proved() -> None:
    goal = compare.ge(variable(LENGTH), const(LENGTH))
    answer = check(Query((*apart(LENGTH), *chain(LENGTH)), goal), confirm=True)
    assert isinstance(answer, Proved)
    assert answer.confirmed_by == ("cvc5",)


def test_a_proof_rests_on_what_was_given() -> None:
    goal = compare.ge(variable(2), const(2))
    answer = check(Query((*apart(LENGTH), *chain(2)), goal), confirm=True)
    assert isinstance(answer, Proved)
    assert answer.used is not None
    assert set(chain(2)) <= answer.used
    assert len(answer.used) < LENGTH


def test_a_counterexample_satisfies_every_condition() -> None:
    query = Query((*apart(LENGTH), *chain(LENGTH)), compare.gt(variable(LENGTH), const(LENGTH)))
    answer = check(query)
    assert isinstance(answer, Counterexample)
    assert holds(query.conditions(), answer.assignment)


def test_what_does_not_follow_by_one_is_not_proved() -> None:
    query = Query(chain(LENGTH), compare.ge(variable(LENGTH), const(LENGTH + 1)))
    assert isinstance(check(query, confirm=True), Counterexample)


def test_the_nearest_of_what_is_violated_is_given_first() -> None:
    far, near = apart(LENGTH), compare.gt(linear.add(variable(0), variable(1)), const(7))
    growing = Growing((*far, near, compare.lt(variable(0), const(5))))
    assert growing.grow(Assignment({}, {}, {}))
    assert near in growing.given
    assert len(growing.given) < LENGTH
    while growing.grow(Assignment({}, {}, {})):
        pass
    assert set(growing.given) == {*far, near, compare.lt(variable(0), const(5))}
