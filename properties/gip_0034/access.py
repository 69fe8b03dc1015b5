"""Who may change what: every setter of both layers."""

from __future__ import annotations

from harness import Address, CallView, Number, invariant, transition
from properties.gip_0034.system import Gip0034

# Invariants


@invariant("GIP-0034-080", severity="critical", source="GIP-0034, initial snapshot")
def the_snapshot_is_taken_once(w: Gip0034) -> bool:
    """The initial snapshot was taken at deployment, and is never taken again."""
    return w.snapshots.count == 1 and w.l1_reservoir.state.lastRewardsUpdateBlock > 0


@invariant("GIP-0034-082", severity="critical", source="GIP-0034, minting")
def nobody_else_mints(w: Gip0034, who: Address) -> bool:
    """Only L1's reservoir and L2's gateway mint; only the reservoir sends data for a hook on L2."""
    is_reservoir = who == w.l1_reservoir.address
    return (
        w.l1_token.state.minters[who] == is_reservoir
        and w.l1_gateway.state.callhookAllowlist[who] == is_reservoir
        and w.l2_token.state.minters[who] == (who == w.l2_gateway.address)
    )


# Transitions


@transition("GIP-0034-081", severity="critical", source="GIP-0034, who may drip")
def only_the_governor_allows_drippers(
    before: Gip0034, call: CallView, after: Gip0034, who: Address
) -> bool | None:
    """Only the governor says who may drip without stake."""
    was = before.l1_reservoir.state.allowedDrippers[who]
    if was == after.l1_reservoir.state.allowedDrippers[who]:
        return None
    return call.is_to("l1_reservoir.setAllowedDripper") and call.sender == after.governor


@transition("GIP-0034-083", severity="high", source="GIP-0034, governance")
def only_the_governor_sets_l2_fractions(
    before: Gip0034, call: CallView, after: Gip0034
) -> bool | None:
    """Only the governor sets the redeemers' part of the keeper reward."""
    was = before.l2_reservoir.state.l2KeeperRewardFraction
    if was == after.l2_reservoir.state.l2KeeperRewardFraction:
        return None
    return call.sender == after.governor


@transition("GIP-0034-084", severity="high", source="GIP-0034, governance")
def only_the_governor_sets_the_terms_of_rewards(
    before: Gip0034, call: CallView, after: Gip0034
) -> bool | None:
    """Only the governor sets the minimum signal, the oracle, and when an allocation is late."""
    same = True
    for was, now in (
        (before.l1_rewards.state, after.l1_rewards.state),
        (before.l2_rewards.state, after.l2_rewards.state),
    ):
        if was.minimumSubgraphSignal != now.minimumSubgraphSignal:
            same = False
        if was.subgraphAvailabilityOracle != now.subgraphAvailabilityOracle:
            same = False
    for old, new in (
        (before.l1_staking.state, after.l1_staking.state),
        (before.l2_staking.state, after.l2_staking.state),
    ):
        if old.maxAllocationEpochs != new.maxAllocationEpochs:
            same = False
    if same:
        return None
    return call.sender == after.governor


@transition("GIP-0034-085", severity="high", source="GIP-0034, denied subgraphs")
def only_the_oracle_denies(
    before: Gip0034, call: CallView, after: Gip0034, subgraph: Number
) -> bool | None:
    """Only the availability oracle of a layer denies a subgraph's rewards, or allows them again."""
    spoke = False
    for was, now in (
        (before.l1_rewards.state, after.l1_rewards.state),
        (before.l2_rewards.state, after.l2_rewards.state),
    ):
        if was.denied[subgraph] == now.denied[subgraph]:
            continue
        spoke = True
        if call.sender != was.subgraphAvailabilityOracle:
            return False
    return True if spoke else None


@transition("GIP-0034-086", severity="high", source="GIP-0034, pause")
def only_guardians_pause(before: Gip0034, call: CallView, after: Gip0034) -> bool | None:
    """Only the governor and the guardian pause a layer, and only the governor lets it go on."""
    spoke = False
    for was, now in (
        (before.l1_controller.state, after.l1_controller.state),
        (before.l2_controller.state, after.l2_controller.state),
    ):
        if was.paused == now.paused:
            continue
        spoke = True
        if call.sender != after.governor and (was.paused or call.sender != after.guardian):
            return False
    return True if spoke else None


@transition("GIP-0034-087", severity="high", source="Staking, operators")
def only_the_indexer_names_operators(
    before: Gip0034, call: CallView, after: Gip0034, indexer: Address, who: Address
) -> bool | None:
    """On both layers only an indexer says who may act for him.

    L1's bridge is left out: who sends it a message from L2 has it call what he likes.
    """
    if indexer == after.l1_bridge.address:
        return None
    was, now = before.l1_staking.state, after.l1_staking.state
    was_l2, now_l2 = before.l2_staking.state, after.l2_staking.state
    if (
        was.isOperator[indexer][who] == now.isOperator[indexer][who]
        and was_l2.isOperator[indexer][who] == now_l2.isOperator[indexer][who]
    ):
        return None
    return call.sender == indexer
