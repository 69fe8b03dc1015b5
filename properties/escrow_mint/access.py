"""Access: who may move LPT, change a parameter, pause a gateway."""

from __future__ import annotations

from harness import Address, CallView, transition
from properties.escrow_mint.system import EscrowMint, actor_of, executes_a_message


@transition("ESCROW-MINT-080", severity="critical", source="ERC-20")
def only_its_holder_moves_lpt_on_l1(
    before: EscrowMint, call: CallView, after: EscrowMint, who: Address
) -> bool | None:
    """On L1 an actor's balance falls only in his own call, or by an allowance that he gave."""
    if after.l1_token.state._balances[who] >= before.l1_token.state._balances[who]:
        return None
    actor = actor_of(before, call)
    if actor == who or who in (after.l1_minter.address, after.l1_gateway.address):
        return True
    allowed = before.l1_token.state._allowances[who][actor] > 0
    return allowed and (call.is_to("l1_token.transferFrom") or executes_a_message(call))


@transition("ESCROW-MINT-081", severity="critical", source="ERC-20")
def only_its_holder_moves_lpt_on_l2(
    before: EscrowMint, call: CallView, after: EscrowMint, who: Address
) -> bool | None:
    """On L2 an actor's balance falls only in his own call, or by an allowance that he gave."""
    if after.l2_token.state._balances[who] >= before.l2_token.state._balances[who]:
        return None
    if call.sender == who or who == after.l2_staking.address:
        return True
    allowed = before.l2_token.state._allowances[who][call.sender] > 0
    return call.is_to("l2_token.transferFrom") and allowed


@transition("ESCROW-MINT-082", severity="high", source="contracts, governor")
def only_the_governor_pauses(before: EscrowMint, call: CallView, after: EscrowMint) -> bool | None:
    """The pause of either gateway changes only when the governor asks for it."""
    changed = (
        after.l1_gateway.state._paused != before.l1_gateway.state._paused
        or after.l2_gateway.state._paused != before.l2_gateway.state._paused
    )
    if not changed:
        return None
    return call.sender == after.governor


@transition("ESCROW-MINT-083", severity="high", source="contracts, governor")
def only_the_governor_sets_parameters(
    before: EscrowMint, call: CallView, after: EscrowMint
) -> bool | None:
    """The step and the target of inflation change only when the governor sets them."""
    now, was = after.l2_staking.state, before.l2_staking.state
    changed = (
        now.inflationChange != was.inflationChange
        or now.targetBondingRate != was.targetBondingRate
        or now.l1CirculatingSupply != was.l1CirculatingSupply
    )
    if not changed:
        return None
    return call.sender == after.governor


@transition("ESCROW-MINT-084", severity="high", source="ERC-20")
def only_their_owner_gives_allowances(
    before: EscrowMint, call: CallView, after: EscrowMint, who: Address
) -> bool | None:
    """An allowance for a gateway rises only when its owner approves it, but for the Migrator's.

    The Migrator of L1 approves the gateway for the stake that it passes on in the same call.
    """
    if who == after.l1_migrator.address:
        return None
    l1 = (w.l1_token.state._allowances[who][w.l1_gateway] for w in (before, after))
    l2 = (w.l2_token.state._allowances[who][w.l2_gateway] for w in (before, after))
    (l1_was, l1_is), (l2_was, l2_is) = l1, l2
    if l1_is <= l1_was and l2_is <= l2_was:
        return None
    return actor_of(before, call) == who
