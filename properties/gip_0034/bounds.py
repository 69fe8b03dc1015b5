"""How far the fixed point is from the exact formulas: numbers with a limit.

Each states its limit as a formula in the words of GIP-0034, and what that comes to for the real
parameters: a base of 1e10 GRT, a rate of 1.000000023206889619 per block, a drip in each week of
50_400 blocks, 30 % for L2.  ``u`` is half a unit of the fixed point, 5e-19, and ``e(m)`` is
``m * u / (1 - m * u)``; ``specs.gip_0034.bounds`` derives them.

The exact side is an enclosure in rationals.  No solver evaluates that on terms, so what these
properties require is to be measured; the properties of ``drips`` and ``layers`` say the same of the
fixed point alone, where it is exact.
"""

from __future__ import annotations

from fractions import Fraction

from harness import Bounded, Verdict, bound
from harness.world import Value
from properties.gip_0034.figures import figures_at, l2_rewards_due
from properties.gip_0034.layers import in_sync
from properties.gip_0034.system import ONE, Gip0034
from specs.gip_0034 import bounds

MEASURED = Verdict.FUZZED
"""What a bound with an exact side requires of a judge."""


def received(w: Gip0034) -> Value:
    """What L2 received of rewards, without what was for keepers."""
    return w.received.total - w.keeper_share.total - w.redeemer_share.total


def sent(w: Gip0034) -> Value:
    """What L1 sent of rewards, without what was for keepers."""
    return w.sent_to_l2.total - (w.keeper.total - w.l1_keeper_paid.total)


def excess(value: Value) -> Value:
    """A shortage, or nothing if there is none."""
    return value if value > 0 else 0


# Fixed point


@bound("GIP-0034-090", severity="critical", source="GIP-0034, fixed point", required=MEASURED)
def a_power_is_near_the_exact_one(w: Gip0034) -> Bounded:
    """The power of the rate over the blocks since the last drip is off by rounding only.

    Limit: r**n * e(n - 1) for n blocks
    Real parameters: 2.523e-14 for a week, 2.418e-11 for ten years without a drip
    """
    s = w.l1_reservoir.state
    blocks = w.l1.block - s.lastRewardsUpdateBlock
    power = Fraction(w.l1_reservoir.pow(s.issuanceRate, blocks), ONE)
    off = bounds.exact_power(s.issuanceRate, blocks).farthest(power)
    return Bounded(off, bounds.power_error(s.issuanceRate, blocks))


@bound("GIP-0034-091", severity="critical", source="GIP-0034, dR", required=MEASURED)
def new_rewards_are_near_the_exact_ones(w: Gip0034) -> Bounded:
    """What accrued since the last drip is dR(t, t0), but for rounding, in wei.

    Limit: p * r**n * e(n - 1) + 1 for n blocks
    Real parameters: 2.523e14 wei for a week, 2.418e17 for ten years without a drip
    """
    s = w.l1_reservoir.state
    base, rate, blocks = s.issuanceBase, s.issuanceRate, w.l1.block - s.lastRewardsUpdateBlock
    grown = w.l1_reservoir.getNewGlobalRewards(w.l1.block)
    off = (bounds.exact_power(rate, blocks) * base - base).farthest(grown)
    return Bounded(off, bounds.growth_error(base, rate, blocks))


@bound("GIP-0034-092", severity="critical", source="GIP-0034, epsilon", required=MEASURED)
def epsilon_is_near_the_exact_one(w: Gip0034) -> Bounded:
    """Epsilon is dR(t1, t0) - dR(t, t0), but for rounding, in wei, whenever the drip comes.

    Limit: p * (r**i * e(i - 1) + r**n * e(n - 1)) + 2 for an interval of i blocks, a drip after n
    Real parameters: 3.784e14 wei half a week early, 5.046e14 on time, 7.575e14 a week late
    """
    s = w.l1_reservoir.state
    base, rate, since = s.issuanceBase, s.issuanceRate, s.lastRewardsUpdateBlock
    interval, blocks = s.rewardsMintedUntilBlock - since, w.l1.block - since
    ahead, behind = bounds.exact_power(rate, interval), bounds.exact_power(rate, blocks)
    exact = bounds.Enclosure(base * (ahead.low - behind.high), base * (ahead.high - behind.low))
    limit = bounds.growth_error(base, rate, interval) + bounds.growth_error(base, rate, blocks)
    return Bounded(exact.farthest(figures_at(w, w.l1.block).epsilon), limit)


@bound("GIP-0034-093", severity="critical", source="GIP-0034, p(t)", required=MEASURED)
def drips_follow_one_exponential(w: Gip0034) -> Bounded | None:
    """While the rate is the same, p is one exponential from deployment on, whatever the drips.

    Limit: r**n * (p * e(n - k) + k) wei for k drips that span n blocks
    Real parameters: 1.393e16 wei for a year of weekly drips, 200_930 for 200_000 drips in a row
    """
    start, s = w.initially.l1_reservoir.state, w.l1_reservoir.state
    drips = w.dripped.count - w.initially.dripped.count
    if drips == 0 or w.rates.count != w.initially.rates.count:
        return None
    base, rate = start.issuanceBase, start.issuanceRate
    blocks = s.lastRewardsUpdateBlock - start.lastRewardsUpdateBlock
    off = (bounds.exact_power(rate, blocks) * base).farthest(s.issuanceBase)
    return Bounded(off, bounds.sequence_error(base, rate, blocks, drips))


