"""The whole system, as it is right after all contracts were made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from specs.escrow_mint.l1_gateway import L1LPTGateway
from specs.escrow_mint.l1_staking import BondingManager, L1Migrator, L1Minter
from specs.escrow_mint.l2_gateway import L2LPTGateway, L2Migrator, L2Minter
from specs.escrow_mint.l2_staking import PERC, StakingManager
from specs.messaging import TRANSPORT, TwoChains, check_addresses, transport_wiring
from specs.model import Decoder, require
from specs.tokens import LivepeerToken

CONTRACTS: dict[str, type[Any]] = {
    "l1_token": LivepeerToken,
    "l1_minter": L1Minter,
    "l1_bonding": BondingManager,
    "l1_migrator": L1Migrator,
    "l1_gateway": L1LPTGateway,
    "l2_token": LivepeerToken,
    "l2_minter": L2Minter,
    "l2_staking": StakingManager,
    "l2_migrator": L2Migrator,
    "l2_gateway": L2LPTGateway,
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
    l2_governor: int
    ticket_broker: int
    rollup: int
    arbos: int
    initial_holder: int


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """The numbers that the system is made with.

    ``initial_supply`` is in LPT wei on L1; L2 begins with none.  Round lengths are in blocks and
    unbonding periods in rounds.  The last three are fractions of ``PERC``, which is 100 %.
    """

    initial_supply: int
    l1_round_length: int
    l1_unbonding_period: int
    l2_round_length: int
    l2_unbonding_period: int
    inflation: int
    inflation_change: int
    target_bonding_rate: int


class EscrowMintSpec(TwoChains):
    """The two chains with all their contracts, which are attributes by name."""

    l1_token: LivepeerToken
    l1_minter: L1Minter
    l1_bonding: BondingManager
    l1_migrator: L1Migrator
    l1_gateway: L1LPTGateway
    l2_token: LivepeerToken
    l2_minter: L2Minter
    l2_staking: StakingManager
    l2_migrator: L2Migrator
    l2_gateway: L2LPTGateway

    @classmethod
    def deployed(
        cls,
        *,
        decoder: Decoder,
        addresses: Mapping[str, int],
        accounts: Accounts,
        parameters: Parameters,
        l2_block: int,
        ether: Mapping[str, Mapping[int, int]] | None = None,
    ) -> EscrowMintSpec:
        """The state after all contracts were made and before anything else happened.

        ``addresses`` has one for each of :data:`CONTRACTS`.  ``l2_block`` is the block number
        that the StakingManager's constructor saw.  ``ether`` is what accounts own: chain to
        address to wei.  Raises :class:`specs.model.Revert` where a constructor would revert.
        """
        check_addresses(addresses, CONTRACTS)
        check_constructors(addresses, accounts, parameters)
        wiring = wiring_of(addresses, accounts, parameters, l2_block)
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
        accounts.l2_governor,
        accounts.ticket_broker,
        accounts.rollup,
        accounts.arbos,
    )
    require(0 not in (*addresses.values(), *roles), "ZeroAddress")
    require(parameters.l1_round_length != 0, "ZeroRoundLength")
    require(parameters.l2_round_length != 0, "ZeroRoundLength")
    require(parameters.inflation_change <= PERC, "ParameterTooLarge")
    require(parameters.target_bonding_rate <= PERC, "ParameterTooLarge")


def wiring_of(
    at: Mapping[str, int], accounts: Accounts, parameters: Parameters, l2_block: int
) -> dict[str, dict[str, int]]:
    """What each contract is made with."""
    return {
        **transport_wiring(at, rollup=accounts.rollup, arbos=accounts.arbos),
        **wiring_of_l1(at, accounts, parameters),
        **wiring_of_l2(at, accounts, parameters, l2_block),
    }


def wiring_of_l1(
    at: Mapping[str, int], accounts: Accounts, parameters: Parameters
) -> dict[str, dict[str, int]]:
    """What each contract of L1 is made with."""
    return {
        "l1_token": {"minter": at["l1_minter"], "burner": 0},
        "l1_minter": {
            "token": at["l1_token"],
            "gateway": at["l1_gateway"],
            "bonding_manager": at["l1_bonding"],
        },
        "l1_bonding": {
            "token": at["l1_token"],
            "minter": at["l1_minter"],
            "migrator": at["l1_migrator"],
            "ticket_broker": accounts.ticket_broker,
            "round_length": parameters.l1_round_length,
            "unbonding_period": parameters.l1_unbonding_period,
        },
        "l1_migrator": {
            "token": at["l1_token"],
            "bonding_manager": at["l1_bonding"],
            "gateway": at["l1_gateway"],
        },
        "l1_gateway": {
            "token": at["l1_token"],
            "minter": at["l1_minter"],
            "migrator": at["l1_migrator"],
            "bridge": at["l1_bridge"],
            "inbox": at["l1_inbox"],
            "counterpart": at["l2_gateway"],
            "governor": accounts.l1_governor,
        },
    }


def wiring_of_l2(
    at: Mapping[str, int], accounts: Accounts, parameters: Parameters, l2_block: int
) -> dict[str, dict[str, int]]:
    """What each contract of L2 is made with."""
    return {
        "l2_token": {"minter": at["l2_minter"], "burner": at["l2_gateway"]},
        "l2_minter": {
            "token": at["l2_token"],
            "gateway": at["l2_gateway"],
            "staking_manager": at["l2_staking"],
        },
        "l2_staking": {
            "token": at["l2_token"],
            "minter": at["l2_minter"],
            "migrator": at["l2_migrator"],
            "governor": accounts.l2_governor,
            "round_length": parameters.l2_round_length,
            "unbonding_period": parameters.l2_unbonding_period,
            "inflation": parameters.inflation,
            "inflation_change": parameters.inflation_change,
            "target_bonding_rate": parameters.target_bonding_rate,
            "last_initialized_round": l2_block // parameters.l2_round_length,
        },
        "l2_migrator": {
            "token": at["l2_token"],
            "gateway": at["l2_gateway"],
            "staking_manager": at["l2_staking"],
        },
        "l2_gateway": {
            "token": at["l2_token"],
            "minter": at["l2_minter"],
            "migrator": at["l2_migrator"],
            "arb_sys": at["l2_arbsys"],
            "l1_token": at["l1_token"],
            "counterpart": at["l1_gateway"],
            "governor": accounts.l2_governor,
        },
    }
