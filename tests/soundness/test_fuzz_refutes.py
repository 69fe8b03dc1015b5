"""Each known-bad variant of escrow-and-mint is REFUTED by fuzz, with a short witness that replays.

How long each took is printed at the end of the run (``pytest -rP`` shows it at once).
"""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from harness.compiled import CompiledSystem, compile_system
from harness.judges.fuzz.campaign import Effort, run_campaign
from harness.judges.fuzz.lessons import Lessons
from harness.judges.fuzz.session import Session
from harness.judges.replay import replay
from harness.property import Property
from harness.witness import load_witness
from properties.escrow_mint import EscrowMint
from properties.escrow_mint.system import NewbornEscrowMint
from tests.soundness.variants import ESCROW_MINT, ROOT, Variant, write_variant

MOST_STEPS = 8
MOSTLY = 4


def compiled_variant(variant: Variant, folder: Path) -> CompiledSystem:
    """A variant's contracts, compiled and wired like the real ones."""
    system = NewbornEscrowMint if variant.at_birth else EscrowMint
    return compile_system(system, write_variant(variant, system.sources, folder))


@pytest.mark.parametrize("variant", ESCROW_MINT, ids=str)
def test_is_refuted_with_a_witness_that_replays(
    variant: Variant,
    tmp_path: Path,
    escrow_mint_properties: dict[str, Property],
    lessons: Lessons,
) -> None:
    compiled = compiled_variant(variant, tmp_path)
    properties = tuple(escrow_mint_properties[each] for each in variant.breaks)
    started = time.process_time()
    campaign = run_campaign(
        compiled,
        properties,
        Effort(cases=1_500, first_only=True),
        target="properties/escrow_mint",
        witnesses=tmp_path / "witnesses",
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
    again = replay(compiled, (escrow_mint_properties[name],), witness)
    assert again.found is not None
    assert again.found.violation.property.id == name
    real = compile_system(compiled.system, ROOT)
    survives = Session(real, (escrow_mint_properties[name],)).attempt(refutation.steps)
    assert not survives, "the same steps break the real contracts: the variant proves nothing"


def test_there_are_enough_variants() -> None:
    assert len({variant.name for variant in ESCROW_MINT}) >= 12
