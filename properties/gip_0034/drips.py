"""One drip: what it mints, sends and stores, and when it must or must not revert.

Amounts are wei of GRT; rates and fractions are 1e18 fixed point; times are blocks.
"""

from __future__ import annotations

from harness import CallView, invariant, rule, transition
from harness.fixed_point import growth_is_positive
from properties.gip_0034.figures import Figures, dripped_in, figures_at, figures_or_none
from properties.gip_0034.no_overflow import MOST_BLOCKS, MOST_RATE
from properties.gip_0034.system import GRT, ONE, SUBMISSION_COST, SUPPLY, Gip0034

MOST_INTERVAL = 365 * 7200
"""Longest interval between drips, in blocks: a year of them."""

MOST_REWARD = 10**6 * GRT
"""Highest keeper reward, in wei of GRT for each block."""

MOST_BASE = 10 * SUPPLY
"""Up to what p, in wei of GRT, nothing overflows that a drip within `MOST_BLOCKS` computes."""

# Invariants


def _late_drip(w: Gip0034) -> Figures | None:
    """The numbers of a drip after t1, now or as soon as that is: None where there need be none.

    There need be none without a rate above 1, nor where what a drip computes need not fit a word:
    that is when none was made for more than six years, or p is ten times the initial supply.
    """
    s = w.l1_reservoir.state
    if s.lastRewardsUpdateBlock == 0 or s.nextIssuanceRate <= ONE:
        return None
    block = s.rewardsMintedUntilBlock + 1
    if w.l1.block > block:
        block = w.l1.block
    if block - s.lastRewardsUpdateBlock >= MOST_BLOCKS or not ONE <= s.issuanceBase <= MOST_BASE:
        return None
    return figures_at(w, block)


@invariant("GIP-0034-031", severity="critical", source="GIP-0034, drip; liveness")
def a_late_drip_has_something_to_mint(w: Gip0034) -> bool | None:
    """From t1 + 1 on a drip has something to mint.

    So no drip reverts for ever, whatever was staged, but for a rate of 1: then there is nothing
    to mint, and the governor must stage another.  Said of the six years after a drip, and until p
    is ten times the initial supply.
    """
    f = _late_drip(w)
    if f is None:
        return None
    s = w.l1_reservoir.state
    power = w.l1_reservoir.pow(s.nextIssuanceRate, s.dripInterval)
    growth_is_positive(s.issuanceBase + f.accrued, power - ONE)
    return f.minted > 0


@invariant("GIP-0034-029", severity="critical", source="GIP-0034, drip; liveness")
def a_late_drip_owes_l2_nothing_negative(w: Gip0034) -> bool | None:
    """From t1 + 1 on what a drip sends L2 is no less than nothing, whatever was staged.

    Said of the six years after a drip, and until p is ten times the initial supply.
    """
    f = _late_drip(w)
    return None if f is None else f.due >= f.had


@invariant("GIP-0034-038", severity="high", source="GIP-0034, allowed range")
def parameters_are_in_their_range(w: Gip0034) -> bool:
    """Rates are from 1 to the highest allowed, fractions up to 1, intervals in their order.

    The keeper's reward for a block is no more than a million GRT.
    """
    s = w.l1_reservoir.state
    rates = ONE <= s.issuanceRate <= MOST_RATE and ONE <= s.nextIssuanceRate <= MOST_RATE
    fractions = s.l2RewardsFraction <= ONE and s.nextL2RewardsFraction <= ONE
    intervals = s.minDripInterval < s.dripInterval <= MOST_INTERVAL
    return rates and fractions and intervals and s.dripRewardPerBlock <= MOST_REWARD


@invariant("GIP-0034-039", severity="high", source="GIP-0034, t0 and t1")
def a_drip_covers_what_follows_it(w: Gip0034) -> bool:
    """t0 is not in the future, and t1 not before it nor more than the longest interval after it.

    Before the initial snapshot there are neither, and nothing accrues.
    """
    s = w.l1_reservoir.state
    since, until = s.lastRewardsUpdateBlock, s.rewardsMintedUntilBlock
    if since == 0:
        return until == 0 and s.issuanceBase == 0 and s.accumulatedLayerRewards == 0
    return since <= w.l1.block and since <= until <= since + MOST_INTERVAL


# Transitions


@transition("GIP-0034-030", severity="critical", source="GIP-0034, epsilon")
def epsilon_has_its_sign(before: Gip0034, call: CallView, after: Gip0034) -> bool | None:
    """In a drip epsilon is not negative before t1, zero at t1, and not positive after it.

    It is never more than all that the last drip minted for, and never less than minus what accrued.
    """
    if not dripped_in(before, after):
        return None
    block, until = before.l1.block, before.l1_reservoir.state.rewardsMintedUntilBlock
    f = figures_at(before, block)
    if block < until:
        return 0 <= f.epsilon <= f.prepaid
    if block == until:
        return f.epsilon == 0
    return -f.accrued <= f.epsilon <= 0


