"""The wiring of ``contracts/messaging``: an Arbitrum-like transport between l1 and l2.

Two channels.  ``l1_to_l2`` carries retryable tickets: they arrive on L2 in the order of sending, a
funded one is redeemed at once, which may fail, and anybody may redeem it later, in any order, until
it expires.  ``l2_to_l1`` carries messages that anybody may execute once the challenge period is
over, in any order, for ever.

A system that uses it declares the contracts under the names that :data:`CONTRACTS` lists and the
actors ``arbos`` and ``rollup``, which stand for the protocol itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from harness import Action, Event, Message, MessageStatus, Relayer, Transport, World

__all__ = ["CHALLENGE_PERIOD", "CONTRACTS", "TO_L1", "TO_L2", "ArbitrumTransport", "alias"]

CONTRACTS = {
    "l1_inbox": "contracts/messaging/l1/Inbox.sol:Inbox",
    "l1_bridge": "contracts/messaging/l1/Bridge.sol:Bridge",
    "l1_outbox": "contracts/messaging/l1/Outbox.sol:Outbox",
    "l2_arbsys": "contracts/messaging/l2/ArbSys.sol:ArbSys",
    "l2_retryables": "contracts/messaging/l2/ArbRetryableTx.sol:ArbRetryableTx",
}
"""The contracts of the transport by the names that a system gives them."""

TO_L2 = "l1_to_l2"
TO_L1 = "l2_to_l1"
CHALLENGE_PERIOD = 7 * 24 * 3600
"""Seconds before a message to L1 can be executed."""

TICKET_LIFETIME = 7 * 24 * 3600
_ALIAS_OFFSET = 0x1111000000000000000000000000000000001111
_RECENT = 6


def alias(l1_sender: int) -> int:
    """Who an L1 sender is on L2: the address plus an offset, wrapping at 2**160."""
    return (l1_sender + _ALIAS_OFFSET) % (1 << 160)


class ArbitrumTransport(Transport):
    """Retryable tickets down, outbox messages up."""

    channels = (TO_L2, TO_L1)
    assumptions = (
        "the transport follows its protocol: tickets reach L2 in order, assertions are honest",
        "tickets and messages keep their content; gas prices never keep anybody from relaying",
    )

    def sent(self, world: World, chain: str, event: Event) -> Message | None:
        """A ticket's or an L2-to-L1 message's event announces it."""
        if event.contract == "l1_inbox" and event.name == "RetryableTicketCreated":
            return _ticket(world, event)
        if event.contract == "l2_arbsys" and event.name == "L2ToL1Tx":
            return _exit(world, event)
        return None

    def actions(self, world: Relayer) -> Iterable[Action]:
        """Every message, oldest first, with what might be tried with it."""
        yield from _ticket_actions(world)
        yield from _exit_actions(world)

    def relay(self, world: Relayer, message: Message, action: str, sender: int) -> None:
        """Do it; where the contracts refuse, nothing happens."""
        if message.channel == TO_L1:
            _execute(world, message, sender, patient=action == "execute")
            return
        if action in ("deliver", "arrive"):
            _deliver(world, message, sender, whole=action == "deliver")
        elif action == "expire":
            world.wait(TICKET_LIFETIME + 1)
            world.transact("l2_retryables", "expire", message.number, sender=sender)
        elif action in ("redeem", "keepalive", "cancel"):
            world.transact("l2_retryables", action, message.number, sender=sender)

    def after(self, world: Relayer, chain: str, event: Event) -> None:
        """Retry scheduled tickets as ArbOS does, and note what became of messages."""
        if event.contract == "l2_retryables":
            if event.name == "RedeemScheduled":
                _retry(world, event)
            elif event.name == "Redeemed" and event.values["success"]:
                _settle(world, TO_L2, event.values["ticketId"], MessageStatus.DELIVERED)
            elif event.name in ("Canceled", "Expired"):
                _settle(world, TO_L2, event.values["ticketId"], MessageStatus.LOST)
        elif event.contract == "l1_outbox" and event.name == "OutboxTransactionExecuted":
            _settle(world, TO_L1, event.values["index"], MessageStatus.DELIVERED)


def _settle(world: Relayer, channel: str, number: int, status: MessageStatus) -> None:
    # A message that took effect once has done so for good, whatever a faulty contract lets
    # somebody do with it later.
    if world.messages(channel)[number].status is MessageStatus.IN_FLIGHT:
        world.settle(channel, number, status)


def _message(
    world: World,
    channel: str,
    chain: str,
    number: int,
    sender: int,
    event: Event,
    target: int,
    value: int,
) -> Message:
    data = event.values["data"]
    contract = world.compiled.contract_at(chain, target)
    call = world.compiled.decode(contract, data) if contract else None
    return Message(
        channel=channel,
        number=number,
        sender=sender,
        target=target,
        value=value,
        data=data,
        sent_at=world.time("l2" if channel == TO_L1 else "l1"),
        contract=contract or "",
        function=call.function.name if call else "",
        args=tuple(call.named.items()) if call else (),
        envelope=tuple(event.values.items()),
    )


def _ticket(world: World, event: Event) -> Message:
    v = event.values
    sender = alias(v["sender"])
    return _message(world, TO_L2, "l2", v["messageNum"], sender, event, v["to"], v["l2CallValue"])


def _exit(world: World, event: Event) -> Message:
    v = event.values
    return _message(
        world, TO_L1, "l1", v["position"], v["caller"], event, v["destination"], v["value"]
    )


def _arrived(world: World) -> int:
    """How many tickets have reached L2."""
    count: int = world.view("l2_retryables", "nextMessageNum", ())
    return count


def _ticket_actions(world: Relayer) -> Iterator[Action]:
    tickets = world.messages(TO_L2)
    arrived = _arrived(world)
    if arrived < len(tickets):
        yield Action(TO_L2, arrived, "deliver")
        yield Action(TO_L2, arrived, "arrive", hopeful=False)
    for ticket in tickets[max(0, arrived - _RECENT) : arrived]:
        waiting = ticket.status is MessageStatus.IN_FLIGHT
        yield Action(TO_L2, ticket.number, "redeem", hopeful=waiting)
        if waiting:
            for accident in ("keepalive", "cancel", "expire"):
                yield Action(TO_L2, ticket.number, accident, hopeful=False)


def _exit_actions(world: Relayer) -> Iterator[Action]:
    for message in world.messages(TO_L1)[-_RECENT:]:
        waiting = message.status is MessageStatus.IN_FLIGHT
        yield Action(TO_L1, message.number, "execute", hopeful=waiting)
        if waiting:
            yield Action(TO_L1, message.number, "execute early", hopeful=False)


def _deliver(world: Relayer, ticket: Message, sender: int, *, whole: bool) -> None:
    """Let a ticket reach L2, and unless it is to fail there first, redeem it."""
    for earlier in world.messages(TO_L2)[_arrived(world) : ticket.number]:
        _submit(world, earlier)
    if not whole:
        world.let_next_delivery_fail()
    _submit(world, ticket)
    if whole and world.messages(TO_L2)[ticket.number].status is MessageStatus.IN_FLIGHT:
        world.transact("l2_retryables", "redeem", ticket.number, sender=sender)


def _submit(world: Relayer, ticket: Message) -> None:
    v = dict(ticket.envelope)
    world.transact(
        "l2_retryables",
        "submitRetryable",
        v["messageNum"],
        v["sender"],
        v["to"],
        v["l2CallValue"],
        v["excessFeeRefundAddress"],
        v["callValueRefundAddress"],
        v["gasLimit"],
        v["maxFeePerGas"],
        v["data"],
        sender=world.compiled.address("arbos"),
        value=v["deposit"] - v["submissionFee"],
    )


def _retry(world: Relayer, event: Event) -> None:
    """What ArbOS does once a redeem is scheduled: the call itself, then the books."""
    v = event.values
    arbos = world.compiled.address("arbos")
    succeeded = False
    if not world.fail_next_delivery():
        if v["value"]:
            world.transact_raw("l2", v["from"], b"", sender=arbos, value=v["value"])
        succeeded = world.transact_raw("l2", v["to"], v["data"], sender=v["from"], value=v["value"])
        if v["value"] and not succeeded:
            world.transact_raw("l2", arbos, b"", sender=v["from"], value=v["value"])
    returned = 0 if succeeded else v["value"]
    world.transact(
        "l2_retryables", "finishRedeem", v["ticketId"], succeeded, sender=arbos, value=returned
    )


def _execute(world: Relayer, message: Message, sender: int, *, patient: bool) -> None:
    """Execute a message on L1, once its challenge period is over if the relayer is patient."""
    item = (message.number, message.sender, message.target, message.value, message.data)
    if patient and not _confirmed(world, message.number):
        over = message.sent_at + CHALLENGE_PERIOD
        if world.time("l1") < over:
            world.wait(over - world.time("l1"))
        digest = world.view("l1_outbox", "calculateItemHash", item)
        rollup = world.compiled.address("rollup")
        world.transact("l1_outbox", "confirm", message.number, digest, sender=rollup)
    world.transact("l1_outbox", "executeTransaction", *item, sender=sender)


def _confirmed(world: World, number: int) -> bool:
    return bool(world.view("l1_outbox", "itemHashes", (number,)) != bytes(32))
