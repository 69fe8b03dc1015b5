"""The bridge of escrow and mint: tokens, deposits, withdrawals, migrations."""

from __future__ import annotations

import pytest
from eth_abi.abi import encode as abi_encode

from specs.escrow_mint import UnbondingLock, inbound_transfer
from specs.messaging import LIFETIME, apply_alias
from specs.model import MAX_UINT256
from tests.unit.specs.two_chains import (
    ALICE,
    BOB,
    BROKER,
    CAROL,
    GOVERNOR,
    LPT,
    TwoChains,
    alias_of,
    deploy,
    deposit,
    stake_on_l1,
    withdraw,
)

COST, GAS, PRICE = 10**6, 10**5, 20
FUNDED = (COST, GAS, PRICE)
FUNDS = COST + GAS * PRICE


@pytest.fixture
def world() -> TwoChains:
    return TwoChains()


def total(world: TwoChains, contract: str, event: str, name: str = "amount") -> int:
    return world.spec.totals.get((contract, event, name), 0)


def supplies_balance(world: TwoChains) -> bool:
    """The supply equations, in a system without gifts to the escrow."""
    spec = world.spec
    minted = total(world, "l1_gateway", "EscrowMinted")
    arrived = total(world, "l2_gateway", "DepositFinalized")
    rewards = total(world, "l2_staking", "Reward")
    burned = total(world, "l2_gateway", "WithdrawalInitiated")
    deposits = total(world, "l1_gateway", "DepositInitiated")
    paid = total(world, "l1_gateway", "WithdrawalFinalized")
    return (
        spec.l1_token.total_supply == 10_000 * LPT + minted
        and spec.l2_token.total_supply == arrived + rewards - burned
        and spec.l1_gateway.escrow() == deposits + minted - paid
    )


# Tokens.


def test_an_infinite_allowance_is_not_used_up(world: TwoChains) -> None:
    token = world.spec.l1_token
    world.send(token.approve, ALICE, BOB, MAX_UINT256)
    world.send(token.transfer_from, BOB, ALICE, CAROL, LPT)
    assert token.allowances[ALICE, BOB] == MAX_UINT256
    world.send(token.approve, ALICE, BOB, MAX_UINT256 - 1)
    world.send(token.transfer_from, BOB, ALICE, CAROL, LPT)
    assert token.allowances[ALICE, BOB] == MAX_UINT256 - 1 - LPT


def test_moving_tokens_to_oneself_changes_nothing(world: TwoChains) -> None:
    token = world.spec.l1_token
    world.send(token.transfer, ALICE, ALICE, 10_000 * LPT)
    assert token.balances == {ALICE: 10_000 * LPT}
    refusal = world.refusal(token.transfer, ALICE, ALICE, 10_000 * LPT + 1)
    assert refusal == "ERC20InsufficientBalance"


def test_who_may_make_and_burn_tokens(world: TwoChains) -> None:
    l1, l2 = world.spec.l1_token, world.spec.l2_token
    gateway = world.spec.l2_gateway.address
    assert world.refusal(l1.mint, ALICE, ALICE, 1) == "OnlyMinter"
    assert world.refusal(l1.burn_from, gateway, ALICE, 1) == "OnlyBurner"
    assert world.refusal(l2.burn_from, ALICE, ALICE, 1) == "OnlyBurner"
    assert world.refusal(l2.burn_from, gateway, ALICE, 1) == "ERC20InsufficientAllowance"
    too_much = MAX_UINT256 - l1.total_supply + 1
    assert world.refusal(l1.mint, world.spec.l1_minter.address, ALICE, too_much) == "Panic"
    world.send(l1.mint, world.spec.l1_minter.address, ALICE, too_much - 1)


# Deposits.


def test_gateways_start_paused_and_only_the_governor_starts_them() -> None:
    spec = deploy()
    assert spec.l1_gateway.paused
    assert spec.l2_gateway.paused
    world = TwoChains(spec)
    assert world.refusal(spec.l1_gateway.unpause, GOVERNOR) == "ExpectedPause"
    assert world.refusal(spec.l1_gateway.pause, ALICE) == "OnlyGovernor"
    world.send(spec.l1_gateway.pause, GOVERNOR)
    assert world.refusal(spec.l1_gateway.pause, GOVERNOR) == "EnforcedPause"


