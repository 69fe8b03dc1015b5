"""The wiring of escrow-and-mint: nothing of the contracts is left out of names or specification."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from harness.report.catalogue import main
from harness.specification import Specification
from harness.system import Actor
from properties.escrow_mint import EscrowMint
from specs.escrow_mint import CONTRACTS
from specs.model import snake_case
from tests.systems.running import ROOT, Bridge, compiled, properties


@pytest.fixture(scope="module")
def bridge() -> Bridge:
    return Bridge()


def specification(bridge: Bridge) -> Specification:
    (refinement,) = (p for p in properties() if p.id == "ESCROW-MINT-SPEC")
    made: Specification = refinement.body(bridge.w)
    return made


def test_every_slot_in_use_has_a_name(bridge: Bridge) -> None:
    world, named = bridge.session.world, 0
    for contract in compiled().contracts:
        for slot, word in world.storage_of(contract).items():
            leaves = world.leaves_of(contract, slot)
            assert leaves, f"{contract} slot {slot:#x} = {word:#x}"
            named += len(leaves)
    assert named > 60


def test_every_variable_is_modelled_or_left_out_with_a_reason(bridge: Bridge) -> None:
    spec, left_out = specification(bridge), EscrowMint.unmodelled
    for contract in compiled().contracts:
        for variable in compiled().layout(contract).variables:
            if f"{contract}.{variable.label}" in left_out:
                assert left_out[f"{contract}.{variable.label}"]
            else:
                spec.variable(contract, variable.label)
    for name in left_out:
        contract, _, label = name.partition(".")
        compiled().layout(contract).variable(label)


def test_every_transaction_has_a_transition_that_takes_its_arguments() -> None:
    """With as many parameters, and payable where the function is."""
    assert set(CONTRACTS) == set(compiled().contracts)
    seen = 0
    for contract, function in compiled().transactions():
        method: Callable[..., object] = getattr(CONTRACTS[contract], snake_case(function.name))
        where = f"{contract}.{function.name}"
        assert getattr(method, "payable", None) is function.is_payable, where
        parameters = method.__code__.co_argcount - 2  # but for self and call
        assert parameters == len(function.inputs), where
        seen += 1
    assert seen >= 40


def test_the_specification_has_no_function_of_its_own() -> None:
    for contract, kind in CONTRACTS.items():
        names = {snake_case(f.name) for f in compiled().abi(contract).functions}
        marked = {
            name
            for name in dir(kind)
            if hasattr(getattr(kind, name), "payable") and not name.startswith("_")
        }
        assert marked <= names, contract


def test_every_property_speaks_of_names_that_exist(bridge: Bridge) -> None:
    """The rules' functions are functions, and trusted actors refrain from functions."""
    calls = {f"{contract}.{function.name}" for contract, function in compiled().transactions()}
    assert {each.on for each in properties() if each.on} <= calls
    actors: dict[str, Actor] = EscrowMint.declared(Actor)
    trusted = {name for name, each in actors.items() if each.trust}
    assert trusted == {"governor", "arbos", "rollup"}


def test_ids_are_unique_and_statements_are_sentences() -> None:
    ids = [each.id for each in properties()]
    assert len(ids) == len(set(ids)) >= 40
    for each in properties():
        assert each.id.startswith("ESCROW-MINT-")
        assert each.statement.endswith("."), each.id


def test_the_catalogue_is_not_stale(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert main(["--check"]) == 0
