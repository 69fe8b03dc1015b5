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


# Companions: the exact power

UNITS = 2 * ONE
"""``1 / u``: how many halves of a unit make 1."""


@power.companion(lambda first: first.x)
def base(now: Items, after: Items) -> Value:
    """The base is ``base / base_scale`` without rounding."""
    return now.base * now.base


@power.companion(lambda first: ONE)
def base_scale(now: Items, after: Items) -> Value:
    """See `base`."""
    return now.base_scale * now.base_scale


@power.companion(lambda first: first.z)
def exact(now: Items, after: Items) -> Value:
    """The result is ``exact / scale`` without rounding."""
    return now.exact if now.n % 2 == 0 else now.exact * after.base


@power.companion(lambda first: ONE)
def scale(now: Items, after: Items) -> Value:
    """See `exact`."""
    return now.scale if now.n % 2 == 0 else now.scale * after.base_scale


@power.companion(lambda first: 0)
def base_errors(now: Items, after: Items) -> Value:
    """How often the base was rounded: a square doubles the errors, and adds its own."""
    return 2 * now.base_errors + 1


@power.companion(lambda first: 0)
def errors(now: Items, after: Items) -> Value:
    """How often the result was: a product adds up the errors of its factors, and its own.

    A product with 1 is exact.
    """
    if now.n % 2 == 0:
        return now.errors
    return now.errors + after.base_errors + (0 if now.z == ONE else 1)


@power.invariant
def bases_are_positive(first: Items, now: Items) -> Value | None:
    """From 1 on, the base is a positive fraction, and its errors are counted from 0 on."""
    if first.x < ONE or first.z < ONE:
        return None
    return (now.base >= 1) & (now.base_scale >= 1) & (now.base_errors >= 0)


@power.invariant
def results_are_positive(first: Items, now: Items) -> Value | None:
    """From 1 on, the result is a positive fraction, and its errors are counted from 0 on."""
    if first.x < ONE or first.z < ONE:
        return None
    return (now.exact >= 1) & (now.scale >= 1) & (now.errors >= 0)


@power.invariant
def the_base_is_not_far_above(first: Items, now: Items) -> Value | None:
    """The base is no more than the exact one divided by 1 - m * u, for m errors."""
    if first.x < ONE or first.z < ONE:
        return None
    return now.x * now.base_scale * (UNITS - now.base_errors) <= now.base * ONE * UNITS


@power.invariant
def the_base_is_not_far_below(first: Items, now: Items) -> Value | None:
    """The base is no less than the exact one times 1 - m * u, for m errors."""
    if first.x < ONE or first.z < ONE:
        return None
    return now.base * ONE * (UNITS - now.base_errors) <= now.x * now.base_scale * UNITS


@power.invariant
def the_result_is_not_far_above(first: Items, now: Items) -> Value | None:
    """The result is no more than the exact one divided by 1 - k * u, for k errors."""
    if first.x < ONE or first.z < ONE:
        return None
    return now.z * now.scale * (UNITS - now.errors) <= now.exact * ONE * UNITS


@power.invariant
def the_result_is_not_far_below(first: Items, now: Items) -> Value | None:
    """The result is no less than the exact one times 1 - k * u, for k errors."""
    if first.x < ONE or first.z < ONE:
        return None
    return now.exact * ONE * (UNITS - now.errors) <= now.z * now.scale * UNITS


@power.invariant
def errors_are_as_many_as_factors(first: Items, now: Items) -> Value:
    """The errors of the result, and those to come, are as many as the factors to come at first."""
    return now.errors + 2 * now.n * (now.base_errors + 1) <= 2 * first.n


@power.invariant
def the_first_factor_is_exact(first: Items, now: Items) -> Value | None:
    """They are one less if the result is 1 at first, since then the first product is exact."""
    if first.z != ONE or first.n == 0:
        return None
    to_come = 2 * now.n * (now.base_errors + 1)
    none_yet = (now.errors == 0) & (now.z == ONE) & (now.n >= 1) & (to_come <= 2 * first.n)
    return none_yet | (now.errors + to_come <= 2 * first.n - 1)


@power.invariant
def the_numerator_is_a_power(first: Items, now: Items) -> Value:
    """With the factors to come, the numerator of the result is that at first times a power."""
    return now.exact * now.base ** (2 * now.n) == first.z * first.x ** (2 * first.n)


@power.invariant
def the_denominator_is_a_power(first: Items, now: Items) -> Value:
    """With the factors to come, so is its denominator."""
    return now.scale * now.base_scale ** (2 * now.n) == ONE * ONE ** (2 * first.n)


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
def a_bit_is_used_up(before: Items, after: Items) -> Value:
    """A round halves the exponent."""
    return after.n == before.n // 2


@power.round
def a_square_is_near(before: Items, after: Items) -> Value:
    """A round squares the base, off by half a unit at most."""
    exact, rounded = before.x * before.x, after.x * ONE
    return (rounded <= exact + HALF) & (rounded > exact - HALF)


@power.round
def a_factor_is_near(before: Items, after: Items) -> Value:
    """A round multiplies the result by the square for an odd exponent, off by half a unit at most,
    and not at all if the result is 1; for an even one it leaves the result."""
    if before.n % 2 == 0:
        return after.z == before.z
    if before.z == ONE:
        return after.z == after.x
    exact, rounded = before.z * after.x, after.z * ONE
    return (rounded <= exact + HALF) & (rounded > exact - HALF)
