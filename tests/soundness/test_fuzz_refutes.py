"""Each known-bad variant of escrow-and-mint is REFUTED by fuzz, with a short witness that replays.

How long each took is printed at the end of the run (``pytest -rP`` shows it at once).
"""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.compiled import CompiledSystem, compile_system
from harness.judges.fuzz.lessons import Lessons
from harness.property import Property
from properties.escrow_mint import EscrowMint
from properties.escrow_mint.system import NewbornEscrowMint
from tests.soundness.refuting import refute
from tests.soundness.variants import ESCROW_MINT, Variant, write_variant


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
    refute(
        variant,
        compiled_variant(variant, tmp_path),
        escrow_mint_properties,
        lessons,
        target="properties/escrow_mint",
        folder=tmp_path / "witnesses",
    )


def test_there_are_enough_variants() -> None:
    assert len({variant.name for variant in ESCROW_MINT}) >= 12
