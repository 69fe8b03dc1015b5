"""Who gets the rewards: signal, allocations, and what is burned."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from specs.gip_0034 import MAX_ISSUANCE_RATE, ONE, rational
from specs.model import Revert
from tests.unit.specs.test_spec_gip_0034_world import (
    EPOCH,
    GRT,
    INTERVAL,
    NO_PROOF,
    ORACLE,
    OTHER,
    PROOF,
    SUBGRAPH,
    TwoLayers,
)
from tests.unit.specs.two_chains import ALICE, BOB, CAROL, GOVERNOR

BURNED = "RewardsBurned"


@pytest.fixture
def world() -> TwoLayers:
    """Rewards are flowing, and Alice has allowed her tokens to be staked and signalled."""
    return flowing()


def flowing() -> TwoLayers:
    world = TwoLayers()
    world.drip()
    for contract in (world.spec.l1_curation, world.spec.l1_staking):
        world.send(world.spec.l1_token.approve, ALICE, contract.address, 10**30)
    return world


def signal(world: TwoLayers, subgraph: bytes, tokens: int = GRT) -> None:
    world.send(world.spec.l1_curation.mint, ALICE, subgraph, tokens)


def allocate(world: TwoLayers, subgraph: bytes = SUBGRAPH, tokens: int = GRT) -> int:
    """Stake tokens of Alice and allocate them; the allocation's id."""
    world.send(world.spec.l1_staking.stake, ALICE, tokens)
    allocation = world.send(world.spec.l1_staking.allocate, ALICE, ALICE, subgraph, tokens)
    assert isinstance(allocation, int)
    return allocation


def close(world: TwoLayers, number: int, sender: int = ALICE, proof: bytes = PROOF) -> int:
    """Close an allocation; the rewards that were paid."""
    rewards = world.send(world.spec.l1_staking.close_allocation, sender, number, proof)
    assert isinstance(rewards, int)
    return rewards


def view(world: TwoLayers, method: Callable[..., Any], *args: Any) -> int:
    return int(method(world.call(ALICE), *args))


def rewards_so_far(world: TwoLayers) -> int:
    return view(world, world.spec.l1_reservoir.get_accumulated_rewards, world.block)


def burned(world: TwoLayers) -> int:
    return world.spec.totals.get(("l1_reservoir", BURNED, "amount"), 0)


# Shares.


def test_one_allocation_gets_everything(world: TwoLayers) -> None:
    signal(world, SUBGRAPH)
    number, before = allocate(world), rewards_so_far(world)
    world.block += EPOCH
    new = rewards_so_far(world) - before
    assert view(world, world.spec.l1_rewards.get_rewards, number) == new
    assert close(world, number) == new
    assert world.spec.l1_staking.stake_of(ALICE).tokens_staked == GRT + new
    assert world.balance("l1_staking") == world.spec.l1_staking.total_staked == GRT + new
    assert view(world, world.spec.l1_rewards.get_rewards, number) == 0
    again = world.refusal(world.spec.l1_staking.close_allocation, ALICE, number, PROOF)
    assert again == "AllocationAlreadyClosed"


def test_shares_are_those_of_the_proposal(world: TwoLayers) -> None:
    signal(world, SUBGRAPH, 3 * GRT)
    signal(world, OTHER, 4 * GRT)
    numbers = [allocate(world, each, n * GRT) for each, n in ((SUBGRAPH, 2), (SUBGRAPH, 5))]
    before = rewards_so_far(world)
    world.block += EPOCH
    new = Fraction(rewards_so_far(world) - before)
    per_signal = rational.rewards_per_signal(Fraction(0), new, Fraction(7 * GRT))
    earned = rational.subgraph_rewards(per_signal, Fraction(0), Fraction(3 * GRT))
    per_token = rational.rewards_per_allocated_token(Fraction(0), earned, Fraction(7 * GRT))
    for number, tokens in zip(numbers, (2, 5), strict=True):
        fair = rational.allocation_rewards(per_token, Fraction(0), Fraction(tokens * GRT))
        paid = close(world, number)
        assert fair - 2 * tokens - 3 <= paid <= fair


def test_a_subgraph_keeps_what_it_earned_when_its_signal_goes(world: TwoLayers) -> None:
    signal(world, SUBGRAPH)
    number, before = allocate(world), rewards_so_far(world)
    world.block += EPOCH
    earned = rewards_so_far(world) - before
    world.send(world.spec.l1_curation.burn, ALICE, SUBGRAPH, GRT)
    world.block += EPOCH
    books = world.spec.l1_rewards
    assert view(world, books.get_acc_rewards_for_subgraph, SUBGRAPH) >= earned
    assert close(world, number) == earned


