"""How the reservoirs of GIP-0034 are deployed on both chains, who acts, and their ghosts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness import (
    Deployment,
    System,
    actor,
    chain_at,
    contract,
    event_total,
    trusted,
    user,
)
from properties.messaging import CONTRACTS, TO_L2, ArbitrumTransport

__all__ = ["Gip0034"]

GRT = 10**18
ONE = 10**18
DAY = 24 * 3600

SUPPLY = 10**10 * GRT
ISSUANCE_RATE = 1_000_000_023_206_889_619
"""Per block, 1e18 fixed point: 5 % a year."""

DRIP_INTERVAL = 50_400
"""Blocks that a drip mints ahead: a week."""

MIN_DRIP_INTERVAL = 10
"""Blocks between drips."""

EPOCH_LENGTH = 50
MAX_ALLOCATION_EPOCHS = 200
L2_FRACTION = 3 * ONE // 10
KEEPER_REWARD = GRT
"""Wei of GRT for each block since the last drip."""

SUBMISSION_COST = 10**14
L1_RESERVOIR = 0xFE00_0000_0000_0000_0000_0000_0000_0000_0000_D419
"""High on purpose: its alias on L2 wraps around 2**160."""

SUBGRAPHS = tuple(number.to_bytes(32, "big") for number in (1, 2))

_HERE = "contracts/gip_0034"
_PRICES = {
    "l2MaxGas": (0, 1_000_000, 1_000_000),
    "l2GasPriceBid": (10**9,),
    "l2MaxSubmissionCost": (SUBMISSION_COST,),
    "maxGas": (0, 1_000_000, 1_000_000),
    "gasLimit": (0, 1_000_000, 1_000_000),
    "gasPriceBid": (10**9,),
    "maxFeePerGas": (10**9,),
    "maxSubmissionCost": (SUBMISSION_COST,),
}


class Gip0034(System):
    """The Graph's reservoirs: a drip mints a week's rewards ahead, and sends L2 its share."""

    name = "gip_0034"
    title = "The Graph's reservoirs with drip and keeper reward (GIP-0034)"
    sources = (_HERE, "contracts/messaging")
    transports = (ArbitrumTransport(),)

    l1 = chain_at(block=20_000_000, time=1_720_000_000, chain_id=1)
    l2 = chain_at(
        block=20_000_000,
        time=1_720_000_000,
        chain_id=42161,
        basefee=10**8,
        follows=l1,
        lag=DAY // 12,
    )

    alice = user()
    bob = user()
    dripper = user()
    stranger = user()
    guardian = actor()
    oracle = actor()
    governor = trusted(
        "governance: it sets rates, fractions, and drippers",
        refrains=("*.setMinter", "*.setCallhookAllowed", "*.initialSnapshot"),
    )
    arbos = trusted(
        "the L2 protocol itself, moved by the transport only", refrains=("*",), ether=1 << 160
    )
    rollup = trusted("the rollup's assertions, moved by the transport only", refrains=("*",))

    l1_inbox = contract(l1, CONTRACTS["l1_inbox"])
    l1_bridge = contract(l1, CONTRACTS["l1_bridge"])
    l1_outbox = contract(l1, CONTRACTS["l1_outbox"])
    l2_arbsys = contract(l2, CONTRACTS["l2_arbsys"], address=0x64)
    l2_retryables = contract(l2, CONTRACTS["l2_retryables"], address=0x6E)

    l1_controller = contract(l1, f"{_HERE}/common/Controller.sol:Controller")
    l1_epochs = contract(l1, f"{_HERE}/common/EpochManager.sol:EpochManager")
    l1_token = contract(l1, f"{_HERE}/common/GraphToken.sol:GraphToken")
    l1_curation = contract(l1, f"{_HERE}/common/Curation.sol:Curation")
    l1_staking = contract(l1, f"{_HERE}/common/Staking.sol:Staking")
    l1_rewards = contract(l1, f"{_HERE}/common/RewardsManager.sol:RewardsManager")
    l1_reservoir = contract(l1, f"{_HERE}/l1/L1Reservoir.sol:L1Reservoir", address=L1_RESERVOIR)
    l1_gateway = contract(l1, f"{_HERE}/l1/L1GraphTokenGateway.sol:L1GraphTokenGateway")

    l2_controller = contract(l2, f"{_HERE}/common/Controller.sol:Controller")
    l2_epochs = contract(l2, f"{_HERE}/common/EpochManager.sol:EpochManager")
    l2_token = contract(l2, f"{_HERE}/common/GraphToken.sol:GraphToken")
    l2_curation = contract(l2, f"{_HERE}/common/Curation.sol:Curation")
    l2_staking = contract(l2, f"{_HERE}/common/Staking.sol:Staking")
    l2_rewards = contract(l2, f"{_HERE}/common/RewardsManager.sol:RewardsManager")
    l2_reservoir = contract(l2, f"{_HERE}/l2/L2Reservoir.sol:L2Reservoir")
    l2_gateway = contract(l2, f"{_HERE}/l2/L2GraphTokenGateway.sol:L2GraphTokenGateway")

    dripped = event_total(l1_reservoir, "RewardsDripped", "minted")
    sent_to_l2 = event_total(l1_reservoir, "RewardsDripped", "sentToL2")
    keeper = event_total(l1_reservoir, "RewardsDripped", "keeperReward")
    messages_sent = event_total(l1_reservoir, "DripSent", "amount")
    l1_pulled = event_total(l1_reservoir, "RewardsPulled", "amount")
    l1_burned = event_total(l1_reservoir, "RewardsBurned", "amount")
    received = event_total(l2_reservoir, "DripReceived", "amount")
    keeper_share = event_total(l2_reservoir, "KeeperRewardPaid", "keeperAmount")
    redeemer_share = event_total(l2_reservoir, "KeeperRewardPaid", "redeemerAmount")

    unmodelled = {  # noqa: RUF012  (System declares it as a class variable)
        f"{token}.{label}": "text for wallets, which nothing depends on"
        for token in ("l1_token", "l2_token")
        for label in ("_name", "_symbol")
    }

    likely = {  # noqa: RUF012  (System declares it as a class variable)
        **{
            f"{function}.{name}": values
            for function in (
                "l1_reservoir.drip",
                "l1_reservoir.dripFor",
                "l1_gateway.outboundTransfer",
                "l1_inbox.createRetryableTicket",
            )
            for name, values in _PRICES.items()
        },
        **{
            f"{layer}_{contract}.{function}.{name}": SUBGRAPHS
            for layer in ("l1", "l2")
            for contract, function in (
                ("curation", "mint"),
                ("curation", "burn"),
                ("staking", "allocate"),
                ("rewards", "setDenied"),
            )
            for name in ("subgraph", "subgraphId", "subgraphDeploymentID")
        },
        "l1_reservoir.setIssuanceRate.rate": (ISSUANCE_RATE, ONE, ONE + 30 * 10**9),
        "l1_reservoir.setL2RewardsFraction.fraction": (0, L2_FRACTION, ONE),
    }

    @classmethod
    def deploy(cls, d: Deployment) -> None:
        """Deploy both chains, stage the parameters, and make a first drip."""
        _deploy_shared(d)
        _deploy_layers(d)
        _configure(d)
        _endow(d)

    @classmethod
    def payment(
        cls, w: Gip0034, contract: str, function: str, args: Mapping[str, Any]
    ) -> int | None:
        """The wei that each payable function asks for."""
        if function in ("drip", "dripFor"):
            state = w.l1_reservoir.state
            if state.l2RewardsFraction == 0 and state.nextL2RewardsFraction == 0:
                return 0
            return int(args["l2MaxSubmissionCost"] + args["l2MaxGas"] * args["l2GasPriceBid"])
        if function == "createRetryableTicket":
            gas = args["gasLimit"] * args["maxFeePerGas"]
            return int(args["maxSubmissionCost"] + args["l2CallValue"] + gas)
        return 0 if function == "sendTxToL1" else None


def _deploy_shared(d: Deployment) -> None:
    s = Gip0034
    d.create(s.l1_bridge, s.l1_inbox, s.l1_outbox)
    d.create(s.l1_inbox, s.l1_bridge)
    d.create(s.l1_outbox, s.l1_bridge, s.rollup)
    d.create(s.l2_arbsys)
    d.create(s.l2_retryables, s.arbos)
    d.create(s.l1_controller, s.governor, s.guardian)
    d.create(s.l1_epochs, EPOCH_LENGTH)
    d.create(s.l1_token, s.l1_controller, s.alice, SUPPLY)
    d.create(s.l1_curation, s.l1_controller, s.l1_token, s.l1_rewards)
    d.create(
        s.l1_staking,
        s.l1_controller,
        s.l1_token,
        s.l1_rewards,
        s.l1_epochs,
        MAX_ALLOCATION_EPOCHS,
    )
    d.create(s.l1_rewards, s.l1_controller, s.l1_curation, s.l1_staking, s.l1_reservoir)
    d.create(s.l2_controller, s.governor, s.guardian)
    d.create(s.l2_epochs, EPOCH_LENGTH)
    d.create(s.l2_token, s.l2_controller, s.alice, 0)
    d.create(s.l2_curation, s.l2_controller, s.l2_token, s.l2_rewards)
    d.create(
        s.l2_staking,
        s.l2_controller,
        s.l2_token,
        s.l2_rewards,
        s.l2_epochs,
        MAX_ALLOCATION_EPOCHS,
    )
    d.create(s.l2_rewards, s.l2_controller, s.l2_curation, s.l2_staking, s.l2_reservoir)


def _deploy_layers(d: Deployment) -> None:
    s = Gip0034
    d.create(
        s.l1_reservoir,
        s.l1_controller,
        s.l1_token,
        s.l1_rewards,
        s.l1_staking,
        s.l1_gateway,
        s.l2_reservoir,
        DRIP_INTERVAL,
    )
    d.create(s.l1_gateway, s.l1_controller, s.l1_token, s.l1_bridge, s.l1_inbox, s.l2_gateway)
    d.create(s.l2_gateway, s.l2_controller, s.l2_token, s.l2_arbsys, s.l1_token, s.l1_gateway)
    d.create(
        s.l2_reservoir,
        s.l2_controller,
        s.l2_token,
        s.l2_rewards,
        s.l2_gateway,
        s.l1_reservoir,
        s.l2_retryables,
    )


def _configure(d: Deployment) -> None:
    s, g = Gip0034, Gip0034.governor
    d.send(g, s.l1_token, "setMinter", s.l1_reservoir, True)
    d.send(g, s.l2_token, "setMinter", s.l2_gateway, True)
    d.send(g, s.l1_gateway, "setCallhookAllowed", s.l1_reservoir, True)
    d.send(g, s.l1_reservoir, "setIssuanceRate", ISSUANCE_RATE)
    d.send(g, s.l1_reservoir, "initialSnapshot", 0)
    d.send(g, s.l1_reservoir, "setMinDripInterval", MIN_DRIP_INTERVAL)
    d.send(g, s.l1_reservoir, "setAllowedDripper", s.dripper, True)
    d.send(g, s.l1_reservoir, "setDripRewardPerBlock", KEEPER_REWARD)
    d.send(g, s.l1_reservoir, "setL2RewardsFraction", L2_FRACTION)
    d.send(g, s.l2_reservoir, "setL2KeeperRewardFraction", ONE // 3)
    for rewards in (s.l1_rewards, s.l2_rewards):
        d.send(g, rewards, "setSubgraphAvailabilityOracle", s.oracle)


def _endow(d: Deployment) -> None:
    """Signal, stake and allocations on L1, and a first drip that has reached L2."""
    s = Gip0034
    d.send(s.alice, s.l1_token, "transfer", s.bob, 10_000 * GRT)
    for someone in (s.alice, s.bob):
        for spender in (s.l1_curation, s.l1_staking, s.l1_gateway):
            d.send(someone, s.l1_token, "approve", spender, 2**255)
    for subgraph, signal in zip(SUBGRAPHS, (100, 300), strict=True):
        d.send(s.alice, s.l1_curation, "mint", subgraph, signal * GRT)
    d.send(s.alice, s.l1_staking, "stake", 1_000 * GRT)
    for subgraph in SUBGRAPHS:
        d.send(s.alice, s.l1_staking, "allocate", s.alice, subgraph, 10 * GRT)
    d.wait(MIN_DRIP_INTERVAL + 1)
    gas, price = 1_000_000, 10**9
    value = SUBMISSION_COST + gas * price
    d.send(s.dripper, s.l1_reservoir, "drip", gas, price, SUBMISSION_COST, s.bob, value=value)
    d.relay(s.stranger, TO_L2, 0, "deliver")
    d.wait(MIN_DRIP_INTERVAL + 1)
