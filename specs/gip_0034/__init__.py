"""The reservoirs of The Graph: what ``contracts/gip_0034/INTERFACE.md`` promises.

Rewards are minted on L1 ahead of time by a *drip*, and a fraction of them goes to L2 over the
bridge.  A reservoir on each chain holds them until the RewardsManager pays an allocation.

The numbers are specified twice: :mod:`specs.gip_0034.fixed_point` computes as the contracts do,
:mod:`specs.gip_0034.rational` has the proposal's formulas without any rounding.
"""

from __future__ import annotations

from specs.gip_0034 import fixed_point, rational
from specs.gip_0034.controller import Controller, EpochManager
from specs.gip_0034.curation import Curation
from specs.gip_0034.fixed_point import ONE
from specs.gip_0034.gateways import L1GraphTokenGateway, L2GraphTokenGateway, inbound_transfer
from specs.gip_0034.l1_reservoir import (
    MAX_DRIP_INTERVAL,
    MAX_DRIP_REWARD_PER_BLOCK,
    MAX_ISSUANCE_RATE,
    L1Reservoir,
)
from specs.gip_0034.l2_reservoir import L2Reservoir
from specs.gip_0034.reservoir import DripMessage, Reservoir
from specs.gip_0034.rewards import RewardsManager, Subgraph
from specs.gip_0034.staking import Allocation, Stake, Staking
from specs.gip_0034.system import CONTRACTS, Accounts, Gip0034Spec, Parameters
from specs.gip_0034.token import GraphToken

__all__ = [
    "CONTRACTS",
    "MAX_DRIP_INTERVAL",
    "MAX_DRIP_REWARD_PER_BLOCK",
    "MAX_ISSUANCE_RATE",
    "ONE",
    "Accounts",
    "Allocation",
    "Controller",
    "Curation",
    "DripMessage",
    "EpochManager",
    "Gip0034Spec",
    "GraphToken",
    "L1GraphTokenGateway",
    "L1Reservoir",
    "L2GraphTokenGateway",
    "L2Reservoir",
    "Parameters",
    "Reservoir",
    "RewardsManager",
    "Stake",
    "Staking",
    "Subgraph",
    "fixed_point",
    "inbound_transfer",
    "rational",
]
