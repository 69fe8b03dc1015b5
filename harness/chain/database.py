"""The accounts of a chain: plain dicts with an undo log.

py-evm asks its account database for journaling, tries and state roots. A fuzzer needs only the
first, and needs it to be cheap, so `JournaledAccounts` keeps

- one dict each for balances, nonces and codes, and one dict of slots for each account;
- one list, the undo log, of what each write replaced. A checkpoint is a length of that list:
  recording one costs nothing, discarding it undoes the writes above it, committing it is a no-op.

The same list serves the EVM's own checkpoints (one per call frame) and those that a fuzzer keeps
across transactions. What lives for one transaction only (warm addresses and slots, transient
storage, values at the start) is reset by `lock_changes`.

An absent entry means zero, so an account "exists" for py-evm if it is not empty. From the Spurious
Dragon fork on (EIP-161) no rule can tell the difference.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final, cast

from eth.abc import AccountDatabaseAPI, AtomicDatabaseAPI, MetaWitnessAPI
from eth.constants import BLANK_ROOT_HASH, EMPTY_SHA3
from eth.typing import JournalDBCheckpoint
from eth_hash.auto import keccak
from eth_typing import Address as Canonical
from eth_typing import Hash32

from harness.chain.transaction import (
    BalanceChange,
    Changes,
    CodeChange,
    NonceChange,
    StorageWrite,
)
from harness.errors import InternalError

__all__ = ["JournaledAccounts", "canonical", "code_hash", "number"]

STORAGE: Final = 0
BALANCE: Final = 1
NONCE: Final = 2
CODE: Final = 3
TRANSIENT: Final = 4
WARM_SLOT: Final = 5
WARM_ADDRESS: Final = 6

Undo = tuple[int, Canonical, int, int | bytes]
"""Kind, address, slot (0 where there is none), and the value that a write replaced."""


@lru_cache(maxsize=1 << 16)
def canonical(address: int) -> Canonical:
    """The 20 bytes that py-evm wants. Raises ValueError if the number is no address."""
    if not 0 <= address < 1 << 160:
        raise ValueError(f"not an address (0 to 2**160 - 1): {address:#x}")
    return Canonical(address.to_bytes(20, "big"))


@lru_cache(maxsize=1 << 16)
def number(address: bytes) -> int:
    """The int of a 20-byte address."""
    return int.from_bytes(address, "big")


@lru_cache(maxsize=1 << 10)
def code_hash(code: bytes) -> Hash32:
    """keccak-256 of a contract's code."""
    return Hash32(keccak(code)) if code else EMPTY_SHA3


