"""What a call can change on one chain: storage, transient storage, ether, logs, created accounts.

A `ChainState` is immutable: a frame that reverts puts back the one it began with.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from harness.symbolic.machine.data import Data
from harness.symbolic.machine.storage import Storage
from harness.symbolic.terms import FALSE, TRUE, Facts, Function, Int, compare, const, ite, linear

__all__ = ["MOST_WEI", "ChainState", "Log", "Slots", "balance_function", "latest"]

MOST_WEI = (1 << 248) - 1
"""Assumed: no account holds more wei before the call, so that balances stay words."""


@dataclass(frozen=True, slots=True)
class Log:
    """A log record."""

    contract: str
    """Name of the account that emitted it."""

    address: Int
    """Its address."""

    topics: tuple[Int, ...]
    """0 to 4 words; the first is usually the constant hash of the event's signature."""

    data: Data
    """The unindexed part."""


def balance_function(chain: str, era: str = "") -> Function:
    """Address to wei before the call: `balance@l1`."""
    return Function(f"balance@{chain}{era}", 1, 0, MOST_WEI)


Slots: TypeAlias = tuple[tuple[Int, Int], ...]
"""Writes to words that a term each tells apart, oldest first."""


def latest(writes: Slots, key: Int, initial: Int, facts: Facts) -> Int:
    """The word under a key, after some writes."""
    pending = []
    found = initial
    for written, value in reversed(writes):
        condition = compare.eq(written, key)
        known = facts.decide(condition)
        here = facts.rewrite(condition) if known is None else (TRUE if known else FALSE)
        if here is TRUE:
            found = value
            break
        if here is not FALSE:
            pending.append((here, value))
    for condition, value in reversed(pending):
        found = ite(condition, value, found)
    return found


def _written(writes: Slots, key: Int, value: Int) -> Slots:
    return (*((k, v) for k, v in writes if k is not key), (key, value))


@dataclass(frozen=True, slots=True)
class ChainState:
    """The state of one chain on a path."""

    chain: str
    """The chain's name; part of the names of initial balances."""

    storage: Storage = field(default_factory=Storage)
    """Persistent storage of all contracts."""

    transient: Mapping[str, Slots] = field(default_factory=dict)
    """Writes to transient storage by account, since the transaction began, when all was zero."""

    ether: Slots = ()
    """Balances that changed: address and wei, oldest first."""

    logs: tuple[Log, ...] = ()
    """In the order of emission."""

    nonces: Slots = ()
    """Nonces that changed."""

    era: str = ""
    """Suffix of the functions of initial values; see `havoc`."""

    def balance(self, address: Int, facts: Facts) -> Int:
        """Wei of an account."""
        return latest(self.ether, address, balance_function(self.chain, self.era)(address), facts)

    def transfer(self, sender: Int, recipient: Int, value: Int, facts: Facts) -> ChainState:
        """Move wei that the sender has."""
        left = linear.subtract(self.balance(sender, facts), value)
        paid = replace(self, ether=_written(self.ether, sender, left))
        got = linear.add(paid.balance(recipient, facts), value)
        return replace(paid, ether=_written(paid.ether, recipient, got))

    def nonce(self, address: Int, facts: Facts) -> Int:
        """The nonce of an account."""
        initial = Function(f"nonce@{self.chain}{self.era}", 1, 0, (1 << 63) - 1)(address)
        return latest(self.nonces, address, initial, facts)

    def count(self, address: Int, facts: Facts) -> ChainState:
        """One more contract created by an account."""
        after = linear.shift(self.nonce(address, facts), 1)
        return replace(self, nonces=_written(self.nonces, address, after))

    def load_transient(self, contract: str, slot: Int, facts: Facts) -> Int:
        """The word in a transient slot."""
        writes = self.transient.get(contract, ())
        initial = const(0)
        if self.era:
            initial = Function(f"{contract}.transient{self.era}", 1)(slot)
        return latest(writes, slot, initial, facts)

    def store_transient(self, contract: str, slot: Int, value: Int) -> ChainState:
        """Put a word into a transient slot."""
        writes = _written(self.transient.get(contract, ()), slot, value)
        return replace(self, transient={**self.transient, contract: writes})

    def with_storage(self, storage: Storage) -> ChainState:
        """The same with other storage."""
        return ChainState(
            self.chain, storage, self.transient, self.ether, self.logs, self.nonces, self.era
        )

    def log(self, record: Log) -> ChainState:
        """One more log record."""
        return replace(self, logs=(*self.logs, record))

    def havoc(self, era: str) -> ChainState:
        """Anything may be anywhere: initial values are functions of a new era, writes are gone.

        Logs that were emitted stay.
        """
        return ChainState(self.chain, Storage(era=era), {}, (), self.logs, (), era)

    def rewritten(self, facts: Facts) -> ChainState:
        """The same with what a path knows used in every term."""

        def slots(writes: Slots) -> Slots:
            return tuple((facts.rewrite(key), facts.rewrite(value)) for key, value in writes)

        return ChainState(
            self.chain,
            self.storage.rewritten(facts),
            {contract: slots(writes) for contract, writes in self.transient.items()},
            slots(self.ether),
            tuple(
                Log(
                    log.contract,
                    facts.rewrite(log.address),
                    tuple(facts.rewrite(topic) for topic in log.topics),
                    log.data.rewrite(facts),
                )
                for log in self.logs
            ),
            slots(self.nonces),
            self.era,
        )
