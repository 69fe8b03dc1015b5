"""Following a sequence of transactions on every path, without Manticore's own main loop.

That loop never ends when a state dies while others are ready, and lets states die quietly. Here a
path ends in a result, outside of the bounds, or with the name of a guard.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from manticore.core.smtlib import expression as smt

from .expressions import FALSE, TRUE, canonical, constant, equal
from .guards import Excluded, Tripped
from .machine import Fork, Pick
from .world import World, variable

__all__ = ["Ended", "Limits", "follow"]

_CLOCK = 64
"""Bits of a clock's variables."""

Begin = Callable[[World, int], None]
"""Begins the transaction of a number on a world, the path of which it may constrain."""


@dataclass(frozen=True)
class Limits:
    """Where following paths stops, each a guard but for ``rounds``, which is a bound."""

    paths: int
    steps: int
    """Instructions of one path."""
    rounds: int
    """How often a path may be open at one place, as it is in a loop."""


@dataclass(frozen=True)
class Ended:
    """The end of one path; without a guard, all of its transactions have ended, unless ``cut``:
    then it goes round more often than is followed, but for some moments."""

    world: World
    guard: str = ""
    reason: str = ""
    cut: bool = False


def follow(first: World, transactions: Sequence[Begin], limits: Limits) -> Iterator[Ended]:
    """Every path through some transactions, each of which but the last must succeed."""
    waiting = [first]
    count = 0
    while waiting:
        world = waiting.pop()
        try:
            fork = _run(world, transactions, limits)
            if fork is not None:
                going, cut = _forked(world, fork, limits)
                waiting += going
                if cut:
                    yield Ended(world, cut=True)
        except Tripped as tripped:
            yield Ended(world, tripped.guard, tripped.reason)
            continue
        except Excluded:
            continue
        except RecursionError:
            yield Ended(world, "died", "expressions are nested too deeply")
            continue
        except Exception as wrong:  # noqa: BLE001  (whatever Manticore raises ends this path only)
            yield Ended(world, "died", f"{type(wrong).__name__}: {wrong}")
            continue
        if fork is None:
            count += 1
            yield Ended(world)
        if count + len(waiting) > limits.paths:
            yield Ended(world, "paths", f"more than {limits.paths} paths")
            return


def _run(world: World, transactions: Sequence[Begin], limits: Limits) -> Fork | None:
    """Follow a path to its end, where None is returned, or to a fork."""
    while True:
        if not world.frames:
            if world.done and not world.done[-1].success:
                return None
            if len(world.done) == len(transactions):
                return None
            transactions[len(world.done)](world, len(world.done))
        try:
            while world.step():
                world.steps += 1
                if world.steps > limits.steps:
                    raise Tripped("steps", f"a path of more than {limits.steps} instructions")
        except Fork as fork:
            return fork


def _forked(world: World, fork: Fork, limits: Limits) -> tuple[list[World], bool]:
    """The worlds in which a condition is true and those in which it is not; and whether there are
    more, since the path has been here too often."""
    found = _ways(world, fork)
    if len(found) < 2 or world.frames[-1].instruction.name != "JUMPI" or isinstance(fork, Pick):
        return found, False
    place = world.place()
    count = world.rounds.get(place, 0) + 1
    if count > limits.rounds:
        return _at_moments(found, world.shared.solver.variables(fork.condition)), True
    for each in found:
        each.rounds = {**world.rounds, place: count}
    return found, False


def _ways(world: World, fork: Fork) -> list[World]:
    """The worlds in which a condition is not true, and those in which it is."""
    found: list[World] = []
    solver = world.shared.solver
    negation = canonical(smt.BoolNot(value=fork.condition))
    for chosen, holds in ((negation, False), (fork.condition, True)):
        if chosen is FALSE:
            continue
        # If the path cannot go the one way, it can go the other.
        sure = chosen is TRUE or (holds and not found)
        model = world.model if sure else solver.possible(world.path, chosen, world.model)
        if model is None:
            continue
        copy = world.fork()
        copy.constrain(chosen, model)
        machine = copy.frames[-1]
        if not isinstance(fork, Pick):
            machine.decided = (*machine.decided, holds)
        elif holds:
            copy.picked = {**copy.picked, id(fork.value): fork.candidate}
        else:
            count = copy.tried.get(id(fork.value), 0) + 1
            copy.tried = {**copy.tried, id(fork.value): count}
        found.append(copy)
    return found


def _at_moments(worlds: Sequence[World], names: frozenset[str]) -> list[World]:
    """Worlds that go on at some moments only, if it is the clock that they depend on."""
    found: list[World] = []
    for world in worlds:
        for moment in world.moments if not world.pinned else ():
            if names.isdisjoint(moment):
                continue
            copy = world.fork()
            copy.pinned = True
            if _is_then(copy, moment):
                found.append(copy)
    return found


def _is_then(world: World, moment: Mapping[str, int]) -> bool:
    """Put the clock of a world to a moment; whether that is possible."""
    for name, value in moment.items():
        here = equal(variable(name, _CLOCK), constant(value, _CLOCK))
        model = world.shared.solver.possible(world.path, here, world.model)
        if model is None:
            return False
        world.constrain(here, model)
    return True