class JournaledAccounts(AccountDatabaseAPI):
    """Balances (wei), nonces, codes and storage by 20-byte address, with undo.

    Values are not validated: they come from the EVM's stack, or from `Chain`, which checks.
    """

    def __init__(
        self, db: AtomicDatabaseAPI | None = None, state_root: Hash32 = BLANK_ROOT_HASH
    ) -> None:
        self._balances: dict[Canonical, int] = {}
        self._nonces: dict[Canonical, int] = {}
        self._codes: dict[Canonical, bytes] = {}
        self.storage: defaultdict[Canonical, dict[int, int]] = defaultdict(dict)
        """Non-zero slots by account. To be read only: writes go through `set_storage`."""
        self.warm_slots: set[tuple[Canonical, int]] = set()
        """Slots that the current transaction has accessed (EIP-2929). To be read only."""
        self._warm_addresses: set[Canonical] = set()
        self._transient: dict[tuple[Canonical, int], bytes] = {}
        self._originals: dict[tuple[Canonical, int], int] = {}
        self._log: list[Undo] = []

    # Checkpoints

    def record(self) -> JournalDBCheckpoint:
        """A checkpoint of the current state."""
        return JournalDBCheckpoint(len(self._log))

    def discard(self, checkpoint: JournalDBCheckpoint) -> None:
        """Undo every write since the checkpoint."""
        log = self._log
        while len(log) > checkpoint:
            kind, address, slot, old = log.pop()
            if kind == STORAGE:
                _put(self.storage[address], slot, old)
            elif kind == WARM_SLOT:
                self.warm_slots.discard((address, slot))
            elif kind == WARM_ADDRESS:
                self._warm_addresses.discard(address)
            elif kind == BALANCE:
                _put(self._balances, address, old)
            elif kind == NONCE:
                _put(self._nonces, address, old)
            elif kind == CODE:
                _put(self._codes, address, old)
            else:
                _put(self._transient, (address, slot), old)

    def commit(self, checkpoint: JournalDBCheckpoint) -> None:
        """Keep the writes since the checkpoint; they can still be undone to an older one."""

    def lock_changes(self) -> None:
        """End a transaction: forget warmth, transient storage and values at its start."""
        self.warm_slots.clear()
        self._warm_addresses.clear()
        self._transient.clear()
        self._originals.clear()

    def forget_accesses(self, checkpoint: JournalDBCheckpoint) -> None:
        """Drop the undo entries since the checkpoint that no later transaction can need."""
        kept = [entry for entry in self._log[checkpoint:] if entry[0] < TRANSIENT]
        self._log[checkpoint:] = kept

    def forget_history(self) -> None:
        """Empty the undo log: nothing so far can be undone any more."""
        self._log.clear()

    def changes_since(self, checkpoint: JournalDBCheckpoint) -> Changes:
        """Net changes since the checkpoint, each in the order of its first write."""
        before: dict[tuple[int, Canonical, int], int | bytes] = {}
        for kind, address, slot, old in self._log[checkpoint:]:
            if kind < TRANSIENT:
                before.setdefault((kind, address, slot), old)
        storage: list[StorageWrite] = []
        balances: list[BalanceChange] = []
        nonces: list[NonceChange] = []
        codes: list[CodeChange] = []
        for (kind, address, slot), old in before.items():
            if kind == CODE:
                code = self._codes.get(address, b"")
                if code != old:
                    codes.append(CodeChange(number(address), cast(bytes, old), code))
                continue
            was = cast(int, old)
            if kind == STORAGE:
                new = self.storage[address].get(slot, 0)
                if new != was:
                    storage.append(StorageWrite(number(address), slot, was, new))
            elif kind == BALANCE:
                new = self._balances.get(address, 0)
                if new != was:
                    balances.append(BalanceChange(number(address), was, new))
            else:
                new = self._nonces.get(address, 0)
                if new != was:
                    nonces.append(NonceChange(number(address), was, new))
        return Changes(tuple(storage), tuple(balances), tuple(nonces), tuple(codes))

    # Storage

    def get_storage(self, address: Canonical, slot: int, from_journal: bool = True) -> int:
        """The word in a slot now or, with `from_journal` false, when the transaction began."""
        now = self.storage[address].get(slot, 0)
        return now if from_journal else self._originals.get((address, slot), now)

    def set_storage(self, address: Canonical, slot: int, value: int) -> None:
        """Put a word into a slot."""
        slots = self.storage[address]
        old = slots.get(slot, 0)
        if old == value:
            return
        self._originals.setdefault((address, slot), old)
        self._log.append((STORAGE, address, slot, old))
        if value:
            slots[slot] = value
        else:
            del slots[slot]

    def delete_storage(self, address: Canonical) -> None:
        """Zero every slot of an account."""
        for slot in tuple(self.storage[address]):
            self.set_storage(address, slot, 0)

    def storage_items(self, address: Canonical) -> Mapping[int, int]:
        """A live, read-only view of an account's non-zero slots."""
        return MappingProxyType(self.storage[address])

    # Warmth (EIP-2929) and transient storage (EIP-1153)

    def is_storage_warm(self, address: Canonical, slot: int) -> bool:
        """Whether the current transaction has accessed the slot."""
        return (address, slot) in self.warm_slots

    def mark_storage_warm(self, address: Canonical, slot: int) -> None:
        """Note that the current transaction has accessed the slot."""
        key = (address, slot)
        if key not in self.warm_slots:
            self.warm_slots.add(key)
            self._log.append((WARM_SLOT, address, slot, 0))

    def is_address_warm(self, address: Canonical) -> bool:
        """Whether the current transaction has accessed the account."""
        return address in self._warm_addresses

    def mark_address_warm(self, address: Canonical) -> None:
        """Note that the current transaction has accessed the account."""
        if address not in self._warm_addresses:
            self._warm_addresses.add(address)
            self._log.append((WARM_ADDRESS, address, 0, 0))

    def get_transient(self, address: Canonical, slot: int) -> bytes:
        """The transient word of a slot as big-endian bytes without padding; b"" is zero."""
        return self._transient.get((address, slot), b"")

    def set_transient(self, address: Canonical, slot: int, value: bytes) -> None:
        """Put a word into a transient slot."""
        key = (address, slot)
        self._log.append((TRANSIENT, address, slot, self._transient.get(key, b"")))
        self._transient[key] = value

    # Balance, nonce, code

    def get_balance(self, address: Canonical) -> int:
        """Wei."""
        return self._balances.get(address, 0)

    def set_balance(self, address: Canonical, balance: int) -> None:
        """Set a balance in wei."""
        self._log.append((BALANCE, address, 0, self._balances.get(address, 0)))
        self._balances[address] = balance

    def get_nonce(self, address: Canonical) -> int:
        """Transactions sent or contracts created."""
        return self._nonces.get(address, 0)

    def set_nonce(self, address: Canonical, nonce: int) -> None:
        """Set a nonce."""
        self._log.append((NONCE, address, 0, self._nonces.get(address, 0)))
        self._nonces[address] = nonce

    def increment_nonce(self, address: Canonical) -> None:
        """Add one to a nonce."""
        self.set_nonce(address, self._nonces.get(address, 0) + 1)

    def get_code(self, address: Canonical) -> bytes:
        """The code of an account, b"" if it has none."""
        return self._codes.get(address, b"")

    def set_code(self, address: Canonical, code: bytes) -> None:
        """Set an account's code; b"" removes it."""
        self._log.append((CODE, address, 0, self._codes.get(address, b"")))
        self._codes[address] = code

    def get_code_hash(self, address: Canonical) -> Hash32:
        """keccak-256 of the code, that of b"" if there is none."""
        return code_hash(self._codes.get(address, b""))

    def delete_code(self, address: Canonical) -> None:
        """Remove an account's code."""
        self.set_code(address, b"")

    # Accounts

    def account_has_code_or_nonce(self, address: Canonical) -> bool:
        """Whether creating a contract there would be a collision."""
        return bool(self._codes.get(address) or self._nonces.get(address))

    def account_is_empty(self, address: Canonical) -> bool:
        """Whether there is no code, no nonce and no wei."""
        return not (self.account_has_code_or_nonce(address) or self._balances.get(address))

    def account_exists(self, address: Canonical) -> bool:
        """Whether the account is not empty."""
        return not self.account_is_empty(address)

    def touch_account(self, address: Canonical) -> None:
        """Nothing to do: empty accounts do not exist here."""

    def delete_account(self, address: Canonical) -> None:
        """Remove everything an account has: SELFDESTRUCT."""
        self.delete_storage(address)
        self.set_balance(address, 0)
        self.set_nonce(address, 0)
        self.set_code(address, b"")

    # What tries are for, which are not kept

    @property
    def state_root(self) -> Hash32:
        """Always the blank root: no trie is kept."""
        return BLANK_ROOT_HASH

    @state_root.setter
    def state_root(self, value: Hash32) -> None:
        if value != BLANK_ROOT_HASH:
            raise InternalError(f"JournaledAccounts keeps no trie, so no state root {value.hex()}")

    def has_root(self, state_root: bytes) -> bool:
        """Whether the root is the blank one."""
        return state_root == BLANK_ROOT_HASH

    def make_state_root(self) -> Hash32:
        """Raises InternalError: no trie is kept."""
        raise InternalError("JournaledAccounts keeps no trie and cannot make a state root")

    def persist(self) -> MetaWitnessAPI:
        """Raises InternalError: nothing outlives the process."""
        raise InternalError("JournaledAccounts lives in memory and cannot persist")


def _put(table: dict[Any, Any], key: object, value: int | bytes) -> None:
    """Set an entry, or remove it if the value is the zero that absence means."""
    if value:
        table[key] = value
    else:
        table.pop(key, None)
