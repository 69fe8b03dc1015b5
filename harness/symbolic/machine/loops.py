"""Loops: branches that are open again and again.

A loop that walks over words, and does nothing but store one word for each, in memory or in
storage, is done at once for any number of rounds: solc copies and clears `bytes`, strings and
arrays like that. Where a branch inside a loop is open for the first time, one round is run, and
then one for a round number `i` that is a variable; if that advances the stack by constants, stores
one word, and looks at nothing that the loop has stored, then by induction so does every round. The
number of rounds follows from the branch's condition.

Any other loop is unrolled, up to `Limits.iterations` and as long as terms stay small; beyond that
it is cut at its head (`cuts`), if all that it does is to compute on the stack.
"""

from __future__ import annotations

from dataclasses import dataclass

from harness.symbolic.machine.data import Data, Extract, Rows
from harness.symbolic.machine.errors import Unsupported
from harness.symbolic.machine.memory import Access
from harness.symbolic.machine.path import Frame, Path
from harness.symbolic.machine.regions import Region
from harness.symbolic.machine.storage import Point, Span
from harness.symbolic.terms import (
    TRUE,
    Bool,
    Int,
    Term,
    compare,
    const,
    int_var,
    ite,
    linear,
    not_,
    substitute,
)
from harness.symbolic.terms.division import divide
from harness.symbolic.terms.node import CONST, GE, LE

__all__ = ["MOST_ROUNDS", "at_branch"]

MOST_ROUNDS = 1 << 32
"""No gas limit pays for so many rounds of a loop."""

_FREE_ROUNDS = 4
"""Rounds after which the size of terms counts."""

_LONGEST_ROUND = 2000
"""Instructions of one round."""


@dataclass(frozen=True, slots=True)
class _Round:
    """One round for any round number."""

    index: Int
    """The variable that stands for the round number, from 0."""
    goes_on: Bool
    """Whether there is another round after it."""
    step: tuple[Int, ...]
    """By how much each stack item advances."""
    start: Int | None
    """Where the word of round 0 goes in memory; None if the loop stores none there."""
    region: Region | None
    """Where it goes in storage."""
    keys: tuple[Int, ...]
    """The keys there, for round 0."""
    value: Int
    """The word that a round stores, over `index`."""


class _NoSummary(Exception):
    """The loop does more than walk over words."""


def at_branch(path: Path, frame: Frame, condition: Bool, target: int) -> bool:
    """Called where a branch is about to fork, its operands off the stack. Returns whether the
    branch is dealt with.

    Raises Unsupported if this branch was open too often, or its terms have grown too large.
    """
    times, before = frame.loops.get(frame.pc, (0, 0))
    times += 1
    line = frame.code.line(frame.pc) or f"pc {frame.pc}"
    limit = path.machine.limits.iterations
    if times > limit:
        reason = _cut(path, frame)
        raise Unsupported(f"loop at {line} not bounded within {limit}, and not cut: {reason}")
    endless = path.machine.endless
    if times == 1:
        before = _size((condition, *frame.stack))
    elif min(times, frame.rounds_around()) > _FREE_ROUNDS:
        gained = _size((condition, *frame.stack)) - before
        if gained > path.machine.limits.growth:
            endless[frame.code, frame.pc] = _cut(path, frame)
    why = endless.get((frame.code, frame.pc))
    if why is not None:
        raise Unsupported(
            f"loop at {line} not bounded, its terms grow with every round, and it is not cut: "
            f"{why}",
            inherent=True,
        )
    frame.loops[frame.pc] = times, before
    if times > 1 or not path.machine.can_probe() or not frame.code.in_loop(frame.pc):
        return False
    for jumped in (False, True):
        try:
            found = _any_round(path, frame, condition, target, jumped)
            _finish(path, frame, condition, found, target, jumped)
        except _NoSummary:
            continue
        return True
    return False


def _cut(path: Path, frame: Frame) -> str:
    """Cut the loop that encloses the current instruction. Raises Recut; returns why it cannot."""
    if not path.machine.can_probe():
        return "it is part of a round of another one"
    why = "no jump backwards encloses it"
    for head in frame.loops_around():
        why = path.machine.cut(frame.code, head)
    return why


def _size(terms: tuple[Term, ...]) -> int:
    """How many different parts terms have together."""
    stack: list[Term] = list(terms)
    seen: set[Term] = set()
    while stack:
        node = stack.pop()
        if node not in seen:
            seen.add(node)
            stack.extend(node.args)
    return len(seen)


