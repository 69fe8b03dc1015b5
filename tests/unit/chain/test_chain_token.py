"""Contracts as solc compiles them: OpenZeppelin's ERC20 and a vault that holds it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from eth._utils.address import generate_contract_address
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.chain import Chain, Transaction, address_of
from harness.chain.database import canonical, number

from .evm_programs import SENDER
from .stock_evm import MODES, Account, compare

FIXTURE: Any = json.loads((Path(__file__).parent / "token_and_vault.json").read_text())
BUILDS: dict[str, dict[str, str]] = FIXTURE["builds"]
TOKEN, VAULT = (number(generate_contract_address(canonical(SENDER), nonce)) for nonce in (0, 1))
PEOPLE = [SENDER, address_of("someone"), address_of("someone else")]
SUPPLY = 10**24


def call(contract: str, function: str, *words: int) -> bytes:
    """Call data."""
    selector = bytes.fromhex(FIXTURE["selectors"][contract][function])
    return selector + b"".join(word.to_bytes(32) for word in words)


def creations(build: str) -> list[Transaction]:
    """The transactions that deploy token and vault."""
    words = {"Token": (SENDER, SUPPLY), "Vault": (TOKEN,)}
    return [
        Transaction(
            SENDER,
            None,
            data=bytes.fromhex(BUILDS[build][name])
            + b"".join(word.to_bytes(32) for word in arguments),
        )
        for name, arguments in words.items()
    ]


AMOUNTS = st.sampled_from([0, 1, 5, 10**18, SUPPLY, SUPPLY + 1, (1 << 256) - 1])
WHO = st.sampled_from([*PEOPLE, VAULT])
CALLS = st.one_of(
    st.builds(
        lambda to, n: (TOKEN, call("Token", "transfer(address,uint256)", to, n)), WHO, AMOUNTS
    ),
    st.builds(
        lambda to, n: (TOKEN, call("Token", "approve(address,uint256)", to, n)), WHO, AMOUNTS
    ),
    st.builds(lambda to, n: (TOKEN, call("Token", "mint(address,uint256)", to, n)), WHO, AMOUNTS),
    st.builds(
        lambda a, b, n: (TOKEN, call("Token", "transferFrom(address,address,uint256)", a, b, n)),
        *(WHO, WHO, AMOUNTS),
    ),
    st.builds(lambda n: (VAULT, call("Vault", "deposit(uint256)", n)), AMOUNTS),
    st.builds(lambda n: (VAULT, call("Vault", "withdraw(uint256)", n)), AMOUNTS),
    st.builds(lambda n: (VAULT, call("Vault", "tryWithdraw(uint256)", n)), AMOUNTS),
    st.builds(lambda n: (VAULT, call("Vault", "sumOfSquares(uint256)", n)), st.integers(0, 20)),
    st.builds(lambda n: (VAULT, call("Vault", "history(uint256)", n)), st.integers(0, 3)),
    st.builds(lambda data: (VAULT, data), st.binary(max_size=40)),
)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("build", BUILDS)
@settings(max_examples=25, deadline=None)
@given(
    calls=st.lists(st.tuples(st.sampled_from(PEOPLE), CALLS), min_size=1, max_size=12),
    gas=st.sampled_from([30_000, 60_000, 1_000_000]),
)
def test_like_stock(
    mode: str, build: str, calls: list[tuple[int, tuple[int, bytes]]], gas: int
) -> None:
    """Any sequence of calls does what it does on stock py-evm."""
    approval = call("Token", "approve(address,uint256)", VAULT, 1 << 255)
    transactions = [
        *creations(build),
        Transaction(SENDER, TOKEN, data=approval),
        *(Transaction(sender, to, data=data, gas=gas) for sender, (to, data) in calls),
    ]
    results = compare(mode, "prague", {SENDER: Account(10**18)}, transactions)
    assert [result.failure for result in results[:3]] == [None] * 3


def deployed() -> Chain:
    """A chain with token and vault."""
    chain = Chain("L1", 1)
    for tx in creations("legacy"):
        assert chain.execute(tx).success
    return chain


def test_preimages_name_mapping_keys_and_arrays() -> None:
    """Every slot that a deposit writes can be traced to the variable that it belongs to."""
    chain = deployed()
    approval = call("Token", "approve(address,uint256)", VAULT, 1 << 255)
    assert chain.execute(Transaction(SENDER, TOKEN, data=approval)).success
    receipt = chain.execute(Transaction(SENDER, VAULT, data=call("Vault", "deposit(uint256)", 5)))
    assert receipt.success
    written = {(write.address, write.slot): write.new for write in receipt.writes}
    keys = {
        preimage: new
        for (address, slot), new in written.items()
        if address == VAULT and (preimage := chain.preimage(slot)) is not None
    }
    shares, history = SENDER.to_bytes(32) + (2).to_bytes(32), (3).to_bytes(32)
    assert keys == {shares: 5, history: 5}
    assert written[VAULT, 1] == 5
    assert chain.preimage(12345) is None


def test_receipt_of_a_transfer() -> None:
    """Output, log, writes: all decoded by hand once."""
    chain = deployed()
    receipt = chain.execute(
        Transaction(SENDER, TOKEN, data=call("Token", "transfer(address,uint256)", PEOPLE[1], 7))
    )
    assert receipt.output == (1).to_bytes(32)
    assert receipt.error is None
    (log,) = receipt.logs
    assert log.address == TOKEN
    assert log.topics[1:] == (SENDER, PEOPLE[1])
    assert log.data == (7).to_bytes(32)
    assert {(write.old, write.new) for write in receipt.writes} == {(SUPPLY, SUPPLY - 7), (0, 7)}
    assert receipt.balances == ()
    assert receipt.created is None


def test_tracer_sees_every_instruction_of_both_contracts() -> None:
    """The tracer is told addresses and program counters, and changes nothing."""
    chain = deployed()
    seen: dict[int, set[int]] = {}
    tx = Transaction(SENDER, VAULT, data=call("Vault", "deposit(uint256)", 5))
    receipt = chain.call(tx, tracer=lambda address, pc: seen.setdefault(address, set()).add(pc))
    assert set(seen) == {TOKEN, VAULT}
    assert {0, 2, 4} <= seen[VAULT]
    assert receipt == chain.call(tx)
