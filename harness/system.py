"""Declaring a system: its chains, contracts, actors, ghosts and messages, and how it is deployed.

A system is a subclass of :class:`System` whose attributes are declarations.  Read on the class,
an attribute is the declaration; read on an instance, which is bound to a world, it is the view of
that thing there.  That is why a property can say ``w.l1_token`` and mean the running contract:

    class Bridge(System):
        sources = ("contracts/bridge",)
        l1 = chain_at(block=20_000_000, time=1_700_000_000)
        alice = user()
        token = contract(l1, "Token")
        escrowed = event_total("gateway", "Deposited", "amount")

        @classmethod
        def deploy(cls, d: Deployment) -> None:
            d.create(cls.token, "Token", "TOK")
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, Self, overload

from harness.address import Address, address_of
from harness.errors import UsageError
from harness.view import ChainView, ContractView, EventTotal, Messages
from harness.world import MessageFacts, MessageKind, Value, World

if TYPE_CHECKING:
    from harness.loop import Loop
    from harness.transport import Transport

__all__ = [
    "Actor",
    "ChainDecl",
    "ContractDecl",
    "Deployment",
    "EventTotalDecl",
    "MessagesDecl",
    "System",
    "actor",
    "chain_at",
    "contract",
    "event_total",
    "messages",
    "trusted",
    "user",
]

ETHER = 10**18


@dataclass(eq=False, slots=True)
class Declaration:
    """Anything declared on a system; it learns its name when the class is made."""

    name: str = field(default="", init=False)
    system: str = field(default="", init=False)

    def __set_name__(self, owner: type[System], name: str) -> None:
        self.name = name
        self.system = owner.__name__


@dataclass(eq=False, slots=True)
class ChainDecl(Declaration):
    """A chain with a clock of its own.

    ``block`` and ``time`` (seconds) are what the clock shows at deployment, ``block_time`` the
    seconds between blocks, ``basefee`` the wei per gas.  ``follows`` names the chain whose block
    number this one's contracts see, at most ``lag`` blocks behind.
    """

    block: int
    time: int
    block_time: int
    basefee: int
    chain_id: int
    follows: ChainDecl | None
    lag: int

    @overload
    def __get__(self, instance: None, owner: type[System]) -> Self: ...
    @overload
    def __get__(self, instance: System, owner: type[System]) -> ChainView: ...
    def __get__(self, instance: System | None, owner: type[System]) -> Self | ChainView:
        return self if instance is None else ChainView(instance.world, self.name)


@dataclass(eq=False, slots=True)
class Account(Declaration):
    """Something with an address: an actor or a contract."""

    chosen: int | None

    @property
    def address(self) -> Address:
        """The address given, or one derived from the system's and the account's names."""
        if self.chosen is not None:
            return Address(self.chosen)
        return address_of(f"{self.system}.{self.name}")


@dataclass(eq=False, slots=True)
class ContractDecl(Account):
    """A contract of the system: on which chain it lives and which artifact it is made from.

    ``source`` is the artifact's name, ``Contract`` or ``path/File.sol:Contract``.
    """

    chain: ChainDecl
    source: str

    @overload
    def __get__(self, instance: None, owner: type[System]) -> Self: ...
    @overload
    def __get__(self, instance: System, owner: type[System]) -> ContractView: ...
    def __get__(self, instance: System | None, owner: type[System]) -> Self | ContractView:
        return self if instance is None else ContractView(instance.world, self.name)


@dataclass(eq=False, slots=True)
class Actor(Account):
    """Somebody who sends transactions on every chain.

    ``ether`` is what they own on each chain at deployment, in wei.  A trusted actor has a reason
    why in ``trust`` and never calls what ``refrains`` names (``contract.function``, with ``*``
    for any part); every verdict lists that among its assumptions.
    """

    ether: int
    trust: str
    refrains: tuple[str, ...]

    @overload
    def __get__(self, instance: None, owner: type[System]) -> Self: ...
    @overload
    def __get__(self, instance: System, owner: type[System]) -> Address: ...
    def __get__(self, instance: System | None, owner: type[System]) -> Self | Address:
        return self if instance is None else self.address


@dataclass(eq=False, slots=True)
class EventTotalDecl(Declaration):
    """A ghost: the sum of one field over every event of a kind since deployment."""

    contract: ContractDecl
    event: str
    amount: str

    @overload
    def __get__(self, instance: None, owner: type[System]) -> Self: ...
    @overload
    def __get__(self, instance: System, owner: type[System]) -> EventTotal: ...
    def __get__(self, instance: System | None, owner: type[System]) -> Self | EventTotal:
        if instance is None:
            return self
        return EventTotal(instance.world, self.contract.name, self.event, self.amount)


@dataclass(eq=False, slots=True)
class MessagesDecl(Declaration):
    """A ghost: the messages of one kind, those that ask ``contract`` to run ``function``.

    ``sender`` narrows them to those that one contract sent: whoever may put a message on a
    channel can write any call into it, and only some of them count.  ``where`` narrows them to
    those with some values for some arguments.
    """

    channel: str
    contract: ContractDecl
    function: str
    sender: Callable[[], int] | None
    where: Callable[[], Mapping[str, int]] | None = None

    @overload
    def __get__(self, instance: None, owner: type[System]) -> Self: ...
    @overload
    def __get__(self, instance: System, owner: type[System]) -> Messages: ...
    def __get__(self, instance: System | None, owner: type[System]) -> Self | Messages:
        return self if instance is None else Messages(instance.world, self.kind)

    @property
    def kind(self) -> MessageKind:
        """Which messages are counted."""
        sender = None if self.sender is None else int(self.sender())
        where = () if self.where is None else tuple((n, int(v)) for n, v in self.where().items())
        return MessageKind(self.channel, self.contract.name, self.function, sender, where)


def chain_at(
    *,
    block: int,
    time: int,
    block_time: int = 12,
    basefee: int = 10**9,
    chain_id: int = 1,
    follows: ChainDecl | None = None,
    lag: int = 0,
) -> ChainDecl:
    """Declare a chain; see :class:`ChainDecl` for what the arguments mean."""
    return ChainDecl(block, time, block_time, basefee, chain_id, follows, lag)


def contract(on: ChainDecl, source: str, *, address: int | None = None) -> ContractDecl:
    """Declare a contract on a chain, at an address of your choice or one made from its name."""
    return ContractDecl(address, on, source)


def user(*, ether: int = 1_000_000 * ETHER, address: int | None = None) -> Actor:
    """Declare somebody with no special rights and some ether (wei)."""
    return Actor(address, ether, "", ())


actor = user
"""The same as :func:`user`, for somebody with a role that nobody has to trust."""


def trusted(
    why: str,
    *,
    refrains: Sequence[str],
    ether: int = 1_000_000 * ETHER,
    address: int | None = None,
) -> Actor:
    """Declare somebody whom the system trusts never to make certain calls, and why."""
    if not why.strip():
        raise UsageError(
            "a trusted actor needs a reason why it is trusted",
            fix='say it: trusted("governance, behind a timelock", refrains=[...])',
        )
    return Actor(address, ether, why, tuple(refrains))


def event_total(on: ContractDecl, event: str, amount: str) -> EventTotalDecl:
    """Declare the sum of an event's numeric field over all events since deployment."""
    return EventTotalDecl(on, event, amount)


