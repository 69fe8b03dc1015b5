"""What befalls messages on a path: the turns that their lives take, read off its log records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from harness.compile import AbiEvent
from harness.compile.abi_types import AbiType
from harness.compiled import CompiledSystem
from harness.symbolic.machine import Data, Log, Machine, Unsupported
from harness.symbolic.machine.calldata import encode_tuple
from harness.symbolic.terms import TRUE, Bool, Facts, Int, const, slice_bits, word_var
from harness.symbolic.values import SymInt, int_term
from harness.symbolic.world.logs import field_bytes, field_word, is_one
from harness.transport import Channel, Noted

__all__ = ["Befell", "Content", "Turn", "TurnReader"]


class Befell(Enum):
    """What can befall a message."""

    SENT = "sent"
    TAKEN = "taken in"
    OWED = "owed an attempt"
    DELIVERED = "delivered"
    LOST = "lost"
    ATTEMPTED = "attempted"


@dataclass(frozen=True, slots=True)
class Content:
    """What a message asks for; `key` tells it from others of the same end."""

    key: str
    sender: Int
    target: Int
    value: Int
    commitment: Int
    data: Data | None
    """None where the path does not tell which bytes they are."""
    facts: Facts


@dataclass(frozen=True, slots=True)
class Turn:
    """Something that befell the message of a number.

    It was attempted only if the condition holds, and taken from the environment if it does.
    """

    channel: str
    number: Int
    what: Befell
    content: Content | None = None
    condition: Bool = TRUE
    accepted: bool = False


class TurnReader:
    """Reads turns off log records; the same record always gives the same turn.

    Args:
        honest: whether it is the environment that made the call.
    """

    def __init__(
        self, compiled: CompiledSystem, machines: Mapping[str, Machine], honest: Bool
    ) -> None:
        self._honest = honest
        self._compiled = compiled
        self._machines = machines
        self._channels = [c for t in compiled.system.transports for c in t.carries]
        # The record is kept with what was read of it, so that its identity stays its own.
        self._known: dict[int, tuple[Log, tuple[Turn, ...]]] = {}

    def turns(self, chain: str, logs: Iterable[Log], facts: Facts) -> tuple[Turn, ...]:
        """All turns that some log records of a chain tell of, in order.

        Raises Unsupported for a record of which it is not known whether it is one that counts.
        """
        found: list[Turn] = []
        for log in logs:
            known = self._known.get(id(log))
            if known is None:
                known = self._known[id(log)] = (log, tuple(self._read(chain, log, facts)))
            found += known[1]
        return tuple(found)

    def _read(self, chain: str, log: Log, facts: Facts) -> Iterator[Turn]:
        for channel in self._channels:
            for event in self._events(channel.announced, log):
                content = self._content(channel, chain, event, log, facts)
                number = _number(channel.announced, event, log, facts)
                yield Turn(channel.name, number, Befell.SENT, content)
            for noted, what in _others(channel):
                for event in self._events(noted, log):
                    number = _number(noted, event, log, facts)
                    condition = self._honest if what is Befell.TAKEN else TRUE
                    yield Turn(channel.name, number, what, None, condition)

    def _events(self, noted: Noted, log: Log) -> Iterator[AbiEvent]:
        if log.contract == noted.contract:
            for event in self._compiled.abi(log.contract).events:
                if event.name == noted.name and is_one(event, log):
                    yield event

    def _content(
        self, channel: Channel, chain: str, event: AbiEvent, log: Log, facts: Facts
    ) -> Content:
        told, key = channel.announced, f"{channel.name}#{len(self._known)}"
        fields = {
            parameter.name: SymInt(facts.rewrite(field_word(event, parameter.name, log, facts)))
            for parameter in event.inputs
            if parameter.type.is_word
        }
        sender = slice_bits(int_term(told.sender(fields)), 0, 160)
        target = fields[told.target].term
        value = fields[told.value].term if told.value else const(0)
        try:
            data: Data | None = field_bytes(event, told.data, log, facts)
        except Unsupported:
            data = None
        number = fields[told.number].term
        parts = {"number": number, "sender": sender, "target": target, "value": value, "data": data}
        types = [AbiType.parse(kind) for kind, _ in channel.commitment]
        values = [parts[name] for _, name in channel.commitment]
        commitment = word_var(f"commitment({key})") if types else const(0)
        if types and data is not None:
            commitment = self._machines[chain].hashes.digest(encode_tuple(types, values))
        return Content(key, sender, target, value, commitment, data, facts)


def _others(channel: Channel) -> Iterator[tuple[Noted, Befell]]:
    if channel.taken is not None:
        yield channel.taken, Befell.TAKEN
    if channel.due is not None:
        yield channel.due, Befell.OWED
    if channel.delivered is not None:
        yield channel.delivered, Befell.DELIVERED
    for each in channel.lost:
        yield each, Befell.LOST


def _number(noted: Noted, event: AbiEvent, log: Log, facts: Facts) -> Int:
    return facts.rewrite(field_word(event, noted.number, log, facts))