def test_nobody_gets_what_accrues_without_signal_or_allocations(world: TwoLayers) -> None:
    world.block += EPOCH
    signal(world, SUBGRAPH)
    assert world.spec.l1_rewards.acc_rewards_per_signal == 0
    world.block += EPOCH
    number = allocate(world)
    world.block += EPOCH
    assert 0 < close(world, number) < rewards_so_far(world) // 2


@pytest.mark.parametrize("minimum", [GRT, GRT + 1])
def test_the_minimum_signal_is_enough(world: TwoLayers, minimum: int) -> None:
    world.send(world.spec.l1_rewards.set_minimum_subgraph_signal, GOVERNOR, minimum)
    signal(world, SUBGRAPH)
    number = allocate(world)
    world.block += EPOCH
    assert (close(world, number) > 0) == (minimum == GRT)


def test_a_new_rate_leaves_what_was_earned(world: TwoLayers) -> None:
    signal(world, SUBGRAPH)
    number = allocate(world)
    world.block += EPOCH
    earned = view(world, world.spec.l1_rewards.get_rewards, number)
    world.stage(rate=MAX_ISSUANCE_RATE)
    world.drip(0)
    assert view(world, world.spec.l1_rewards.get_rewards, number) == earned
    books = world.spec.l1_rewards
    assert books.acc_rewards_on_last_signal_update == rewards_so_far(world)


# What is burned.


def test_rewards_of_denied_subgraphs_are_burned(world: TwoLayers) -> None:
    signal(world, SUBGRAPH)
    number = allocate(world)
    world.send(world.spec.l1_rewards.set_denied, ORACLE, SUBGRAPH, True)
    world.block += EPOCH
    earned, supply = view(world, world.spec.l1_rewards.get_rewards, number), total_supply(world)
    assert close(world, number) == 0
    assert burned(world) == earned > 0
    assert total_supply(world) == supply - earned


def total_supply(world: TwoLayers) -> int:
    return world.spec.l1_token.total_supply


def test_rewards_without_a_proof_are_burned(world: TwoLayers) -> None:
    signal(world, SUBGRAPH)
    number = allocate(world)
    world.block += EPOCH
    earned = view(world, world.spec.l1_rewards.get_rewards, number)
    assert close(world, number, proof=NO_PROOF) == 0
    assert burned(world) == earned > 0


def test_late_allocations_are_closed_by_anybody_and_burned(world: TwoLayers) -> None:
    signal(world, SUBGRAPH)
    number, mine = allocate(world), allocate(world)
    closing = world.spec.l1_staking.close_allocation
    world.block += 3 * EPOCH
    assert world.refusal(closing, BOB, number, PROOF) == "NotAuthorised"
    world.block += EPOCH
    earned = view(world, world.spec.l1_rewards.get_rewards, number)
    assert close(world, number, BOB) == 0
    assert burned(world) == earned > 0
    assert close(world, mine) == earned


def test_rewards_wait_for_a_drip_when_the_reservoir_is_empty(world: TwoLayers) -> None:
    signal(world, SUBGRAPH)
    number = allocate(world)
    world.block += 2 * INTERVAL
    closing = world.spec.l1_staking.close_allocation
    assert world.refusal(closing, ALICE, number, PROOF) == "ERC20InsufficientBalance"
    world.drip()
    assert close(world, number) > 0


# Stake and signal.


def test_what_staking_refuses(world: TwoLayers) -> None:
    staking = world.spec.l1_staking
    assert world.refusal(staking.stake, ALICE, 0) == "InvalidZeroAmount"
    assert world.refusal(staking.stake, BOB, 1) == "ERC20InsufficientAllowance"
    assert world.refusal(staking.unstake, ALICE, 1) == "InsufficientCapacity"
    assert world.refusal(staking.set_operator, ALICE, ALICE, True) == "InvalidOperator"
    assert world.refusal(staking.allocate, BOB, ALICE, SUBGRAPH, 1) == "NotAuthorised"
    assert world.refusal(staking.allocate, ALICE, ALICE, SUBGRAPH, 0) == "InvalidZeroAmount"
    assert world.refusal(staking.close_allocation, ALICE, 0, PROOF) == "NoAllocation"
    number = allocate(world)
    assert world.refusal(staking.unstake, ALICE, 1) == "InsufficientCapacity"
    assert world.refusal(staking.allocate, ALICE, ALICE, SUBGRAPH, 1) == "InsufficientCapacity"
    assert world.refusal(staking.close_allocation, ALICE, number, PROOF) == "TooEarlyToClose"
    world.send(staking.set_operator, ALICE, CAROL, True)
    world.block += EPOCH
    assert close(world, number, CAROL) == 0
    world.send(staking.unstake, ALICE, GRT)
    assert world.balance("l1_staking") == 0


