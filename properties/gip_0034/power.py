"""The loop of the fixed-point power: what is true of it for any number of blocks.

At the head of the loop the result is ``z * x ** (2 * n)``, but for rounding; a half is rounded up.
Every law here is proved on the bytecode of the contracts by two solvers, wherever the compiler has
put the loop; ``docs/gip-0034.md`` says what follows from them.
"""

from __future__ import annotations

from harness import Items, loop
from harness.world import Value
from specs.gip_0034.fixed_point import HALF, ONE

__all__ = ["power"]


def product(a: Value, b: Value) -> Value:
    """A product in fixed point; a half is rounded up."""
    return (a * b + HALF) // ONE


@loop
def power(n: int, x: int, z: int) -> tuple[int, int, int]:
    """A power in fixed point, by squaring and multiplying."""
    while n != 0:
        x = product(x, x)
        if n % 2 != 0:
            z = product(z, x)
        n //= 2
    return n, x, z


@power.over
def no_bit_is_left(now: Items) -> Value:
    """The exponent is used up."""
    return now.n == 0


# Invariants


@power.invariant
def nothing_falls(first: Items, now: Items) -> Value | None:
    """From 1 on, base and result never fall: no rounding undoes a factor of 1 or more."""
    if first.x < ONE or first.z < ONE:
        return None
    return (now.x >= first.x) & (now.z >= first.z)


@power.invariant
def a_bit_brings_the_base(first: Items, now: Items) -> Value | None:
    """With a bit to go, the result will be no less than the base."""
    if first.x < ONE or first.z < ONE or first.n == 0:
        return None
    return (now.n >= 1) | (now.z >= first.x)


@power.invariant
def no_bit_changes_nothing(first: Items, now: Items) -> Value | None:
    """Without a bit to go, the result is there: x ** 0 is 1 and x ** 1 is x, exactly."""
    if first.n != 0:
        return None
    return (now.n == 0) & (now.z == first.z)


@power.invariant
def one_stays_one(first: Items, now: Items) -> Value | None:
    """A base of 1 changes nothing, exactly."""
    if first.x != ONE:
        return None
    return (now.x == ONE) & (now.z == first.z)


# Relations


@power.relation
def more_blocks_give_no_less(one: Items, other: Items) -> Value:
    """A power from 1 on grows with its exponent, exactly: rounding never turns the order.

    Two runs from one base differ in their exponents until these become equal.  Until then, what the
    smaller one lacks is a square at least, which is what ``z <= x * x`` keeps; from then on their
    factors are the same, and a rounded product grows with its factors.  A run that is over waits,
    so that its base does not count.
    """
    if other.x < ONE or other.z < ONE or one.n > other.n:
        return False
    if one.n != 0 and one.x != other.x:
        return False
    if one.n == other.n:
        return one.z <= other.z
    return one.z <= product(other.x, other.x)


# Rounds


@power.round
def a_square_is_near(before: Items, after: Items) -> Value:
    """A round squares the base, off by half a unit at most."""
    exact, rounded = before.x * before.x, after.x * ONE
    return (rounded <= exact + HALF) & (rounded > exact - HALF)


@power.round
def a_factor_is_near(before: Items, after: Items) -> Value:
    """A round multiplies the result by the square, or leaves it; off by half a unit at most."""
    exact, rounded = before.z * after.x, after.z * ONE
    near = (rounded <= exact + HALF) & (rounded > exact - HALF)
    return near | (after.z == before.z)
