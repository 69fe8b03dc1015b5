"""GIP-0034 as wired: its specification covers it, and its properties hold where they should."""

from __future__ import annotations

from fractions import Fraction

import pytest

from harness.compiled import CompiledSystem, compile_system
from harness.judges.fuzz.campaign import Effort, run_campaign
from harness.judges.fuzz.session import Session
from harness.property import Property
from harness.step import CallStep, ClockStep, RelayStep, Step
from harness.targets import load_targets
from harness.world import Place
from properties.gip_0034 import Gip0034
from properties.gip_0034.bounds import received
from properties.gip_0034.figures import figures_at
from properties.gip_0034.system import SUBMISSION_COST
from properties.messaging import TO_L1, TO_L2
from specs.gip_0034 import bounds, fixed_point, rational
from tests.soundness.variants import ROOT


@pytest.fixture(scope="module")
def compiled() -> CompiledSystem:
    return compile_system(Gip0034, ROOT)


@pytest.fixture(scope="module")
def properties() -> tuple[Property, ...]:
    targets = load_targets(["properties/gip_0034"], ROOT)
    return next(t.properties for t in targets if t.system is Gip0034)


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
    keeper, deposited = 11 * 10**18, 5_000 * 10**18
    assert minted == ahead + keeper
    sent = ahead * fraction // 10**18 + keeper
    assert world.load(Place("l2_token", "_totalSupply")) == sent + deposited
    assert world.load(Place("l2_reservoir", "nextDripNonce")) == 1


def test_nothing_is_refuted_in_a_short_campaign(
    compiled: CompiledSystem, properties: tuple[Property, ...]
) -> None:
    campaign = run_campaign(compiled, properties, Effort(cases=30, steps=40, seed=5))
    assert campaign.refuted == {}
    assert campaign.faults == {}
    assert campaign.counts.transactions > 300


R1, R2 = 1_000_000_023_206_889_619, 1_000_122_722_344_290_393
BASE = 10_004_000_000 * 10**18


@pytest.mark.parametrize(
    ("rate", "blocks", "result"),
    [
        (R1, 1, 1000000023206889619),
        (R1, 100, 1000002320691627790),
        (R1, 7200, 1000167103563564545),
        (R1, 50400, 1001170311503913845),
        (R2, 4, 1000490979749197701),
        (R2, 200, 1024846620548254571),
        (R2, 10000, 3411486585742473486),
    ],
)
def test_powers_of_contract_and_specifications(
    compiled: CompiledSystem, rate: int, blocks: int, result: int
) -> None:
    w = Gip0034(Session(compiled, ()).world)
    assert w.l1_reservoir.pow(rate, blocks) == w.l2_reservoir.pow(rate, blocks) == result
    assert fixed_point.power(rate, blocks) == result
    error = bounds.exact_power(rate, blocks).farthest(Fraction(result, 10**18))
    assert error <= bounds.power_error(rate, blocks)


@pytest.mark.parametrize(
    ("base", "rate", "blocks", "result"),
    [
        (10**28, R1, 50400, 11703115039138450000000000),
        (BASE, R2, 1, 1227714332281091572000000),
        (BASE, R2, 3, 3683595019276533348000000),
        (BASE, R2, 8, 9825934397333278096000000),
    ],
)
def test_rewards_of_contract_and_specifications(
    compiled: CompiledSystem, base: int, rate: int, blocks: int, result: int
) -> None:
    w = Gip0034(Session(compiled, ()).world)
    assert w.l1_reservoir.newRewards(base, rate, blocks) == result
    assert w.l2_reservoir.newRewards(base, rate, blocks) == result
    assert fixed_point.new_rewards(base, rate, blocks) == result
    exact = rational.new_rewards(Fraction(base), rational.rational(rate), blocks)
    limit = rational.new_rewards_error(Fraction(base), rational.rational(rate), blocks)
    assert abs(exact - result) <= limit


# Drips by hand, with all properties looking on


class Hand:
    """The deployed system, a dripper, and whoever delivers."""

    def __init__(self, compiled: CompiledSystem, properties: tuple[Property, ...]) -> None:
        self.session = Session(compiled, properties)
        assert self.session.check_start() == []
        self.session.begin()
        self.w = Gip0034(self.session.world)
        self.bob = int(compiled.address("bob"))

    def do(self, step: Step) -> bool:
        outcome = self.session.do(step)
        broken = [(v.property.id, v.readings) for v in self.session.violations]
        assert broken == [], step
        assert self.session.faults == {}
        return outcome.succeeded

    def wait(self, blocks: int, lag: int = 0) -> None:
        self.do(ClockStep(blocks, lag))

    def drip(self, gas: int = 1_000_000) -> bool:
        args = (gas, 10**9, SUBMISSION_COST, self.bob)
        value = SUBMISSION_COST + gas * 10**9
        return self.do(CallStep("dripper", "l1_reservoir", "drip", args, value))

    def govern(self, contract: str, function: str, value: int) -> None:
        assert self.do(CallStep("governor", contract, function, (value,), 0))

    def relay(self, number: int, action: str) -> None:
        self.do(RelayStep(TO_L2, number, action, "stranger"))

    def spoke(self, number: int) -> int:
        return self.session.checker.spoke.get(f"GIP-0034-{number:03}", 0)


