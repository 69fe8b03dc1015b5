"""Messages: the laws of the transport, and what travels between the two layers.

Amounts are wei of GRT; rates and fractions are 1e18 fixed point.
"""

from __future__ import annotations

from harness import Number, invariant
from properties.gip_0034.system import ONE, Gip0034
from properties.messaging import TO_L1, TO_L2, alias
from properties.messaging_laws import messaging_laws

BASE, RATE, NONCE, REWARD, KEEPER = (f"data[{word}]" for word in range(5))
"""What the message of a drip tells L2's reservoir, word by word."""

MESSAGING = messaging_laws(Gip0034, "GIP-0034")


@invariant("GIP-0034-110", severity="medium", source="GIP-0031, bridge")
def the_gateways_send_transfers_only(w: Gip0034, i: Number) -> bool:
    """Every message that the gateway of a layer sends is a transfer to the other one."""
    down, up = w.message(TO_L2, i), w.message(TO_L1, i)
    if down.sent and down.sender == alias(int(w.l1_gateway.address)) and not w.deposits.include(i):
        return False
    sends = up.sent and up.sender == w.l2_gateway.address
    return not sends or bool(w.withdrawals.include(i))


@invariant("GIP-0034-111", severity="high", source="GIP-0034, message to L2")
def a_drip_tells_l2_five_numbers(w: Gip0034, i: Number) -> bool:
    """The message of a drip is for L2's reservoir, says five words, and covers its reward.

    No other deposit brings any data.
    """
    if not w.drips.include(i):
        return w.deposits.argument(i, "data.length") == 0
    if w.drips.argument(i, "to") != w.l2_reservoir.address:
        return False
    told = w.drips.argument(i, "data.length") == 160 and w.drips.argument(i, KEEPER) != 0
    return told and w.drips.argument(i, REWARD) <= w.drips.argument(i, "amount")


@invariant("GIP-0034-112", severity="critical", source="GIP-0034, nonce")
def every_drip_message_has_a_nonce_of_its_time(w: Gip0034, i: Number) -> bool | None:
    """The nonce of a message of a drip is below the next one on L1."""
    if not w.drips.include(i):
        return None
    return w.drips.argument(i, NONCE) < w.l1_reservoir.state.nextDripNonce


@invariant("GIP-0034-113", severity="critical", source="GIP-0034, q and r on L2")
def the_last_message_tells_the_present_state(w: Gip0034, i: Number) -> bool | None:
    """The last message of a drip tells q as L1 has it now and, if L2 gets any, the rate."""
    s = w.l1_reservoir.state
    if not w.drips.include(i) or w.drips.argument(i, NONCE) + 1 != s.nextDripNonce:
        return None
    if w.drips.argument(i, BASE) != s.l2RewardsFraction * s.issuanceBase // ONE:
        return False
    return s.l2RewardsFraction == 0 or w.drips.argument(i, RATE) == s.issuanceRate


@invariant("GIP-0034-114", severity="high", source="GIP-0034, message to L2")
def drips_are_sent_and_received_as_messages(w: Gip0034) -> bool:
    """What drips sent is what their messages carry, and what L2 received is what arrived of it."""
    sent = w.drips.sent() == w.messages_sent.count and w.drips.sent("amount") == w.sent_to_l2.total
    arrived = w.drips.delivered() == w.received.count
    return sent and arrived and w.drips.delivered("amount") == w.received.total


@invariant("GIP-0034-115", severity="high", source="GIP-0034, keeper reward")
def keeper_rewards_travel_with_their_drips(w: Gip0034) -> bool:
    """A keeper's reward is paid on L1 or sent with the drip; what arrived of it is paid on L2."""
    sent = w.drips.sent(REWARD) == w.keeper.total - w.l1_keeper_paid.total
    paid = w.keeper_share.total + w.redeemer_share.total
    return sent and w.drips.delivered(REWARD) == paid


@invariant("GIP-0034-116", severity="medium", source="strengthening")
def l2_gets_nothing_before_its_first_message(w: Gip0034) -> bool:
    """No part of the rewards is for L2 unless a message was sent."""
    s = w.l1_reservoir.state
    return s.nextDripNonce > 0 or s.l2RewardsFraction == 0
