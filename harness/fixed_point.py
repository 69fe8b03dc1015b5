"""Lemmas of fixed-point arithmetic, to be cited in properties: see :mod:`harness.lemma`.

``ONE`` (1e18) stands for 1.  Products are rounded half up, shares down.  The lemmas compose by
induction over whole numbers, whose step one of them is:

- a power: every product in it is off by a factor within 1 +- u, ``u`` half a unit
  (`product_is_near`), and relative errors add up (`errors_add_up`), so that ``m`` products are off
  by a factor of ``1 / (1 - m * u)`` at most;
- growth in steps, each off by such factors and a wei (`growth_stays_below`, `growth_stays_above`):
  ``k`` of them, with ``m`` products in all, are off by ``1 / (1 - m * u)`` and ``k`` wei;
- many drips: each moves what one layer sent by 0 to 2 wei from what the other earns
  (`sent_is_what_is_earned`), so ``k`` of them by 0 to 2 * k.

>>> share(7, ONE // 2), rounded_product(3, ONE // 2)
(3, 2)
"""

from __future__ import annotations

from harness.lemma import Lemma, lemma
from harness.world import Value

__all__ = ["FIXED_POINT", "ONE", "rounded_product", "share"]

ONE = 10**18
HALF = ONE // 2


def rounded_product(a: Value, b: Value) -> Value:
    """The product of two numbers in fixed point; a half is rounded up."""
    return (a * b + HALF) // ONE


def share(amount: Value, fraction: Value) -> Value:
    """A fraction in fixed point of an amount, rounded down."""
    return amount * fraction // ONE


@lemma
def product_rounds(a: Value, b: Value) -> Value:
    """A rounded product is off by at most half a unit."""
    exact, rounded = a * b, rounded_product(a, b) * ONE
    return (rounded <= exact + HALF) & (rounded > exact - HALF)


@lemma
def product_is_near(a: Value, b: Value) -> Value | None:
    """A rounded product of numbers from 1 on is off by a factor within 1 +- u, u half a unit."""
    if a < ONE or b < ONE:
        return None
    exact, rounded = a * b, rounded_product(a, b) * (2 * ONE * ONE)
    return (exact * (2 * ONE - 1) <= rounded) & (rounded <= exact * (2 * ONE + 1))


@lemma
def product_stays_above(a: Value, b: Value) -> Value | None:
    """A rounded product with a number from 1 on is no less than the other factor."""
    return None if b < ONE else rounded_product(a, b) >= a


@lemma
def product_is_monotone(a: Value, more: Value, b: Value) -> Value | None:
    """A rounded product grows with its factors."""
    return None if a > more else rounded_product(a, b) <= rounded_product(more, b)


@lemma
def one_is_neutral(a: Value) -> Value:
    """A rounded product with 1 is the other factor."""
    return rounded_product(a, ONE) == a


@lemma
def errors_add_up(m: Value, k: Value) -> Value | None:
    """Factors of 1 / (1 - m * u) and 1 / (1 - k * u), and one of 1 + u, are one of m + k + 1."""
    scale = 2 * ONE
    if m + k + 1 >= scale:
        return None
    return (scale + 1) * (scale - (m + k + 1)) <= (scale - m) * (scale - k)


@lemma
def share_rounds(amount: Value, fraction: Value) -> Value:
    """A share is rounded down by less than a wei."""
    exact, kept = amount * fraction, share(amount, fraction) * ONE
    return (kept <= exact) & (exact < kept + ONE)


@lemma
def share_is_no_more(amount: Value, fraction: Value) -> Value | None:
    """A share by a fraction up to 1 is no more than the amount."""
    return None if fraction > ONE else share(amount, fraction) <= amount


@lemma
def share_is_monotone(amount: Value, fraction: Value, more: Value) -> Value | None:
    """A share grows with the fraction."""
    return None if fraction > more else share(amount, fraction) <= share(amount, more)


@lemma
def shares_add_up(amount: Value, fraction: Value) -> Value | None:
    """The shares of a fraction and of the rest lose at most one wei together."""
    if fraction > ONE:
        return None
    both = share(amount, fraction) + share(amount, ONE - fraction)
    return (both <= amount) & (both + 1 >= amount)


@lemma
def growth_is_monotone(base: Value, power: Value, later: Value) -> Value | None:
    """A base grows, and more by a larger power: epsilon has the sign of the time that is left."""
    if power < ONE or power > later:
        return None
    return (share(base, power) >= base) & (share(base, power) <= share(base, later))


@lemma
def growth_is_positive(base: Value, excess: Value) -> Value | None:
    """A base from 1 on grows by a wei or more by a power that exceeds 1: a late drip mints."""
    return None if base < ONE or excess < 1 else share(base, ONE + excess) > base


@lemma
def sent_is_what_is_earned(
    accrued: Value, prepaid: Value, ahead: Value, old: Value, new: Value
) -> Value | None:
    """A drip sends L2 what it earns but for 0 to 2 wei: the step of 2 * k wei for k drips."""
    due, had = new * ahead + old * accrued, old * prepaid
    if old > ONE or new > ONE or due < had:
        return None
    of_l1 = share(accrued, ONE - old) + share(ahead, ONE - new) - share(prepaid, ONE - old)
    step = accrued + ahead - prepaid - of_l1 - (due - had) // ONE
    return (step >= 0) & (step <= 2)


@lemma
def growth_stays_below(
    start: Value,
    now: Value,
    after: Value,
    power: Value,
    unit: Value,
    more: Value,
    more_unit: Value,
    errors: Value,
    new: Value,
) -> Value | None:
    """What has grown by a power within 1 / (1 - m * u), and grows by one within 1 / (1 - k * u),
    has grown by their product within 1 / (1 - (m + k) * u)."""
    scale = 2 * ONE
    if power < unit or more < more_unit or unit < 1 or more_unit < 1 or errors + new >= scale:
        return None
    if now * unit * (scale - errors) > start * power * scale:
        return None
    if after * more_unit * (scale - new) > now * more * scale:
        return None
    return after * unit * more_unit * (scale - (errors + new)) <= start * power * more * scale


@lemma
def growth_stays_above(
    start: Value,
    now: Value,
    after: Value,
    power: Value,
    unit: Value,
    more: Value,
    more_unit: Value,
    errors: Value,
    new: Value,
    wei: Value,
) -> Value | None:
    """What has grown by no less than a power times 1 - m * u, without some wei times that power,
    grows on like that, without one more: the step of k wei for k drips."""
    scale = 2 * ONE
    if power < unit or more < more_unit or unit < 1 or more_unit < 1 or errors + new >= scale:
        return None
    if power * (start * (scale - errors) - wei * scale) > now * unit * scale:
        return None
    if now * more * (scale - new) > (after + 1) * more_unit * scale:
        return None
    left = start * (scale - (errors + new)) - (wei + 1) * scale
    return power * more * left <= after * unit * more_unit * scale


FIXED_POINT: tuple[Lemma, ...] = (
    product_rounds,
    product_is_near,
    product_stays_above,
    product_is_monotone,
    one_is_neutral,
    errors_add_up,
    share_rounds,
    share_is_no_more,
    share_is_monotone,
    shares_add_up,
    growth_is_monotone,
    growth_is_positive,
    sent_is_what_is_earned,
    growth_stays_below,
    growth_stays_above,
)
"""The library, in the order in which the lemmas are made of each other."""
