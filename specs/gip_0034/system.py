"""The whole system, as it is right after all contracts were made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from specs.gip_0034.controller import Controller, EpochManager
from specs.gip_0034.curation import Curation
from specs.gip_0034.gateways import L1GraphTokenGateway, L2GraphTokenGateway
from specs.gip_0034.l1_reservoir import L1Reservoir, check_drip_interval
from specs.gip_0034.l2_reservoir import L2Reservoir
from specs.gip_0034.rewards import RewardsManager
from specs.gip_0034.staking import Staking
from specs.gip_0034.token import GraphToken
from specs.messaging import TRANSPORT, TwoChains, check_addresses, transport_wiring
from specs.model import Decoder, require

CONTRACTS: dict[str, type[Any]] = {
    "l1_controller": Controller,
    "l1_epochs": EpochManager,
    "l1_token": GraphToken,
    "l1_curation": Curation,
    "l1_staking": Staking,
    "l1_rewards": RewardsManager,
    "l1_reservoir": L1Reservoir,
    "l1_gateway": L1GraphTokenGateway,
    "l2_controller": Controller,
    "l2_epochs": EpochManager,
    "l2_token": GraphToken,
    "l2_curation": Curation,
    "l2_staking": Staking,
    "l2_rewards": RewardsManager,
    "l2_reservoir": L2Reservoir,
    "l2_gateway": L2GraphTokenGateway,
    **TRANSPORT,
}
"""The contracts by name; the name begins with the chain that the contract lives on."""


@dataclass(frozen=True, kw_only=True)
class Accounts:
    """The addresses of those who have a role.

    ``rollup`` confirms messages to L1 and ``arbos`` runs the tickets on L2: both are the
    environment.  ``initial_holder`` gets the initial supply of L1.
    """

    l1_governor: int
    l1_pause_guardian: int
    l2_governor: int
    l2_pause_guardian: int
    rollup: int
    arbos: int
    initial_holder: int


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """The numbers that the system is made with.

    ``initial_supply`` is in GRT wei on L1; L2 begins with none.  Epoch lengths and the drip
    interval are in blocks.  After more than ``..._max_allocation_epochs`` an allocation is late.
    """

    initial_supply: int
    l1_epoch_length: int
    l1_max_allocation_epochs: int
    l2_epoch_length: int
    l2_max_allocation_epochs: int
    drip_interval: int


class Gip0034Spec(TwoChains):
    """The two chains with all their contracts, which are attributes by name."""

    l1_controller: Controller
    l1_epochs: EpochManager
    l1_token: GraphToken
    l1_curation: Curation
    l1_staking: Staking
    l1_rewards: RewardsManager
    l1_reservoir: L1Reservoir
    l1_gateway: L1GraphTokenGateway
    l2_controller: Controller
    l2_epochs: EpochManager
    l2_token: GraphToken
    l2_curation: Curation
    l2_staking: Staking
    l2_rewards: RewardsManager
    l2_reservoir: L2Reservoir
    l2_gateway: L2GraphTokenGateway

    @classmethod
    def deployed(
        cls,
        *,
        decoder: Decoder,
        addresses: Mapping[str, int],
        accounts: Accounts,
        parameters: Parameters,
        ether: Mapping[str, Mapping[int, int]] | None = None,
    ) -> Gip0034Spec:
        """The state after all contracts were made and before anything else happened.

        ``addresses`` has one for each of :data:`CONTRACTS`.  ``ether`` is what accounts own: chain
        to address to wei.  Raises :class:`specs.model.Revert` where a constructor would revert.
        """
        check_addresses(addresses, CONTRACTS)
        check_constructors(addresses, accounts, parameters)
        wiring = wiring_of(addresses, accounts, parameters)
        spec = cls.made(CONTRACTS, wiring, decoder=decoder, addresses=addresses, ether=ether)
        if parameters.initial_supply > 0:
            spec.l1_token.issue(accounts.initial_holder, parameters.initial_supply)
        return spec


def check_constructors(
    addresses: Mapping[str, int], accounts: Accounts, parameters: Parameters
) -> None:
    """Refuse what the constructors refuse."""
    roles = (
        accounts.l1_governor,
        accounts.l1_pause_guardian,
        accounts.l2_governor,
        accounts.l2_pause_guardian,
        accounts.rollup,
        accounts.arbos,
    )
    require(0 not in (*addresses.values(), *roles), "ZeroAddress")
    require(parameters.l1_epoch_length != 0, "ZeroEpochLength")
    require(parameters.l2_epoch_length != 0, "ZeroEpochLength")
    check_drip_interval(parameters.drip_interval, 0)


def wiring_of(
    at: Mapping[str, int], accounts: Accounts, parameters: Parameters
) -> dict[str, dict[str, int]]:
    """What each contract is made with."""
    return {
        **transport_wiring(at, rollup=accounts.rollup, arbos=accounts.arbos),
        **wiring_of_both(at, accounts, parameters),
        "l1_reservoir": {
            **wiring_of_reservoir(at, "l1"),
            "staking": at["l1_staking"],
            "gateway": at["l1_gateway"],
            "l2_reservoir": at["l2_reservoir"],
            "drip_interval": parameters.drip_interval,
        },
        "l1_gateway": {
            "controller": at["l1_controller"],
            "l1_token": at["l1_token"],
            "counterpart": at["l2_gateway"],
            "bridge": at["l1_bridge"],
            "inbox": at["l1_inbox"],
        },
        "l2_reservoir": {
            **wiring_of_reservoir(at, "l2"),
            "gateway": at["l2_gateway"],
            "l1_reservoir": at["l1_reservoir"],
            "retryables": at["l2_retryables"],
        },
        "l2_gateway": {
            "controller": at["l2_controller"],
            "l1_token": at["l1_token"],
            "counterpart": at["l1_gateway"],
            "token": at["l2_token"],
            "arb_sys": at["l2_arbsys"],
        },
    }


def wiring_of_reservoir(at: Mapping[str, int], chain: str) -> dict[str, int]:
    """What the reservoirs of both chains are made with."""
    return {
        "controller": at[f"{chain}_controller"],
        "token": at[f"{chain}_token"],
        "rewards_manager": at[f"{chain}_rewards"],
    }


def wiring_of_both(
    at: Mapping[str, int], accounts: Accounts, parameters: Parameters
) -> dict[str, dict[str, int]]:
    """What the contracts that are the same on both chains are made with."""
    roles = {
        "l1": (accounts.l1_governor, accounts.l1_pause_guardian),
        "l2": (accounts.l2_governor, accounts.l2_pause_guardian),
    }
    epochs = {
        "l1": (parameters.l1_epoch_length, parameters.l1_max_allocation_epochs),
        "l2": (parameters.l2_epoch_length, parameters.l2_max_allocation_epochs),
    }
    wiring: dict[str, dict[str, int]] = {}
    for chain in ("l1", "l2"):
        governor, guardian = roles[chain]
        length, late = epochs[chain]
        on_chain = wiring_of_reservoir(at, chain)
        wiring |= {
            f"{chain}_controller": {"governor": governor, "pause_guardian": guardian},
            f"{chain}_epochs": {"epoch_length": length},
            f"{chain}_token": {"controller": at[f"{chain}_controller"]},
            f"{chain}_curation": on_chain,
            f"{chain}_staking": {
                **on_chain,
                "epoch_manager": at[f"{chain}_epochs"],
                "max_allocation_epochs": late,
            },
            f"{chain}_rewards": {
                "controller": at[f"{chain}_controller"],
                "curation": at[f"{chain}_curation"],
                "staking": at[f"{chain}_staking"],
                "reservoir": at[f"{chain}_reservoir"],
            },
        }
    return wiring
