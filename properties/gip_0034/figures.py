"""The numbers of a drip as the state has them, in the words of GIP-0034.

Amounts are wei of GRT; rates and fractions are 1e18 fixed point; times are blocks.  Everything here
is computed with the reservoir's own ``newRewards``: how far that is from the exact exponential is
the subject of ``bounds``.
"""

from __future__ import annotations

from dataclasses import dataclass

from harness.errors import ViewReverts
from harness.world import Value
from properties.gip_0034.system import ONE, Gip0034

__all__ = [
    "Figures",
    "dripped_in",
    "figures_at",
    "figures_or_none",
    "l1_rewards",
    "l2_rewards_due",
    "taken",
]


@dataclass(frozen=True)
class Figures:
    """What a drip would find and do.

    ``prepaid`` is dR(t1, t0), what the last drip minted for; ``accrued`` is dR(t, t0); ``ahead``
    is n, the rewards until the new t1.  ``due`` and ``had`` are the two sides of what L2 gets,
    times ``ONE``: fraction * n + old fraction * accrued, and old fraction * prepaid.  ``message``
    tells whether L2 hears of the drip.
    """

    prepaid: Value
    accrued: Value
    ahead: Value
    due: Value
    had: Value
    message: Value

    @property
    def epsilon(self) -> Value:
        """What was minted of the future already: negative if the drip is late."""
        return self.prepaid - self.accrued

    @property
    def minted(self) -> Value:
        """N = n - epsilon."""
        return self.ahead - self.epsilon

    @property
    def sent(self) -> Value:
        """What L2 gets of N, rounded down; nothing without a message."""
        return (self.due - self.had) // ONE if self.message else 0


def figures_at(w: Gip0034, block: Value) -> Figures:
    """The numbers of a drip that is made in a block; the block is not before the last drip."""
    s, grown = w.l1_reservoir.state, w.l1_reservoir.newRewards
    base, rate, since = s.issuanceBase, s.issuanceRate, s.lastRewardsUpdateBlock
    old, new = s.l2RewardsFraction, s.nextL2RewardsFraction
    prepaid = grown(base, rate, s.rewardsMintedUntilBlock - since)
    accrued = grown(base, rate, block - since)
    ahead = grown(base + accrued, s.nextIssuanceRate, s.dripInterval)
    return Figures(
        prepaid=prepaid,
        accrued=accrued,
        ahead=ahead,
        due=new * ahead + old * accrued,
        had=old * prepaid,
        message=old != 0 or new != 0,
    )


def figures_or_none(w: Gip0034, block: Value) -> Figures | None:
    """The same, or None where they fit no word."""
    try:
        return figures_at(w, block)
    except ViewReverts:
        return None


def dripped_in(before: Gip0034, after: Gip0034) -> bool:
    """Whether a drip was made in between, by whomever and through whatever other contract.

    One call makes one drip at most: a second one in the same block is too early.
    """
    return bool(after.dripped.count == before.dripped.count + 1)


def l1_rewards(w: Gip0034, block: Value) -> Value:
    """R1(block), the rewards of L1 since the initial snapshot."""
    return w.l1_reservoir.getAccumulatedRewards(block)


def l2_rewards_due(w: Gip0034, block: Value) -> Value:
    """R2(block) as L1 has it: all rewards since the initial snapshot less those of L1."""
    grown = w.l1_reservoir.state.issuanceBase - w.snapshots.total
    return grown + w.l1_reservoir.getNewGlobalRewards(block) - l1_rewards(w, block)


def taken(w: Gip0034, layer: str) -> Value:
    """What was paid or burned of the rewards of a layer, ``l1`` or ``l2``."""
    if layer == "l1":
        return w.l1_pulled.total + w.l1_burned.total
    return w.l2_pulled.total + w.l2_burned.total
