"""Staking and migration: stake is conserved, fees stay put, rewards stay within inflation."""

from __future__ import annotations

from harness import Address, CallView, Number, invariant, transition
from properties.escrow_mint.system import EscrowMint, actor_of, executes_a_message

# Invariants


@invariant("ESCROW-MINT-050", severity="high", source="contracts, delegation")
def l1_stake_adds_up(w: EscrowMint) -> bool:
    """On L1 the total bonded is the sum of what delegators bonded and of what delegates have."""
    s = w.l1_bonding.state
    bonded = s.delegators.every.bondedAmount.total
    return s.totalBonded == bonded and bonded == s.delegators.every.delegatedAmount.total


@invariant("ESCROW-MINT-051", severity="high", source="contracts, delegation")
def l2_stake_adds_up(w: EscrowMint) -> bool:
    """On L2 the total bonded is the sum of what delegators bonded and of what delegates have."""
    s = w.l2_staking.state
    bonded = s.delegators.every.bondedAmount.total
    return s.totalBonded == bonded and bonded == s.delegators.every.delegatedAmount.total


@invariant("ESCROW-MINT-052", severity="critical", source="migration pre-proposal, migrateStake")
def l1_stake_is_backed(w: EscrowMint) -> bool:
    """The Minter on L1 holds at least all bonded and all unbonding LPT."""
    owed = (
        w.l1_bonding.state.totalBonded + w.l1_bonding.state.unbondingLocks.every.every.amount.total
    )
    return w.l1_token.state._balances[w.l1_minter] >= owed


@invariant("ESCROW-MINT-053", severity="critical", source="migration pre-proposal, stakeFor")
def l2_stake_is_backed(w: EscrowMint) -> bool:
    """The StakingManager on L2 holds at least all bonded and all unbonding LPT."""
    owed = (
        w.l2_staking.state.totalBonded + w.l2_staking.state.unbondingLocks.every.every.amount.total
    )
    return w.l2_token.state._balances[w.l2_staking] >= owed


@invariant("ESCROW-MINT-054", severity="critical", source="migration pre-proposal, ETH fees")
def fees_are_backed_by_ether(w: EscrowMint) -> bool:
    """The Minter on L1 holds the wei of all fees, which are those credited less those withdrawn."""
    fees = w.l1_bonding.state.fees.total
    return w.l1_minter.ether >= fees and fees == w.fees_in.total - w.fees_out.total


@invariant("ESCROW-MINT-055", severity="high", source="migration pre-proposal, migration")
def what_migrates_arrives_once(w: EscrowMint) -> bool:
    """Stake that left L1 is staked on L2, on its way there, or was lost with its ticket."""
    under_way = w.migrations.in_flight("amount") + w.migrations.lost("amount")
    return w.migrated_out.total == w.migrated_in.total + under_way


@invariant("ESCROW-MINT-056", severity="high", source="migration pre-proposal, migration")
def a_migrated_delegator_has_no_stake_on_l1(w: EscrowMint, who: Address) -> bool:
    """Whoever has migrated has nothing bonded on L1, for ever."""
    s = w.l1_bonding.state
    return not s.migrated[who] or s.delegators[who].bondedAmount == 0


@invariant("ESCROW-MINT-057", severity="high", source="migration pre-proposal, migration")
def nobody_arrives_who_did_not_leave(w: EscrowMint, who: Address) -> bool:
    """Only the stake of somebody who migrated on L1 arrives on L2."""
    return not w.l2_migrator.state.migrated[who] or bool(w.l1_bonding.state.migrated[who])


@invariant("ESCROW-MINT-058", severity="medium", source="migration pre-proposal, orchestrators")
def l1_orchestrators_delegate_to_themselves(w: EscrowMint, who: Address) -> bool:
    """On L1 somebody is registered as an orchestrator if and only if his delegate is himself."""
    s = w.l1_bonding.state
    own = who != 0 and s.delegators[who].delegate == who
    return bool(s.orchestrators[who].registered) == own


@invariant("ESCROW-MINT-059", severity="medium", source="migration pre-proposal, orchestrators")
def l2_orchestrators_delegate_to_themselves(w: EscrowMint, who: Address) -> bool:
    """On L2 somebody is registered as an orchestrator if and only if his delegate is himself."""
    s = w.l2_staking.state
    own = who != 0 and s.delegators[who].delegate == who
    return bool(s.orchestrators[who].registered) == own


