"""Known-bad variants of the real contracts: each is one small patch, so none can drift.

A variant names the file it changes, the text that must stand there, what to put instead, and the
properties that it breaks.  A text that does not stand there exactly as often as it should makes
the tests fail before anything runs.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

__all__ = ["ESCROW_MINT", "Patch", "Variant", "write_variant"]

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Patch:
    """Replace ``old``, which stands once in ``file``, by ``new``."""

    file: str
    old: str
    new: str


@dataclass(frozen=True)
class Variant:
    """A bug: what it is, and the properties that must be REFUTED.

    ``at_birth`` judges it from a system into which nothing was put yet: the bug would keep the
    deployment from doing so.
    """

    name: str
    bug: str
    patches: tuple[Patch, ...]
    breaks: tuple[str, ...]
    at_birth: bool = False

    def __str__(self) -> str:
        return self.name


def write_variant(variant: Variant, sources: tuple[str, ...], folder: Path) -> Path:
    """Copy the sources with the variant's patches applied; the root to compile them from.

    Raises :class:`AssertionError` when a patch no longer fits the real source.
    """
    for source in sources:
        shutil.copytree(ROOT / source, folder / source, dirs_exist_ok=True)
    # Contracts outside of the named sources, such as shared libraries, are imported by path.
    for other in (ROOT / "contracts").iterdir():
        if other.is_dir():
            shutil.copytree(other, folder / "contracts" / other.name, dirs_exist_ok=True)
    (folder / "node_modules").symlink_to(ROOT / "node_modules")
    for patch in variant.patches:
        path = folder / patch.file
        text = (ROOT / patch.file).read_text() if not path.exists() else path.read_text()
        count = text.count(patch.old)
        assert count == 1, f"{variant.name}: {patch.old!r} stands {count} times in {patch.file}"
        path.write_text(text.replace(patch.old, patch.new))
    return folder


_L1 = "contracts/escrow_mint/l1"
_L2 = "contracts/escrow_mint/l2"
_STAKE = "contracts/escrow_mint/common/Delegation.sol"

ESCROW_MINT = (
    Variant(
        "replayed-withdrawal",
        "the outbox does not mark a message as spent, so it is paid again",
        (Patch("contracts/messaging/l1/Outbox.sol", "        isSpent[index] = true;\n", ""),),
        ("ESCROW-MINT-002",),
    ),
    Variant(
        "replayed-ticket",
        "a redeemed ticket is not deleted, so it is redeemed again",
        (
            Patch(
                "contracts/messaging/l2/ArbRetryableTx.sol",
                "            delete tickets[id];\n        } else {",
                "            tickets[id].redeeming = false;\n        } else {",
            ),
        ),
        ("ESCROW-MINT-003",),
    ),
    Variant(
        "unchecked-burn",
        "a withdrawal from L2 burns nothing",
        (
            Patch(
                f"{_L2}/LPTGateway.sol",
                "        ILivepeerToken(token).burnFrom(msg.sender, amount);\n",
                "",
            ),
        ),
        ("ESCROW-MINT-005",),
    ),
    Variant(
        "ignored-transfer-result",
        "a deposit goes on when the token could not be pulled",
        (
            Patch(
                "contracts/tokens/LptTransfer.sol",
                "    if (!ILivepeerToken(token).transferFrom(from, to, amount)) "
                "revert LptTransferFailed();",
                "    try ILivepeerToken(token).transferFrom(from, to, amount) returns (bool) {} "
                "catch {}",
            ),
        ),
        ("ESCROW-MINT-001",),
    ),
    Variant(
        "open-finalise",
        "anybody may finalise a deposit on L2",
        (
            Patch(
                f"{_L2}/LPTGateway.sol",
                "        bytes calldata\n    ) external onlyCounterpart {",
                "        bytes calldata\n    ) external {",
            ),
        ),
        ("ESCROW-MINT-030",),
    ),
    Variant(
        "any-l2-sender",
        "the L1 gateway pays on any message of the bridge, whoever sent it on L2",
        (
            Patch(
                f"{_L1}/LPTGateway.sol",
                "        if (l2Sender != counterpart) revert OnlyCounterpartGateway(l2Sender);\n",
                "",
            ),
        ),
        ("ESCROW-MINT-031",),
    ),
    Variant(
        "unpaid-ticket",
        "a transfer goes on although the wei sent do not match its price",
        (
            Patch(
                f"{_L1}/LPTGateway.sol",
                "        if (msg.value != cost) revert WrongEthValue(cost, msg.value);\n",
                "",
            ),
        ),
        ("ESCROW-MINT-SPEC",),
    ),
    Variant(
        "checked-alias",
        "the alias is added with overflow checks, so a gateway at a high address cannot finalise",
        (
            Patch(
                f"{_L2}/LPTGateway.sol",
                "AddressAlias.applyL1ToL2Alias(counterpart)",
                "address(uint160(counterpart) + AddressAlias.OFFSET)",
            ),
        ),
        ("ESCROW-MINT-041",),
        at_birth=True,
    ),
    Variant(
        "shortfall-by-one-wei",
        "a shortfall of exactly one wei is not minted, so that payment fails for ever",
        (
            Patch(
                f"{_L1}/LPTGateway.sol",
                "if (available < amount) {",
                "if (available + 1 < amount) {",
            ),
        ),
        ("ESCROW-MINT-040",),
    ),
    Variant(
        "mint-whole-payment",
        "a shortfall mints the whole payment instead of what is missing",
        (
            Patch(
                f"{_L1}/LPTGateway.sol",
                "uint256 shortfall = amount - available;",
                "uint256 shortfall = amount;",
            ),
        ),
        ("ESCROW-MINT-011",),
    ),
    Variant(
        "boundary-burn",
        "a withdrawal of exactly the whole balance is not burned",
        (
            Patch(
                "contracts/tokens/LivepeerToken.sol",
                "        _burn(from, amount);",
                "        if (amount != balanceOf(from)) _burn(from, amount);",
            ),
        ),
        ("ESCROW-MINT-005",),
    ),
    Variant(
        "burn-of-others",
        "a withdrawal burns the recipient's tokens instead of the caller's",
        (
            Patch(
                f"{_L2}/LPTGateway.sol",
                "ILivepeerToken(token).burnFrom(msg.sender, amount);",
                "ILivepeerToken(token).burnFrom(to, amount);",
            ),
        ),
        ("ESCROW-MINT-015", "ESCROW-MINT-081"),
    ),
    Variant(
        "open-migrate-stake",
        "anybody may take a delegator's stake out of the BondingManager",
        (
            Patch(
                f"{_L1}/BondingManager.sol",
                "        if (msg.sender != migrator) revert OnlyMigrator(msg.sender);\n",
                "",
            ),
        ),
        ("ESCROW-MINT-075",),
    ),
    Variant(
        "migration-touches-fees",
        "a migration wipes the delegator's ETH fees",
        (
            Patch(
                f"{_L1}/BondingManager.sol",
                "        migrated[delegator] = true;\n",
                "        migrated[delegator] = true;\n        delete fees[delegator];\n",
            ),
        ),
        ("ESCROW-MINT-072",),
    ),
    Variant(
        "migrated-can-bond-again",
        "a delegator who has migrated may bond on L1 again",
        (
            Patch(
                f"{_L1}/BondingManager.sol",
                "        if (migrated[owner]) revert AlreadyMigrated(owner);\n",
                "",
            ),
        ),
        ("ESCROW-MINT-056",),
    ),
    Variant(
        "delegate-of-others",
        "bonding changes the stake and the delegate of somebody else",
        (Patch(_STAKE, "_addStake(msg.sender, amount, to);", "_addStake(to, amount, to);"),),
        ("ESCROW-MINT-075", "ESCROW-MINT-076"),
    ),
    Variant(
        "overwritten-lock",
        "the id of unbonding locks does not advance, so a lock is overwritten",
        (
            Patch(
                _STAKE,
                "lockId = owner.nextUnbondingLockId++;",
                "lockId = owner.nextUnbondingLockId;",
            ),
        ),
        ("ESCROW-MINT-077",),
    ),
    Variant(
        "still-registered",
        "an orchestrator who leaves stays registered",
        (Patch(_STAKE, "        if (delegate == owner) _unregister(owner);\n", ""),),
        ("ESCROW-MINT-058", "ESCROW-MINT-059"),
    ),
    Variant(
        "open-l1-mint",
        "anybody may mint through the Minter on L1",
        (
            Patch(
                f"{_L1}/Minter.sol",
                "        if (msg.sender != gateway) revert OnlyGateway(msg.sender);\n",
                "",
            ),
        ),
        ("ESCROW-MINT-013",),
    ),
    Variant(
        "paused-inbound",
        "a pause also blocks payments of withdrawals that were burned before",
        (
            Patch(
                f"{_L1}/LPTGateway.sol",
                "        bytes calldata data\n    ) external {",
                "        bytes calldata data\n    ) external whenNotPaused {",
            ),
        ),
        ("ESCROW-MINT-040",),
    ),
    Variant(
        "forgotten-reward",
        "the round of a reward is not noted, so it may be called for again",
        (Patch(f"{_L2}/StakingManager.sol", "        lastRewardRound[msg.sender] = round;\n", ""),),
        ("ESCROW-MINT-078",),
    ),
    Variant(
        "l1-delegate-on-l2",
        "a migration bonds to the delegator itself instead of the orchestrator asked for",
        (
            Patch(
                f"{_L2}/Migrator.sol",
                "stakeFor(delegator, orchestrator, amount)",
                "stakeFor(delegator, delegator, amount)",
            ),
        ),
        ("ESCROW-MINT-079",),
    ),
)