def messages(
    channel: str,
    to: ContractDecl,
    function: str,
    *,
    sender: Callable[[], int] | None = None,
    where: Callable[[], Mapping[str, int]] | None = None,
) -> MessagesDecl:
    """Declare the messages on a channel that ask a contract to run a function.

    ``sender`` gives the address that the called contract must see for a message to count, and
    ``where`` the values that some of its numeric arguments must have, by name.
    """
    return MessagesDecl(channel, to, function, sender, where)


class Deployment(Protocol):
    """What a system may do to get itself deployed."""

    def create(
        self, contract: ContractDecl, *args: Any, value: int = 0, by: Actor | None = None
    ) -> None:
        """Deploy a contract at its address; declarations among ``args`` stand for addresses."""

    def send(
        self,
        sender: Actor | ContractDecl,
        contract: ContractDecl,
        function: str,
        *args: Any,
        value: int = 0,
    ) -> None:
        """Make a call that must succeed."""

    def relay(self, sender: Actor, channel: str, message: int, action: str) -> None:
        """Let the transport do something with a message that an earlier call sent."""

    def wait(self, blocks: int) -> None:
        """Let time pass."""


class System:
    """Base of every system; bound to a world when instantiated.

    ``sources`` are the files and folders to compile, relative to the project's root, ``title`` is
    a line for reports.  ``transports`` carry messages between chains.
    """

    sources: ClassVar[tuple[str, ...]] = ()
    title: ClassVar[str] = ""
    transports: ClassVar[tuple[Transport, ...]] = ()
    bytes_formats: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    """What a ``bytes`` argument holds: ``contract.function.argument`` -> ABI types."""
    likely: ClassVar[Mapping[str, tuple[Any, ...]]] = {}
    """Values of an argument that have a chance: ``contract.function.argument`` -> values.

    A value may be a function of the system in a world: a number that is near to something there.
    ``None`` stands for any other value.  A fuzzer tries these more often, and never these alone.
    """
    loops: ClassVar[tuple[Loop, ...]] = ()
    """Loops of the contracts of which laws are declared; see :mod:`harness.loop`."""
    unmodelled: ClassVar[Mapping[str, str]] = {}
    """Variables that the specification leaves out: ``contract.variable`` -> why."""

    def __init__(self, world: World) -> None:
        self.world = world

    @classmethod
    def identifier(cls) -> str:
        """The system's name in reports and on the command line."""
        return cls.__dict__.get("name") or _snake(cls.__name__)

    @classmethod
    def declared(cls, kind: type[Any]) -> dict[str, Any]:
        """The declarations of one kind, by name, in the order they were written."""
        found: dict[str, Any] = {}
        for each in reversed(cls.__mro__):
            found.update({n: v for n, v in vars(each).items() if isinstance(v, kind)})
        return found

    @classmethod
    def deploy(cls, d: Deployment) -> None:
        """Deploy every contract and make the calls that set the system up."""
        raise UsageError(
            f"system {cls.__name__} does not say how it is deployed",
            fix="give it a class method deploy(cls, d)",
        )

    @classmethod
    def payment(
        cls, w: Self, contract: str, function: str, args: Mapping[str, Value]
    ) -> int | None:
        """The wei that a payable call should carry to have a chance; ``None`` for no idea."""
        return None

    def message(self, channel: str, number: Value) -> MessageFacts:
        """What is known of the message with a number on a channel, sent or not."""
        return self.world.message(channel, number)

    @property
    def initially(self) -> Self:
        """The same system right after deployment: history that no contract keeps."""
        return type(self)(self.world.initially())


def _snake(name: str) -> str:
    return "".join("_" + c.lower() if c.isupper() and i else c.lower() for i, c in enumerate(name))