def _probe(
    path: Path, frame: Frame, stack: list[Int], start: int, entered: Bool
) -> tuple[Path, Bool, list[Int]]:
    """Run one round from a stack, where a condition holds; what it did, the branch's condition
    afterwards, and the stack."""
    probe = path.fork()
    if entered is not TRUE:
        probe.take(entered)
    probe.loads = {}
    inner = probe.frame
    inner.stack = list(stack)
    inner.memory.journal = []
    inner.pc = start
    reached = path.machine.probe(probe, frame.pc, _LONGEST_ROUND)
    if reached is None or probe.frame is not inner:
        raise _NoSummary
    return probe, reached, inner.stack


def _any_round(path: Path, frame: Frame, condition: Bool, target: int, jumped: bool) -> _Round:
    """One round with a variable for its number, checked against the first one."""

    def on(reached: Bool) -> Bool:
        return reached if jumped else not_(reached)

    start = target if jumped else frame.pc + 1
    entered = on(condition)
    _, second, after_first = _probe(path, frame, frame.stack, start, entered)
    steps = _advances(frame.stack, after_first)
    index = int_var(f"round#{path.machine.serial()}", 0, MOST_ROUNDS)
    stack = [
        linear.add(item, _scaled(index, step))
        for item, step in zip(frame.stack, steps, strict=True)
    ]
    entering: Bool = TRUE
    try:
        probe, reached, after = _probe(path, frame, stack, start, TRUE)
    except _NoSummary:
        # It may need to know that it was entered: guess that condition, and check it below.
        entering = _extrapolated(entered, on(second), index)
        probe, reached, after = _probe(path, frame, stack, start, entering)
    goes_on = on(reached)
    expected = [
        linear.add(item, _scaled(linear.shift(index, 1), step))
        for item, step in zip(frame.stack, steps, strict=True)
    ]
    if any(a is not b for a, b in zip(after, expected, strict=True)):
        raise _NoSummary
    if _at(goes_on, index, const(0)) is not on(second):
        raise _NoSummary
    if _at(goes_on, index, const(-1)) is not entered:
        raise _NoSummary
    before = _at(goes_on, index, linear.shift(index, -1))
    if entering is not TRUE and not _gives(before, entering, index, path):
        raise _NoSummary
    return _effect(path, probe, index, goes_on, steps)


def _at(condition: Bool, index: Int, value: Int) -> Bool:
    """A condition for another round number."""
    return substitute(condition, {index: value})


def _gives(one: Bool, other: Bool, index: Int, path: Path) -> bool:
    """Whether a bound on a form gives a bound on another, which is a multiple of it but for a
    rest with bounds of its own."""
    if one is other:
        return True
    (form, at_least), (goal, limit) = _lower_bound(one), _lower_bound(other)
    own, wanted = _factor(form, index), _factor(goal, index)
    if not own or wanted % own or wanted // own <= 0:
        return False
    ratio = wanted // own
    rest = path.facts.bounds(linear.combine(goal, form, -ratio))[0]
    return rest is not None and rest + ratio * at_least >= limit


def _lower_bound(condition: Bool) -> tuple[Int, int]:
    """A bound as h >= k. Raises _NoSummary if it is none."""
    if condition.op == GE:
        return condition.args[0], condition.data
    if condition.op == LE:
        return linear.negate(condition.args[0]), -condition.data
    raise _NoSummary


def _factor(form: Int, atom: Int) -> int:
    atoms, factors, _ = linear.split(form)
    return factors[atoms.index(atom)] if atom in atoms else 0


def _extrapolated(first: Bool, second: Bool, index: Int) -> Bool:
    """The condition of round `index`, if it goes on as from round 0 to round 1."""
    if first.op not in (LE, GE) or first.op != second.op or first.args != second.args:
        raise _NoSummary
    step = second.data - first.data
    form = linear.subtract(first.args[0], linear.scale(index, step))
    if first.op == LE:
        return compare.le(form, const(first.data))
    return compare.ge(form, const(first.data))


def _scaled(index: Int, step: Int) -> Int:
    assert step.op == CONST
    return linear.scale(index, step.data)


def _advances(before: list[Int], now: list[Int]) -> tuple[Int, ...]:
    """By how much each item of the stack has advanced. Raises _NoSummary if not by constants."""
    if len(before) != len(now):
        raise _NoSummary
    steps = tuple(linear.subtract(b, a) for a, b in zip(before, now, strict=True))
    if any(step.op != CONST for step in steps):
        raise _NoSummary
    return steps


