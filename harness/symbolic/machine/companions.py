"""What authors compute beside a loop: variables in the proof of a round, functions of what the loop
begins with once it is over.

A companion's last value is a function of the inputs like the items' own, since rounds compute with
nothing else: uninterpreted for a solver, and exact for the evaluator, which runs the loop.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from harness.loop import Loop
from harness.symbolic.explore import explore
from harness.symbolic.machine.bodies import Body
from harness.symbolic.terms import Bool, Function, Int, int_var
from harness.symbolic.terms.functions import NotEvaluated
from harness.symbolic.terms.node import WORD
from harness.symbolic.values import SymInt, int_term
from harness.world import Value

__all__ = ["Beside", "beside"]

_MOST_BITS: Final = 1 << 12
"""Bits of a companion that is worked out."""

_MOST_PATHS: Final = 64

Terms = Sequence[Int]


@dataclass(frozen=True)
class Beside:
    """The companions of a loop of some bytecode."""

    loop: Loop
    places: tuple[int, ...]
    """Which of the inputs each item of the author's is."""
    last: tuple[Function, ...]
    """The last value of each, as a function of the inputs at first."""

    def variables(self, name: str) -> tuple[Int, ...]:
        """Variables for their values at the head."""
        return tuple(int_var(f"{name}: {each.name}") for each in self.loop.beside)

    def after(
        self, inputs: Terms, now: Terms, later: Terms, known: Terms = ()
    ) -> list[tuple[tuple[Bool, ...], tuple[Int, ...]]]:
        """Their values after a round, each with the condition under which it has them.

        Args:
            now: their values before it.
            later: the inputs after it.
            known: variables for their values after it, for those that are made of others.
        """

        def step() -> tuple[Value, ...]:
            before = self.loop.at(self._values(inputs), tuple(map(SymInt, now)))
            return self.loop.beside_after(before, self._values(later), tuple(map(SymInt, known)))

        found = []
        for path in explore(step, max_paths=_MOST_PATHS):
            assert path.result is not None
            found.append((path.condition, tuple(map(int_term, path.result))))
        return found

    def _values(self, terms: Terms) -> tuple[SymInt, ...]:
        return tuple(SymInt(terms[place]) for place in self.places)


def beside(body: Body, loop: Loop, places: tuple[int, ...]) -> Beside:
    """The companions that an author declares of a loop that the bytecode has."""

    @lru_cache(4096)
    def values(inputs: tuple[int, ...]) -> tuple[int, ...]:
        return _values(body, loop, places, inputs)

    def exact(number: int) -> Callable[..., int]:
        # Off the paths that know them to be words, terms may have other values.
        return lambda *inputs: values(tuple(value % WORD for value in inputs))[number]

    return Beside(
        loop,
        places,
        tuple(
            Function(
                f"loop {body.name} {loop.name}.{each.name}", len(body.inputs), None, None, exact(at)
            )
            for at, each in enumerate(loop.beside)
        ),
    )


def _values(
    body: Body, loop: Loop, places: tuple[int, ...], inputs: tuple[int, ...]
) -> tuple[int, ...]:
    """The companions when the loop is at its head for the last time.

    Raises NotEvaluated where they are too large, or too many rounds lead there.
    """
    heads = (tuple(head[place] for place in places) for head in body.heads(inputs))
    before = next(heads)
    found = loop.beside_first(before)
    for after in heads:
        if any(value.bit_length() > _MOST_BITS for value in map(int, found)):
            raise NotEvaluated(f"a companion of the loop {loop.name!r} is very large")
        found = loop.beside_after(loop.at(before, found), after)
        before = after
    return tuple(map(int, found))
