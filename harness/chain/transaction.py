"""What goes into a chain and what comes out of it.

A `Transaction` is what someone asks for, a `Receipt` is all that came of it.
Addresses are ints below 2**160, amounts are wei, gas is gas, words are ints
below 2**256. Everything here is immutable.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

__all__ = [
    "MAX_GAS",
    "BalanceChange",
    "Changes",
    "CodeChange",
    "Failure",
    "Log",
    "NonceChange",
    "Receipt",
    "StorageWrite",
    "Transaction",
]

MAX_GAS: Final = 10**9
"""Largest gas limit of a transaction. It bounds the EVM's memory to 22 MB for each call."""

_ADDRESSES = 1 << 160
_WORDS = 1 << 256


class Failure(StrEnum):
    """Why the EVM undid a transaction. Each member is also its printed text."""

    REVERT = "revert"
    """REVERT was executed; `Receipt.output` holds its data. Unused gas is returned."""
    OUT_OF_GAS = "out of gas"
    """Gas ran out, or code to be deployed was over the size limit."""
    INVALID_OPCODE = "invalid opcode"
    """An undefined opcode was executed, INVALID (0xfe) included."""
    INVALID_JUMP = "invalid jump"
    """A jump to something other than a JUMPDEST."""
    STACK_UNDERFLOW = "stack underflow"
    """An opcode wanted more items than the stack held."""
    STACK_OVERFLOW = "stack overflow"
    """More than 1024 items."""
    WRITE_PROTECTION = "write protection"
    """A state change inside STATICCALL."""
    OUT_OF_BOUNDS = "out of bounds"
    """RETURNDATACOPY past the end of the return data."""
    INSUFFICIENT_FUNDS = "insufficient funds"
    """The sender holds less than the value it sends."""
    ADDRESS_COLLISION = "address collision"
    """There is code or a nonce where a contract was to be created."""
    INVALID_CODE = "invalid code"
    """Code to be deployed starts with the reserved byte 0xef."""
    DEPTH_LIMIT = "depth limit"
    """More than 1024 nested calls."""
    PRECOMPILE = "precompile failure"
    """A precompiled contract rejected its input."""


@dataclass(frozen=True, slots=True)
class Transaction:
    """One message from outside the EVM.

    >>> Transaction(alice, token, data=transfer_calldata)
    >>> Transaction(alice, None, data=init_code)           # creates a contract

    Raises ValueError, naming the value, if an argument is out of range.
    """

    sender: int
    """Any address: no signature is checked, so contracts may send as well."""
    to: int | None
    """Recipient; None creates a contract from `data` at the usual address."""
    value: int = 0
    """Wei."""
    data: bytes = b""
    """Call data, or init code if `to` is None."""
    gas: int = 30_000_000
    """Gas limit of the execution alone: there is no intrinsic gas. At most `MAX_GAS`."""

    def __post_init__(self) -> None:
        if not 0 <= self.sender < _ADDRESSES:
            raise ValueError(f"sender is not an address: {self.sender:#x}")
        if self.to is not None and not 0 <= self.to < _ADDRESSES:
            raise ValueError(f"to is not an address: {self.to:#x}")
        if not 0 <= self.value < _WORDS:
            raise ValueError(f"value is not a uint256: {self.value}")
        if not 0 <= self.gas <= MAX_GAS:
            raise ValueError(f"gas is over the limit of {MAX_GAS}, or negative: {self.gas}")


@dataclass(frozen=True, slots=True)
class Log:
    """An event as the EVM knows it; decoding needs an ABI."""

    address: int
    """The contract that emitted it."""
    topics: tuple[int, ...]
    """0 to 4 words."""
    data: bytes


@dataclass(frozen=True, slots=True)
class StorageWrite:
    """A slot that holds another value than before."""

    address: int
    slot: int
    old: int
    new: int


@dataclass(frozen=True, slots=True)
class BalanceChange:
    """An account that holds another amount of wei than before."""

    address: int
    old: int
    new: int


@dataclass(frozen=True, slots=True)
class NonceChange:
    """An account with another nonce than before."""

    address: int
    old: int
    new: int


@dataclass(frozen=True, slots=True)
class CodeChange:
    """An account with other code than before; no code is b""."""

    address: int
    old: bytes
    new: bytes


@dataclass(frozen=True, slots=True)
class Receipt:
    """All that came of one transaction or call.

    A failed one (`success` false) has changed nothing but the sender's nonce, so
    its logs, writes and balances are empty.
    """

    success: bool
    output: bytes
    """Return data or revert data; the deployed code if a contract was created."""
    error: Failure | None
    """None if and only if it succeeded."""
    logs: tuple[Log, ...]
    """In the order of emission."""
    gas_used: int
    """Gas of the execution, after refunds; no intrinsic gas, no calldata floor."""
    created: int | None
    """Where the transaction put a contract; not those that contracts created."""
    writes: tuple[StorageWrite, ...]
    """Net changes of storage, by first write; a slot written back is not listed."""
    balances: tuple[BalanceChange, ...]
    """Net changes of balances."""


@dataclass(frozen=True, slots=True)
class Changes:
    """Net difference between the state now and the state at a mark."""

    storage: tuple[StorageWrite, ...]
    balances: tuple[BalanceChange, ...]
    nonces: tuple[NonceChange, ...]
    codes: tuple[CodeChange, ...]

    def __bool__(self) -> bool:
        """True if anything differs."""
        return bool(self.storage or self.balances or self.nonces or self.codes)
