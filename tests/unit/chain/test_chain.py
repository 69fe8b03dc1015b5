"""What a chain adds to the EVM: receipts, deployment, clocks, restored calls."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from eth._utils.address import generate_contract_address
from eth.vm import opcode_values as op
from hypothesis import given, settings

from harness.chain import (
    BalanceChange,
    Chain,
    Failure,
    Receipt,
    StorageWrite,
    Transaction,
    address_of,
)
from harness.chain.database import canonical, number
from harness.errors import UsageError

from .evm_programs import PROGRAMS, Token, assemble, push

ALICE, BOB, PLACE = int(address_of("alice")), int(address_of("bob")), int(address_of("place"))


@pytest.fixture
def chain() -> Chain:
    """A chain where Alice has an ether."""
    chain = Chain("L1", 1)
    chain.set_balance(ALICE, 10**18)
    return chain


def install(chain: Chain, *tokens: Token) -> int:
    """Put a program at PLACE."""
    chain.set_code(PLACE, assemble(tokens))
    return PLACE


def returning(*opcodes: int) -> list[Token]:
    """A program that returns what some opcodes push, a word each."""
    stores: list[Token] = []
    for index, opcode in enumerate(opcodes):
        stores += [opcode, push(32 * index), op.MSTORE]
    return [*stores, push(32 * len(opcodes)), push(0), op.RETURN]


def words(receipt: Receipt) -> list[int]:
    """Return data as words."""
    assert receipt.success
    return [int.from_bytes(receipt.output[i : i + 32]) for i in range(0, len(receipt.output), 32)]


def initcode(runtime: bytes, *before: Token) -> bytes:
    """Init code that deploys up to 32 bytes after doing something."""
    store: list[Token] = [push(int.from_bytes(runtime)), push(0), op.MSTORE]
    return assemble([*before, *store, push(len(runtime)), push(32 - len(runtime)), op.RETURN])


def test_transfer_of_ether(chain: Chain) -> None:
    """Balances and the nonce move, gas is free."""
    receipt = chain.execute(Transaction(ALICE, BOB, 100))
    assert receipt == Receipt(
        success=True,
        output=b"",
        error=None,
        logs=(),
        gas_used=0,
        created=None,
        writes=(),
        balances=(BalanceChange(ALICE, 10**18, 10**18 - 100), BalanceChange(BOB, 0, 100)),
    )
    assert (chain.balance(BOB), chain.nonce(ALICE), chain.nonce(BOB)) == (100, 1, 0)


def test_too_little_ether_is_a_failed_receipt(chain: Chain) -> None:
    """No exception, no effect but the nonce."""
    receipt = chain.execute(Transaction(BOB, ALICE, 1))
    assert (receipt.success, receipt.error, receipt.gas_used) == (
        False,
        Failure.INSUFFICIENT_FUNDS,
        0,
    )
    assert chain.balance(ALICE) == 10**18
    assert chain.nonce(BOB) == 1


def test_revert_undoes_everything_but_the_nonce(chain: Chain) -> None:
    """Its data is the output; gas that was left is not used."""
    place = install(
        chain,
        *(push(7), push(0), op.SSTORE, push(1), push(2), op.TSTORE),
        *(push(9), push(0), op.MSTORE, push(32), push(0), op.LOG0, push(32), push(0), op.REVERT),
    )
    receipt = chain.execute(Transaction(ALICE, place, 5))
    assert receipt.error is Failure.REVERT
    assert str(receipt.error) == "revert"
    assert receipt.output == (9).to_bytes(32)
    assert (receipt.logs, receipt.writes, receipt.balances) == ((), (), ())
    assert 20_000 < receipt.gas_used < 30_000
    assert (chain.balance(place), chain.nonce(ALICE), chain.storage(place, 0)) == (0, 1, 0)


def test_writes_are_net(chain: Chain) -> None:
    """A slot that ends as it began is not listed; the others in the order of first writes."""
    chain.set_storage(PLACE, 1, 5)
    chain.set_storage(PLACE, 2, 6)
    place = install(
        chain,
        *(push(9), push(7), op.SSTORE, push(0), push(2), op.SSTORE),
        *(push(8), push(1), op.SSTORE, push(5), push(1), op.SSTORE),
    )
    receipt = chain.execute(Transaction(ALICE, place))
    assert receipt.writes == (StorageWrite(PLACE, 7, 0, 9), StorageWrite(PLACE, 2, 6, 0))
    assert dict(chain.storage_items(PLACE)) == {1: 5, 7: 9}


def test_creation_at_the_usual_address(chain: Chain) -> None:
    """Without a recipient the data is init code."""
    runtime = assemble([op.ADDRESS, op.POP])
    usual = number(generate_contract_address(canonical(ALICE), 0))
    receipt = chain.execute(Transaction(ALICE, None, 3, initcode(runtime)))
    assert (receipt.created, receipt.output) == (usual, runtime)
    assert (chain.code(usual), chain.nonce(usual), chain.balance(usual)) == (runtime, 1, 3)


def test_deployment_at_an_address_of_choice(chain: Chain) -> None:
    """The constructor sees its address, its sender and its value."""
    before: list[Token] = [op.ADDRESS, push(0), op.SSTORE, op.CALLER, push(1), op.SSTORE]
    init = initcode(b"\x00", *before, op.CALLVALUE, push(2), op.SSTORE)
    receipt = chain.deploy(ALICE, init, PLACE, value=4)
    assert receipt.success
    assert receipt.created == PLACE
    assert dict(chain.storage_items(PLACE)) == {0: PLACE, 1: ALICE, 2: 4}
    again = chain.deploy(ALICE, init, PLACE)
    assert (again.error, again.created) == (Failure.ADDRESS_COLLISION, None)


@pytest.mark.parametrize(
    ("init", "failure"),
    [
        (assemble([push(0), push(0), op.REVERT]), Failure.REVERT),
        (initcode(b"\xef"), Failure.INVALID_CODE),
        (assemble([push(24_577), push(0), op.RETURN]), Failure.OUT_OF_GAS),
        (bytes(49_153), Failure.OUT_OF_GAS),
        (b"\xfe", Failure.INVALID_OPCODE),
    ],
    ids=["revert", "reserved byte", "long code", "long init code", "invalid"],
)
def test_failed_deployment(chain: Chain, init: bytes, failure: Failure) -> None:
    """Nothing is left at the address, and the value stays with the sender."""
    receipt = chain.deploy(ALICE, init, PLACE, value=1)
    assert (receipt.error, receipt.created) == (failure, None)
    assert (chain.code(PLACE), chain.nonce(PLACE), chain.balance(PLACE)) == (b"", 0, 0)
    assert chain.balance(ALICE) == 10**18


def test_any_address_may_send(chain: Chain) -> None:
    """A contract, too, as sender and origin; even if it comes back to itself and creates."""
    chain.set_code(BOB, assemble([*[push(0)] * 3, op.CREATE, push(0), op.SSTORE]))
    place = install(chain, *[push(0)] * 5, push(BOB), op.GAS, op.CALL, *returning(op.ORIGIN))
    receipt = chain.execute(Transaction(BOB, place))
    assert words(receipt) == [BOB]
    assert chain.storage(BOB, 0) == number(generate_contract_address(canonical(BOB), 1))


@settings(max_examples=60, deadline=None)
@given(code=PROGRAMS)
def test_call_is_execution_that_leaves_no_trace(code: bytes) -> None:
    """Same receipt, twice, and the state and clocks of before, warmth included."""
    chain = Chain("L1", 1)
    chain.set_balance(ALICE, 100)
    chain.set_code(PLACE, code)
    chain.set_storage(PLACE, 1, 2)
    tx = Transaction(ALICE, PLACE, 1, gas=300_000)
    mark = chain.snapshot()
    first = chain.call(tx)
    assert not chain.changes_since(mark)
    assert chain.call(tx) == first
    assert chain.execute(tx) == first
    assert chain.nonce(ALICE) == 1


def test_nothing_survives_a_transaction_that_should_not(chain: Chain) -> None:
    """Warmth, transient storage and original values begin anew each time."""
    place = install(
        chain,
        *(push(1), op.SLOAD, op.POP, push(0), op.TLOAD, push(5), push(0), op.TSTORE),
        *(
            push(1),
            op.SLOAD,
            push(3),
            op.XOR,
            push(1),
            op.SSTORE,
            push(0),
            op.MSTORE,
            push(32),
            push(0),
            op.RETURN,
        ),
    )
    chain.set_storage(place, 1, 1)
    first, second = (chain.execute(Transaction(ALICE, place)) for _ in range(2))
    assert words(first) == words(second) == [0]
    assert first.gas_used == second.gas_used


def test_self_destruction() -> None:
    """From Cancun on (EIP-6780) a contract survives unless it is as young as the transaction."""
    for fork, survives in (("shanghai", False), ("cancun", True)):
        chain = Chain("L1", 1, fork)
        chain.set_balance(PLACE, 5)
        chain.set_storage(PLACE, 0, 1)
        install(chain, push(BOB), op.SELFDESTRUCT)
        receipt = chain.execute(Transaction(ALICE, PLACE))
        assert receipt.success
        assert (chain.balance(PLACE), chain.balance(BOB)) == (0, 5)
        assert bool(chain.code(PLACE)) is survives
        assert dict(chain.storage_items(PLACE)) == ({0: 1} if survives else {})


def test_clock_is_what_contracts_read() -> None:
    """Block number, time, base fee and chain id, after any change."""
    chain = Chain("L2", 42161, block=10, time=1000, basefee=7)
    place = install(
        chain,
        *returning(op.NUMBER, op.TIMESTAMP, op.BASEFEE, op.CHAINID, op.GASPRICE, op.COINBASE),
    )
    read = Transaction(ALICE, place)
    assert words(chain.call(read)) == [10, 1000, 7, 42161, 7, address_of("coinbase")]
    chain.clock.advance(blocks=2, seconds=30)
    chain.clock.basefee = 3
    assert words(chain.call(read))[:3] == [12, 1030, 3]
    chain.clock.block = chain.clock.time = 2000
    assert words(chain.call(read))[:2] == [2000, 2000]
    assert (
        repr(chain)
        == "Chain('L2', chain_id=42161, fork='prague', block=2000, time=2000, basefee=3)"
    )


def test_clock_never_goes_back() -> None:
    """The message gives both numbers."""
    clock = Chain("L1", 1, block=10, time=1000).clock
    with pytest.raises(ValueError, match="from 10 to 9"):
        clock.block = 9
    with pytest.raises(ValueError, match="from 1000 to 999"):
        clock.time = 999
    with pytest.raises(ValueError, match="-1 blocks"):
        clock.advance(blocks=-1)
    with pytest.raises(ValueError, match="base fee cannot be negative: -1"):
        clock.basefee = -1
    with pytest.raises(ValueError, match="from 0 to -1"):
        Chain("L1", 1, block=-1)
    assert clock.reading == (10, 1000, 10**9)


def test_block_hashes() -> None:
    """A fixed function of chain and number, for the last 256 blocks."""
    first, second = Chain("L1", 1, block=1000), Chain("L2", 2, block=1000)
    assert first.block_hash(999) == Chain("L1", 1, block=1001).block_hash(999) != 0
    assert first.block_hash(999) != second.block_hash(999)
    assert first.block_hash(1000) == first.block_hash(1000 - 257) == 0
    assert first.block_hash(1000 - 256) != 0
    place = install(first, push(999), *returning(op.BLOCKHASH))
    assert words(first.call(Transaction(ALICE, place))) == [first.block_hash(999)]


def test_tracer_sees_every_instruction(chain: Chain) -> None:
    """In order, with the address of the code; init code has address 0."""
    place = install(chain, push(1), push(5), op.JUMPI, op.JUMPDEST, op.STOP)
    seen: list[tuple[int, int]] = []
    chain.execute(Transaction(ALICE, place), tracer=lambda *step: seen.append(step))
    assert seen == [(place, 0), (place, 2), (place, 4), (place, 5), (place, 6)]
    seen.clear()
    chain.call(Transaction(ALICE, None, data=b"\x5b"), tracer=lambda *step: seen.append(step))
    assert seen == [(0, 0)]


def test_interrupted_transaction_leaves_no_half_a_state(chain: Chain) -> None:
    """Whatever is raised through the EVM, nothing has happened."""
    place = install(chain, push(1), push(0), op.SSTORE, op.JUMPDEST)

    def interrupt(_: int, pc: int) -> None:
        if pc == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        chain.execute(Transaction(ALICE, place), tracer=interrupt)
    assert (chain.storage(place, 0), chain.nonce(ALICE)) == (0, 0)
    assert chain.execute(Transaction(ALICE, place)).gas_used > 20_000


def test_deepest_recursion_fits_in_python(chain: Chain) -> None:
    """As deep as the largest gas limit goes, and Python's own limit stays as it was."""
    code: list[Token] = [*[push(0)] * 5, op.ADDRESS, op.GAS, op.CALL, op.STOP]
    place = install(chain, *code)
    depth = 0

    def deepen(_: int, pc: int) -> None:
        nonlocal depth
        depth += pc == 0

    chain.call(Transaction(ALICE, place, gas=10**9), tracer=deepen)
    assert depth > 700
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(1000)
    try:
        assert chain.execute(Transaction(ALICE, place, gas=10**9)).success
        assert sys.getrecursionlimit() == 1000
    finally:
        sys.setrecursionlimit(limit)


