"""Following a sequence of transactions on every path, without Manticore's own main loop.

That loop never ends when a state dies while others are ready, and lets states die quietly. Here a
path ends in a result, outside of the bounds, or with the name of a guard.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from manticore.core.smtlib import expression as smt

from .expressions import FALSE, TRUE, canonical
from .guards import Excluded, Tripped
from .machine import Fork, Pick
from .world import World

__all__ = ["Ended", "Limits", "follow"]

Begin = Callable[[World, int], None]
"""Begins the transaction of a number on a world, the path of which it may constrain."""


@dataclass(frozen=True)
class Limits:
    """Where following paths stops, each a guard."""

    paths: int
    steps: int
    """Instructions of one path."""


@dataclass(frozen=True)
class Ended:
    """The end of one path; without a guard, all of its transactions have ended."""

    world: World
    guard: str = ""
    reason: str = ""


def follow(first: World, transactions: Sequence[Begin], limits: Limits) -> Iterator[Ended]:
    """Every path through some transactions, each of which but the last must succeed."""
    waiting = [first]
    count = 0
    while waiting:
        world = waiting.pop()
        try:
            forked = _run(world, transactions, limits)
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
        if forked is None:
            count += 1
            yield Ended(world)
        else:
            waiting += forked
        if count + len(waiting) > limits.paths:
            yield Ended(world, "paths", f"more than {limits.paths} paths")
            return


def _run(world: World, transactions: Sequence[Begin], limits: Limits) -> list[World] | None:
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
            return _forked(world, fork)


def _forked(world: World, fork: Fork) -> list[World]:
    """The worlds in which a condition is true, and those in which it is not."""
    found = []
    solver = world.shared.solver
    negation = canonical(smt.BoolNot(value=fork.condition))
    for chosen, holds in ((negation, False), (fork.condition, True)):
        if chosen is FALSE or (chosen is not TRUE and not solver.possible(world.path, chosen)):
            continue
        copy = world.fork()
        copy.constrain(chosen)
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
