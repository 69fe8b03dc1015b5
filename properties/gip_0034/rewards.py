"""Who gets the rewards of a layer: subgraphs by signal, allocations by tokens, the rest burned.

Amounts are wei of GRT; what is per signal or per allocated token is 1e18 fixed point.
"""

from __future__ import annotations

from harness import CallView, Number, invariant, rule, transition
from harness.world import Value
from properties.gip_0034.figures import taken
from properties.gip_0034.system import ONE, Gip0034

LAYERS = ("l1", "l2")


def rewards(w: Gip0034, layer: str) -> Value:
    """The RewardsManager of a layer."""
    return w.l1_rewards if layer == "l1" else w.l2_rewards


def curation(w: Gip0034, layer: str) -> Value:
    """Curation of a layer."""
    return w.l1_curation if layer == "l1" else w.l2_curation


def staking(w: Gip0034, layer: str) -> Value:
    """Staking of a layer."""
    return w.l1_staking if layer == "l1" else w.l2_staking


# Invariants


@invariant("GIP-0034-060", severity="critical", source="GIP-0034, fair share")
def subgraphs_share_no_more_than_there_is(w: Gip0034) -> bool:
    """What all subgraphs of a layer have earned together is no more than the layer's rewards."""
    for layer in LAYERS:
        state = rewards(w, layer).state
        earned = state.subgraphs.every.accRewardsForSubgraph.total
        if earned > state.accRewardsOnLastSignalUpdate:
            return False
    return True


@invariant("GIP-0034-061", severity="critical", source="GIP-0034, rewards taken")
def no_more_is_taken_than_was_earned(w: Gip0034) -> bool:
    """What was paid and burned on a layer is no more than what its subgraphs have earned."""
    for layer in LAYERS:
        earned = rewards(w, layer).state.subgraphs.every.accRewardsForSubgraph.total
        if taken(w, layer) > earned:
            return False
    return True


@invariant("GIP-0034-062", severity="high", source="Staking")
def stakes_add_up(w: Gip0034) -> bool:
    """On both layers the stakes add up to the total, and Staking holds it."""
    l1, l2 = w.l1_staking.state, w.l2_staking.state
    return (
        l1.totalStaked == l1.stakes.every.tokensStaked.total
        and l2.totalStaked == l2.stakes.every.tokensStaked.total
        and w.l1_token.state._balances[w.l1_staking] >= l1.totalStaked
        and w.l2_token.state._balances[w.l2_staking] >= l2.totalStaked
    )


@invariant("GIP-0034-069", severity="medium", source="strengthening")
def nothing_is_settled_ahead(w: Gip0034, subgraph: Number) -> bool:
    """A subgraph was settled at no more rewards per signal, and on no more rewards, than it has."""
    for layer in LAYERS:
        state = rewards(w, layer).state
        settled = state.subgraphs[subgraph]
        if settled.accRewardsPerSignalSnapshot > state.accRewardsPerSignal:
            return False
        if settled.accRewardsForSubgraphSnapshot > settled.accRewardsForSubgraph:
            return False
    return True


# Transitions


@transition("GIP-0034-063", severity="high", source="GIP-0034, accumulators")
def what_subgraphs_earned_never_falls(
    before: Gip0034, call: CallView, after: Gip0034, subgraph: Number
) -> bool:
    """What a subgraph earned, in all and per allocated token, never decreases.

    Not even when its signal or its last allocation is taken away.
    """
    for layer in LAYERS:
        old = rewards(before, layer).state.subgraphs[subgraph]
        new = rewards(after, layer).state.subgraphs[subgraph]
        if new.accRewardsForSubgraph < old.accRewardsForSubgraph:
            return False
        if new.accRewardsPerAllocatedToken < old.accRewardsPerAllocatedToken:
            return False
        if new.accRewardsPerSignalSnapshot < old.accRewardsPerSignalSnapshot:
            return False
    return True


@transition("GIP-0034-064", severity="critical", source="GIP-0034, rewards per signal")
def rewards_are_shared_by_signal(before: Gip0034, call: CallView, after: Gip0034) -> bool | None:
    """Rewards per signal grow by the layer's new rewards over all signal, rounded down.

    While there is no signal they stand still.  Signal is constant between two updates.
    """
    spoke = False
    for layer in LAYERS:
        was, now = rewards(before, layer).state, rewards(after, layer).state
        grown = now.accRewardsPerSignal - was.accRewardsPerSignal
        new = now.accRewardsOnLastSignalUpdate - was.accRewardsOnLastSignalUpdate
        if grown == 0 and new == 0:
            continue
        spoke = True
        signal = curation(before, layer).state.totalSignal
        expected = new * ONE // signal if signal > 0 else 0
        if grown != expected:
            return False
    return True if spoke else None


@transition("GIP-0034-065", severity="critical", source="GIP-0034, fair share")
def a_subgraph_gets_its_fair_share(
    before: Gip0034, call: CallView, after: Gip0034, subgraph: Number
) -> bool | None:
    """A subgraph earns rewards per signal times its signal since it was settled, rounded down.

    Less than the minimum signal earns nothing; exactly the minimum does.  Nobody earns without
    being settled.
    """
    spoke = False
    for layer in LAYERS:
        was, now = rewards(before, layer).state, rewards(after, layer).state
        old, new = was.subgraphs[subgraph], now.subgraphs[subgraph]
        earned = new.accRewardsForSubgraph - old.accRewardsForSubgraph
        per_signal = new.accRewardsPerSignalSnapshot - old.accRewardsPerSignalSnapshot
        if earned == 0 and per_signal == 0:
            continue
        spoke = True
        signal = curation(before, layer).state.signal[subgraph]
        expected = per_signal * signal // ONE if signal >= was.minimumSubgraphSignal else 0
        if earned != expected or new.accRewardsPerSignalSnapshot != now.accRewardsPerSignal:
            return False
    return True if spoke else None


