"""From a model to a witness: the calls are made on the EVM, made minimal, and saved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from harness.compiled import CompiledSystem
from harness.judges.fuzz.session import Session
from harness.judges.refuting import Reached, keyless, refute
from harness.property import Property
from harness.step import CallStep, Step
from harness.verdict import JudgeName

__all__ = ["Reached", "reach"]


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
        return refute(compiled, each, (), target, witnesses, JudgeName.EXPLORE)
    nobody = keyless(compiled)
    for steps in candidates:
        if any(_caller(compiled, step) in nobody for step in steps):
            continue
        for variant in _variants(compiled, steps):
            if session.attempt(variant):
                return refute(compiled, each, variant, target, witnesses, JudgeName.EXPLORE)
    return None


def _caller(compiled: CompiledSystem, step: Step) -> int | None:
    """The address that a step is made by, if it is a call."""
    if not isinstance(step, CallStep):
        return None
    known = compiled.actors.get(step.sender)
    return int(known.address) if known else int(step.sender, 16)


def _variants(compiled: CompiledSystem, steps: tuple[Step, ...]) -> Iterator[tuple[Step, ...]]:
    """The steps as they are, then each of their callers replaced by each actor."""
    yield steps
    for name, actor in compiled.actors.items():
        if not actor.trust:
            yield tuple(
                replace(step, sender=name) if isinstance(step, CallStep) else step for step in steps
            )
