"""What an author of properties sees: the system's state by the names in its sources.

Everything here is sugar over the few questions of :class:`harness.world.World`.

    w.l1_token.state._totalSupply              a storage variable
    w.l1_token.state._balances[alice]          an entry of a mapping
    w.l1_token.state._balances.total           a ghost: the sum over all entries
    w.bonding.state.delegators[a].bondedAmount a member of a struct
    w.bonding.state.delegators.every.bondedAmount.total
    w.l1_token.balanceOf(alice)                a view function
    w.l1_token.balanceOf.or_none(alice)        the same, but None where it reverts
    w.l1_token.address, w.l1_token.ether       where it is, and its wei
    w.l1.block, w.l1.time                      the clock of a chain
    w.escrowed.total, w.escrowed.count         a ghost over an event
    w.deposits.in_flight("amount")             a ghost over the messages of a kind
    w.message("l1_to_l2", i).delivered         what became of one message

A name that the source does not have is an error at once, with the names that are near.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.address import Address
from harness.compile import ArrayType, MappingType, StorageType, StructType, ValueType
from harness.errors import LookupProblem, UsageError, ViewReverts
from harness.world import (
    Every,
    Index,
    Key,
    Length,
    Member,
    MessageKind,
    MessageStatus,
    Place,
    Value,
    World,
)

if TYPE_CHECKING:
    from harness.compile import Abi, StorageLayout

__all__ = [
    "CallView",
    "ChainView",
    "ContractView",
    "EventTotal",
    "MappingView",
    "Messages",
    "StateView",
    "StructView",
    "ViewFunction",
]


@dataclass(frozen=True, slots=True)
class ChainView:
    """A chain in a world."""

    world: World
    name: str

    @property
    def block(self) -> Value:
        """The block number."""
        return self.world.block(self.name)

    @property
    def time(self) -> Value:
        """The time in seconds."""
        return self.world.time(self.name)

    def ether(self, account: Value) -> Value:
        """An account's balance in wei; takes an address or a contract's view."""
        address = account.address if isinstance(account, ContractView) else account
        return self.world.ether(self.name, address)


class ContractView:
    """A contract in a world; any other attribute is one of its view functions."""

    __slots__ = ("_name", "_world")

    def __init__(self, world: World, name: str) -> None:
        self._world = world
        self._name = name

    @property
    def address(self) -> Address:
        """Where the contract is."""
        return self._world.compiled.address(self._name)

    @property
    def ether(self) -> Value:
        """The contract's balance in wei."""
        chain = self._world.compiled.contracts[self._name].chain.name
        return self._world.ether(chain, self.address)

    @property
    def state(self) -> StateView:
        """Its storage variables by name."""
        return StateView(self._world, self._name, self._world.compiled.layout(self._name))

    def __getattr__(self, name: str) -> ViewFunction:
        if name.startswith("__"):
            raise AttributeError(name)
        function = _view_function(self._world.compiled.abi(self._name), name, self._name)
        return ViewFunction(self._world, self._name, function)

    def __repr__(self) -> str:
        return f"<contract {self._name}>"


@dataclass(frozen=True, slots=True)
class ViewFunction:
    """A view function of a contract in a world: call it."""

    world: World
    contract: str
    name: str

    def __call__(self, *args: Value) -> Value:
        """What it returns. Raises ViewReverts where it reverts: a property must not get there."""
        return self.world.view(self.contract, self.name, args)

    def or_none(self, *args: Value) -> Value | None:
        """What it returns, or None where it reverts."""
        try:
            return self(*args)
        except ViewReverts:
            return None


def _view_function(abi: Abi, name: str, contract: str) -> str:
    function = abi.function(name)
    if not function.is_view:
        raise UsageError(
            f"{contract}.{name} is not a view function, so a property cannot call it",
            fix="read the state that it changes, or judge the calls to it in a transition or rule",
        )
    return name


class StateView:
    """The storage variables of a contract, as attributes."""

    __slots__ = ("_contract", "_layout", "_world")

    def __init__(self, world: World, contract: str, layout: StorageLayout) -> None:
        self._world = world
        self._contract = contract
        self._layout = layout

    def __getattr__(self, label: str) -> Any:
        if label.startswith("__"):
            raise AttributeError(label)
        variable = self._layout.variable(label)
        return _look(self._world, Place(self._contract, label), variable.type)

    def __getitem__(self, label: str) -> Any:
        """The same for a name that Python cannot spell, such as ``Base.label``."""
        return self.__getattr__(label)


def _look(world: World, place: Place, kind: StorageType) -> Any:
    """The value at a place, or the view of what is there if it is no single value."""
    if isinstance(kind, MappingType):
        return MappingView(world, place, kind)
    if isinstance(kind, StructType):
        return StructView(world, place, kind)
    if isinstance(kind, ArrayType):
        return ArrayView(world, place, kind)
    if place.is_sum:
        return Total(world, place, kind)
    return world.load(place)


