"""The state right after deployment: constants, but for keys that are symbolic."""

from __future__ import annotations

from collections.abc import Sequence

from harness.compiled import CompiledSystem
from harness.symbolic.machine import Unsupported
from harness.symbolic.terms import value_of
from harness.symbolic.values import SymBool, SymInt
from harness.symbolic.world.values import SymBytes, SymText
from harness.world import (
    Index,
    Key,
    MessageFacts,
    MessageKind,
    MessageStatus,
    Place,
    Value,
    World,
)

__all__ = ["InitialValues"]


class InitialValues:
    """A concrete world, asked by a property whose other values are symbolic."""

    def __init__(self, world: World) -> None:
        self._world = world

    @property
    def compiled(self) -> CompiledSystem:
        """The system's declarations and compiled contracts."""
        return self._world.compiled

    def load(self, place: Place) -> Value:
        """The value that was stored at a place."""
        return self._world.load(_plain(place))

    def total(self, place: Place) -> Value:
        """The sum as it was."""
        return self._world.total(_plain(place))

    def events(self, contract: str, event: str, field: str) -> Value:
        """Totals over what was logged during deployment."""
        return self._world.events(contract, event, field)

    def view(self, contract: str, function: str, args: Sequence[Value]) -> Value:
        """Refused, as in a concrete world."""
        return self._world.view(contract, function, [_constant(arg) for arg in args])

    def ether(self, chain: str, address: Value) -> Value:
        """An account's balance as it was, in wei."""
        return self._world.ether(chain, _constant(address))

    def block(self, chain: str) -> Value:
        """The block number as it was."""
        return self._world.block(chain)

    def time(self, chain: str) -> Value:
        """The time as it was, in seconds."""
        return self._world.time(chain)

    def message_total(self, kind: MessageKind, status: MessageStatus | None, field: str) -> Value:
        """The sum over messages as it was."""
        return self._world.message_total(kind, status, field)

    def message(self, channel: str, number: Value) -> MessageFacts:
        """What was known of a message."""
        return self._world.message(channel, _constant(number))

    def is_of_kind(self, kind: MessageKind, number: Value) -> Value:
        """Whether a message had been sent and was of a kind."""
        return self._world.is_of_kind(kind, _constant(number))

    def message_argument(self, kind: MessageKind, field: str, number: Value) -> Value:
        """An argument of a message as it was."""
        return self._world.message_argument(kind, field, _constant(number))

    def initially(self) -> World:
        """Itself."""
        return self


def _plain(place: Place) -> Place:
    path = tuple(
        type(each)(_constant(each.value)) if isinstance(each, Key | Index) else each
        for each in place.path
    )
    return Place(place.contract, place.variable, path)


def _constant(value: Value) -> Value:
    if isinstance(value, SymInt):
        known = value_of(value.term)
        if known is not None:
            return known
    if isinstance(value, SymInt | SymBool | SymBytes | SymText):
        raise Unsupported("the state after deployment is read under a key that is symbolic")
    return value