# Layers


@bound("GIP-0034-094", severity="high", source="GIP-0034, R = R1 + R2", required=MEASURED)
def the_layers_add_up(w: Gip0034) -> Bounded | None:
    """What accrues on L1 and L2 since a drip that both know is what accrues in all, but for dust.

    Limit: 1 + r**n wei for n blocks; never more than there is
    Real parameters: 2.001 wei for a week
    """
    l1, l2 = w.l1_reservoir.state, w.l2_reservoir.state
    if not in_sync(w) or l1.lastRewardsUpdateBlock != l2.lastRewardsUpdateBlock:
        return None
    if l1.l2RewardsFraction == 0:
        return None
    block = w.l1.block
    both = w.l1_reservoir.getNewRewards(block) + w.l2_reservoir.getNewRewards(block)
    lost = w.l1_reservoir.getNewGlobalRewards(block) - both
    limit = bounds.split_error(l1.issuanceRate, block - l1.lastRewardsUpdateBlock)
    # More than there is would be worse than dust: nothing is allowed for it.
    return Bounded(lost, limit if lost >= 0 else 0)


@bound("GIP-0034-095", severity="critical", source="GIP-0034, L2 solvency")
def what_l1_sends_is_what_l2_earns(w: Gip0034) -> Bounded:
    """What L1 sent is R2(t1) as L1 has it, but for less than 2 wei for each drip.

    Limit: 2 * k wei for k drips
    Real parameters: 104 wei after a year of weekly drips
    """
    until = w.l1_reservoir.state.rewardsMintedUntilBlock
    return Bounded(l2_rewards_due(w, until) - sent(w), bounds.l2_tolerance(w.dripped.count))


@bound("GIP-0034-096", severity="critical", source="GIP-0034, late delivery", required=MEASURED)
def l2_runs_short_by_the_delay(w: Gip0034) -> Bounded | None:
    """Until the next delivery L2 is short, if at all, of what it earns after its last one ran out.

    Told of the first delivery after deployment, as the one at deployment came at once.

    Limit: q * r**i * (r**d - 1) and rounding, for a delivery d blocks after the interval of i
    Real parameters: 69.70 GRT for 1 block, 20_911 for an hour, 501_897 for a day
    """
    if w.repairs.count != 0 or w.received.count != w.initially.received.count:
        return None
    start, s = w.initially.l1_reservoir.state, w.l2_reservoir.state
    base, rate, since = s.issuanceBase, s.issuanceRate, s.lastRewardsUpdateBlock
    interval = start.rewardsMintedUntilBlock - start.lastRewardsUpdateBlock
    blocks = w.l2.block - since
    short = w.l2_reservoir.getAccumulatedRewards(w.l2.block) - received(w)
    limit = bounds.l2_shortage(base, rate, interval, blocks - interval)
    limit += bounds.growth_error(base, rate, interval) + bounds.growth_error(base, rate, blocks)
    return Bounded(excess(short), limit + bounds.l2_tolerance(w.initially.dripped.count))


@bound("GIP-0034-097", severity="critical", source="GIP-0034, late delivery", required=MEASURED)
def a_late_delivery_costs_its_delay(w: Gip0034) -> Bounded | None:
    """Once a drip has arrived d blocks late, L2 has earned what it would in d blocks too much.

    Told of the first drip after deployment: of each, since no call changes what has accrued.

    Limit: q * r**n * (r**d - 1) and rounding, for a drip n blocks after the one before it
    Real parameters: 69.70 GRT for 1 block, 20_911 for an hour, 501_897 for a day
    """
    drips = w.dripped.count - w.initially.dripped.count
    deliveries = w.received.count - w.initially.received.count
    if drips != 1 or deliveries != 1 or not in_sync(w):
        return None
    begun, start = w.initially.l1_reservoir.state, w.initially.l2_reservoir.state
    base, rate = start.issuanceBase, start.issuanceRate
    s = w.l1_reservoir.state
    sent_after = s.lastRewardsUpdateBlock - begun.lastRewardsUpdateBlock
    known_after = w.l2_reservoir.state.lastRewardsUpdateBlock - start.lastRewardsUpdateBlock
    too_much = w.l2_reservoir.state.accumulatedLayerRewards - l2_rewards_due(
        w, s.lastRewardsUpdateBlock
    )
    limit = bounds.l2_shortage(base, rate, sent_after, known_after - sent_after)
    limit += bounds.growth_error(base, rate, sent_after)
    limit += bounds.growth_error(base, rate, known_after)
    return Bounded(excess(too_much), limit + bounds.l2_tolerance(w.dripped.count))
