"""Why the power of an allowed rate does not overflow within some years: laws of its loop.

The loop squares the rate once for each bit of the exponent.  With the exponent below a power of two
the base is therefore below the highest allowed rate squared as often, which is a number; the result
is below one square more, as its exponent is.
"""

from __future__ import annotations

from itertools import accumulate, repeat

from harness import Items
from harness.world import Value
from properties.gip_0034.power import power, product
from specs.gip_0034.fixed_point import ONE

__all__ = ["MOST_BLOCKS", "MOST_RATE", "power"]

MOST_RATE = 1_000_002_000_000_000_000
"""Highest issuance rate, per block."""

_ROUNDS = 23

MOST_BLOCKS = 1 << (_ROUNDS + 1)
"""Blocks within which no power of an allowed rate overflows: more than six years of them.

The loop begins with half of them, as the last bit is dealt with before it.
"""

_SQUARES = tuple(
    accumulate(repeat(None, _ROUNDS + 1), lambda x, _: int(product(x, x)), initial=MOST_RATE)
)
"""The highest rate, squared 0, 1, 2... times in fixed point."""


def _in_range(first: Items) -> Value:
    """Whether a run begins with an allowed rate, and with few enough blocks."""
    rate = (first.x >= ONE) & (first.x <= MOST_RATE)
    return rate & (first.n < MOST_BLOCKS // 2) & (first.z <= first.x)


@power.auxiliary
def squares_have_a_bound(first: Items, now: Items) -> Value | None:
    """Whoever has bits to go has squared no more often than the bits that are gone."""
    if not _in_range(first):
        return None
    bounded = (now.n <= first.n) & (now.x <= _SQUARES[_ROUNDS])
    for bits in range(_ROUNDS):
        bounded = bounded & ((now.n < 1 << bits) | (now.x <= _SQUARES[_ROUNDS - 1 - bits]))
    return bounded


@power.auxiliary
def the_result_is_below_the_next_square(first: Items, now: Items) -> Value | None:
    """The result has fewer factors than the base squared once more."""
    if not _in_range(first):
        return None
    return (now.x >= ONE) & (now.z <= product(now.x, now.x))


@power.invariant
def the_power_has_a_bound(first: Items, now: Items) -> Value | None:
    """A power of an allowed rate is far below what a word can hold."""
    return now.z <= _SQUARES[_ROUNDS + 1] if _in_range(first) else None


@power.end
def no_square_overflows(first: Items) -> Value:
    """The power of an allowed rate can be computed, for so many blocks."""
    return _in_range(first)
