"""Both layers together: what accrues where, what travels, in which order, and who is paid for it.

*In sync* means that every message of a drip has taken effect on L2, in order, and that the governor
never had to repair the nonce there.  Amounts are wei of GRT.
"""

from __future__ import annotations

from harness import CallView, invariant, rule, transition
from properties.gip_0034.figures import figures_at, l1_rewards, l2_rewards_due, taken
from properties.gip_0034.system import L1_RESERVOIR, ONE, Gip0034
from properties.messaging import alias


def in_sync(w: Gip0034) -> bool:
    """Whether L2 has taken in all that L1 sent, without any help."""
    same = w.l2_reservoir.state.nextDripNonce == w.l1_reservoir.state.nextDripNonce
    return bool(same) and bool(w.repairs.count == 0)


# Invariants


@invariant("GIP-0034-040", severity="critical", source="GIP-0034, R = R1 + R2")
def what_was_minted_is_what_accrues_until_t1(w: Gip0034) -> bool:
    """All drips together minted R(t1) exactly, besides keeper rewards: nothing is lost between."""
    s = w.l1_reservoir.state
    ahead = w.l1_reservoir.getNewGlobalRewards(s.rewardsMintedUntilBlock)
    minted = w.dripped.total - w.keeper.total
    return minted == s.issuanceBase - w.snapshots.total + ahead


@invariant("GIP-0034-041", severity="critical", source="GIP-0034, message to L2")
def l2_in_sync_knows_what_l1_knows(w: Gip0034) -> bool | None:
    """In sync L2 has received what L1 sent, and has L1's q and, if it gets any, L1's rate."""
    if not in_sync(w):
        return None
    l1, l2 = w.l1_reservoir.state, w.l2_reservoir.state
    if w.received.total != w.sent_to_l2.total:
        return False
    if l2.issuanceBase != l1.l2RewardsFraction * l1.issuanceBase // ONE:
        return False
    return l1.l2RewardsFraction == 0 or l2.issuanceRate == l1.issuanceRate


@invariant("GIP-0034-042", severity="critical", source="GIP-0034, nonce")
def each_message_counts_once(w: Gip0034) -> bool | None:
    """Unless the governor repaired it, L2's nonce is how many messages it took: never too many."""
    if w.repairs.count != 0:
        return None
    nonce = w.l2_reservoir.state.nextDripNonce
    return w.received.count == nonce and nonce <= w.l1_reservoir.state.nextDripNonce


@invariant("GIP-0034-043", severity="critical", source="GIP-0034, L2 solvency")
def l2_keeps_what_it_received(w: Gip0034) -> bool:
    """What L2's reservoir has, paid and burned is what it received, besides keeper rewards."""
    received = w.received.total - w.keeper_share.total - w.redeemer_share.total
    return w.l2_token.state._balances[w.l2_reservoir] + taken(w, "l2") >= received


@invariant("GIP-0034-044", severity="critical", source="GIP-0034, L2 solvency")
def l1_sent_what_l2_earns(w: Gip0034) -> bool:
    """What L1 kept covers R1(t1) to the wei, and what it sent covers R2(t1) but for the rest.

    The rest is less than 2 wei for each drip: GIP-0034-095.
    """
    until = w.l1_reservoir.state.rewardsMintedUntilBlock
    for_l2 = l2_rewards_due(w, until)
    messages = w.sent_to_l2.total - (w.keeper.total - w.l1_keeper_paid.total)
    kept = w.dripped.total - w.keeper.total - messages
    return kept >= l1_rewards(w, until) and for_l2 >= messages


@invariant("GIP-0034-045", severity="high", source="GIP-0034, keeper reward")
def the_keeper_reward_starts_after_the_interval(w: Gip0034) -> bool:
    """The keeper's reward is 0 as long as no drip is possible, and per block from then on."""
    s, block = w.l1_reservoir.state, w.l1.block
    reward = w.l1_reservoir.getKeeperReward(block)
    if block <= s.lastRewardsUpdateBlock + s.minDripInterval:
        return reward == 0
    return reward == s.dripRewardPerBlock * (block - s.lastRewardsUpdateBlock)


@invariant("GIP-0034-046", severity="critical", source="GIP-0034, keeper reward")
def keepers_are_paid_once(w: Gip0034) -> bool:
    """What was paid for drips on both layers is no more than they promised; all of it in sync."""
    paid = w.l1_keeper_paid.total + w.keeper_share.total + w.redeemer_share.total
    if in_sync(w):
        return paid == w.keeper.total
    return w.repairs.count != 0 or paid <= w.keeper.total


@invariant("GIP-0034-047", severity="high", source="GIP-0034, R1(t)")
def l1_has_no_more_than_all_rewards(w: Gip0034) -> bool:
    """R1(t0) is no more than what p has grown by since the initial snapshot."""
    s = w.l1_reservoir.state
    return s.accumulatedLayerRewards <= s.issuanceBase - w.snapshots.total


@invariant("GIP-0034-048", severity="critical", source="GIP-0034, L1 solvency")
def the_l1_reservoir_covers_what_will_accrue(w: Gip0034) -> bool:
    """The reservoir on L1 can pay R1(t1), all of it that will accrue until the drip's deadline.

    What was taken is paid already.  GIP-0034-004 follows, as R1 grows with time.
    """
    due = l1_rewards(w, w.l1_reservoir.state.rewardsMintedUntilBlock)
    return w.l1_token.state._balances[w.l1_reservoir] + taken(w, "l1") >= due


