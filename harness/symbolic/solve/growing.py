"""Queries of many conditions, asked of few at first: more are added where a model violates them.

Of hundreds of conditions a proof needs a few. A solver that is given all of them takes long to find
out which, and one that must be able to say which ones it used leaves out what makes it fast. So it
is given the negated goal alone, and then, round by round, some of the conditions that its model
violates: those that speak of what was given so far first, and of these the short ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from harness.symbolic.solve.models import Completed
from harness.symbolic.terms.evaluate import Assignment
from harness.symbolic.terms.node import APP, BVAR, VAR, Bool, Term

__all__ = ["Growing"]

_FIRST = 16
"""Conditions that are added first; each time twice as many."""


@dataclass
class Growing:
    """The conditions of a query that were given to a solver, and those that were not."""

    conditions: Sequence[Bool]
    """The last one is given from the start."""
    given: list[Bool] = field(init=False)
    model: Completed | None = field(init=False, default=None)
    """The last assignment, with values for all that the conditions speak of."""

    def __post_init__(self) -> None:
        self.given = [self.conditions[-1]]
        self._left = dict.fromkeys(self.conditions)
        del self._left[self.given[0]]
        self._most = _FIRST
        self._spoken: set[Term] = set(_unknowns(self.given[0]))
        self._about: dict[Bool, frozenset[Term]] = {}

    def grow(self, assignment: Assignment) -> bool:
        """Give some of the conditions that an assignment violates; whether there are any."""
        self.model = Completed(assignment)
        violated = [each for each in self._left if not self.model.satisfies((each,))]
        for each in violated:
            if each not in self._about:
                self._about[each] = _unknowns(each)
        violated.sort(key=self._distance)
        for each in violated[: self._most]:
            self.given.append(each)
            self._spoken |= self._about.pop(each)
            del self._left[each]
        self._most *= 2
        return bool(violated)

    def _distance(self, condition: Bool) -> tuple[bool, int]:
        about = self._about[condition]
        return about.isdisjoint(self._spoken), len(about)


def _unknowns(root: Term) -> frozenset[Term]:
    """The variables and applications in a term."""
    seen: set[Term] = set()
    found: set[Term] = set()
    stack: list[Term] = [root]
    while stack:
        node = stack.pop()
        if node not in seen:
            seen.add(node)
            stack.extend(node.args)
            if node.op in (APP, VAR, BVAR):
                found.add(node)
    return frozenset(found)
