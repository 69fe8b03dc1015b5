"""Symbolic worlds: what a property reads there, and what it is refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from harness.address import Address
from harness.chain.deployment import deploy_world
from harness.judges.prove.cases import cases_of, claim
from harness.judges.prove.endings import Ending, Executor
from harness.judges.prove.units import OTHER, units_of
from harness.property import Kind, Property, Severity
from harness.symbolic.explore import explore
from harness.symbolic.machine import Data, Setting, UnknownCode, Unsupported
from harness.symbolic.solve import Counterexample, Proved, Query, check
from harness.symbolic.terms import FALSE, TRUE, Bool, int_var, term_scope, word_var
from harness.symbolic.values import SymBool, SymInt, bool_term
from harness.symbolic.world import DeployedWorld, InitialValues, SymBytes, SymFlag, SymText
from harness.verdict import Verdict
from harness.world import Every, Key, MessageKind, MessageStatus, Place
from tests.judges.prove.bank import compiled, target

BALANCES = Place("token", "balanceOf")


@pytest.fixture(autouse=True)
def scope() -> Iterator[None]:
    """Terms of one test only."""
    with term_scope():
        yield


def ending(unit: str) -> Ending:
    """The first successful end of a unit of the bank."""
    world = deploy_world(compiled())
    setting = Setting.of_world(world, "l1", UnknownCode.HAVOC)
    executor = Executor(compiled(), {"l1": setting}, world.initially())
    ends = executor.run(units_of(compiled())[unit])
    return next(each for each in ends.endings if each.succeeded)


def follows(end: Ending, goal: Any, *, chains: bool = False) -> bool:
    """Whether a condition holds at an end, by what is known of paths and ghosts alone."""
    facts = (*end.conditions, *end.ledger.facts(chains=chains))
    answer = check(Query(facts, bool_term(goal)), confirm=True)
    assert isinstance(answer, Proved | Counterexample)
    return isinstance(answer, Proved)


def test_storage_before_and_after_a_call() -> None:
    end = ending("token.approve(address,uint256)")
    assert end.call is not None
    spender = end.call.args.spender
    place = Place("token", "allowance", (Key(end.call.sender), Key(spender)))
    assert end.after.load(place).term is end.call.args.amount.term
    assert end.before.load(place).term is not end.call.args.amount.term
    other = Place("token", "allowance", (Key(SymInt(word_var("x", 160))), Key(spender)))
    same = end.before.load(other) == end.after.load(other)
    assert not follows(end, same)
    kept = bool_term(same)
    assert follows(end, SymBool(kept) | (SymInt(word_var("x", 160)) == end.call.sender))


def test_a_sum_moves_with_its_entries_and_bounds_them() -> None:
    end = ending("token.burn(uint256)")
    assert end.call is not None
    every = BALANCES.then(Every.EVERY)
    before, after = end.before.total(every), end.after.total(every)
    assert follows(end, before - after == end.call.args.amount)
    mine = end.before.load(BALANCES.then(Key(end.call.sender)))
    assert follows(end, mine <= before)
    yours = end.before.load(BALANCES.then(Key(SymInt(word_var("you", 160)))))
    both = (SymInt(word_var("you", 160)) == end.call.sender) | (mine + yours <= before)
    assert not follows(end, both)
    assert follows(end, both, chains=True)


def test_a_sum_under_a_fixed_key() -> None:
    end = ending("token.approve(address,uint256)")
    assert end.call is not None
    mine = Place("token", "allowance", (Key(end.call.sender), Every.EVERY))
    entry = Place("token", "allowance", (Key(end.call.sender), Key(end.call.args.spender)))
    was, now = end.before.total(mine), end.after.total(mine)
    assert follows(end, now - was == end.call.args.amount - end.before.load(entry))
    assert follows(end, end.before.load(entry) <= was)
    stranger = Place("token", "allowance", (Key(Address(7)), Every.EVERY))
    unmoved = end.after.total(stranger) == end.before.total(stranger)
    assert follows(end, unmoved | (end.call.sender == 7))
    assert not follows(end, unmoved)


def test_totals_over_events_count_what_was_logged() -> None:
    end = ending("token.mint(address,uint256)")
    assert end.call is not None
    count = end.after.events("token", "Minted", "") - end.before.events("token", "Minted", "")
    assert count == 1
    moved = end.after.events("token", "Minted", "amount")
    assert follows(end, moved - end.before.events("token", "Minted", "amount") >= 0)
    assert follows(end, moved >= end.call.args.amount)
    same = end.after.events("token", "Transfer", "") - end.before.events("token", "Transfer", "")
    assert same == 0


def test_unknown_code_can_add_events_and_cannot_take_any_back() -> None:
    end = next(e for e in endings_of("vault.forward(address)") if e.middles)
    grown = end.after.events("token", "Minted", "amount") >= end.before.events(
        "token", "Minted", "amount"
    )
    assert follows(end, grown)
    total = Place("vault", "total")
    assert not follows(end, end.after.load(total) == end.before.load(total))


def endings_of(unit: str) -> tuple[Ending, ...]:
    world = deploy_world(compiled())
    setting = Setting.of_world(world, "l1", UnknownCode.HAVOC)
    return (
        Executor(compiled(), {"l1": setting}, world.initially())
        .run(units_of(compiled())[unit])
        .endings
    )


def test_a_view_function_is_executed_in_the_state_that_is_asked() -> None:
    end = ending("token.burn(uint256)")
    assert end.call is not None
    [path] = explore(lambda: end.after.view("token", "balanceOf", [end.call.sender]))  # type: ignore[union-attr]
    assert path.result is not None
    held = end.after.load(BALANCES.then(Key(end.call.sender)))
    assert follows(end, path.result == held)


def test_ether_follows_the_call() -> None:
    end = ending("vault.forward(address)")
    assert end.call is not None
    sent = end.before.ether("l1", end.call.sender) - end.after.ether("l1", end.call.sender)
    assert follows(end, (sent == end.call.value) | (end.call.args.to == end.call.sender))


def test_messages_are_refused_by_name() -> None:
    kind = MessageKind("up", "vault", "deposit")
    with pytest.raises(Unsupported, match="a system without transports sends no messages"):
        ending("token.burn(uint256)").before.message_total(kind, MessageStatus.LOST, "amount")


def test_call_data_that_no_function_takes_is_tried_too() -> None:
    assert f"token.{OTHER}" in units_of(compiled())
    assert not [each for each in endings_of("token.*") if each.succeeded]


def test_the_deployed_state_under_every_key() -> None:
    world = deploy_world(compiled())
    who = word_var("who", 160)
    held = DeployedWorld(world).load(BALANCES.then(Key(SymInt(who))))
    alice = compiled().address("alice")
    vault = compiled().address("vault")
    zero = (held == 0) | (SymInt(who) == alice) | (SymInt(who) == vault)
    assert isinstance(check(Query((), bool_term(zero))), Proved)
    assert isinstance(check(Query((), bool_term((SymInt(who) != alice) | (held == 900)))), Proved)
    with pytest.raises(Unsupported, match="under a key that is symbolic"):
        InitialValues(world.initially()).load(BALANCES.then(Key(SymInt(who))))


def test_flags_and_bytes_compare_as_python_ones_do() -> None:
    flag = SymFlag(bool_term(SymInt(int_var("n")) == 1))
    assert follows_alone((flag == 1) == flag)
    assert follows_alone((flag == 0) == ~flag)
    assert bool_term(flag == 2) is FALSE
    assert bool_term(flag != 2) is TRUE
    word = SymBytes(word_var("w"), 32)
    assert (word == b"short") is False
    assert isinstance(word == bytes(32), SymBool)
    assert follows_alone((word != bytes(32)) == ~(word == bytes(32)))
    assert len(word) == 32
    with pytest.raises(TypeError):
        hash(word)
    text = SymText(Data.of_words(word_var("t")))
    for look in (len, bool, lambda t: t == b"", lambda t: t[0]):
        with pytest.raises(Unsupported):
            look(text)


def follows_alone(condition: Any) -> bool:
    return isinstance(check(Query((), bool_term(condition)), confirm=True), Proved)


def test_cases_leave_nothing_out() -> None:
    number = SymInt(int_var("n"))

    def body(w: Any) -> Any:
        if number > 10:
            return None
        return number // (number - 5) >= 0 if number > 2 else number < 3

    each = Property(
        "X", Kind.INVARIANT, "x", Severity.LOW, "test", Verdict.PROVED, body, "", target().system
    )
    cases = cases_of(each, (None,))
    either = [each.condition for each in cases]
    assert follows_alone(SymBool(disjunction(either)))
    assert [case.says is None for case in cases].count(True) == 1
    assert [case.says is FALSE for case in cases].count(True) == 1  # where it raises
    goal = claim(cases)
    assert isinstance(check(Query((bool_term(number == 5),), goal)), Counterexample)
    assert isinstance(check(Query((bool_term(number == 11),), goal)), Proved)


def disjunction(conditions: list[Bool]) -> Bool:
    from harness.symbolic.terms import or_

    return or_(*conditions)
