"""Every function of the escrow-and-mint system, once symbolically and often on py-evm.

Each function is explored once. Then random calls meet random states: exactly one path must be the
one that py-evm takes, with the same result, storage, ether and logs.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from harness.chain.world import ConcreteWorld
from harness.symbolic.machine import Setting, UnknownCode
from harness.symbolic.terms import term_scope
from properties.escrow_mint import EscrowMint

from .system_calls import CASES, MODELS, check_contract, compared, deployed


@pytest.fixture(scope="module")
def world() -> ConcreteWorld:
    return deployed(EscrowMint)


CONTRACTS = (
    *("l1_inbox", "l1_bridge", "l1_outbox", "l1_token", "l1_minter", "l1_bonding", "l1_migrator"),
    *("l1_gateway", "l2_arbsys", "l2_retryables", "l2_token", "l2_minter", "l2_staking"),
    *("l2_migrator", "l2_gateway"),
)


@pytest.mark.parametrize("contract", CONTRACTS)
def test_every_function_does_what_py_evm_does(
    contract: str, count_cases: Callable[[int], None]
) -> None:
    count_cases(check_contract(EscrowMint, contract))


UNMERGED = ("l1_token.transferFrom", "l1_gateway.outboundTransfer", "l2_staking.unbond")


@pytest.mark.parametrize("name", UNMERGED)
def test_paths_that_are_not_joined_agree_too(world: ConcreteWorld, name: str) -> None:
    contract, _, function = name.partition(".")
    setting = Setting.of_world(world, contract[:2])
    abi = world.compiled.abi(contract)
    with term_scope():
        account = setting.account(contract)
        comparison = compared(world, setting, account, abi.function(function), merge=False)
        comparison.random_cases(CASES)
        comparison.model_cases(MODELS)
    assert comparison.counts.keys() <= {"success", "failure", "open"}
    assert comparison.counts["success"]


def test_the_system_is_all_here(world: ConcreteWorld) -> None:
    assert sorted(world.compiled.contracts) == sorted(CONTRACTS)


def test_nothing_is_refused_but_calls_to_unknown_code(world: ConcreteWorld) -> None:
    for chain in ("l1", "l2"):
        setting = Setting.of_world(world, chain)
        for account in setting.accounts.values():
            for function in world.compiled.abi(account.name).functions:
                with term_scope():
                    comparison = compared(world, setting, account, function)
                reasons = {str(r.problem.reason) for r in comparison.explored.refusals}
                where = f"{account.name}.{function.name}"
                if where not in OPAQUE_CALLS:
                    assert all("unknown code" in reason for reason in reasons), (where, reasons)


OPAQUE_CALLS = frozenset(("l1_bridge.executeCall", "l1_outbox.executeTransaction"))
"""They call any function of any contract with any data at all."""


MANY = (("l2_retryables", "submitRetryable", 30), ("l2_retryables", "cancel", 10))
"""Functions that store or delete `bytes` of any length and pay unknown code, and the most paths
that they may have: their length must not tell paths apart."""


@pytest.mark.parametrize(("contract", "name", "most"), MANY)
def test_bytes_of_any_length_are_copied_on_few_paths(
    world: ConcreteWorld, contract: str, name: str, most: int
) -> None:
    setting = Setting.of_world(world, contract[:2], UnknownCode.HAVOC)
    with term_scope():
        account = setting.account(contract)
        function = world.compiled.abi(contract).function(name)
        explored = compared(world, setting, account, function).explored
        assert not explored.refusals
        assert len(explored.successes) <= most
        # What is stored is seen to be well formed, without any solver.
        assert not any(end.obligations for end in explored.ends)


def test_messages_may_call_anything_and_enter_the_bridge_again(world: ConcreteWorld) -> None:
    setting = Setting.of_world(world, "l1", UnknownCode.HAVOC)
    with term_scope():
        account = setting.account("l1_outbox")
        function = world.compiled.abi("l1_outbox").function("executeTransaction")
        explored = compared(world, setting, account, function).explored
        assert not explored.refusals
        assert explored.reentered == {("l1_bridge", "l1_bridge"), ("l1_bridge", "l1_outbox")}
        emitting = {log.contract for end in explored.successes for log in end.logs}
        assert {"l1_token", "l1_bonding", "l1_gateway", "l1_outbox", "l1_bridge"} <= emitting
