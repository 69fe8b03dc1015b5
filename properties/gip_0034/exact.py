"""How far the fixed point is from the exact formulas, proved for any number of blocks.

``r ** n`` is a power of whole numbers here, so that ``rate ** n / ONE ** n`` is the exact one; what
divides is multiplied instead.  ``UNITS`` is 1 / u, with u half a unit of the fixed point, 5e-19.
The bounds are those of ``bounds``, which measures them on what runs.
"""

from __future__ import annotations

from harness import Number, summary
from harness.world import Value
from properties.gip_0034.power import UNITS
from properties.gip_0034.system import ONE, Gip0034


def products_of(blocks: Value) -> Value:
    """How many rounded products a power of so many blocks carries at most."""
    return blocks - 1 if blocks >= 1 else 0


@summary(
    "GIP-0034-130",
    of="l1_reservoir.FixedPoint.pow",
    severity="critical",
    source="GIP-0034, fixed point",
    followed=True,
)
def a_power_is_off_by_its_products(w: Gip0034, x: Number, n: Number, z: Number) -> Value | None:
    """For every rate from 1 on, the power of n blocks is off by rounding only.

    It is within a factor of 1 - m * u and 1 / (1 - m * u) of the exact one, for m = n - 1.

    Limit: r**n * e(n - 1) for n blocks
    Real parameters: 2.523e-14 for a week, 2.418e-11 for ten years without a drip
    """
    if x < ONE:
        return None
    power, unit, left = x**n, ONE**n, UNITS - products_of(n)
    not_above = z * unit * left <= power * ONE * UNITS
    not_below = power * ONE * left <= z * unit * UNITS
    return not_above & not_below


@summary(
    "GIP-0034-131",
    of="l1_reservoir.FixedPoint.newRewards",
    severity="critical",
    source="GIP-0034, dR",
    followed=True,
)
def new_rewards_are_off_by_their_products(
    w: Gip0034, base: Number, rate: Number, blocks: Number, grown: Number
) -> Value | None:
    """For every base and every rate from 1 on, dR of n blocks is off by rounding only, in wei.

    p + dR is no more than the exact p * r**n / (1 - m * u), and no less than p * r**n * (1 - m * u)
    without a wei, for m = n - 1.

    Limit: p * r**n * e(n - 1) + 1 for n blocks
    Real parameters: 2.523e14 wei for a week, 2.418e17 for ten years without a drip
    """
    if rate < ONE:
        return None
    power, unit, left = rate**blocks, ONE**blocks, UNITS - products_of(blocks)
    not_above = (base + grown) * unit * left <= base * power * UNITS
    not_below = base * power * left <= (base + grown + 1) * unit * UNITS
    return not_above & not_below
