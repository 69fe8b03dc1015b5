"""How Livepeer's escrow-and-mint bridge is deployed, who acts on it, and its ghosts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness import (
    CallView,
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
from properties.messaging import CONTRACTS, TO_L1, TO_L2, ArbitrumTransport, alias, priced

__all__ = ["EscrowMint", "actor_of", "escrow", "executes_a_message"]

LPT = 10**18
DAY = 24 * 3600

ROUND_LENGTH = 50
"""Blocks in a round; short, so that rounds pass while a fuzzer looks on (mainnet: 5,760)."""

UNBONDING_PERIOD = 7
"""Rounds between unbonding and withdrawal, as on mainnet."""

INFLATION = 455_000
INFLATION_CHANGE = 500
TARGET_BONDING_RATE = 500_000_000
"""Per round, in parts of a billion, as on mainnet."""

INITIAL_SUPPLY = 1_000_000 * LPT
SUBMISSION_COST = 10**13
"""Wei: more than any ticket of this system costs at a basefee of 1 gwei."""

_GAS = 100_000
"""Gas for a redeem: enough for any of this system's messages."""

L1_GATEWAY = 0xFE00_0000_0000_0000_0000_0000_0000_0000_0000_6A7E
"""High on purpose: its alias on L2 wraps around 2**160, as that of one address in sixteen does."""

_HERE = "contracts/escrow_mint"


def escrow(w: EscrowMint) -> Any:
    """The LPT in escrow on L1, in wei: what the gateway owns."""
    return w.l1_token.state._balances[w.l1_gateway]


def executes_a_message(call: CallView) -> bool:
    """Whether a call has the Bridge on L1 make another call, that somebody on L2 asked for."""
    return call.is_to("l1_outbox.executeTransaction")


def actor_of(w: EscrowMint, call: CallView) -> Any:
    """In whose name a call acts: its sender's, or the Bridge's for a message from L2."""
    return w.l1_bridge.address if executes_a_message(call) else call.sender


def _outbound_data(max_submission_cost: int) -> bytes:
    """What ``outboundTransfer`` takes as data: the submission cost, and no hook data."""
    return b"".join(word.to_bytes(32, "big") for word in (max_submission_cost, 64, 0))


