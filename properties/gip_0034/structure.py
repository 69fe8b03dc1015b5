"""The source: who may write what, who may call what, and in which order."""

from __future__ import annotations

from harness import Claim, Structure, structure
from harness.structure import every
from harness.system import ContractDecl
from properties.gip_0034.system import Gip0034
from properties.messaging_code import (
    books_of_messages,
    doors_of_messaging,
    messaging_calls_last,
)

GOVERNED = "msg.sender == controller.governor()"
FROM_L1 = "msg.sender == AddressAlias.applyL1ToL2Alias(counterpart)"
FROM_L2 = "bridge.activeOutbox().l2ToL1Sender() == counterpart"

TOKEN = {
    "_balances": ["transfer", "transferFrom", "mint", "burn", "burnFrom"],
    "_totalSupply": ["transfer", "transferFrom", "mint", "burn", "burnFrom"],
    "_allowances": ["approve", "transferFrom", "burnFrom"],
    "minters": ["setMinter"],
}
SETTLING = ["onSubgraphAllocationUpdate", "takeRewards", "takeAndBurnRewards"]
S = Gip0034


@structure("GIP-0034-S01", severity="critical", source="GIP-0034, minting")
def only_drips_and_deposits_mint(code: Structure[Gip0034]) -> Claim:
    """GRT is minted by minters only: on L1 by a drip, on L2 for a message of the counterpart."""
    tokens = (code[S.l1_token], code[S.l2_token])
    reservoir, gateway = code[S.l1_reservoir], code[S.l2_gateway]
    return every(
        *(token.requires("mint", "minters[msg.sender]") for token in tokens),
        *(token.requires("setMinter", GOVERNED) for token in tokens),
        reservoir.calls_only_in("mint", "drip", "dripFor", "initialSnapshot"),
        gateway.calls_only_in("mint", "finalizeInboundTransfer"),
        gateway.requires("finalizeInboundTransfer", FROM_L1),
        gateway.requires("finalizeInboundTransfer", "l1Token_ == l1Token"),
    )


@structure("GIP-0034-S02", severity="critical", source="ERC-20")
def who_writes_the_books_of_grt(code: Structure[Gip0034]) -> Claim:
    """Balances, allowances and supply of GRT are written by the calls of ERC-20, mint and burn."""
    return every(code[S.l1_token].written_by(TOKEN), code[S.l2_token].written_by(TOKEN))


@structure("GIP-0034-S03", severity="critical", source="GIP-0034, drip")
def who_may_drip(code: Structure[Gip0034]) -> Claim:
    """Only allowed drippers, indexers and operators drip, once initialised and while unpaused."""
    reservoir = code[S.l1_reservoir]
    drips = ("drip", "dripFor")
    return every(
        reservoir.requires("drip", "allowedDrippers[msg.sender]", "staking.hasStake(msg.sender)"),
        reservoir.requires("dripFor", "staking.hasStake(indexer)"),
        reservoir.requires("dripFor", "staking.isOperator(indexer,msg.sender)"),
        reservoir.guarded_by("notPaused", *drips),
        *(reservoir.requires(each, "!controller.paused()") for each in drips),
        *(reservoir.requires(each, "lastRewardsUpdateBlock != 0") for each in drips),
        *(reservoir.requires(each, "keeperRewardBeneficiary != 0") for each in drips),
        reservoir.requires("initialSnapshot", "lastRewardsUpdateBlock == 0"),
    )


@structure("GIP-0034-S04", severity="critical", source="GIP-0034, reservoirs")
def who_writes_the_books_of_reservoirs(code: Structure[Gip0034]) -> Claim:
    """On L1 drips and the governor write the books of rewards; on L2 messages of L1 do."""
    drips = ["drip", "dripFor"]
    begins = [*drips, "initialSnapshot"]
    arrives = ["onTokenTransfer"]
    return every(
        code[S.l1_reservoir].written_by(
            {
                "issuanceBase": begins,
                "lastRewardsUpdateBlock": begins,
                "rewardsMintedUntilBlock": begins,
                "accumulatedLayerRewards": drips,
                "issuanceRate": drips,
                "l2RewardsFraction": drips,
                "nextDripNonce": drips,
                "nextIssuanceRate": ["setIssuanceRate"],
                "nextL2RewardsFraction": ["setL2RewardsFraction"],
                "dripInterval": ["setDripInterval"],
                "minDripInterval": ["setMinDripInterval"],
                "dripRewardPerBlock": ["setDripRewardPerBlock"],
                "allowedDrippers": ["setAllowedDripper"],
            }
        ),
        code[S.l2_reservoir].written_by(
            {
                "issuanceBase": arrives,
                "issuanceRate": arrives,
                "lastRewardsUpdateBlock": arrives,
                "accumulatedLayerRewards": arrives,
                "nextDripNonce": [*arrives, "setNextDripNonce"],
                "l2KeeperRewardFraction": ["setL2KeeperRewardFraction"],
            }
        ),
    )


