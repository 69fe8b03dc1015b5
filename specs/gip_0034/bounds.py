"""How far the fixed point may be from the exact formulas: every bound as a function.

Amounts are GRT wei, rates fixed point, times blocks; results are exact rationals.  ``u`` is half a
unit of the fixed point, 5e-19: the most that one rounded product is off.

One product of two numbers from 1 on is a * b * (1 + d) with ``|d| <= u``, and is 1 or more again.
A square doubles the relative errors of its root and adds one of its own, and a product adds up
those of its factors and one of its own.  So the power of ``n`` carries at most ``m = n - 1`` such
factors ``1 + d``, whatever the order of squares and products, and

    (1 - u)**m <= power / exact <= (1 + u)**m,    hence |power - exact| <= exact * e(m)

with ``e(m) = m * u / (1 - m * u)``.  All else follows from that and from one floor per amount.

The exact power of a week of blocks has a million digits; :func:`exact_power` encloses it instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from specs.gip_0034.rational import HALF_A_UNIT, ONE

__all__ = [
    "Enclosure",
    "exact_power",
    "growth_error",
    "l2_shortage",
    "l2_tolerance",
    "power_error",
    "relative_error",
    "sequence_error",
    "split_error",
]

_SCALE = 10**60
"""Enclosures are computed with this many parts of 1, rounded outwards."""


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A number that is known to lie between two."""

    low: Fraction
    high: Fraction

    def __mul__(self, factor: Fraction | int) -> Enclosure:
        """The number times one that is not negative."""
        return Enclosure(self.low * factor, self.high * factor)

    def __sub__(self, less: Fraction | int) -> Enclosure:
        return Enclosure(self.low - less, self.high - less)

    def farthest(self, value: Fraction | int) -> Fraction:
        """The most that a value may differ from the number."""
        return max(abs(self.low - value), abs(self.high - value))


@lru_cache(maxsize=1024)
def exact_power(rate: int, blocks: int) -> Enclosure:
    """``(rate / ONE) ** blocks`` without rounding, enclosed; ``rate`` is fixed point from 1 on.

    Raises :class:`ValueError` for a smaller rate.
    """
    if rate < ONE:
        raise ValueError(f"rates begin at {ONE} (1 in fixed point), not at {rate}")
    unit = _SCALE // ONE
    low = high = _SCALE
    low_square = high_square = rate * unit
    while blocks:
        if blocks % 2:
            low = low * low_square // _SCALE
            high = -(-high * high_square // _SCALE)
        low_square = low_square * low_square // _SCALE
        high_square = -(-high_square * high_square // _SCALE)
        blocks //= 2
    return Enclosure(Fraction(low, _SCALE), Fraction(high, _SCALE))


def relative_error(products: int) -> Fraction:
    """``e(m) = m * u / (1 - m * u)``: the relative error that ``m`` rounded products may add up to.

    Raises :class:`ValueError` where that says nothing: for 2e18 products and more.
    """
    errors = max(products, 0) * HALF_A_UNIT
    if errors >= 1:
        raise ValueError(f"{products} rounded products have no bound")
    return errors / (1 - errors)


def power_error(rate: int, blocks: int) -> Fraction:
    """``r**n * e(n - 1)``: how far the power in fixed point may be from the exact one."""
    return exact_power(rate, blocks).low * relative_error(blocks - 1)


def growth_error(base: int, rate: int, blocks: int) -> Fraction:
    """``p * r**n * e(n - 1) + 1``: how far dR may be from the exact one, in wei."""
    return base * power_error(rate, blocks) + 1


def sequence_error(base: int, rate: int, blocks: int, drips: int) -> Fraction:
    """``p * r**n * e(n - k) + k * r**n``: how far ``k`` drips may be from one exponential, in wei.

    ``blocks`` (n) is what they span together.  Each drip rounds one power less than its blocks, and
    one amount, which grows on from there.
    """
    exact = exact_power(rate, blocks).low
    return exact * (base * relative_error(blocks - drips) + drips)


def split_error(rate: int, blocks: int) -> Fraction:
    """``1 + r**n``: how many wei of R the two layers may lose between two drips, by rounding.

    The share of L1 is rounded down, the base of L2 is, and so is what that grows by.
    """
    return 1 + exact_power(rate, blocks).low


def l2_tolerance(drips: int) -> int:
    """``2 * k``: how many wei L2 may be short of what it earns until t1, for ``k`` drips.

    A drip rounds what it sends down, and what L1 keeps of what accrued: what is not L1's is L2's.
    """
    return 2 * drips


def l2_shortage(base: int, rate: int, interval: int, late: int) -> Fraction:
    """``q * r**i * (r**d - 1)``: what L2 runs short of if a delivery comes ``d`` blocks late.

    ``base`` is q, ``interval`` (i) the blocks that the last drip covered.  After ``i`` blocks L2
    has used up what that drip brought, and goes on earning at the old base until the delivery.
    """
    if late <= 0:
        return Fraction(0)
    return base * (exact_power(rate, interval + late).high - exact_power(rate, interval).low)