class EscrowMint(System):
    """Livepeer's bridge: LPT is escrowed on L1 and minted on L2, inflation happens on L2, and a
    burn on L2 that the escrow cannot pay mints on L1.  Stake migrates in one transaction."""

    title = "Livepeer escrow-and-mint bridge with stake migration"
    sources = (_HERE, "contracts/messaging", "contracts/tokens")
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
    bob = user(address=0xFFFF_0000_0000_0000_0000_0000_0000_0000_0000_0B0B)
    carol = user()
    stranger = user()
    broker = actor()
    governor = trusted(
        "governance: it sets parameters and pauses what goes out", refrains=("*.setL1Supply",)
    )
    arbos = trusted(
        "the L2 protocol itself, moved by the transport only", refrains=("*",), ether=1 << 160
    )
    rollup = trusted("the rollup's assertions, moved by the transport only", refrains=("*",))

    l1_inbox = contract(l1, CONTRACTS["l1_inbox"])
    l1_bridge = contract(l1, CONTRACTS["l1_bridge"])
    l1_outbox = contract(l1, CONTRACTS["l1_outbox"])
    l1_token = contract(l1, "contracts/tokens/LivepeerToken.sol:LivepeerToken")
    l1_minter = contract(l1, f"{_HERE}/l1/Minter.sol:Minter")
    l1_bonding = contract(l1, f"{_HERE}/l1/BondingManager.sol:BondingManager")
    l1_migrator = contract(l1, f"{_HERE}/l1/Migrator.sol:Migrator")
    l1_gateway = contract(l1, f"{_HERE}/l1/LPTGateway.sol:LPTGateway", address=L1_GATEWAY)

    l2_arbsys = contract(l2, CONTRACTS["l2_arbsys"], address=0x64)
    l2_retryables = contract(l2, CONTRACTS["l2_retryables"], address=0x6E)
    l2_token = contract(l2, "contracts/tokens/LivepeerToken.sol:LivepeerToken")
    l2_minter = contract(l2, f"{_HERE}/l2/Minter.sol:Minter")
    l2_staking = contract(l2, f"{_HERE}/l2/StakingManager.sol:StakingManager")
    l2_migrator = contract(l2, f"{_HERE}/l2/Migrator.sol:Migrator")
    l2_gateway = contract(l2, f"{_HERE}/l2/LPTGateway.sol:LPTGateway")

    escrowed = event_total(l1_gateway, "DepositInitiated", "amount")
    minted = event_total(l1_gateway, "EscrowMinted", "amount")
    paid = event_total(l1_gateway, "WithdrawalFinalized", "amount")
    finalised = event_total(l2_gateway, "DepositFinalized", "amount")
    burned = event_total(l2_gateway, "WithdrawalInitiated", "amount")
    rewards = event_total(l2_staking, "Reward", "amount")
    migrated_out = event_total(l1_migrator, "MigrateInitiated", "amount")
    migrated_in = event_total(l2_migrator, "MigrateFinalized", "amount")
    fees_in = event_total(l1_bonding, "FeesCredited", "amount")
    fees_out = event_total(l1_bonding, "FeesWithdrawn", "amount")

    deposits = messages(
        TO_L2,
        l2_gateway,
        "finalizeInboundTransfer",
        sender=lambda: alias(EscrowMint.l1_gateway.address),
    )
    migrations = messages(
        TO_L2,
        l2_gateway,
        "finalizeMigration",
        sender=lambda: alias(EscrowMint.l1_gateway.address),
    )
    withdrawals = messages(
        TO_L1,
        l1_gateway,
        "finalizeInboundTransfer",
        sender=lambda: int(EscrowMint.l2_gateway.address),
    )

    bytes_formats = {  # noqa: RUF012  (System declares it as a class variable)
        "l1_gateway.outboundTransfer.data": ("uint256", "bytes"),
        "l1_gateway.finalizeInboundTransfer.data": ("uint256",),
    }

    likely = {  # noqa: RUF012  (System declares it as a class variable)
        **priced("l1_gateway.outboundTransfer", _GAS, SUBMISSION_COST, submission=""),
        **priced("l1_gateway.outboundMigration", _GAS, SUBMISSION_COST),
        **priced("l1_migrator.migrate", _GAS, SUBMISSION_COST),
        **priced(
            "l1_inbox.createRetryableTicket",
            _GAS,
            SUBMISSION_COST,
            limit="gasLimit",
            bid="maxFeePerGas",
        ),
        "l1_gateway.outboundTransfer.token": (l1_token,),
        "l1_gateway.outboundTransfer.data": (_outbound_data(SUBMISSION_COST),),
        "l1_gateway.finalizeInboundTransfer.token": (l1_token,),
        "l2_gateway.outboundTransfer.l1Token_": (l1_token,),
        "l1_token.approve.spender": (l1_gateway, l1_bonding),
        "l2_token.approve.spender": (l2_gateway, l2_staking),
        "l2_gateway.outboundTransfer.amount": (escrow, None, None),
        "l2_gateway.outboundTransfer.data": (b"",),
        "l2_gateway.finalizeInboundTransfer.l1Token_": (l1_token,),
        # Whoever forges a message will address it to a gateway.
        "l2_arbsys.sendTxToL1.destination": (l1_gateway,),
        "l1_inbox.createRetryableTicket.to": (l2_gateway,),
        "l1_inbox.createRetryableTicket.l2CallValue": (0, 0, 1, 10**18),
    }

    unmodelled = {  # noqa: RUF012  (System declares it as a class variable)
        f"{token}.{label}": "text for wallets, which nothing depends on"
        for token in ("l1_token", "l2_token")
        for label in ("_name", "_symbol")
    }

    @classmethod
    def deploy(cls, d: Deployment) -> None:
        """Deploy both chains, open the gateways, and give three users something to work with."""
        _deploy_l1(d)
        _deploy_l2(d)
        _configure(d)
        _endow(d)
        _open_l2(d)

    @classmethod
    def payment(
        cls, w: EscrowMint, contract: str, function: str, args: Mapping[str, Any]
    ) -> int | None:
        """The wei that each payable function asks for."""
        if function == "outboundTransfer":
            submission = int.from_bytes(args["data"][:32], "big")
            return submission + args["maxGas"] * args["gasPriceBid"]
        if function in ("migrate", "outboundMigration"):
            return int(args["maxSubmissionCost"] + args["maxGas"] * args["gasPriceBid"])
        if function == "createRetryableTicket":
            gas = args["gasLimit"] * args["maxFeePerGas"]
            return int(args["maxSubmissionCost"] + args["l2CallValue"] + gas)
        # No contract of L1 that a message may call takes ether.
        return 0 if function == "sendTxToL1" else None


def _configure(d: Deployment) -> None:
    """Open the gateways and set the parameters."""
    s = EscrowMint
    d.send(s.governor, s.l1_gateway, "unpause")
    d.send(s.governor, s.l2_gateway, "unpause")
    d.send(s.governor, s.l2_staking, "setL1Supply", INITIAL_SUPPLY)


