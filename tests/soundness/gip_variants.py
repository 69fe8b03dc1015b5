"""Known-bad variants of the reservoirs: bugs that audits found, and faults of the formulas."""

from __future__ import annotations

from dataclasses import dataclass

from properties.gip_0034.system import Gip0034, InFlightGip0034, NewbornGip0034
from tests.soundness.variants import Patch, Variant

__all__ = ["GIP_0034", "GipVariant"]


@dataclass(frozen=True)
class GipVariant(Variant):
    """A variant of the reservoirs, judged from the deployment that is nearest to its bug."""

    start: type[Gip0034] = Gip0034

    def __str__(self) -> str:
        return self.name


_L1 = "contracts/gip_0034/l1/L1Reservoir.sol"
_L2 = "contracts/gip_0034/l2/L2Reservoir.sol"
_BOTH = "contracts/gip_0034/common/Reservoir.sol"
_REWARDS = "contracts/gip_0034/common/RewardsManager.sol"

GIP_0034 = (
    GipVariant(
        "wrong-sign-of-epsilon",
        "a drip adds what was minted too early to the mint instead of taking it off",
        (
            Patch(
                _L1,
                "uint256 amount = ahead + accrued - minted + keeperReward; // N + K",
                "uint256 amount = ahead + minted - accrued + keeperReward; // N + K",
            ),
        ),
        ("GIP-0034-032",),
        start=NewbornGip0034,
    ),
    GipVariant(
        "stale-rate",
        "L2 keeps its rate when it hears of another one",
        (
            Patch(
                _L2,
                "_update(getNewRewards(block.number), base, rate);",
                "_update(getNewRewards(block.number), base, issuanceRate);",
            ),
        ),
        ("GIP-0034-041",),
        start=NewbornGip0034,
    ),
    GipVariant(
        "keeper-reward-from-the-minimum",
        "the keeper's reward counts from the minimum interval instead of the last drip",
        (
            Patch(
                _L1,
                "return dripRewardPerBlock * (blockNumber - last);",
                "return dripRewardPerBlock * (blockNumber - last - minDripInterval);",
            ),
        ),
        ("GIP-0034-015",),
    ),
    GipVariant(
        "minimum-signal-is-not-enough",
        "a subgraph with exactly the minimum signal earns nothing",
        (
            Patch(
                _REWARDS,
                "if (signal < minimumSubgraphSignal) return acc;",
                "if (signal <= minimumSubgraphSignal && signal > 0) return acc;",
            ),
        ),
        ("GIP-0034-065",),
    ),
    GipVariant(
        "snapshot-twice",
        "the initial snapshot can be taken again",
        (
            Patch(
                _L1,
                "        if (lastRewardsUpdateBlock != 0) revert AlreadyInitialised();\n",
                "",
            ),
        ),
        ("GIP-0034-080",),
    ),
    GipVariant(
        "nonce-unchecked",
        "L2 takes messages in any order",
        (
            Patch(
                _L2,
                "        if (nonce != expected) revert InvalidNonce(expected, nonce);\n",
                "        expected;\n",
            ),
        ),
        ("GIP-0034-013",),
        start=InFlightGip0034,
    ),
    GipVariant(
        "nonce-without-a-message",
        "a drip that sends nothing to L2 takes a nonce",
        (
            Patch(
                _L1,
                "        if (oldFraction == 0 && newFraction == 0) return (false, 0);\n",
                "        if (oldFraction == 0 && newFraction == 0) {\n"
                "            ++nextDripNonce;\n"
                "            return (false, 0);\n"
                "        }\n",
            ),
        ),
        ("GIP-0034-005", "GIP-0034-012"),
        start=NewbornGip0034,
    ),
    GipVariant(
        "base-tied-to-the-supply",
        "p is the total supply, which counts what was minted ahead and what was burned",
        (
            Patch(
                _L1,
                "_update(_shareOfL1(accrued), issuanceBase + accrued, rate);",
                "_update(_shareOfL1(accrued), IGraphToken(token).totalSupply(), rate);",
            ),
        ),
        ("GIP-0034-035",),
    ),
    GipVariant(
        "fraction-before-the-drip",
        "a staged fraction is applied to what accrued before the drip",
        (
            Patch(
                _L1,
                "        uint256 ahead = _advance(accrued); // n\n",
                "        l2RewardsFraction = nextL2RewardsFraction;\n"
                "        uint256 ahead = _advance(accrued); // n\n",
            ),
        ),
        ("GIP-0034-033", "GIP-0034-050"),
        start=NewbornGip0034,
    ),
    GipVariant(
        "rounding-up",
        "what L2 gets is rounded up, so L1 keeps a wei too little",
        (
            Patch(
                _L1,
                "return (true, (due - sent) / FixedPoint.ONE);",
                "return (true, (due - sent + FixedPoint.ONE - 1) / FixedPoint.ONE);",
            ),
        ),
        ("GIP-0034-033", "GIP-0034-044"),
    ),
    GipVariant(
        "accumulator-reset",
        "an update forgets the rewards of the time before",
        (
            Patch(
                _BOTH,
                "accumulatedLayerRewards += accrued;",
                "accumulatedLayerRewards = accrued;",
            ),
        ),
        ("GIP-0034-014", "GIP-0034-050"),
    ),
    GipVariant(
        "redeemer-alias-missing",
        "a ticket that redeems itself pays the alias of L1's reservoir for it",
        (
            Patch(
                _L2,
                "if (redeemer != AddressAlias.applyL1ToL2Alias(l1Reservoir)) {",
                "if (redeemer != l1Reservoir) {",
            ),
        ),
        ("GIP-0034-052",),
        start=InFlightGip0034,
    ),
    GipVariant(
        "refund-address-not-aliased",
        "the Inbox refunds a contract at its own address on L2, so nobody has it there",
        (
            Patch(
                "contracts/messaging/l1/Inbox.sol",
                "            _l2RefundAddress(excessFeeRefundAddress),\n",
                "            excessFeeRefundAddress,\n",
            ),
        ),
        ("GIP-0034-056",),
        start=InFlightGip0034,
    ),
    GipVariant(
        "no-drip-after-the-deadline",
        "a late drip computes epsilon without a sign, and reverts for ever",
        (
            Patch(
                _L1,
                "        if (ahead + accrued <= minted)",
                "        if (ahead <= minted - accrued)",
            ),
        ),
        ("GIP-0034-026",),
        start=NewbornGip0034,
    ),
    GipVariant(
        "no-drip-at-a-lower-rate",
        "a drip wants a week at the new rate to earn more than a week at the old one",
        (
            Patch(
                _L1,
                "        if (ahead + accrued <= minted) revert",
                "        if (ahead <= minted) revert",
            ),
        ),
        ("GIP-0034-026",),
        start=InFlightGip0034,
    ),
    GipVariant(
        "rewards-fall-without-signal",
        "a subgraph that loses its signal loses what it has earned",
        (
            Patch(
                _REWARDS,
                "        if (signal < minimumSubgraphSignal) return acc;\n",
                "        if (signal == 0) return 0;\n"
                "        if (signal < minimumSubgraphSignal) return acc;\n",
            ),
        ),
        ("GIP-0034-063",),
    ),
)
