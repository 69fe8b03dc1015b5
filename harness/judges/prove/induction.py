"""Simultaneous induction: which proofs stand on which, until nothing PROVED rests on the unproved.

All invariants are assumed at first.  One that fails anywhere is assumed no more, and every proof
that used it is made again without it, until no invariant fails any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from harness.judges.prove.report import STRUCTURE, Failure, Goal, Proof, UnitReport

__all__ = ["Induction"]


@dataclass
class Induction:
    """The state of a proof by induction over the units of a system.

    Args:
        goals: for each unit, the properties that it has something to do with.
        invariants: those properties that may be assumed if they are proved.
    """

    goals: Mapping[str, frozenset[str]]
    invariants: frozenset[str]
    assumed: frozenset[str] = field(init=False)
    base: dict[str, Goal] = field(default_factory=dict, init=False)
    reports: dict[tuple[str, str], Goal] = field(default_factory=dict, init=False)
    feasible: set[str] = field(default_factory=set, init=False)
    spoke: set[str] = field(default_factory=set, init=False)

    def __post_init__(self) -> None:
        # Until its base case is told, an invariant is not assumed.
        self.assumed = frozenset()

    def begin(self, base: Mapping[str, Goal]) -> None:
        """Take in the base cases; invariants without one that is proved are never assumed."""
        self.base.update(base)
        self.assumed = frozenset(
            each for each in self.invariants if isinstance(self.base.get(each), Proof)
        )

    def note(self, report: UnitReport) -> None:
        """Take in what came of a unit."""
        for goal, found in report.goals.items():
            self.reports[report.unit, goal] = found
        if report.feasible:
            self.feasible.add(report.unit)
        self.spoke |= report.spoke

    def settle(self) -> frozenset[str]:
        """Assume no more what has failed; the invariants that this takes out."""
        failing = {
            goal
            for (_, goal), found in self.reports.items()
            if goal in self.assumed and isinstance(found, Failure)
        }
        self.assumed -= failing
        return frozenset(failing)

    def pending(self) -> dict[str, frozenset[str]]:
        """What is still to be proved, by unit: never tried, or proved from what fell since."""
        if self.broken_units():
            return {}
        found: dict[str, frozenset[str]] = {}
        for unit, goals in self.goals.items():
            left = {goal for goal in (*goals, STRUCTURE) if self._is_open(unit, goal)}
            if left:
                found[unit] = frozenset(left - {STRUCTURE})
        return found

    def _is_open(self, unit: str, goal: str) -> bool:
        known = self.reports.get((unit, goal))
        if known is None:
            return goal == STRUCTURE or not self.has_failed(goal)
        return (
            isinstance(known, Proof)
            and not known.needs <= self.assumed
            and (goal == STRUCTURE or not self.has_failed(goal))
        )

    def has_failed(self, goal: str) -> bool:
        """Whether a property was not proved somewhere, or not in its base case."""
        return isinstance(self.base.get(goal), Failure) or bool(self.failures(goal))

    def failures(self, goal: str) -> list[tuple[str, Failure]]:
        """The units in which a goal was not proved, with the reasons."""
        return [
            (unit, found)
            for unit in self.goals
            if isinstance(found := self.reports.get((unit, goal)), Failure)
        ]

    def broken_units(self) -> list[tuple[str, Failure]]:
        """The units that could not be followed on every path: nothing is proved of any property."""
        return self.failures(STRUCTURE)

    def is_proved(self, goal: str) -> bool:
        """Whether a property is proved: in its base case, and by every unit, from what is."""
        return isinstance(self.base.get(goal), Proof) and all(
            self._stands(unit, each)
            for unit, goals in self.goals.items()
            for each in (STRUCTURE, goal)
            if each == STRUCTURE or goal in goals
        )

    def _stands(self, unit: str, goal: str) -> bool:
        known = self.reports.get((unit, goal))
        return isinstance(known, Proof) and known.needs <= self.assumed

    def never_succeeded(self) -> Iterable[str]:
        """The units of which no successful end was shown to be reachable."""
        return [unit for unit in self.goals if unit not in self.feasible]
