"""Supply on both layers: no GRT comes from nowhere, and none is lost on its way.

Amounts are wei of GRT.
"""

from __future__ import annotations

from harness import Address, invariant
from properties.gip_0034.system import Gip0034

# Invariants


@invariant("GIP-0034-120", severity="critical", source="GIP-0031, bridge")
def every_deposit_is_minted_exactly_once(w: Gip0034) -> bool:
    """What was minted on L2 for deposits, is on its way or was lost is what was deposited."""
    unborn = w.deposits.in_flight("amount") + w.deposits.lost("amount")
    return w.finalised.total + unborn == w.deposited.total


@invariant("GIP-0034-121", severity="critical", source="GIP-0031, bridge")
def every_withdrawal_is_paid_exactly_once(w: Gip0034) -> bool:
    """What was paid on L1 and what is still on its way there is what was withdrawn from L2."""
    return w.paid_out.total + w.withdrawals.in_flight("amount") == w.withdrawn.total


@invariant("GIP-0034-122", severity="critical", source="GIP-0031, bridge")
def the_escrow_is_what_went_in_less_what_was_paid(w: Gip0034) -> bool:
    """The gateway on L1 holds all that was deposited and was not paid out again."""
    escrow = w.l1_token.state._balances[w.l1_gateway]
    return escrow >= w.deposited.total - w.paid_out.total


@invariant("GIP-0034-123", severity="critical", source="GIP-0031, bridge")
def l2_supply_is_deposits_less_burns(w: Gip0034) -> bool:
    """The supply on L2 is what was minted for deposits less what was burned, withdrawals included.

    GRT can be burned on L2 outside the bridge: it stays in the escrow for good.
    """
    if w.burned_on_l2.total < w.withdrawn.total:
        return False
    return w.l2_token.state._totalSupply == w.finalised.total - w.burned_on_l2.total


@invariant("GIP-0034-124", severity="critical", source="GIP-0034, minting")
def l1_supply_is_the_initial_one_and_drips_less_burns(w: Gip0034) -> bool:
    """The supply on L1 is the initial one and what drips minted since, less what was burned."""
    start = w.initially
    minted = w.dripped.total - start.dripped.total
    burned = w.burned_on_l1.total - start.burned_on_l1.total
    initial = start.l1_token.state._totalSupply
    return w.l1_token.state._totalSupply == initial + minted - burned


@invariant("GIP-0034-125", severity="medium", source="strengthening")
def custodians_let_nobody_spend(w: Gip0034, who: Address) -> bool:
    """No contract that keeps GRT for others has given anybody an allowance.

    On L1 the reservoir lets the gateway take what a drip sends to L2.
    """
    l1, l2 = w.l1_token.state._allowances, w.l2_token.state._allowances
    kept = l1[w.l1_gateway][who] == 0 and l1[w.l1_curation][who] == 0
    kept = kept and l1[w.l1_staking][who] == 0
    drips = l1[w.l1_reservoir][who] == 0 or who == w.l1_gateway.address
    held = l2[w.l2_gateway][who] == 0 and l2[w.l2_curation][who] == 0
    held = held and l2[w.l2_staking][who] == 0 and l2[w.l2_reservoir][who] == 0
    return kept and drips and held
