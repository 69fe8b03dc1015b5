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

from harness.compiled import CompiledSystem
from harness.symbolic.machine import Machine, Unsupported
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
from harness.symbolic.world.kinds import Kinds, named
from harness.symbolic.world.payload import CallIn, call_in
from harness.symbolic.world.turns import Befell, Content, Turn, TurnReader
from harness.transport import Channel
from harness.world import MessageKind, MessageStatus

__all__ = ["STATUS", "UNSENT", "Base", "History", "MessageGhosts"]

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
        return self.function(f"is {named(kind)}", 1)(number)

    def argument(self, kind: MessageKind, field: str, most: int, number: Int) -> Int:
        """A field of a message of a kind."""
        return self.function(f"{named(kind)}.{field}", most)(number)

    def total(self, kind: MessageKind, status: MessageStatus, field: str) -> Int:
        """The sum of a field over the messages of a kind that have a status."""
        name = f"messages({named(kind)};{status.value};{field})"
        return int_var(f"{name}({self.channel.name}){self.era}", 0)


class MessageGhosts:
    """The messages in all worlds of one end of one call."""

    def __init__(
        self, compiled: CompiledSystem, machines: Mapping[str, Machine], honest: Bool
    ) -> None:
        self.kinds = Kinds(compiled)
        self.reader = TurnReader(compiled, machines, honest)
        self._compiled = compiled
        self.bases: dict[tuple[str, str], Base] = {}
        self.numbers: dict[str, dict[Int, None]] = {}
        """Numbers in sight, by channel."""
        self.totals: dict[tuple[str, str], dict[tuple[MessageKind, MessageStatus, str], None]] = {}
        """Sums that were asked for, by channel and era."""
        self._unread: dict[tuple[str, MessageKind], _Read] = {}

    # What is known of one message

    def known(self, history: History, channel: str, what: str, number: Int) -> Int:
        """Something of a message after all turns of a history: see `_LARGEST`."""
        return self._known(self._base(history, channel), history.of(channel), what, number)

    def is_of(self, history: History, kind: MessageKind, number: Int) -> Int:
        """1 if a message was sent and is of a kind, else 0."""
        self.kinds.check(kind)
        return self._is_of(
            self._base(history, kind.channel), history.of(kind.channel), kind, number
        )

    def argument(self, history: History, kind: MessageKind, field: str, number: Int) -> Int:
        """A field of a message that was sent and is of a kind, else 0."""
        mine = self.is_of(history, kind, number)
        self.kinds.largest(kind, field)
        base, turns = self._base(history, kind.channel), history.of(kind.channel)
        told = self._argument(base, turns, kind, field, number)
        return ite(compare.eq(mine, const(1)), told, const(0))

    def _base(self, history: History, channel: str) -> Base:
        key = (channel, history.era)
        if key not in self.bases:
            found = self.kinds.channel(channel)
            self.bases[key] = Base(found, history.era, history.earlier)
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
        whole = kind.whole
        value = base.is_of(whole, number)
        for position, turn in enumerate(turns):
            if turn.content is not None:
                told = self._content(turn.content, whole).mine
                changed = self._first(base, turns[:position], number, told, value)
                value = ite(compare.eq(turn.number, number), changed, value)
        alike = [
            compare.eq(self._argument(base, turns, whole, name, number), const(wanted))
            for name, wanted in kind.where
        ]
        return ite(and_(*alike), value, const(0))

    def _argument(
        self, base: Base, turns: tuple[Turn, ...], kind: MessageKind, field: str, number: Int
    ) -> Int:
        kind = kind.whole
        value = base.argument(kind, field, self.kinds.largest(kind, field), number)
        for position, turn in enumerate(turns):
            if turn.content is not None:
                told = self._field(turn.content, kind, field)
                changed = self._first(base, turns[:position], number, told, value)
                value = ite(compare.eq(turn.number, number), changed, value)
        return value

    # Sums

    def total(
        self, history: History, kind: MessageKind, status: MessageStatus | None, field: str
    ) -> Int:
        """The sum of a field over messages of a kind; their number for the field ``""``."""
        self.kinds.check(kind)
        if field:
            self.kinds.largest(kind, field)
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
                unknown = int_var(f"again({turn.content.key};{named(kind)};{status.value};{field})")
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

    # Contents

    def _content(self, content: Content, kind: MessageKind) -> _Read:
        """A message with some content as a message of a kind."""
        key = (content.key, kind)
        if key not in self._unread:
            self._unread[key] = self._read(content, kind)
        return self._unread[key]

    def _read(self, content: Content, kind: MessageKind) -> _Read:
        address = int(self._compiled.address(kind.contract))
        addressed = compare.eq(content.target, const(address))
        if kind.sender is not None:
            addressed = and_(addressed, compare.eq(content.sender, const(kind.sender)))
        addressed = content.facts.rewrite(addressed)
        unsure = compare.eq(int_var(f"unread({content.key};{named(kind)})", 0, 1), const(1))
        found = None
        if content.data is not None and content.facts.decide(addressed) is not False:
            function = self.kinds.function(kind)
            try:
                found = call_in(content.data, function, content.facts, unsure)
            except Unsupported:
                found = None
        if found is None:
            return _Read(word_of(and_(addressed, unsure)), None)
        return _Read(word_of(and_(addressed, found.selected, found.sound)), found)

    def _field(self, content: Content, kind: MessageKind, field: str) -> Int:
        """A field of a message with some content, if it is of a kind: unknown if not readable."""
        read, most = self._content(content, kind), self.kinds.largest(kind, field)
        word = read.call.field(field) if read.call is not None else None
        if word is not None:
            word = content.facts.rewrite(word)
            if word.hi is not None and word.hi <= most:
                return word
        unread = int_var(f"unread({content.key};{named(kind)}.{field})", 0, most)
        # Of a word that does not fit its type there is no such call, and no matter what it is.
        return unread if word is None else ite(compare.le(word, const(most)), word, unread)


@dataclass(frozen=True, slots=True)
class _Read:
    """A message as one of a kind."""

    mine: Int
    """1 if it is one, else 0."""
    call: CallIn | None
    """The call that it asks for, where that can be read."""


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
