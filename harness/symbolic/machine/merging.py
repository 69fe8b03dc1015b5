"""Joining two paths that have come to the same place: `if` without a doubling of paths.

Two paths that stand at the same instruction, in the same nest of calls, are one path again on
which a condition chooses between two values, wherever they differ. What cannot be chosen between,
such as log records that only one of them has, keeps them apart.

Paths are run in the order of the code, innermost calls first, so that those that can be joined
meet; `progress` is that order. Only speed depends on it.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace

from harness.symbolic.machine.data import Data
from harness.symbolic.machine.errors import Unsupported
from harness.symbolic.machine.memory import Memory
from harness.symbolic.machine.path import Frame, Path
from harness.symbolic.machine.regions import Region
from harness.symbolic.machine.state import ChainState, Log, Slots, latest
from harness.symbolic.machine.storage import Point, Span, Storage, Write
from harness.symbolic.terms import (
    TRUE,
    Bool,
    Facts,
    Int,
    conjoin,
    const,
    imply,
    ite,
    not_,
    or_,
)
from harness.symbolic.terms.node import AND, CONST, OR

__all__ = ["likeness", "merge", "progress"]

_LAST = 1 << 62
_MOST_WRITES = 24
"""Regions with more writes than this on one side keep paths apart."""


_LONGEST_CONDITION = 60
"""Paths that have decided more than so many literals since they parted stay apart: conditions that
tell much apart make everything after them slow."""

_SMALL = 255
"""Greater constants that are jump destinations are taken for such; only speed depends on it."""


class _Apart(Exception):
    """The two paths cannot be joined."""


class _Parted(_Apart):
    """Nor can they be later: what each has decided since they parted only becomes more."""


def progress(path: Path) -> tuple[int, ...]:
    """How far a path has come; less for what should run first."""
    places: list[int] = []
    for frame in path.frames:
        places += frame.calls
        places.append(frame.pc)
    places.append(_LAST)
    return tuple(places)


def likeness(path: Path) -> Hashable:
    """What paths at the same place must have in common to be joined, as far as it is one value.

    Byte strings of different lengths are not joined: every later position in memory could be one
    of two.
    """
    frames = tuple(
        (
            id(f.code), id(f.owner), f.static, f.caller, f.value, len(f.stack),
            f.returndata.length if f.returndata.length.op == CONST else None,
        )
        for f in path.frames
    )  # fmt: skip
    return path.alone, path.flags, path.state.era, tuple(map(_event, path.state.logs)), frames


def merge(one: Path, other: Path) -> Path | None:
    """Two paths that are alike and at the same place as one; None if they cannot be joined."""
    try:
        return _Merger(one, other).path()
    except _Parted:
        one.apart.add(other.number)
        return None
    except (_Apart, Unsupported):
        return None


class _Merger:
    """Joins two paths: `one` where the condition holds, `other` elsewhere."""

    def __init__(self, one: Path, other: Path) -> None:
        self.one = one
        self.other = other
        for left_frame, right_frame in zip(one.frames, other.frames, strict=True):
            _check_frames(left_frame, right_frame)
        left, right = one.facts.path, other.facts.path
        common = 0
        while common < min(len(left), len(right)) and left[common] is right[common]:
            common += 1
        self.common = common
        self.since = left[common:], right[common:]
        """The conditions that each path has alone."""
        if _are_long([*self.since[0], *self.since[1]]):
            raise _Parted
        self.condition = self._telling()

    def _telling(self) -> Bool:
        """A condition that holds on one path and not on the other.

        Raises _Apart where none is seen: they may differ in what unknown code did and nothing else.
        """
        mine, others = self.since
        for condition in mine:
            if self.other.facts.decide(condition) is False:
                return condition
        for condition in others:
            if self.one.facts.decide(condition) is False:
                return not_(condition)
        raise _Apart

    def path(self) -> Path:
        """The joined path."""
        one, other = self.one, self.other
        ghosts = one.machine.hooks.merge_ghosts(self.condition, one.ghosts, other.ghosts)
        if ghosts is None:
            raise _Apart
        state = self.state(one.state, other.state)
        frames = [
            self.frame(left, right) for left, right in zip(one.frames, other.frames, strict=True)
        ]
        joined = one.fork()
        joined.frames, joined.state, joined.ghosts = frames, state, dict(ghosts)
        joined.rewind(self.common)
        either = or_(*(conjoin(side) for side in self.since))
        if either is not TRUE:
            joined.assume(either)
        joined.parents = (one, other, len(joined.facts.path))
        joined.obligations = tuple(
            dict.fromkeys(
                (
                    *(imply(self.condition, o) for o in one.obligations),
                    *(imply(not_(self.condition), o) for o in other.obligations),
                )
            )
        )
        joined.loads = {**one.loads, **other.loads}
        joined.fresh = tuple(dict.fromkeys((*one.fresh, *other.fresh)))
        return joined

    def term(self, left: Int, right: Int) -> Int:
        """One of two values, each with what its own path knows of it."""
        if left is right:
            return left
        sides = self.one.facts.rewrite(left), self.other.facts.rewrite(right)
        return ite(self.condition, *sides)

    def frame(self, left: Frame, right: Frame) -> Frame:
        """One of two frames at the same place."""
        joined = left.fork()
        joined.stack = [self.term(a, b) for a, b in zip(left.stack, right.stack, strict=True)]
        joined.saved = self.state(left.saved, right.saved)
        joined.calldata = self.data(left.calldata, right.calldata)
        joined.returndata = self.data(left.returndata, right.returndata)
        if left.memory.layers() != right.memory.layers():
            sides = (left.memory, self.one.facts), (right.memory, self.other.facts)
            joined.memory = Memory.either(self.condition, *sides)
        joined.loops = {
            pc: max(left.loops.get(pc, (0, 0)), right.loops.get(pc, (0, 0)))
            for pc in {**left.loops, **right.loops}
        }
        joined.rounds = {**right.rounds, **left.rounds}
        joined.cut_often = {
            pc: max(left.cut_often.get(pc, 0), right.cut_often.get(pc, 0))
            for pc in {**left.cut_often, **right.cut_often}
        }
        return joined

    def data(self, left: Data, right: Data) -> Data:
        """One of two byte strings."""
        return left.choose(self.condition, right)

    def state(self, left: ChainState, right: ChainState) -> ChainState:
        """One of two states."""
        if left is right:
            return left
        if left.era != right.era:
            raise _Apart
        zero = const(0)
        transient = {
            contract: self.slots(
                left.transient.get(contract, ()), right.transient.get(contract, ()), zero
            )
            for contract in {**left.transient, **right.transient}
        }
        if left.era and left.transient != right.transient:
            raise _Apart
        return ChainState(
            left.chain,
            self.storage(left.storage, right.storage),
            transient,
            self._balances(left, right),
            self.logs(left.logs, right.logs),
            self._nonces(left, right),
            left.era,
        )

    def _balances(self, left: ChainState, right: ChainState) -> Slots:
        if left.ether == right.ether:
            return left.ether
        keys = {key: None for key, _ in (*left.ether, *right.ether)}
        values = [
            (key, left.balance(key, self.one.facts), right.balance(key, self.other.facts))
            for key in keys
        ]
        return tuple((key, self.term(a, b)) for key, a, b in values)

    def _nonces(self, left: ChainState, right: ChainState) -> Slots:
        if left.nonces != right.nonces:
            raise _Apart
        return left.nonces

    def slots(self, left: Slots, right: Slots, initial: Int) -> Slots:
        """One of two lists of writes over the same initial value."""
        if left == right:
            return left
        keys = {key: None for key, _ in (*left, *right)}
        return tuple(
            (
                key,
                self.term(
                    latest(left, key, initial, self.one.facts),
                    latest(right, key, initial, self.other.facts),
                ),
            )
            for key in keys
        )

    def storage(self, left: Storage, right: Storage) -> Storage:
        """One of two storages: every word that either has written since they parted is written
        once more, as it now is on either side."""
        if left.writes is right.writes:
            return left
        merged = dict(left.writes)
        for region in {**left.writes, **right.writes}:
            one, other = left.writes.get(region, ()), right.writes.get(region, ())
            if one is other or one == other:
                continue
            common = 0
            while common < min(len(one), len(other)) and one[common] == other[common]:
                common += 1
            shared, since = one[:common], (one[common:], other[common:])
            if len(since[0]) + len(since[1]) > 2 * _MOST_WRITES:
                raise _Apart
            if all(isinstance(write, Point) for write in (*since[0], *since[1])):
                keys = dict.fromkeys(write.keys for write in (*since[0], *since[1]))
                result = list(shared)
                for key in keys:
                    a = left.read(region, key, self.one.facts)
                    b = right.read(region, key, self.other.facts)
                    result.append(Point(key, self.term(a, b)))
            else:
                result = self._one_by_one(region, shared, since, left.era)
            merged[region] = tuple(result)
        return Storage(merged, left.era)

    def _one_by_one(
        self,
        region: Region,
        shared: tuple[Write, ...],
        since: tuple[tuple[Write, ...], tuple[Write, ...]],
        era: str,
    ) -> list[Write]:
        """The writes of one side, then those of the other, each changing nothing elsewhere: so it
        is where there are rows among them, whose words are not known one by one."""
        result = list(shared)
        for condition, writes in ((self.condition, since[0]), (not_(self.condition), since[1])):
            for write in writes:
                if isinstance(write, Span):
                    result.append(replace(write, count=ite(condition, write.count, const(0))))
                    continue
                before = Storage({region: tuple(result)}, era).read(region, write.keys, Facts())
                result.append(Point(write.keys, ite(condition, write.value, before)))
        return result

    def logs(self, left: tuple[Log, ...], right: tuple[Log, ...]) -> tuple[Log, ...]:
        """One of two sequences of log records of the same kinds."""
        if left == right:
            return left
        return tuple(self._log(a, b) for a, b in zip(left, right, strict=True))

    def _log(self, left: Log, right: Log) -> Log:
        if left is right:
            return left
        topics = tuple(self.term(a, b) for a, b in zip(left.topics, right.topics, strict=True))
        address = self.term(left.address, right.address)
        return Log(left.contract, address, topics, self.data(left.data, right.data))


def _event(log: Log) -> tuple[str, int, tuple[Int, ...]]:
    """What log records must have in common to be joined."""
    return log.contract, len(log.topics), log.topics[:1]


def _are_long(conditions: list[Bool]) -> bool:
    """Whether conditions consist of more literals than those of paths to be joined may."""
    room = _LONGEST_CONDITION
    while conditions and room >= 0:
        condition = conditions.pop()
        if condition.op in (AND, OR):
            conditions += condition.args
        else:
            room -= 1
    return room < 0


def _check_frames(left: Frame, right: Frame) -> None:
    """Raises _Apart unless two frames of the same call go on to the same places."""
    same = (
        left.returns == right.returns
        and left.round_here() == right.round_here()
        and left.cuts == right.cuts
    )
    if not same:
        raise _Apart
    targets = left.program.targets
    for a, b in zip(left.stack, right.stack, strict=True):
        if a is b or a.op != CONST or b.op != CONST:
            continue
        if a.data in targets and b.data in targets and min(a.data, b.data) > _SMALL:
            raise _Apart  # they may be where to return to