def test_a_deposit_is_escrowed_and_minted(world: TwoChains) -> None:
    deposit(world, ALICE, BOB, 40 * LPT)
    assert world.spec.l1_gateway.escrow() == 40 * LPT
    order = world.orders()[0]
    l1_token = world.spec.l1_token.address
    assert order.data == inbound_transfer(l1_token, ALICE, BOB, 40 * LPT, b"")
    assert order.call_value_refund_address == alias_of(world.spec, "l1_gateway")
    assert order.excess_fee_refund_address == ALICE
    world.submit(order)
    assert world.spec.l2_token.balances == {BOB: 40 * LPT}
    assert supplies_balance(world)


def test_a_deposit_is_minted_once_however_often_it_is_tried(world: TwoChains) -> None:
    deposit(world, ALICE, BOB, 40 * LPT, gas_price=0)
    ticket = world.submit(world.orders()[0])
    assert world.spec.l2_token.total_supply == 0
    assert world.redeem(ticket, CAROL)
    assert world.refusal(world.spec.l2_retryables.redeem, CAROL, ticket) == "NoTicketWithID"
    assert world.spec.l2_token.total_supply == 40 * LPT


def test_a_deposit_may_be_lost_but_never_cancelled(world: TwoChains) -> None:
    deposit(world, ALICE, BOB, 40 * LPT, gas_price=0)
    ticket = world.submit(world.orders()[0])
    assert world.refusal(world.spec.l2_retryables.cancel, ALICE, ticket) == "NotBeneficiary"
    world.time += LIFETIME + 1
    world.send(world.spec.l2_retryables.expire, CAROL, ticket)
    assert world.spec.l1_gateway.escrow() == 40 * LPT
    assert world.spec.l2_token.total_supply == 0


def hook(cost: int, data: bytes = b"") -> bytes:
    return abi_encode(["uint256", "bytes"], [cost, data])


@pytest.mark.parametrize(
    ("change", "value", "reason"),
    [
        ({"token": 1}, FUNDS, "TokenNotLPT"),
        ({"to": 0}, FUNDS, "InvalidRecipient"),
        ({"amount": 0}, FUNDS, "InvalidZeroAmount"),
        ({"data": b"\0" * 63}, FUNDS, "the bytes do not decode"),
        ({"data": hook(COST, b"x")}, FUNDS, "CallHookDataNotAllowed"),
        ({"data": hook(0)}, GAS * PRICE, "NoSubmissionCost"),
        ({}, FUNDS - 1, "WrongEthValue"),
        ({}, FUNDS + 1, "WrongEthValue"),
        ({"price": MAX_UINT256}, FUNDS, "Panic"),
        ({"amount": LPT + 1}, FUNDS, "ERC20InsufficientAllowance"),
        ({"data": hook(1)}, 1 + GAS * PRICE, "InsufficientSubmissionCost"),
    ],
)
def test_deposits_that_are_refused(
    world: TwoChains, change: dict[str, int | bytes], value: int, reason: str
) -> None:
    gateway, token = world.spec.l1_gateway, world.spec.l1_token
    world.send(token.approve, ALICE, gateway.address, LPT)
    good = {"token": token.address, "to": BOB, "amount": LPT, "gas": GAS, "price": PRICE}
    args = {**good, "data": hook(COST), **change}
    refusal = world.refusal(gateway.outbound_transfer, ALICE, *args.values(), value=value)
    assert refusal == reason


def test_only_the_alias_of_the_gateway_mints(world: TwoChains) -> None:
    gateway, token = world.spec.l2_gateway, world.spec.l1_token.address
    for sender in (ALICE, world.spec.l1_gateway.address, apply_alias(ALICE)):
        args = (token, ALICE, ALICE, LPT, b"")
        refusal = world.refusal(gateway.finalize_inbound_transfer, sender, *args)
        assert refusal == "OnlyCounterpartGateway"
        refusal = world.refusal(gateway.finalize_migration, sender, ALICE, BOB, LPT, 0)
        assert refusal == "OnlyCounterpartGateway"
    assert world.refusal(world.spec.l2_minter.mint, ALICE, ALICE, 1) == "OnlyMintingAuthority"


