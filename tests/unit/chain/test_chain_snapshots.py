"""Snapshots of a chain: come back to any of them, from anywhere, with everything as it was."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from harness.chain import BalanceChange, Chain, CodeChange, NonceChange, StorageWrite, Transaction
from harness.errors import InternalError

from .evm_programs import CONTRACTS, PROGRAMS, SENDER
from .stock_evm import account_of

PLACES = st.sampled_from([*CONTRACTS, SENDER])
WATCHED = [*CONTRACTS, SENDER]


class SnapshotMachine(RuleBasedStateMachine):
    """Transactions, settings and clock ticks between marks that are reverted to and dropped."""

    def __init__(self) -> None:
        super().__init__()
        self.chain = Chain("L1", 1)
        self.marks: dict[int, Any] = {}

    def state(self) -> Any:
        """All that can be asked of the chain."""
        accounts = self.chain._accounts
        addresses = {
            *accounts._balances,
            *accounts._nonces,
            *accounts._codes,
            *(address for address, slots in accounts.storage.items() if slots),
        }
        known = {int.from_bytes(address): None for address in addresses}
        state = {address: account_of(self.chain, address) for address in sorted(known)}
        real = {a: s for a, s in state.items() if s != account_of(Chain("empty", 1), a)}
        return real, self.chain.clock.reading

    @rule(place=PLACES, code=PROGRAMS)
    def put_code(self, place: int, code: bytes) -> None:
        self.chain.set_code(place, code)

    @rule(place=PLACES, value=st.integers(0, 10**18))
    def pay(self, place: int, value: int) -> None:
        self.chain.set_balance(place, value)

    @rule(place=PLACES, slot=st.integers(0, 3), value=st.integers(0, 3))
    def write(self, place: int, slot: int, value: int) -> None:
        self.chain.set_storage(place, slot, value)

    @rule(to=PLACES, value=st.sampled_from([0, 1]))
    def execute(self, to: int, value: int) -> None:
        self.chain.execute(Transaction(SENDER, to, value, gas=200_000))

    @rule(code=PROGRAMS)
    def create(self, code: bytes) -> None:
        self.chain.execute(Transaction(SENDER, None, data=code, gas=200_000))

    @rule(blocks=st.integers(0, 3), seconds=st.integers(0, 3), basefee=st.integers(1, 3))
    def tick(self, blocks: int, seconds: int, basefee: int) -> None:
        self.chain.clock.advance(blocks, seconds)
        self.chain.clock.basefee = basefee

    @rule()
    def snapshot(self) -> None:
        self.marks[self.chain.snapshot()] = self.state()

    @precondition(lambda self: self.marks)
    @rule(data=st.data())
    def revert(self, data: st.DataObject) -> None:
        mark = data.draw(st.sampled_from(sorted(self.marks)))
        self.chain.revert_to(mark)
        self.marks = {other: state for other, state in self.marks.items() if other <= mark}
        assert self.state() == self.marks[mark]
        assert not self.chain.changes_since(mark)

    @precondition(lambda self: self.marks)
    @rule(data=st.data())
    def drop(self, data: st.DataObject) -> None:
        mark = data.draw(st.sampled_from(sorted(self.marks)))
        self.chain.drop(mark)
        del self.marks[mark]

    @invariant()
    def oldest_is_within_reach(self) -> None:
        """What changed since the oldest mark is what a comparison of the states says."""
        if not self.marks:
            return
        mark = min(self.marks)
        before = self.marks[mark][0]
        changes = self.chain.changes_since(mark)
        changed = {
            change.address
            for kind in (changes.storage, changes.balances, changes.nonces, changes.codes)
            for change in kind
        }
        now = self.state()[0]
        assert changed == {a for a in {*before, *now} if before.get(a) != now.get(a)}


TestSnapshots = SnapshotMachine.TestCase
TestSnapshots.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)


def test_marks_nest() -> None:
    """An older mark ends the younger ones and stays for the next time."""
    chain = Chain("L1", 1, block=5)
    outer = chain.snapshot()
    chain.set_balance(1, 10)
    inner = chain.snapshot()
    chain.set_balance(1, 20)
    chain.clock.advance(blocks=3)
    chain.revert_to(inner)
    assert (chain.balance(1), chain.clock.block) == (10, 5)
    chain.revert_to(outer)
    assert chain.balance(1) == 0
    for gone in (inner, 999):
        with pytest.raises(InternalError, match=f"chain L1 has no mark {gone}"):
            chain.revert_to(gone)
    chain.set_balance(1, 30)
    chain.revert_to(outer)
    assert chain.balance(1) == 0


def test_dropped_mark_keeps_the_state() -> None:
    """And is no longer known."""
    chain = Chain("L1", 1)
    outer, inner = chain.snapshot(), chain.snapshot()
    chain.set_balance(1, 10)
    chain.drop(inner)
    assert chain.balance(1) == 10
    with pytest.raises(InternalError):
        chain.drop(inner)
    chain.revert_to(outer)
    assert chain.balance(1) == 0


def test_changes_since_a_mark() -> None:
    """Over several transactions and settings, net."""
    chain = Chain("L1", 1)
    mark = chain.snapshot()
    chain.set_balance(SENDER, 10)
    chain.execute(Transaction(SENDER, 1, 4))
    chain.set_code(CONTRACTS[0], b"\x00")
    chain.set_storage(CONTRACTS[0], 1, 2)
    chain.set_storage(CONTRACTS[0], 3, 4)
    chain.set_storage(CONTRACTS[0], 1, 0)
    changes = chain.changes_since(mark)
    assert changes.storage == (StorageWrite(CONTRACTS[0], 3, 0, 4),)
    assert changes.balances == (BalanceChange(SENDER, 0, 6), BalanceChange(1, 0, 4))
    assert changes.nonces == (NonceChange(SENDER, 0, 1),)
    assert changes.codes == (CodeChange(CONTRACTS[0], b"", b"\x00"),)
