"""How messages travel between the chains of a system.

A transport belongs to a system's wiring, next to the contracts that send and receive; the harness
knows only this module.  The transport is the adversary: everything that it allows, a judge may do.

What becomes of messages is read off the logs of transactions.  A :class:`Channel` says which events
announce a message, owe it an attempt at delivery, deliver it or lose it; every world, concrete or
symbolic, follows the same description.  What may be done with a message is a list of actions
(:meth:`Transport.actions`), and an action is carried out by sending transactions
(:meth:`Transport.relay`).  Where a transaction obliges the environment to act at once (a retryable
ticket's retry), :meth:`Transport.after` does so.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from harness.compile import keccak256
from harness.compile.abi_codec import encode
from harness.compile.abi_types import AbiType
from harness.world import Message, MessageStatus, Value, World

if TYPE_CHECKING:
    from harness.view import CallView

__all__ = [
    "Action",
    "Announced",
    "Channel",
    "Event",
    "Noted",
    "Relayer",
    "Transport",
]


@dataclass(frozen=True, slots=True)
class Event:
    """A decoded log record of one of the system's contracts."""

    contract: str
    name: str
    values: dict[str, Value]


@dataclass(frozen=True, slots=True)
class Noted:
    """An event, as ``contract.Event``, that says something of the message that a field numbers."""

    event: str
    number: str

    @property
    def contract(self) -> str:
        """Who logs it."""
        return self.event.partition(".")[0]

    @property
    def name(self) -> str:
        """The event's name."""
        return self.event.partition(".")[2]

    def is_in(self, event: Event) -> bool:
        """Whether a log record is one of these events."""
        return event.contract == self.contract and event.name == self.name


@dataclass(frozen=True, slots=True)
class Announced(Noted):
    """The event that announces a message, and its fields that hold the call that it asks for.

    ``sender`` makes of the event's fields the address that the called contract will see; on worlds
    of terms it is given terms, so it may only compute with them.
    """

    sender: Callable[[Mapping[str, Value]], Value]
    target: str
    data: str
    value: str = ""
    """Empty where no wei go along."""


@dataclass(frozen=True, slots=True)
class Channel:
    """One way that messages travel, and how one sees what becomes of them.

    ``to`` is the chain on which messages take effect.  A message that was ``announced`` is in
    flight until an event ``delivered`` or ``lost`` it, for good.  Where the environment itself
    makes the calls, each event ``due`` obliges it to try once, right after the transaction and in
    the name of the message's sender; then a message is delivered by the success of such a call.
    ``commitment`` are the ABI types and names of what is hashed to commit to a message, of
    ``number``, ``sender``, ``target``, ``value`` and ``data``.

    Messages may have to be handed in on the chain that they are for: ``taken`` is the event that
    says so.  Whoever makes a transaction that logs it may have made the content up, unless it is
    the environment.
    """

    name: str
    to: str
    announced: Announced
    taken: Noted | None = None
    due: Noted | None = None
    delivered: Noted | None = None
    lost: tuple[Noted, ...] = ()
    commitment: tuple[tuple[str, str], ...] = ()

    def message(self, world: World, chain: str, event: Event) -> Message:
        """The message that an event announces, sent on ``chain``."""
        fields, told = event.values, self.announced
        target, data = fields[told.target], fields[told.data]
        contract = world.compiled.contract_at(self.to, target)
        call = world.compiled.decode(contract, data) if contract else None
        parts = {
            "number": fields[told.number],
            "sender": told.sender(fields),
            "target": target,
            "value": fields[told.value] if told.value else 0,
            "data": data,
        }
        return Message(
            channel=self.name,
            **parts,
            sent_at=world.time(chain),
            contract=contract or "",
            function=call.function.name if call else "",
            args=tuple(call.named.items()) if call else (),
            envelope=tuple(fields.items()),
            commitment=self._digest(parts) if self.commitment else bytes(32),
        )

    def _digest(self, parts: Mapping[str, Value]) -> bytes:
        types = tuple(AbiType.parse(kind) for kind, _ in self.commitment)
        return keccak256(encode(types, [parts[name] for _, name in self.commitment]))


