"""Functions of a deployed system, each explored once and compared with py-evm call by call."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from harness.chain.deployment import deploy_world
from harness.chain.world import ConcreteWorld
from harness.compile import AbiFunction
from harness.compiled import compile_system
from harness.symbolic.machine import Account, Setting
from harness.symbolic.terms import term_scope
from harness.system import MessagesDecl, System

from .comparison import Comparison

ROOT = Path(__file__).parents[3]
CASES = 60
"""Random calls of each function."""

MODELS = 8
"""Successful paths of each function that are made to happen by a model."""


_DEPLOYED: dict[str, ConcreteWorld] = {}


def deployed(system: type[System]) -> ConcreteWorld:
    """A system as it is right after deployment; cases leave it as it is."""
    name = system.__qualname__
    if name not in _DEPLOYED:
        _DEPLOYED[name] = deploy_world(compile_system(system, ROOT))
    return _DEPLOYED[name]


def accounts_of(world: ConcreteWorld, chain: str) -> list[int]:
    """Accounts that calls may come from and go to: those in whose name messages come as well."""
    compiled = world.compiled
    actors = [int(actor.address) for actor in compiled.actors.values()]
    own = [int(d.address) for d in compiled.contracts.values() if d.chain.name == chain]
    other = [int(d.address) for d in compiled.contracts.values() if d.chain.name != chain]
    kinds = [each.kind for each in compiled.system.declared(MessagesDecl).values()]
    senders = sorted({int(kind.sender) for kind in kinds if kind.sender is not None})
    return [*actors, *own, *other, *senders, 0]


class SystemComparison(Comparison):
    """A function of a system, which knows what payable functions ask for."""

    world: ConcreteWorld

    def wanted(self, args: dict[str, Any]) -> int | None:
        """The wei that a payable function asks for."""
        system = self.world.compiled.system
        try:
            return system.payment(system(self.world), self.account.name, self.function.name, args)
        except (KeyError, IndexError):
            return None


def compared(
    world: ConcreteWorld, setting: Setting, account: Account, function: AbiFunction, **options: Any
) -> SystemComparison:
    """A function of a system, explored."""
    likely = {name: tuple(values) for name, values in world.compiled.system.likely.items()}
    chain = world.chains[setting.chain]
    accounts = accounts_of(world, setting.chain)
    found = SystemComparison(chain, setting, account, function, accounts, likely, **options)
    found.world = world
    return found


def check_contract(
    system: type[System], contract: str, *, cases: int = CASES, models: int = MODELS
) -> int:
    """Compare every function of a contract; the number of cases, of which none may differ."""
    world = deployed(system)
    setting = Setting.of_world(world, contract[:2])
    account = setting.account(contract)
    total = 0
    for function in world.compiled.abi(contract).functions:
        with term_scope():
            comparison = compared(world, setting, account, function)
            comparison.random_cases(cases)
            comparison.model_cases(models)
        counts = comparison.counts
        found = {name: counts.pop(name, 0) for name in ("success", "failure", "open")}
        assert sum(found.values()) >= cases
        assert not counts, list(counts)[:3]
        assert found["success"], f"no call of {contract}.{function.name} succeeds"
        total += found["success"] + found["failure"]
    return total
