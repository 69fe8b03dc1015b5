"""From a model to a witness: the calls are made on the EVM, made minimal, and saved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from harness.compiled import CompiledSystem
from harness.judges.evaluate import Violation
from harness.judges.fuzz.session import Session
from harness.judges.minimise import minimise
from harness.property import Property
from harness.step import CallStep, Step
from harness.witness import Witness, code_hash, save_witness

__all__ = ["Reached", "reach"]


@dataclass(frozen=True)
class Reached:
    """A property that is broken by steps from deployment, and where the witness was saved."""

    steps: int
    witness: Path


def reach(
    compiled: CompiledSystem,
    each: Property,
    candidates: Sequence[tuple[Step, ...]],
    target: str,
    witnesses: Path,
) -> Reached | None:
    """The first of some rows of steps that breaks a property on the EVM; None if none does."""
    session = Session(compiled, (each,))
    if session.check_start():
        return _saved(compiled, each, (), target, witnesses)
    for steps in candidates:
        for variant in _variants(compiled, steps):
            if session.attempt(variant):
                return _saved(compiled, each, variant, target, witnesses)
    return None


def _variants(compiled: CompiledSystem, steps: tuple[Step, ...]) -> Iterator[tuple[Step, ...]]:
    """The steps as they are, then each of their callers replaced by each actor."""
    yield steps
    for name, actor in compiled.actors.items():
        if not actor.trust:
            yield tuple(
                replace(step, sender=name) if isinstance(step, CallStep) else step for step in steps
            )


def _saved(
    compiled: CompiledSystem,
    each: Property,
    steps: tuple[Step, ...],
    target: str,
    witnesses: Path,
) -> Reached:
    """Make steps minimal, run them once more from deployment, and save them."""
    session = Session(compiled, (each,))
    short: tuple[Step, ...] = ()
    violations: Sequence[Violation] = session.check_start()
    if not violations:
        actors = [name for name, actor in compiled.actors.items() if not actor.trust]

        def breaks(candidate: tuple[Step, ...]) -> int | None:
            return len(session.steps) if session.attempt(candidate) else None

        short = minimise(steps, breaks, actors=actors, sends=session.sends)
        violations = session.attempt(short)
    violation = violations[0]
    witness = Witness(
        property_id=each.id,
        statement=each.statement,
        system=compiled.name,
        target=target,
        judge="explore",
        steps=short,
        forall=violation.forall,
        readings=tuple((r.name, r.value) for r in violation.readings),
        accounts={name: int(compiled.address(name)) for name in compiled.names},
        clocks={name: (d.block, d.time) for name, d in compiled.chains.items()},
        code=code_hash(compiled),
    )
    return Reached(len(short), save_witness(witness, witnesses))
