"""Loops in Python: what a loop without a bound computes, and what holds however long it runs.

    from harness import loop

    @loop
    def power(n: int, x: int, z: int) -> tuple[int, int, int]:
        \"\"\"A power in fixed point, by squaring and multiplying.\"\"\"
        while n != 0:
            x = (x * x + HALF) // ONE
            if n % 2 != 0:
                z = (z * x + HALF) // ONE
            n //= 2
        return n, x, z

    @power.over
    def nothing_is_left(now: Items) -> bool:
        return now.n == 0

    @power.invariant
    def it_never_falls(first: Items, now: Items) -> bool | None:
        \"\"\"From 1 on, the result never falls.\"\"\"
        return now.z >= first.z if first.x >= ONE and first.z >= ONE else None

    class Pool(System):
        loops = (power,)

The parameters are the items that the loop computes with; what is returned are their last values, in
the same order.  The function only tells which item of the bytecode is which, by its values on some
numbers: nothing is taken from it.  Each law is proved by two solvers on what a round of the
bytecode does, and one that is not proved is not used:

- an *invariant* speaks of the items when the loop begins and whenever it is at its head.  It must
  hold at first, and a round must keep it together with the other invariants;
- a *relation* speaks of two runs of the loop.  If it holds of them at first, it holds when both are
  over.  It must be kept by a round of both, and by a round of one when the other is over;
- a *round* speaks of the items before and after a round.

A loop may have *companions*: whole numbers of any size that are computed beside it, such as what it
computes in exact arithmetic, and how often it has rounded.  Invariants speak of them as of items,
which ties what the loop gives to what is exact:

    @power.companion(lambda first: first.x)
    def base(now: Items, after: Items) -> int:
        \"\"\"The numerator of the exact base.\"\"\"
        return now.base * now.base

It has the name of the function, begins as the lambda says, and becomes in a round what the function
returns, from items and companions before the round, and from the items and the companions that are
declared before it after the round.
Companions are defined by that alone: nothing is assumed of them.

Laws are about whole numbers from 0 on, and branching in them works as in properties.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from harness.errors import LookupProblem, UsageError
from harness.world import Value

__all__ = ["Companion", "Items", "Law", "LawKind", "Loop", "loop"]


class LawKind(Enum):
    """What a law of a loop speaks of."""

    INVARIANT = "invariant"
    RELATION = "relation"
    ROUND = "round"


class Items:
    """The items that a loop computes with, at one time, as attributes."""

    def __init__(self, values: Mapping[str, Value]) -> None:
        self._values = dict(values)

    def __getattr__(self, name: str) -> Value:
        values = self.__dict__.get("_values", {})
        if name not in values:
            raise LookupProblem(
                f"the loop has no item named {name!r}", fix=f"it has {', '.join(values)}"
            )
        return values[name]


@dataclass(frozen=True)
class Law:
    """One law of a loop; ``statement`` is the first paragraph of its docstring."""

    name: str
    kind: LawKind
    statement: str
    body: Callable[[Items, Items], Any]

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Companion:
    """A number that is computed beside a loop; see the module."""

    name: str
    begin: Callable[[Items], Value]
    """Its value when the loop begins, from the items then."""
    step: Callable[[Items, Items], Value]
    """Its value after a round."""


@dataclass(eq=False)
class Loop:
    """A loop and its laws; see the module for how to write one."""

    name: str
    items: tuple[str, ...]
    meaning: Callable[..., tuple[int, ...]]
    """The last values of the items, from the first ones."""
    laws: list[Law] = field(default_factory=list)
    ends: Callable[[Items], Any] | None = None
    """Whether a run is over: what relations need."""
    beside: list[Companion] = field(default_factory=list)
    """What is computed beside it."""

    def invariant(self, body: Callable[[Items, Items], Any]) -> Law:
        """Declare what holds of the first items and of those at the head, whenever it is there."""
        return self._declare(LawKind.INVARIANT, body)

    def relation(self, body: Callable[[Items, Items], Any]) -> Law:
        """Declare what holds of two runs when they are over, if it does when they begin."""
        return self._declare(LawKind.RELATION, body)

    def round(self, body: Callable[[Items, Items], Any]) -> Law:
        """Declare what holds of the items before and after one round."""
        return self._declare(LawKind.ROUND, body)

    def companion(
        self, begin: Callable[[Items], Value]
    ) -> Callable[[Callable[[Items, Items], Any]], Companion]:
        """Declare a number that is computed beside the loop, by its value when it begins."""

        def declare(step: Callable[[Items, Items], Any]) -> Companion:
            name = step.__name__
            if name in (*self.items, *(each.name for each in self.beside)):
                raise UsageError(
                    f"the loop has an item or a companion named {name!r} already",
                    where=f"loop {self.name!r}",
                    fix="give the companion a name of its own",
                )
            made = Companion(name, begin, step)
            self.beside.append(made)
            return made

        return declare

    def over(self, body: Callable[[Items], Any]) -> Callable[[Items], Any]:
        """Declare when a run is over."""
        self.ends = body
        return body

    def at(self, values: Sequence[Value], beside: Sequence[Value] = ()) -> Items:
        """The items with some values, in the order of the parameters, and as many companions."""
        found = dict(zip(self.items, values, strict=True))
        found.update(zip((each.name for each in self.beside), beside, strict=False))
        return Items(found)

    def begun(self, values: Sequence[Value]) -> Items:
        """The items and companions when the loop begins with some values."""
        return self.at(values, self.beside_first(values))

    def beside_first(self, values: Sequence[Value]) -> tuple[Value, ...]:
        """The companions when the loop begins with some values."""
        return tuple(each.begin(self.at(values)) for each in self.beside)

    def beside_after(
        self, now: Items, after: Sequence[Value], known: Sequence[Value] = ()
    ) -> tuple[Value, ...]:
        """The companions after a round.

        Args:
            after: the items then.
            known: names for the companions then, which those that are declared later may use.
        """
        found: list[Value] = []
        for place, each in enumerate(self.beside):
            found.append(each.step(now, self.at(after, (known or found)[:place])))
        return tuple(found)

    def _declare(self, kind: LawKind, body: Callable[[Items, Items], Any]) -> Law:
        where = f"loop {self.name!r}, {body.__name__!r}"
        statement = " ".join((inspect.getdoc(body) or "").split("\n\n")[0].split())
        if not statement:
            raise UsageError(
                "a law of a loop needs a docstring: it is its statement",
                where=where,
                fix="say in one sentence what holds",
            )
        if len(inspect.signature(body).parameters) != 2:
            raise UsageError(f"{article(kind)} of a loop takes two sets of items", where=where)
        if kind is LawKind.RELATION and self.ends is None:
            raise UsageError(
                "a relation speaks of two runs that are over, and it is not said when they are",
                where=where,
                fix=f"declare that first, with @{self.name}.over",
            )
        made = Law(body.__name__, kind, statement, body)
        self.laws.append(made)
        return made


def article(kind: LawKind) -> str:
    """A kind of law with its article."""
    return f"{'an' if kind is LawKind.INVARIANT else 'a'} {kind.value}"


def loop(meaning: Callable[..., tuple[int, ...]]) -> Loop:
    """Declare a loop by what it computes; see the module."""
    items = tuple(inspect.signature(meaning).parameters)
    if not items:
        raise UsageError(
            "a loop without items computes nothing",
            where=f"loop {meaning.__name__!r}",
            fix="give it the items that it computes with as parameters",
        )
    return Loop(meaning.__name__, items, meaning)
