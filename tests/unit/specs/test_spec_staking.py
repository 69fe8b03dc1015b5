"""Staking: bonds, locks, fees, rounds, inflation and rewards."""

from __future__ import annotations

from dataclasses import replace

import pytest

from specs.escrow_mint import Delegator, Snapshot
from specs.model import MAX_UINT256
from tests.unit.specs.two_chains import (
    ALICE,
    BOB,
    BROKER,
    CAROL,
    GOVERNOR,
    LPT,
    PARAMETERS,
    TwoChains,
    deploy,
    stake_on_l1,
)

SUPPLY = 21645383016495782629665363
ROUND = PARAMETERS.l2_round_length


@pytest.fixture
def world() -> TwoChains:
    return TwoChains()


def stake_on_l2(world: TwoChains, owner: int, amount: int, to: int) -> None:
    """Mint tokens out of nothing and bond them."""
    spec = world.spec
    if amount > 0:
        world.send(spec.l2_minter.mint, spec.l2_gateway.address, owner, amount)
        world.send(spec.l2_token.approve, owner, spec.l2_staking.address, amount)
    world.send(spec.l2_staking.bond, owner, amount, to)


# Bonds and locks.


def test_bonds_that_are_refused(world: TwoChains) -> None:
    bond = world.spec.l1_bonding.bond
    assert world.refusal(bond, BOB, 1, 0) == "InvalidDelegate"
    assert world.refusal(bond, BOB, 0, BOB) == "InvalidZeroAmount"
    assert world.refusal(bond, BOB, 1, BOB) == "ERC20InsufficientAllowance"
    stake_on_l1(world, BOB, LPT, ALICE)
    assert world.refusal(bond, BOB, 0, ALICE) == "InvalidZeroAmount"
    assert world.refusal(bond, BOB, MAX_UINT256, ALICE) == "Panic"
    stake_on_l1(world, CAROL, LPT, CAROL)
    assert world.refusal(bond, CAROL, 0, ALICE) == "OrchestratorCannotRedelegate"


def test_changing_the_delegate_moves_all_stake(world: TwoChains) -> None:
    books = world.spec.l1_bonding
    stake_on_l1(world, BOB, 5 * LPT, ALICE)
    stake_on_l1(world, CAROL, LPT, CAROL)
    world.send(books.bond, BOB, 0, CAROL)
    assert books.delegator(ALICE).delegated_amount == 0
    assert books.delegator(CAROL) == Delegator(LPT, CAROL, 6 * LPT, 0)
    assert books.total_registered_stake == 6 * LPT
    world.send(books.bond, BOB, 0, BOB)
    assert books.delegator(BOB) == Delegator(5 * LPT, BOB, 5 * LPT, 0)
    assert books.orchestrator(BOB).activation_round == 11
    assert books.total_registered_stake == 6 * LPT
    assert books.total_bonded == 6 * LPT


def test_an_orchestrator_that_leaves_keeps_what_others_delegate_to_it(world: TwoChains) -> None:
    books = world.spec.l1_bonding
    stake_on_l1(world, BOB, 5 * LPT, BOB)
    stake_on_l1(world, CAROL, LPT, BOB)
    world.send(books.unbond, BOB, 5 * LPT)
    assert books.delegator(BOB) == Delegator(0, 0, LPT, 1)
    assert not books.orchestrator(BOB).registered
    assert books.total_registered_stake == 0
    world.send(books.unbond, CAROL, LPT)
    assert books.total_registered_stake == 0
    assert world.refusal(books.rebond, BOB, 0) == "NotBonded"


