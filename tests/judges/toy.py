"""The toy vaults of ``tests/fixtures/vault`` as systems, and a specification of the good one."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from harness import (
    CallStep,
    Deployment,
    Specification,
    System,
    chain_at,
    contract,
    event_total,
    refinement,
    user,
)
from harness.compiled import CompiledSystem, compile_system
from harness.property import Property
from specs.model import Call, Contract, Invocation, Model, payable, require, transition

ROOT = Path(__file__).parents[1] / "fixtures" / "vault"


class Vault(System):
    """One good vault."""

    sources = ("contracts/Vault.sol",)
    l1 = chain_at(block=20_000_000, time=1_700_000_000)
    alice = user()
    bob = user()
    vault = contract(l1, "Vault")
    put_in = event_total(vault, "Deposited", "amount")

    @classmethod
    def deploy(cls, d: Deployment) -> None:
        """Deploy the vault, empty."""
        d.create(cls.vault)


class LeakyVault(System):
    """The vault that lets one wei more go, and does not count what goes."""

    sources = ("contracts/LeakyVault.sol",)
    l1 = chain_at(block=20_000_000, time=1_700_000_000)
    alice = user()
    bob = user()
    vault = contract(l1, "LeakyVault")

    @classmethod
    def deploy(cls, d: Deployment) -> None:
        """Deploy the vault, empty."""
        d.create(cls.vault)


@cache
def compiled(system: type[System]) -> CompiledSystem:
    """One of the systems, compiled once."""
    return compile_system(system, ROOT)


@dataclass(kw_only=True)
class VaultSpec(Contract):
    """What the good vault does; amounts are in wei."""

    deposits: dict[int, int] = field(default_factory=dict)
    total: int = 0

    @payable
    def deposit(self, call: Call) -> None:
        """Take wei in."""
        self.deposits[call.sender] = self.deposits.get(call.sender, 0) + call.value
        self.total += call.value
        self.emit("Deposited", amount=call.value)

    @transition
    def withdraw(self, call: Call, amount: int) -> None:
        """Pay the caller's wei out."""
        has = self.deposits.get(call.sender, 0)
        require(amount <= has, "TooMuch")
        self.deposits[call.sender] = has - amount
        self.total -= amount
        self.emit("Withdrawn", amount=amount)
        self.send_ether(call, call.sender, amount)


def refines(kind: type[Contract], system: type[System] = Vault, id: str = "SPEC") -> Property:
    """The property that a system's vault does what a specification says."""

    def specified(w: Any) -> Specification:
        """The vault does what the specification says."""

        def decode(name: str, data: bytes) -> Invocation | None:
            call = w.world.compiled.decode(name, data)
            return Invocation(call.function.name, call.args) if call else None

        model = Model(decode)
        model.add(kind(model, "vault", "l1", int(w.vault.address)))
        return model

    specified.__annotations__["w"] = system
    return as_property(refinement(id, severity="high", source="test")(specified))


def as_property(declared: Any) -> Property:
    """What a decorator made; to its caller it looks like the function."""
    assert isinstance(declared, Property)
    return declared


def deposit(amount: int, who: str = "alice") -> CallStep:
    """A deposit of some wei."""
    return CallStep(who, "vault", "deposit", (), amount)


def withdraw(amount: int, who: str = "alice") -> CallStep:
    """A withdrawal of some wei."""
    return CallStep(who, "vault", "withdraw", (amount,))
