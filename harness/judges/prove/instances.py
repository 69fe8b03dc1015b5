"""What the assumptions say of the states of one end, at the keys in sight."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from enum import Enum

from harness.address import Address
from harness.errors import HarnessError
from harness.judges.prove.assumed import Assumed, property_of, stable
from harness.judges.prove.endings import Ending
from harness.judges.prove.evaluations import Evaluations, Said
from harness.judges.prove.footprint import Footprint, positions_of, variable_of
from harness.judges.prove.stable import NoCall
from harness.property import Property
from harness.symbolic.explore import TooManyPaths
from harness.symbolic.machine import Unsupported
from harness.symbolic.terms import TRUE, Bool, Int
from harness.symbolic.values import SymInt
from harness.symbolic.world import SymbolicWorld

__all__ = ["Instances", "Reach"]

Key = tuple[str, int]
"""A goal that was assumed, and a serial number of its instance."""

_MOST_CHOICES = 64
"""Instances of one invariant in one state; more keys than that are left out, which is safe."""

_WIDTHS = {Address: 160, int: 256}


class Reach(Enum):
    """Which of the assumptions a proof is tried from."""

    OWN = "own"
    """The property itself."""
    NEAR = "near"
    """What reads a variable that the property reads, or the unit touches."""
    ALL = "all"


class Instances:
    """What is assumed of the states that a call begins with or finds again.

    State 0 is the one before the call; state ``n`` the one that the ``n``-th call to unknown code
    leaves.  What cannot be evaluated in a state is not assumed there.
    """

    def __init__(
        self,
        assumed: Assumed,
        ending: Ending,
        footprints: Mapping[str, Footprint],
        evaluations: Evaluations | None = None,
    ) -> None:
        self._assumed = assumed
        self._ending = ending
        self._footprints = footprints
        self._evaluations = evaluations or Evaluations()
        self._worlds: list[SymbolicWorld] = [ending.before, *(m.left for m in ending.middles)]
        self._found: list[SymbolicWorld] = [m.found for m in ending.middles]
        self._known: dict[tuple[str, int, tuple[Int, ...]], Bool] = {}

    def upto(
        self,
        position: int,
        symbols: Sequence[object],
        reach: Reach = Reach.ALL,
        own: str = "",
        *,
        at_rest: bool = False,
    ) -> dict[Key, Bool]:
        """What is known of the states 0 to ``position``: at the keys in sight, and at ``symbols``.

        Nothing of a later state: that it satisfies the invariants is what is being proved.  With
        ``at_rest``, what holds between transactions is known of state 0, too.  ``own`` is the
        property that ``reach`` is seen from.
        """
        found = self._upto(position, symbols, reach, own, at_rest=at_rest)
        if reach is Reach.ALL:
            # What comes last may bring keys into sight at which what came first says something.
            found = self._upto(position, symbols, reach, own, at_rest=at_rest)
        return found

    def _upto(
        self, position: int, symbols: Sequence[object], reach: Reach, own: str, *, at_rest: bool
    ) -> dict[Key, Bool]:
        found: dict[Key, Bool] = {}
        serial = itertools.count()

        def note(goal: str, formulas: Sequence[Bool]) -> None:
            for formula in formulas:
                if formula is not TRUE:
                    found[goal, next(serial)] = formula

        near = self._near(reach, own)
        for state in range(position + 1):
            here = self._assumed.invariants
            if at_rest and state == 0:
                here = (*here, *self._assumed.at_rest)
            for each in here:
                if near is None or each.id in near:
                    note(each.id, self._formulas(each, state, symbols))
        for each in self._assumed.stable:
            for state in range(1, position + 1):
                if near is None or each.id in near:
                    note(stable(each.id), self._formulas(each, state, symbols))
        return found

    def _near(self, reach: Reach, own: str) -> frozenset[str] | None:
        """The properties within reach of one; None for all."""
        own = property_of(own)
        if reach is Reach.OWN:
            return frozenset({own})
        if reach is Reach.ALL:
            return None
        touched = self._touched()
        if own in self._footprints:
            touched |= self._footprints[own].reads
        return frozenset(
            {own} | {name for name, each in self._footprints.items() if each.meets(touched)}
        )

    def _touched(self) -> frozenset[tuple[str, str]]:
        """The variables that the unit reads or writes on the way to this end."""
        found = (variable_of(region) for region, _ in self._ending.ledger.keys_in_sight())
        return frozenset(each for each in found if each is not None)

    def says(
        self, goal: Bool, name: str, position: int, chosen: tuple[Int, ...], *, at_rest: bool
    ) -> bool:
        """Whether a goal is what its own invariant says of one of the states 0 to ``position``."""
        here = (*self._assumed.invariants, *self._assumed.at_rest)
        for each in here:
            if each.id == name:
                states = range(position + 1 if not each.at_rest else int(at_rest))
                # Most often nothing has changed since the last of them.
                return any(goal is self._formula(each, state, chosen) for state in reversed(states))
        return False

    def _formulas(self, each: Property, state: int, symbols: Sequence[object]) -> list[Bool]:
        choices = itertools.islice(
            itertools.product(
                *(self._keys(each, name, kind, symbols) for name, kind in each.forall)
            ),
            _MOST_CHOICES,
        )
        return list(dict.fromkeys(self._formula(each, state, chosen) for chosen in choices))

    def _keys(self, each: Property, name: str, kind: type, symbols: Sequence[object]) -> list[Int]:
        """Terms that a parameter is instantiated with: those of the goal, then those in sight where
        the property uses the parameter as a key."""
        footprint = self._footprints.get(each.id)
        wanted = footprint.keys.get(name) if footprint else None
        most = (1 << _WIDTHS[kind]) - 1
        found: dict[Int, None] = {s: None for s in symbols if isinstance(s, Int)}
        if self._ending.caller is not None and kind is Address and not wanted:
            found[self._ending.caller] = None
        for region, keys in self._ending.ledger.keys_in_sight():
            for key, position in positions_of(region, keys):
                if not wanted or position is None or position in wanted:
                    found[key] = None
        return [
            term
            for term in found
            if term.lo is not None and term.hi is not None and term.lo >= 0 and term.hi <= most
        ]

    def _formula(self, each: Property, state: int, chosen: tuple[Int, ...]) -> Bool:
        key = (each.id, state, chosen)
        found = self._known.get(key)
        if found is None:
            try:
                found = self._said(each, state, tuple(map(SymInt, chosen))).claim
            except (Unsupported, TooManyPaths, HarnessError):
                found = TRUE
            self._known[key] = found
        return found

    def _said(self, each: Property, state: int, values: tuple[SymInt, ...]) -> Said:
        world = self._worlds[state]
        if len(each.kind.states) == 1:
            return self._evaluations.of(each, (world,), values)
        return self._evaluations.of(each, (self._found[state - 1], world), values, NoCall())