@invariant("GIP-0034-049", severity="high", source="GIP-0034, R1(t) and R2(t)")
def what_was_shared_out_had_accrued(w: Gip0034) -> bool:
    """The rewards that were shared out among signal are no more than the layer's rewards by now.

    Nothing is said of rewards that have grown so much that they cannot be computed.
    """
    for reservoir, manager, block in (
        (w.l1_reservoir, w.l1_rewards, w.l1.block),
        (w.l2_reservoir, w.l2_rewards, w.l2.block),
    ):
        if reservoir.state.lastRewardsUpdateBlock > block:
            return False
        accrued = reservoir.getAccumulatedRewards.or_none(block)
        if accrued is None:
            continue
        if manager.state.accRewardsOnLastSignalUpdate > accrued:
            return False
    return True


# Transitions


@transition("GIP-0034-050", severity="critical", source="GIP-0034, R(t)")
def l1_accrues_by_time_alone(before: Gip0034, call: CallView, after: Gip0034) -> bool | None:
    """No call but the initial snapshot changes R1 or R2 as L1 has them until now: time does.

    Where they have grown so much that they cannot be computed, nothing can be said of them.
    """
    if call.is_to("l1_reservoir.initialSnapshot"):
        return None
    block = before.l1.block
    if before.l1_reservoir.getAccumulatedRewards.or_none(block) is None:
        return None
    return l1_rewards(after, block) == l1_rewards(before, block) and l2_rewards_due(
        after, block
    ) == l2_rewards_due(before, block)


@transition("GIP-0034-051", severity="critical", source="GIP-0034, R2(t)")
def l2_accrues_by_time_alone(before: Gip0034, call: CallView, after: Gip0034) -> bool | None:
    """No call changes R2 as L2 has it until now: a drip that arrives only changes what follows.

    Where it has grown so much that it cannot be computed, nothing can be said of it.
    """
    block = before.l2.block
    accrued = before.l2_reservoir.getAccumulatedRewards.or_none(block)
    if accrued is None:
        return None
    return after.l2_reservoir.getAccumulatedRewards(block) == accrued


@transition("GIP-0034-052", severity="high", source="GIP-0034, keeper reward")
def who_redeems_gets_his_share(before: Gip0034, call: CallView, after: Gip0034) -> bool | None:
    """Who redeems a drip by hand gets his fraction of the reward, and the keeper the rest.

    A ticket that redeems itself does so for the alias of L1's reservoir, which gets nothing.
    """
    if after.received.count == before.received.count:
        return None
    who = before.l2_retryables.getCurrentRedeemer()
    keeper = after.keeper_share.total - before.keeper_share.total
    redeemer = after.redeemer_share.total - before.redeemer_share.total
    if who == alias(L1_RESERVOIR):
        return redeemer == 0
    fraction = before.l2_reservoir.state.l2KeeperRewardFraction
    return redeemer == (keeper + redeemer) * fraction // ONE


@transition("GIP-0034-056", severity="high", source="GIP-0034, aliases")
def nobody_redeems_as_the_reservoir_of_l1(
    before: Gip0034, call: CallView, after: Gip0034
) -> bool | None:
    """No drip is redeemed by L1's reservoir under its own address, at which nobody is on L2."""
    if after.received.count == before.received.count:
        return None
    return before.l2_retryables.getCurrentRedeemer() != L1_RESERVOIR


@transition("GIP-0034-053", severity="high", source="GIP-0034, nonce")
def a_message_comes_through_the_gateway(
    before: Gip0034, call: CallView, after: Gip0034
) -> bool | None:
    """L2's reservoir takes messages only from its gateway, in the name of L1's gateway."""
    if after.received.count == before.received.count:
        return None
    delivers = call.is_to("l2_gateway.finalizeInboundTransfer")
    return delivers and call.sender == alias(int(after.l1_gateway.address))


# Rules


@rule(
    "GIP-0034-054",
    on="l2_reservoir.setNextDripNonce",
    severity="high",
    source="GIP-0034, expired tickets",
)
def the_governor_can_always_repair(before: Gip0034, call: CallView, after: Gip0034) -> bool | None:
    """The governor, and nobody else, can set the nonce that L2 expects, whatever happened."""
    if call.value != 0:
        return None
    if call.sender != after.governor:
        return not call.succeeded
    return call.succeeded and after.l2_reservoir.state.nextDripNonce == call.args.value


@rule("GIP-0034-055", on="l1_reservoir.drip", severity="critical", source="GIP-0034, nonce")
def a_drip_with_a_message_takes_the_next_nonce(
    before: Gip0034, call: CallView, after: Gip0034
) -> bool | None:
    """A drip takes a nonce and sends a ticket exactly when L2 has a part in it, or had one."""
    if not call.succeeded:
        return None
    step = after.l1_reservoir.state.nextDripNonce - before.l1_reservoir.state.nextDripNonce
    sent = after.l1_bridge.state.delayedMessageCount - before.l1_bridge.state.delayedMessageCount
    expected = 1 if figures_at(before, before.l1.block).message else 0
    return step == expected and sent == expected
