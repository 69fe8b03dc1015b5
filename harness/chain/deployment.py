"""Deploying a system: chains with their clocks, accounts with their ether, contracts in place."""

from __future__ import annotations

from typing import Any

from harness.address import address_of
from harness.chain.chain import Chain
from harness.chain.world import ConcreteWorld, Outcome
from harness.compiled import CompiledSystem
from harness.errors import UsageError
from harness.step import CallStep, ClockStep, RelayStep, Step
from harness.system import Account, Actor, ContractDecl
from harness.system import Deployment as DeploymentProtocol

__all__ = ["deploy_world"]

DEPLOYER = address_of("deployer")


def deploy_world(compiled: CompiledSystem, *, translate: bool = True) -> ConcreteWorld:
    """A world with the system freshly deployed.

    ``translate`` runs hot bytecode as translated Python, for a search; off, every opcode is
    py-evm's own, to confirm what a search found.

    Raises :class:`UsageError` where the system's ``deploy`` fails, with the contract's reason.
    """
    chains = {
        name: Chain(
            name,
            decl.chain_id,
            block=decl.block,
            time=decl.time,
            basefee=decl.basefee,
            translate=translate,
        )
        for name, decl in compiled.chains.items()
    }
    for chain in chains.values():
        for actor in compiled.actors.values():
            chain.set_balance(int(actor.address), actor.ether)
    world = ConcreteWorld(compiled, chains)
    deployment: DeploymentProtocol = _Deployment(compiled, world)
    compiled.system.deploy(deployment)
    missing = [
        name
        for name, decl in compiled.contracts.items()
        if not chains[decl.chain.name].code(int(decl.address))
    ]
    if missing:
        raise UsageError(
            f"not deployed: {', '.join(missing)}",
            where=f"{compiled.system.__name__}.deploy",
            fix="create every contract that the system declares",
        )
    world.deployed()
    return world


class _Deployment:
    def __init__(self, compiled: CompiledSystem, world: ConcreteWorld) -> None:
        self._compiled = compiled
        self._world = world

    def create(
        self, contract: ContractDecl, *args: Any, value: int = 0, by: Actor | None = None
    ) -> None:
        artifact = self._compiled.artifact(contract.name)
        plain = [_plain(arg) for arg in args]
        init_code = artifact.init_with(*plain)
        chain = self._world.chains[contract.chain.name]
        sender = int(by.address) if by is not None else int(DEPLOYER)
        if value and by is None:
            chain.set_balance(sender, chain.balance(sender) + value)
        receipt = chain.deploy(sender, init_code, int(contract.address), value)
        if not receipt.success:
            raise UsageError(
                f"the constructor of {contract.name} fails: "
                f"{self._world.reason(contract.name, receipt)}",
                where=f"{self._compiled.system.__name__}.deploy",
                fix=f"check its arguments: {', '.join(map(str, plain))}",
            )
        self._world.follow_deployment(contract.chain.name, receipt)

    def send(
        self,
        sender: Actor | ContractDecl,
        contract: ContractDecl,
        function: str,
        *args: Any,
        value: int = 0,
    ) -> None:
        plain = tuple(_plain(arg) for arg in args)
        step = CallStep(sender.name, contract.name, function, plain, value)
        made = self._run(step).transactions[0]
        if not made.succeeded:
            raise UsageError(
                f"{sender.name} cannot call {contract.name}.{function}: "
                f"{self._world.reason(contract.name, made.receipt)}",
                where=f"{self._compiled.system.__name__}.deploy",
                fix=f"check the order of deployment and the arguments {plain}",
            )

    def relay(self, sender: Actor, channel: str, message: int, action: str) -> None:
        outcome = self._run(RelayStep(channel, message, action, sender.name))
        if not all(each.succeeded for each in outcome.transactions):
            failed = next(each for each in outcome.transactions if not each.succeeded)
            raise UsageError(
                f"message {message} of {channel} cannot be relayed ({action}): "
                f"{self._world.reason(failed.contract, failed.receipt)}",
                where=f"{self._compiled.system.__name__}.deploy",
                fix="check what the message does on the other side",
            )

    def wait(self, blocks: int) -> None:
        self._run(ClockStep(blocks))

    def _run(self, step: Step) -> Outcome:
        outcome = self._world.run(step)
        self._world.setup += outcome.transactions
        return outcome


def _plain(arg: Any) -> Any:
    """An argument as the ABI takes it: a declaration stands for its address."""
    return int(arg.address) if isinstance(arg, Account) else arg