@invariant("ESCROW-MINT-060", severity="critical", source="Livepeer inflation")
def rewards_stay_within_inflation(w: EscrowMint) -> bool:
    """What was minted in a round is at most what inflation allows in it."""
    return w.l2_staking.state.mintedTokens <= w.l2_staking.state.mintableTokens


@invariant("ESCROW-MINT-061", severity="medium", source="contracts, migration ids")
def migration_ids_count_the_migrations(w: EscrowMint) -> bool:
    """The next migration id is how many migrations there were."""
    return w.l1_migrator.state.nextMigrationId == w.migrated_out.count


@invariant("ESCROW-MINT-062", severity="medium", source="strengthening")
def only_who_has_stake_has_a_delegate(w: EscrowMint, who: Address) -> bool:
    """On either chain somebody has a delegate if and only if he has something bonded."""
    l1, l2 = w.l1_bonding.state.delegators[who], w.l2_staking.state.delegators[who]
    same = (l1.delegate == 0) == (l1.bondedAmount == 0)
    return same and (l2.delegate == 0) == (l2.bondedAmount == 0)


@invariant("ESCROW-MINT-063", severity="medium", source="strengthening")
def locks_are_opened_in_order(w: EscrowMint, who: Address, id: Number) -> bool:
    """On either chain there is no unbonding lock under an id that was not given yet."""
    l1, l2 = w.l1_bonding.state, w.l2_staking.state
    given_l1 = id < l1.delegators[who].nextUnbondingLockId
    given_l2 = id < l2.delegators[who].nextUnbondingLockId
    free_l1 = l1.unbondingLocks[who][id].amount == 0
    free_l2 = l2.unbondingLocks[who][id].amount == 0
    return (given_l1 or free_l1) and (given_l2 or free_l2)


@invariant("ESCROW-MINT-064", severity="medium", source="strengthening")
def nobody_was_rewarded_in_the_future(w: EscrowMint, who: Address) -> bool:
    """The last round in which an orchestrator was rewarded is no later than the current one."""
    s = w.l2_staking
    return s.state.lastRewardRound[who] <= s.currentRound()


# Transitions


@transition("ESCROW-MINT-070", severity="critical", source="migration pre-proposal, migration")
def a_migration_takes_the_whole_stake(
    before: EscrowMint, call: CallView, after: EscrowMint
) -> bool | None:
    """A migration takes all that its caller has bonded on L1, and escrows exactly that."""
    amount = after.migrated_out.total - before.migrated_out.total
    if after.migrated_out.count == before.migrated_out.count:
        return None
    who = actor_of(before, call)
    if not call.is_to("l1_migrator.migrate") and not executes_a_message(call):
        return False
    stake = before.l1_bonding.state.delegators[who].bondedAmount
    left = after.l1_bonding.state.delegators[who].bondedAmount
    escrowed = after.escrowed.total - before.escrowed.total
    return stake == amount and left == 0 and escrowed == amount


@transition("ESCROW-MINT-071", severity="critical", source="migration pre-proposal, stakeFor")
def a_migration_arrives_whole(before: EscrowMint, call: CallView, after: EscrowMint) -> bool | None:
    """The delivery of a migration stakes its amount for its delegator, neither more nor less."""
    if after.migrated_in.count == before.migrated_in.count:
        return None
    if not call.is_to("l2_gateway.finalizeMigration"):
        return False
    who = call.args.delegator
    stake = after.l2_staking.state.delegators[who].bondedAmount
    was = before.l2_staking.state.delegators[who].bondedAmount
    return stake - was == call.args.amount


@transition("ESCROW-MINT-072", severity="critical", source="migration pre-proposal, ETH fees")
def a_migration_leaves_fees_alone(
    before: EscrowMint, call: CallView, after: EscrowMint, who: Address
) -> bool | None:
    """A migration changes nobody's ETH fees."""
    if not call.is_to("l1_migrator.migrate"):
        return None
    return after.l1_bonding.state.fees[who] == before.l1_bonding.state.fees[who]


@transition("ESCROW-MINT-073", severity="high", source="migration pre-proposal, ETH fees")
def only_their_owner_withdraws_fees(
    before: EscrowMint, call: CallView, after: EscrowMint, who: Address
) -> bool | None:
    """Fees fall only when their owner withdraws them and rise only when the broker credits them."""
    was, now = before.l1_bonding.state.fees[who], after.l1_bonding.state.fees[who]
    if now < was:
        actor = actor_of(before, call)
        asked = call.is_to("l1_bonding.withdrawFees") or executes_a_message(call)
        return asked and actor == who
    if now > was:
        return call.is_to("l1_bonding.creditFees") and call.sender == after.broker
    return None


