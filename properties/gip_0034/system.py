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
    messages,
    trusted,
    user,
)
from properties.gip_0034.no_overflow import power
from properties.messaging import CONTRACTS, TO_L1, TO_L2, ArbitrumTransport, alias, priced

__all__ = ["Gip0034", "InFlightGip0034", "NewbornGip0034"]

GRT = 10**18
ONE = 10**18
DAY = 24 * 3600

SUPPLY = 10**10 * GRT
ISSUANCE_RATE = 1_000_000_023_206_889_619
"""Per block, 1e18 fixed point: 5 % in a year of 15-second blocks, 6.27 % in one of 12 seconds."""

_A_LITTLE_LESS = ISSUANCE_RATE - 10**6
"""So little that the next drip need not wait for it: n + A is more than T soon."""

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
_GAS, _GAS_PRICE = 1_000_000, 10**9
_TICKET = SUBMISSION_COST + _GAS * _GAS_PRICE
"""Wei that a ticket costs which redeems itself."""

L1_RESERVOIR = 0xFE00_0000_0000_0000_0000_0000_0000_0000_0000_D419
"""High on purpose: its alias on L2 wraps around 2**160."""

SUBGRAPHS = tuple(number.to_bytes(32, "big") for number in (1, 2))

_HERE = "contracts/gip_0034"
_OF_A_DRIP = {"submission": "l2MaxSubmissionCost", "limit": "l2MaxGas", "bid": "l2GasPriceBid"}
"""How the reservoir calls what a ticket costs."""


_OUTBOUND_DATA = b"".join(word.to_bytes(32, "big") for word in (SUBMISSION_COST, 64, 0))
"""What the gateway on L1 takes as data: the submission cost, and nothing for a hook."""


def _signal_on_l1(w: Gip0034) -> int:
    return int(w.l1_curation.state.signal[SUBGRAPHS[0]])


def _signal_on_l2(w: Gip0034) -> int:
    return int(w.l2_curation.state.signal[SUBGRAPHS[0]])


def _next_nonce(w: Gip0034) -> int:
    return int(w.l1_reservoir.state.nextDripNonce)


