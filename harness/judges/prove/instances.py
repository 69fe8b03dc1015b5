"""What the assumed invariants say of the states of one end, at the keys in sight."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from harness.address import Address
from harness.errors import HarnessError
from harness.judges.prove.cases import cases_of, supposition
from harness.judges.prove.endings import Ending
from harness.property import Property
from harness.symbolic.explore import TooManyPaths
from harness.symbolic.machine import Unsupported
from harness.symbolic.terms import TRUE, Bool, Int
from harness.symbolic.values import SymInt
from harness.symbolic.world import SymbolicWorld

__all__ = ["Instances"]

Key = tuple[str, int]
"""An invariant's id, and a serial number of its instance."""

_MOST_CHOICES = 64
"""Instances of one invariant in one state; more keys than that are left out, which is safe."""


class Instances:
    """The assumed invariants in the states that a call begins with or finds again.

    State 0 is the one before the call; state ``n`` the one that the ``n``-th call to unknown code
    leaves.  An invariant that cannot be evaluated in a state is not assumed there.
    """

    def __init__(self, assumed: Sequence[Property], ending: Ending) -> None:
        self._assumed = assumed
        self._ending = ending
        self._worlds: list[SymbolicWorld] = [ending.before, *(m.left for m in ending.middles)]
        self._known: dict[tuple[str, int, tuple[Int, ...]], Bool] = {}

    def upto(
        self, position: int, symbols: Sequence[object], only: str | None = None
    ) -> dict[Key, Bool]:
        """What is known of the states 0 to ``position``: at the keys in sight, and at ``symbols``.

        Nothing of a later state: that it satisfies the invariants is what is being proved.  With
        ``only``, what that invariant says alone.
        """
        found: dict[Key, Bool] = {}
        serial = itertools.count()
        for state in range(position + 1):
            for each in self._assumed:
                if only is None or each.id == only:
                    for formula in self._formulas(each, state, symbols):
                        if formula is not TRUE:
                            found[each.id, next(serial)] = formula
        return found

    def at(self, name: str, chosen: tuple[Int, ...]) -> Bool:
        """What an invariant says of the state before the call, for the given values."""
        for each in self._assumed:
            if each.id == name:
                return self._formula(each, 0, chosen)
        return TRUE

    def _formulas(self, each: Property, state: int, symbols: Sequence[object]) -> list[Bool]:
        choices = itertools.islice(
            itertools.product(*(self._keys(kind, symbols) for _, kind in each.forall)),
            _MOST_CHOICES,
        )
        return list(dict.fromkeys(self._formula(each, state, chosen) for chosen in choices))

    def _keys(self, kind: type, symbols: Sequence[object]) -> list[Int]:
        """Terms of a parameter's kind that are in sight, those of the goal first."""
        most = (1 << (160 if kind is Address else 256)) - 1
        found: dict[Int, None] = {s: None for s in symbols if isinstance(s, Int)}
        if self._ending.caller is not None:
            found[self._ending.caller] = None
        for _, keys in self._ending.ledger.keys_in_sight():
            found.update(dict.fromkeys(keys))
        return [
            term
            for term in found
            if term.lo is not None and term.hi is not None and term.lo >= 0 and term.hi <= most
        ]

    def _formula(self, each: Property, state: int, chosen: tuple[Int, ...]) -> Bool:
        key = (each.id, state, chosen)
        found = self._known.get(key)
        if found is None:
            values = tuple(SymInt(term) for term in chosen)
            try:
                world = each.system(self._worlds[state])
                found = supposition(cases_of(each, (world, *values)))
            except (Unsupported, TooManyPaths, HarnessError):
                found = TRUE
            self._known[key] = found
        return found
