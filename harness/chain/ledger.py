"""What is kept beside the chains: sums over mappings, totals over events, messages in flight."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.chain.attribution import Attribution
from harness.chain.ghosts import EventTotals, MessageBook, Sums
from harness.chain.transaction import Log, Receipt
from harness.compiled import CompiledSystem
from harness.transport import Event
from harness.world import Place

if TYPE_CHECKING:
    from harness.chain.world import ConcreteWorld

__all__ = ["Kept", "Ledger"]


@dataclass(frozen=True)
class Kept:
    """A ledger at some moment; never changed."""

    sums: Mapping[Place, int]
    events: Mapping[tuple[str, str, str], int]
    messages: MessageBook


class Ledger:
    """The ledger of a system, brought up to date by the receipt of each transaction.

    ``storage`` gives the non-zero slots of a contract.
    """

    def __init__(
        self,
        compiled: CompiledSystem,
        attributions: Mapping[str, Attribution],
        storage: Callable[[str], Mapping[int, int]],
    ) -> None:
        self._compiled = compiled
        self.sums = Sums(attributions, storage)
        self.events = EventTotals()
        self.messages = MessageBook()

    def kept(self) -> Kept:
        """What it holds now."""
        return Kept(dict(self.sums.values), dict(self.events.values), self.messages.copy())

    def restore(self, kept: Kept) -> None:
        """Go back to an earlier moment."""
        self.sums.values = dict(kept.sums)
        self.events.values = dict(kept.events)
        self.messages = kept.messages.copy()

    def follow(
        self, world: ConcreteWorld, chain: str, receipt: Receipt, sender: int
    ) -> tuple[Event, ...]:
        """Take in what a transaction wrote and logged; the events of the system's contracts."""
        for write in receipt.writes:
            contract = self._compiled.contract_at(chain, write.address)
            if contract is not None:
                self.sums.wrote(contract, write.slot, write.old, write.new)
        emitted = tuple(
            event for log in receipt.logs if (event := self._decoded(chain, log)) is not None
        )
        for event in emitted:
            self.events.note(event)
            self._deliver(world, chain, event, sender)
        return emitted

    def _deliver(self, world: ConcreteWorld, chain: str, event: Event, sender: int) -> None:
        """What an event says of messages, as the transports describe them."""
        for transport in self._compiled.system.transports:
            message = transport.sent(world, chain, event)
            if message is not None:
                self.messages.add(message)
            for channel, number in transport.taken(event):
                self.messages.take(channel, number, sender in self._compiled.environment)
            for channel, number in transport.owed(event):
                self.messages.owe(channel, number)
            for channel, number, status in transport.settled(event):
                self.messages.settle(channel, number, status)

    def _decoded(self, chain: str, log: Log) -> Event | None:
        contract = self._compiled.contract_at(chain, log.address)
        if contract is None:
            return None
        topics = [topic.to_bytes(32, "big") for topic in log.topics]
        decoded = self._compiled.abi(contract).decode_event(topics, log.data)
        if decoded is None:
            return None
        names = (p.name for p in decoded.event.inputs)
        return Event(contract, decoded.name, dict(zip(names, decoded.values, strict=True)))
