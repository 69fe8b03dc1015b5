"""Concrete chains on py-evm."""

import harness.chain.curves  # noqa: F401  (before anything of py-evm)

# isort: split
from harness.address import Address, NameBook, address_of
from harness.chain.chain import Chain
from harness.chain.machine import FORKS, Clock, Tracer
from harness.chain.transaction import (
    BalanceChange,
    Changes,
    CodeChange,
    Failure,
    Log,
    NonceChange,
    Receipt,
    StorageWrite,
    Transaction,
)

__all__ = [
    "FORKS",
    "Address",
    "BalanceChange",
    "Chain",
    "Changes",
    "Clock",
    "CodeChange",
    "Failure",
    "Log",
    "NameBook",
    "NonceChange",
    "Receipt",
    "StorageWrite",
    "Tracer",
    "Transaction",
    "address_of",
]
