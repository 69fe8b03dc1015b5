"""What earlier rounds of a campaign taught: which calls succeed, by whom and with what.

Most random calls revert, and a call that reverts changes nothing.  Between rounds the machine is
built anew with these lessons: functions that have succeeded are called more often, by those who
succeeded and with addresses and numbers that did.  Within a round nothing is learnt, so that a case
depends on nothing but the choices that Hypothesis made in it.
"""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from harness.judges.goals import Goal
from harness.step import CallStep

__all__ = ["Lesson", "Lessons"]

_ENOUGH = 8
_REMEMBERED = 8
_WORTH_OF_A_GOAL = 12
_ADDRESSES = 1 << 128
"""No amount is as large as an address looks."""


@dataclass
class Lesson:
    """What was learnt about one function.

    ``values`` are by position of the argument: addresses and byte strings, where one value in many
    is right.  Amounts are left to the pool, which knows what they should be near to.  ``wanted``
    are the values that a goal has there, if a call of the function is one.
    """

    tried: int = 0
    succeeded: int = 0
    senders: Counter[str] = field(default_factory=Counter)
    values: dict[int, list[Any]] = field(default_factory=dict)
    wanted: dict[int, list[Any]] | None = None

    def promising(self, position: int) -> tuple[Any, ...]:
        """The values of an argument that have a chance."""
        wanted = () if self.wanted is None else self.wanted.get(position, ())
        return (*self.values.get(position, ()), *wanted)


@dataclass
class Lessons:
    """The lessons by ``contract.function``."""

    of: dict[str, Lesson] = field(default_factory=dict)

    def about(self, contract: str, function: str) -> Lesson:
        """What was learnt about a function so far."""
        return self.of.get(f"{contract}.{function}", _NOTHING)

    def weight(self, contract: str, function: str) -> int:
        """How often to call a function, relative to others.

        What has succeeded is worth most where it succeeds seldom; what never has, least.
        """
        lesson = self.about(contract, function)
        if lesson.wanted is not None:
            return _WORTH_OF_A_GOAL
        if not lesson.succeeded:
            return 1 if lesson.tried >= _ENOUGH else 3
        successes = [each.succeeded for each in self.of.values() if each.succeeded]
        mean = sum(successes) / len(successes)
        if lesson.succeeded < mean / 2:
            return 8
        return 4 if lesson.succeeded < 2 * mean else 2

    def learn(self, step: CallStep, succeeded: bool) -> None:
        """Take a call's outcome in."""
        lesson = self.of.setdefault(f"{step.contract}.{step.function}", Lesson())
        lesson.tried += 1
        if not succeeded:
            return
        lesson.succeeded += 1
        lesson.senders[step.sender] += 1
        for position, value in enumerate(step.args):
            if isinstance(value, int) and not _ADDRESSES <= value < 1 << 160:
                continue
            known = lesson.values.setdefault(position, [])
            if value not in known:
                known.append(value)
                del known[:-_REMEMBERED]

    def aim(self, goals: Iterable[Goal], names: Mapping[int, str]) -> None:
        """Have the calls of goals made often, with their values, and by their senders.

        ``names`` are the actors by address; other senders cannot be had.
        """
        for goal in goals:
            function = goal.function.partition("(")[0]
            lesson = self.of.setdefault(f"{goal.contract}.{function}", Lesson())
            wanted = {} if lesson.wanted is None else lesson.wanted
            for position, value in enumerate(goal.args):
                known = wanted.setdefault(position, [])
                if value not in known:
                    known.append(value)
            lesson.wanted = wanted
            if goal.sender in names:
                lesson.senders[names[goal.sender]] += 1

    def copy(self) -> Lessons:
        """The lessons as they are now, safe from later ones."""
        return copy.deepcopy(self)


_NOTHING = Lesson()
