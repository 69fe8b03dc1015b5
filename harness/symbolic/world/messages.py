"""Messages between chains as ghosts: exact functions of channel and number, and sums over them.

Each channel has, for every number, a status, the attempts due, what the last attempt came to, and
the content once there is one.  Before a call these are uninterpreted functions of the number; what
befalls messages on a path (`turns`) changes them there.  Sums over the messages of a kind change by
the difference that each turn makes at its number, as sums over mappings do with each store.

A number that was already sent keeps its first content when it is sent again, and nothing is known
of any sum from then on: the concrete world refuses to go on there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from harness.compile import AbiFunction
from harness.compiled import CompiledSystem
from harness.errors import LookupProblem
from harness.symbolic.machine import Machine, Unsupported
from harness.symbolic.machine.calldata import LONGEST
from harness.symbolic.terms import (
    Bool,
    Function,
    Int,
    and_,
    compare,
    const,
    int_var,
    ite,
    linear,
    word_of,
)
from harness.symbolic.world.payload import call_in
from harness.symbolic.world.turns import Befell, Content, Turn, TurnReader
from harness.system import MessagesDecl
from harness.transport import Channel
from harness.world import MessageKind, MessageStatus

__all__ = ["STATUS", "UNSENT", "Base", "History", "MessageGhosts", "kinds_of"]

_WORD = (1 << 256) - 1
_ADDRESS = (1 << 160) - 1

UNSENT = 0
STATUS = {MessageStatus.IN_FLIGHT: 1, MessageStatus.DELIVERED: 2, MessageStatus.LOST: 3}
"""What numbers stand for in the function `status`."""

_FATES = {Befell.DELIVERED: MessageStatus.DELIVERED, Befell.LOST: MessageStatus.LOST}

_LARGEST: Mapping[str, int | None] = {
    "status": 3,
    "taken": 1,
    "due": None,
    "accepted": 1,
    "sender": _ADDRESS,
    "target": _ADDRESS,
    "value": _WORD,
    "commitment": _WORD,
}
"""What there is to know of a message, and the largest number that stands for it."""


@dataclass(frozen=True, slots=True)
class History:
    """What befell messages since an era began, and what the era before came to."""

    era: str
    turns: tuple[Turn, ...] = ()
    earlier: History | None = None

    def of(self, channel: str) -> tuple[Turn, ...]:
        """The turns of a channel."""
        return tuple(turn for turn in self.turns if turn.channel == channel)


@dataclass(frozen=True, slots=True)
class Base:
    """Which ghosts of a channel were asked for, as they were when an era began."""

    channel: Channel
    era: str
    earlier: History | None

    def function(self, what: str, most: int | None) -> Function:
        """Number of a message to what is asked of it."""
        return Function(f"message.{what}({self.channel.name}){self.era}", 1, 0, most)

    def of(self, what: str, number: Int) -> Int:
        """Something of a message: see `_LARGEST`."""
        return self.function(what, _LARGEST[what])(number)

    def is_of(self, kind: MessageKind, number: Int) -> Int:
        """1 if a message is of a kind, else 0."""
        return self.function(f"is {_named(kind)}", 1)(number)

    def argument(self, kind: MessageKind, field: str, most: int, number: Int) -> Int:
        """An argument of a message of a kind."""
        return self.function(f"{_named(kind)}.{field}", most)(number)

    def total(self, kind: MessageKind, status: MessageStatus, field: str) -> Int:
        """The sum of an argument over the messages of a kind that have a status."""
        name = f"messages({_named(kind)};{status.value};{field})"
        return int_var(f"{name}({self.channel.name}){self.era}", 0)


def _named(kind: MessageKind) -> str:
    sender = "" if kind.sender is None else f"{kind.sender:#x}>"
    return f"{sender}{kind.contract}.{kind.function}"


def kinds_of(compiled: CompiledSystem, channel: str) -> list[MessageKind]:
    """The kinds of messages that a system declares on a channel."""
    return [
        declared.kind
        for declared in compiled.system.declared(MessagesDecl).values()
        if declared.channel == channel
    ]


class MessageGhosts:
    """The messages in all worlds of one end of one call."""

    def __init__(
        self, compiled: CompiledSystem, machines: Mapping[str, Machine], honest: Bool
    ) -> None:
        self.compiled = compiled
        self.reader = TurnReader(compiled, machines, honest)
        self.bases: dict[tuple[str, str], Base] = {}
        self.numbers: dict[str, dict[Int, None]] = {}
        """Numbers in sight, by channel."""
        self.totals: dict[tuple[str, str], dict[tuple[MessageKind, MessageStatus, str], None]] = {}
        """Sums that were asked for, by channel and era."""
        self._channels = {c.name: c for t in compiled.system.transports for c in t.carries}
        self._kinds = {name: kinds_of(compiled, name) for name in self._channels}
        self._unread: dict[tuple[str, MessageKind], tuple[Int, Mapping[str, Int]]] = {}

    # What is known of one message

    def known(self, history: History, channel: str, what: str, number: Int) -> Int:
        """Something of a message after all turns of a history: see `_LARGEST`."""
        return self._known(self._base(history, channel), history.of(channel), what, number)

    def is_of(self, history: History, kind: MessageKind, number: Int) -> Int:
        """1 if a message was sent and is of a kind, else 0."""
        self.check(kind)
        return self._is_of(
            self._base(history, kind.channel), history.of(kind.channel), kind, number
        )

    def argument(self, history: History, kind: MessageKind, field: str, number: Int) -> Int:
        """An argument of a message that was sent and is of a kind, else 0."""
        mine = self.is_of(history, kind, number)
        self.largest(kind, field)
        base, turns = self._base(history, kind.channel), history.of(kind.channel)
        told = self._argument(base, turns, kind, field, number)
        return ite(compare.eq(mine, const(1)), told, const(0))

    def _base(self, history: History, channel: str) -> Base:
        if channel not in self._channels:
            raise LookupProblem.unknown(
                "channel", channel, self._channels, self.compiled.system.__name__
            )
        key = (channel, history.era)
        if key not in self.bases:
            self.bases[key] = Base(self._channels[channel], history.era, history.earlier)
        return self.bases[key]

    def _see(self, channel: str, number: Int) -> None:
        self.numbers.setdefault(channel, {})[number] = None

    def _known(self, base: Base, turns: tuple[Turn, ...], what: str, number: Int) -> Int:
        self._see(base.channel.name, number)
        value = base.of(what, number)
        for position, turn in enumerate(turns):
            here = compare.eq(turn.number, number)
            if what == "status":
                changed = _next_status(turn, value)
            elif what == "taken":
                taken = turn.what is Befell.TAKEN
                changed = word_of(turn.condition) if taken else value
            elif what == "due":
                changed = _next_due(turn, value)
            elif what == "accepted":
                attempted = turn.what is Befell.ATTEMPTED
                changed = ite(turn.condition, const(turn.accepted), value) if attempted else value
            elif turn.content is not None:
                content = turn.content
                told: Int = getattr(content, what)
                changed = self._first(base, turns[:position], number, told, value)
            else:
                continue
            value = ite(here, changed, value)
        return value

    def _first(
        self, base: Base, turns: tuple[Turn, ...], number: Int, told: Int, known: Int
    ) -> Int:
        """What a message is told to be by its sending, unless its number was sent before."""
        status = self._known(base, turns, "status", number)
        return ite(compare.eq(status, const(UNSENT)), told, known)

    def _is_of(self, base: Base, turns: tuple[Turn, ...], kind: MessageKind, number: Int) -> Int:
        self._see(base.channel.name, number)
        value = base.is_of(kind, number)
        for position, turn in enumerate(turns):
            if turn.content is not None:
                told = self._content(turn.content, kind)[0]
                changed = self._first(base, turns[:position], number, told, value)
                value = ite(compare.eq(turn.number, number), changed, value)
        return value

    def _argument(
        self, base: Base, turns: tuple[Turn, ...], kind: MessageKind, field: str, number: Int
    ) -> Int:
        value = base.argument(kind, field, self.largest(kind, field), number)
        for position, turn in enumerate(turns):
            if turn.content is not None:
                told = self._content(turn.content, kind)[1][field]
                changed = self._first(base, turns[:position], number, told, value)
                value = ite(compare.eq(turn.number, number), changed, value)
        return value

    # Sums

    def total(
        self, history: History, kind: MessageKind, status: MessageStatus | None, field: str
    ) -> Int:
        """The sum of an argument over messages of a kind; their number for the field ``""``."""
        self.check(kind)
        if field in self.measured(kind):
            raise Unsupported(f"a sum over {_named(kind)}.{field}, which is no argument")
        if field:
            self.largest(kind, field)
        wanted = list(MessageStatus) if status is None else [status]
        return linear.total(self._total(history, kind, each, field) for each in wanted)

    def _total(self, history: History, kind: MessageKind, status: MessageStatus, field: str) -> Int:
        channel = kind.channel
        base = self._base(history, channel)
        self.totals.setdefault((channel, history.era), {})[kind, status, field] = None
        now = base.total(kind, status, field)
        turns = history.of(channel)
        for position, turn in enumerate(turns):
            if turn.what in (Befell.OWED, Befell.TAKEN):
                continue
            before, after = turns[:position], turns[: position + 1]
            new = self.entry(base, after, (kind, status, field), turn.number)
            old = self.entry(base, before, (kind, status, field), turn.number)
            moved = linear.subtract(new, old)
            if turn.content is not None:
                unknown = int_var(
                    f"again({turn.content.key};{_named(kind)};{status.value};{field})"
                )
                was = self._known(base, before, "status", turn.number)
                moved = ite(compare.eq(was, const(UNSENT)), moved, unknown)
            now = linear.add(now, moved)
        return now

    def entry(
        self,
        base: Base,
        turns: tuple[Turn, ...],
        what: tuple[MessageKind, MessageStatus, str],
        number: Int,
    ) -> Int:
        """What one message adds to a sum."""
        kind, status, field = what
        counted = and_(
            compare.eq(self._known(base, turns, "status", number), const(STATUS[status])),
            compare.eq(self._is_of(base, turns, kind, number), const(1)),
        )
        worth = self._argument(base, turns, kind, field, number) if field else const(1)
        return ite(counted, worth, const(0))

    # Kinds

    def check(self, kind: MessageKind) -> None:
        """Raises Unsupported for a kind whose messages cannot be told from other calls."""
        if kind not in self._kinds.get(kind.channel, ()):
            raise Unsupported(
                f"messages that the system does not declare: {kind.contract}.{kind.function} "
                f"on {kind.channel}"
            )
        problem = self.ambiguity(kind)
        if problem:
            raise Unsupported(f"messages for {kind.contract}.{kind.function}: {problem}")

    def ambiguity(self, kind: MessageKind) -> str:
        """Why calls in the name of a kind's sender may be no delivery; empty if they always are."""
        channel = self._channels[kind.channel]
        if channel.due is None:
            return ""
        if kind.sender is None:
            return "they name no sender, so that a delivery looks like anybody's call"
        accounts = (*self.compiled.actors.values(), *self.compiled.contracts.values())
        for each in accounts:
            chain = getattr(each, "chain", None)
            if int(each.address) == kind.sender and (chain is None or chain.name == channel.to):
                return f"their sender is {each.name}, who can call by himself"
        return ""

    def kinds(self, channel: str) -> list[MessageKind]:
        """The kinds of messages that are declared on a channel."""
        return self._kinds[channel]

    def function(self, kind: MessageKind) -> AbiFunction:
        """The function that messages of a kind ask for."""
        return self.compiled.abi(kind.contract).function(kind.function)

    def largest(self, kind: MessageKind, field: str) -> int:
        """The largest value of an argument. Raises Unsupported for one that is no number."""
        if field in self.measured(kind):
            return LONGEST
        names = {p.name or str(i): p.type for i, p in enumerate(self.function(kind).inputs)}
        if field not in names:
            raise LookupProblem.unknown("argument", field, names, _named(kind))
        if names[field].kind not in ("uint", "address"):
            raise Unsupported(f"a sum over {_named(kind)}.{field}, which is no unsigned number")
        return names[field].bounds[1]

    def numeric(self, kind: MessageKind) -> list[str]:
        """The arguments of a kind that can be summed."""
        return [
            p.name or str(i)
            for i, p in enumerate(self.function(kind).inputs)
            if p.type.kind in ("uint", "address")
        ]

    def measured(self, kind: MessageKind) -> list[str]:
        """The lengths of dynamic arguments of a kind, which are as good as numbers."""
        return [
            f"{p.name or i}.length"
            for i, p in enumerate(self.function(kind).inputs)
            if p.type.kind == "bytes"
        ]

    def _content(self, content: Content, kind: MessageKind) -> tuple[Int, Mapping[str, Int]]:
        """Whether a message with some content is of a kind, and its arguments if so."""
        key = (content.key, kind)
        if key not in self._unread:
            self._unread[key] = self._read(content, kind)
        return self._unread[key]

    def _read(self, content: Content, kind: MessageKind) -> tuple[Int, Mapping[str, Int]]:
        address = int(self.compiled.address(kind.contract))
        addressed = compare.eq(content.target, const(address))
        if kind.sender is not None:
            addressed = and_(addressed, compare.eq(content.sender, const(kind.sender)))
        addressed = content.facts.rewrite(addressed)
        arguments = {
            field: int_var(f"unread({content.key};{_named(kind)}.{field})", 0, most)
            for field in (*self.numeric(kind), *self.measured(kind))
            for most in (self.largest(kind, field),)
        }
        unsure = int_var(f"unread({content.key};{_named(kind)})", 0, 1)
        found = None
        if content.data is not None and content.facts.decide(addressed) is not False:
            try:
                found = call_in(content.data, self.function(kind), content.facts)
            except Unsupported:
                found = None
        if found is None:
            return word_of(and_(addressed, compare.eq(unsure, const(1)))), arguments
        for field in (name for name in arguments if name in found.arguments):
            most = self.largest(kind, field)
            word = content.facts.rewrite(found.arguments[field])
            # Of a word that does not fit its type there is no such call, and no matter what it is.
            fits = word.hi is not None and word.hi <= most
            arguments[field] = (
                word if fits else ite(compare.le(word, const(most)), word, arguments[field])
            )
        sound = compare.eq(unsure, const(1)) if found.sound is None else found.sound
        return word_of(and_(addressed, found.selected, sound)), arguments


def _next_status(turn: Turn, status: Int) -> Int:
    in_flight = const(STATUS[MessageStatus.IN_FLIGHT])
    if turn.what is Befell.SENT:
        return ite(compare.eq(status, const(UNSENT)), in_flight, status)
    fate = _FATES.get(turn.what)
    if turn.what is Befell.ATTEMPTED and turn.accepted:
        fate = MessageStatus.DELIVERED
    if fate is None:
        return status
    # What took effect or was lost has done so for good, whatever is logged later.
    settled = and_(turn.condition, compare.eq(status, in_flight))
    return ite(settled, const(STATUS[fate]), status)


def _next_due(turn: Turn, due: Int) -> Int:
    if turn.what is Befell.OWED:
        return linear.shift(due, 1)
    if turn.what is Befell.ATTEMPTED:
        return ite(turn.condition, linear.shift(due, -1), due)
    return due
