"""Our machine against stock py-evm: same transactions, same results, on any program."""

from __future__ import annotations

import pytest
from eth.vm import opcode_values as op
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.chain import FORKS, Transaction
from harness.chain.templates import ARITY

from .evm_programs import CONTRACTS, PROGRAMS, SENDER, STRANGERS, Token, assemble, push
from .stock_evm import MODES, Account, compare

WORD = 1 << 256

STORAGES = st.dictionaries(st.integers(0, 3), st.integers(1, 3), max_size=3)
ACCOUNTS = st.fixed_dictionaries(
    {
        address: st.builds(
            lambda code, balance, storage: Account(balance, 1, code, tuple(storage.items())),
            PROGRAMS,
            st.sampled_from([0, 1, 10**18]),
            STORAGES,
        )
        for address in CONTRACTS
    }
)
TRANSACTIONS = st.builds(
    Transaction,
    sender=st.sampled_from([SENDER, SENDER, CONTRACTS[0]]),
    to=st.sampled_from(CONTRACTS),
    value=st.sampled_from([0] * 9 + [1, 10**19]),
    data=st.binary(max_size=68),
    gas=st.one_of(
        st.sampled_from([300_000, 1_000_000]), st.just(1_000_000), st.integers(0, 100_000)
    ),
)
CREATIONS = st.builds(
    Transaction,
    sender=st.just(SENDER),
    to=st.none(),
    value=st.sampled_from([0, 1]),
    data=PROGRAMS,
    gas=st.sampled_from([60_000, 1_000_000]),
)


@pytest.mark.parametrize("mode", MODES)
@settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(
    fork=st.sampled_from([*FORKS, "prague"]),
    accounts=ACCOUNTS,
    transactions=st.lists(st.one_of(TRANSACTIONS, TRANSACTIONS, CREATIONS), min_size=1, max_size=4),
)
def test_random_programs(
    mode: str, fork: str, accounts: dict[int, Account], transactions: list[Transaction]
) -> None:
    """Success, output, gas, logs, storage, balances, nonces and code agree."""
    compare(mode, fork, {**accounts, SENDER: Account(10**18)}, transactions, STRANGERS)


OPERANDS = [
    0,
    1,
    2,
    7,
    30,
    31,
    32,
    255,
    256,
    1 << 127,
    WORD // 2 - 1,
    WORD // 2,
    WORD - 2,
    WORD - 1,
]
PURE = sorted(
    code
    for code, (takes, gives) in ARITY.items()
    if gives == 1
    and takes in (1, 2, 3)
    and code not in (op.SHA3, op.MLOAD, op.SLOAD, op.TLOAD, op.BLOCKHASH, op.CREATE)
)


@pytest.mark.parametrize("literal", [True, False], ids=["literals", "call data"])
@pytest.mark.parametrize("code", PURE, ids=hex)
def test_operator(code: int, literal: bool) -> None:
    """Every operator on the corners of its domain, with operands known in advance and not."""
    takes = ARITY[code][0]
    corners = [*OPERANDS, *CONTRACTS, SENDER] if takes == 1 else OPERANDS
    if takes == 3:
        corners = [0, 1, 7, WORD // 2, WORD - 1]
    cases: list[tuple[int, ...]] = [()]
    for _ in range(takes):
        cases = [(*case, word) for case in cases for word in corners]
    tokens: list[Token] = []
    data = b"".join(word.to_bytes(32) for case in cases for word in case)
    for slot, case in enumerate(cases):
        for index in reversed(range(takes)):
            offset = 32 * (slot * takes + index)
            tokens += [push(case[index])] if literal else [push(offset), op.CALLDATALOAD]
        tokens += [code, push(slot * 32), op.MSTORE]
    tokens += [push(32 * len(cases)), push(0), op.RETURN]
    accounts = {CONTRACTS[0]: Account(10**6, 1, assemble(tokens)), SENDER: Account(10**18)}
    tx = Transaction(SENDER, CONTRACTS[0], data=data)
    assert compare("translated", "prague", accounts, [tx])[0].failure is None
