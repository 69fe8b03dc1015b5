"""A proof by induction in this process: no workers, no cache, no witnesses.

>>> prove_here(compiled, properties).is_proved("BANK-001")
True
"""

from __future__ import annotations

from collections.abc import Sequence

from harness.compiled import CompiledSystem
from harness.judges.prove.induction import Induction
from harness.judges.prove.prover import INVARIANTS, speaks_of
from harness.judges.prove.session import Session
from harness.judges.prove.units import Unit
from harness.property import Kind, Property

__all__ = ["induction_of", "prove_here"]


def induction_of(units: dict[str, Unit], properties: Sequence[Property]) -> Induction:
    """What is to be proved of a system: every property, of each unit that it speaks of."""
    provable = [each for each in properties if each.kind is not Kind.REFINEMENT]
    return Induction(
        {
            name: frozenset(each.id for each in provable if speaks_of(each, unit))
            for name, unit in units.items()
        },
        frozenset(each.id for each in provable if each.kind in INVARIANTS),
    )


def prove_here(compiled: CompiledSystem, properties: Sequence[Property]) -> Induction:
    """Prove all that can be proved of some properties."""
    session = Session(compiled, properties)
    induction = induction_of(session.units, properties)
    base = {each.id: session.base(each) for each in properties if each.kind is not Kind.REFINEMENT}
    induction.begin({name: goal for name, (goal, _) in base.items()})
    induction.spoke |= {name for name, (_, spoke) in base.items() if spoke}
    while pending := induction.pending():
        silent = frozenset(base) - induction.spoke
        assumed = [session.properties[name] for name in sorted(induction.assumed)]
        for unit, goals in pending.items():
            chosen = [session.properties[name] for name in sorted(goals)]
            report = session.prover.unit(session.units[unit], chosen, assumed, silent)
            induction.note(report)
        induction.settle()
    return induction