def test_locks_do_not_overwrite_each_other_and_ripen(world: TwoChains) -> None:
    books = world.spec.l1_bonding
    stake_on_l1(world, BOB, 5 * LPT, BOB)
    assert world.send(books.unbond, BOB, LPT) == 0
    assert world.send(books.unbond, BOB, 2 * LPT) == 1
    assert world.refusal(books.unbond, BOB, 2 * LPT + 1) == "InsufficientBond"
    assert world.refusal(books.unbond, BOB, 0) == "InvalidZeroAmount"
    world.send(books.rebond, BOB, 0)
    assert world.refusal(books.rebond, BOB, 0) == "NoUnbondingLock"
    world.block = 1699
    assert world.refusal(books.withdraw_stake, BOB, 1) == "LockNotMature"
    world.block = 1700
    world.send(books.withdraw_stake, BOB, 1)
    assert world.refusal(books.withdraw_stake, BOB, 1) == "NoUnbondingLock"
    assert world.spec.l1_token.balance_of(BOB) == 2 * LPT
    assert books.delegator(BOB) == Delegator(3 * LPT, BOB, 3 * LPT, 2)


def test_l2_pays_ripe_locks_itself(world: TwoChains) -> None:
    books = world.spec.l2_staking
    stake_on_l2(world, BOB, 5 * LPT, ALICE)
    world.send(books.unbond, BOB, 2 * LPT)
    world.block += 7 * ROUND
    world.send(books.withdraw_stake, BOB, 0)
    assert world.spec.l2_token.balances == {BOB: 2 * LPT, books.address: 3 * LPT}


# Fees.


def test_fees(world: TwoChains) -> None:
    books, before = world.spec.l1_bonding, world.spec.ether["l1"][CAROL]
    assert world.refusal(books.credit_fees, ALICE, BOB, value=1) == "OnlyTicketBroker"
    assert world.refusal(books.credit_fees, BROKER, 0, value=1) == "InvalidDelegator"
    assert world.refusal(books.credit_fees, BROKER, BOB) == "InvalidZeroAmount"
    world.send(books.credit_fees, BROKER, BOB, value=9)
    assert (books.ether, world.spec.l1_minter.ether) == (0, 9)
    withdraw = books.withdraw_fees
    assert world.refusal(withdraw, BOB, 0, 1) == "InvalidRecipient"
    assert world.refusal(withdraw, BOB, CAROL, 0) == "InvalidZeroAmount"
    assert world.refusal(withdraw, BOB, CAROL, 10) == "InsufficientFees"
    assert world.refusal(withdraw, BOB, books.address, 1) == "EthTransferFailed"
    world.send(withdraw, BOB, CAROL, 9)
    assert world.spec.ether["l1"][CAROL] == before + 9


# Inflation.


