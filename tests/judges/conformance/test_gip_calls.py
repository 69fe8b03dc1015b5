"""Every function of the reservoirs of GIP-0034 and what is around them, against py-evm."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from properties.gip_0034 import Gip0034

from .system_calls import check_contract, deployed

CASES, MODELS = 40, 2

CONTRACTS = (
    *("l1_controller", "l1_epochs", "l1_token", "l1_curation", "l1_staking", "l1_rewards"),
    *("l1_reservoir", "l1_gateway", "l2_controller", "l2_epochs", "l2_token", "l2_curation"),
    *("l2_staking", "l2_rewards", "l2_reservoir", "l2_gateway"),
)

SHARED = ("l1_inbox", "l1_bridge", "l1_outbox", "l2_arbsys", "l2_retryables")
"""Contracts that escrow-and-mint has, too."""


@pytest.mark.parametrize("contract", CONTRACTS)
def test_every_function_does_what_py_evm_does(
    contract: str, count_cases: Callable[[int], None]
) -> None:
    count_cases(check_contract(Gip0034, contract, cases=CASES, models=MODELS))


def test_the_system_is_all_here() -> None:
    assert sorted(deployed(Gip0034).compiled.contracts) == sorted(CONTRACTS + SHARED)
