"""Kinds of messages that a system declares, and which numbers there are in one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from harness.compile import AbiFunction
from harness.compiled import CompiledSystem
from harness.errors import LookupProblem
from harness.symbolic.machine import Unsupported
from harness.symbolic.machine.calldata import LONGEST
from harness.system import MessagesDecl
from harness.transport import Channel
from harness.world import MessageField, MessageKind

__all__ = ["Kinds", "kinds_of", "named"]

_WORD = (1 << 256) - 1


def kinds_of(compiled: CompiledSystem, channel: str) -> list[MessageKind]:
    """The kinds of messages that a system declares on a channel."""
    return [
        declared.kind
        for declared in compiled.system.declared(MessagesDecl).values()
        if declared.channel == channel
    ]


def named(kind: MessageKind) -> str:
    """What a kind is called in the names of its ghosts."""
    sender = "" if kind.sender is None else f"{kind.sender:#x}>"
    where = ",".join(f"{name}={value:#x}" for name, value in kind.where)
    return f"{sender}{kind.contract}.{kind.function}{where and f'({where})'}"


class Kinds:
    """The kinds of messages of a system, and their fields; see :class:`MessageField`."""

    def __init__(self, compiled: CompiledSystem) -> None:
        self._compiled = compiled
        self.channels = {c.name: c for t in compiled.system.transports for c in t.carries}
        self._declared = {name: kinds_of(compiled, name) for name in self.channels}
        self._whole = {
            name: list(dict.fromkeys(kind.whole for kind in declared))
            for name, declared in self._declared.items()
        }
        self._words: dict[MessageKind, dict[str, None]] = {}

    @property
    def size(self) -> int:
        """How many words of byte strings were asked for so far."""
        return sum(map(len, self._words.values()))

    def of(self, channel: str) -> list[MessageKind]:
        """The kinds that are declared on a channel, each whatever its arguments are."""
        return self._whole[channel]

    def channel(self, name: str) -> Channel:
        """The channel of a name."""
        if name not in self.channels:
            system = self._compiled.system.__name__
            raise LookupProblem.unknown("channel", name, self.channels, system)
        return self.channels[name]

    def check(self, kind: MessageKind) -> None:
        """Raises Unsupported for a kind whose messages cannot be told from other calls."""
        if kind not in (*self._declared.get(kind.channel, ()), *self._whole.get(kind.channel, ())):
            raise Unsupported(
                f"messages that the system does not declare: {kind.contract}.{kind.function} "
                f"on {kind.channel}"
            )
        for name, _ in kind.where:
            if name not in self.numeric(kind):
                raise Unsupported(f"messages with a value for {name}, which is no unsigned number")
        problem = self.ambiguity(kind)
        if problem:
            raise Unsupported(f"messages for {kind.contract}.{kind.function}: {problem}")

    def ambiguity(self, kind: MessageKind) -> str:
        """Why calls in the name of a kind's sender may be no delivery; empty if they always are."""
        channel = self.channels[kind.channel]
        if channel.due is None:
            return ""
        if kind.sender is None:
            return "they name no sender, so that a delivery looks like anybody's call"
        accounts = (*self._compiled.actors.values(), *self._compiled.contracts.values())
        for each in accounts:
            chain = getattr(each, "chain", None)
            if int(each.address) == kind.sender and (chain is None or chain.name == channel.to):
                return f"their sender is {each.name}, who can call by himself"
        return ""

    def function(self, kind: MessageKind) -> AbiFunction:
        """The function that messages of a kind ask for."""
        return self._compiled.abi(kind.contract).function(kind.function)

    # Fields

    def largest(self, kind: MessageKind, field: str) -> int:
        """The largest value of a field. Raises Unsupported for one that is no number."""
        wanted = MessageField.parse(field)
        types = {p.name or str(i): p.type for i, p in enumerate(self.function(kind).inputs)}
        if wanted.argument not in types:
            raise LookupProblem.unknown("argument", wanted.argument, types, named(kind))
        found = types[wanted.argument]
        if not wanted.is_whole and found.kind == "bytes":
            if wanted.is_length:
                return LONGEST
            self._words.setdefault(kind.whole, {})[field] = None
            return _WORD
        if not wanted.is_whole or found.kind not in ("uint", "address"):
            raise Unsupported(f"a sum over {named(kind)}.{field}, which is no unsigned number")
        return found.bounds[1]

    def numeric(self, kind: MessageKind) -> list[str]:
        """The arguments of a kind that can be summed."""
        return list(self._arguments(kind, ("uint", "address")))

    def measured(self, kind: MessageKind) -> list[str]:
        """The lengths of byte strings of a kind, which are as good as numbers."""
        return [f"{name}.length" for name in self._arguments(kind, ("bytes",))]

    def first_bytes(self, kind: MessageKind) -> str:
        """The byte string that canonical call data has right behind the heads; "" for none."""
        for position, parameter in enumerate(self.function(kind).inputs):
            if parameter.type.is_dynamic:
                return parameter.name or str(position) if parameter.type.kind == "bytes" else ""
        return ""

    def words(self, kind: MessageKind) -> list[str]:
        """The words of byte strings of a kind that were asked for so far."""
        return list(self._words.get(kind.whole, ()))

    def fields(self, kind: MessageKind) -> list[str]:
        """All of these."""
        return [*self.numeric(kind), *self.measured(kind), *self.words(kind)]

    def _arguments(self, kind: MessageKind, types: Iterable[str]) -> Iterator[str]:
        for position, parameter in enumerate(self.function(kind).inputs):
            if parameter.type.kind in types:
                yield parameter.name or str(position)