@transition("GIP-0034-032", severity="critical", source="GIP-0034, N = n - epsilon")
def a_drip_mints_n_less_epsilon(before: Gip0034, call: CallView, after: Gip0034) -> bool | None:
    """A drip mints N = n - epsilon > 0 and the keeper's reward, and the supply rises by that."""
    if not dripped_in(before, after):
        return None
    f = figures_at(before, before.l1.block)
    minted = after.dripped.total - before.dripped.total
    reward = after.keeper.total - before.keeper.total
    rise = after.l1_token.state._totalSupply - before.l1_token.state._totalSupply
    return f.minted > 0 and minted == f.minted + reward and rise == minted


@transition("GIP-0034-033", severity="critical", source="GIP-0034, N_L2")
def a_drip_sends_l2_its_part(before: Gip0034, call: CallView, after: Gip0034) -> bool | None:
    """L2 gets lambda_new * n - lambda_old * epsilon, rounded down once, and the keeper's reward.

    Without a message L2 gets nothing, and the keeper is paid on L1.
    """
    if not dripped_in(before, after):
        return None
    f = figures_at(before, before.l1.block)
    reward = after.keeper.total - before.keeper.total
    sent = after.sent_to_l2.total - before.sent_to_l2.total
    on_l1 = after.l1_keeper_paid.total - before.l1_keeper_paid.total
    if f.message:
        return f.due >= f.had and sent == f.sent + reward and on_l1 == 0
    return sent == 0 and on_l1 == reward


@transition("GIP-0034-034", severity="critical", source="GIP-0034, message to L2")
def what_is_sent_is_what_is_noted(before: Gip0034, call: CallView, after: Gip0034) -> bool | None:
    """What a drip says it sent, what its message says, and what the gateway took are the same."""
    if not dripped_in(before, after):
        return None
    said = after.sent_to_l2.total - before.sent_to_l2.total
    messaged = after.messages_sent.total - before.messages_sent.total
    deposited = after.deposited.total - before.deposited.total
    escrow = after.l1_token.state._balances[after.l1_gateway]
    escrow -= before.l1_token.state._balances[before.l1_gateway]
    on_l1 = after.l1_keeper_paid.total - before.l1_keeper_paid.total
    # A keeper who is paid on L1 may have named the gateway.
    return said == messaged == deposited and (escrow == said or escrow == said + on_l1)


@transition("GIP-0034-035", severity="critical", source="GIP-0034, p and t1")
def a_drip_stores_where_it_goes_on(before: Gip0034, call: CallView, after: Gip0034) -> bool | None:
    """A drip adds what accrued to p and to R1, sets t0 to now and t1 an interval ahead.

    So p follows the rewards alone, and not the supply.
    """
    if not dripped_in(before, after):
        return None
    was, now = before.l1_reservoir.state, after.l1_reservoir.state
    block = before.l1.block
    accrued = figures_at(before, block).accrued
    share = accrued * (ONE - was.l2RewardsFraction) // ONE
    return (
        now.issuanceBase == was.issuanceBase + accrued
        and now.accumulatedLayerRewards == was.accumulatedLayerRewards + share
        and now.lastRewardsUpdateBlock == block
        and now.rewardsMintedUntilBlock == block + was.dripInterval
    )


@transition("GIP-0034-036", severity="critical", source="GIP-0034, q")
def l2_is_told_the_new_state(before: Gip0034, call: CallView, after: Gip0034) -> bool | None:
    """A message tells L2 the new q = lambda * p, rounded down, and the new rate."""
    if after.messages_sent.count == before.messages_sent.count:
        return None
    now = after.l1_reservoir.state
    base = after.bases_sent.total - before.bases_sent.total
    rate = after.rates_sent.total - before.rates_sent.total
    return base == now.l2RewardsFraction * now.issuanceBase // ONE and rate == now.issuanceRate


@transition("GIP-0034-037", severity="high", source="GIP-0034, staged parameters")
def only_a_drip_moves_the_issuance(before: Gip0034, call: CallView, after: Gip0034) -> bool | None:
    """p, r, lambda, t0, t1 and R1 change only by a drip, or once by the initial snapshot."""
    was, now = before.l1_reservoir.state, after.l1_reservoir.state
    same = (
        now.issuanceBase == was.issuanceBase
        and now.issuanceRate == was.issuanceRate
        and now.l2RewardsFraction == was.l2RewardsFraction
        and now.lastRewardsUpdateBlock == was.lastRewardsUpdateBlock
        and now.rewardsMintedUntilBlock == was.rewardsMintedUntilBlock
        and now.accumulatedLayerRewards == was.accumulatedLayerRewards
    )
    if same:
        return None
    starts = after.snapshots.count == before.snapshots.count + 1
    return dripped_in(before, after) or starts


# Rules


