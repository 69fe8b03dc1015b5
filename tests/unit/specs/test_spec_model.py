"""The vocabulary: names, ether, failing calls, snapshots."""

from __future__ import annotations

import doctest
from dataclasses import replace
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from specs import abi, fields, keccak
from specs.abi import encode_call
from specs.escrow_mint import EscrowMintSpec
from specs.messaging import Ticket, alias
from specs.model import MAX_UINT256, Call, Revert, snake_case, uint256
from tests.unit.specs.two_chains import (
    ACCOUNTS,
    ADDRESSES,
    ALICE,
    BOB,
    CAROL,
    GOVERNOR,
    LPT,
    PARAMETERS,
    TwoChains,
    decoder,
    deploy,
)


@pytest.mark.parametrize(
    ("abi", "python"),
    [
        ("_balances", "balances"),
        ("isSpent", "is_spent"),
        ("l2ToL1Sender", "l2_to_l1_sender"),
        ("trustedWithdrawETH", "trusted_withdraw_eth"),
        ("setL1Supply", "set_l1_supply"),
        ("from", "from_"),
    ],
)
def test_names(abi: str, python: str) -> None:
    assert snake_case(abi) == python


@pytest.mark.parametrize("module", [abi, alias, fields, keccak])
def test_examples_in_docstrings(module: ModuleType) -> None:
    failed, attempted = doctest.testmod(module)
    assert attempted > 0
    assert failed == 0


def test_uint256_holds_256_bits() -> None:
    assert uint256(MAX_UINT256) == MAX_UINT256
    for value in (-1, MAX_UINT256 + 1):
        with pytest.raises(Revert, match="Panic"):
            uint256(value)


def test_state_is_storage_and_nothing_else() -> None:
    spec = deploy()
    assert set(spec.l1_bridge.state()) == {"delayed_message_count", "active_outbox"}
    assert spec.l1_minter.state() == {}
    assert set(spec.l2_gateway.state()) == {"paused", "next_exit_num"}
    assert "round_length" not in spec.l2_staking.state()
    assert "inflation" in spec.l2_staking.state()


def test_a_view_takes_no_ether_and_changes_nothing() -> None:
    spec = deploy()
    before, data = spec.snapshot(), encode_call("escrow()")
    spec.transact("l1", Call(ALICE), spec.l1_gateway.address, data)
    with pytest.raises(Revert):
        spec.transact("l1", Call(ALICE, value=1), spec.l1_gateway.address, data)
    assert spec.snapshot() == before


@pytest.mark.parametrize("data", [b"", b"\0\0\0\0", encode_call("escrow()")[:3]])
def test_contracts_refuse_plain_ether_and_unknown_functions(data: bytes) -> None:
    spec = deploy()
    with pytest.raises(Revert):
        spec.transact("l1", Call(ALICE, value=1), spec.l1_gateway.address, data)


def test_a_contract_of_the_other_chain_is_an_account_here() -> None:
    spec = deploy()
    spec.transact("l2", Call(ALICE, value=5), spec.l1_gateway.address, b"anything")
    assert spec.ether["l2"][spec.l1_gateway.address] == 5


def test_ether_cannot_be_overdrawn_and_may_go_to_oneself() -> None:
    spec = deploy()
    wealth = spec.ether["l1"][ALICE]
    spec.transact("l1", Call(ALICE, value=wealth), ALICE, b"")
    assert spec.ether["l1"][ALICE] == wealth
    with pytest.raises(Revert):
        spec.transact("l1", Call(ALICE, value=wealth + 1), BOB, b"")


def test_precompiled_contracts_that_need_data_refuse_ether() -> None:
    spec = deploy()
    assert spec.attempt("l1", Call(ALICE, value=1), 8, b"") is None
    assert spec.attempt("l1", Call(ALICE, value=1), 9, b"") is not None
    assert spec.attempt("l1", Call(ALICE, value=1), 18, b"") is None


