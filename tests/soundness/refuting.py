"""What it takes for a variant to be refuted by fuzz: a short witness, and that it replays."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path

from harness.compiled import CompiledSystem, compile_system
from harness.judges.fuzz.campaign import Effort, run_campaign
from harness.judges.fuzz.lessons import Lessons
from harness.judges.fuzz.session import Session
from harness.judges.replay import replay
from harness.property import Property
from harness.witness import load_witness
from tests.soundness.variants import ROOT, Variant

__all__ = ["MOST_STEPS", "refute"]

MOST_STEPS = 8
_CASES = 4_000


def refute(
    variant: Variant,
    compiled: CompiledSystem,
    known: Mapping[str, Property],
    lessons: Lessons,
    *,
    target: str,
    folder: Path,
) -> None:
    """Assert that fuzz refutes what a variant breaks, shortly, and that the witness replays.

    ``compiled`` is the variant, ``known`` the properties by id, ``folder`` where witnesses go.
    The same steps must not break the real contracts.
    """
    properties = tuple(known[each] for each in variant.breaks)
    started = time.process_time()
    campaign = run_campaign(
        compiled,
        properties,
        Effort(cases=_CASES, first_only=True),
        target=target,
        witnesses=folder,
        lessons=lessons,
    )
    seconds = time.process_time() - started
    assert campaign.refuted, f"{variant.bug}: not found in {campaign.counts.steps} steps"
    name, refutation = next(iter(campaign.refuted.items()))
    print(
        f"{variant.name}: {name} broken by {len(refutation.steps)} steps, "
        f"{seconds:.1f} s, {campaign.counts.steps} steps tried"
    )
    assert len(refutation.steps) <= MOST_STEPS
    assert refutation.path is not None
    witness = load_witness(refutation.path)
    again = replay(compiled, (known[name],), witness)
    assert again.found is not None
    assert again.found.violation.property.id == name
    real = compile_system(compiled.system, ROOT)
    survives = Session(real, (known[name],)).attempt(refutation.steps)
    assert not survives, "the same steps break the real contracts: the variant proves nothing"
