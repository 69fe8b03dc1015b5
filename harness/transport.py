"""How messages travel between the chains of a system.

A transport belongs to a system's wiring, next to the contracts that send and receive; the harness
knows only this class.  The transport is the adversary: everything that it allows, a judge may do.

Messages are found in the logs of transactions (:meth:`Transport.sent`).  What may be done with a
message is a list of actions (:meth:`Transport.actions`), and an action is carried out by sending
transactions (:meth:`Transport.relay`).  Where a transaction obliges the environment to act at once
(a retryable ticket's retry), :meth:`Transport.after` does so.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from harness.world import Message, MessageStatus, Value, World

__all__ = ["Action", "Event", "Relayer", "Transport"]


@dataclass(frozen=True, slots=True)
class Event:
    """A decoded log record of one of the system's contracts."""

    contract: str
    name: str
    values: dict[str, Value]


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

    def settle(self, channel: str, number: int, status: MessageStatus) -> None:
        """Note what became of a message."""

    def let_next_delivery_fail(self) -> None:
        """Ask for the next automatic delivery of this step to run out of gas."""

    def fail_next_delivery(self) -> bool:
        """Whether that was asked for; answers yes only once."""


class Transport(ABC):
    """Carries the messages of one or more channels."""

    channels: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()
    """What is taken for granted about the transport; every verdict lists it."""

    @abstractmethod
    def sent(self, world: World, chain: str, event: Event) -> Message | None:
        """The message that an event announces; ``None`` for every other event."""

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
