"""What is true of a cut loop for any number of rounds, found and proved once for its code.

A law is a bound that every round keeps: if some items are at least a number when the loop begins,
so they are whenever it is at its head. The numbers are those in the code of the loop, the items are
what is left when all that a round may take below the bound are dropped. That a round keeps a bound
is proved by two solvers, from nothing but that bound, so that it holds of the loop wherever it is
run: a power in fixed point by squaring and multiplying is 1 or more if its base is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Final

from harness.symbolic.machine.bodies import Body
from harness.symbolic.solve import Limits, Proved, Query, check
from harness.symbolic.terms import (
    Assignment,
    Bool,
    Int,
    Term,
    and_,
    compare,
    const,
    evaluate,
    imply,
    word_var,
)
from harness.symbolic.terms.evaluate import Unassigned
from harness.symbolic.terms.node import CONST, VAR
from harness.symbolic.terms.rebuild import substitute

if TYPE_CHECKING:
    from harness.symbolic.machine.cuts import Round

__all__ = ["Bound", "kept"]

_SOON: Final = Limits(seconds=0.5)
"""For a question that another answer may make easier."""
_LIMITS: Final = Limits(seconds=2)
_LEAST: Final = 2
"""Smaller numbers tell little."""
_MOST: Final = 4
"""Numbers that are tried, the greatest first."""
_MOST_INPUTS: Final = 4
"""Loops with more inputs are not tried on samples, and have no laws."""


@dataclass(frozen=True)
class Bound:
    """Some items stay at or above a number if they begin there."""

    least: int
    places: frozenset[int]
    """Places of the items among the inputs."""

    def about(self, place: int, inputs: Sequence[Int], last: Int) -> list[Bool]:
        """The fact that it gives of the last value of one of the inputs."""
        if place not in self.places:
            return []
        bound = const(self.least)
        begins = and_(*(compare.ge(inputs[each], bound) for each in sorted(self.places)))
        return [imply(begins, compare.ge(last, bound))]


def kept(body: Body, rounds: Sequence[Round], inputs: Sequence[Int]) -> tuple[Bound, ...]:
    """The bounds that every round keeps.

    Args:
        rounds: every way through the body from any stack, with the items of `body.changed` then.
        inputs: variables for the items of `body.inputs` at the head.
    """
    if len(inputs) > _MOST_INPUTS:
        return ()
    found: list[Bound] = []
    numbers = sorted((n for n in body.numbers if n >= _LEAST), reverse=True)
    for least in numbers[:_MOST]:
        places = _places(body, rounds, inputs, least)
        if places:
            found.append(Bound(least, places))
    return tuple(found)


def _places(
    body: Body, rounds: Sequence[Round], inputs: Sequence[Int], least: int
) -> frozenset[int]:
    """The largest set of items that every round keeps at or above a number together."""
    ends = {body.inputs.index(depth): at for at, depth in enumerate(body.changed)}
    places = set(ends)
    while places:
        begins = [compare.ge(inputs[place], const(least)) for place in sorted(places)]
        lost = _lost_on_samples(rounds, inputs, least, begins, {p: ends[p] for p in places})
        if not lost:
            lost = _lost(rounds, begins, {p: ends[p] for p in places}, least)
        if not lost:
            break
        places -= lost
    return frozenset(places)


def _lost_on_samples(
    rounds: Sequence[Round],
    inputs: Sequence[Int],
    least: int,
    begins: Sequence[Bool],
    ends: dict[int, int],
) -> set[int]:
    """Items that fall below the number in some round on numbers around it: saves asking."""
    lost: set[int] = set()
    for values in product((0, 1, least, least + 1, 2 * least), repeat=len(inputs)):
        assigned = Assignment({each.data: v for each, v in zip(inputs, values, strict=True)})
        for each in rounds:
            try:
                if all(evaluate(c, assigned) for c in (*begins, *each.conditions)):
                    lost |= {
                        p for p, at in ends.items() if evaluate(each.items[at], assigned) < least
                    }
            except Unassigned:
                return set(ends)
    return lost


def _lost(
    rounds: Sequence[Round], begins: Sequence[Bool], ends: Mapping[int, int], least: int
) -> set[int]:
    """Items of which two solvers do not agree that every round keeps them."""
    lost: set[int] = set()
    for each in rounds:
        known: dict[Term, Int] = {}
        waiting = set(ends)
        while waiting:
            found: set[int] = set()
            for limits in (_SOON, _LIMITS):
                found = found or {
                    p for p in waiting if _is_kept(each, begins, known, ends[p], least, limits)
                }
            if not found:
                break
            waiting -= found
            known.update((each.items[ends[p]], _any(ends[p])) for p in found)
        lost |= waiting
    return lost


def _any(at: int) -> Int:
    return word_var(f"after a round {at}")


def _is_kept(
    each: Round,
    begins: Sequence[Bool],
    known: Mapping[Term, Int],
    at: int,
    least: int,
    limits: Limits,
) -> bool:
    """Whether two solvers agree that a round keeps an item at or above the number.

    Items that it is known to keep stand for any such words: the fewer products a question has in
    each other, the sooner it is answered.
    """
    made = {term: word for term, word in known.items() if term.op not in (VAR, CONST)}
    goal = compare.ge(substitute(each.items[at], made), const(least))
    bounds = (*begins, *(compare.ge(word, const(least)) for word in made.values()))
    conditions = tuple(substitute(condition, made) for condition in each.conditions)
    for more in ((), conditions):
        answer = check(Query((*bounds, *more), goal, "a round keeps a bound"), limits, confirm=True)
        if isinstance(answer, Proved) and answer.confirmed_by:
            return True
    return False
