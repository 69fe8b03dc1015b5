"""Quantities that no contract stores: sums over mappings, totals over events, messages.

They are kept up to date by what each transaction wrote and logged, so that reading one costs a
look-up and not a walk over the storage.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from harness.chain.attribution import Attribution, Leaf
from harness.compile import AbiFunction, ValueType
from harness.errors import InternalError
from harness.transport import Event
from harness.world import (
    Every,
    Key,
    Message,
    MessageFacts,
    MessageField,
    MessageKind,
    MessageStatus,
    Place,
)

__all__ = ["EventTotals", "MessageBook", "Sums"]


@dataclass
class Sums:
    """Sums over mappings, by place.

    A sum is computed from the whole storage when it is first asked for, and followed from then on.
    """

    attributions: Mapping[str, Attribution]
    storage: Callable[[str], Mapping[int, int]]
    values: dict[Place, int] = field(default_factory=dict)

    def value(self, place: Place) -> int:
        """The sum at a place with ``EVERY`` in it."""
        known = self.values.get(place)
        if known is None:
            known = self.values[place] = self._sum(place)
        return known

    def _sum(self, place: Place) -> int:
        attribution = self.attributions[place.contract]
        return sum(
            _number(leaf, word)
            for slot, word in self.storage(place.contract).items()
            for leaf in attribution.leaves(slot)
            if _covers(place, leaf.place)
        )

    def wrote(self, contract: str, slot: int, old: int, new: int) -> None:
        """Follow a write of a storage slot."""
        followed = [place for place in self.values if place.contract == contract]
        if not followed:
            return
        for leaf in self.attributions[contract].leaves(slot):
            for place in followed:
                if _covers(place, leaf.place):
                    self.values[place] += _number(leaf, new) - _number(leaf, old)


def _covers(total: Place, entry: Place) -> bool:
    """Whether an entry is one of those that a sum adds up."""
    return (
        total.variable == entry.variable
        and total.contract == entry.contract
        and len(total.path) == len(entry.path)
        and all(
            isinstance(there, Key) if here is Every.EVERY else here == there
            for here, there in zip(total.path, entry.path, strict=True)
        )
    )


def _value(function: AbiFunction, message: Message, field: MessageField) -> int:
    if field.is_whole:
        return int(message.arg(field.argument))
    return field.of_bytes(function.bytes_in(message.data, field.argument))


def _number(leaf: Leaf, word: int) -> int:
    if not isinstance(leaf.kind, ValueType):
        raise InternalError(f"a sum over {leaf.place}, which is no number")
    return int(leaf.kind.from_word(word, leaf.offset))


@dataclass
class EventTotals:
    """Sums of the numeric fields of events, by (contract, event, field)."""

    values: dict[tuple[str, str, str], int] = field(default_factory=dict)

    def note(self, event: Event) -> None:
        """Add an event."""
        counter = (event.contract, event.name, "")
        self.values[counter] = self.values.get(counter, 0) + 1
        for name, value in event.values.items():
            if isinstance(value, int) and not isinstance(value, bool):
                key = (event.contract, event.name, name)
                self.values[key] = self.values.get(key, 0) + value


@dataclass
class MessageBook:
    """All messages ever sent, by channel, in the order of sending.

    ``taken`` tells whether the transport itself handed a message in, ``due`` counts the attempts
    owed, ``accepted`` tells what the last one came to; all by channel and number, as a faulty
    contract may speak of messages that were never sent.
    """

    sent: dict[str, list[Message]] = field(default_factory=dict)
    taken: dict[tuple[str, int], bool] = field(default_factory=dict)
    due: dict[tuple[str, int], int] = field(default_factory=dict)
    accepted: dict[tuple[str, int], bool] = field(default_factory=dict)

    def channel(self, name: str) -> list[Message]:
        """The messages of a channel; do not change the list."""
        return self.sent.get(name, [])

    def add(self, message: Message) -> None:
        """Enter a message; its number must be the next of its channel."""
        book = self.sent.setdefault(message.channel, [])
        if message.number != len(book):
            raise InternalError(
                f"message {message.number} of channel {message.channel!r} is the {len(book)}th",
                fix="let the transport number its messages from 0 in the order of sending",
            )
        book.append(message)

    def find(self, channel: str, number: int) -> Message | None:
        """The message of that number, if there is one."""
        book = self.channel(channel)
        return book[number] if 0 <= number < len(book) else None

    def settle(self, channel: str, number: int, status: MessageStatus) -> None:
        """Note what became of a message in flight.

        What took effect or was lost has done so for good, whatever a faulty contract says later.
        """
        known = self.find(channel, number)
        if known is not None and known.status is MessageStatus.IN_FLIGHT:
            self.sent[channel][number] = replace(known, status=status)

    def take(self, channel: str, number: int, honest: bool) -> None:
        """Note that a message was handed in, and whether the transport itself did so."""
        self.taken[channel, number] = honest

    def owe(self, channel: str, number: int) -> None:
        """Note that an attempt at delivery is owed."""
        self.due[channel, number] = self.due.get((channel, number), 0) + 1

    def attempted(self, channel: str, number: int, succeeded: bool) -> None:
        """Note an attempt that was owed, and what came of it."""
        self.due[channel, number] = self.due.get((channel, number), 0) - 1
        self.accepted[channel, number] = succeeded
        if succeeded:
            self.settle(channel, number, MessageStatus.DELIVERED)

    def facts(self, channel: str, number: int) -> MessageFacts:
        """What is known of a message, sent or not."""
        known = self.find(channel, number)
        status = known.status if known else None
        return MessageFacts(
            sent=known is not None,
            in_flight=status is MessageStatus.IN_FLIGHT,
            delivered=status is MessageStatus.DELIVERED,
            lost=status is MessageStatus.LOST,
            taken=self.taken.get((channel, number), False),
            due=self.due.get((channel, number), 0),
            accepted=self.accepted.get((channel, number), False),
            sender=known.sender if known else 0,
            target=known.target if known else 0,
            value=known.value if known else 0,
            commitment=known.commitment if known else bytes(32),
        )

    def is_of_kind(self, kind: MessageKind, number: int) -> bool:
        """Whether a message was sent and is of a kind."""
        known = self.find(kind.channel, number)
        return known is not None and kind.covers(known)

    def argument(self, function: AbiFunction, kind: MessageKind, field: str, number: int) -> int:
        """A field of a message; 0 where it was not sent or is not of the kind.

        `function` is what the kind asks for.
        """
        known = self.find(kind.channel, number)
        if known is None or not kind.covers(known):
            return 0
        return _value(function, known, MessageField.parse(field))

    def numbers(self) -> set[int]:
        """The numbers of all messages, and the next ones."""
        return {number for book in self.sent.values() for number in range(len(book) + 1)}

    def total(
        self, function: AbiFunction, kind: MessageKind, status: MessageStatus | None, field: str
    ) -> int:
        """The sum of a field over the messages of a kind; their number for ``""``.

        `function` is what the kind asks for.
        """
        chosen = self._of_kind(kind, status)
        if not field:
            return sum(1 for _ in chosen)
        wanted = MessageField.parse(field)
        return sum(_value(function, message, wanted) for message in chosen)

    def _of_kind(self, kind: MessageKind, status: MessageStatus | None) -> Iterable[Message]:
        return (
            message
            for message in self.channel(kind.channel)
            if kind.covers(message) and (status is None or message.status is status)
        )

    def copy(self) -> MessageBook:
        """An independent copy."""
        return MessageBook(
            {name: list(book) for name, book in self.sent.items()},
            dict(self.taken),
            dict(self.due),
            dict(self.accepted),
        )