def _effect(path: Path, probe: Path, index: Int, goes_on: Bool, steps: tuple[Int, ...]) -> _Round:
    """What the round has stored, if that is one word in a row of words."""
    journal = probe.frame.memory.journal or []
    stores = [access for access in journal if access.writes]
    region, point = _stored(probe, path)
    if len(stores) + (region is not None) != 1:
        raise _NoSummary
    if region is not None and point is not None:
        if not region.steps or region.steps[-1].kind != "item":
            raise _NoSummary
        last = linear.subtract(point.keys[-1], index)
        keys = (*point.keys[:-1], last)
        if any(_mentions(key, index) for key in keys):
            raise _NoSummary
        if any(loaded is region or loaded == region for loaded, _ in probe.loads):
            raise _NoSummary
        return _Round(index, goes_on, steps, None, region, keys, point.value)
    (store,) = stores
    start = linear.subtract(store.address, linear.scale(index, 32))
    if store.stored is None or _mentions(start, index):
        raise _NoSummary
    for access in journal:
        if not access.writes and not _before(access, start, probe):
            raise _NoSummary
    return _Round(index, goes_on, steps, start, None, (), store.stored)


def _before(access: Access, start: Int, probe: Path) -> bool:
    """Whether an access ends before the words that the loop stores."""
    return probe.order.surely_at_most(linear.add(access.address, access.length), start)


def _stored(probe: Path, path: Path) -> tuple[Region | None, Point | None]:
    """The one word of storage that the round has written. Raises _NoSummary if it did more."""
    now, before = probe.state, path.state
    if (now.ether, now.logs, now.nonces) != (before.ether, before.logs, before.nonces) or (
        now.transient is not before.transient or now.era != before.era
    ):
        raise _NoSummary
    found: tuple[Region | None, Point | None] = (None, None)
    for region, writes in now.storage.writes.items():
        old = before.storage.writes.get(region, ())
        if writes is old or writes == old:
            continue
        last = writes[-1]
        if found[0] is not None or writes[:-1] != old or not isinstance(last, Point):
            raise _NoSummary
        found = (region, last)
    return found


def _mentions(term: Int, variable: Int) -> bool:
    stack, seen = [term], set()
    while stack:
        node = stack.pop()
        if node is variable:
            return True
        if node not in seen:
            seen.add(node)
            stack.extend(node.args)
    return False


def _rounds(found: _Round, path: Path, first: Bool) -> Int:
    """How many rounds there are: the loop goes on after round i as long as f + c * i <= m, hence
    floor((m - f) / c) + 2 of them if there is one at all."""
    condition, index = found.goes_on, found.index
    if condition.op not in (LE, GE):
        raise _NoSummary
    form, limit = condition.args[0], const(condition.data)
    atoms, factors, _ = linear.split(form)
    if index not in atoms:
        raise _NoSummary
    factor = factors[atoms.index(index)]
    rest = linear.subtract(form, linear.scale(index, factor))
    if _mentions(rest, index) or (factor > 0) != (condition.op == LE):
        raise _NoSummary
    room = linear.subtract(limit, rest)
    if factor < 0:
        room, factor = linear.negate(room), -factor
    count = linear.shift(divide(room, const(factor)), 2)
    least = path.facts.bounds(count)[0]
    # Without a first round the formula gives 0 or less.
    return count if least is not None and least >= 0 else ite(first, count, const(0))


def _finish(
    path: Path, frame: Frame, condition: Bool, found: _Round, target: int, jumped: bool
) -> None:
    """Go to where the loop is over."""
    rounds = _rounds(found, path, condition if jumped else not_(condition))
    path.take(compare.le(rounds, const(MOST_ROUNDS)))
    frame.stack = [
        linear.add(item, _scaled(rounds, step))
        for item, step in zip(frame.stack, found.step, strict=True)
    ]
    if found.start is not None:
        rows = Extract(Rows(found.index, found.value), const(0), linear.scale(rounds, 32))
        frame.memory.write(found.start, Data([rows]), path.order)
    elif found.region is not None:
        span = Span(found.keys[:-1], found.keys[-1], rounds, found.index, found.value)
        path.machine.wrote(path, found.region)
        path.machine.hooks.on_span(path, found.region, span)
        path.state = path.state.with_storage(path.state.storage.write(found.region, span))
    frame.pc = frame.pc + 1 if jumped else target
