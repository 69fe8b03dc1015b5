"""The numbers of the reservoirs: fixed point against exact rationals."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from specs.gip_0034 import MAX_ISSUANCE_RATE, ONE, fixed_point, rational
from specs.gip_0034.rational import rational as exact
from specs.model import MAX_UINT256, Revert

R1, R2 = 1_000_000_023_206_889_619, 1_000_122_722_344_290_393
BASE, WEEK = 10_004_000_000 * ONE, 50_400
TEN_YEARS = 10 * 365 * 7200
RATES = st.integers(ONE, MAX_ISSUANCE_RATE)
FRACTIONS = st.one_of(st.sampled_from((0, ONE // 2, ONE)), st.integers(0, ONE))


@pytest.mark.parametrize(
    ("rate", "blocks", "result"),
    [
        (R1, 0, ONE),
        (R1, 1, 1000000023206889619),
        (R1, 100, 1000002320691627790),
        (R1, 7200, 1000167103563564545),
        (R1, WEEK, 1001170311503913845),
        (R2, 4, 1000490979749197701),
        (R2, 200, 1024846620548254571),
        (R2, 10000, 3411486585742473486),
    ],
)
def test_powers(rate: int, blocks: int, result: int) -> None:
    assert fixed_point.power(rate, blocks) == result
    error = exact(result) - rational.power(exact(rate), blocks)
    assert abs(error) <= rational.power_error(exact(rate), blocks)
    if (rate, blocks) == (R1, WEEK):
        assert round(error * ONE) == 8863


@pytest.mark.parametrize(
    ("base", "rate", "blocks", "result"),
    [
        (10**28, R1, WEEK, 11703115039138450000000000),
        (BASE, R2, 1, 1227714332281091572000000),
        (BASE, R2, 3, 3683595019276533348000000),
        (BASE, R2, 8, 9825934397333278096000000),
    ],
)
def test_new_rewards(base: int, rate: int, blocks: int, result: int) -> None:
    assert fixed_point.new_rewards(base, rate, blocks) == result
    error = result - rational.new_rewards(Fraction(base), exact(rate), blocks)
    assert abs(error) <= rational.new_rewards_error(Fraction(base), exact(rate), blocks)


def test_powers_of_odd_things() -> None:
    assert fixed_point.power(0, 0) == ONE
    assert fixed_point.power(0, 5) == 0
    assert fixed_point.new_rewards(BASE, ONE - 1, 100) == 0
    assert fixed_point.new_rewards(BASE, R1, 0) == 0
    with pytest.raises(Revert, match="Panic"):
        fixed_point.power(2**128, 2)
    with pytest.raises(Revert, match="Panic"):
        fixed_point.new_rewards(MAX_UINT256, R1, 1)
    with pytest.raises(ValueError, match="from 1 on"):
        rational.power_error(Fraction(1, 2), 3)


@given(rate=RATES, blocks=st.integers(0, 600))
@settings(max_examples=60, deadline=None)
def test_a_power_is_off_by_less_than_its_bound(rate: int, blocks: int) -> None:
    error = exact(fixed_point.power(rate, blocks)) - rational.power(exact(rate), blocks)
    assert abs(error) <= rational.power_error(exact(rate), blocks)


@given(rate=RATES, blocks=st.integers(0, TEN_YEARS))
@settings(max_examples=100, deadline=None)
def test_a_power_grows_with_every_block(rate: int, blocks: int) -> None:
    assert fixed_point.power(rate, blocks) <= fixed_point.power(rate, blocks + 1)


def test_drips_against_one_exponential() -> None:
    """Few drips lose and gain almost nothing; a drip in every block loses 0.00035 GRT."""
    base = 10**28
    for _ in range(4):
        base += fixed_point.new_rewards(base, R1, WEEK)
    assert abs(base - 10**28 - fixed_point.new_rewards(10**28, R1, 4 * WEEK)) < 4 * 10**10
    base = 10**28
    for _ in range(200_000):
        base += fixed_point.new_rewards(base, R1, 1)
    lost = 10**28 + fixed_point.new_rewards(10**28, R1, 200_000) - base
    assert 34 * 10**13 < lost < 36 * 10**13


# One drip.


@dataclass(frozen=True)
class Both:
    """One state in both arithmetics, one drip of it, and bounds on how far they differ."""

    fixed: fixed_point.Drip
    ideal: rational.Drip
    epsilon_error: Fraction
    minted_error: Fraction


def drip_both(
    before: fixed_point.Issuance, block: int, interval: int, rate: int, fraction: int
) -> Both:
    ideal_before = rational.Issuance(
        base=Fraction(before.base),
        rate=exact(before.rate),
        fraction=exact(before.fraction),
        since=before.since,
        until=before.until,
    )
    ideal = rational.drip(ideal_before, block, interval, exact(rate), exact(fraction))
    old = exact(before.rate)
    accrued = rational.new_rewards_error(Fraction(before.base), old, block - before.since)
    prepaid = rational.new_rewards_error(Fraction(before.base), old, before.until - before.since)
    base = ideal.after.base + accrued
    growth = rational.power(exact(rate), interval) - 1
    ahead = rational.new_rewards_error(base, exact(rate), interval) + accrued * growth
    fixed = fixed_point.drip(before, block, interval, rate, fraction)
    return Both(fixed, ideal, accrued + prepaid, accrued + prepaid + ahead)


ISSUANCES = st.builds(
    fixed_point.Issuance,
    base=st.integers(10**24, 10**29),
    rate=RATES,
    fraction=FRACTIONS,
    since=st.just(1000),
    until=st.just(1400),
)


@given(
    before=ISSUANCES,
    block=st.one_of(st.just(1400), st.integers(1001, 1800)),
    rate=RATES,
    fraction=FRACTIONS,
)
@settings(max_examples=60, deadline=None)
def test_a_drip_is_what_the_proposal_says_but_for_rounding(
    before: fixed_point.Issuance, block: int, rate: int, fraction: int
) -> None:
    both = drip_both(before, block, 400, rate, fraction)
    fixed, ideal = both.fixed, both.ideal
    assert abs(fixed.epsilon - ideal.epsilon) <= both.epsilon_error
    assert abs(fixed.minted - ideal.minted) <= both.minted_error
    assert fixed.minted == fixed.ahead - fixed.epsilon
    assert abs(fixed.sent - ideal.sent) <= both.minted_error + 1
    assert abs(fixed.after.l2_base() - ideal.after.l2_base()) <= both.epsilon_error + 1
    assert fixed.sent == fixed.l2 // ONE
    if fraction == before.fraction:
        assert fixed.sent == fixed.minted * fraction // ONE
    if before.rate > ONE:
        order = (block > 1400) - (block < 1400)
        assert (fixed.epsilon < 0) - (fixed.epsilon > 0) == order
        assert (ideal.epsilon < 0) - (ideal.epsilon > 0) == order


def test_the_layers_add_up_to_the_whole() -> None:
    issuance = rational.Issuance(
        base=Fraction(10**6), rate=Fraction(11, 10), fraction=Fraction(1, 3), since=0, until=5
    )
    later = rational.drip(issuance, 3, 5, Fraction(6, 5), Fraction(1, 2)).after
    assert later.rewards(7) == later.l1_rewards(7) + later.l2_rewards(7)
    layer = rational.Layer2(base=issuance.l2_base(), rate=issuance.rate, since=0)
    layer = layer.receive(3, later.l2_base(), later.rate)
    assert layer.l2_rewards(7) == later.l2_rewards(7)


def test_the_keeper_reward_of_the_text_starts_later_than_the_built_one() -> None:
    args = (Fraction(3), 120, 100, 10)
    assert rational.keeper_reward(*args) == 60
    assert rational.keeper_reward_of_the_text(*args) == 30
    assert rational.keeper_reward(Fraction(3), 110, 100, 10) == 0
    assert rational.keeper_reward_of_the_text(Fraction(3), 110, 100, 10) == 0


# Many drips.

STEPS = st.lists(st.tuples(st.integers(1, 900), RATES, FRACTIONS), min_size=1, max_size=8)


@given(base=st.integers(1, 10**29), steps=STEPS)
@settings(max_examples=100, deadline=None)
def test_both_layers_can_pay(base: int, steps: list[tuple[int, int, int]]) -> None:
    """With messages that arrive at once: L1 exactly, L2 but for less than 2 wei per drip."""
    now = fixed_point.Issuance(base=base, rate=ONE, fraction=0, since=1, until=1)
    layer = fixed_point.Layer2(base=0, rate=ONE, since=1)
    kept = sent = drips = 0
    for blocks, rate, fraction in steps:
        plan = fixed_point.drip(now, now.since + blocks, 400, rate, fraction)
        if plan.minted <= 0 or plan.l2 < 0:
            continue
        drips += 1
        now = plan.after
        layer = layer.receive(now.since, now.l2_base(), now.rate)
        kept, sent = kept + plan.minted - plan.sent, sent + plan.sent
        for block in (now.since, now.since + 200, now.until):
            assert kept >= now.l1_rewards(block)
            assert sent > layer.l2_rewards(block) - 2 * drips


@given(before=ISSUANCES, rate=RATES, fraction=FRACTIONS)
@settings(max_examples=60, deadline=None)
def test_a_drip_need_not_wait_longer_than_its_interval(
    before: fixed_point.Issuance, rate: int, fraction: int
) -> None:
    plan = fixed_point.drip(before, before.until, 400, rate, fraction)
    assert plan.l2 >= 0
    if rate > ONE:
        assert plan.minted > 0
    elif before.rate > ONE:
        assert fixed_point.drip(before, before.until + 1, 400, rate, fraction).minted > 0
