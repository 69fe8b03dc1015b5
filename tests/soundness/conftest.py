"""What the soundness tests share: the real system, and what a first look at it taught."""

from __future__ import annotations

import pytest

from harness.compiled import CompiledSystem, compile_system
from harness.judges.fuzz.campaign import Effort, run_campaign
from harness.judges.fuzz.lessons import Lessons
from harness.property import Property
from harness.targets import load_targets
from properties.escrow_mint import EscrowMint
from tests.soundness.variants import ROOT


@pytest.fixture(scope="session")
def escrow_mint() -> CompiledSystem:
    """The real system, compiled."""
    return compile_system(EscrowMint, ROOT)


@pytest.fixture(scope="session")
def escrow_mint_properties() -> dict[str, Property]:
    """Its properties by id."""
    targets = load_targets(["properties/escrow_mint"], ROOT)
    return {each.id: each for target in targets for each in target.properties}


@pytest.fixture(scope="session")
def lessons(escrow_mint: CompiledSystem, escrow_mint_properties: dict[str, Property]) -> Lessons:
    """Which calls of the real system succeed: its variants differ from it in one place only."""
    some = (escrow_mint_properties["ESCROW-MINT-001"],)
    return run_campaign(escrow_mint, some, Effort(cases=60)).lessons