def _endow(d: Deployment) -> None:
    """Give three users something to work with on L1."""
    s = EscrowMint
    d.send(s.alice, s.l1_token, "transfer", s.bob, 1_000 * LPT)
    d.send(s.alice, s.l1_token, "transfer", s.carol, 500 * LPT)
    for someone in (s.alice, s.bob):
        d.send(someone, s.l1_token, "approve", s.l1_gateway, 2**256 - 1)
        d.send(someone, s.l1_token, "approve", s.l1_bonding, 2**256 - 1)
        d.send(someone, s.l2_token, "approve", s.l2_gateway, 2**256 - 1)
    # Somebody whose allowances are used up exactly.
    d.send(s.carol, s.l1_token, "approve", s.l1_gateway, 200 * LPT)
    d.send(s.carol, s.l1_token, "approve", s.l1_bonding, 200 * LPT)
    d.send(s.carol, s.l2_token, "approve", s.l2_gateway, 150 * LPT)
    # An orchestrator with a delegator, so that a migration is one call away.
    d.send(s.bob, s.l1_bonding, "bond", 300 * LPT, s.bob)
    d.send(s.carol, s.l1_bonding, "bond", 100 * LPT, s.bob)
    d.send(s.bob, s.l1_bonding, "unbond", 30 * LPT)
    d.send(s.broker, s.l1_bonding, "creditFees", s.bob, value=10**18)


def _open_l2(d: Deployment) -> None:
    """Bring LPT to L2, and earn rewards there that the escrow on L1 does not cover."""
    s, gas, price = EscrowMint, 100_000, 10**9
    data = _outbound_data(SUBMISSION_COST)
    value = SUBMISSION_COST + gas * price
    for number, someone in enumerate((s.alice, s.bob)):
        transfer = (s.l1_token, someone, 10 * LPT, gas, price, data)
        d.send(someone, s.l1_gateway, "outboundTransfer", *transfer, value=value)
        d.relay(someone, TO_L2, number, "deliver")
    d.send(s.alice, s.l2_token, "approve", s.l2_staking, 2**256 - 1)
    d.send(s.alice, s.l2_staking, "bond", 4 * LPT, s.alice)
    d.wait(2 * ROUND_LENGTH)
    d.send(s.alice, s.l2_staking, "reward")
    d.send(s.alice, s.l2_staking, "unbond", 300 * LPT)
    d.wait((UNBONDING_PERIOD + 1) * ROUND_LENGTH)
    d.send(s.alice, s.l2_staking, "withdrawStake", 0)


class NewbornEscrowMint(EscrowMint):
    """The same system before anything was sent to L2."""

    title = "Livepeer escrow-and-mint bridge, nothing sent to L2 yet"

    @classmethod
    def deploy(cls, d: Deployment) -> None:
        """Deploy both chains, open the gateways, and endow the users on L1 alone."""
        _deploy_l1(d)
        _deploy_l2(d)
        _configure(d)
        _endow(d)


def _deploy_l1(d: Deployment) -> None:
    s = EscrowMint
    d.create(s.l1_bridge, s.l1_inbox, s.l1_outbox)
    d.create(s.l1_inbox, s.l1_bridge)
    d.create(s.l1_outbox, s.l1_bridge, s.rollup)
    d.create(s.l1_token, s.l1_minter, 0, s.alice, INITIAL_SUPPLY)
    d.create(s.l1_minter, s.l1_token, s.l1_gateway, s.l1_bonding)
    d.create(
        s.l1_bonding,
        s.l1_token,
        s.l1_minter,
        s.l1_migrator,
        s.broker,
        ROUND_LENGTH,
        UNBONDING_PERIOD,
    )
    d.create(s.l1_migrator, s.l1_token, s.l1_bonding, s.l1_gateway)
    d.create(
        s.l1_gateway,
        s.l1_token,
        s.l1_minter,
        s.l1_migrator,
        s.l1_bridge,
        s.l1_inbox,
        s.l2_gateway,
        s.governor,
    )


def _deploy_l2(d: Deployment) -> None:
    s = EscrowMint
    d.create(s.l2_arbsys)
    d.create(s.l2_retryables, s.arbos)
    d.create(s.l2_token, s.l2_minter, s.l2_gateway, 0, 0)
    d.create(s.l2_minter, s.l2_token, s.l2_gateway, s.l2_staking)
    d.create(
        s.l2_staking,
        s.l2_token,
        s.l2_minter,
        s.l2_migrator,
        s.governor,
        ROUND_LENGTH,
        UNBONDING_PERIOD,
        INFLATION,
        INFLATION_CHANGE,
        TARGET_BONDING_RATE,
    )
    d.create(s.l2_migrator, s.l2_token, s.l2_gateway, s.l2_staking)
    d.create(
        s.l2_gateway,
        s.l2_token,
        s.l2_minter,
        s.l2_migrator,
        s.l2_arbsys,
        s.l1_token,
        s.l1_gateway,
        s.governor,
    )