def test_constructors_refuse_what_contracts_refuse() -> None:
    good: dict[str, Any] = {
        "decoder": decoder,
        "addresses": ADDRESSES,
        "accounts": ACCOUNTS,
        "parameters": PARAMETERS,
        "l2_block": 0,
    }
    for change, reason in (
        ({"accounts": replace(ACCOUNTS, arbos=0)}, "ZeroAddress"),
        ({"parameters": replace(PARAMETERS, l2_round_length=0)}, "ZeroRoundLength"),
        ({"parameters": replace(PARAMETERS, inflation_change=10**9 + 1)}, "ParameterTooLarge"),
        ({"accounts": replace(ACCOUNTS, initial_holder=0)}, "ERC20InvalidReceiver"),
    ):
        with pytest.raises(Revert, match=reason):
            EscrowMintSpec.deployed(**{**good, **change})
    with pytest.raises(ValueError, match="l1_token"):
        EscrowMintSpec.deployed(**{**good, "addresses": {}})


def test_an_observer_sees_what_changed_by_the_names_of_the_sources() -> None:
    world = TwoChains()
    spec, before = world.spec, world.spec.snapshot()
    data = encode_call("transfer(address,uint256)", BOB, LPT)
    moment = {"value": 0, "block": 1, "time": 1, "basefee": 1}
    token = spec.l1_token.address
    assert spec.execute("l1", sender=ALICE, to=token, data=data, **moment) is None
    assert spec.changes(before) == {("l1_token", "_balances"): (ALICE, BOB)}
    assert spec.variable("l1_token", "_balances")[BOB] == LPT
    assert spec.default("l1_token", "_balances") == 0
    assert spec.default("l1_outbox", "itemHashes") == bytes(32)
    assert spec.default("l2_retryables", "tickets") == Ticket()
    assert spec.member(Ticket(from_=7), "from") == 7
    with pytest.raises(KeyError):
        spec.variable("l1_token", "minter")
    after = spec.snapshot()
    refusal = spec.execute("l1", sender=CAROL, to=token, data=data, **moment)
    assert refusal == "ERC20InsufficientBalance"
    assert spec.changes(after) == {}


def moves(world: TwoChains) -> list[Any]:
    """Some transitions of every kind, most of which succeed only sometimes."""
    spec = world.spec
    return [
        lambda n: world.send(spec.l1_token.transfer, ALICE, BOB, n * LPT),
        lambda n: world.send(spec.l1_token.approve, BOB, spec.l1_bonding.address, n * LPT),
        lambda n: world.send(spec.l1_bonding.bond, BOB, n * LPT, ALICE),
        lambda n: world.send(spec.l1_bonding.unbond, BOB, n * LPT),
        lambda n: world.send(spec.l1_bonding.withdraw_stake, BOB, n),
        lambda n: world.send(spec.l1_migrator.migrate, BOB, ALICE, n, n, n, value=n + n * n),
        lambda n: world.send(spec.l2_staking.initialize_round, BOB),
        lambda n: world.send(spec.l2_staking.set_l1_supply, GOVERNOR, n),
        lambda n: world.send(spec.l2_arbsys.send_tx_to_l1, BOB, ALICE, b"x" * n, value=n),
        lambda n: setattr(world, "block", world.block + 100 * n),
    ]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 30)), max_size=12), st.data())
def test_a_snapshot_brings_everything_back(
    steps: list[tuple[int, int]], data: st.DataObject
) -> None:
    world = TwoChains()
    cut = data.draw(st.integers(0, len(steps)))

    def play(part: list[tuple[int, int]]) -> None:
        for move, size in part:
            before = world.spec.snapshot()
            try:
                moves(world)[move](size)
            except Revert:
                assert world.spec.snapshot() == before

    play(steps[:cut])
    saved, block = world.spec.snapshot(), world.block
    play(steps[cut:])
    first = world.spec.snapshot()
    world.spec.restore(saved)
    world.block = block
    assert world.spec.snapshot() == saved
    play(steps[cut:])
    assert world.spec.snapshot() == first