@transition("ESCROW-MINT-074", severity="high", source="migration pre-proposal, migration")
def nobody_migrates_twice(
    before: EscrowMint, call: CallView, after: EscrowMint, who: Address
) -> bool | None:
    """Who has migrated stays migrated, and never starts or finishes another migration."""
    if not before.l1_bonding.state.migrated[who]:
        return None
    if not after.l1_bonding.state.migrated[who]:
        return False
    again = after.migrated_out.count > before.migrated_out.count
    return not (again and actor_of(before, call) == who)


@transition("ESCROW-MINT-075", severity="high", source="audit: a third party changes a delegate")
def only_its_owner_changes_a_delegate_on_l1(
    before: EscrowMint, call: CallView, after: EscrowMint, who: Address
) -> bool | None:
    """On L1 a delegate changes, and stake moves, only in a call by the delegator himself."""
    was, now = before.l1_bonding.state.delegators[who], after.l1_bonding.state.delegators[who]
    if was.delegate == now.delegate and was.bondedAmount == now.bondedAmount:
        return None
    return actor_of(before, call) == who


@transition("ESCROW-MINT-076", severity="high", source="audit: a third party changes a delegate")
def only_its_owner_changes_a_delegate_on_l2(
    before: EscrowMint, call: CallView, after: EscrowMint, who: Address
) -> bool | None:
    """On L2 too, but for the arrival of a migration, which keeps a delegate chosen before."""
    was, now = before.l2_staking.state.delegators[who], after.l2_staking.state.delegators[who]
    if was.delegate == now.delegate and was.bondedAmount == now.bondedAmount:
        return None
    if call.sender == who:
        return True
    arrived = call.is_to("l2_gateway.finalizeMigration") and call.args.delegator == who
    kept = was.bondedAmount == 0 or was.delegate == now.delegate
    return arrived and kept and now.bondedAmount > was.bondedAmount


@transition("ESCROW-MINT-077", severity="high", source="audit: a lock is overwritten")
def locks_are_never_overwritten(
    before: EscrowMint, call: CallView, after: EscrowMint, who: Address, id: Number
) -> bool | None:
    """An unbonding lock on L1 stays as it is until its owner withdraws or rebonds it."""
    was = before.l1_bonding.state.unbondingLocks[who][id]
    if was.amount == 0:
        return None
    now = after.l1_bonding.state.unbondingLocks[who][id]
    if now.amount == was.amount and now.withdrawRound == was.withdrawRound:
        return True
    actor = actor_of(before, call)
    closing = call.is_to("l1_bonding.withdrawStake") or call.is_to("l1_bonding.rebond")
    return now.amount == 0 and (closing or executes_a_message(call)) and actor == who


@transition("ESCROW-MINT-078", severity="high", source="Livepeer inflation")
def only_a_registered_orchestrator_is_rewarded(
    before: EscrowMint, call: CallView, after: EscrowMint
) -> bool | None:
    """A reward is minted only when an orchestrator calls for it, once a round, and is staked."""
    amount = after.rewards.total - before.rewards.total
    if after.rewards.count == before.rewards.count:
        return None
    if not call.is_to("l2_staking.reward"):
        return False
    s, was = after.l2_staking.state, before.l2_staking.state
    once = was.lastRewardRound[call.sender] < s.lastRewardRound[call.sender]
    staked = s.delegators[call.sender].bondedAmount - was.delegators[call.sender].bondedAmount
    return once and staked == amount and bool(was.orchestrators[call.sender].registered)


@transition("ESCROW-MINT-079", severity="high", source="audit: bonding to the L1 delegate")
def a_migration_goes_to_the_orchestrator_asked_for(
    before: EscrowMint, call: CallView, after: EscrowMint
) -> bool | None:
    """Who has no stake on L2 when his migration arrives is delegated to whom he chose on L1."""
    if after.migrated_in.count == before.migrated_in.count:
        return None
    who = call.args.delegator
    if before.l2_staking.state.delegators[who].bondedAmount > 0:
        return None
    return after.l2_staking.state.delegators[who].delegate == call.args.orchestrator
