"""What workers tell: proofs and failures, goal by goal.  Plain data, since terms stay at home."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

__all__ = ["STRUCTURE", "Failure", "Goal", "Proof", "Replays", "Trial", "UnitReport", "Why"]

STRUCTURE = ""
"""The goal that belongs to no property: every path of a unit is followed to its end, and storage
stays within its types."""


@dataclass(frozen=True, slots=True)
class Proof:
    """A goal that was proved, by two solvers, from the invariants that ``needs`` names."""

    needs: frozenset[str] = frozenset()

    def __and__(self, other: Proof) -> Proof:
        return Proof(self.needs | other.needs)


class Why(Enum):
    """Why a goal was not proved."""

    INDUCTION = "not inductive"
    """A state that satisfies the invariants and a call after which the goal is false."""
    UNKNOWN = "unknown"
    """The solvers gave no answer, or not the same one."""
    UNSUPPORTED = "unsupported"
    """Something that the machine or the symbolic world cannot say."""
    UNFOLLOWED = "unfollowed"
    """A specification does what cannot be followed on terms."""
    FAULT = "fault"
    """The property is wrong itself: it raises, or returns what no property may return."""
    BASE = "base"
    """The property does not hold right after deployment."""
    CLAIM = "not so"
    """The code of an internal function gives what its summary denies."""
    EXECUTOR = "executor"
    """The executor found a path to end in a way in which it does not end on py-evm."""


@dataclass(frozen=True)
class Trial:
    """A call from a state, as a model has it: the counterexample to induction."""

    contract: str
    function: str
    """Canonical signature; empty for plain ether."""
    sender: int
    value: int
    args: tuple[Any, ...]
    names: tuple[str, ...]
    forall: tuple[tuple[str, int], ...]
    readings: tuple[tuple[str, Any], ...]
    replayable: bool = True
    """Whether the call can be made as a transaction of an actor."""


@dataclass(frozen=True)
class Failure:
    """A goal that was not proved."""

    why: Why
    reason: str
    trial: Trial | None = None


Goal = Proof | Failure


@dataclass(frozen=True)
class Replays:
    """How many paths of a unit were made on py-evm, and ended there as the executor says."""

    paths: int = 0
    agreed: int = 0
    left: Mapping[str, int] = field(default_factory=dict)
    """Paths that could not be made, by the reason."""
    difference: str = ""
    """The first path that ends otherwise, and how: the executor is wrong.  Empty if there is none
    among those that were made."""

    def __add__(self, other: Replays) -> Replays:
        left = dict(Counter(self.left) + Counter(other.left))
        difference = self.difference or other.difference
        return Replays(self.paths + other.paths, self.agreed + other.agreed, left, difference)


@dataclass(frozen=True)
class UnitReport:
    """What came of one unit: a function, or whatever else can change the state."""

    unit: str
    goals: Mapping[str, Goal] = field(default_factory=dict)
    """By property id; :data:`STRUCTURE` for the unit itself."""
    feasible: bool = False
    """Whether a successful end was shown to be reachable from a state that satisfies the
    invariants."""
    spoke: frozenset[str] = frozenset()
    """Properties that said something on a path that was shown to be reachable."""
    assumed: frozenset[str] = frozenset()
    """The invariants that were assumed when ``feasible`` and ``spoke`` were found."""
    listened: frozenset[str] = frozenset()
    """The properties for which ``spoke`` was worked out."""
    also: frozenset[str] = frozenset()
    """The contracts that were allowed to make the call."""
    reentered: frozenset[tuple[str, str]] = frozenset()
    """Which contracts called which others that were running already; see
    :attr:`harness.symbolic.machine.Exploration.reentered`."""
    written: frozenset[tuple[str, str, str]] = frozenset()
    """Which functions were seen writing which variables: contract, signature, label."""
    paths: int = 0
    queries: int = 0
    seconds: float = 0.0
    replays: Replays | None = None
    """None where paths were not replayed, since an earlier report tells of them."""
