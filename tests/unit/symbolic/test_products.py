"""Queries without products: the laws of order are true, and what follows without follows with."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from harness.symbolic import order
from harness.symbolic.products import Products
from harness.symbolic.solve import Counterexample, Proved, Query, check
from harness.symbolic.terms import (
    Bool,
    Function,
    Int,
    and_,
    compare,
    const,
    imply,
    int_var,
    ite,
    not_,
    term_scope,
    word_var,
)
from harness.symbolic.terms.division import divide
from harness.symbolic.terms.linear import add, scale, shift, subtract
from harness.symbolic.terms.node import DIV, MUL, Term
from harness.symbolic.terms.product import multiply

ONE = 10**18


@pytest.fixture(autouse=True)
def scope() -> Iterator[None]:
    with term_scope():
        yield


def laws() -> list[Bool]:
    """Every law of any integers, with products that solvers know."""
    f, g, h = (int_var(name, None) for name in "fgh")
    numbers = (0, ONE, -3)
    found = [law(f, g, n, multiply) for n in numbers for law in (order.above, order.below)]
    return [*found, order.grows(h, f, g, multiply), order.equal(h, f, g, multiply)]


@pytest.mark.parametrize("number", range(8))
def test_both_solvers_prove_the_laws_of_order(number: int) -> None:
    assert check(Query((), laws()[number]), confirm=True) == Proved(("cvc5",))


def test_a_law_without_its_condition_is_refuted() -> None:
    f, g, h = (int_var(name, None) for name in "fgh")
    wrong = imply(compare.lt(f, g), compare.le(add(multiply(h, f), h), multiply(h, g)))
    assert isinstance(check(Query((), wrong)), Counterexample)


def plain(query: Query) -> bool:
    """Whether nothing is multiplied in a query, or divided by what is no constant."""
    stack: list[Term] = list(query.conditions())
    while stack:
        node = stack.pop()
        if node.op == MUL or (node.op == DIV and node.args[1].lo != node.args[1].hi):
            return False
        stack.extend(node.args)
    return True


def decided(known: tuple[Bool, ...], goal: Bool) -> bool:
    """Whether both solvers prove a query without its products."""
    weaker = Products().without(Query(known, goal), known)
    assert weaker is not None
    assert plain(weaker.query)
    answer = check(weaker.query, confirm=True)
    return isinstance(answer, Proved) and answer.confirmed_by == ("cvc5",)


def price(assets: Int, shares: Int) -> Int:
    """What all shares of a vault are worth, rounded down."""
    return divide(multiply(shares, shift(assets, 1)), shift(shares, 1))


def word_and(name: str) -> Int:
    return int_var(name, 0, 2**128)


FOLLOWS: dict[str, Callable[[Int, Int, Int, Int], tuple[tuple[Bool, ...], Bool]]] = {
    "a share grows": lambda a, b, c, d: (
        (compare.le(b, c),),
        compare.le(divide(multiply(a, b), const(ONE)), divide(multiply(a, c), const(ONE))),
    ),
    "a share is no more": lambda a, b, c, d: (
        (compare.le(b, const(ONE)),),
        compare.le(divide(multiply(a, b), const(ONE)), a),
    ),
    "all shares can be paid": lambda a, b, c, d: (
        (),
        compare.le(price(add(a, c), add(b, d)), add(a, c)),
    ),
    "parts add up": lambda a, b, c, d: (
        (),
        compare.eq(
            multiply(a, add(b, c)),
            add(multiply(a, b), multiply(c, a)),
        ),
    ),
    "equal factors": lambda a, b, c, d: (
        (compare.eq(a, c), compare.eq(b, d)),
        compare.eq(multiply(a, b), multiply(c, d)),
    ),
    "a choice that is settled": lambda a, b, c, d: (
        (compare.ge(a, const(5)),),
        compare.eq(multiply(ite(compare.ge(a, const(5)), b, c), d), multiply(b, d)),
    ),
    "a choice that is open": lambda a, b, c, d: (
        (compare.le(b, c),),
        compare.le(multiply(ite(compare.ge(a, const(5)), b, c), d), multiply(c, d)),
    ),
}


@pytest.mark.parametrize("name", FOLLOWS)
def test_what_follows_is_decided_without_products(name: str) -> None:
    known, goal = FOLLOWS[name](*(word_and(each) for each in "abcd"))
    assert decided(known, goal)


DOES_NOT: dict[str, Callable[[Int, Int, Int], tuple[tuple[Bool, ...], Bool]]] = {
    "a share is exact": lambda a, b, c: (
        (),
        compare.eq(scale(divide(multiply(a, b), const(ONE)), ONE), multiply(a, b)),
    ),
    "a share grows strictly": lambda a, b, c: (
        (compare.lt(b, c),),
        compare.lt(divide(multiply(a, b), const(ONE)), divide(multiply(a, c), const(ONE))),
    ),
    "signs do not matter": lambda a, b, c: (
        (compare.le(b, c),),
        compare.le(multiply(subtract(a, c), b), multiply(subtract(a, c), c)),
    ),
    "a price is never above": lambda a, b, c: (
        (),
        compare.le(divide(multiply(b, shift(a, 2)), shift(b, 1)), a),
    ),
}


@pytest.mark.parametrize("name", DOES_NOT)
def test_what_does_not_follow_is_not_decided(name: str) -> None:
    known, goal = DOES_NOT[name](*(word_and(each) for each in "abc"))
    assert not decided(known, goal)
    assert isinstance(check(Query(known, goal)), Counterexample)


def test_an_assumption_is_found_again_where_it_was_used() -> None:
    a, b, c = (word_and(each) for each in "abc")
    needed = compare.le(multiply(a, b), const(7))
    beside = compare.le(multiply(b, c), const(9))
    query = Query((needed, beside), compare.le(multiply(a, b), const(8)))
    weaker = Products().without(query)
    assert weaker is not None
    answer = check(weaker.query, confirm=True)
    assert isinstance(answer, Proved)
    assert answer.used is not None
    assert weaker.of(needed) in answer.used
    assert weaker.of(beside) not in answer.used


def test_laws_of_functions_are_kept_one_by_one_and_two_by_two() -> None:
    def grows(one: Int, other: Int) -> list[Bool]:
        return [imply(compare.le(one.args[0], other.args[0]), compare.le(one, other))]

    grown = Function(
        "grown", 1, None, None, None, lambda made: [compare.ge(made, made.args[0])], grows
    )
    x, y = word_var("x"), word_var("y")
    less = compare.le(x, y)
    assert decided((less,), compare.le(grown(x), grown(y)))
    assert decided((), compare.ge(grown(x), x))
    assert not decided((not_(less),), compare.le(grown(x), grown(y)))
    assert not decided((), and_(compare.ge(grown(x), shift(x, 1))))
