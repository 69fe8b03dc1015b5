"""The arithmetic of the contracts: whole numbers of which ``ONE`` (1e18) stands for 1.

Amounts are in GRT wei, rates and fractions in fixed point, times in blocks.  What does not fit
into 256 bits reverts with ``Panic``, as it does in the contracts.  :mod:`specs.gip_0034.rational`
has the same formulas without rounding, under the same names.

>>> power(1000000023206889619, 50400)
1001170311503913845
"""

from __future__ import annotations

from dataclasses import dataclass

from specs.model import uint256

ONE = 10**18
HALF = ONE // 2


def multiply(a: int, b: int) -> int:
    """The product of two numbers in fixed point; a half is rounded up.

    >>> multiply(ONE, ONE) == ONE, multiply(HALF, 1), multiply(HALF - 1, 1)
    (True, 1, 0)
    """
    return uint256(a * b + HALF) // ONE


def power(x: int, n: int) -> int:
    """``x`` in fixed point to the power of the whole number ``n``, by squaring.

    Every product is rounded.  ``power(x, 0)`` is 1, also for 0.
    """
    z = x if n % 2 == 1 else ONE
    n //= 2
    while n != 0:
        x = multiply(x, x)
        if n % 2 == 1:
            z = multiply(z, x)
        n //= 2
    return z


def new_rewards(base: int, rate: int, blocks: int) -> int:
    """What a base (GRT wei) yields at a rate per block in so many blocks: the GIP's dR.

    A rate of at most 1 yields nothing.  The base times the power is rounded down.
    """
    if rate <= ONE or blocks == 0:
        return 0
    return uint256(base * power(rate, blocks)) // ONE - base


def share(amount: int, fraction: int) -> int:
    """A fraction of an amount, rounded down.

    >>> share(3, HALF)
    1
    """
    return uint256(amount * fraction) // ONE


@dataclass(frozen=True, kw_only=True)
class Issuance:
    """The rewards as L1 knows them between two drips.

    ``base`` is p(t0) and ``rate`` is r; ``fraction`` is lambda, the share of L2; ``since`` is t0,
    the block of the last drip, and ``until`` t1, the block until which it minted.  ``l1`` is
    R1(t0), all rewards of L1 until the last drip.
    """

    base: int
    rate: int
    fraction: int
    since: int
    until: int
    l1: int = 0

    def new_rewards(self, block: int) -> int:
        """The rewards of both layers since the last drip: dR(block, t0)."""
        return new_rewards(self.base, self.rate, uint256(block - self.since))

    def new_l1_rewards(self, block: int) -> int:
        """The part of L1 in them, rounded down."""
        return share(self.new_rewards(block), ONE - self.fraction)

    def l1_rewards(self, block: int) -> int:
        """All rewards of L1 until a block: R1(block)."""
        return uint256(self.l1 + self.new_l1_rewards(block))

    def l2_base(self) -> int:
        """What L2's rewards are computed from: q(t0), rounded down."""
        return share(self.base, self.fraction)


@dataclass(frozen=True, kw_only=True)
class Layer2:
    """The rewards as L2 knows them since the last message.

    ``base`` is q(t0), ``rate`` r, ``since`` the block of receipt, ``l2`` is R2 until then.
    """

    base: int
    rate: int
    since: int
    l2: int = 0

    def new_rewards(self, block: int) -> int:
        """The rewards of L2 since the last message."""
        return new_rewards(self.base, self.rate, uint256(block - self.since))

    def l2_rewards(self, block: int) -> int:
        """All rewards of L2 until a block: R2(block)."""
        return uint256(self.l2 + self.new_rewards(block))

    def receive(self, block: int, base: int, rate: int) -> Layer2:
        """What L2 knows after a message that arrives in ``block``."""
        return Layer2(base=base, rate=rate, since=block, l2=self.l2_rewards(block))


@dataclass(frozen=True, kw_only=True)
class Drip:
    """What a drip would do, in GRT wei; the reservoir refuses it if ``minted`` or ``l2`` is bad.

    ``accrued`` is A, the rewards since the last drip; ``prepaid`` is T, what that drip minted for;
    ``ahead`` is n, the rewards until the new t1.  ``epsilon`` is T - A, minted too early or, if
    negative, too late.  ``minted`` is N = n - epsilon, which may be 0 or less.  ``l2`` is ``ONE``
    times what L2 gets of it, which may be negative.  ``after`` is what holds then.
    """

    accrued: int
    prepaid: int
    ahead: int
    l2: int
    after: Issuance

    @property
    def epsilon(self) -> int:
        """The rewards of the future that were minted already."""
        return self.prepaid - self.accrued

    @property
    def minted(self) -> int:
        """What must be minted to cover the rewards until the new t1."""
        return self.ahead - self.epsilon

    @property
    def sent(self) -> int:
        """What L2 gets: the only place where a drip rounds an amount, down."""
        return self.l2 // ONE


def drip(now: Issuance, block: int, interval: int, rate: int, fraction: int) -> Drip:
    """The numbers of a drip in ``block`` that covers ``interval`` blocks.

    ``rate`` and ``fraction`` take effect with it.
    """
    prepaid = now.new_rewards(now.until)
    accrued = now.new_rewards(block)
    after = Issuance(
        base=uint256(now.base + accrued),
        rate=rate,
        fraction=fraction,
        since=block,
        until=uint256(block + interval),
        l1=now.l1_rewards(block),
    )
    ahead = new_rewards(after.base, rate, interval)
    gained = uint256(uint256(fraction * ahead) + uint256(now.fraction * accrued))
    l2 = gained - uint256(now.fraction * prepaid)
    return Drip(accrued=accrued, prepaid=prepaid, ahead=ahead, l2=l2, after=after)