@pytest.mark.parametrize(
    ("change", "bonded_percent", "inflation", "mintable"),
    [
        (3000, 51, 452_000, 9783713123456093748608),
        (500, 51, 454_500, 9837826580997333205182),
        (500, 50, 455_000, SUPPLY * 455_000 // 10**9),
        (500, 49, 455_500, SUPPLY * 455_500 // 10**9),
        (500_000, 51, 0, 0),
    ],
)
def test_inflation_steers_for_the_target(
    change: int, bonded_percent: int, inflation: int, mintable: int
) -> None:
    world = TwoChains(deploy(replace(PARAMETERS, inflation_change=change)))
    spec = world.spec
    # Rounded up, so that 50 % of an odd supply is 50 %.
    bonded = -(-SUPPLY * bonded_percent // 100)
    world.send(spec.l2_minter.mint, spec.l2_gateway.address, ALICE, SUPPLY - bonded)
    stake_on_l2(world, BOB, bonded, BOB)
    assert spec.l2_token.total_supply == SUPPLY
    world.block += ROUND
    world.send(spec.l2_staking.initialize_round, CAROL)
    assert spec.l2_staking.inflation == inflation
    assert spec.l2_staking.mintable_tokens == mintable
    assert spec.l2_staking.round_total_stake == bonded
    before = spec.snapshot()
    world.send(spec.l2_staking.initialize_round, CAROL)
    assert spec.snapshot() == before


def test_supply_of_l1_counts_and_rounds_are_not_made_up_for(world: TwoChains) -> None:
    books = world.spec.l2_staking
    stake_on_l2(world, BOB, 60 * LPT, BOB)
    world.send(books.set_l1_supply, GOVERNOR, 60 * LPT)
    world.block += 5 * ROUND
    world.send(books.initialize_round, CAROL)
    assert books.inflation == 455_000
    assert books.mintable_tokens == 120 * LPT * 455_000 // 10**9
    assert books.last_initialized_round == world.block // ROUND


def test_without_any_supply_the_rate_is_zero(world: TwoChains) -> None:
    books = world.spec.l2_staking
    world.block += ROUND
    world.send(books.initialize_round, CAROL)
    assert (books.inflation, books.mintable_tokens) == (455_500, 0)


def test_the_governor_alone_sets_parameters_within_limits(world: TwoChains) -> None:
    books = world.spec.l2_staking
    limits = (
        (books.set_l1_supply, 2**128 - 1),
        (books.set_inflation_change, 10**9),
        (books.set_target_bonding_rate, 10**9),
    )
    for method, most in limits:
        assert world.refusal(method, ALICE, 1) == "OnlyGovernor"
        assert world.refusal(method, GOVERNOR, most + 1) == "ParameterTooLarge"
        world.send(method, GOVERNOR, most)
    state = books.state()
    assert state["l1_circulating_supply"] == 2**128 - 1
    assert state["inflation_change"] == state["target_bonding_rate"] == 10**9


# Rewards.


def test_rewards_are_shares_of_the_stake_at_the_start_of_the_round(world: TwoChains) -> None:
    books = world.spec.l2_staking
    stake_on_l2(world, BOB, 30 * LPT, BOB)
    stake_on_l2(world, CAROL, 10 * LPT, CAROL)
    assert world.refusal(books.reward, BOB) == "NotActiveOrchestrator"
    world.block += ROUND
    stake_on_l2(world, CAROL, 100 * LPT, CAROL)
    mintable, now = books.mintable_tokens, world.block // ROUND
    assert books.stake_snapshots[CAROL] == Snapshot(now, 10 * LPT)
    assert world.send(books.reward, BOB) == mintable * 750_000_000 // 10**9
    assert world.send(books.reward, CAROL) == mintable * 250_000_000 // 10**9
    assert world.refusal(books.reward, BOB) == "RewardAlreadyCalled"
    assert world.refusal(books.reward, ALICE) == "NotActiveOrchestrator"
    assert books.minted_tokens <= mintable
    minted = world.spec.totals["l2_staking", "Reward", "amount"]
    assert minted == books.minted_tokens
    assert books.total_bonded == 140 * LPT + minted
    assert world.spec.l2_token.balance_of(books.address) == books.total_bonded
    assert books.delegator(BOB).bonded_amount == books.delegator(BOB).delegated_amount


def test_a_reward_of_nothing_is_taken_all_the_same(world: TwoChains) -> None:
    books = world.spec.l2_staking
    world.send(books.set_inflation_change, GOVERNOR, 10**9)
    world.send(books.set_target_bonding_rate, GOVERNOR, 0)
    stake_on_l2(world, BOB, LPT, BOB)
    world.block += ROUND
    assert world.send(books.reward, BOB) == 0
    assert books.last_reward_round == {BOB: world.block // ROUND}


def test_who_left_and_came_back_waits_a_round(world: TwoChains) -> None:
    books = world.spec.l2_staking
    stake_on_l2(world, BOB, LPT, BOB)
    world.block += ROUND
    world.send(books.unbond, BOB, LPT)
    stake_on_l2(world, BOB, LPT, BOB)
    assert world.refusal(books.reward, BOB) == "NotActiveOrchestrator"
    world.block += ROUND
    assert world.send(books.reward, BOB) == books.mintable_tokens > 0
