"""Supply: no LPT comes from nowhere, none is lost, and every burn can be paid.

Ghosts: ``escrowed``, ``minted``, ``paid`` on L1; ``finalised``, ``burned``, ``rewards`` on L2; the
messages in flight.  Amounts are wei of LPT.
"""

from __future__ import annotations

from harness import Address, CallView, invariant, transition
from properties.escrow_mint.system import EscrowMint, escrow

# Invariants


@invariant("ESCROW-MINT-001", severity="critical", source="migration pre-proposal, L1 workflow")
def escrow_is_what_went_in_less_what_was_paid(w: EscrowMint) -> bool:
    """The escrow holds all that was deposited and minted into it, less what was paid."""
    return escrow(w) >= w.escrowed.total + w.minted.total - w.paid.total


@invariant("ESCROW-MINT-002", severity="critical", source="migration pre-proposal, L1 workflow")
def every_burn_is_paid_exactly_once(w: EscrowMint) -> bool:
    """What was paid on L1 and what is still on its way there is exactly what was burned on L2."""
    return w.paid.total + w.withdrawals.in_flight("amount") == w.burned.total


@invariant("ESCROW-MINT-003", severity="critical", source="migration pre-proposal, L2 workflow")
def every_deposit_is_minted_exactly_once(w: EscrowMint) -> bool:
    """What was minted for deposits on L2, is on its way there, or was lost is what was escrowed."""
    unborn = w.deposits.in_flight("amount") + w.migrations.in_flight("amount")
    lost = w.deposits.lost("amount") + w.migrations.lost("amount")
    return w.finalised.total + unborn + lost == w.escrowed.total


@invariant("ESCROW-MINT-004", severity="critical", source="supply equations")
def l1_supply_is_the_initial_one_plus_what_the_gateway_minted(w: EscrowMint) -> bool:
    """The supply on L1 is what it was at first and what the gateway minted into escrow."""
    initial = w.initially.l1_token.state._totalSupply
    return w.l1_token.state._totalSupply == initial + w.minted.total


@invariant("ESCROW-MINT-005", severity="critical", source="supply equations")
def l2_supply_is_deposits_plus_rewards_less_burns(w: EscrowMint) -> bool:
    """The supply on L2 is the finalised deposits and the rewards, less the burns."""
    expected = w.finalised.total + w.rewards.total - w.burned.total
    return w.l2_token.state._totalSupply == expected


@invariant("ESCROW-MINT-006", severity="critical", source="supply equations")
def money_is_conserved_across_both_chains(w: EscrowMint) -> bool:
    """What circulates on both chains, is in flight or was lost is the initial supply and rewards.

    Whoever sends LPT to the gateway without a deposit gives it away to the escrow.
    """
    down = w.deposits.in_flight("amount") + w.migrations.in_flight("amount")
    lost = w.deposits.lost("amount") + w.migrations.lost("amount")
    up = w.withdrawals.in_flight("amount")
    given_away = escrow(w) - (w.escrowed.total + w.minted.total - w.paid.total)
    circulating = w.l1_token.state._totalSupply + w.l2_token.state._totalSupply - escrow(w)
    created = w.initially.l1_token.state._totalSupply + w.rewards.total
    return circulating + down + lost + up + given_away == created


@invariant("ESCROW-MINT-007", severity="high", source="ERC-20")
def l1_balances_add_up(w: EscrowMint) -> bool:
    """The balances on L1 add up to the supply on L1."""
    return w.l1_token.state._balances.total == w.l1_token.state._totalSupply


@invariant("ESCROW-MINT-008", severity="high", source="ERC-20")
def l2_balances_add_up(w: EscrowMint) -> bool:
    """The balances on L2 add up to the supply on L2."""
    return w.l2_token.state._balances.total == w.l2_token.state._totalSupply


@invariant("ESCROW-MINT-009", severity="medium", source="strengthening")
def custodians_let_nobody_spend(w: EscrowMint, who: Address) -> bool:
    """No contract that keeps LPT for others has given anybody an allowance."""
    l1, l2 = w.l1_token.state._allowances, w.l2_token.state._allowances
    kept = l1[w.l1_gateway][who] == 0 and l1[w.l1_minter][who] == 0
    return kept and l2[w.l2_staking][who] == 0


# Transitions


@transition("ESCROW-MINT-010", severity="critical", source="migration pre-proposal, L1 workflow")
def minting_leaves_an_empty_escrow(
    before: EscrowMint, call: CallView, after: EscrowMint
) -> bool | None:
    """Where a payment had to mint, the escrow is empty afterwards."""
    if after.minted.total == before.minted.total:
        return None
    return escrow(after) == 0


@transition("ESCROW-MINT-011", severity="critical", source="migration pre-proposal, L1 workflow")
def a_payment_mints_the_shortfall_and_no_more(
    before: EscrowMint, call: CallView, after: EscrowMint
) -> bool | None:
    """A payment of X mints X less the escrow if the escrow is smaller, and else nothing."""
    amount = after.paid.total - before.paid.total
    if amount == 0:
        return after.minted.total == before.minted.total
    shortfall = amount - escrow(before)
    if shortfall < 0:
        shortfall = 0
    return after.minted.total - before.minted.total == shortfall


@transition("ESCROW-MINT-012", severity="critical", source="migration pre-proposal, L1 workflow")
def only_a_payment_takes_from_the_escrow(
    before: EscrowMint, call: CallView, after: EscrowMint
) -> bool | None:
    """The escrow shrinks by payments only, and by exactly what they pay and did not mint."""
    if escrow(after) >= escrow(before):
        return None
    paid = after.paid.total - before.paid.total
    minted = after.minted.total - before.minted.total
    return escrow(before) - escrow(after) == paid - minted


@transition("ESCROW-MINT-013", severity="critical", source="migration pre-proposal, L1 workflow")
def only_a_message_from_l2_mints_on_l1(
    before: EscrowMint, call: CallView, after: EscrowMint
) -> bool | None:
    """The supply on L1 rises only while the outbox executes a message, by what was minted."""
    rise = after.l1_token.state._totalSupply - before.l1_token.state._totalSupply
    if rise == 0:
        return None
    if not call.is_to("l1_outbox.executeTransaction"):
        return False
    return rise == after.minted.total - before.minted.total


@transition("ESCROW-MINT-014", severity="critical", source="migration pre-proposal, L2 workflow")
def only_deposits_and_rewards_mint_on_l2(
    before: EscrowMint, call: CallView, after: EscrowMint
) -> bool | None:
    """The supply on L2 rises only by a finalised deposit or by a reward, and by that much."""
    rise = after.l2_token.state._totalSupply - before.l2_token.state._totalSupply
    if rise <= 0:
        return None
    finalised = after.finalised.total - before.finalised.total
    rewarded = after.rewards.total - before.rewards.total
    if call.is_to("l2_staking.reward"):
        return rise == rewarded and finalised == 0
    return rise == finalised and rewarded == 0


@transition("ESCROW-MINT-015", severity="critical", source="audit: burn without allowance")
def only_its_holder_burns(before: EscrowMint, call: CallView, after: EscrowMint) -> bool | None:
    """The supply on L2 falls only when somebody withdraws, and by what leaves his own balance."""
    fall = before.l2_token.state._totalSupply - after.l2_token.state._totalSupply
    if fall <= 0:
        return None
    if not call.is_to("l2_gateway.outboundTransfer"):
        return False
    held = before.l2_token.state._balances[call.sender]
    holds = after.l2_token.state._balances[call.sender]
    return held - holds == fall and after.burned.total - before.burned.total == fall
