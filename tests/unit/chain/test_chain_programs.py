"""Programs written by hand, on our machine and on stock py-evm."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from eth.vm import opcode_values as op

from harness.chain import FORKS, Failure, Transaction

from .evm_programs import CONTRACTS, SENDER, Label, Reference, Token, assemble, opaque, push
from .stock_evm import MODES, Account, compare

WORD = 1 << 256


def loop(body: Sequence[Token]) -> list[Token]:
    """The body, 40 times."""
    return [push(40), Label(1), *body, push(1), op.SWAP1, op.SUB, op.DUP1, Reference(1), op.JUMPI]


def store(slot: int, word: int) -> list[Token]:
    """SSTORE."""
    return [push(word), push(slot), op.SSTORE]


def hash_of(size: int) -> list[Token]:
    """Hash so many bytes of memory, and put the hash there."""
    return [*opaque(size), push(0), op.SHA3, push(3 * size), op.MSTORE]


def precompile(number: int) -> list[Token]:
    """Call a precompile on a word of memory, and keep what it says."""
    reach = [push(32), push(32 * number), push(32), push(0)]
    return [*reach, push(number), op.GAS, op.STATICCALL, push(number), op.SSTORE]


ORDER = [0, 9, 5, 0, 5, 5, 9, 0, 0, 9, 9, 5, 6, 0]
DESTRUCTIBLE = assemble([push(0x33FF), push(0), op.MSTORE, push(2), push(30), op.RETURN])
FOUR: list[Token] = [push(7)] * 4
FULL: list[Token] = [push(7)] * 1023
ENDLESS: list[Token] = [Label(1), Reference(1), op.JUMP]
RECURSION: list[Token] = [
    *[push(0)] * 5,
    op.ADDRESS,
    op.GAS,
    op.CALL,
    push(0),
    op.MSTORE,
    push(32),
    push(0),
]
WRITERS = [op.SSTORE, op.TSTORE, op.LOG0, op.SELFDESTRUCT, op.CREATE, op.CREATE2]

PROGRAMS_BY_HAND: dict[str, tuple[list[Token], Failure | None]] = {
    "empty": ([], None),
    "runs off its end": ([push(1), push(2), op.ADD], None),
    "cut-off push": ([push(5), push(0), op.SSTORE, bytes([op.PUSH32, 1, 2])], None),
    "stack is full": ([*FULL, op.PC], None),
    "stack overflows": ([*FULL, op.PC, op.DUP1], Failure.STACK_OVERFLOW),
    "swap too deep": ([push(1), push(2), op.SWAP1 + 1], Failure.STACK_UNDERFLOW),
    "dup too deep": ([push(1), op.DUP1 + 1], Failure.STACK_UNDERFLOW),
    "dup too deep after a branch": (
        [*FOUR, op.CALLVALUE, Reference(1), op.JUMPI, Label(1), op.POP, op.POP, op.DUP1 + 2],
        Failure.STACK_UNDERFLOW,
    ),
    "dup deep enough after a branch": (
        [*FOUR, op.CALLVALUE, Reference(1), op.JUMPI, Label(1), op.POP, op.POP, op.DUP1 + 1],
        None,
    ),
    "opcode takes too much after a branch": (
        [*FOUR, op.CALLVALUE, Reference(1), op.JUMPI, Label(1), op.POP, op.POP, op.MCOPY],
        Failure.STACK_UNDERFLOW,
    ),
    "undefined opcode": ([push(1), b"\x0c"], Failure.INVALID_OPCODE),
    "jump into push data": ([push(4), op.JUMP, push(0x5B)], Failure.INVALID_JUMP),
    "jump past the end": ([push(99), op.JUMP], Failure.INVALID_JUMP),
    "jump to no destination": ([push(0), op.CALLDATASIZE, op.ADD, op.JUMP], Failure.INVALID_JUMP),
    "branch not taken to nowhere": ([push(0), push(99), op.JUMPI], None),
    "endless loop": (ENDLESS, Failure.OUT_OF_GAS),
    "loop": ([*loop([op.DUP1, op.DUP1, op.MUL, push(3), op.SSTORE])], None),
    "many negations": ([op.CALLVALUE, *[op.ISZERO] * 500, push(0), op.SSTORE], None),
    "negated branch": (
        [op.CALLVALUE, *[op.ISZERO] * 3, Reference(1), op.JUMPI, b"\xfe", Label(1)],
        None,
    ),
    "branch on a folded comparison": (
        [push(3), push(3), op.EQ, Reference(1), op.JUMPI, b"\xfe", Label(1)],
        None,
    ),
    "memory costs": ([push(1), push(0x4000), op.MSTORE, op.MSIZE, push(0), op.SSTORE], None),
    "memory out of reach": ([push(1), push(WORD - 1), op.MSTORE], Failure.OUT_OF_GAS),
    "empty hash far away": ([push(0), push(WORD - 1), op.SHA3, push(0), op.SSTORE], None),
    "gas is exact": ([op.GAS, push(0), op.SSTORE, op.GAS, push(1), op.SSTORE], None),
    "refund for clearing": ([push(0), push(2), op.SSTORE], None),
    "store of the same word": ([push(9), push(2), op.SSTORE], None),
    "every order of stores": (
        [
            *(push(1), push(0x90000), op.MSTORE),  # costs so much that refunds are not capped
            *(token for slot in (0, 2) for word in ORDER for token in store(slot, word)),
        ],
        None,
    ),
    "creates, calls and destroys": (
        [
            *(push(0x6000600060006000600033FF), push(0), op.MSTORE),
            *(push(12), push(20), push(0), op.CREATE, push(0), op.SSTORE),
            *(push(int.from_bytes(DESTRUCTIBLE)), push(0), op.MSTORE),
            *(push(len(DESTRUCTIBLE)), push(32 - len(DESTRUCTIBLE)), push(7), op.CREATE),
            *[push(0)] * 5,
            *(op.DUP1 + 5, op.GAS, op.CALL, push(1), op.SSTORE),
            *(op.EXTCODESIZE, push(3), op.SSTORE),
        ],
        None,
    ),
    "set and reset": ([push(1), push(0), op.SSTORE, push(0), push(0), op.SSTORE], None),
    "recursion to the end": ([*RECURSION, op.RETURN], None),
    "reads past return data": (
        [push(1), push(0), push(0), op.RETURNDATACOPY],
        Failure.OUT_OF_BOUNDS,
    ),
    "revert with data": (
        [push(9), push(0), op.MSTORE, push(32), push(0), op.REVERT],
        Failure.REVERT,
    ),
    "call data overlaps its end": ([push(0), op.CALLDATALOAD, push(0), op.SSTORE], None),
    "single byte": (
        [push(0x1122), push(3), op.MSTORE8, push(32), push(0), op.RETURN],
        None,
    ),
    "hashes of sizes not known in advance": (
        [
            *(token for size in (0, 1, 31, 32, 33, 64, 65) for token in hash_of(size)),
            *(push(0x200), push(0), op.RETURN),
        ],
        None,
    ),
    "overlapping move": (
        [
            *(push(0x1122), push(0), op.MSTORE, push(32), push(0), push(5), op.MCOPY),
            *(push(64), push(0), op.SHA3, push(0), op.SSTORE),
        ],
        None,
    ),
    "transient storage": (
        [push(5), push(1), op.TSTORE, push(1), op.TLOAD, push(0), op.SSTORE],
        None,
    ),
    "precompiles": ([token for number in range(1, 5) for token in precompile(number)], None),
}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", PROGRAMS_BY_HAND)
def test_program_by_hand(mode: str, name: str) -> None:
    """Corners that random programs may miss; each also with every small amount of gas."""
    tokens, failure = PROGRAMS_BY_HAND[name]
    accounts = {
        CONTRACTS[0]: Account(10**6, 1, assemble(tokens), ((2, 9),)),
        SENDER: Account(10**18),
    }
    amounts = [1_000_000, *range(0, 200, 7), *range(2_296, 2_316), *range(2_500, 50_000, 1_777)]
    transactions = [
        Transaction(SENDER, CONTRACTS[0], data=b"\x01\x02\x03", gas=gas) for gas in amounts
    ]
    assert compare(mode, "prague", accounts, transactions)[0].failure == failure


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("opcode", WRITERS, ids=hex)
def test_static_call_protects(mode: str, opcode: int) -> None:
    """A write inside STATICCALL fails, with all its gas, and the caller goes on."""
    writer = assemble([*[push(0)] * 4, opcode])
    caller = assemble(
        [*[push(0)] * 4, push(CONTRACTS[1]), push(50_000), op.STATICCALL, push(1), op.SSTORE]
    )
    accounts = {
        CONTRACTS[0]: Account(0, 1, caller, ((1, 5),)),
        CONTRACTS[1]: Account(0, 1, writer),
        SENDER: Account(),
    }
    result = compare(mode, "prague", accounts, [Transaction(SENDER, CONTRACTS[0])])[0]
    assert result.failure is None
    assert result.gas_used > 50_000


@pytest.mark.parametrize("mode", MODES)
def test_delegated_account(mode: str) -> None:
    """EIP-7702: an account whose code points at a contract runs that contract's code."""
    delegate = assemble([push(CONTRACTS[0]), op.BALANCE, op.ADDRESS, push(0), op.SSTORE])
    call: list[Token] = [*[push(0)] * 5, push(CONTRACTS[1]), op.GAS, op.CALL]
    accounts = {
        CONTRACTS[0]: Account(0, 1, delegate),
        CONTRACTS[1]: Account(5, 1, b"\xef\x01\x00" + CONTRACTS[0].to_bytes(20)),
        CONTRACTS[2]: Account(5, 1, assemble([*call, op.GAS, push(1), op.SSTORE])),
        SENDER: Account(10),
    }
    transactions = [Transaction(SENDER, CONTRACTS[1]), Transaction(SENDER, CONTRACTS[2])]
    results = compare(mode, "prague", accounts, transactions)
    assert [result.failure for result in results] == [None, None]


@pytest.mark.parametrize("fork", FORKS)
def test_what_is_warm_from_the_start(fork: str) -> None:
    """Sender, recipient, precompiles, and the block's beneficiary from Shanghai on."""
    tokens: list[Token] = []
    for opcode in (op.ORIGIN, op.ADDRESS, op.COINBASE, op.TIMESTAMP):
        tokens += [op.GAS, opcode, op.BALANCE, op.GAS, op.SWAP1, op.POP, op.SWAP1, op.SUB]
    for slot in range(4):
        tokens += [push(slot), op.SSTORE]
    for address in (1, 9, 10, 11, 18):
        tokens += [push(address), op.EXTCODEHASH, op.POP]
    accounts = {CONTRACTS[0]: Account(0, 1, assemble(tokens)), SENDER: Account()}
    for mode in MODES:
        result = compare(mode, fork, accounts, [Transaction(SENDER, CONTRACTS[0])])[0]
        assert result.failure is None
