"""Telling what happens in a world: each transaction with its effects, by name.

A :class:`Narrator` watches a world while steps are made in it and notes, for every transaction,
the decoded call, why it reverted, what it logged and which named values it changed.  It has to note
them at once: the state before a transaction can only be read right after it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from harness.address import Address
from harness.chain.attribution import Leaf
from harness.chain.transaction import StorageWrite
from harness.chain.world import ConcreteWorld, Executed, Outcome
from harness.compile import AbiFunction, AbiParameter, AbiType, BytesType, StorageType, ValueType
from harness.compiled import CompiledSystem
from harness.step import Step
from harness.transport import Event
from harness.world import Key, Message, Place

__all__ = ["Change", "Narrator", "ReplayedCall", "ReplayedStep", "arguments_of", "name_of"]


@dataclass(frozen=True, slots=True)
class Change:
    """A named value that a transaction changed.

    Addresses are :class:`Address`, members of enums their names, amounts are in wei.
    """

    name: str
    before: Any
    after: Any


@dataclass(frozen=True)
class ReplayedCall:
    """A transaction as a reader wants it told.

    ``arguments`` are (name, value) pairs, with addresses as :class:`Address`.  Without a known
    ``function``, ``data`` holds what was sent.  ``reason`` says why it reverted.  ``changes`` are
    of storage and ``ether`` of balances.  ``sent`` are the messages that it put on their way.
    """

    chain: str
    contract: str
    function: str
    arguments: tuple[tuple[str, Any], ...]
    data: bytes
    sender: Address
    target: Address
    value: int
    relayed: bool
    succeeded: bool
    reason: str
    events: tuple[Event, ...]
    changes: tuple[Change, ...]
    ether: tuple[Change, ...]
    sent: tuple[Message, ...]


@dataclass(frozen=True)
class ReplayedStep:
    """A step with the transactions that it made; ``clocks`` maps chain to (block, seconds) after.

    ``moved`` names the chains whose clock is another than before.
    """

    number: int
    step: Step
    calls: tuple[ReplayedCall, ...]
    clocks: Mapping[str, tuple[int, int]]
    moved: tuple[str, ...]


class Narrator:
    """Notes what happens in a world while it can still be seen."""

    def __init__(self, world: ConcreteWorld) -> None:
        self.world = world
        self.steps: list[ReplayedStep] = []
        self._calls: list[ReplayedCall] = []
        self._clocks = self._reading()
        self._channels = [
            channel for each in world.compiled.system.transports for channel in each.channels
        ]
        self._sent = {channel: len(world.messages(channel)) for channel in self._channels}

    def _reading(self) -> dict[str, tuple[int, int]]:
        world = self.world
        return {name: (world.block(name), world.time(name)) for name in world.chains}

    def observe(self, executed: Executed) -> None:
        """Note a transaction, right after it."""
        world, compiled = self.world, self.world.compiled
        decoded, tx = executed.decoded, executed.transaction
        inputs = decoded.function.inputs if decoded else ()
        contract = compiled.contracts.get(executed.contract)
        self._calls.append(
            ReplayedCall(
                chain=executed.chain,
                contract=contract.name if contract else "",
                function=executed.function,
                arguments=tuple(_arguments(inputs, decoded.args if decoded else ())),
                data=tx.data,
                sender=Address(tx.sender),
                target=Address(tx.to or 0),
                value=tx.value,
                relayed=executed.relayed,
                succeeded=executed.succeeded,
                reason=world.reason(executed.contract, executed.receipt),
                events=tuple(_typed_event(compiled, each) for each in executed.events),
                changes=tuple(self._changes(executed)),
                ether=tuple(
                    Change(compiled.names.label(each.address), each.old, each.new)
                    for each in executed.receipt.balances
                ),
                sent=tuple(self._messages()),
            )
        )

    def after(self, number: int, outcome: Outcome) -> None:
        """Note that a step is over."""
        now = self._reading()
        moved = tuple(name for name in now if now[name] != self._clocks[name])
        self._clocks = now
        self.steps.append(ReplayedStep(number, outcome.step, tuple(self._calls), now, moved))
        self._calls = []

    def _messages(self) -> Iterator[Message]:
        for channel in self._channels:
            messages = self.world.messages(channel)
            for message in messages[self._sent[channel] :]:
                yield _typed_message(self.world.compiled, message)
            self._sent[channel] = len(messages)

    def _changes(self, executed: Executed) -> Iterator[Change]:
        compiled = self.world.compiled
        told: set[Place] = set()
        for write in executed.receipt.writes:
            contract = compiled.contract_at(executed.chain, write.address)
            leaves = self.world.leaves_of(contract, write.slot) if contract else ()
            for leaf in leaves:
                if leaf.place not in told:
                    told.add(leaf.place)
                    yield from self._change(executed, leaf, write)
            if not leaves:
                name = compiled.names.label(write.address)
                yield Change(f"{name}[slot 0x{write.slot:x}]", write.old, write.new)

    def _change(self, executed: Executed, leaf: Leaf, write: StorageWrite) -> Iterator[Change]:
        if isinstance(leaf.kind, BytesType):
            before, after = executed.before.load(leaf.place), self.world.load(leaf.place)
        else:
            before = _stored(leaf.kind, leaf.kind.from_word(write.old, leaf.offset))
            after = _stored(leaf.kind, leaf.kind.from_word(write.new, leaf.offset))
        if before != after:
            yield Change(name_of(leaf.place, self.world.compiled), before, after)


def name_of(place: Place, compiled: CompiledSystem) -> str:
    """A place as its author writes it, with names for addresses: ``token.balances[alice]``."""
    path = "".join(
        f"[{compiled.names.label(each.value)}]"
        if isinstance(each, Key) and isinstance(each.value, Address)
        else f"[0x{each.value.hex()}]"
        if isinstance(each, Key) and isinstance(each.value, bytes)
        else str(each)
        for each in place.path
    )
    return f"{place.contract}.{place.variable}{path}"


def _stored(kind: StorageType, value: Any) -> Any:
    """A stored value with the type that tells a reader what it is."""
    if isinstance(kind, ValueType):
        if kind.kind in ("address", "contract"):
            return Address(int(value))
        if kind.members and int(value) < len(kind.members):
            return kind.members[int(value)]
    return value


def _arguments(inputs: Sequence[AbiParameter], args: Sequence[Any]) -> Iterator[tuple[str, Any]]:
    for position, (parameter, value) in enumerate(zip(inputs, args, strict=True)):
        yield parameter.name or str(position), _typed(parameter.type, value)


def _typed_event(compiled: CompiledSystem, event: Event) -> Event:
    """The event with addresses as such; hashes of indexed strings and structs stay bytes."""
    for declared in compiled.abi(event.contract).events:
        names = [parameter.name for parameter in declared.inputs]
        if declared.name == event.name and names == list(event.values):
            kinds = {p.name: p.type for p in declared.inputs if not p.indexed or p.type.is_word}
            shown = {n: _typed(kinds[n], v) if n in kinds else v for n, v in event.values.items()}
            return Event(event.contract, event.name, shown)
    return event


def _typed_message(compiled: CompiledSystem, message: Message) -> Message:
    """The message with addresses among its arguments as such."""
    if not message.contract:
        return message
    for declared in compiled.abi(message.contract).functions:
        names = [parameter.name for parameter in declared.inputs]
        if declared.name == message.function and names == [name for name, _ in message.args]:
            values = [value for _, value in message.args]
            return replace(message, args=arguments_of(declared, values))
    return message


def arguments_of(function: AbiFunction, args: Sequence[Any]) -> tuple[tuple[str, Any], ...]:
    """The arguments of a call by name, with addresses as such; nameless ones by position."""
    return tuple(_arguments(function.inputs, args))


def _typed(kind: AbiType, value: Any) -> Any:
    """A decoded value with every address in it as :class:`Address`."""
    if kind.kind == "address":
        return Address(value)
    if kind.kind == "array" and kind.item is not None:
        return tuple(_typed(kind.item, each) for each in value)
    if kind.kind == "tuple":
        parts = zip(kind.components, value, strict=True)
        return tuple(_typed(part.type, each) for part, each in parts)
    return value
