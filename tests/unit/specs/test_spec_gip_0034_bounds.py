"""The bounds of the fixed point: they hold, they are not idle, and come to what is printed."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.report.limits import limit_of
from harness.targets import load_targets
from specs.gip_0034 import MAX_ISSUANCE_RATE, ONE, bounds, fixed_point, rational

R1 = 1_000_000_023_206_889_619
SUPPLY, WEEK, YEAR = 10**28, 50_400, 365 * 7200
RATES = st.integers(ONE, MAX_ISSUANCE_RATE)


@given(rate=RATES, blocks=st.integers(0, 300))
@settings(max_examples=60, deadline=None)
def test_the_enclosure_has_the_exact_power_in_it(rate: int, blocks: int) -> None:
    exact = rational.power(rational.rational(rate), blocks)
    enclosed = bounds.exact_power(rate, blocks)
    assert enclosed.low <= exact <= enclosed.high
    assert enclosed.high - enclosed.low < Fraction(1, 10**55)


@given(rate=RATES, blocks=st.integers(0, 10 * YEAR))
@settings(max_examples=150, deadline=None)
def test_powers_of_ten_years_are_within_their_bound(rate: int, blocks: int) -> None:
    off = bounds.exact_power(rate, blocks).farthest(Fraction(fixed_point.power(rate, blocks), ONE))
    assert off <= bounds.power_error(rate, blocks)


def test_the_error_of_a_week_is_the_one_that_was_measured() -> None:
    off = Fraction(fixed_point.power(R1, WEEK), ONE) - bounds.exact_power(R1, WEEK).low
    assert round(off * ONE) == 8863


def truncating_power(x: int, n: int) -> int:
    """A power whose products are cut off instead of rounded."""
    z = x if n % 2 else ONE
    while n := n // 2:
        x = x * x // ONE
        if n % 2:
            z = z * x // ONE
    return z


def test_the_bound_is_so_tight_that_truncation_breaks_it() -> None:
    # Squares of squares double one error that is nearly a whole unit: more than half of it each.
    off = bounds.exact_power(R1, 64).farthest(Fraction(truncating_power(R1, 64), ONE))
    assert off > bounds.power_error(R1, 64)


@given(
    rate=RATES,
    base=st.integers(1, 10**29),
    gaps=st.lists(st.integers(1, 60_000), min_size=1, max_size=12),
)
@settings(max_examples=100, deadline=None)
def test_drips_stay_near_one_exponential(rate: int, base: int, gaps: list[int]) -> None:
    now = base
    for gap in gaps:
        now += fixed_point.new_rewards(now, rate, gap)
    exact = bounds.exact_power(rate, sum(gaps)) * base
    assert exact.farthest(now) <= bounds.sequence_error(base, rate, sum(gaps), len(gaps))


def test_a_drip_in_every_block_rounds_amounts_only() -> None:
    base = SUPPLY
    for _ in range(20_000):
        base += fixed_point.new_rewards(base, R1, 1)
    off = (bounds.exact_power(R1, 20_000) * SUPPLY).farthest(base)
    assert 0 < off <= bounds.sequence_error(SUPPLY, R1, 20_000, 20_000) < 20_010


@given(rate=RATES, fraction=st.integers(0, ONE), blocks=st.integers(0, 200_000))
@settings(max_examples=100, deadline=None)
def test_the_layers_lose_no_more_than_dust(rate: int, fraction: int, blocks: int) -> None:
    now = fixed_point.Issuance(base=SUPPLY, rate=rate, fraction=fraction, since=0, until=WEEK)
    layer = fixed_point.Layer2(base=now.l2_base(), rate=rate, since=0)
    lost = now.new_rewards(blocks) - now.new_l1_rewards(blocks) - layer.new_rewards(blocks)
    assert 0 <= lost <= bounds.split_error(rate, blocks)


def test_what_has_no_bound_is_refused() -> None:
    with pytest.raises(ValueError, match="rates begin at"):
        bounds.exact_power(ONE - 1, 3)
    with pytest.raises(ValueError, match="have no bound"):
        bounds.relative_error(2 * ONE)
    assert bounds.relative_error(0) == bounds.relative_error(-1) == 0


@pytest.mark.parametrize("late", [0, 1, 300, 7200])
def test_a_late_delivery_leaves_l2_short_by_its_bound(late: int) -> None:
    """What L2 earns at the old base until the delivery, less what was sent for one interval."""
    now = fixed_point.Issuance(base=SUPPLY, rate=R1, fraction=3 * ONE // 10, since=0, until=WEEK)
    sent = fixed_point.share(now.new_rewards(WEEK), now.fraction)
    earned = fixed_point.new_rewards(now.l2_base(), R1, WEEK + late)
    rounding = 2 * bounds.growth_error(now.l2_base(), R1, WEEK + late)
    limit = bounds.l2_shortage(now.l2_base(), R1, WEEK, late)
    assert abs(earned - sent - limit) <= rounding
    assert (limit > 10**18) == (late > 0)


# What is printed


def short(value: Fraction | int) -> str:
    return f"{float(value):.4g}"


def test_the_numbers_that_are_printed_are_those_of_the_formulas() -> None:
    root = Path(__file__).parents[3]
    targets = load_targets(["properties/gip_0034"], root)
    limits = {p.id: limit_of(p) for t in targets for p in t.properties}
    week, ten_years = WEEK, 10 * YEAR
    growth = bounds.growth_error
    one = growth(SUPPLY, R1, week)
    shortages = [
        bounds.l2_shortage(3 * SUPPLY // 10, R1, week, late) / ONE for late in (1, 300, 7200)
    ]
    first, *rest = shortages
    short_ones = [f"{float(first):.2f} GRT for 1 block"] + [f"{float(s):_.0f}" for s in rest]
    printed = {
        "090": [short(bounds.power_error(R1, week)), short(bounds.power_error(R1, ten_years))],
        "091": [short(one), short(growth(SUPPLY, R1, ten_years))],
        "092": [short(one + growth(SUPPLY, R1, n)) for n in (week // 2, week, 2 * week)],
        "093": [
            short(bounds.sequence_error(SUPPLY, R1, 52 * week, 52)),
            f"{float(bounds.sequence_error(SUPPLY, R1, 200_000, 200_000)):_.0f}",
        ],
        "094": [f"{float(bounds.split_error(R1, week)):.3f}"],
        "095": [str(bounds.l2_tolerance(52))],
        "096": short_ones,
        "097": short_ones,
    }
    for number, expected in printed.items():
        limit = limits[f"GIP-0034-{number}"]
        assert limit is not None
        assert limit.formula
        for value in expected:
            assert value.replace("e+", "e") in limit.numbers, number
    assert {name for name, limit in limits.items() if limit} == {
        f"GIP-0034-{number}" for number in printed
    }
