"""The specification as an oracle: whatever the two can differ in is seen, and named."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from harness.chain.deployment import deploy_world
from harness.errors import UsageError
from harness.judges.evaluate import PropertyFault
from harness.judges.fuzz.session import Session
from harness.judges.replay import first_violation
from harness.step import ClockStep, Step
from specs.model import Call, Contract, payable, require, transition
from tests.judges.toy import Vault, VaultSpec, compiled, deposit, refines, withdraw

ALICE = int(Vault.alice.address)
CALLS: tuple[Step, ...] = (
    deposit(5),
    withdraw(6),
    deposit(7, "bob"),
    ClockStep(3),
    withdraw(2),
    deposit(0),
    withdraw(3),
    withdraw(0),
)


class OtherState(VaultSpec):
    @payable
    def deposit(self, call: Call) -> None:
        super().deposit(call)
        self.total += 1


class OtherKey(VaultSpec):
    @payable
    def deposit(self, call: Call) -> None:
        super().deposit(call)
        self.deposits[self.address] = self.deposits.pop(call.sender)


class Strict(VaultSpec):
    @transition
    def withdraw(self, call: Call, amount: int) -> None:
        require(amount < 2, "TooLarge")
        super().withdraw(call, amount)


class Lenient(VaultSpec):
    @transition
    def withdraw(self, call: Call, amount: int) -> None:
        if amount <= self.deposits.get(call.sender, 0):
            super().withdraw(call, amount)


class OtherEther(VaultSpec):
    @transition
    def withdraw(self, call: Call, amount: int) -> None:
        super().withdraw(call, amount)
        self.system.move_ether("l1", self.address, 0xDEAD, 1)


class OtherAmount(VaultSpec):
    def emit(self, event: str, **amounts: int) -> None:
        super().emit(event, **{name: 2 * amount for name, amount in amounts.items()})


class OtherCount(VaultSpec):
    def emit(self, event: str, **amounts: int) -> None:
        super().emit(event, **amounts)
        if event == "Withdrawn":
            super().emit(event)


@dataclass(kw_only=True)
class Extra(VaultSpec):
    fee: int = 0

    @payable
    def deposit(self, call: Call) -> None:
        super().deposit(call)
        self.fee += 1


def readings(kind: type[Contract]) -> list[tuple[str, Any]]:
    """What a refinement by some specification shows when the calls break it."""
    session = Session(compiled(Vault), (refines(kind),))
    assert session.check_start() == []
    violations = session.attempt(CALLS)
    if not violations:
        return []
    (violation,) = violations
    assert violation.property.id == "SPEC"
    return [(reading.name, reading.value) for reading in violation.readings]


def test_the_right_specification_agrees() -> None:
    assert readings(VaultSpec) == []


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (OtherState, {"vault.total": (5, 6)}),
        (OtherKey, {"vault.deposits[alice]": (5, 0), "vault.deposits[vault]": (0, 5)}),
        (Strict, {"vault.withdraw": ("succeeds", "reverts: TooLarge")}),
        (Lenient, {"vault.withdraw": ("reverts: TooMuch(who=alice, asked=6, has=5)", "succeeds")}),
        (OtherEther, {"wei of vault on l1": (10, 9)}),
        (OtherAmount, {"total amount of vault Deposited": (5, 10)}),
        (OtherCount, {"number of vault Withdrawn": (1, 2)}),
        (Extra, {"vault.fee": ("no such variable", "changed")}),
    ],
)
def test_each_difference_is_seen(
    kind: type[Contract], expected: dict[str, tuple[Any, Any]]
) -> None:
    book = compiled(Vault).names
    seen: dict[str, list[Any]] = {}
    for name, value in readings(kind):
        side, _, what = name.partition(": ")
        for who in ("alice", "vault"):
            what = what.replace(str(book.address(who)), who)
        shown = value
        if isinstance(value, str):
            shown = value.replace(f"0x{book.address('alice'):040x}", "alice")
        seen.setdefault(what, []).append((side, shown))
    assert seen == {
        what: [("contracts", theirs), ("specification", ours)]
        for what, (theirs, ours) in expected.items()
    }


def test_a_break_is_seen_at_the_call_that_makes_it_and_replays() -> None:
    found = first_violation(deploy_world(compiled(Vault)), (refines(Strict),), CALLS)
    assert found is not None
    assert (found.step, found.violation.transaction) == (5, 0)
    again = first_violation(deploy_world(compiled(Vault)), (refines(VaultSpec),), CALLS)
    assert again is None


@dataclass(kw_only=True)
class WithoutTotal(Contract):
    deposits: dict[int, int] = field(default_factory=dict)

    @payable
    def deposit(self, call: Call) -> None:
        self.deposits[call.sender] = self.deposits.get(call.sender, 0) + call.value


@dataclass(kw_only=True)
class WithADowry(VaultSpec):
    total: int = 5


def test_what_differs_at_the_start() -> None:
    session = Session(compiled(Vault), (refines(WithoutTotal),))
    (violation,) = session.check_start()
    assert [(r.name, r.value) for r in violation.readings] == [
        ("contracts: vault.total", "a storage variable"),
        ("specification: vault.total", "not modelled"),
    ]


def test_a_variable_may_be_left_out_with_a_reason() -> None:
    class Part(Vault):
        unmodelled = {"vault.total": "it is for display only"}  # noqa: RUF012  (as declared)

    session = Session(compiled(Part), (refines(WithoutTotal, Part),))
    assert session.check_start() == []
    assert session.attempt((deposit(5),)) == []


def test_a_plain_value_that_only_the_specification_has_at_the_start() -> None:
    session = Session(compiled(Vault), (refines(WithADowry),))
    assert [r.name for v in session.check_start() for r in v.readings] == [
        "contracts: vault.total",
        "specification: vault.total",
    ]


class Raises(VaultSpec):
    @payable
    def deposit(self, call: Call) -> None:
        raise KeyError("a bug in the specification")


def test_a_specification_that_raises_is_at_fault_and_nothing_else_is() -> None:
    wrong, right = refines(Raises, id="WRONG"), refines(VaultSpec, id="RIGHT")
    session = Session(compiled(Vault), (wrong, right))
    assert session.attempt(CALLS) == []
    fault = session.faults["WRONG"]
    assert isinstance(fault, UsageError)
    assert fault.what == "property WRONG raises KeyError: 'a bug in the specification'"
    assert f"{__file__}:" in str(fault.where)
    assert session.checker.spoke == {"RIGHT": 7}
    with pytest.raises(PropertyFault, match="a bug in the specification"):
        first_violation(deploy_world(compiled(Vault)), (wrong,), CALLS)
