"""Drips: from L1 through the ticket to the reservoir on L2."""

from __future__ import annotations

from dataclasses import replace

import pytest
from eth_abi.abi import decode as abi_decode

from specs.abi import encode
from specs.gip_0034 import ONE, DripMessage, fixed_point
from specs.messaging import LIFETIME, apply_alias
from specs.model import Revert
from tests.unit.specs.test_spec_gip_0034_world import (
    ADDRESSES,
    COST,
    GAS,
    GRT,
    INTERVAL,
    KEEPER,
    RATE,
    SUPPLY,
    TwoLayers,
)
from tests.unit.specs.two_chains import ALICE, BOB, CAROL, GOVERNOR

HALF, TENTH = ONE // 2, ONE // 10
AHEAD = fixed_point.new_rewards(SUPPLY, RATE, INTERVAL)
"""What the first drip mints: the rewards of one interval."""


@pytest.fixture
def world() -> TwoLayers:
    return TwoLayers()


def sent_to_l2(world: TwoLayers) -> tuple[int, DripMessage]:
    """The tokens and the message of the last order."""
    types = ["address", "address", "address", "uint256", "bytes"]
    *_, amount, data = abi_decode(types, world.orders()[-1].data[4:])
    return int(amount), DripMessage.decoded(data)


# On L1.


def test_the_first_drip_mints_one_interval(world: TwoLayers) -> None:
    world.drip()
    l1 = world.spec.l1_reservoir
    assert world.balance("l1_reservoir") == AHEAD
    assert world.spec.l1_token.total_supply == SUPPLY + AHEAD
    assert (l1.issuance_base, l1.issuance_rate) == (SUPPLY, RATE)
    assert l1.rewards_minted_until_block == world.block + INTERVAL
    assert world.orders() == []


def test_the_base_grows_by_rewards_and_not_with_the_supply(world: TwoLayers) -> None:
    world.drip()
    world.send(world.spec.l1_token.burn, ALICE, 10**9 * GRT)
    world.drip(100)
    accrued = fixed_point.new_rewards(SUPPLY, RATE, 100)
    assert world.spec.l1_reservoir.issuance_base == SUPPLY + accrued


@pytest.mark.parametrize("blocks", [1, INTERVAL - 1, INTERVAL, INTERVAL + 1, 2 * INTERVAL])
def test_drips_early_and_late_mint_what_is_missing(world: TwoLayers, blocks: int) -> None:
    world.drip()
    world.drip(blocks)
    base = world.spec.l1_reservoir.issuance_base
    accrued = base - SUPPLY
    ahead = fixed_point.new_rewards(base, RATE, INTERVAL)
    assert world.balance("l1_reservoir") == accrued + ahead
    l1, call = world.spec.l1_reservoir, world.call(ALICE)
    assert l1.get_accumulated_rewards(call, world.block + INTERVAL) == accrued + ahead


def test_the_minimum_interval_is_exclusive(world: TwoLayers) -> None:
    world.send(world.spec.l1_reservoir.set_min_drip_interval, GOVERNOR, 10)
    assert world.drip_refusal(10) == "DripTooEarly"
    world.drip(1)


def test_who_may_drip(world: TwoLayers) -> None:
    spec, terms = world.spec, (GAS, 20, COST, KEEPER)
    l1 = spec.l1_reservoir
    world.block += 1
    assert world.refusal(l1.drip, ALICE, *terms) == "NotAllowedToDrip"
    world.send(spec.l1_token.approve, ALICE, spec.l1_staking.address, GRT)
    world.send(spec.l1_staking.stake, ALICE, GRT)
    assert world.refusal(l1.drip_for, CAROL, *terms, ALICE) == "NotAllowedToDrip"
    world.send(spec.l1_staking.set_operator, ALICE, CAROL, True)
    assert world.refusal(l1.drip, CAROL, *terms) == "NotAllowedToDrip"
    world.send(l1.drip_for, CAROL, *terms, ALICE)
    world.block += 1
    world.send(l1.drip, ALICE, *terms)
    world.send(spec.l1_staking.unstake, ALICE, GRT)
    world.block += 1
    assert world.refusal(l1.drip_for, CAROL, *terms, ALICE) == "NotAllowedToDrip"
    assert world.refusal(l1.drip, ALICE, *terms) == "NotAllowedToDrip"


def test_a_drip_needs_a_beneficiary_and_no_ether_without_a_message(world: TwoLayers) -> None:
    assert world.drip_refusal(1, keeper=0) == "InvalidBeneficiary"
    assert world.drip_refusal(value=1) == "UnexpectedEth"


def test_staged_parameters_wait_for_a_drip(world: TwoLayers) -> None:
    world.drip()
    l1, call = world.spec.l1_reservoir, world.call(ALICE)
    before = l1.get_accumulated_rewards(call, world.block + 500)
    world.stage(rate=RATE + 10**9, fraction=HALF)
    assert l1.get_accumulated_rewards(call, world.block + 500) == before
    assert (l1.issuance_rate, l1.l2_rewards_fraction) == (RATE, 0)
    world.drip(500)
    assert l1.accumulated_layer_rewards == before
    assert (l1.issuance_rate, l1.l2_rewards_fraction) == (RATE + 10**9, HALF)