@rule("GIP-0034-022", on="l1_reservoir.drip", severity="high", source="GIP-0034, who may drip")
def no_drip_by_strangers(before: Gip0034, call: CallView, after: Gip0034) -> bool | None:
    """A drip reverts unless its caller is allowed to drip or has stake on L1."""
    allowed = before.l1_reservoir.state.allowedDrippers[call.sender]
    if allowed or before.l1_staking.state.stakes[call.sender].tokensStaked > 0:
        return None
    return not call.succeeded


@rule("GIP-0034-023", on="l1_reservoir.dripFor", severity="high", source="GIP-0034, operators")
def no_drip_for_others(before: Gip0034, call: CallView, after: Gip0034) -> bool | None:
    """A drip for an indexer reverts unless he has stake and the caller is his operator."""
    s, indexer = before.l1_staking.state, call.args.indexer
    if s.stakes[indexer].tokensStaked > 0 and s.isOperator[indexer][call.sender]:
        return None
    return not call.succeeded


@rule("GIP-0034-024", on="l1_reservoir.drip", severity="critical", source="GIP-0034, drip")
def no_drip_with_bad_numbers(before: Gip0034, call: CallView, after: Gip0034) -> bool | None:
    """A drip reverts if it would mint nothing or less, or send L2 less than nothing.

    So it does if its numbers fit no word.
    """
    f = figures_or_none(before, before.l1.block)
    if f is not None and f.minted > 0 and f.due >= f.had:
        return None
    return not call.succeeded


@rule("GIP-0034-025", on="l1_reservoir.drip", severity="high", source="GIP-0034, keeper reward")
def no_drip_for_nobody(before: Gip0034, call: CallView, after: Gip0034) -> bool | None:
    """A drip reverts if nobody is named for the reward, or with ether that no message needs."""
    s = before.l1_reservoir.state
    message = s.l2RewardsFraction != 0 or s.nextL2RewardsFraction != 0
    if call.args.keeperRewardBeneficiary != 0 and (message or call.value == 0):
        return None
    return not call.succeeded


@rule("GIP-0034-026", on="l1_reservoir.drip", severity="critical", source="GIP-0034, liveness")
def a_good_drip_succeeds(before: Gip0034, call: CallView, after: Gip0034) -> bool | None:
    """A drip succeeds if it is allowed, in time, with good numbers, and pays for its message."""
    s, block = before.l1_reservoir.state, before.l1.block
    staked = before.l1_staking.state.stakes[call.sender].tokensStaked
    if before.l1_controller.state.paused:
        return None
    if not s.allowedDrippers[call.sender] and staked == 0:
        return None
    if s.lastRewardsUpdateBlock == 0 or block <= s.lastRewardsUpdateBlock + s.minDripInterval:
        return None
    a, f = call.args, figures_or_none(before, block)
    if f is None or a.keeperRewardBeneficiary == 0 or f.minted <= 0 or f.due < f.had:
        return None
    if before.l1.ether(call.sender) < call.value:
        return None
    cost = 0
    if f.message:
        if a.l2MaxSubmissionCost < SUBMISSION_COST:
            return None
        cost = a.l2MaxSubmissionCost + a.l2MaxGas * a.l2GasPriceBid
    if call.value != cost:
        return None
    return call.succeeded


@rule("GIP-0034-027", on="l1_reservoir.drip", severity="high", source="GIP-0034, drip")
def a_reverted_drip_changes_nothing(before: Gip0034, call: CallView, after: Gip0034) -> bool | None:
    """A drip that reverts leaves the reservoir, its tokens and the messages as they were."""
    if call.succeeded:
        return None
    return _nothing_changed(before, after)


@rule("GIP-0034-028", on="l1_reservoir.dripFor", severity="high", source="GIP-0034, drip")
def a_reverted_drip_for_others_changes_nothing(
    before: Gip0034, call: CallView, after: Gip0034
) -> bool | None:
    """A drip for an indexer that reverts leaves everything as it was."""
    if call.succeeded:
        return None
    return _nothing_changed(before, after)


def _nothing_changed(before: Gip0034, after: Gip0034) -> bool:
    was, now = before.l1_reservoir.state, after.l1_reservoir.state
    return (
        now.issuanceBase == was.issuanceBase
        and now.issuanceRate == was.issuanceRate
        and now.l2RewardsFraction == was.l2RewardsFraction
        and now.lastRewardsUpdateBlock == was.lastRewardsUpdateBlock
        and now.rewardsMintedUntilBlock == was.rewardsMintedUntilBlock
        and now.accumulatedLayerRewards == was.accumulatedLayerRewards
        and now.nextDripNonce == was.nextDripNonce
        and after.l1_token.state._totalSupply == before.l1_token.state._totalSupply
        and after.l1_bridge.state.delayedMessageCount == before.l1_bridge.state.delayedMessageCount
        and after.dripped.count == before.dripped.count
    )
