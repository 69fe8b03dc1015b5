"""Reading the state of a concrete system by name: what every concrete world shares.

A subclass says where a word of storage comes from (:meth:`ReadableWorld.word`): from the chain as
it is now, or as it was before a call, or as it was after deployment.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from harness.address import Address
from harness.chain.attribution import accessor_path
from harness.chain.ghosts import MessageBook
from harness.compile import Location, MappingType, StructType, ValueType
from harness.compiled import CompiledSystem
from harness.errors import LookupProblem
from harness.world import (
    Length,
    Member,
    MessageFacts,
    MessageKind,
    MessageStatus,
    Place,
    Value,
    World,
)

__all__ = ["ReadableWorld"]

_REMEMBERED = 1 << 16


class Locator:
    """Where places lie in storage; the same for every world of a system."""

    def __init__(self, compiled: CompiledSystem) -> None:
        self._compiled = compiled
        self._known: dict[Place, Location] = {}

    def find(self, place: Place) -> Location:
        """The location of a place; :class:`UsageError` where the layout has none such."""
        found = self._known.get(place)
        if found is None:
            layout = self._compiled.layout(place.contract)
            found = layout.locate(place.variable, *accessor_path(place.path))
            if place.path and isinstance(place.path[-1], Length):
                found = Location(found.slot, 0, _LENGTH)
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[place] = found
        return found


_LENGTH = ValueType("uint", "uint256", 32)


class ReadableWorld(ABC):
    """A concrete world that can be read; see :class:`harness.world.World`."""

    def __init__(self, compiled: CompiledSystem, locator: Locator) -> None:
        self._compiled = compiled
        self._locator = locator

    @property
    def compiled(self) -> CompiledSystem:
        """The system's declarations and compiled contracts."""
        return self._compiled

    @abstractmethod
    def word(self, contract: str, slot: int) -> int:
        """The word in a slot of a contract."""

    @abstractmethod
    def total(self, place: Place) -> int:
        """The sum over all keys of a mapping, for a place with ``EVERY`` in it."""

    @abstractmethod
    def event_totals(self) -> Mapping[tuple[str, str, str], int]:
        """Sums of event fields by (contract, event, field); the number of events for ``""``."""

    @abstractmethod
    def message_book(self) -> MessageBook:
        """All messages; copy it to keep it."""

    @abstractmethod
    def view_raw(self, contract: str, data: bytes) -> bytes:
        """What a read-only call returns; :class:`ViewReverts` if it reverts."""

    @abstractmethod
    def ether(self, chain: str, address: int) -> int:
        """An account's balance in wei."""

    @abstractmethod
    def block(self, chain: str) -> int:
        """The block number of a chain."""

    @abstractmethod
    def time(self, chain: str) -> int:
        """The time of a chain in seconds."""

    @abstractmethod
    def initially(self) -> World:
        """The same system right after deployment."""

    def load(self, place: Place) -> Any:
        """The value at a place; addresses print as such."""
        location = self._locator.find(place)
        kind = location.type
        if isinstance(kind, ValueType):
            value = kind.from_word(self.word(place.contract, location.slot), location.offset)
            return Address(int(value)) if kind.kind in ("address", "contract") else value
        contract = place.contract
        return location.read(lambda slot: self.word(contract, slot))

    def places_inside(self, place: Place) -> Iterator[Place]:
        """The single values inside a place: the members of a struct, or the place itself."""
        kind = self._locator.find(place).type
        if isinstance(kind, StructType):
            for member in kind.members:
                yield from self.places_inside(place.then(Member(member.label)))
        elif not isinstance(kind, MappingType):
            yield place

    def events(self, contract: str, event: str, field: str) -> int:
        """The sum of an event's field since deployment; their number for the field ``""``."""
        declared = self._compiled.abi(contract).event(event)
        if field and field not in (p.name for p in declared.inputs):
            names = (p.name for p in declared.inputs)
            raise LookupProblem.unknown("event parameter", field, names, declared.signature)
        return self.event_totals().get((contract, event, field), 0)

    def message_total(self, kind: MessageKind, status: MessageStatus | None, field: str) -> int:
        """The sum of a field over the messages of a kind; see :class:`World`."""
        function = self._compiled.abi(kind.contract).function(kind.function)
        return self.message_book().total(function, kind, status, field)

    def message(self, channel: str, number: int) -> MessageFacts:
        """What is known of a message, sent or not."""
        return self.message_book().facts(channel, number)

    def is_of_kind(self, kind: MessageKind, number: int) -> bool:
        """Whether a message was sent, and is of a kind."""
        return self.message_book().is_of_kind(kind, number)

    def message_argument(self, kind: MessageKind, field: str, number: int) -> int:
        """A field of a message; 0 if it is none of the kind."""
        function = self._compiled.abi(kind.contract).function(kind.function)
        return self.message_book().argument(function, kind, field, number)

    def view(self, contract: str, function: str, args: Sequence[Value]) -> Any:
        """What a view function returns: one value, or a tuple of several."""
        declared = self._compiled.abi(contract).function(function)
        output = self.view_raw(contract, declared.encode_call(*args))
        values = declared.decode_outputs(output)
        shown = tuple(
            Address(value) if kind.name == "address" and isinstance(value, int) else value
            for kind, value in zip(declared.output_types, values, strict=True)
        )
        return shown[0] if len(shown) == 1 else shown
