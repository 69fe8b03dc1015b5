"""GIP-0034 as wired: its specification covers it, and its properties hold where they should."""

from __future__ import annotations

import pytest

from harness.compiled import CompiledSystem, compile_system
from harness.judges.fuzz.campaign import Effort, run_campaign
from harness.judges.fuzz.session import Session
from harness.property import Property
from harness.targets import load_targets
from harness.world import Place
from properties.gip_0034 import Gip0034
from specs.gip_0034 import fixed_point
from tests.soundness.variants import ROOT


@pytest.fixture(scope="module")
def compiled() -> CompiledSystem:
    return compile_system(Gip0034, ROOT)


@pytest.fixture(scope="module")
def properties() -> tuple[Property, ...]:
    (target,) = load_targets(["properties/gip_0034"], ROOT)
    return target.properties


def test_everything_holds_after_deployment(
    compiled: CompiledSystem, properties: tuple[Property, ...]
) -> None:
    assert Session(compiled, properties).check_start() == []


def test_the_first_drip_reached_l2(compiled: CompiledSystem) -> None:
    """The deployment drips once: rewards for a week ahead, the fraction of them on L2."""
    world = Session(compiled, ()).world
    base = world.load(Place("l1_reservoir", "issuanceBase"))
    rate = world.load(Place("l1_reservoir", "issuanceRate"))
    fraction = world.load(Place("l1_reservoir", "l2RewardsFraction"))
    ahead = fixed_point.new_rewards(base, rate, 50_400)
    minted = world.load(Place("l1_token", "_totalSupply")) - 10**10 * 10**18
    keeper = 11 * 10**18
    assert minted == ahead + keeper
    assert world.load(Place("l2_token", "_totalSupply")) == ahead * fraction // 10**18 + keeper
    assert world.load(Place("l2_reservoir", "nextDripNonce")) == 1


def test_nothing_is_refuted_in_a_short_campaign(
    compiled: CompiledSystem, properties: tuple[Property, ...]
) -> None:
    campaign = run_campaign(compiled, properties, Effort(cases=30, steps=40, seed=5))
    assert campaign.refuted == {}
    assert campaign.faults == {}
    assert campaign.counts.transactions > 300