class Gip0034(System):
    """The Graph's reservoirs: a drip mints a week's rewards ahead, and sends L2 its share."""

    name = "gip_0034"
    title = "The Graph's reservoirs with drip and keeper reward (GIP-0034)"
    sources = (_HERE, "contracts/messaging")
    transports = (ArbitrumTransport(),)
    loops = (power,)

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
        refrains=("*.setMinter", "*.setCallhookAllowed"),
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
    snapshots = event_total(l1_reservoir, "InitialSnapshotTaken", "issuanceBase")
    rates = event_total(l1_reservoir, "IssuanceRateUpdated", "value")
    messages_sent = event_total(l1_reservoir, "DripSent", "amount")
    bases_sent = event_total(l1_reservoir, "DripSent", "issuanceBase")
    rates_sent = event_total(l1_reservoir, "DripSent", "issuanceRate")
    l1_keeper_paid = event_total(l1_reservoir, "KeeperRewardPaid", "amount")
    deposited = event_total(l1_gateway, "DepositInitiated", "amount")
    finalised = event_total(l2_gateway, "DepositFinalized", "amount")
    withdrawn = event_total(l2_gateway, "WithdrawalInitiated", "amount")
    paid_out = event_total(l1_gateway, "WithdrawalFinalized", "amount")
    burned_on_l1 = event_total(l1_token, "TokensBurned", "amount")
    burned_on_l2 = event_total(l2_token, "TokensBurned", "amount")
    l1_pulled = event_total(l1_reservoir, "RewardsPulled", "amount")
    l1_burned = event_total(l1_reservoir, "RewardsBurned", "amount")
    l2_pulled = event_total(l2_reservoir, "RewardsPulled", "amount")
    l2_burned = event_total(l2_reservoir, "RewardsBurned", "amount")
    received = event_total(l2_reservoir, "DripReceived", "amount")
    l1_closed = event_total(l1_staking, "AllocationClosed", "rewards")
    l2_closed = event_total(l2_staking, "AllocationClosed", "rewards")
    repairs = event_total(l2_reservoir, "NextDripNonceSet", "value")
    keeper_share = event_total(l2_reservoir, "KeeperRewardPaid", "keeperAmount")
    redeemer_share = event_total(l2_reservoir, "KeeperRewardPaid", "redeemerAmount")

    deposits = messages(
        TO_L2,
        l2_gateway,
        "finalizeInboundTransfer",
        sender=lambda: alias(int(Gip0034.l1_gateway.address)),
    )
    drips = messages(
        TO_L2,
        l2_gateway,
        "finalizeInboundTransfer",
        sender=lambda: alias(int(Gip0034.l1_gateway.address)),
        where=lambda: {"from": L1_RESERVOIR},
    )
    withdrawals = messages(
        TO_L1,
        l1_gateway,
        "finalizeInboundTransfer",
        sender=lambda: int(Gip0034.l2_gateway.address),
    )

    unmodelled = {  # noqa: RUF012  (System declares it as a class variable)
        f"{token}.{label}": "text for wallets, which nothing depends on"
        for token in ("l1_token", "l2_token")
        for label in ("_name", "_symbol")
    }

    bytes_formats = {  # noqa: RUF012  (System declares it as a class variable)
        "l1_gateway.outboundTransfer.data": ("uint256", "bytes"),
    }

    likely = {  # noqa: RUF012  (System declares it as a class variable)
        **priced("l1_reservoir.drip", _GAS, SUBMISSION_COST, **_OF_A_DRIP),
        **priced("l1_reservoir.dripFor", _GAS, SUBMISSION_COST, **_OF_A_DRIP),
        **priced("l1_gateway.outboundTransfer", _GAS, SUBMISSION_COST, submission=""),
        **priced(
            "l1_inbox.createRetryableTicket",
            _GAS,
            SUBMISSION_COST,
            limit="gasLimit",
            bid="maxFeePerGas",
        ),
        **{
            f"{layer}_{contract}.{function}.subgraph": SUBGRAPHS
            for layer in ("l1", "l2")
            for contract, function in (
                ("curation", "mint"),
                ("curation", "burn"),
                ("staking", "allocate"),
                ("rewards", "setDenied"),
                ("rewards", "onSubgraphSignalUpdate"),
                ("rewards", "onSubgraphAllocationUpdate"),
            )
        },
        "l1_reservoir.drip.keeperRewardBeneficiary": (alice, bob, dripper, 0),
        "l1_reservoir.dripFor.keeperRewardBeneficiary": (alice, bob),
        "l1_reservoir.dripFor.indexer": (alice, alice, bob),
        "l1_staking.closeAllocation.id": (0, 1),
        "l2_staking.closeAllocation.id": (0, 1),
        "l1_gateway.outboundTransfer.token": (l1_token,),
        "l1_gateway.outboundTransfer.data": (_OUTBOUND_DATA,),
        "l2_gateway.outboundTransfer.l1Token_": (l1_token,),
        "l1_reservoir.setIssuanceRate.value": (
            ISSUANCE_RATE,
            _A_LITTLE_LESS,
            ONE,
            ONE + 30 * 10**9,
        ),
        "l1_reservoir.setL2RewardsFraction.value": (0, L2_FRACTION, ONE),
        "l1_reservoir.setDripInterval.value": (DRIP_INTERVAL, 1_000),
        "l1_reservoir.setMinDripInterval.value": (0, MIN_DRIP_INTERVAL, 100),
        "l1_reservoir.setDripRewardPerBlock.value": (0, 1, KEEPER_REWARD),
        "l1_curation.burn.tokens": (_signal_on_l1, None),
        "l2_curation.burn.tokens": (_signal_on_l2, None),
        "l1_rewards.setMinimumSubgraphSignal.value": (_signal_on_l1,),
        "l2_rewards.setMinimumSubgraphSignal.value": (_signal_on_l2,),
        "l2_reservoir.setNextDripNonce.value": (_next_nonce,),
        "l2_reservoir.setL2KeeperRewardFraction.value": (0, ONE // 3, ONE),
    }

    @classmethod
    def deploy(cls, d: Deployment) -> None:
        """Deploy both chains, stage the parameters, make a first drip, and endow both chains."""
        _deploy_shared(d)
        _deploy_layers(d)
        _configure(d)
        _endow_l1(d)
        _first_drip(d)
        _endow_l2(d)
        d.wait(MIN_DRIP_INTERVAL + 1)

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
        if (contract, function) == ("l1_gateway", "outboundTransfer"):
            return int(SUBMISSION_COST + args["maxGas"] * args["gasPriceBid"])
        return 0 if function == "sendTxToL1" else None


class InFlightGip0034(Gip0034):
    """The same system with a drip on its way to L2, and a lower rate staged for the next one."""

    title = "The Graph's reservoirs (GIP-0034), with a drip on its way to L2"

    @classmethod
    def deploy(cls, d: Deployment) -> None:
        """Deploy as usual, drip once more, and stage a rate that still allows an early drip."""
        Gip0034.deploy(d)
        terms = (_GAS, _GAS_PRICE, SUBMISSION_COST, cls.bob)
        d.send(cls.dripper, cls.l1_reservoir, "drip", *terms, value=_TICKET)
        d.send(cls.governor, cls.l1_reservoir, "setIssuanceRate", _A_LITTLE_LESS)
        d.wait(MIN_DRIP_INTERVAL + 1)


class NewbornGip0034(Gip0034):
    """The same system before its first drip."""

    title = "The Graph's reservoirs (GIP-0034), before the first drip"

    @classmethod
    def deploy(cls, d: Deployment) -> None:
        """Deploy both chains, stage the parameters, and endow L1."""
        _deploy_shared(d)
        _deploy_layers(d)
        _configure(d)
        _endow_l1(d)
        d.wait(MIN_DRIP_INTERVAL + 1)


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


def _endow_l1(d: Deployment) -> None:
    """GRT for two people, and signal, stake and allocations on L1."""
    s = Gip0034
    d.send(s.alice, s.l1_token, "transfer", s.bob, 10_000 * GRT)
    for someone in (s.alice, s.bob):
        for spender in (s.l1_curation, s.l1_staking, s.l1_gateway):
            d.send(someone, s.l1_token, "approve", spender, 2**255)
    for subgraph, signal in zip(SUBGRAPHS, (100, 300), strict=True):
        d.send(s.alice, s.l1_curation, "mint", subgraph, signal * GRT)
    d.send(s.alice, s.l1_staking, "stake", 1_000 * GRT)
    d.send(s.bob, s.l1_staking, "stake", 50 * GRT)
    d.send(s.alice, s.l1_staking, "setOperator", s.stranger, True)
    for subgraph in SUBGRAPHS:
        d.send(s.alice, s.l1_staking, "allocate", s.alice, subgraph, 10 * GRT)
    d.wait(MIN_DRIP_INTERVAL + 1)


def _first_drip(d: Deployment) -> None:
    """A drip that reaches L2 in the block of its sending."""
    s = Gip0034
    terms = (_GAS, _GAS_PRICE, SUBMISSION_COST, s.bob)
    d.send(s.dripper, s.l1_reservoir, "drip", *terms, value=_TICKET)
    d.relay(s.stranger, TO_L2, 0, "deliver")


def _endow_l2(d: Deployment) -> None:
    """GRT for alice on L2, and signal, stake and allocations there."""
    s = Gip0034
    terms = (5_000 * GRT, _GAS, _GAS_PRICE, _OUTBOUND_DATA)
    d.send(s.alice, s.l1_gateway, "outboundTransfer", s.l1_token, s.alice, *terms, value=_TICKET)
    d.relay(s.stranger, TO_L2, 1, "deliver")
    for spender in (s.l2_curation, s.l2_staking):
        d.send(s.alice, s.l2_token, "approve", spender, 2**255)
    for subgraph, signal in zip(SUBGRAPHS, (50, 30), strict=True):
        d.send(s.alice, s.l2_curation, "mint", subgraph, signal * GRT)
    d.send(s.alice, s.l2_staking, "stake", 500 * GRT)
    for subgraph in SUBGRAPHS:
        d.send(s.alice, s.l2_staking, "allocate", s.alice, subgraph, 10 * GRT)
