"""What an author reads, and what he is told about a name or a use that makes no sense."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from harness import Deployment, System, chain_at, contract, event_total, user
from harness.chain.deployment import deploy_world
from harness.chain.world import ConcreteWorld
from harness.compiled import compile_system
from harness.errors import HarnessError, LookupProblem
from harness.step import CallStep
from harness.view import Arguments, CallView
from tests.judges.toy import ROOT, Vault, compiled, deposit, withdraw
from tests.unit.test_attribution import FOLDER, Shelving

ALICE, BOB = Vault.alice.address, Vault.bob.address


class Odd(System):
    """The vault with ghosts that do not exist."""

    sources = ("contracts/Vault.sol",)
    l1 = chain_at(block=5, time=1_700_000_000)
    alice = user(ether=100)
    vault = contract(l1, "Vault")
    no_field = event_total(vault, "Deposited", "amout")
    no_event = event_total(vault, "Deposit", "amount")

    @classmethod
    def deploy(cls, d: Deployment) -> None:
        """Deploy it, empty."""
        d.create(cls.vault)


@pytest.fixture(scope="module")
def world() -> ConcreteWorld:
    made = deploy_world(compiled(Vault))
    for step in (deposit(5), deposit(7, "bob"), withdraw(2)):
        made.run(step)
    return made


@pytest.fixture(scope="module")
def shelves() -> ConcreteWorld:
    made = deploy_world(compile_system(Shelving, FOLDER))
    made.run(CallStep("alice", "shelves", "push", (3, b"label", int(BOB))))
    made.run(CallStep("alice", "shelves", "setEntry", (int(BOB), b"blob")))
    return made


def test_everything_there_is_to_read(world: ConcreteWorld) -> None:
    w = Vault(world)
    s = w.vault.state
    assert (s.total, s["total"], s.deposits[ALICE], s.deposits[w.vault]) == (10, 10, 3, 0)
    assert s.deposits.total == s.deposits.every.total == 10
    assert (w.vault.total(), w.vault.deposits(BOB)) == (10, 7)
    assert (w.put_in.total, w.put_in.count) == (12, 2)
    assert (w.vault.ether, w.l1.ether(w.vault), w.l1.ether(w.vault.address)) == (10, 10, 10)
    assert (w.l1.block, w.l1.time) == (20_000_000, 1_700_000_000)
    assert w.initially.vault.state.total == 0
    assert repr(w.vault) == "<contract vault>"


def test_compound_variables(shelves: ConcreteWorld) -> None:
    s = Shelving(shelves).shelves.state
    assert (s.numbers.length, s.numbers[2], s.fixedOnes.length) == (3, 3, 3)
    assert (s.items[1].id, s.items[1].label, s.items[1].owners[0]) == (2, b"label", BOB)
    assert str(s.items[0].owners[0]) == str(BOB)
    entry = s.entries[BOB]
    assert (entry.amount, entry.notes[7], entry.inner.delta, entry.list.length) == (21, 23, -27, 2)
    assert s.entries.every.amount.total == 21
    assert s.allowances.every.every.total == 0


MISUSES: list[tuple[Callable[[Any], Any], list[str]]] = [
    (lambda w: w.vault.state.totl, ["no state variable named 'totl'", "use one of: total"]),
    (lambda w: w.vault.balanceOf(1), ["no function named 'balanceOf'", "use one of: "]),
    (lambda w: w.vault.depositss(1), ["no function named 'depositss'", "use one of: deposits"]),
    (
        lambda w: w.vault.withdraw(1),
        ["vault.withdraw is not a view function", "read the state that it changes"],
    ),
    (
        lambda w: list(w.vault.state.deposits),
        ["no list of keys", "vault.deposits", "who: Address", ".total"],
    ),
    (lambda w: w.vault.state.deposits["nobody"], ["'nobody'", "address"]),
    (lambda w: w.vault.deposits(), ["0 values for (address)", "give 1"]),
]


@pytest.mark.parametrize(("misuse", "expected"), MISUSES)
def test_misuses_are_told(
    world: ConcreteWorld, misuse: Callable[[Any], Any], expected: list[str]
) -> None:
    with pytest.raises(HarnessError) as wrong:
        misuse(Vault(world))
    assert wrong.value.exit_code == 2
    for part in expected:
        assert part in str(wrong.value)


SHELF_MISUSES: list[tuple[Callable[[Any], Any], list[str]]] = [
    (lambda s: s.packed.hole, ["no member named 'hole'", "whole"]),
    (lambda s: s.seen.total, ["cannot sum bool: it is no number", "shelves.seen[*]"]),
    (lambda s: s.entries.every.blob.total, ["cannot sum bytes: it is no number"]),
    (lambda s: s.fixedOnes[3], ["index 3 is outside of uint256[3]"]),
]


@pytest.mark.parametrize(("misuse", "expected"), SHELF_MISUSES)
def test_misuses_of_compound_variables_are_told(
    shelves: ConcreteWorld, misuse: Callable[[Any], Any], expected: list[str]
) -> None:
    with pytest.raises(HarnessError) as wrong:
        misuse(Shelving(shelves).shelves.state)
    assert wrong.value.exit_code == 2
    for part in expected:
        assert part in str(wrong.value)


def test_ghosts_over_events_that_are_not_there() -> None:
    w = Odd(deploy_world(compile_system(Odd, ROOT)))
    with pytest.raises(LookupProblem, match="no event parameter named 'amout'") as wrong:
        _ = w.no_field.total
    assert str(wrong.value.fix).startswith("use one of: amount")
    assert w.no_field.count == 0
    with pytest.raises(LookupProblem, match="no event named 'Deposit'") as wrong:
        _ = w.no_event.count
    assert str(wrong.value.fix).startswith("use one of: Deposited")
    with pytest.raises(AttributeError, match="valt"):
        _ = w.valt  # type: ignore[attr-defined]  # that is the point


def test_the_call_between_two_states() -> None:
    arguments = Arguments("vault.withdraw", {"amount": 5})
    call = CallView("l1", "vault", "withdraw", ALICE, 0, arguments, True)
    assert call.args.amount == 5
    assert call.args.as_dict() == {"amount": 5}
    assert call.is_to("vault.withdraw")
    assert call.is_to("vault")
    assert not call.is_to("vault.deposit")
    assert not call.is_to("vaul")
    with pytest.raises(LookupProblem, match="no argument named 'amont'") as wrong:
        _ = call.args.amont
    assert wrong.value.where == "vault.withdraw"
    assert wrong.value.fix == "use one of: amount"