@transition("GIP-0034-066", severity="critical", source="GIP-0034, signal")
def signal_moves_after_it_is_settled(
    before: Gip0034, call: CallView, after: Gip0034, subgraph: Number
) -> bool | None:
    """The signal of a subgraph changes only in a call that settles what it has earned."""
    spoke = False
    for layer in LAYERS:
        was, now = curation(before, layer).state, curation(after, layer).state
        state = rewards(after, layer).state
        if was.signal[subgraph] == now.signal[subgraph]:
            continue
        spoke = True
        settled = state.subgraphs[subgraph].accRewardsPerSignalSnapshot
        if settled != state.accRewardsPerSignal:
            return False
    return True if spoke else None


@transition("GIP-0034-067", severity="critical", source="GIP-0034, rewards taken")
def rewards_leave_only_with_an_allocation(
    before: Gip0034, call: CallView, after: Gip0034
) -> bool | None:
    """Rewards are paid or burned only when an allocation is closed on the same layer."""
    l1 = taken(after, "l1") != taken(before, "l1")
    l2 = taken(after, "l2") != taken(before, "l2")
    if not l1 and not l2:
        return None
    closed_l1 = after.l1_closed.count > before.l1_closed.count
    closed_l2 = after.l2_closed.count > before.l2_closed.count
    return (closed_l1 or not l1) and (closed_l2 or not l2)


@transition("GIP-0034-068", severity="high", source="GIP-0034, accumulators")
def what_was_settled_never_falls(before: Gip0034, call: CallView, after: Gip0034) -> bool:
    """The rewards of a layer that were shared out among signal so far never decrease."""
    return all(
        rewards(after, layer).state.accRewardsOnLastSignalUpdate
        >= rewards(before, layer).state.accRewardsOnLastSignalUpdate
        for layer in LAYERS
    )


# Rules


@rule(
    "GIP-0034-070",
    on="l1_staking.closeAllocation",
    severity="critical",
    source="GIP-0034, burning denied and unclaimed rewards",
)
def l1_pays_only_proven_rewards(before: Gip0034, call: CallView, after: Gip0034) -> bool | None:
    """On L1 an allocation's rewards go to its stake if the indexer proves his work.

    They are burned without a proof, if somebody else closes it late, or if the subgraph is denied.
    """
    return _pays_or_burns(before, call, after, "l1")


@rule(
    "GIP-0034-071",
    on="l2_staking.closeAllocation",
    severity="critical",
    source="GIP-0034, burning denied and unclaimed rewards",
)
def l2_pays_only_proven_rewards(before: Gip0034, call: CallView, after: Gip0034) -> bool | None:
    """On L2 an allocation's rewards go to its stake if the indexer proves his work, as on L1."""
    return _pays_or_burns(before, call, after, "l2")


@rule(
    "GIP-0034-072",
    on="l1_staking.closeAllocation",
    severity="high",
    source="GIP-0034, late allocations",
)
def l1_strangers_close_only_what_is_late(
    before: Gip0034, call: CallView, after: Gip0034
) -> bool | None:
    """On L1 nobody but the indexer and his operators closes an allocation that is not late."""
    return _stranger_waits(before, call, "l1")


@rule(
    "GIP-0034-073",
    on="l2_staking.closeAllocation",
    severity="high",
    source="GIP-0034, late allocations",
)
def l2_strangers_close_only_what_is_late(
    before: Gip0034, call: CallView, after: Gip0034
) -> bool | None:
    """On L2 nobody but the indexer and his operators closes an allocation that is not late."""
    return _stranger_waits(before, call, "l2")


def _authorised(before: Gip0034, call: CallView, layer: str) -> Value:
    state = staking(before, layer).state
    indexer = state.allocations[call.args.id].indexer
    return call.sender == indexer or state.isOperator[indexer][call.sender]


def _pays_or_burns(before: Gip0034, call: CallView, after: Gip0034, layer: str) -> bool | None:
    if not call.succeeded:
        return None
    was, now = staking(before, layer).state, staking(after, layer).state
    allocation = was.allocations[call.args.id]
    amount = rewards(before, layer).getRewards(call.args.id)
    denied = rewards(before, layer).state.denied[allocation.subgraph]
    pays = bool(_authorised(before, call, layer)) and call.args.poi != bytes(32) and not denied
    if layer == "l1":
        paid = after.l1_pulled.total - before.l1_pulled.total
        burned = after.l1_burned.total - before.l1_burned.total
    else:
        paid = after.l2_pulled.total - before.l2_pulled.total
        burned = after.l2_burned.total - before.l2_burned.total
    indexer = allocation.indexer
    staked = now.stakes[indexer].tokensStaked - was.stakes[indexer].tokensStaked
    if pays:
        return paid == amount and burned == 0 and staked == amount
    return paid == 0 and burned == amount and staked == 0


def _stranger_waits(before: Gip0034, call: CallView, layer: str) -> bool | None:
    state = staking(before, layer).state
    allocation = state.allocations[call.args.id]
    now = (before.l1_epochs if layer == "l1" else before.l2_epochs).currentEpoch()
    if _authorised(before, call, layer):
        return None
    if now - allocation.createdAtEpoch > state.maxAllocationEpochs:
        return None
    return not call.succeeded
