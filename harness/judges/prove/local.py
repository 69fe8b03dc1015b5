"""A proof by induction in this process: no workers, no cache, no witnesses.

>>> prove_here(compiled, properties).is_proved("BANK-001")
True
"""

from __future__ import annotations

from collections.abc import Sequence

from harness.compiled import CompiledSystem
from harness.judges.prove.assumed import stable
from harness.judges.prove.induction import Induction
from harness.judges.prove.stable import ignores_the_call
from harness.judges.prove.summaries import unit_of
from harness.judges.prove.units import INVARIANTS, PROVABLE, Unit, speaks_of
from harness.property import Kind, Property

__all__ = ["induction_of", "prove_here"]


_ASSUMABLE = (*INVARIANTS, Kind.SUMMARY)
"""Kinds of properties that proofs may stand on."""


def induction_of(units: dict[str, Unit], properties: Sequence[Property]) -> Induction:
    """What is to be proved of a system: every property, of each unit that it speaks of.

    Of a transition that ignores its call, also that every unit keeps it.  A summary of an internal
    function is a unit of its own, and rests on no other: if nothing else is asked, they are left
    out.
    """
    provable = [each for each in properties if each.kind in PROVABLE]
    summaries = [each for each in provable if each.kind is Kind.SUMMARY]
    if summaries == provable:
        units = {}
    kept = frozenset(stable(each.id) for each in provable if ignores_the_call(each))
    return Induction(
        {
            **{unit_of(each): frozenset({each.id}) for each in summaries},
            **{
                name: kept | frozenset(each.id for each in provable if speaks_of(each, unit))
                for name, unit in units.items()
            },
        },
        kept | frozenset(each.id for each in provable if each.kind in _ASSUMABLE),
        frozenset(each.id for each in provable if each.kind is Kind.REFINEMENT),
        frozenset(each.id for each in summaries),
    )


def prove_here(compiled: CompiledSystem, properties: Sequence[Property]) -> Induction:
    """Prove all that can be proved of some properties."""
    # Not at the top: what only asks for the induction needs no EVM.
    from harness.judges.prove.session import Session

    session = Session(compiled, properties)
    induction = induction_of(session.units, properties)
    base, spoke = session.bases()
    induction.begin(base)
    induction.spoke |= spoke
    while pending := induction.pending():
        silent = frozenset(session.properties) - induction.spoke
        for unit, goals in pending.items():
            also = induction.callers_of(unit)
            induction.note(session.prove(unit, goals, induction.assumed, silent, also))
        induction.settle()
    return induction
