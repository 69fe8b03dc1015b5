"""The reservoirs: what a drip mints and sends, in which order, and what the chains then hold.

Amounts are wei of GRT; rates and fractions are 1e18 fixed point.
"""

from __future__ import annotations

from harness import CallView, invariant, rule, transition
from harness.fixed_point import share_is_monotone
from properties.gip_0034.figures import dripped_in, l1_rewards, taken
from properties.gip_0034.system import ONE, Gip0034

# Invariants


@invariant("GIP-0034-001", severity="high", source="ERC-20")
def l1_balances_add_up(w: Gip0034) -> bool:
    """The balances on L1 add up to the supply on L1."""
    return w.l1_token.state._balances.total == w.l1_token.state._totalSupply


@invariant("GIP-0034-002", severity="high", source="ERC-20")
def l2_balances_add_up(w: Gip0034) -> bool:
    """The balances on L2 add up to the supply on L2."""
    return w.l2_token.state._balances.total == w.l2_token.state._totalSupply


@invariant("GIP-0034-003", severity="critical", source="GIP-0031, bridge")
def the_escrow_covers_l2(w: Gip0034) -> bool:
    """The L1 gateway holds at least what there is on L2: it can pay every withdrawal."""
    return w.l1_token.state._balances[w.l1_gateway] >= w.l2_token.state._totalSupply


@invariant("GIP-0034-004", severity="critical", source="GIP-0034, R1 and taken rewards")
def the_l1_reservoir_covers_what_accrued(w: Gip0034) -> bool:
    """Until the drip's deadline the reservoir on L1 can pay all that accrued and was not taken.

    What accrued is no more than R1(t1), all that will have accrued by then.
    """
    s, grown = w.l1_reservoir.state, w.l1_reservoir.getNewGlobalRewards
    deadline = s.rewardsMintedUntilBlock
    until = w.l1.block if w.l1.block < deadline else deadline
    share_is_monotone(ONE - s.l2RewardsFraction, grown(until), grown(deadline))
    due, accrued = l1_rewards(w, deadline), l1_rewards(w, until)
    if accrued > due:
        return False
    return w.l1_token.state._balances[w.l1_reservoir] + taken(w, "l1") >= accrued


@invariant("GIP-0034-005", severity="high", source="GIP-0034, nonce")
def every_message_has_its_nonce(w: Gip0034) -> bool:
    """The next nonce on L1 is how many drip messages were sent: none is skipped or used twice."""
    return w.l1_reservoir.state.nextDripNonce == w.messages_sent.count


@invariant("GIP-0034-006", severity="high", source="Curation")
def signal_adds_up(w: Gip0034) -> bool:
    """On both chains the total signal is the sum over subgraphs, and Curation holds it."""
    l1, l2 = w.l1_curation.state, w.l2_curation.state
    return (
        l1.totalSignal == l1.signal.total
        and l2.totalSignal == l2.signal.total
        and w.l1_token.state._balances[w.l1_curation] >= l1.totalSignal
        and w.l2_token.state._balances[w.l2_curation] >= l2.totalSignal
    )


# Transitions


@transition("GIP-0034-010", severity="critical", source="GIP-0034, drip")
def only_a_drip_mints_on_l1(before: Gip0034, call: CallView, after: Gip0034) -> bool | None:
    """The supply on L1 rises only by a drip, and by what that drip says it minted."""
    rise = after.l1_token.state._totalSupply - before.l1_token.state._totalSupply
    if rise <= 0:
        return None
    return dripped_in(before, after) and rise == after.dripped.total - before.dripped.total


@transition("GIP-0034-011", severity="critical", source="GIP-0034, staged parameters")
def parameters_take_effect_at_a_drip(
    before: Gip0034, call: CallView, after: Gip0034
) -> bool | None:
    """The rate and the fraction in force change only at a drip, to what was staged."""
    was, now = before.l1_reservoir.state, after.l1_reservoir.state
    if was.issuanceRate == now.issuanceRate and was.l2RewardsFraction == now.l2RewardsFraction:
        return None
    return (
        dripped_in(before, after)
        and now.issuanceRate == was.nextIssuanceRate
        and now.l2RewardsFraction == was.nextL2RewardsFraction
    )


