"""Evaluating properties: what is said, what is not, for whom, and whose fault an error is."""

from __future__ import annotations

from typing import Any

import pytest

from harness import Address, Bounded, CallStep, CallView, Number, bound, invariant, rule, transition
from harness.chain.deployment import deploy_world
from harness.chain.world import ConcreteWorld
from harness.errors import InternalError
from harness.judges.evaluate import Checker, PropertyFault, Scope, Violation
from harness.property import Property
from tests.judges.toy import LeakyVault, Vault, as_property, compiled, deposit, withdraw


def declared(make: Any, body: Any, **more: Any) -> Property:
    return as_property(make("P-1", severity="low", source="test", **more)(body))


def checked(
    each: Property, *steps: CallStep, system: Any = Vault
) -> tuple[Checker, list[Violation]]:
    """Make steps; everything that a property finds in and around them."""
    world, checker = deploy_world(compiled(system)), Checker([each])
    found: list[Violation] = []
    world.observers.append(lambda executed: found.extend(checker.call(world, executed, 0)))
    for step in steps:
        world.run(step)
        found.extend(checker.state(world))
    return checker, found


def test_none_says_nothing_and_is_counted_as_such() -> None:
    def only_when_rich(w: Vault) -> Any:
        """Rich vaults are even."""
        total = w.vault.state.total
        return None if total < 10 else total % 2 == 0

    steps = (deposit(3), deposit(9), deposit(1))
    checker, found = checked(declared(invariant, only_when_rich), *steps)
    assert (checker.evaluated, checker.spoke) == ({"P-1": 3}, {"P-1": 2})
    (violation,) = found
    assert [(r.name, r.value) for r in violation.readings] == [("w.vault.state.total", 13)]


def test_transitions_see_successes_and_rules_see_their_function_only() -> None:
    seen: list[tuple[str, Any, int, int]] = []

    def watch(before: Vault, call: CallView, after: Vault) -> Any:
        """It is called."""
        amounts = (before.vault.state.total, after.vault.state.total)
        seen.append((call.function, call.succeeded, *amounts))
        return True

    steps = (deposit(5), withdraw(9), withdraw(2))
    checked(declared(transition, watch), *steps)
    assert seen == [("deposit", True, 0, 5), ("withdraw", True, 5, 3)]
    seen.clear()
    checked(declared(rule, watch, on="vault.withdraw"), *steps)
    assert seen == [("withdraw", False, 5, 5), ("withdraw", True, 5, 3)]


@pytest.mark.parametrize(("value", "limit", "holds"), [(3, 3, True), (-3, 3, True), (-4, 3, False)])
def test_bounds_limit_the_magnitude(value: int, limit: int, holds: bool) -> None:
    def within(w: Vault) -> Bounded:
        """The error is small."""
        return Bounded(value, limit)

    _, found = checked(declared(bound, within), deposit(1))
    assert (found == []) is holds


def test_for_all_values_are_those_of_the_scope() -> None:
    tried: list[tuple[Any, int]] = []

    def poor(w: Vault, who: Address, number: Number) -> bool:
        """Nobody has much."""
        tried.append((who, number))
        return bool(w.vault.state.deposits[who] < 5)

    world, each = deploy_world(compiled(Vault)), declared(invariant, poor)
    world.run(deposit(7, "bob"))
    alice, bob = Vault.alice.address, Vault.bob.address
    checker = Checker([each])
    assert checker.state(world, Scope((), ())) == []
    assert tried == []
    assert checker.state(world, Scope((alice,), (0, 1))) == []
    assert tried == [(alice, 0), (alice, 1)]
    (violation,) = checker.state(world)
    assert violation.forall == (("who", bob), ("number", 0))
    assert {who for who, _ in tried} == {alice, bob}


def test_the_scope_of_a_call_is_whom_it_touches() -> None:
    world = deploy_world(compiled(Vault))
    executed = world.run(deposit(7, "bob")).transactions[0]
    assert Scope.touched(world, executed) == Scope((Vault.bob.address,), (0,))
    whole = Scope.whole(world)
    everybody = {Vault.alice.address, Vault.bob.address, Vault.vault.address, Address(0)}
    assert (set(whole.addresses), whole.numbers) == (everybody, (0,))
    assert Scope((1,), (2,)) | Scope((1, 3), ()) == Scope((1, 3), (2,))  # type: ignore[arg-type]


