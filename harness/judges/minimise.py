"""Making a witness short: fewer steps first, then plainer values.

Every judge's counterexamples come here, however they were found, so it works on steps and not on
the choices of whoever drew them.  Each candidate is run from deployment; it is taken if the same
property breaks in it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from harness.step import CallStep, ClockStep, RelayStep, Step
from harness.world import Value

__all__ = ["Attempt", "minimise"]

Attempt = Callable[[tuple[Step, ...]], "int | None"]
"""Runs steps from deployment: the number of steps up to the one that breaks the property, or
``None`` if none does."""

_SHORT = 6
_MOST_ATTEMPTS = 800
_AMOUNTS = 1 << 128
"""No amount is larger; an address is, and another address is no plainer."""


def minimise(
    steps: Sequence[Step],
    attempt: Attempt,
    *,
    actors: Sequence[str],
    sends: Callable[[tuple[Step, ...]], Sequence[Sequence[tuple[str, int]]]],
) -> tuple[Step, ...]:
    """The shortest and plainest steps that could be found that still break the property.

    ``actors`` are the senders to prefer, first choice first.  ``sends`` tells which messages
    (channel, number) each of some steps sends, so that those that relay later ones can be
    renumbered when a step is left out.  Deterministic; tries a bounded number of candidates.
    """
    search = _Search(tuple(steps), attempt, sends)
    search.shorten()
    search.simplify(actors)
    search.leap()
    search.shorten()
    return search.best


class _Search:
    def __init__(
        self,
        steps: tuple[Step, ...],
        attempt: Attempt,
        sends: Callable[[tuple[Step, ...]], Sequence[Sequence[tuple[str, int]]]],
    ) -> None:
        self.best = steps
        self._attempt = attempt
        self._sends = sends
        self._left = _MOST_ATTEMPTS
        self._tried: set[tuple[Step, ...]] = set()

    def _take(self, candidate: tuple[Step, ...]) -> bool:
        if self._left <= 0 or candidate in self._tried or not candidate:
            return False
        self._tried.add(candidate)
        self._left -= 1
        length = self._attempt(candidate)
        if length is None:
            return False
        self.best = candidate[:length]
        return True

    def shorten(self) -> None:
        """Leave out chunks of steps, large ones first, until no single step can be left out."""
        self._take(self.best)
        size = max(1, len(self.best) // 2)
        while True:
            removed = False
            end = len(self.best)
            while end > 0:
                start = max(0, end - size)
                before = len(self.best)
                if before > size and self._take(self._without(start, end)):
                    removed = True
                    end = min(start, len(self.best))
                else:
                    end = start if size > 1 else end - 1
            if size > 1:
                size //= 2
            elif not removed:
                return

    def leap(self) -> None:
        """Leave out a step and make a later amount small, which neither alone would survive."""
        if len(self.best) > _SHORT:
            return
        for start in range(len(self.best) - 1, -1, -1):
            if start >= len(self.best) or len(self.best) == 1:
                continue
            left = self._without(start, start + 1)
            for index, step in enumerate(left[start:], start):
                small = _small(step)
                if any(self._take((*left[:index], each, *left[index + 1 :])) for each in small):
                    break

    def _without(self, start: int, end: int) -> tuple[Step, ...]:
        """The steps without some, and the later ones renumbered to relay what is still sent."""
        gone = {message for each in self._sends(self.best)[start:end] for message in each}
        kept: list[Step] = []
        for step in (*self.best[:start], *self.best[end:]):
            if isinstance(step, RelayStep):
                if (step.channel, step.message) in gone:
                    continue
                earlier = sum(c == step.channel and n < step.message for c, n in gone)
                kept.append(dataclasses.replace(step, message=step.message - earlier))
            else:
                kept.append(step)
        return tuple(kept)

    def simplify(self, actors: Sequence[str]) -> None:
        """Try fewer and plainer actors, then plainer values in each step, one at a time."""
        rank = {actor: place for place, actor in enumerate(actors)}
        for plain in actors:
            senders = {getattr(step, "sender", plain) for step in self.best}
            for other in sorted(s for s in senders if rank.get(s, len(rank)) > rank[plain]):
                self._take(tuple(_recast(step, other, plain) for step in self.best))
        self.shorten()
        before: tuple[Step, ...] = ()
        while self.best != before:  # a smaller amount in one step may allow one in another
            before = self.best
            for index in range(len(self.best)):
                self._plain(index, actors)
                self._lower(index)

    def _plain(self, index: int, actors: Sequence[str]) -> None:
        improved = True
        while improved and index < len(self.best):
            improved = any(
                self._replace(index, plainer) for plainer in _plainer(self.best[index], actors)
            )

    def _replace(self, index: int, step: Step) -> bool:
        return self._take((*self.best[:index], step, *self.best[index + 1 :]))

    def _lower(self, index: int) -> None:
        """Look for the least of each number in a step that still breaks it, by bisection."""
        position = 0
        while index < len(self.best) and position < len(_amounts(self.best[index])):
            high, changed = _amounts(self.best[index])[position]
            low = 0
            while high - low > 1:
                middle = (low + high) // 2
                if self._replace(index, changed(middle)):
                    high = middle
                else:
                    low = middle
            position += 1


def _amounts(step: Step) -> list[tuple[int, Callable[[int], Step]]]:
    """The numbers in a step that have a size, each with what makes the step with another one."""
    if isinstance(step, ClockStep):
        return [(step.blocks, lambda blocks: dataclasses.replace(step, blocks=blocks))]
    if isinstance(step, RelayStep):
        return []
    return [
        (step.value, lambda value: dataclasses.replace(step, value=value)),
        *(
            (arg, partial(_with_argument, step, position))
            for position, arg in enumerate(step.args)
            if _is_amount(arg)
        ),
    ]


def _is_amount(arg: Value) -> bool:
    return isinstance(arg, int) and not isinstance(arg, bool) and 0 <= arg < _AMOUNTS


def _with_argument(step: CallStep, position: int, arg: Value) -> CallStep:
    args = (*step.args[:position], arg, *step.args[position + 1 :])
    return dataclasses.replace(step, args=args)


def _small(step: Step) -> list[Step]:
    """The step with one of its amounts replaced by one that is next to nothing."""
    if not isinstance(step, CallStep):
        return []
    found: list[Step] = []
    for amount in (0, 1, 2):
        for position, arg in enumerate(step.args):
            if isinstance(arg, int) and not isinstance(arg, bool) and amount < arg < _AMOUNTS:
                args = (*step.args[:position], amount, *step.args[position + 1 :])
                found.append(dataclasses.replace(step, args=args))
        if amount < step.value:
            found.append(dataclasses.replace(step, value=amount))
    return found


def _recast(step: Step, actor: str, other: str) -> Step:
    """The step made by another actor, if it was made by this one."""
    if isinstance(step, ClockStep) or step.sender != actor:
        return step
    return dataclasses.replace(step, sender=other)


def _plainer(step: Step, actors: Sequence[str]) -> Iterator[Step]:
    """Steps that do nearly the same and are easier to read, best first."""
    if isinstance(step, ClockStep):
        for blocks in _smaller(step.blocks):
            yield dataclasses.replace(step, blocks=blocks)
        if step.lag:
            yield dataclasses.replace(step, lag=0)
        return
    for actor in actors:
        if actor == step.sender:
            break
        yield dataclasses.replace(step, sender=actor)
    if isinstance(step, CallStep):
        for value in _smaller(step.value):
            yield dataclasses.replace(step, value=value)
        for position, arg in enumerate(step.args):
            for simple in _simpler(arg):
                yield _with_argument(step, position, simple)


def _simpler(arg: Value) -> Iterator[Value]:
    if isinstance(arg, bool):
        if arg:
            yield False
    elif _is_amount(arg):
        yield from _smaller(arg)
    elif isinstance(arg, bytes) and arg and len(arg) % 32:
        yield b""


def _smaller(number: int) -> Iterator[int]:
    """Round numbers nearer to 0, the plainest first."""
    return (candidate for candidate in (0, 1, 2, 10, 100, 10**18) if candidate < number)
