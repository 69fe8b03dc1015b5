"""A question for the solvers, and the answers that there can be."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

from harness.symbolic.solve.lower import Lowering
from harness.symbolic.terms.boolean import not_
from harness.symbolic.terms.evaluate import Assignment
from harness.symbolic.terms.node import TRUE, Bool

_Z3_UNITS = 10_000_000
_CVC5_UNITS = 400_000
"""Resource units that a solver spends in a second, on sums and products of words."""

_SLOW = 20
_STALLED = 10
"""A machine that is this many times as slow still gets its answers, and some seconds more."""


@dataclass(frozen=True, slots=True)
class Query:
    """Does the goal hold wherever all the assumptions do?"""

    assumptions: tuple[Bool, ...]
    goal: Bool
    name: str = "query"

    def conditions(self) -> tuple[Bool, ...]:
        """What a counterexample satisfies: the assumptions, and the negation of the goal."""
        return (*self.assumptions, not_(self.goal))

    def lower(self, lemmas: Iterable[Bool] = (), *, guarded: bool = False) -> Lowering:
        """The conditions in SMT-LIB, with further facts that hold everywhere."""
        lowering = Lowering(guarded=guarded)
        lowering.add(self.conditions(), lemmas)
        return lowering

    def smtlib(self) -> str:
        """The query as SMT-LIB 2.6 text: unsatisfiable if and only if the goal follows.

        Up to functions that the solver does not know: there, `unsat` is final and `sat` is not.
        """
        return self.lower().text(f"{self.name}: unsat means that the goal follows")


@dataclass(frozen=True, slots=True)
class Proved:
    """Z3 answered `unsat`."""

    confirmed_by: tuple[str, ...] = ()
    """The other solvers that answered `unsat` too."""
    unconfirmed: str | None = None
    """Why a second solver that was asked did not confirm."""
    used: frozenset[Bool] | None = field(default=None, compare=False)
    """Conditions that both solvers found to be enough; None where only all of them were seen to."""


@dataclass(frozen=True, slots=True)
class Counterexample:
    """An assignment that satisfies the assumptions and not the goal, by exact evaluation."""

    assignment: Assignment
    refinements: int = 0
    """How many wrong models were excluded before this one."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """No answer, and why: never to be taken for a proof or a refutation."""

    reason: str


Answer: TypeAlias = Proved | Counterexample | Unknown


@dataclass(frozen=True, slots=True)
class Limits:
    """What one question may cost.

    Solvers count their steps, and stop after as many as they take in some seconds of a quiet
    machine, so that an answer does not depend on what else is running.
    """

    seconds: float = 30.0
    """About as long as a solver may take for one call."""
    rlimit: int = 0
    """Z3's resource units per call, if it is to be other than what the seconds stand for."""
    refinements: int = 12
    """How many wrong models are excluded before giving up."""
    seed: int = field(default=0)

    @property
    def z3_units(self) -> int:
        """Z3's resource units per call."""
        return self.rlimit or max(1, int(self.seconds * _Z3_UNITS))

    @property
    def cvc5_units(self) -> int:
        """cvc5's resource units per call."""
        return max(1, int(self.seconds * _CVC5_UNITS))

    @property
    def milliseconds(self) -> int:
        """Wall time after which a call is given up in any case: far more than it takes."""
        return int(1000 * (_STALLED + _SLOW * self.seconds))


def satisfiable(*conditions: Bool) -> Query:
    """The query whose counterexamples are the assignments that satisfy the conditions."""
    return Query(conditions, not_(TRUE), "satisfiable")