def test_two_answers_for_one_state_are_an_internal_error() -> None:
    answers = iter((False, True))

    def fickle(w: Vault) -> bool:
        """It depends."""
        return next(answers)

    with pytest.raises(InternalError, match="P-1 gave two answers for one state"):
        checked(declared(invariant, fickle), deposit(1))


def raises(w: Vault) -> Any:
    """It divides by zero."""
    return 1 // (w.vault.state.total - 5) > 0


def misspelt(w: Vault) -> Any:
    """It has a typo."""
    return w.vault.state.totl == 0


def views_revert(w: Vault) -> Any:
    """It calls what is no view."""
    return w.vault.withdraw(5)


def wordy(w: Vault) -> Any:
    """It answers with words."""
    return "yes"


def numeric(w: Vault) -> Any:
    """It answers with a number."""
    return w.vault.state.total


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (raises, ["P-1 raises ZeroDivisionError", "w.vault.state.total - 5", "return None"]),
        (misspelt, ["no state variable named 'totl'", "totl == 0", "use one of: total"]),
        (views_revert, ["vault.withdraw is not a view function", "w.vault.withdraw(5)"]),
        (wordy, ["P-1 returns 'yes', which is neither True, False nor None"]),
        (numeric, ["P-1 returns 5, which is neither", "compare with something"]),
    ],
)
def test_a_fault_names_the_authors_line(body: Any, expected: list[str]) -> None:
    with pytest.raises(PropertyFault) as fault:
        checked(declared(invariant, body), deposit(5))
    assert fault.value.property_id == "P-1"
    assert str(fault.value.where).startswith(f"{__file__}:")
    for part in expected:
        assert part in str(fault.value)


def test_past_and_initial_states_are_those_of_the_time() -> None:
    seen: list[tuple[Any, ...]] = []

    def look(before: Vault, call: CallView, after: Vault, who: Address) -> Any:
        """It looks at everything there is to see before and after."""
        if who != call.sender:
            return None
        for w in (before.initially, before, after):
            values = [w.vault.state.total, w.vault.state.deposits.total, w.vault.ether]
            seen.append((*values, w.put_in.total, w.put_in.count, w.l1.ether(who) - w.vault.ether))
        assert before.vault.total() == before.vault.state.total
        return True

    checked(declared(transition, look), deposit(5), withdraw(2))
    owned = Vault.alice.ether
    start = (0, 0, 0, 0, 0, owned)
    rich, poorer = (5, 5, 5, 5, 1, owned - 10), (3, 3, 3, 5, 1, owned - 6)
    assert seen == [start, start, rich, start, rich, poorer]


def test_sums_asked_for_late_are_right_in_the_past() -> None:
    """A sum that is first asked for in the state before a call is computed backwards."""

    def grew(before: LeakyVault, call: CallView, after: LeakyVault) -> Any:
        """Deposits only grow."""
        return before.vault.state.deposits.total <= after.vault.state.deposits.total

    each = declared(transition, grew)
    assert [v.property.id for v in checked(each, deposit(5), system=LeakyVault)[1]] == []
    steps = (deposit(5), withdraw(1))
    _, (violation,) = checked(each, *steps, system=LeakyVault)
    assert [r.value for r in violation.readings] == [5, 4]


def test_ghosts_go_back_with_the_world() -> None:
    def ghosts(world: ConcreteWorld) -> tuple[int, ...]:
        w = Vault(world)
        return (w.vault.state.deposits.total, w.put_in.total, w.put_in.count, w.vault.ether)

    world = deploy_world(compiled(Vault))
    world.run(deposit(4))
    early = world.mark()
    world.run(deposit(6, "bob"))
    assert ghosts(world) == (10, 10, 2, 10)
    late = world.mark()
    world.run(withdraw(1))
    assert ghosts(world) == (9, 10, 2, 9)
    world.restore(late)
    assert ghosts(world) == (10, 10, 2, 10)
    world.restore(early)
    assert ghosts(world) == (4, 4, 1, 4)
    world.run(deposit(1, "bob"))
    assert ghosts(world) == (5, 5, 2, 5)
    world.restore(early)
    assert ghosts(world) == (4, 4, 1, 4)