# Withdrawals.


@pytest.mark.parametrize("escrow", [40 * LPT, 40 * LPT - 1, 0, 40 * LPT + 1])
def test_a_withdrawal_is_paid_exactly_and_mints_what_the_escrow_lacks(
    world: TwoChains, escrow: int
) -> None:
    spec, amount = world.spec, 40 * LPT
    world.send(spec.l2_minter.mint, spec.l2_gateway.address, BOB, amount)
    if escrow > 0:
        world.send(spec.l1_token.transfer, ALICE, spec.l1_gateway.address, escrow)
    item = world.confirm(withdraw(world, BOB, CAROL, amount))
    world.send(spec.l1_outbox.execute_transaction, ALICE, *item)
    missing = max(0, amount - escrow)
    assert spec.l1_token.balance_of(CAROL) == amount
    assert total(world, "l1_gateway", "EscrowMinted") == missing
    assert spec.l1_token.total_supply == 10_000 * LPT + missing
    assert spec.l1_gateway.escrow() == max(0, escrow - amount)
    refusal = world.refusal(spec.l1_outbox.execute_transaction, ALICE, *item)
    assert refusal == "AlreadySpent"


def test_a_burn_is_paid_while_the_gateways_are_paused(world: TwoChains) -> None:
    spec = world.spec
    deposit(world, ALICE, BOB, 40 * LPT)
    world.submit(world.orders()[0])
    message = withdraw(world, BOB, BOB, 30 * LPT)
    world.send(spec.l1_gateway.pause, GOVERNOR)
    world.send(spec.l2_gateway.pause, GOVERNOR)
    world.send(spec.l1_outbox.execute_transaction, ALICE, *world.confirm(message))
    assert spec.l1_token.balance_of(BOB) == 30 * LPT
    args = (spec.l1_token.address, BOB, LPT, b"")
    assert world.refusal(spec.l2_gateway.outbound_transfer, BOB, *args) == "EnforcedPause"
    assert supplies_balance(world)


def test_nobody_else_makes_the_gateway_pay(world: TwoChains) -> None:
    spec = world.spec
    exit_data = abi_encode(["uint256"], [0])
    args = (spec.l1_token.address, ALICE, ALICE, LPT, exit_data)
    finalize = spec.l1_gateway.finalize_inbound_transfer
    assert world.refusal(finalize, ALICE, *args) == "NotFromBridge"
    data = inbound_transfer(*args)
    world.send(spec.l2_arbsys.send_tx_to_l1, ALICE, spec.l1_gateway.address, data)
    item = world.confirm(world.exits()[-1])
    refusal = world.refusal(spec.l1_outbox.execute_transaction, ALICE, *item)
    assert refusal == "OnlyCounterpartGateway"


def test_withdrawals_that_are_refused(world: TwoChains) -> None:
    spec = world.spec
    send, token = spec.l2_gateway.outbound_transfer, spec.l1_token.address
    counterpart = spec.l1_gateway.address
    assert world.refusal(send, BOB, spec.l2_token.address, BOB, 1, b"") == "TokenNotLPT"
    assert world.refusal(send, BOB, token, counterpart, 1, b"") == "InvalidRecipient"
    assert world.refusal(send, BOB, token, BOB, 0, b"") == "InvalidZeroAmount"
    assert world.refusal(send, BOB, token, BOB, 1, b"x") == "CallHookDataNotAllowed"
    assert world.refusal(send, BOB, token, BOB, 1, b"") == "ERC20InsufficientAllowance"


# Migration.


def migrate(world: TwoChains, owner: int, to: int, price: int = PRICE) -> None:
    value = COST + GAS * price
    world.send(world.spec.l1_migrator.migrate, owner, to, COST, GAS, price, value=value)