# To L2.


def test_a_drip_arrives_on_l2(world: TwoLayers) -> None:
    world.stage(fraction=TENTH)
    world.drip()
    amount, message = sent_to_l2(world)
    assert amount == AHEAD // 10
    base = SUPPLY // 10
    assert message == DripMessage(base=base, rate=RATE, nonce=0, keeper_reward=0, keeper=KEEPER)
    assert world.spec.l1_gateway.escrow() == amount
    assert world.balance("l1_reservoir") == AHEAD - amount
    world.block += 30
    world.deliver()
    l2 = world.spec.l2_reservoir
    assert world.balance("l2_reservoir") == world.spec.l2_token.total_supply == amount
    assert (l2.issuance_base, l2.issuance_rate) == (base, RATE)
    assert (l2.last_rewards_update_block, l2.next_drip_nonce) == (world.block, 1)
    rewards = l2.get_accumulated_rewards(world.call(ALICE), world.block + INTERVAL)
    assert amount - 2 < rewards <= amount + 2


@pytest.mark.parametrize("fraction", [TENTH, HALF, ONE])
def test_what_l2_gets_when_its_part_changes(world: TwoLayers, fraction: int) -> None:
    world.stage(fraction=TENTH)
    world.drip()
    before, nonce = world.spec.l1_reservoir.issuance(), world.spec.l1_reservoir.next_drip_nonce
    world.stage(fraction=fraction)
    world.drip(INTERVAL - 10)
    epsilon = before.new_rewards(before.until) - before.new_rewards(world.block)
    ahead = fixed_point.new_rewards(world.spec.l1_reservoir.issuance_base, RATE, INTERVAL)
    amount, message = sent_to_l2(world)
    assert amount == (fraction * ahead - TENTH * epsilon) // ONE
    assert message.nonce == nonce
    if fraction == TENTH:
        assert amount == (ahead - epsilon) * TENTH // ONE


def test_a_lower_part_must_wait_until_it_is_not_negative(world: TwoLayers) -> None:
    world.stage(fraction=HALF)
    world.drip()
    world.stage(fraction=TENTH)
    assert world.drip_refusal(100) == "NegativeL2Amount"
    plan = world.spec.l1_reservoir.plan(world.call(BOB))
    assert plan.l2 < 0 < plan.minted
    world.drip(INTERVAL - 100)
    assert sent_to_l2(world)[0] >= 0