def test_what_curation_refuses(world: TwoLayers) -> None:
    curation = world.spec.l1_curation
    assert world.refusal(curation.mint, ALICE, SUBGRAPH, 0) == "InvalidZeroAmount"
    assert world.refusal(curation.mint, BOB, SUBGRAPH, 1) == "ERC20InsufficientAllowance"
    signal(world, SUBGRAPH)
    assert world.refusal(curation.burn, ALICE, SUBGRAPH, 0) == "InvalidZeroAmount"
    assert world.refusal(curation.burn, ALICE, SUBGRAPH, GRT + 1) == "InsufficientSignal"
    assert world.refusal(curation.burn, BOB, SUBGRAPH, 1) == "InsufficientSignal"


def test_only_staking_takes_and_only_the_manager_pulls(world: TwoLayers) -> None:
    books, reservoir = world.spec.l1_rewards, world.spec.l1_reservoir
    assert world.refusal(books.take_rewards, ALICE, 0) == "OnlyStaking"
    assert world.refusal(books.take_and_burn_rewards, ALICE, 0) == "OnlyStaking"
    assert world.refusal(reservoir.pull_rewards, ALICE, ALICE, 1) == "OnlyRewardsManager"
    assert world.refusal(reservoir.burn_rewards, ALICE, 1) == "OnlyRewardsManager"


# Nothing ever decreases.


def accumulators(world: TwoLayers) -> list[int]:
    """Everything that may only grow, on both layers."""
    found = []
    for layer in ("l1", "l2"):
        books = world.spec.contracts[f"{layer}_rewards"].state()
        reservoir: Any = world.spec.contracts[f"{layer}_reservoir"]
        found += [
            books["acc_rewards_per_signal"],
            books["acc_rewards_on_last_signal_update"],
            reservoir.accumulated_layer_rewards,
            reservoir.get_accumulated_rewards(world.call(ALICE), world.block),
        ]
    for subgraph in (SUBGRAPH, OTHER):
        earned = world.spec.l1_rewards.subgraph(subgraph)
        found += [earned.acc_rewards_for_subgraph, earned.acc_rewards_per_allocated_token]
    return found


def act(world: TwoLayers, action: str, subgraph: bytes, amount: int) -> None:
    """One thing that somebody does."""
    spec = world.spec
    match action:
        case "signal":
            signal(world, subgraph, amount)
        case "unsignal":
            world.send(spec.l1_curation.burn, ALICE, subgraph, amount)
        case "allocate":
            allocate(world, subgraph, amount)
        case "close":
            close(world, amount % 4)
        case "minimum":
            world.send(spec.l1_rewards.set_minimum_subgraph_signal, GOVERNOR, amount)
        case "stage":
            rate = ONE + amount % (MAX_ISSUANCE_RATE - ONE)
            world.stage(rate=rate, fraction=amount % (ONE + 1))
        case "drip":
            world.drip(1)
            world.deliver()


def attempt(world: TwoLayers, action: str, subgraph: bytes, amount: int) -> str | None:
    """Do one thing; why it was refused, or ``None``."""
    try:
        act(world, action, subgraph, amount)
    except Revert as refused:
        return refused.reason
    return None


ACTIONS = ("signal", "unsignal", "allocate", "close", "minimum", "stage", "drip", "wait")


@given(
    steps=st.lists(
        st.tuples(
            st.sampled_from(ACTIONS),
            st.sampled_from((SUBGRAPH, OTHER)),
            st.one_of(st.integers(1, 5), st.integers(1, 10**6 * GRT)),
            st.integers(0, 2 * EPOCH),
        ),
        max_size=25,
    )
)
@settings(max_examples=60, deadline=None)
def test_what_accumulates_never_decreases(steps: list[tuple[str, bytes, int, int]]) -> None:
    world = flowing()
    before = accumulators(world)
    for action, subgraph, amount, blocks in steps:
        world.block += blocks
        refusal = attempt(world, action, subgraph, amount)
        assert refusal != "Panic"
        after = accumulators(world)
        assert all(old <= new for old, new in zip(before, after, strict=True))
        before = after
        check_books(world)


def check_books(world: TwoLayers) -> None:
    """The sums of Curation and Staking, and that L1 can pay what has accrued."""
    spec = world.spec
    curation, staking = spec.l1_curation, spec.l1_staking
    assert sum(curation.signal.values()) == curation.total_signal
    assert world.balance("l1_curation") == curation.total_signal
    stakes = staking.stakes.values()
    assert sum(each.tokens_staked for each in stakes) == staking.total_staked
    assert world.balance("l1_staking") == staking.total_staked
    allocated = sum(each.tokens_allocated for each in stakes)
    assert allocated == sum(staking.subgraph_allocations.values())
    if world.block <= spec.l1_reservoir.rewards_minted_until_block:
        pulled = spec.totals.get(("l1_reservoir", "RewardsPulled", "amount"), 0)
        assert world.balance("l1_reservoir") >= rewards_so_far(world) - pulled - burned(world)
