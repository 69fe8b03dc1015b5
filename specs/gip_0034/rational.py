"""The GIP's own formulas, in exact rationals.

Nothing is rounded: rates and fractions are rationals (5 % is 1/20), amounts are rational numbers
of GRT wei, times are blocks.  The names are those of :mod:`specs.gip_0034.fixed_point`, so that
a rounding error is the difference between two functions of one name.

>>> new_rewards(Fraction(100), Fraction(11, 10), 2)
Fraction(21, 1)
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

ONE = 10**18
HALF_A_UNIT = Fraction(1, 2 * ONE)
"""The most that one rounded product in fixed point is off."""


def rational(fixed_point: int) -> Fraction:
    """What a number in fixed point stands for.

    >>> rational(25 * 10**16)
    Fraction(1, 4)
    """
    return Fraction(fixed_point, ONE)


@lru_cache(maxsize=64)
def power(rate: Fraction, blocks: int) -> Fraction:
    """``rate ** blocks``; for a week of blocks that is a number of a million digits."""
    return Fraction(rate**blocks)


def power_error(rate: Fraction, blocks: int) -> Fraction:
    """A bound on how far the power in fixed point is from the exact one, for a rate from 1 on.

    Every product there is off by a factor between 1 - u and 1 + u, where u is half a unit,
    because no factor is below 1.  A square doubles the error of its root, so the errors of all
    products that make up the power add up to at most ``blocks - 1`` such factors.

    Hence |error| <= exact * m * u / (1 - m * u) with m = blocks - 1.
    """
    if rate < 1:
        raise ValueError(f"the bound holds for rates from 1 on, not for {rate}")
    errors = max(blocks - 1, 0) * HALF_A_UNIT
    return power(rate, blocks) * errors / (1 - errors)


def new_rewards(base: Fraction, rate: Fraction, blocks: int) -> Fraction:
    """dR: what a base yields at a rate per block in so many blocks."""
    return base * power(rate, blocks) - base


def new_rewards_error(base: Fraction, rate: Fraction, blocks: int) -> Fraction:
    """A bound on how far dR in fixed point is from the exact one, in GRT wei: one is rounded."""
    return base * power_error(rate, blocks) + 1


@dataclass(frozen=True, kw_only=True)
class Issuance:
    """The rewards between two drips, on one clock for both layers.

    ``base`` is p(t0), ``rate`` r, ``fraction`` lambda, ``since`` t0 and ``until`` t1.  ``l1`` and
    ``l2`` are R1(t0) and R2(t0).
    """

    base: Fraction
    rate: Fraction
    fraction: Fraction
    since: int
    until: int
    l1: Fraction = Fraction(0)
    l2: Fraction = Fraction(0)

    def new_rewards(self, block: int) -> Fraction:
        """dR(t, t0)."""
        return new_rewards(self.base, self.rate, block - self.since)

    def l1_rewards(self, block: int) -> Fraction:
        """R1(t) = R1(t0) + (1 - lambda) * dR(t, t0)."""
        return self.l1 + (1 - self.fraction) * self.new_rewards(block)

    def l2_rewards(self, block: int) -> Fraction:
        """R2(t) = R2(t0) + lambda * dR(t, t0)."""
        return self.l2 + self.fraction * self.new_rewards(block)

    def rewards(self, block: int) -> Fraction:
        """R(t) = R(t0) + dR(t, t0), which is R1(t) + R2(t)."""
        return self.l1 + self.l2 + self.new_rewards(block)

    def l2_base(self) -> Fraction:
        """q(t0) = lambda * p(t0)."""
        return self.fraction * self.base


@dataclass(frozen=True, kw_only=True)
class Layer2:
    """The rewards as L2 knows them: its own t0 (``since``) is the block of receipt."""

    base: Fraction
    rate: Fraction
    since: int
    l2: Fraction = Fraction(0)

    def l2_rewards(self, block: int) -> Fraction:
        """R2(t) = R2(t0) + q(t0) * r ** (t - t0) - q(t0)."""
        return self.l2 + new_rewards(self.base, self.rate, block - self.since)

    def receive(self, block: int, base: Fraction, rate: Fraction) -> Layer2:
        """What L2 knows after a message that arrives in ``block``."""
        return Layer2(base=base, rate=rate, since=block, l2=self.l2_rewards(block))


@dataclass(frozen=True, kw_only=True)
class Drip:
    """What a drip does: ``epsilon``, ``ahead`` (n), ``minted`` (N), ``sent`` to L2, and ``after``.

    ``epsilon`` is negative when the drip is late.  ``minted`` and ``sent`` may be negative: then
    the drip must wait.
    """

    epsilon: Fraction
    ahead: Fraction
    minted: Fraction
    sent: Fraction
    after: Issuance


def drip(now: Issuance, block: int, interval: int, rate: Fraction, fraction: Fraction) -> Drip:
    """A drip in ``block`` for the next ``interval`` blocks; rate and fraction begin with it.

    epsilon = dR(t1, t0) - dR(t, t0)           n = dR(t1', t)            N = n - epsilon
    to L2   = lambda * N, or lambda_new * n - lambda_old * epsilon if lambda changes
    """
    epsilon = now.new_rewards(now.until) - now.new_rewards(block)
    after = Issuance(
        base=now.base + now.new_rewards(block),
        rate=rate,
        fraction=fraction,
        since=block,
        until=block + interval,
        l1=now.l1_rewards(block),
        l2=now.l2_rewards(block),
    )
    ahead = after.new_rewards(after.until)
    minted = ahead - epsilon
    if fraction == now.fraction:
        sent = fraction * minted
    else:
        sent = fraction * ahead - now.fraction * epsilon
    return Drip(epsilon=epsilon, ahead=ahead, minted=minted, sent=sent, after=after)


def keeper_reward(per_block: Fraction, block: int, since: int, min_interval: int) -> Fraction:
    """K(t) as it was built: kappa * (t - t0), nothing within the minimum interval."""
    if block <= since + min_interval:
        return Fraction(0)
    return per_block * (block - since)


def keeper_reward_of_the_text(
    per_block: Fraction, block: int, since: int, min_interval: int
) -> Fraction:
    """K(t) as the GIP's text has it: kappa * (t - (t0 + tKmin)), and nothing before that."""
    return per_block * max(block - (since + min_interval), 0)


# Who gets the rewards of a layer


def rewards_per_signal(before: Fraction, new_rewards: Fraction, signal: Fraction) -> Fraction:
    """rho(t) = rho(ts) + (R(t) - R(ts)) / sigma; nothing is added while there is no signal."""
    return before if signal == 0 else before + new_rewards / signal


def subgraph_rewards(per_signal: Fraction, snapshot: Fraction, signal: Fraction) -> Fraction:
    """dR_i = (rho(t) - rho_i(ts)) * sigma_i."""
    return (per_signal - snapshot) * signal


def rewards_per_allocated_token(
    before: Fraction, new_rewards: Fraction, allocated: Fraction
) -> Fraction:
    """gamma_i(t) = gamma_i(tw) + dR_i / omega_i; nothing is added while nothing is allocated."""
    return before if allocated == 0 else before + new_rewards / allocated


def allocation_rewards(per_token: Fraction, snapshot: Fraction, tokens: Fraction) -> Fraction:
    """R_i^k = (gamma_i(t) - gamma_i(t_k)) * omega_i^k."""
    return (per_token - snapshot) * tokens