@pytest.fixture
def hand(compiled: CompiledSystem, properties: tuple[Property, ...]) -> Hand:
    return Hand(compiled, properties)


@pytest.mark.parametrize(
    "after", [11, 25_200, 50_389, 50_400, 50_401, 100_800], ids=lambda n: f"after-{n}"
)
def test_early_exact_and_late_drips(hand: Hand, after: int) -> None:
    """Whenever it comes, a drip brings what was minted up to R(t1), and L2 its part."""
    since = hand.w.l1_reservoir.state.lastRewardsUpdateBlock
    hand.wait(since + after - hand.w.l1.block)
    epsilon = figures_at(hand.w, hand.w.l1.block).epsilon
    assert (epsilon > 0) - (epsilon < 0) == (after < 50_400) - (after > 50_400)
    assert hand.drip()
    hand.relay(2, "deliver")
    assert hand.w.l2_reservoir.state.nextDripNonce == 2
    assert all(hand.spoke(number) for number in (32, 33, 34, 35, 36, 55, 93, 94, 97))


@pytest.mark.parametrize("late", [1, 300, 7_200])
def test_a_late_delivery_leaves_l2_short_for_a_while(hand: Hand, late: int) -> None:
    """L2 is short just before the delivery, by what it earns in so many blocks."""
    w, since = hand.w, hand.w.l2_reservoir.state.lastRewardsUpdateBlock
    base, rate = w.l2_reservoir.state.issuanceBase, w.l2_reservoir.state.issuanceRate
    hand.wait(since + 50_400 - w.l1.block)
    assert hand.drip(gas=0)
    hand.wait(late)
    short = w.l2_reservoir.getAccumulatedRewards(w.l2.block) - received(w)
    expected = bounds.l2_shortage(base, rate, 50_400, late)
    assert abs(short - expected) <= 2 * bounds.growth_error(base, rate, 50_400 + late)
    hand.relay(2, "deliver")
    assert w.l2_reservoir.getAccumulatedRewards(w.l2.block) <= received(w)
    assert hand.spoke(96)
    assert hand.spoke(97)


def test_a_lower_fraction_waits_and_never_for_ever(hand: Hand) -> None:
    """With no fraction for L2 and half the rate a drip is refused until epsilon is small."""
    hand.govern("l1_reservoir", "setL2RewardsFraction", 0)
    hand.govern("l1_reservoir", "setIssuanceRate", 10**18 + 11_603_444_809)
    assert not hand.drip()
    until = hand.w.l1_reservoir.state.rewardsMintedUntilBlock
    hand.wait(until - hand.w.l1.block)
    assert hand.drip()
    assert hand.w.l1_reservoir.state.l2RewardsFraction == 0
    assert hand.spoke(24)
    assert hand.spoke(26)


def test_a_lost_message_is_repaired_by_the_governor(hand: Hand) -> None:
    """A ticket that expires stops L2 until the governor sets the nonce; then drips go on."""
    assert hand.drip(gas=0)
    hand.relay(2, "arrive")
    hand.relay(2, "expire")
    assert hand.drip()
    hand.relay(3, "deliver")
    assert hand.w.l2_reservoir.state.nextDripNonce == 1
    hand.govern("l2_reservoir", "setNextDripNonce", 2)
    hand.relay(3, "redeem")
    assert hand.w.l2_reservoir.state.nextDripNonce == 3
    assert hand.spoke(54)


def test_the_bridge_closes_a_late_allocation(hand: Hand, compiled: CompiledSystem) -> None:
    """Whatever a message from L2 has the bridge call counts as that call, and breaks nothing."""
    close = compiled.abi("l1_staking").function("closeAllocation").encode_call(1, bytes(32))
    target = int(compiled.address("l1_staking"))
    assert hand.do(CallStep("alice", "l2_arbsys", "sendTxToL1", (target, close), 0))
    hand.do(RelayStep(TO_L1, 0, "execute", "alice"))
    assert hand.w.l1_burned.total > 0
    assert hand.spoke(67)
