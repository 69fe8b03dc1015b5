"""Messages: the laws of the transport, and what the gateways put on their way."""

from __future__ import annotations

from harness import Number, invariant
from properties.escrow_mint.system import EscrowMint
from properties.messaging import TO_L1
from properties.messaging_laws import messaging_laws

MESSAGING = messaging_laws(EscrowMint, "ESCROW-MINT")


@invariant("ESCROW-MINT-110", severity="medium", source="migration pre-proposal, messages")
def the_l2_gateway_sends_withdrawals_only(w: EscrowMint, i: Number) -> bool | None:
    """Every message that the gateway on L2 sends is a withdrawal."""
    message = w.message(TO_L1, i)
    if not message.sent or message.sender != w.l2_gateway.address:
        return None
    return bool(w.withdrawals.include(i))


@invariant("ESCROW-MINT-111", severity="medium", source="strengthening")
def a_withdrawal_can_be_paid(w: EscrowMint, i: Number) -> bool | None:
    """Every withdrawal is of some LPT, for somebody other than nobody and the gateway on L1.

    What goes with it is one word, its exit number.
    """
    if not w.withdrawals.include(i):
        return None
    to, token = w.withdrawals.argument(i, "to"), w.withdrawals.argument(i, "token")
    if to == 0 or to == w.l1_gateway.address:
        return False
    if token != w.l1_token.address or w.withdrawals.argument(i, "data.length") != 32:
        return False
    return bool(w.withdrawals.argument(i, "amount") > 0)


@invariant("ESCROW-MINT-112", severity="medium", source="strengthening")
def a_migration_on_its_way_left_l1(w: EscrowMint, i: Number) -> bool | None:
    """Whoever a migration message names has migrated on L1."""
    if not w.migrations.include(i):
        return None
    return bool(w.l1_bonding.state.migrated[w.migrations.argument(i, "delegator")])
