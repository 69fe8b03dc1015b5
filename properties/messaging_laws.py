"""What must hold of ``contracts/messaging``: who may do what with a message, and when.

The laws tie the contracts' books to what became of each message, number by number.  Any system that
uses the transport declares them for itself, in a module that holds its properties:

    MESSAGING = messaging_laws(EscrowMint, "ESCROW-MINT")
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import cast

from harness import Number, Property, System, invariant
from harness.system import ContractDecl
from properties.messaging import TO_L1, TO_L2

__all__ = ["messaging_laws"]


class Messaging(System):
    """What a system that uses the transport declares."""

    l1_bridge: ContractDecl
    l1_outbox: ContractDecl
    l2_arbsys: ContractDecl
    l2_retryables: ContractDecl


# Tickets, from L1 to L2


def tickets_are_numbered_as_they_are_sent(w: Messaging, i: Number) -> bool:
    """The messages to L2 are those with a number below the Bridge's count."""
    return bool(w.message(TO_L2, i).sent == (i < w.l1_bridge.state.delayedMessageCount))


def nothing_happens_before_a_message_arrives(w: Messaging, i: Number) -> bool:
    """Only what was sent reaches L2, and before that it has no ticket and is not settled."""
    message = w.message(TO_L2, i)
    if i < w.l2_retryables.state.nextMessageNum:
        return bool(message.sent)
    settled = message.delivered or message.lost
    return w.l2_retryables.state.tickets[i].timeout == 0 and not settled


def a_ticket_is_redeemed_once(w: Messaging, i: Number) -> bool:
    """A ticket that waits has not taken effect, and of one that is gone no retry is due.

    While it is redeemed one retry is due, or it was made and says what became of the message.
    """
    ticket, message = w.l2_retryables.state.tickets[i], w.message(TO_L2, i)
    if ticket.timeout == 0:
        return message.due == 0 and not ticket.redeeming
    if not ticket.redeeming:
        return message.due == 0 and bool(message.in_flight)
    if message.due == 1:
        return bool(message.in_flight)
    outcome = message.delivered if message.accepted else message.in_flight
    return message.due == 0 and bool(outcome)


def a_ticket_is_its_message(w: Messaging, i: Number) -> bool | None:
    """A ticket was submitted by the transport, with the sender, target and value of its message."""
    ticket, message = w.l2_retryables.state.tickets[i], w.message(TO_L2, i)
    if ticket.timeout == 0:
        return None
    if not message.taken:
        return False
    same = ticket["from"] == message.sender and ticket.to == message.target
    return bool(same and ticket.callValue == message.value)


# Messages from L2 to L1


def exits_are_numbered_as_they_are_sent(w: Messaging, i: Number) -> bool:
    """The messages to L1 are those with a number below the count of ArbSys."""
    return bool(w.message(TO_L1, i).sent == (i < w.l2_arbsys.state.sendCount))


def a_message_is_spent_when_it_was_executed(w: Messaging, i: Number) -> bool:
    """The Outbox has a message down as spent if and only if it was executed."""
    return bool(w.l1_outbox.state.isSpent[i] == w.message(TO_L1, i).delivered)


def only_true_messages_are_confirmed(w: Messaging, i: Number) -> bool | None:
    """What the Outbox has confirmed under a number is the message that was sent with it."""
    confirmed = w.l1_outbox.state.itemHashes[i]
    if confirmed == bytes(32):
        return None
    return bool(confirmed == w.message(TO_L1, i).commitment)


_LAWS: tuple[Callable[..., object], ...] = (
    tickets_are_numbered_as_they_are_sent,
    nothing_happens_before_a_message_arrives,
    a_ticket_is_redeemed_once,
    a_ticket_is_its_message,
    exits_are_numbered_as_they_are_sent,
    a_message_is_spent_when_it_was_executed,
    only_true_messages_are_confirmed,
)


def messaging_laws(system: type[System], prefix: str, first: int = 100) -> tuple[Property, ...]:
    """The laws as properties of a system, numbered from ``first``: ``ESCROW-MINT-100`` and on."""
    return tuple(
        replace(_declared(f"{prefix}-{number:03}", law), system=system)
        for number, law in enumerate(_LAWS, first)
    )


def _declared(name: str, law: Callable[..., object]) -> Property:
    declare = invariant(name, severity="medium", source="Arbitrum transport")
    return cast(Property, declare(law))
