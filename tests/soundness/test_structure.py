"""Each known-bad variant of structure is REFUTED by inspect, and the real contracts are PROVED."""

from __future__ import annotations

import pytest

from harness.compiled import compile_system
from harness.judges.inspect.judge import inspect_here, result_of
from harness.property import Kind
from harness.targets import Target, load_targets
from harness.verdict import Verdict
from tests.soundness.catching import caught
from tests.soundness.structure_variants import STRUCTURE
from tests.soundness.variants import ROOT, Variant


def target_of(system: str) -> Target:
    targets = load_targets([f"properties/{system}"], ROOT)
    return next(each for each in targets if each.name == system)


@pytest.mark.parametrize("system", ["escrow_mint", "gip_0034"])
def test_the_real_contracts_are_proved(system: str) -> None:
    target = target_of(system)
    structural = {each.id: each for each in target.properties if each.kind is Kind.STRUCTURE}
    compiled = compile_system(target.system, ROOT)
    results = {
        name: result_of(compiled, structural[name], inspected)
        for name, inspected in inspect_here(compiled, list(structural.values()))
    }
    assert len(results) >= 12
    not_proved = {n: r.reason for n, r in results.items() if r.verdict is not Verdict.PROVED}
    assert not_proved == {}


@pytest.mark.parametrize("variant", STRUCTURE, ids=str)
def test_a_variant_is_refuted(variant: Variant) -> None:
    found = caught(variant, target_of("escrow_mint"))
    expected = dict.fromkeys(variant.breaks, Verdict.REFUTED)
    assert {name: found.get(name) for name in variant.breaks} == expected


def test_there_are_enough_variants() -> None:
    assert len({variant.name for variant in STRUCTURE}) >= 6
