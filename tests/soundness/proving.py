"""Proving what a variant breaks: the verdict, the witness where there is one, and what it took."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.compiled import CompiledSystem
from harness.judges.prove.local import induction_of
from harness.judges.prove.prover import PROVABLE
from harness.judges.prove.reach import reach
from harness.judges.prove.report import Failure, Proof, Trial, Why
from harness.judges.prove.session import Session
from harness.property import Kind, Property
from harness.verdict import Verdict

__all__ = ["Judged", "failures_of", "judge_variant", "likely_first"]

CASES = 150
"""Cases that the fuzzer may try to reach the counterexamples of one variant."""

_TRIALS = 4
"""Counterexamples to induction of one variant that are tried from deployment."""


@dataclass(frozen=True)
class Judged:
    """What came of proving a variant."""

    verdict: Verdict
    property_id: str
    """The property that was found broken or is not proved."""
    reason: str
    """The unit in which it fails, and why."""
    steps: int
    """Steps of the witness; 0 if there is none."""
    witness: Path | None
    seconds: float
    """Processor time."""


def _changed(session: Session, real: CompiledSystem) -> set[str]:
    """The contracts that differ from the real ones."""
    return {
        name
        for name in real.contracts
        if session.compiled.artifact(name).runtime_code != real.artifact(name).runtime_code
    }


def likely_first(session: Session, real: CompiledSystem) -> list[str]:
    """What can happen in the system, calls of contracts that differ from the real ones first."""
    changed = _changed(session, real)
    return sorted(session.units, key=lambda name: session.units[name].contract not in changed)


def failures_of(
    session: Session,
    names: Sequence[str],
    real: CompiledSystem,
    *,
    changed_only: bool = False,
) -> Iterator[tuple[str, str, Failure]]:
    """What is not proved of some properties, as the induction finds it out: the property, the unit
    and why.

    Proved are they and, one after the other, what their proofs rest on; with ``changed_only``, by
    calls of contracts that differ from the real ones, and no more.
    """
    induction = induction_of(session.units, list(session.properties.values()))
    base, _ = session.bases()
    induction.begin(base)
    told: set[tuple[str, str]] = set()
    for name in names:
        if isinstance(known := base[name], Failure):
            yield name, "deployment", known
    wanted = set(names)
    order = likely_first(session, real)
    if changed_only:
        changed = _changed(session, real)
        order = [name for name in order if session.units[name].contract in changed]
    while pending := {u: g & wanted for u, g in induction.pending().items() if g & wanted}:
        left = [unit for unit in order if unit in pending]
        if not left:
            return
        for unit in left:
            goals, also = pending[unit], induction.callers_of(unit)
            report = session.prove(unit, goals, induction.assumed, frozenset(), also)
            induction.note(report)
            induction.settle()
            broken = [("", where, failure) for where, failure in induction.broken_units()]
            own = [(n, where, f) for n in names for where, f in induction.failures(n)]
            for name, where, failure in (*own, *broken):
                if (name, where) not in told:
                    told.add((name, where))
                    yield name, where, failure
        for proof in (found for found in induction.reports.values() if isinstance(found, Proof)):
            wanted |= proof.needs


def judge_variant(
    breaks: Sequence[str],
    compiled: CompiledSystem,
    known: Mapping[str, Property],
    real: CompiledSystem,
    *,
    target: str,
    folder: Path,
    cases: int = CASES,
    changed_only: bool = False,
) -> Judged:
    """Prove what a variant breaks, with all invariants of the real system assumed at first, until
    something fails of it and was reached from deployment, or enough has failed.

    Args:
        breaks: ids of the properties that the variant breaks.
        known: all properties of the system, by id.
        real: the system without the bug.
        folder: where witnesses go.
        cases: how many the fuzzer may try; 0 for none.
        changed_only: whether only calls of contracts that differ from the real ones are proved.
    """
    started = time.process_time()
    names = [n for n in breaks if known[n].kind in PROVABLE and known[n].kind != Kind.REFINEMENT]
    session = Session(compiled, [p for p in known.values() if p.kind is not Kind.REFINEMENT])
    found: list[tuple[str, str, Failure]] = []

    def judged(verdict: Verdict, name: str, reason: str, steps: int, path: Path | None) -> Judged:
        return Judged(verdict, name, reason, steps, path, time.process_time() - started)

    for name, unit, failure in failures_of(session, names, real, changed_only=changed_only):
        found.append((name, unit, failure))
        if failure.why not in (Why.INDUCTION, Why.BASE) or not name:
            break
        trials: Mapping[str, tuple[Trial, ...]]
        trials = {name: (failure.trial,) if failure.trial is not None else ()}
        reached = reach(compiled, [known[name]], trials, target, folder, effort=0)
        if name in reached:
            way = reached[name]
            return judged(Verdict.REFUTED, name, unit, way.steps, way.witness)
        if len(found) == _TRIALS:
            break
    if not found:
        return judged(Verdict.PROVED, ", ".join(names), "", 0, None)
    tried: dict[str, tuple[Trial, ...]] = {}
    for name, _, failure in found:
        if name and failure.trial is not None:
            tried[name] = (*tried.get(name, ()), failure.trial)
    if tried and cases:
        some = [known[name] for name in tried]
        for name, way in reach(compiled, some, tried, target, folder, effort=cases).items():
            units = ", ".join(unit for n, unit, _ in found if n == name)
            return judged(Verdict.REFUTED, name, units, way.steps, way.witness)
    name, unit, failure = found[0]
    return judged(Verdict.INCOMPLETE, name, f"{unit}: {failure.why.value}", 0, None)
