"""What proofs may stand on, by name: invariants, and what unknown code cannot change.

Three things may be assumed of a state, each if it is proved itself:

- an *ordinary* invariant holds whenever somebody may call: between transactions, and where control
  leaves the system in the middle of one.  It is proved from ordinary invariants alone.
- an invariant *at rest* holds between transactions only.  It may be assumed of a call that no other
  call is waiting for, and is proved at the end of such a call.
- a *stable* transition says what any call, of whatever function, leaves as it is.  If it is
  reflexive and transitive and every unit keeps it, then so does any number of calls, and it may be
  assumed between the states before and after a call to unknown code.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from harness.property import Kind, Property

__all__ = ["Assumed", "is_stable", "property_of", "stable"]

_STABLE = "stable "


def stable(name: str) -> str:
    """The goal that a transition is kept by whatever happens during a call to unknown code."""
    return _STABLE + name


def is_stable(goal: str) -> bool:
    """Whether a goal is one of those."""
    return goal.startswith(_STABLE)


def property_of(goal: str) -> str:
    """The id of the property that a goal is about."""
    return goal.removeprefix(_STABLE)


@dataclass(frozen=True)
class Assumed:
    """What is assumed while a unit is proved."""

    invariants: tuple[Property, ...] = ()
    """Ordinary ones."""
    at_rest: tuple[Property, ...] = ()
    stable: tuple[Property, ...] = ()
    """Transitions."""

    @classmethod
    def of(cls, goals: Iterable[str], properties: Mapping[str, Property]) -> Assumed:
        """What these goals say of states, in the order of their names; summaries say nothing."""
        names = sorted(goals)
        plain = [properties[name] for name in names if not is_stable(name)]
        plain = [each for each in plain if each.kind is not Kind.SUMMARY]
        return cls(
            tuple(each for each in plain if not each.at_rest),
            tuple(each for each in plain if each.at_rest),
            tuple(properties[property_of(name)] for name in names if is_stable(name)),
        )

    @property
    def names(self) -> frozenset[str]:
        """The goals that these are."""
        known = {each.id for each in (*self.invariants, *self.at_rest)}
        return frozenset(known | {stable(each.id) for each in self.stable})
