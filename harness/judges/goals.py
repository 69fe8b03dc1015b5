"""What one judge hands to the next: calls that break a property, if only their state is reached.

A counterexample to induction that the prover did not reach from deployment may be out of reach, or
just further away than it looked.  Judges that are asked after it get its call as a goal.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias, runtime_checkable

__all__ = ["Goal", "Goals", "Setter", "goals_of"]


@dataclass(frozen=True)
class Goal:
    """A call that breaks a property in some state.

    ``function`` is a canonical signature, ``sender`` an address, ``value`` wei.
    """

    contract: str
    function: str
    sender: int
    value: int
    args: tuple[Any, ...]


Goals: TypeAlias = Mapping[str, tuple[Goal, ...]]
"""By property id."""


@runtime_checkable
class Setter(Protocol):
    """A judge that knows calls which would break a property."""

    def goals(self, system: str) -> Goals:
        """What its last run on a system could not reach; nothing where there was none."""


def goals_of(judges: Iterable[object], system: str) -> Goals:
    """The goals that some judges set, together."""
    found: dict[str, tuple[Goal, ...]] = {}
    for judge in judges:
        if isinstance(judge, Setter):
            for name, goals in judge.goals(system).items():
                found[name] = (*found.get(name, ()), *goals)
    return found