class MappingView:
    """A mapping: subscript it, or sum over it with ``total`` and ``every``."""

    __slots__ = ("_kind", "_place", "_world")

    def __init__(self, world: World, place: Place, kind: MappingType) -> None:
        self._world = world
        self._place = place
        self._kind = kind

    def __getitem__(self, key: Value) -> Any:
        bare = key.address if isinstance(key, ContractView) else key
        return _look(self._world, self._place.then(Key(bare)), self._kind.value)

    @property
    def every(self) -> Any:
        """All entries at once: name a member of the struct, then ask for its ``total``."""
        return _look(self._world, self._place.then(Every.EVERY), self._kind.value)

    @property
    def total(self) -> Value:
        """The sum over all entries of a mapping to numbers."""
        return self.every.total

    def __iter__(self) -> Iterator[Any]:
        raise UsageError(
            "a mapping has no list of keys to go through",
            where=str(self._place),
            fix="give the property a parameter (`who: Address`) to speak of every key, "
            "or sum over it with .total",
        )


class Total:
    """One number of every entry of a mapping, waiting to be summed."""

    __slots__ = ("_place", "_world")

    def __init__(self, world: World, place: Place, kind: StorageType) -> None:
        if not isinstance(kind, ValueType) or kind.kind not in ("uint", "int"):
            raise UsageError(f"cannot sum {kind.name}: it is no number", where=str(place))
        self._world = world
        self._place = place

    @property
    def total(self) -> Value:
        """The sum over all entries."""
        return self._world.total(self._place)


class StructView:
    """A struct: its members are attributes."""

    __slots__ = ("_kind", "_place", "_world")

    def __init__(self, world: World, place: Place, kind: StructType) -> None:
        self._world = world
        self._place = place
        self._kind = kind

    def __getattr__(self, label: str) -> Any:
        if label.startswith("__"):
            raise AttributeError(label)
        member = self._kind.member(label)
        return _look(self._world, self._place.then(Member(label)), member.type)

    def __getitem__(self, label: str) -> Any:
        """The same for a name that Python cannot spell, such as ``from``."""
        return self.__getattr__(label)


class ArrayView:
    """An array: subscript it, or ask for its ``length``."""

    __slots__ = ("_kind", "_place", "_world")

    def __init__(self, world: World, place: Place, kind: ArrayType) -> None:
        self._world = world
        self._place = place
        self._kind = kind

    @property
    def length(self) -> Value:
        """How many elements the array has."""
        if self._kind.length is not None:
            return self._kind.length
        return self._world.load(self._place.then(Length()))

    def __getitem__(self, index: Value) -> Any:
        return _look(self._world, self._place.then(Index(index)), self._kind.item)


@dataclass(frozen=True, slots=True)
class EventTotal:
    """A ghost: the sum of one field over every event of a kind since deployment."""

    world: World
    contract: str
    event: str
    amount: str

    @property
    def total(self) -> Value:
        """The sum of the field."""
        return self.world.events(self.contract, self.event, self.amount)

    @property
    def count(self) -> Value:
        """How many such events there were."""
        return self.world.events(self.contract, self.event, "")


@dataclass(frozen=True, slots=True)
class Messages:
    """A ghost: the messages of one kind on a channel.

    Each sum is over one field of the call that the messages ask for, an argument or a number in a
    byte string (see :class:`harness.world.MessageField`); without one it is the number of messages.
    """

    world: World
    kind: MessageKind

    def sent(self, argument: str = "") -> Value:
        """Over all messages ever sent."""
        return self.world.message_total(self.kind, None, argument)

    def in_flight(self, argument: str = "") -> Value:
        """Over the messages that may still take effect."""
        return self.world.message_total(self.kind, MessageStatus.IN_FLIGHT, argument)

    def delivered(self, argument: str = "") -> Value:
        """Over the messages that took effect."""
        return self.world.message_total(self.kind, MessageStatus.DELIVERED, argument)

    def lost(self, argument: str = "") -> Value:
        """Over the messages that can no longer take effect: expired or cancelled."""
        return self.world.message_total(self.kind, MessageStatus.LOST, argument)

    def include(self, number: Value) -> Value:
        """Whether the message with that number was sent, and is of this kind."""
        return self.world.is_of_kind(self.kind, number)

    def argument(self, number: Value, name: str) -> Value:
        """A field of the message with that number, as in sums; 0 if it is none of the kind."""
        return self.world.message_argument(self.kind, name, number)


class Arguments:
    """The decoded arguments of a call, as attributes."""

    __slots__ = ("_call", "_values")

    def __init__(self, call: str, values: dict[str, Value]) -> None:
        self._call = call
        self._values = values

    def __getattr__(self, name: str) -> Value:
        if name.startswith("__"):
            raise AttributeError(name)
        try:
            return self._values[name]
        except KeyError:
            raise LookupProblem.unknown("argument", name, self._values, self._call) from None

    def __getitem__(self, name: str) -> Value:
        """The same for a name that Python cannot spell, such as ``from``."""
        return self.__getattr__(name)

    def as_dict(self) -> dict[str, Value]:
        """The arguments by name."""
        return dict(self._values)


@dataclass(frozen=True, slots=True)
class CallView:
    """The call between two states, as a transition or a rule sees it.

    ``sender`` is the immediate caller and ``value`` the wei sent.  ``relayed`` is true where the
    transport made the call to deliver a message.  A clock move has an empty ``contract``.
    """

    chain: str
    contract: str
    function: str
    sender: Value
    value: Value
    args: Arguments
    succeeded: Value
    relayed: bool = False

    def is_to(self, target: str) -> bool:
        """Whether this is a call of ``contract.function``, or of anything in ``contract``."""
        contract, _, function = target.partition(".")
        return self.contract == contract and function in ("", self.function)