def test_no_part_and_a_lower_rate_do_not_stop_drips_for_ever(world: TwoLayers) -> None:
    world.stage(fraction=HALF)
    world.drip()
    world.deliver()
    world.stage(fraction=0, rate=ONE + (RATE - ONE) // 10)
    assert world.drip_refusal(INTERVAL // 2) == "MintNotPositive"
    world.drip(INTERVAL - INTERVAL // 2)
    amount, message = sent_to_l2(world)
    assert (amount, message.base) == (0, 0)
    world.deliver()
    assert world.spec.l2_reservoir.issuance_base == 0
    world.drip(INTERVAL)
    assert len(world.orders()) == 2


def test_issuance_can_end_and_begin_again(world: TwoLayers) -> None:
    world.drip()
    world.stage(rate=ONE)
    assert world.drip_refusal(INTERVAL) == "MintNotPositive"
    world.drip(1)
    assert world.drip_refusal(INTERVAL) == "MintNotPositive"
    world.stage(rate=RATE)
    world.drip()


def test_a_drip_that_reverts_changes_nothing(world: TwoLayers) -> None:
    world.stage(fraction=HALF, rate=RATE + 1)
    assert world.drip_refusal(1, value=0) == "WrongEthValue"
    world.send(
        world.spec.l1_gateway.set_callhook_allowed, GOVERNOR, ADDRESSES["l1_reservoir"], False
    )
    assert world.drip_refusal() == "CallhookNotAllowed"
    assert world.spec.l1_reservoir.next_drip_nonce == 0
    assert world.spec.l1_token.total_supply == SUPPLY


def test_l2_runs_short_by_as_many_blocks_as_a_delivery_is_late(world: TwoLayers) -> None:
    """The drip comes exactly at the end of the interval, its message 30 blocks later."""
    world.stage(fraction=HALF)
    world.drip()
    world.deliver()
    world.drip(INTERVAL)
    world.block += 30
    l2, call = world.spec.l2_reservoir, world.call(ALICE)
    short = l2.get_accumulated_rewards(call, world.block) - world.balance("l2_reservoir")
    at_the_end = l2.issuance_base + l2.get_new_rewards(call, world.block - 30)
    assert abs(short - fixed_point.new_rewards(at_the_end, RATE, 30)) < 10**15
    world.deliver()
    assert l2.get_accumulated_rewards(call, world.block) < world.balance("l2_reservoir")


# Order and repair.


def test_messages_are_accepted_in_order(world: TwoLayers) -> None:
    world.stage(fraction=HALF)
    for _ in range(3):
        world.drip(10, gas_price=0)
    world.deliver()
    l2 = world.spec.l2_reservoir
    assert not world.redeem(1)
    assert not world.redeem(2)
    assert (l2.next_drip_nonce, world.balance("l2_reservoir")) == (0, 0)
    assert [world.redeem(ticket) for ticket in (0, 1, 2)] == [True, True, True]
    assert l2.next_drip_nonce == world.spec.l1_reservoir.next_drip_nonce == 3
    assert world.balance("l2_reservoir") == world.spec.l1_gateway.escrow()


def test_the_governor_repairs_a_lost_message(world: TwoLayers) -> None:
    world.stage(fraction=HALF)
    world.drip(gas_price=0)
    world.deliver()
    world.time += LIFETIME + 1
    world.send(world.spec.l2_retryables.expire, CAROL, 0)
    world.drip(INTERVAL)
    world.deliver()
    l2 = world.spec.l2_reservoir
    assert (l2.issuance_base, l2.next_drip_nonce) == (0, 0)
    world.send(l2.set_next_drip_nonce, GOVERNOR, 1)
    assert world.redeem(1)
    assert l2.issuance_base == world.spec.l1_reservoir.issuance().l2_base()
    lost = world.spec.l1_gateway.escrow() - world.spec.l2_token.total_supply
    assert lost == AHEAD // 2


def test_only_the_gateway_tells_and_only_of_the_l1_reservoir(world: TwoLayers) -> None:
    l2, gateway = world.spec.l2_reservoir, world.spec.l2_gateway.address
    l1 = world.spec.l1_reservoir.address
    message = DripMessage(base=1, rate=RATE, nonce=0, keeper_reward=0, keeper=KEEPER)
    data = message.encoded()
    assert world.refusal(l2.on_token_transfer, ALICE, l1, 0, data) == "OnlyGateway"
    assert world.refusal(l2.on_token_transfer, gateway, ALICE, 0, data) == "OnlyL1Reservoir"
    late = replace(message, nonce=1).encoded()
    assert world.refusal(l2.on_token_transfer, gateway, l1, 0, late) == "InvalidNonce"
    world.send(l2.on_token_transfer, gateway, l1, 0, data + b"more")
    assert world.refusal(l2.on_token_transfer, gateway, l1, 0, data) == "InvalidNonce"


def test_bytes_that_are_no_message() -> None:
    data = encode(("uint256",) * 5, 1, 2, 3, 4, 2**160)
    for bad in (data, data[:-1], b""):
        with pytest.raises(Revert, match="do not decode"):
            DripMessage.decoded(bad)
    assert DripMessage.decoded(encode(("uint256",) * 5, 1, 2, 3, 4, 5)).keeper == 5


# The keeper.


def test_the_keeper_is_paid_on_l1_without_a_message(world: TwoLayers) -> None:
    l1 = world.spec.l1_reservoir
    world.send(l1.set_drip_reward_per_block, GOVERNOR, GRT)
    world.send(l1.set_min_drip_interval, GOVERNOR, 5)
    call = world.call(BOB)
    assert l1.get_keeper_reward(call, world.block + 5) == 0
    assert l1.get_keeper_reward(call, world.block + 6) == 6 * GRT
    world.drip(40)
    assert world.spec.l1_token.balance_of(KEEPER) == 40 * GRT
    assert world.spec.l1_token.total_supply == SUPPLY + AHEAD + 40 * GRT
    assert world.balance("l1_reservoir") == AHEAD


@pytest.mark.parametrize("first_try", [True, False])
def test_the_keeper_and_who_redeems_divide_the_reward(world: TwoLayers, first_try: bool) -> None:
    world.send(world.spec.l1_reservoir.set_drip_reward_per_block, GOVERNOR, 7)
    world.send(world.spec.l2_reservoir.set_l2_keeper_reward_fraction, GOVERNOR, HALF)
    world.stage(fraction=HALF)
    world.drip(3, gas_price=20 if first_try else 0)
    world.deliver()
    if not first_try:
        assert world.redeem(0, CAROL)
    token = world.spec.l2_token
    redeemers = 0 if first_try else 10
    assert (token.balance_of(KEEPER), token.balance_of(CAROL)) == (21 - redeemers, redeemers)
    assert world.balance("l2_reservoir") == AHEAD // 2
    alias = apply_alias(ADDRESSES["l1_reservoir"])
    assert world.orders()[0].excess_fee_refund_address == alias
    assert token.balance_of(alias) == 0


def test_a_redeemer_cannot_get_more_than_all(world: TwoLayers) -> None:
    setter = world.spec.l2_reservoir.set_l2_keeper_reward_fraction
    assert world.refusal(setter, GOVERNOR, ONE + 1) == "ParameterTooLarge"
    world.send(setter, GOVERNOR, ONE)
    world.send(world.spec.l1_reservoir.set_drip_reward_per_block, GOVERNOR, 7)
    world.stage(fraction=HALF)
    world.drip(gas_price=0)
    world.deliver()
    assert world.redeem(0, CAROL)
    assert world.spec.l2_token.balance_of(CAROL) == 7
    assert world.spec.l2_token.balance_of(KEEPER) == 0
