"""Sums over mappings: the local axiom, and the chain over distinct keys."""

from __future__ import annotations

import pytest

from harness.symbolic.solve import Counterexample, Proved, Query, check
from harness.symbolic.terms import Function, Int, Sum, and_, const, int_var, same_key, word_var
from harness.symbolic.terms.choice import ite
from harness.symbolic.terms.compare import eq, ge, le, ne
from harness.symbolic.terms.linear import add, subtract, total

BALANCE = Function("balance", 1)
SUPPLY = int_var("supply", 0)


def transfer(sum_: Sum, sender: Int, receiver: Int, amount: Int) -> tuple[Sum, Int, Int]:
    """balance[sender] -= amount; balance[receiver] += amount, aliasing included."""
    sum_ = sum_.read((sender,), BALANCE(sender)).read((receiver,), BALANCE(receiver))
    old = BALANCE(sender)
    sum_ = sum_.store(old, subtract(old, amount))
    current = ite(eq(sender, receiver), subtract(old, amount), BALANCE(receiver))
    return sum_.store(current, add(current, amount)), old, add(current, amount)


def test_a_transfer_keeps_the_sum() -> None:
    a, b, amount = word_var("sa"), word_var("sb"), word_var("amount")
    sum_, _, _ = transfer(Sum.of(SUPPLY), a, b, amount)
    assert sum_.now is SUPPLY


def test_the_local_axiom_bounds_what_a_receiver_can_hold() -> None:
    a, b, amount = word_var("sa"), word_var("sb"), word_var("amount")
    sum_, old, received = transfer(Sum.of(SUPPLY), a, b, amount)
    facts = (*sum_.local(), le(amount, old), le(SUPPLY, const(2**256 - 1)))
    goal = le(received, const(2**256 - 1))
    assert isinstance(check(Query(facts, goal)), Counterexample)
    assert isinstance(check(Query((*facts, *sum_.chain()), goal), confirm=True), Proved)


def test_the_chain_counts_each_key_once() -> None:
    keys = [(word_var(f"k{i}"),) for i in range(3)]
    sum_ = Sum.of(SUPPLY)
    for key in keys:
        sum_ = sum_.read(key, BALANCE(*key))
    assert sum_.read(keys[0], BALANCE(*keys[0])) is sum_
    apart = and_(*(ne(keys[i][0], keys[j][0]) for i in range(3) for j in range(i)))
    held = total(BALANCE(*key) for key in keys)
    assert isinstance(check(Query((*sum_.chain(), apart), le(held, SUPPLY))), Proved)
    together = eq(keys[0][0], keys[1][0])
    goal = le(held, SUPPLY)
    assert isinstance(check(Query((*sum_.chain(), together), goal)), Counterexample)


def test_minting_moves_the_sum_by_what_was_minted() -> None:
    a, amount = word_var("sa"), word_var("amount")
    sum_ = Sum.of(SUPPLY).read((a,), BALANCE(a))
    sum_ = sum_.store(BALANCE(a), add(BALANCE(a), amount))
    assert sum_.now is add(SUPPLY, amount)
    goal = ge(sum_.now, add(BALANCE(a), amount))
    assert isinstance(check(Query(sum_.local(), goal)), Proved)


def test_keys_of_different_depth_are_refused() -> None:
    with pytest.raises(ValueError, match="1 and 2 parts"):
        same_key((word_var("sa"),), (word_var("sa"), word_var("sb")))
