"""What is true of messages between chains, in every state: the facts that tie their ghosts down."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from harness.compile.abi_types import AbiType
from harness.compiled import CompiledSystem
from harness.symbolic.machine import Data, Machine, Unsupported
from harness.symbolic.terms import (
    FALSE,
    Bool,
    Facts,
    Int,
    Sum,
    and_,
    compare,
    const,
    iff,
    imply,
    not_,
    or_,
)
from harness.symbolic.world.messages import STATUS, UNSENT, Base, MessageGhosts
from harness.symbolic.world.payload import call_in, field_of, hashed, holds, parts_of
from harness.symbolic.world.turns import Befell, Turn
from harness.world import MessageField, MessageKind, MessageStatus

__all__ = ["Attempt", "Post"]


@dataclass(frozen=True, slots=True)
class Attempt:
    """The call that is explored may be the delivery of a message, in the name of its sender.

    Without a ``caller`` it is the attempt alone, at a message of no declared kind if it succeeds.
    """

    channel: str
    number: Int
    delivers: Bool
    """Whether it is one."""
    accepted: bool
    caller: Int | None = None
    value: Int | None = None
    contract: str = ""
    """Empty where none of the system's contracts is called."""
    function: str = ""
    arguments: tuple[tuple[str, object], ...] = ()

    @property
    def turn(self) -> Turn:
        """What the call does to the message."""
        return Turn(self.channel, self.number, Befell.ATTEMPTED, None, self.delivers, self.accepted)


