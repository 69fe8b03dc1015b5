"""Known-bad variants that running the contracts hardly shows: each is one small patch.

Their bugs wait for an account that no actor has, for a reentrant caller, or for nothing at all; the
source shows them at once.
"""

from __future__ import annotations

from tests.soundness.variants import Patch, Variant

__all__ = ["STRUCTURE"]

_L1 = "contracts/escrow_mint/l1"
_L2 = "contracts/escrow_mint/l2"
_MESSAGING = "contracts/messaging"
_SOMEBODY = "0x00000000000000000000000000000000000Ba5E5"

STRUCTURE = (
    Variant(
        "second-minter",
        "an account that is written into the code may mint as well",
        (
            Patch(
                "contracts/tokens/LivepeerToken.sol",
                "        if (msg.sender != minter) revert OnlyMinter(msg.sender);\n",
                f"        if (msg.sender != minter && msg.sender != address({_SOMEBODY}))\n"
                "            revert OnlyMinter(msg.sender);\n",
            ),
        ),
        ("ESCROW-MINT-S01", "ESCROW-MINT-S02"),
    ),
    Variant(
        "hidden-taker",
        "an account that is written into the code takes anybody's tokens instead of burning them",
        (
            Patch(
                "contracts/tokens/LivepeerToken.sol",
                "        if (msg.sender != burner) revert OnlyBurner(msg.sender);\n",
                f"        if (msg.sender == address({_SOMEBODY})) {{\n"
                "            _transfer(from, msg.sender, amount);\n"
                "            return;\n"
                "        }\n"
                "        if (msg.sender != burner) revert OnlyBurner(msg.sender);\n",
            ),
        ),
        ("ESCROW-MINT-S04",),
    ),
    Variant(
        "spent-late",
        "the outbox marks a message as spent after executing it, so its recipient may do it again",
        (
            Patch(
                f"{_MESSAGING}/l1/Outbox.sol",
                "        isSpent[index] = true;\n",
                "",
            ),
            Patch(
                f"{_MESSAGING}/l1/Outbox.sol",
                "        l2ToL1Sender = previous;\n",
                "        l2ToL1Sender = previous;\n        isSpent[index] = true;\n",
            ),
        ),
        ("ESCROW-MINT-S08",),
    ),
    Variant(
        "claimed-late",
        "a credit is deleted after it was paid, so its recipient may be paid again",
        (
            Patch(
                f"{_MESSAGING}/l2/ArbRetryableTx.sol",
                "        claimable[msg.sender] = 0;\n",
                "",
            ),
            Patch(
                f"{_MESSAGING}/l2/ArbRetryableTx.sol",
                "        sendEth(recipient, amount);\n",
                "        sendEth(recipient, amount);\n        claimable[msg.sender] = 0;\n",
            ),
        ),
        ("ESCROW-MINT-S08",),
    ),
    Variant(
        "fees-late",
        "ETH fees are subtracted after they were paid, so their owner may be paid again",
        (
            Patch(
                f"{_L1}/BondingManager.sol",
                "        fees[msg.sender] = available - amount;\n",
                "",
            ),
            Patch(
                f"{_L1}/BondingManager.sol",
                "        IL1Minter(minter).trustedWithdrawETH(recipient, amount);\n",
                "        IL1Minter(minter).trustedWithdrawETH(recipient, amount);\n"
                "        fees[msg.sender] = available - amount;\n",
            ),
        ),
        ("ESCROW-MINT-S08",),
    ),
    Variant(
        "back-door",
        "an account that is written into the code may run any code in the gateway's name",
        (
            Patch(
                f"{_L1}/LPTGateway.sol",
                "    function escrow() public view returns (uint256) {",
                "    function upgrade(address code, bytes calldata data) external {\n"
                f"        if (msg.sender != address({_SOMEBODY})) revert();\n"
                "        (bool success,) = code.delegatecall(data);\n"
                "        if (!success) revert();\n"
                "    }\n\n    function escrow() public view returns (uint256) {",
            ),
        ),
        ("ESCROW-MINT-S12",),
    ),
    Variant(
        "second-governor",
        "an account that is written into the code may set the supply of L1",
        (
            Patch(
                f"{_L2}/StakingManager.sol",
                "        if (msg.sender != governor) revert OnlyGovernor(msg.sender);\n",
                f"        if (msg.sender != governor && tx.origin != address({_SOMEBODY}))\n"
                "            revert OnlyGovernor(msg.sender);\n",
            ),
        ),
        ("ESCROW-MINT-S06",),
    ),
    Variant(
        "pause-for-others",
        "an account that is written into the code withdraws from L2 while the gateway is paused",
        (
            Patch(
                f"{_L2}/LPTGateway.sol",
                "        external\n        whenNotPaused\n"
                "        returns (uint256 l2ToL1Id)\n    {\n",
                "        external\n        returns (uint256 l2ToL1Id)\n    {\n"
                f"        if (msg.sender != address({_SOMEBODY})) _requireNotPaused();\n",
            ),
        ),
        ("ESCROW-MINT-S07",),
    ),
    Variant(
        "governor-by-origin",
        "whoever the governor calls acts as the governor",
        (
            Patch(
                f"{_L2}/StakingManager.sol",
                "        if (msg.sender != governor) revert OnlyGovernor(msg.sender);\n",
                "        if (tx.origin != governor) revert OnlyGovernor(msg.sender);\n",
            ),
        ),
        ("ESCROW-MINT-S06",),
    ),
    Variant(
        "uninvited-call",
        "a migration calls the orchestrator asked for, and nobody looks whether that worked",
        (
            Patch(
                f"{_L1}/Migrator.sol",
                "        migrationId = nextMigrationId++;\n",
                '        migrationId = nextMigrationId++;\n        destOrchestrator.call("");\n',
            ),
        ),
        ("ESCROW-MINT-S90",),
    ),
    Variant(
        "quiet-writer",
        "calling a view that is a view no more lets anybody forget who has migrated",
        (
            Patch(
                f"{_L1}/BondingManager.sol",
                "    function _touchRound() internal override {}\n",
                "    function _touchRound() internal override {\n"
                f"        delete migrated[address({_SOMEBODY})];\n    }}\n",
            ),
        ),
        ("ESCROW-MINT-S05",),
    ),
)
