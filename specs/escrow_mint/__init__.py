"""Escrow and mint: what ``contracts/escrow_mint/INTERFACE.md`` promises.

LPT that goes to L2 stays in escrow on L1 and is minted on L2.  LPT that comes back is burned on L2
and paid from the escrow, into which the part that it lacks is minted.  Stake moves from L1 to L2
in one transaction of its owner.
"""

from __future__ import annotations

from specs.escrow_mint.delegation import Delegation, Delegator, Orchestrator, UnbondingLock
from specs.escrow_mint.gateway import inbound_migration, inbound_transfer
from specs.escrow_mint.l1_gateway import L1LPTGateway
from specs.escrow_mint.l1_staking import BondingManager, L1Migrator, L1Minter
from specs.escrow_mint.l2_gateway import L2LPTGateway, L2Migrator, L2Minter
from specs.escrow_mint.l2_staking import PERC, Snapshot, StakingManager
from specs.escrow_mint.system import CONTRACTS, Accounts, EscrowMintSpec, Parameters

__all__ = [
    "CONTRACTS",
    "PERC",
    "Accounts",
    "BondingManager",
    "Delegation",
    "Delegator",
    "EscrowMintSpec",
    "L1LPTGateway",
    "L1Migrator",
    "L1Minter",
    "L2LPTGateway",
    "L2Migrator",
    "L2Minter",
    "Orchestrator",
    "Parameters",
    "Snapshot",
    "StakingManager",
    "UnbondingLock",
    "inbound_migration",
    "inbound_transfer",
]
