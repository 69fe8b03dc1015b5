"""Which assumptions a proof really rests on: each is left out in turn, and the proof made again.

A proof names the assumptions that were on the table when it succeeded, not those that it could not
do without.  Without one of the latter, called *load-bearing*, it is not found any more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from harness.judges.prove.induction import Induction
from harness.judges.prove.report import STRUCTURE, Failure, Proof, UnitReport
from harness.judges.prove.work import Order

__all__ = ["Ablation"]


@dataclass
class Ablation:
    """What is left out of proofs, and what came of that."""

    induction: Induction
    bearing: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set), init=False)
    """By goal, the assumptions without which some unit does not prove it."""

    def orders(self) -> Iterator[tuple[str, Order]]:
        """What to prove again, and what is left out of it."""
        assumed = self.induction.assumed
        for without in sorted(assumed):
            for unit, goals in self.induction.goals.items():
                # An invariant rests on itself: that is what induction means.
                resting = frozenset(
                    goal
                    for goal in (*goals, STRUCTURE)
                    if goal != without and self._needs(unit, goal, without)
                )
                if resting:
                    also = self.induction.callers_of(unit)
                    goals_left = resting - {STRUCTURE}
                    yield without, Order(unit, goals_left, assumed - {without}, also=also)

    def _needs(self, unit: str, goal: str, name: str) -> bool:
        found = self.induction.reports.get((unit, goal))
        return isinstance(found, Proof) and name in found.needs

    def note(self, without: str, report: UnitReport) -> None:
        """Take in what came of a unit where something was left out."""
        for goal, found in report.goals.items():
            if isinstance(found, Failure) and self._needs(report.unit, goal, without):
                self.bearing[goal].add(without)
