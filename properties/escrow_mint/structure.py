"""The source: who may write what, who may call what, and in which order."""

from __future__ import annotations

from harness import Claim, Structure, structure
from harness.structure import every
from harness.system import ContractDecl
from properties.escrow_mint.system import EscrowMint
from properties.messaging_code import (
    books_of_messages,
    doors_of_messaging,
    messaging_calls_last,
)

FROM_L1 = "msg.sender == AddressAlias.applyL1ToL2Alias(counterpart)"
FROM_L2 = "bridge.activeOutbox().l2ToL1Sender() == counterpart"

STAKES = {
    "orchestrators": ["bond", "unbond", "rebond"],
    "delegators": ["bond", "unbond", "rebond"],
    "totalBonded": ["bond", "unbond", "rebond"],
    "totalRegisteredStake": ["bond", "unbond", "rebond"],
}
LOCKS = {"unbondingLocks": ["unbond", "rebond", "withdrawStake"]}
TOKEN = {
    "_balances": ["transfer", "transferFrom", "mint", "burnFrom"],
    "_totalSupply": ["transfer", "transferFrom", "mint", "burnFrom"],
    "_allowances": ["approve", "transferFrom", "burnFrom"],
}
ROUND = ["initializeRound", "bond", "unbond", "rebond", "reward", "stakeFor"]


@structure("ESCROW-MINT-S01", severity="critical", source="migration pre-proposal, minting rights")
def only_messages_mint_on_l1(code: Structure[EscrowMint]) -> Claim:
    """On L1 LPT is minted only while the gateway pays a withdrawal that its counterpart sent."""
    gateway = code[EscrowMint.l1_gateway]
    return every(
        code[EscrowMint.l1_token].requires("mint", "msg.sender == minter"),
        code[EscrowMint.l1_minter].requires("mint", "msg.sender == gateway"),
        code[EscrowMint.l1_minter].calls_only_in("mint", "mint"),
        gateway.calls_only_in("mint", "finalizeInboundTransfer"),
        gateway.requires("finalizeInboundTransfer", "msg.sender == bridge"),
        gateway.requires("finalizeInboundTransfer", FROM_L2),
        gateway.requires("finalizeInboundTransfer", "token == l1Token"),
    )


@structure("ESCROW-MINT-S02", severity="critical", source="migration pre-proposal, minting rights")
def only_messages_and_rewards_mint_on_l2(code: Structure[EscrowMint]) -> Claim:
    """On L2 LPT is minted only for a message of the gateway's counterpart or for a reward."""
    gateway = code[EscrowMint.l2_gateway]
    inbound = ("finalizeInboundTransfer", "finalizeMigration")
    return every(
        code[EscrowMint.l2_token].requires("mint", "msg.sender == minter"),
        code[EscrowMint.l2_minter].requires(
            "mint", "msg.sender == gateway", "msg.sender == stakingManager"
        ),
        code[EscrowMint.l2_minter].calls_only_in("mint", "mint"),
        gateway.calls_only_in("mint", *inbound),
        gateway.guarded_by("onlyCounterpart", *inbound),
        *(gateway.requires(each, FROM_L1) for each in inbound),
        code[EscrowMint.l2_staking].calls_only_in("mint", "reward"),
    )


@structure("ESCROW-MINT-S03", severity="critical", source="ERC-20")
def who_writes_the_books_of_lpt(code: Structure[EscrowMint]) -> Claim:
    """Balances, allowances and supply of LPT are written by the calls of ERC-20, mint and burn."""
    return every(
        code[EscrowMint.l1_token].written_by(TOKEN), code[EscrowMint.l2_token].written_by(TOKEN)
    )


@structure("ESCROW-MINT-S04", severity="critical", source="migration pre-proposal, burning rights")
def only_the_gateway_burns(code: Structure[EscrowMint]) -> Claim:
    """LPT is burned by its burner only, which on L2 is the gateway, for what leaves the chain."""
    return every(
        code[EscrowMint.l1_token].requires("burnFrom", "msg.sender == burner"),
        code[EscrowMint.l2_token].requires("burnFrom", "msg.sender == burner"),
        code[EscrowMint.l2_gateway].calls_only_in("burnFrom", "outboundTransfer"),
    )


@structure("ESCROW-MINT-S05", severity="high", source="contracts, staking")
def who_writes_stakes(code: Structure[EscrowMint]) -> Claim:
    """Stakes, locks, fees and rounds are written by the calls of their owners and by migration."""
    migrating = {name: [*by, "migrateStake"] for name, by in STAKES.items()}
    rewarding = {name: [*by, "reward", "stakeFor"] for name, by in STAKES.items()}
    rounds = ("lastInitializedRound", "inflation", "mintableTokens", "mintedTokens")
    return every(
        code[EscrowMint.l1_bonding].written_by(
            {
                **migrating,
                **LOCKS,
                "fees": ["creditFees", "withdrawFees"],
                "migrated": ["migrateStake"],
            }
        ),
        code[EscrowMint.l2_staking].written_by(
            {
                **rewarding,
                **LOCKS,
                **dict.fromkeys((*rounds, "roundTotalStake"), ROUND),
                "stakeSnapshots": [each for each in ROUND if each != "initializeRound"],
                "lastRewardRound": ["reward"],
                "l1CirculatingSupply": ["setL1Supply"],
                "inflationChange": ["setInflationChange"],
                "targetBondingRate": ["setTargetBondingRate"],
            }
        ),
    )