def test_a_migration_moves_all_stake_and_leaves_locks_and_fees(world: TwoChains) -> None:
    spec = world.spec
    stake_on_l1(world, BOB, 10 * LPT, BOB)
    world.send(spec.l1_bonding.unbond, BOB, 3 * LPT)
    world.send(spec.l1_bonding.credit_fees, BROKER, BOB, value=50)
    migrate(world, BOB, CAROL)
    assert spec.l1_bonding.total_bonded == 0
    assert not spec.l1_bonding.orchestrator(BOB).registered
    assert spec.l1_gateway.escrow() == 7 * LPT
    assert spec.l1_token.balance_of(spec.l1_migrator.address) == 0
    world.submit(world.orders()[0])
    assert spec.l2_staking.delegator(BOB).delegate == CAROL
    assert spec.l2_staking.delegator(BOB).bonded_amount == 7 * LPT
    assert spec.l2_token.balances[spec.l2_staking.address] == 7 * LPT
    assert spec.l2_migrator.migrated == {BOB: True}
    assert supplies_balance(world)
    again = world.refusal(spec.l1_migrator.migrate, BOB, CAROL, *FUNDED, value=FUNDS)
    assert again == "AlreadyMigrated"
    assert world.refusal(spec.l1_bonding.rebond, BOB, 0) == "AlreadyMigrated"
    assert spec.l1_bonding.lock(BOB, 0) == UnbondingLock(3 * LPT, 17)
    world.block += 700
    world.send(spec.l1_bonding.withdraw_stake, BOB, 0)
    world.send(spec.l1_bonding.withdraw_fees, BOB, CAROL, 50)
    assert spec.l1_token.balance_of(BOB) == 3 * LPT
    assert spec.l1_minter.ether == 0


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_migrations_may_arrive_in_any_order(world: TwoChains, order: tuple[int, int]) -> None:
    spec = world.spec
    stake_on_l1(world, BOB, 10 * LPT, BOB)
    stake_on_l1(world, CAROL, 5 * LPT, BOB)
    migrate(world, BOB, BOB, price=0)
    migrate(world, CAROL, BOB, price=0)
    tickets = [world.submit(each) for each in world.orders()]
    for each in order:
        assert world.redeem(tickets[each])
    assert spec.l2_staking.delegator(BOB).delegated_amount == 15 * LPT
    assert spec.l2_staking.delegator(BOB).delegate == BOB
    assert spec.l2_staking.delegator(CAROL).delegate == BOB
    assert spec.l2_staking.total_bonded == 15 * LPT
    assert spec.l2_staking.total_registered_stake == 15 * LPT
    assert spec.l2_staking.orchestrator(BOB).registered
    assert spec.l1_bonding.delegator(BOB).delegated_amount == 0
    assert supplies_balance(world)


def test_a_late_migration_follows_the_choice_made_on_l2(world: TwoChains) -> None:
    spec = world.spec
    stake_on_l1(world, BOB, 10 * LPT, BOB)
    migrate(world, BOB, BOB, price=0)
    deposit(world, ALICE, BOB, LPT)
    ticket, _ = (world.submit(each) for each in world.orders())
    world.send(spec.l2_token.approve, BOB, spec.l2_staking.address, LPT)
    world.send(spec.l2_staking.bond, BOB, LPT, ALICE)
    assert world.redeem(ticket)
    assert spec.l2_staking.delegator(BOB).delegate == ALICE
    assert spec.l2_staking.delegator(BOB).bonded_amount == 11 * LPT


def test_migrations_that_are_refused(world: TwoChains) -> None:
    spec = world.spec
    go = spec.l1_migrator.migrate
    assert world.refusal(go, BOB, 0, *FUNDED, value=FUNDS) == "InvalidDelegate"
    assert world.refusal(go, BOB, BOB, *FUNDED, value=FUNDS) == "NotBonded"
    stake_on_l1(world, BOB, LPT, ALICE)
    assert world.refusal(go, BOB, BOB, *FUNDED, value=FUNDS + 1) == "WrongEthValue"
    assert world.refusal(go, BOB, BOB, 0, GAS, PRICE, value=GAS * PRICE) == "NoSubmissionCost"
    world.send(spec.l1_gateway.pause, GOVERNOR)
    assert world.refusal(go, BOB, BOB, *FUNDED, value=FUNDS) == "EnforcedPause"
    assert world.refusal(spec.l1_bonding.migrate_stake, BOB, BOB) == "OnlyMigrator"
    assert world.refusal(spec.l2_migrator.migrate, BOB, BOB, BOB, 1, 0) == "OnlyGateway"
    assert world.refusal(spec.l2_staking.stake_for, BOB, BOB, BOB, 1) == "OnlyMigrator"