class Post:
    """The messages of one end of one call, with all that is true of them.

    Args:
        conditions: under which the end is reached.
        honest: whether it is the environment that makes the call.
        attempts: the deliveries that the call may be.
    """

    def __init__(
        self,
        compiled: CompiledSystem,
        machines: Mapping[str, Machine],
        conditions: Iterable[Bool] = (),
        honest: Bool = FALSE,
        attempts: tuple[Attempt, ...] = (),
    ) -> None:
        self.ghosts = MessageGhosts(compiled, machines, honest)
        self.attempts = attempts
        self._compiled = compiled
        self._machines = machines
        self._conditions = tuple(conditions)
        self._hashes: list[tuple[Int, list[Int | Data]]] | None = None
        self._told: dict[tuple[str, str, Int, int], tuple[Bool, ...]] = {}

    def numbers(self) -> Iterator[tuple[str, Int]]:
        """Channels and numbers of messages in sight; none before a ghost was asked for."""
        for channel, known in self._in_sight().items():
            for number in known:
                yield channel, number

    def _in_sight(self) -> dict[str, dict[Int, None]]:
        ghosts = self.ghosts
        if not ghosts.bases:
            return {}
        found = {channel: dict(known) for channel, known in ghosts.numbers.items()}
        for attempt in self.attempts:
            found.setdefault(attempt.channel, {})[attempt.number] = None
        return found

    def size(self) -> tuple[int, ...]:
        """How much was asked for so far."""
        ghosts = self.ghosts
        numbers = sum(map(len, ghosts.numbers.values()))
        totals = sum(map(len, ghosts.totals.values()))
        return len(ghosts.bases), numbers, totals, ghosts.kinds.size

    def facts(self, *, chains: bool = False) -> Iterator[Bool]:
        """What holds of the ghosts that were asked for, at the numbers in sight."""
        in_sight = self._in_sight()
        for base in list(self.ghosts.bases.values()):
            numbers = in_sight.get(base.channel.name, {})
            for number in numbers:
                yield from self._once(base, number)
            yield from self._of_sums(base, numbers, chains)
        if in_sight:
            for attempt in self.attempts:
                yield from self._of_attempt(attempt)
            for one, other in combinations(self.attempts, 2):
                yield not_(and_(one.delivers, other.delivers))

    # One message

    def _once(self, base: Base, number: Int) -> tuple[Bool, ...]:
        """What holds of one message, which does not change when others come into sight but grows
        with what is asked of them."""
        key = (base.channel.name, base.era, number, self.ghosts.kinds.size)
        found = self._told.get(key)
        if found is None:
            found = self._told[key] = tuple(self._of_one(base, number))
        return found

    def _of_one(self, base: Base, number: Int) -> Iterator[Bool]:
        ghosts, channel = self.ghosts, base.channel
        status = base.of("status", number)
        unsent = compare.eq(status, const(UNSENT))
        kinds = ghosts.kinds.of(channel.name)
        nothing = [base.of(w, number) for w in ("sender", "target", "value", "commitment")]
        nothing += [base.is_of(kind, number) for kind in kinds]
        for each in nothing:
            yield imply(unsent, compare.eq(each, const(0)))
        if not channel.lost:
            yield compare.ne(status, const(STATUS[MessageStatus.LOST]))
        if channel.due is None and channel.delivered is None:
            yield compare.ne(status, const(STATUS[MessageStatus.DELIVERED]))
        yield from self._of_kinds(base, kinds, number)
        if channel.commitment:
            yield from self._of_commitment(base, kinds, number)
        if base.earlier is not None:
            yield from self._since(base, number)

    def _of_kinds(self, base: Base, kinds: list[MessageKind], number: Int) -> Iterator[Bool]:
        """What makes a kind, and that no message is of two kinds that ask for different things."""
        for position, kind in enumerate(kinds):
            mine = compare.eq(base.is_of(kind, number), const(1))
            address = int(self._compiled.address(kind.contract))
            yield imply(mine, compare.eq(base.of("target", number), const(address)))
            if kind.sender is not None:
                yield imply(mine, compare.eq(base.of("sender", number), const(kind.sender)))
            for other in kinds[:position]:
                if (other.contract, other.function) != (kind.contract, kind.function):
                    yield not_(and_(mine, compare.eq(base.is_of(other, number), const(1))))

    def _of_commitment(self, base: Base, kinds: list[MessageKind], number: Int) -> Iterator[Bool]:
        """A commitment is the hash of one message only, and hashes are injective."""
        names = [name for _, name in base.channel.commitment]
        types = [AbiType.parse(kind) for kind, _ in base.channel.commitment]
        for digest, parts in self._committed(types):
            same = compare.eq(base.of("commitment", number), digest)
            for name, part in zip(names, parts, strict=True):
                if name == "data" and isinstance(part, Data):
                    for kind in kinds:
                        mine = compare.eq(base.is_of(kind, number), const(1))
                        yield from self._same_call(base, kind, number, part, and_(same, mine))
                elif isinstance(part, Int):
                    mine_too = number if name == "number" else base.of(name, number)
                    yield imply(same, compare.eq(mine_too, part))

    def _committed(self, types: list[AbiType]) -> list[tuple[Int, list[Int | Data]]]:
        """The hashes in sight that may commit to a message, with the values that they hash."""
        if self._hashes is None:
            self._hashes = []
            facts = Facts(self._conditions)
            for digest, data in hashed(self._conditions, self._machines.values()):
                try:
                    self._hashes.append((digest, parts_of(data, types, facts)))
                except Unsupported:
                    continue  # less is known then
        return self._hashes

    def _same_call(
        self, base: Base, kind: MessageKind, number: Int, data: Data, when: Bool
    ) -> Iterator[Bool]:
        """The bytes of a message of a kind are a call of its function, with its arguments."""
        try:
            function = self.ghosts.kinds.function(kind)
            found = call_in(data, function, Facts(self._conditions), FALSE)
        except Unsupported:
            return
        yield imply(when, found.selected)
        for field in self.ghosts.kinds.numeric(kind):
            most = self.ghosts.kinds.largest(kind, field)
            known = base.argument(kind, field, most, number)
            yield imply(when, compare.eq(found.arguments[field], known))
        for field in self.ghosts.kinds.measured(kind):
            most = self.ghosts.kinds.largest(kind, field)
            size = base.argument(kind, field, most, number)
            name = field.removesuffix(".length")
            there = holds(
                data, self.ghosts.kinds.function(kind), name, size, Facts(self._conditions)
            )
            yield imply(and_(when, compare.ge(size, const(1))), there)

    def _since(self, base: Base, number: Int) -> Iterator[Bool]:
        """Within a transaction messages are never unsent, and nothing is attempted."""
        ghosts, earlier = self.ghosts, base.earlier
        assert earlier is not None
        channel = base.channel.name
        was = ghosts.known(earlier, channel, "status", number)
        sent = compare.ne(was, const(UNSENT))
        now = base.of("status", number)
        yield imply(sent, compare.ne(now, const(UNSENT)))
        settled = or_(*(compare.eq(was, const(STATUS[s])) for s in _SETTLED))
        yield imply(settled, compare.eq(now, was))
        for what in ("sender", "target", "value", "commitment"):
            kept = compare.eq(base.of(what, number), ghosts.known(earlier, channel, what, number))
            yield imply(sent, kept)
        due = ghosts.known(earlier, channel, "due", number)
        yield compare.ge(base.of("due", number), due)
        before = ghosts.known(earlier, channel, "accepted", number)
        yield compare.eq(base.of("accepted", number), before)
        for kind in ghosts.kinds.of(channel):
            if not ghosts.kinds.ambiguity(kind):
                mine = ghosts.is_of(earlier, kind, number)
                yield imply(sent, compare.eq(base.is_of(kind, number), mine))
                for field in ghosts.kinds.fields(kind):
                    told = ghosts.argument(earlier, kind, field, number)
                    known = base.argument(kind, field, ghosts.kinds.largest(kind, field), number)
                    yield imply(compare.eq(mine, const(1)), compare.eq(known, told))

    # Sums

    def _of_sums(self, base: Base, numbers: Iterable[Int], chains: bool) -> Iterator[Bool]:
        """What messages in sight add is at most the sum over all; it is all if there are no others,
        and nothing if there are none."""
        asked = self.ghosts.totals.get((base.channel.name, base.era), {})
        for kind, status, field in list(asked):
            total = base.total(kind, status, field)
            count = None
            if field and (kind, status, "") in asked:
                count = base.total(kind, status, "")
                yield imply(compare.eq(count, const(0)), compare.eq(total, const(0)))
            whole = Sum.of(total)
            for number in numbers:
                part = self.ghosts.entry(base, (), (kind, status, field), number)
                yield compare.le(part, total)
                if count is not None:
                    one = self.ghosts.entry(base, (), (kind, status, ""), number)
                    yield imply(compare.eq(count, one), compare.eq(total, part))
                whole = whole.read((number,), part)
            if chains:
                yield from whole.chain()

    # The call itself

    def _of_attempt(self, attempt: Attempt) -> Iterator[Bool]:
        """A delivery is of a message that is due, and makes its call; its sender makes no other."""
        base = self.ghosts.bases.get((attempt.channel, ""))
        if base is None:
            return
        number, delivers = attempt.number, attempt.delivers
        yield imply(delivers, compare.ge(base.of("due", number), const(1)))
        # A call that was made up, for a message that the transport never handed in, is anybody's.
        faithful = and_(delivers, compare.ne(base.of("status", number), const(UNSENT)))
        if base.channel.taken is not None:
            faithful = and_(faithful, compare.eq(base.of("taken", number), const(1)))
        if attempt.caller is None or attempt.value is None:
            if attempt.accepted:
                for kind in self.ghosts.kinds.of(attempt.channel):
                    yield imply(faithful, compare.eq(base.is_of(kind, number), const(0)))
            return
        caller = attempt.caller
        yield imply(faithful, compare.eq(base.of("sender", number), caller))
        yield imply(faithful, compare.eq(base.of("value", number), attempt.value))
        yield from self._of_target(base, attempt, faithful)
        arguments = dict(attempt.arguments)
        for kind in self.ghosts.kinds.of(attempt.channel):
            mine = compare.eq(base.is_of(kind, number), const(1))
            if kind.sender is None:
                continue
            own = compare.eq(caller, const(kind.sender))
            if not self.ghosts.kinds.ambiguity(kind):
                yield imply(own, delivers)
            if (kind.contract, kind.function) != (attempt.contract, attempt.function):
                yield imply(faithful, not_(mine))
                continue
            yield imply(faithful, iff(mine, own))
            yield from self._of_arguments(base, kind, number, arguments, and_(faithful, mine))

    def _of_arguments(
        self,
        base: Base,
        kind: MessageKind,
        number: Int,
        arguments: Mapping[str, object],
        when: Bool,
    ) -> Iterator[Bool]:
        """A message of a kind asks for the call with these arguments."""
        kinds = self.ghosts.kinds
        for field in kinds.fields(kind):
            wanted = MessageField.parse(field)
            given = arguments[wanted.argument]
            known = base.argument(kind, field, kinds.largest(kind, field), number)
            if isinstance(given, Int):
                yield imply(when, compare.eq(known, given))
            elif isinstance(given, Data) and wanted.argument == kinds.first_bytes(kind):
                told = field_of(given, wanted, Facts(self._conditions))
                if told is not None:
                    yield imply(when, compare.eq(known, told))

    def _of_target(self, base: Base, attempt: Attempt, faithful: Bool) -> Iterator[Bool]:
        target = base.of("target", attempt.number)
        if attempt.contract:
            address = int(self._compiled.address(attempt.contract))
            yield imply(faithful, compare.eq(target, const(address)))
            return
        for declared in self._compiled.contracts.values():
            if declared.chain.name == base.channel.to:
                yield imply(faithful, compare.ne(target, const(int(declared.address))))


_SETTLED = (MessageStatus.DELIVERED, MessageStatus.LOST)