@structure("GIP-0034-S05", severity="high", source="GIP-0034, L2 reservoir")
def only_l1_updates_l2(code: Structure[Gip0034]) -> Claim:
    """The L2 reservoir follows only the L1 reservoir, through its gateway."""
    reservoir = code[S.l2_reservoir]
    return every(
        reservoir.requires("onTokenTransfer", "msg.sender == gateway"),
        reservoir.requires("onTokenTransfer", "from == l1Reservoir"),
    )


@structure("GIP-0034-S06", severity="high", source="contracts, roles")
def roles_are_checked(code: Structure[Gip0034]) -> Claim:
    """Whatever is reserved for the governor or for another contract checks its caller."""
    l1, l2 = code[S.l1_reservoir], code[S.l2_reservoir]
    return every(
        *(
            l1.requires(call, GOVERNED)
            for call in (
                "initialSnapshot",
                "setIssuanceRate",
                "setL2RewardsFraction",
                "setDripInterval",
                "setMinDripInterval",
                "setDripRewardPerBlock",
                "setAllowedDripper",
            )
        ),
        *(l2.requires(c, GOVERNED) for c in ("setNextDripNonce", "setL2KeeperRewardFraction")),
        *(
            reservoir.requires(call, "msg.sender == rewardsManager")
            for reservoir in (l1, l2)
            for call in ("pullRewards", "burnRewards")
        ),
        *(_roles_of_layer(code, layer) for layer in _LAYERS),
        code[S.l1_gateway].requires("setCallhookAllowed", GOVERNED),
        code[S.l1_gateway].requires("finalizeInboundTransfer", "msg.sender == bridge"),
        code[S.l1_gateway].requires("finalizeInboundTransfer", FROM_L2),
    )


@structure("GIP-0034-S07", severity="high", source="contracts, books")
def who_writes_signal_stakes_and_rewards(code: Structure[Gip0034]) -> Claim:
    """Signal, stakes, allocations and accumulated rewards are written where they should be."""
    return every(
        *(_books_of_layer(code, layer) for layer in _LAYERS),
        code[S.l1_gateway].written_by({"callhookAllowlist": ["setCallhookAllowed"]}),
        code[S.l2_gateway].written_by({"nextExitNum": ["outboundTransfer"]}),
    )


@structure("GIP-0034-S08", severity="high", source="contracts, reentrancy")
def calls_come_last(code: Structure[Gip0034]) -> Claim:
    """Checks, effects, interactions: storage is written before accounts of others are called."""
    rewards = ("rewardsManager",)
    return every(
        *(
            code[each].effects_first()
            for _, token, _, _, manager, controller, epochs in _LAYERS
            for each in (token, manager, controller, epochs)
        ),
        *(
            code[each].effects_first(trusting=rewards)
            for _, _, curation, staking, _, _, _ in _LAYERS
            for each in (curation, staking)
        ),
        code[S.l1_reservoir].effects_first(trusting=(*rewards, "token")),
        code[S.l2_reservoir].effects_first(trusting=rewards),
        code[S.l1_gateway].effects_first(),
        code[S.l2_gateway].effects_first(),
        messaging_calls_last(code, S),
    )


@structure("GIP-0034-S09", severity="high", source="contracts, pausing")
def what_leaves_can_be_paused(code: Structure[Gip0034]) -> Claim:
    """Stakes, signals and what leaves a chain stop while the system is paused there."""
    paused = [
        *((code[each], ("mint", "burn")) for each in (S.l1_curation, S.l2_curation)),
        *(
            (code[each], ("stake", "unstake", "allocate", "closeAllocation"))
            for each in (S.l1_staking, S.l2_staking)
        ),
        *((code[each], ("outboundTransfer",)) for each in (S.l1_gateway, S.l2_gateway)),
    ]
    return every(
        contract.requires(entry, "!controller.paused()")
        for contract, entries in paused
        for entry in entries
    )