def test_history_is_kept_only_for_marks(chain: Chain) -> None:
    """Without marks the undo log does not grow."""
    place = install(chain, op.GAS, op.DUP1, op.SSTORE)
    for _ in range(3):
        chain.execute(Transaction(ALICE, place))
    assert chain._accounts.record() == 0
    mark = chain.snapshot()
    chain.execute(Transaction(ALICE, place))
    assert chain._accounts.record() > 0
    chain.drop(mark)
    chain.execute(Transaction(ALICE, place))
    assert chain._accounts.record() == 0


def test_fork_matters() -> None:
    """PUSH0 came with Shanghai, transient storage with Cancun."""
    push_zero: list[Token] = [op.PUSH0]
    transient: list[Token] = [push(0), op.TLOAD]
    for fork, program, works in (
        ("paris", push_zero, False),
        ("shanghai", push_zero, True),
        ("shanghai", transient, False),
        ("cancun", transient, True),
    ):
        chain = Chain("L1", 1, fork)
        receipt = chain.execute(Transaction(ALICE, install(chain, *program)))
        assert receipt.error == (None if works else Failure.INVALID_OPCODE)
    with pytest.raises(UsageError, match=r"unknown fork 'berlin'\n.*london, paris, shanghai"):
        Chain("L1", 1, "berlin")


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"sender": -1}, "sender is not an address: -0x1"),
        ({"to": 1 << 160}, "to is not an address: 0x10"),
        ({"value": -5}, "value is not a uint256: -5"),
        ({"gas": 10**9 + 1}, "gas is over the limit of 1000000000, or negative: 1000000001"),
    ],
)
def test_wrong_transaction(wrong: dict[str, Any], message: str) -> None:
    """Rejected at once, with the offending value."""
    with pytest.raises(ValueError, match=message):
        Transaction(**{"sender": ALICE, "to": BOB, **wrong})


def test_wrong_state(chain: Chain) -> None:
    """Words are words, nonces are nonces."""
    for wrong in (-1, 1 << 224):
        with pytest.raises(ValueError, match=f"balance is not below 2.*224.*: {wrong}"):
            chain.set_balance(ALICE, wrong)
    with pytest.raises(ValueError, match="slot is not a uint256"):
        chain.storage(ALICE, 1 << 256)
    with pytest.raises(ValueError, match="value is not a uint256"):
        chain.set_storage(ALICE, 0, 1 << 256)
    with pytest.raises(ValueError, match="not a nonce"):
        chain.set_nonce(ALICE, (1 << 64) - 1)
