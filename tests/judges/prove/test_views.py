"""View functions that may revert, and numbers as keys of type bytes32, in what is proved."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from harness import Deployment, Number, System, chain_at, contract, invariant, user
from harness.chain.deployment import deploy_world
from harness.chain.world import ConcreteWorld
from harness.compiled import CompiledSystem, compile_system
from harness.errors import ViewReverts
from harness.judges.evaluate import Checker, PropertyFault
from harness.judges.prove.induction import Induction
from harness.judges.prove.local import prove_here
from harness.property import Property
from harness.step import CallStep
from harness.world import Value

ROOT = Path(__file__).parents[2] / "fixtures" / "views"
NAME = (7).to_bytes(32, "big")


class Metered(System):
    """A meter with two users."""

    sources = ("contracts/Meter.sol",)
    l1 = chain_at(block=5, time=1_700_000_000)
    alice = user(ether=100)
    meter = contract(l1, "Meter")

    @classmethod
    def deploy(cls, d: Deployment) -> None:
        """Deploy it."""
        d.create(cls.meter)


@invariant("METER-001", severity="high", source="test")
def it_can_be_scaled(w: Metered) -> Value:
    """What all readings come to fits a word."""
    return w.meter.scaled() >= 0


@invariant("METER-002", severity="high", source="test")
def scaling_multiplies(w: Metered) -> Value | None:
    """Where it can be computed, it is a multiple of the reading."""
    scaled = w.meter.scaled.or_none()
    if scaled is None:
        return None
    s = w.meter.state
    return scaled == s.reading * s.scale


@invariant("METER-003", severity="high", source="test")
def no_part_is_more_than_the_whole(w: Metered, name: Number) -> Value:
    """The reading of a name is no more than all of them."""
    s = w.meter.state
    return s.reading == s.parts.total and s.parts[name] <= s.reading


@invariant("METER-004", severity="high", source="test")
def every_part_is_the_whole(w: Metered, name: Number) -> Value:
    """All was read under one name; which is false once there are two."""
    s = w.meter.state
    return s.parts[name] == 0 or s.parts[name] == s.reading


@cache
def compiled() -> CompiledSystem:
    return compile_system(Metered, ROOT)


def proved(*bodies: Any) -> Induction:
    return prove_here(compiled(), [declared(each) for each in bodies])


def declared(body: Any) -> Property:
    assert isinstance(body, Property)
    return body


@pytest.fixture
def world() -> ConcreteWorld:
    made = deploy_world(compiled())
    made.run(CallStep("alice", "meter", "add", (NAME, 5)))
    return made


def broken(world: ConcreteWorld, body: Any) -> list[dict[str, Any]]:
    return [dict(each.forall) for each in Checker([declared(body)]).state(world)]


def test_that_a_view_reverts_nowhere_is_proved_by_induction() -> None:
    found = proved(it_can_be_scaled)
    failures = [unit for unit, _ in found.failures("METER-001")]
    assert failures == ["meter.rescaleCarelessly(uint256)"]


def test_a_property_can_say_nothing_where_a_view_reverts() -> None:
    assert proved(scaling_multiplies).is_proved("METER-002")


def test_a_number_is_a_key_of_32_bytes() -> None:
    found = proved(no_part_is_more_than_the_whole, every_part_is_the_whole)
    assert found.is_proved("METER-003")
    failures = [unit for unit, _ in found.failures("METER-004")]
    assert failures == ["meter.add(bytes32,uint256)"]


def test_the_same_on_the_evm(world: ConcreteWorld) -> None:
    w = Metered(world)
    assert w.meter.state.parts[7] == w.meter.state.parts[NAME] == 5
    assert broken(world, no_part_is_more_than_the_whole) == []
    world.run(CallStep("alice", "meter", "add", ((9).to_bytes(32, "big"), 1)))
    assert broken(world, every_part_is_the_whole) == [{"name": 7}]
    world.run(CallStep("alice", "meter", "rescaleCarelessly", (2**255,)))
    assert w.meter.scaled.or_none() is None
    with pytest.raises(ViewReverts, match="reverts"):
        w.meter.scaled()
    assert broken(world, scaling_multiplies) == []
    with pytest.raises(PropertyFault, match="METER-001 cannot be evaluated"):
        broken(world, it_can_be_scaled)
