"""The journaled accounts against the plainest model there is: copies of everything."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import pytest
from eth.constants import BLANK_ROOT_HASH, EMPTY_SHA3
from eth.typing import JournalDBCheckpoint
from eth_hash.auto import keccak
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from harness.chain import BalanceChange, CodeChange, NonceChange, StorageWrite
from harness.chain.database import JournaledAccounts, canonical, number
from harness.errors import InternalError

ADDRESSES = st.integers(1, 3)
SLOTS = st.integers(0, 2)
VALUES = st.integers(0, 3)


@dataclass
class Model:
    """All state, in a form that can be copied and compared."""

    balances: dict[int, int] = field(default_factory=dict)
    nonces: dict[int, int] = field(default_factory=dict)
    codes: dict[int, bytes] = field(default_factory=dict)
    storage: dict[tuple[int, int], int] = field(default_factory=dict)
    transient: dict[tuple[int, int], int] = field(default_factory=dict)
    warm: set[Any] = field(default_factory=set)


class JournalMachine(RuleBasedStateMachine):
    """Writes, checkpoints, discards and ends of transactions in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.accounts = JournaledAccounts()
        self.model = Model()
        self.started = Model()  # the state when the transaction began
        self.checkpoints: list[tuple[JournalDBCheckpoint, Model]] = []
        self.outlived = False  # whether the oldest checkpoint is of an earlier transaction

    @rule(a=ADDRESSES, slot=SLOTS, value=VALUES)
    def write(self, a: int, slot: int, value: int) -> None:
        self.accounts.set_storage(canonical(a), slot, value)
        self.model.storage[a, slot] = value

    @rule(a=ADDRESSES, slot=SLOTS, value=VALUES)
    def write_transient(self, a: int, slot: int, value: int) -> None:
        self.accounts.set_transient(canonical(a), slot, bytes([value]))
        self.model.transient[a, slot] = value

    @rule(a=ADDRESSES, value=VALUES)
    def pay(self, a: int, value: int) -> None:
        self.accounts.set_balance(canonical(a), value)
        self.model.balances[a] = value

    @rule(a=ADDRESSES)
    def count(self, a: int) -> None:
        self.accounts.increment_nonce(canonical(a))
        self.model.nonces[a] = self.model.nonces.get(a, 0) + 1

    @rule(a=ADDRESSES, code=st.sampled_from([b"", b"\x00", b"\x01\x02"]))
    def put_code(self, a: int, code: bytes) -> None:
        if code:
            self.accounts.set_code(canonical(a), code)
        else:
            self.accounts.delete_code(canonical(a))
        self.model.codes[a] = code

    @rule(a=ADDRESSES)
    def delete(self, a: int) -> None:
        self.accounts.delete_account(canonical(a))
        self.model.balances[a] = self.model.nonces[a] = 0
        self.model.codes[a] = b""
        self.model.storage = {key: v for key, v in self.model.storage.items() if key[0] != a}

    @rule(a=ADDRESSES, slot=SLOTS)
    def access(self, a: int, slot: int) -> None:
        self.accounts.mark_address_warm(canonical(a))
        self.accounts.mark_storage_warm(canonical(a), slot)
        self.model.warm |= {a, (a, slot)}

    @rule()
    def record(self) -> None:
        self.checkpoints.append((self.accounts.record(), deepcopy(self.model)))

    @precondition(lambda self: self.checkpoints)
    @rule(data=st.data())
    def discard(self, data: st.DataObject) -> None:
        index = data.draw(st.integers(0, len(self.checkpoints) - 1))
        checkpoint, model = self.checkpoints[index]
        del self.checkpoints[index:]
        self.accounts.discard(checkpoint)
        self.model = model
        if index == 0 and self.outlived:  # back to before the transaction: it is over, too
            self.accounts.lock_changes()
            self.model.transient, self.model.warm = {}, set()
            self.started = deepcopy(self.model)
            self.outlived = False

    @precondition(lambda self: self.checkpoints)
    @rule()
    def commit(self) -> None:
        self.accounts.commit(self.checkpoints.pop()[0])
        self.outlived &= bool(self.checkpoints)

    @rule()
    def end_transaction(self) -> None:
        """Checkpoints of the state survive; what only the transaction knew does not."""
        self.accounts.lock_changes()
        for model in (self.model, *(model for _, model in self.checkpoints)):
            model.transient, model.warm = {}, set()
        start = self.checkpoints[-1][0] if self.checkpoints else JournalDBCheckpoint(0)
        self.accounts.forget_accesses(start)
        self.started = deepcopy(self.model)
        self.checkpoints = self.checkpoints[-1:]
        self.outlived = bool(self.checkpoints)

    @invariant()
    def agrees(self) -> None:
        accounts, model = self.accounts, self.model
        for a in range(1, 4):
            where = canonical(a)
            balance, nonce = model.balances.get(a, 0), model.nonces.get(a, 0)
            code = model.codes.get(a, b"")
            assert accounts.get_balance(where) == balance
            assert accounts.get_nonce(where) == nonce
            assert accounts.get_code(where) == code
            assert accounts.get_code_hash(where) == (keccak(code) if code else EMPTY_SHA3)
            assert accounts.account_has_code_or_nonce(where) == bool(code or nonce)
            assert accounts.account_exists(where) == bool(code or nonce or balance)
            assert accounts.is_address_warm(where) == (a in model.warm)
            items = {s: v for (owner, s), v in model.storage.items() if owner == a and v}
            assert accounts.storage_items(where) == items
            for slot in range(3):
                assert accounts.get_storage(where, slot) == items.get(slot, 0)
                began = self.started.storage.get((a, slot), 0)
                if not self.checkpoints:
                    assert accounts.get_storage(where, slot, from_journal=False) == began
                transient = accounts.get_transient(where, slot)
                assert number(transient) == model.transient.get((a, slot), 0)
                assert accounts.is_storage_warm(where, slot) == ((a, slot) in model.warm)

    @invariant()
    def changes_are_net(self) -> None:
        for checkpoint, before in self.checkpoints:
            changes = self.accounts.changes_since(checkpoint)
            now = self.model
            assert {(w.address, w.slot, w.old, w.new) for w in changes.storage} == {
                (*key, before.storage.get(key, 0), now.storage.get(key, 0))
                for key in {*before.storage, *now.storage}
                if before.storage.get(key, 0) != now.storage.get(key, 0)
            }
            for found, old, new in (
                (changes.balances, before.balances, now.balances),
                (changes.nonces, before.nonces, now.nonces),
            ):
                assert {(c.address, c.old, c.new) for c in found} == {
                    (a, old.get(a, 0), new.get(a, 0))
                    for a in {*old, *new}
                    if old.get(a, 0) != new.get(a, 0)
                }
            assert {(c.address, c.old, c.new) for c in changes.codes} == {
                (a, before.codes.get(a, b""), now.codes.get(a, b""))
                for a in {*before.codes, *now.codes}
                if before.codes.get(a, b"") != now.codes.get(a, b"")
            }


