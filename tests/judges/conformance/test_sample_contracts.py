"""Contracts that nobody here wrote, and storage of every kind, from both code generators."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.chain import Chain
from harness.compile import Build, CompilerSettings, compile_sources
from harness.symbolic.machine import Account, Setting
from harness.symbolic.terms import term_scope

from .comparison import Comparison

ROOT = Path(__file__).parents[3]
SOURCE = Path(__file__).parent / "fixtures" / "Samples.sol"
HOLDER, BENEFICIARY = 0xA11CE, 0xBEEF
ADDRESSES = {"Token": 0x7001, "Vault": 0x7002, "Vesting": 0x7003, "Lists": 0x7004}
ARGUMENTS: dict[str, tuple[int, ...]] = {
    "Token": (HOLDER,),
    "Vault": (ADDRESSES["Token"],),
    "Vesting": (BENEFICIARY,),
    "Lists": (),
}
CASES, MODELS = 12, 6

NEVER = frozenset(("Token.permit",))
"""Nobody signs anything here: these calls never succeed."""


@pytest.fixture(scope="module", params=[False, True], ids=["legacy", "via-ir"])
def build(request: pytest.FixtureRequest) -> Build:
    settings = CompilerSettings(via_ir=request.param)
    return compile_sources([SOURCE], root=ROOT, settings=settings)


def deployed(build: Build) -> tuple[Chain, Setting]:
    """All samples on a chain."""
    chain = Chain("c", 1, block=10**6, time=1_725_000_000, translate=False)
    accounts = {}
    constants: set[int] = {0}
    for name, address in ADDRESSES.items():
        artifact = build[name]
        receipt = chain.deploy(HOLDER, artifact.init_with(*ARGUMENTS[name]), address)
        assert receipt.success
        code = chain.code(address)
        accounts[address] = Account(name, address, code, artifact.storage_layout, artifact)
        constants |= artifact.constants
    return chain, Setting("c", 1, accounts, frozenset(constants))


@pytest.mark.parametrize("contract", ADDRESSES)
def test_every_function_does_what_py_evm_does(build: Build, contract: str) -> None:
    chain, setting = deployed(build)
    account = setting.account(contract)
    accounts = [HOLDER, BENEFICIARY, 0xCAFE, *ADDRESSES.values(), 0]
    for function in build[contract].abi.functions:
        with term_scope():
            comparison = Comparison(chain, setting, account, function, accounts)
            comparison.random_cases(CASES)
            comparison.model_cases(MODELS)
        counts = comparison.counts
        successes = counts.pop("success", 0)
        del counts["failure"], counts["open"]
        assert not counts, list(counts)[:3]
        assert successes or f"{contract}.{function.name}" in NEVER, function.signature