@transition("GIP-0034-012", severity="high", source="GIP-0034, nonce")
def a_nonce_is_used_only_by_a_message(
    before: Gip0034, call: CallView, after: Gip0034
) -> bool | None:
    """The nonce on L1 grows by one in a drip that sends a message, and never otherwise."""
    step = after.l1_reservoir.state.nextDripNonce - before.l1_reservoir.state.nextDripNonce
    if step == 0:
        return None
    sent = after.l1_bridge.state.delayedMessageCount - before.l1_bridge.state.delayedMessageCount
    return step == 1 and sent == 1


@transition("GIP-0034-013", severity="critical", source="GIP-0034, nonce")
def l2_accepts_nonces_in_order(before: Gip0034, call: CallView, after: Gip0034) -> bool | None:
    """L2 takes exactly the nonce that it expects; only the governor may change what it expects."""
    was, now = before.l2_reservoir.state.nextDripNonce, after.l2_reservoir.state.nextDripNonce
    if was == now:
        return None
    if call.is_to("l2_reservoir.setNextDripNonce"):
        return call.sender == after.governor
    received = after.received.count - before.received.count
    return now == was + 1 and received == 1


@transition("GIP-0034-014", severity="high", source="GIP-0034, accumulators")
def accumulators_never_fall(before: Gip0034, call: CallView, after: Gip0034) -> bool:
    """Rewards per signal and the rewards of each layer never decrease."""
    return all(
        getattr(after, name).state.accRewardsPerSignal
        >= getattr(before, name).state.accRewardsPerSignal
        for name in ("l1_rewards", "l2_rewards")
    ) and all(
        getattr(after, name).state.accumulatedLayerRewards
        >= getattr(before, name).state.accumulatedLayerRewards
        for name in ("l1_reservoir", "l2_reservoir")
    )


@transition("GIP-0034-015", severity="high", source="GIP-0034, keeper reward")
def the_keeper_is_paid_by_the_block(before: Gip0034, call: CallView, after: Gip0034) -> bool | None:
    """A drip's keeper reward is the reward per block for each block since the last update."""
    if after.dripped.count == before.dripped.count:
        return None
    was = before.l1_reservoir.state
    blocks = after.l1.block - was.lastRewardsUpdateBlock
    paid = after.keeper.total - before.keeper.total
    return paid == was.dripRewardPerBlock * blocks


@transition("GIP-0034-016", severity="high", source="GIP-0034, keeper reward")
def the_keeper_reward_is_conserved(before: Gip0034, call: CallView, after: Gip0034) -> bool | None:
    """What a message brings to L2 is in the reservoir then, but for what keeper and redeemer get.

    A keeper may name the reservoir itself as his beneficiary; then it has more.
    """
    if after.received.count == before.received.count:
        return None
    brought = after.l2_token.state._totalSupply - before.l2_token.state._totalSupply
    kept = after.l2_token.state._balances[after.l2_reservoir]
    kept -= before.l2_token.state._balances[before.l2_reservoir]
    paid = after.keeper_share.total - before.keeper_share.total
    paid += after.redeemer_share.total - before.redeemer_share.total
    return paid <= brought and kept >= brought - paid


@transition("GIP-0034-017", severity="high", source="GIP-0034, governance")
def only_the_governor_stages(before: Gip0034, call: CallView, after: Gip0034) -> bool | None:
    """Rates, fractions and intervals are staged or set by the governor alone."""
    was, now = before.l1_reservoir.state, after.l1_reservoir.state
    changed = (
        was.nextIssuanceRate != now.nextIssuanceRate
        or was.nextL2RewardsFraction != now.nextL2RewardsFraction
        or was.dripInterval != now.dripInterval
        or was.minDripInterval != now.minDripInterval
        or was.dripRewardPerBlock != now.dripRewardPerBlock
    )
    if not changed:
        return None
    return call.sender == after.governor


# Rules


@rule("GIP-0034-020", on="l1_reservoir.drip", severity="high", source="GIP-0034, drip")
def no_drip_within_the_interval(before: Gip0034, call: CallView, after: Gip0034) -> bool | None:
    """A drip reverts until more blocks than the interval have passed since the last one."""
    s = before.l1_reservoir.state
    if before.l1.block > s.lastRewardsUpdateBlock + s.minDripInterval:
        return None
    return not call.succeeded


@rule("GIP-0034-021", on="l1_reservoir.drip", severity="high", source="GIP-0034, pause")
def no_drip_while_paused(before: Gip0034, call: CallView, after: Gip0034) -> bool | None:
    """A drip reverts while the protocol on L1 is paused."""
    if not before.l1_controller.state.paused:
        return None
    return not call.succeeded