@dataclass(frozen=True, slots=True)
class Action:
    """Something that could be tried with a message now.

    The hopeful ones are what somebody who wants the message delivered would do; the others are
    accidents that the transport allows, or attempts that it should refuse.
    """

    channel: str
    message: int
    name: str
    hopeful: bool = True


class Relayer(World, Protocol):
    """The world as a transport sees it: it can act there, and note what became of messages."""

    def messages(self, channel: str) -> Sequence[Message]:
        """All messages ever sent on a channel, in the order of sending."""

    def transact(
        self, contract: str, function: str, *args: Value, sender: int, value: int = 0
    ) -> bool:
        """Call a function of a contract in a transaction; whether it succeeded."""

    def transact_raw(
        self, chain: str, to: int, data: bytes, *, sender: int, value: int = 0
    ) -> bool:
        """Make a call given as bytes in a transaction; whether it succeeded."""

    def wait(self, seconds: int) -> None:
        """Let at least so many seconds pass on every chain."""

    def attempt(
        self, channel: str, number: int, to: int, data: bytes, *, sender: int, value: int = 0
    ) -> bool:
        """Make the call of a message that is due, in a transaction; whether it succeeded."""

    def forgo(self, channel: str, number: int) -> None:
        """Note an attempt at a message that failed before it began."""

    def let_next_delivery_fail(self) -> None:
        """Ask for the next automatic delivery of this step to run out of gas."""

    def fail_next_delivery(self) -> bool:
        """Whether that was asked for; answers yes only once."""


class Transport(ABC):
    """Carries the messages of one or more channels."""

    carries: tuple[Channel, ...] = ()
    assumptions: tuple[str, ...] = ()
    """What is taken for granted about the transport; every verdict lists it."""

    @property
    def channels(self) -> tuple[str, ...]:
        """The names of the channels."""
        return tuple(channel.name for channel in self.carries)

    def sent(self, world: World, chain: str, event: Event) -> Message | None:
        """The message that an event announces; ``None`` for every other event."""
        for channel in self.carries:
            if channel.announced.is_in(event):
                return channel.message(world, chain, event)
        return None

    def taken(self, event: Event) -> Iterator[tuple[str, int]]:
        """Channel and number of each message that an event says was handed in."""
        for channel in self.carries:
            if channel.taken is not None and channel.taken.is_in(event):
                yield channel.name, event.values[channel.taken.number]

    def owed(self, event: Event) -> Iterator[tuple[str, int]]:
        """Channel and number of each message that an event obliges the environment to try."""
        for channel in self.carries:
            if channel.due is not None and channel.due.is_in(event):
                yield channel.name, event.values[channel.due.number]

    def settled(self, event: Event) -> Iterator[tuple[str, int, MessageStatus]]:
        """What an event says became of which messages, if they were in flight."""
        for channel in self.carries:
            found = channel.delivered
            if found is not None and found.is_in(event):
                yield channel.name, event.values[found.number], MessageStatus.DELIVERED
            for each in channel.lost:
                if each.is_in(event):
                    yield channel.name, event.values[each.number], MessageStatus.LOST

    def permits(self, world: World, call: CallView) -> Value:
        """What the environment promises of a call that it makes in its own name.

        ``world`` is the state before the call.  False is a call that it never makes; ``None``, no
        promise.  Provers assume it of calls by actors who refrain from everything; the concrete
        world checks it.  It is evaluated on terms, too, like a property.
        """
        return None

    @abstractmethod
    def actions(self, world: Relayer) -> Iterable[Action]:
        """What could be done now."""

    @abstractmethod
    def relay(self, world: Relayer, message: Message, action: str, sender: int) -> None:
        """Carry an action out; a refusal of the contracts is no error."""

    @abstractmethod
    def after(self, world: Relayer, chain: str, event: Event) -> None:
        """Act on what a transaction logged, before any other step is made.

        The events of a step come in the order in which they were logged; transactions that this
        method makes add theirs at the end.
        """