TestJournal = JournalMachine.TestCase


def test_changes_come_in_the_order_of_first_writes() -> None:
    """One of each kind, with old and new values."""
    accounts = JournaledAccounts()
    one, two = canonical(1), canonical(2)
    mark = accounts.record()
    accounts.set_storage(two, 5, 1)
    accounts.set_storage(one, 3, 1)
    accounts.set_storage(two, 5, 2)
    accounts.set_balance(one, 9)
    accounts.set_nonce(one, 1)
    accounts.set_code(one, b"\x00")
    changes = accounts.changes_since(mark)
    assert changes.storage == (StorageWrite(2, 5, 0, 2), StorageWrite(1, 3, 0, 1))
    assert changes.balances == (BalanceChange(1, 0, 9),)
    assert changes.nonces == (NonceChange(1, 0, 1),)
    assert changes.codes == (CodeChange(1, b"", b"\x00"),)
    assert changes
    accounts.discard(mark)
    assert not accounts.changes_since(mark)


def test_view_of_storage_is_live_and_read_only() -> None:
    """No copy is made, and nobody can write around the journal."""
    accounts = JournaledAccounts()
    view: Any = accounts.storage_items(canonical(1))
    accounts.set_storage(canonical(1), 2, 3)
    assert dict(view) == {2: 3}
    accounts.delete_storage(canonical(1))
    assert dict(view) == {}
    with pytest.raises(TypeError):
        view[1] = 1


def test_what_needs_tries_is_refused() -> None:
    """There are no roots but the blank one."""
    accounts = JournaledAccounts()
    assert accounts.has_root(accounts.state_root)
    accounts.state_root = BLANK_ROOT_HASH
    with pytest.raises(InternalError, match="keeps no trie"):
        accounts.state_root = EMPTY_SHA3
    with pytest.raises(InternalError, match="cannot make a state root"):
        accounts.make_state_root()
    with pytest.raises(InternalError, match="cannot persist"):
        accounts.persist()


def test_no_address() -> None:
    """A number that is no address is rejected by name."""
    with pytest.raises(ValueError, match="0x1000"):
        canonical(1 << 160)
