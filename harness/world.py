"""What a property may ask of a world, and the words for it.

A *world* is a system that runs: concrete on py-evm, symbolic on terms, or the specification.  All
of them answer the same few questions, :class:`World`, and everything that an author of properties
sees (``harness.view``) is built of these.  A property therefore cannot know which world it is in.

Values are Python integers, booleans, bytes and strings in a concrete world and terms in a symbolic
one, hence :data:`Value` is ``Any``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from harness.errors import LookupProblem

if TYPE_CHECKING:
    from harness.compiled import CompiledSystem

Value = Any


@dataclass(frozen=True, slots=True)
class Key:
    """One entry of a mapping."""

    value: Value

    def __str__(self) -> str:
        return f"[{self.value}]"


@dataclass(frozen=True, slots=True)
class Index:
    """One element of an array, counted from 0."""

    value: Value

    def __str__(self) -> str:
        return f"[{self.value}]"


@dataclass(frozen=True, slots=True)
class Member:
    """One member of a struct."""

    name: str

    def __str__(self) -> str:
        return f".{self.name}"


@dataclass(frozen=True, slots=True)
class Length:
    """The length of a dynamic array."""

    def __str__(self) -> str:
        return ".length"


class Every(Enum):
    """Stands for all keys of a mapping at once: the place of a sum."""

    EVERY = "every"

    def __str__(self) -> str:
        return "[*]"


Accessor = Key | Index | Member | Length | Every


@dataclass(frozen=True, slots=True)
class Place:
    """A storage variable of a contract, or one value inside it.

    ``contract`` is the contract's name in the system and ``variable`` its label in the source;
    ``path`` leads from the variable to the value: ``l1_token._balances[0x12…]``.
    """

    contract: str
    variable: str
    path: tuple[Accessor, ...] = ()

    def then(self, accessor: Accessor) -> Place:
        """The place one step further inside."""
        return Place(self.contract, self.variable, (*self.path, accessor))

    @property
    def is_sum(self) -> bool:
        """Whether this is the place of a sum over all keys of a mapping."""
        return Every.EVERY in self.path

    def __str__(self) -> str:
        return f"{self.contract}.{self.variable}{''.join(map(str, self.path))}"


class MessageStatus(Enum):
    """Where a message between chains is in its life."""

    IN_FLIGHT = "in flight"
    DELIVERED = "delivered"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Message:
    """A call that one chain asked another to make.

    ``channel`` names the way it travels and ``number`` counts on that way from 0.  ``sender`` is
    who the called contract will see, ``target`` whom it calls, ``value`` the wei that go along.
    ``contract``, ``function`` and ``args`` are the decoded call, or empty where it is none that
    the system knows.  ``sent_at`` is the time of sending in seconds on the sending chain,
    ``envelope`` what else the transport needs to deliver the message, and ``commitment`` the hash
    that commits to it, zeros where the channel has none.
    """

    channel: str
    number: int
    sender: Value
    target: Value
    value: Value
    data: bytes
    sent_at: int
    contract: str = ""
    function: str = ""
    args: tuple[tuple[str, Value], ...] = ()
    envelope: tuple[tuple[str, Value], ...] = ()
    status: MessageStatus = MessageStatus.IN_FLIGHT
    commitment: bytes = bytes(32)

    def arg(self, name: str) -> Value:
        """The decoded argument of that name; :class:`KeyError` when there is none."""
        return dict(self.args)[name]


@dataclass(frozen=True, slots=True)
class MessageFacts:
    """What is known of the message with some number, which may not have been sent yet.

    ``sent``, ``in_flight``, ``delivered`` and ``lost`` are truth values; of a message that was
    never sent all are false, and its ``sender``, ``target``, ``value`` (wei) and ``commitment`` (32
    bytes) are 0.  ``taken`` tells whether the chain that it is for has it from the transport
    itself, rather than from anybody else or not at all.  ``due`` counts the attempts at delivery
    that the transport owes, and ``accepted`` tells whether the last one succeeded; false if there
    was none.
    """

    sent: Value
    in_flight: Value
    delivered: Value
    lost: Value
    taken: Value
    due: Value
    accepted: Value
    sender: Value
    target: Value
    value: Value
    commitment: Value


@dataclass(frozen=True, slots=True)
class MessageKind:
    """Which messages a ghost counts: those on ``channel`` that ask ``contract`` for ``function``.

    With a ``sender``, only those that the called contract sees as coming from that address;
    with ``where``, only those with these values for some arguments.
    """

    channel: str
    contract: str
    function: str
    sender: int | None = None
    where: tuple[tuple[str, int], ...] = ()

    @property
    def whole(self) -> MessageKind:
        """The kind whatever the arguments are."""
        return replace(self, where=()) if self.where else self

    def covers(self, message: Message) -> bool:
        """Whether a message is of this kind."""
        return (
            message.contract == self.contract
            and message.function == self.function
            and message.channel == self.channel
            and (self.sender is None or message.sender == self.sender)
            and all(message.arg(name) == value for name, value in self.where)
        )


@dataclass(frozen=True, slots=True)
class MessageField:
    """What a ghost adds up or reads of a message: an argument, or a number in a byte string.

    amount          an argument, an unsigned number or an address
    data.length     how many bytes an argument of type ``bytes`` has
    data[2]         the third 32 bytes of it, as a number; zeros stand for what is beyond its end

    A byte string counts as empty where it does not lie right behind the heads of all arguments,
    where encoders put the first one.
    """

    argument: str
    word: int | None = None
    is_length: bool = False

    @classmethod
    def parse(cls, text: str) -> MessageField:
        """The field that a property names. Raises LookupProblem for what is none."""
        found = _FIELD.fullmatch(text)
        if found is None:
            raise LookupProblem(
                f"{text!r} names nothing in a message",
                fix="write `name`, `name.length` or `name[0]`, with the name of an argument",
            )
        name, length, word = found.groups()
        return cls(name, None if word is None else int(word), length is not None)

    @property
    def is_whole(self) -> bool:
        """Whether it is an argument as it is."""
        return self.word is None and not self.is_length

    def of_bytes(self, content: bytes) -> int:
        """Its value in an argument of type ``bytes``."""
        if self.word is None:
            return len(content)
        part = content[32 * self.word : 32 * self.word + 32]
        return int.from_bytes(part.ljust(32, b"\0"), "big")


_FIELD = re.compile(r"(\w+)(?:(\.length)|\[(\d+)\])?")


@runtime_checkable
class World(Protocol):
    """The questions that every world answers."""

    @property
    def compiled(self) -> CompiledSystem:
        """The system's declarations and compiled contracts."""

    def load(self, place: Place) -> Value:
        """The value now stored at a place."""

    def total(self, place: Place) -> Value:
        """The sum over all keys of a mapping, for a place with ``EVERY`` in it."""

    def events(self, contract: str, event: str, field: str) -> Value:
        """The sum of an event's field since deployment; their number for the field ``""``."""

    def view(self, contract: str, function: str, args: Sequence[Value]) -> Value:
        """What a view function returns: one value, or a tuple of several."""

    def ether(self, chain: str, address: Value) -> Value:
        """An account's balance in wei."""

    def block(self, chain: str) -> Value:
        """The block number of a chain."""

    def time(self, chain: str) -> Value:
        """The time of a chain in seconds."""

    def message_total(self, kind: MessageKind, status: MessageStatus | None, field: str) -> Value:
        """The sum of a field over the messages of a kind; their number for the field ``""``.

        ``status`` narrows it to messages in that state; ``None`` counts all ever sent.
        """

    def message(self, channel: str, number: Value) -> MessageFacts:
        """What is known of the message with a number on a channel, sent or not."""

    def is_of_kind(self, kind: MessageKind, number: Value) -> Value:
        """Whether a message with a number was sent, and is of a kind."""

    def message_argument(self, kind: MessageKind, field: str, number: Value) -> Value:
        """A field of the message with a number; see :class:`MessageField`.

        0 where that message was not sent or is not of the kind.
        """

    def initially(self) -> World:
        """The same system as it was right after deployment."""
