"""Each known-bad variant of the reservoirs is REFUTED by fuzz, with a short witness that replays.

How long each took is printed at the end of the run (``pytest -rP`` shows it at once).
"""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.compiled import CompiledSystem, compile_system
from harness.judges.fuzz.campaign import Effort, run_campaign
from harness.judges.fuzz.lessons import Lessons
from harness.property import Property
from harness.targets import load_targets
from properties.gip_0034 import Gip0034
from tests.soundness.gip_variants import GIP_0034, GipVariant
from tests.soundness.refuting import refute
from tests.soundness.variants import ROOT, write_variant


@pytest.fixture(scope="module")
def properties() -> dict[str, Property]:
    """The system's properties by id."""
    targets = load_targets(["properties/gip_0034"], ROOT)
    return {each.id: each for target in targets for each in target.properties}


@pytest.fixture(scope="module")
def lessons(properties: dict[str, Property]) -> Lessons:
    """Which calls of the real system succeed: its variants differ from it in one place only."""
    some = (properties["GIP-0034-001"],)
    return run_campaign(compile_system(Gip0034, ROOT), some, Effort(cases=60)).lessons


def compiled_variant(variant: GipVariant, folder: Path) -> CompiledSystem:
    """A variant's contracts, compiled and wired like the real ones."""
    return compile_system(variant.start, write_variant(variant, Gip0034.sources, folder))


@pytest.mark.parametrize("variant", GIP_0034, ids=str)
def test_is_refuted_with_a_witness_that_replays(
    variant: GipVariant, tmp_path: Path, properties: dict[str, Property], lessons: Lessons
) -> None:
    refute(
        variant,
        compiled_variant(variant, tmp_path),
        properties,
        lessons,
        target="properties/gip_0034",
        folder=tmp_path / "witnesses",
    )


def test_there_are_enough_variants() -> None:
    assert len({variant.name for variant in GIP_0034}) >= 12