@structure("GIP-0034-S10", severity="high", source="Arbitrum, Inbox, Outbox and retryables")
def who_writes_the_books_of_messages(code: Structure[Gip0034]) -> Claim:
    """The numbers of messages, the tickets and what is spent are written where they should be."""
    return books_of_messages(code, S)


@structure("GIP-0034-S11", severity="critical", source="Arbitrum, Inbox, Outbox and retryables")
def messages_are_let_through_once(code: Structure[Gip0034]) -> Claim:
    """Messages come from the inbox, are confirmed by the rollup, and are executed once."""
    return doors_of_messaging(code, S)


@structure("GIP-0034-S12", severity="high", source="contracts, nothing can be rewired")
def no_contract_is_a_proxy(code: Structure[Gip0034]) -> Claim:
    """No contract runs foreign code in its own name or can be destroyed, so none is upgradeable."""
    return every(code[each].delegates_nothing() for each in S.declared(ContractDecl).values())


@structure("GIP-0034-S90", severity="medium", source="Slither")
def slither_finds_nothing_new(code: Structure[Gip0034]) -> Claim:
    """Slither's detectors find only what the baseline explains."""
    return code.no_new_findings("contracts/slither-baseline.toml")


_Layer = tuple[
    ContractDecl,
    ContractDecl,
    ContractDecl,
    ContractDecl,
    ContractDecl,
    ContractDecl,
    ContractDecl,
]
"""Reservoir, token, curation, staking, rewards manager, controller and epochs of one chain."""

_LAYERS: tuple[_Layer, ...] = (
    (
        S.l1_reservoir,
        S.l1_token,
        S.l1_curation,
        S.l1_staking,
        S.l1_rewards,
        S.l1_controller,
        S.l1_epochs,
    ),
    (
        S.l2_reservoir,
        S.l2_token,
        S.l2_curation,
        S.l2_staking,
        S.l2_rewards,
        S.l2_controller,
        S.l2_epochs,
    ),
)


def _roles_of_layer(code: Structure[Gip0034], layer: _Layer) -> Claim:
    _, _, _, staking, rewards, controller, _ = layer
    manager = code[rewards]
    return every(
        *(
            manager.requires(call, "msg.sender == staking")
            for call in ("takeRewards", "takeAndBurnRewards")
        ),
        *(
            manager.requires(call, GOVERNED)
            for call in ("setMinimumSubgraphSignal", "setSubgraphAvailabilityOracle")
        ),
        manager.requires("setDenied", "msg.sender == subgraphAvailabilityOracle"),
        code[staking].requires("setMaxAllocationEpochs", GOVERNED),
        code[staking].requires(
            "allocate", "msg.sender == indexer", "isOperator[indexer][msg.sender]"
        ),
        code[controller].requires(
            "setPaused", "msg.sender == governor", "msg.sender == pauseGuardian"
        ),
        # Who is not the governor can only pause.
        code[controller].requires("setPaused", "msg.sender == governor", "value"),
    )


def _books_of_layer(code: Structure[Gip0034], layer: _Layer) -> Claim:
    _, _, curation, staking, rewards, controller, epochs = layer
    signalling, allocating = ["mint", "burn"], ["allocate", "closeAllocation"]
    accumulating = [*SETTLING, "onSubgraphSignalUpdate", "updateAccRewardsPerSignal"]
    return every(
        code[controller].written_by({"paused": ["setPaused"]}),
        code[epochs].written_by({}),
        code[curation].written_by(
            dict.fromkeys(("signal", "curatorSignal", "totalSignal"), signalling)
        ),
        code[staking].written_by(
            {
                "stakes": ["stake", "unstake", *allocating],
                "totalStaked": ["stake", "unstake", "closeAllocation"],
                "isOperator": ["setOperator"],
                "allocations": allocating,
                "nextAllocationId": ["allocate"],
                "subgraphAllocations": allocating,
                "maxAllocationEpochs": ["setMaxAllocationEpochs"],
            }
        ),
        code[rewards].written_by(
            {
                "accRewardsPerSignal": accumulating,
                "accRewardsOnLastSignalUpdate": accumulating,
                "subgraphs": [*SETTLING, "onSubgraphSignalUpdate"],
                "minimumSubgraphSignal": ["setMinimumSubgraphSignal"],
                "denied": ["setDenied"],
                "subgraphAvailabilityOracle": ["setSubgraphAvailabilityOracle"],
            }
        ),
    )
