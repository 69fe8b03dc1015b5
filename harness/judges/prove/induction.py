"""Simultaneous induction: which proofs stand on which, until nothing PROVED rests on the unproved.

All that may be assumed is assumed at first: invariants, and that some transitions are stable.  What
fails anywhere, in its base case or in a unit, is assumed no more, and every proof that used it is
made again without it, until nothing that is assumed fails any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from harness.judges.prove.report import STRUCTURE, Failure, Goal, Proof, Replays, UnitReport

__all__ = ["Induction"]


@dataclass
class Induction:
    """The state of a proof by induction over the units of a system.

    Args:
        goals: for each unit, the goals that it has something to do with.
        assumable: those goals that may be assumed if they are proved.
        separate: those goals that are tried in every unit, also when they have failed in another.
        apart: those goals that are proved by units of their own, whatever comes of the others; a
            unit with nothing but such goals is one of those.
    """

    goals: Mapping[str, frozenset[str]]
    assumable: frozenset[str]
    separate: frozenset[str] = frozenset()
    apart: frozenset[str] = frozenset()
    assumed: frozenset[str] = field(init=False)
    base: dict[str, Goal] = field(default_factory=dict, init=False)
    reports: dict[tuple[str, str], Goal] = field(default_factory=dict, init=False)
    feasible: set[str] = field(default_factory=set, init=False)
    spoke: set[str] = field(default_factory=set, init=False)
    callers: dict[str, frozenset[str]] = field(default_factory=dict, init=False)
    """By contract, which contracts call it while it runs: its units are proved for those, too."""
    replays: dict[str, Replays] = field(default_factory=dict, init=False)
    """By unit, how many of its paths were made on py-evm."""
    written: frozenset[tuple[str, str, str]] = field(default=frozenset(), init=False)
    """Which functions were seen writing which variables."""

    def __post_init__(self) -> None:
        self.assumed = self.assumable

    def begin(self, base: Mapping[str, Goal]) -> None:
        """Take in the base cases, of all goals: without one, nothing is assumed any more."""
        self.base.update(base)
        self.assumed = frozenset(
            each for each in self.assumed if isinstance(self.base.get(each), Proof)
        )

    def callers_of(self, unit: str) -> frozenset[str]:
        """The contracts for whose calls a unit must be proved, too."""
        return self.callers.get(unit.partition(".")[0], frozenset())

    def note(self, report: UnitReport) -> None:
        """Take in what came of a unit; nothing if it leaves out somebody who calls it after all."""
        for caller, contract in report.reentered:
            known = self.callers.get(contract, frozenset())
            if caller not in known:
                self.callers[contract] = known | {caller}
                for unit, goal in list(self.reports):
                    if unit.partition(".")[0] == contract:
                        del self.reports[unit, goal]
        if not self.callers_of(report.unit) <= report.also:
            return
        self.written |= report.written
        for goal, found in report.goals.items():
            self.reports[report.unit, goal] = found
        made, before = report.replays, self.replays.get(report.unit, Replays())
        if made is not None and made.paths >= before.paths:
            self.replays[report.unit] = made
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
        """What is still to be proved, by unit: never tried, or proved from what fell since.

        Nothing of a unit that could not be followed.
        """
        found: dict[str, frozenset[str]] = {}
        for unit, goals in self.goals.items():
            if isinstance(self.reports.get((unit, STRUCTURE)), Failure):
                continue
            left = {goal for goal in (*goals, STRUCTURE) if self._is_open(unit, goal)}
            if left:
                found[unit] = frozenset(left - {STRUCTURE})
        return found

    def _is_open(self, unit: str, goal: str) -> bool:
        known = self.reports.get((unit, goal))
        if known is None:
            return goal == STRUCTURE or not self._is_lost(goal)
        return (
            isinstance(known, Proof)
            and not known.needs <= self.assumed
            and (goal == STRUCTURE or not self._is_lost(goal))
        )

    def _is_lost(self, goal: str) -> bool:
        """Whether it makes no difference any more what comes of a goal in further units."""
        if goal in self.separate:
            return isinstance(self.base.get(goal), Failure)
        return self.has_failed(goal)

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
            self.stands(unit, each)
            for unit, goals in self.goals.items()
            for each in (STRUCTURE, goal)
            if goal in goals or (each == STRUCTURE and self._matters(goals, goal))
        )

    def _matters(self, goals: frozenset[str], goal: str) -> bool:
        """Whether a unit with some goals must be followed to its ends for a goal to be proved."""
        return goal not in self.apart or bool(goals and goals <= self.apart)

    def stands(self, unit: str, goal: str) -> bool:
        """Whether a goal of a unit is proved, from what is proved itself."""
        known = self.reports.get((unit, goal))
        return isinstance(known, Proof) and known.needs <= self.assumed

    def never_succeeded(self) -> Iterable[str]:
        """The units of which no successful end was shown to be reachable."""
        return [unit for unit in self.goals if unit not in self.feasible]
