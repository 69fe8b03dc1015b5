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

from harness import (
    Action,
    Announced,
    CallView,
    Channel,
    Event,
    Message,
    MessageStatus,
    Noted,
    Relayer,
    Transport,
    World,
)

__all__ = [
    "CHALLENGE_PERIOD",
    "CONTRACTS",
    "GAS_PRICE",
    "TO_L1",
    "TO_L2",
    "ArbitrumTransport",
    "alias",
    "priced",
]

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


GAS_PRICE = 10**9
"""Wei that a wallet bids for a unit of gas on L2."""


def priced(
    function: str,
    gas: int,
    cost: int,
    *,
    submission: str = "maxSubmissionCost",
    limit: str = "maxGas",
    bid: str = "gasPriceBid",
) -> dict[str, tuple[int, ...]]:
    """What a wallet puts in where a function buys a ticket, for ``System.likely``.

    Args:
        function: ``contract.function``.
        gas: of the redeem; now and then it is left out.
        cost: of the submission, in wei.
        submission, limit, bid: the names of the arguments; empty for one that is not there.
    """
    values = {submission: (cost,), limit: (0, gas, gas), bid: (GAS_PRICE,)}
    return {f"{function}.{name}": chosen for name, chosen in values.items() if name}


def alias(l1_sender: int) -> int:
    """Who an L1 sender is on L2: the address plus an offset, wrapping at 2**160."""
    return (l1_sender + _ALIAS_OFFSET) % (1 << 160)


class ArbitrumTransport(Transport):
    """Retryable tickets down, outbox messages up."""

    carries = (
        Channel(
            TO_L2,
            to="l2",
            announced=Announced(
                "l1_inbox.RetryableTicketCreated",
                number="messageNum",
                sender=lambda v: alias(v["sender"]),
                target="to",
                value="l2CallValue",
                data="data",
            ),
            taken=Noted("l2_retryables.TicketCreated", number="ticketId"),
            due=Noted("l2_retryables.RedeemScheduled", number="ticketId"),
            lost=(
                Noted("l2_retryables.Canceled", number="ticketId"),
                Noted("l2_retryables.Expired", number="ticketId"),
            ),
        ),
        Channel(
            TO_L1,
            to="l1",
            announced=Announced(
                "l2_arbsys.L2ToL1Tx",
                number="position",
                sender=lambda v: v["caller"],
                target="destination",
                value="value",
                data="data",
            ),
            delivered=Noted("l1_outbox.OutboxTransactionExecuted", number="index"),
            commitment=(
                ("uint256", "number"),
                ("address", "sender"),
                ("address", "target"),
                ("uint256", "value"),
                ("bytes", "data"),
            ),
        ),
    )
    assumptions = (
        "the transport follows its protocol: arbos submits tickets that were sent on L1 and says "
        "truly what came of each retry, the rollup confirms messages that were sent on L2",
        "a ticket that arbos submitted keeps its data: its retry calls what the message asked for",
        "nobody else acts in the name of a message's sender: aliases have neither key nor code",
        "gas prices never keep anybody from relaying",
    )

    def permits(self, world: World, call: CallView) -> bool | None:
        """Who confirms, submits and finishes tells the truth about the message."""
        if call.is_to("l1_outbox.confirm"):
            true = world.message(TO_L1, call.args.index).commitment
            return call.args.itemHash == true
        if call.is_to("l2_retryables.submitRetryable"):
            a, ticket = call.args, world.message(TO_L2, call.args.messageNum)
            if not ticket.sent or ticket.sender != alias(a.l1Sender):
                return False
            return ticket.target == a.to and ticket.value == a.l2CallValue
        if call.is_to("l2_retryables.finishRedeem"):
            ticket = world.message(TO_L2, call.args.id)
            return ticket.due == 0 and ticket.accepted == call.args.success
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
        """Retry scheduled tickets, as ArbOS does."""
        if event.contract == "l2_retryables" and event.name == "RedeemScheduled":
            _retry(world, event)


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
    if world.fail_next_delivery():
        world.forgo(TO_L2, v["ticketId"])
    else:
        if v["value"]:
            world.transact_raw("l2", v["from"], b"", sender=arbos, value=v["value"])
        succeeded = world.attempt(
            TO_L2, v["ticketId"], v["to"], v["data"], sender=v["from"], value=v["value"]
        )
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