@structure("ESCROW-MINT-S06", severity="high", source="contracts, roles")
def roles_are_checked(code: Structure[EscrowMint]) -> Claim:
    """What is reserved for the governor, a gateway, a migrator or a broker checks its caller."""
    bonding, staking = code[EscrowMint.l1_bonding], code[EscrowMint.l2_staking]
    minter, governed = code[EscrowMint.l1_minter], "msg.sender == governor"
    withdrawals = ("trustedWithdrawTokens", "trustedWithdrawETH", "depositETH")
    gateways = (code[EscrowMint.l1_gateway], code[EscrowMint.l2_gateway])
    setters = ("setL1Supply", "setInflationChange", "setTargetBondingRate")
    return every(
        *(each.requires(call, governed) for each in gateways for call in ("pause", "unpause")),
        *(staking.requires(call, governed) for call in setters),
        *(minter.requires(call, "msg.sender == bondingManager") for call in withdrawals),
        minter.guarded_by("onlyBondingManager", *withdrawals),
        bonding.requires("migrateStake", "msg.sender == migrator"),
        bonding.requires("migrateStake", "!migrated[delegator]"),
        bonding.requires("creditFees", "msg.sender == ticketBroker"),
        staking.requires("stakeFor", "msg.sender == migrator"),
        code[EscrowMint.l1_gateway].requires("outboundMigration", "msg.sender == migrator"),
        code[EscrowMint.l2_migrator].requires("migrate", "msg.sender == gateway"),
        code[EscrowMint.l2_migrator].requires("migrate", "!migrated[delegator]"),
    )


@structure("ESCROW-MINT-S07", severity="high", source="migration pre-proposal, pausing")
def what_leaves_can_be_paused(code: Structure[EscrowMint]) -> Claim:
    """Whatever leaves a chain stops while its gateway is paused."""
    l1, l2 = code[EscrowMint.l1_gateway], code[EscrowMint.l2_gateway]
    return every(
        l1.guarded_by("whenNotPaused", "outboundTransfer", "outboundMigration"),
        l1.requires("outboundTransfer", "!_paused"),
        l1.requires("outboundMigration", "!_paused"),
        l2.guarded_by("whenNotPaused", "outboundTransfer"),
        l2.requires("outboundTransfer", "!_paused"),
    )


@structure("ESCROW-MINT-S08", severity="high", source="contracts, reentrancy")
def calls_come_last(code: Structure[EscrowMint]) -> Claim:
    """Checks, effects, interactions: storage is written before any other account is called."""
    books = _without_messaging()
    return every(*(code[each].effects_first() for each in books), messaging_calls_last(code, S))


@structure("ESCROW-MINT-S09", severity="high", source="contracts, bridges")
def who_writes_gateways_and_migrators(code: Structure[EscrowMint]) -> Claim:
    """Gateways, minters and migrators store a pause, counters and who has migrated, no more."""
    return every(
        code[EscrowMint.l1_gateway].written_by({"_paused": ["pause", "unpause"]}),
        code[EscrowMint.l2_gateway].written_by(
            {"_paused": ["pause", "unpause"], "nextExitNum": ["outboundTransfer"]}
        ),
        code[EscrowMint.l1_minter].written_by({}),
        code[EscrowMint.l2_minter].written_by({}),
        code[EscrowMint.l1_migrator].written_by({"nextMigrationId": ["migrate"]}),
        code[EscrowMint.l2_migrator].written_by({"migrated": ["migrate"]}),
    )


@structure("ESCROW-MINT-S10", severity="high", source="Arbitrum, Inbox, Outbox and retryables")
def who_writes_the_books_of_messages(code: Structure[EscrowMint]) -> Claim:
    """The numbers of messages, the tickets and what is spent are written where they should be."""
    return books_of_messages(code, S)


@structure("ESCROW-MINT-S11", severity="critical", source="Arbitrum, Inbox, Outbox and retryables")
def messages_are_let_through_once(code: Structure[EscrowMint]) -> Claim:
    """Messages come from the inbox, are confirmed by the rollup, and are executed once."""
    return doors_of_messaging(code, S)


@structure("ESCROW-MINT-S12", severity="high", source="contracts, nothing can be rewired")
def no_contract_is_a_proxy(code: Structure[EscrowMint]) -> Claim:
    """No contract runs foreign code in its own name or can be destroyed, so none is upgradeable."""
    return every(code[each].delegates_nothing() for each in _all())


@structure("ESCROW-MINT-S90", severity="medium", source="Slither")
def slither_finds_nothing_new(code: Structure[EscrowMint]) -> Claim:
    """Slither's detectors find only what the baseline explains."""
    return code.no_new_findings("contracts/slither-baseline.toml")


S = EscrowMint


def _all() -> list[ContractDecl]:
    return list(EscrowMint.declared(ContractDecl).values())


def _without_messaging() -> list[ContractDecl]:
    carriers = (S.l1_inbox, S.l1_bridge, S.l1_outbox, S.l2_arbsys, S.l2_retryables)
    return [each for each in _all() if each not in carriers]
