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
