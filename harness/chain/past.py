"""States that are no more: the one before a call, and the one right after deployment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from harness.chain.ghosts import MessageBook, Sums
from harness.chain.ledger import Kept
from harness.chain.readable import Locator, ReadableWorld
from harness.chain.transaction import Receipt
from harness.compiled import CompiledSystem
from harness.errors import UsageError
from harness.world import Place, World

if TYPE_CHECKING:
    from harness.chain.world import ConcreteWorld

__all__ = ["InitialWorld", "PastWorld"]


class PastWorld(ReadableWorld):
    """The state before a transaction: the present one with what the transaction did undone.

    It is to be read before anything else happens.
    """

    def __init__(
        self,
        compiled: CompiledSystem,
        locator: Locator,
        now: ConcreteWorld,
        chain: str,
        receipt: Receipt,
        kept: Kept,
        clocks: Mapping[str, tuple[int, int]],
    ) -> None:
        super().__init__(compiled, locator)
        self._now = now
        self._chain = chain
        self._writes = {(w.address, w.slot): w.old for w in receipt.writes}
        self._balances = {b.address: b.old for b in receipt.balances}
        self._kept = kept
        self._clocks = clocks

    def word(self, contract: str, slot: int) -> int:
        """The word that was in a slot of a contract."""
        decl = self._compiled.contracts[contract]
        if decl.chain.name == self._chain:
            old = self._writes.get((int(decl.address), slot))
            if old is not None:
                return old
        return self._now.word(contract, slot)

    def total(self, place: Place) -> int:
        """The sum as it was."""
        known = self._kept.sums.get(place)
        if known is not None:
            return known
        # Asked for the first time: the sum of now, less what the transaction added to it.
        scratch = Sums(self._now.attributions, lambda contract: {}, {place: self._now.total(place)})
        for (address, slot), old in self._writes.items():
            contract = self._compiled.contract_at(self._chain, address)
            if contract is not None:
                scratch.wrote(contract, slot, self._now.word(contract, slot), old)
        return scratch.values[place]

    def event_totals(self) -> Mapping[tuple[str, str, str], int]:
        """Sums of event fields as they were."""
        return self._kept.events

    def message_book(self) -> MessageBook:
        """All messages as they were."""
        return self._kept.messages

    def view_raw(self, contract: str, data: bytes) -> bytes:
        """What a read-only call would have returned."""
        chain = self._now.chains[self._chain]
        mark = chain.snapshot()
        for (address, slot), old in self._writes.items():
            chain.set_storage(address, slot, old)
        for address, old in self._balances.items():
            chain.set_balance(address, old)
        try:
            return self._now.view_raw(contract, data)
        finally:
            chain.revert_to(mark)
            chain.drop(mark)

    def ether(self, chain: str, address: int) -> int:
        """An account's balance in wei as it was."""
        if chain == self._chain and address in self._balances:
            return self._balances[address]
        return self._now.ether(chain, address)

    def block(self, chain: str) -> int:
        """The block number of a chain as it was."""
        return self._clocks[chain][0]

    def time(self, chain: str) -> int:
        """The time of a chain in seconds as it was."""
        return self._clocks[chain][1]

    def initially(self) -> World:
        """The same system right after deployment."""
        return self._now.initially()


class InitialWorld(ReadableWorld):
    """The state right after deployment, kept as a copy."""

    def __init__(self, compiled: CompiledSystem, locator: Locator, now: ConcreteWorld) -> None:
        super().__init__(compiled, locator)
        self._storage = {
            name: dict(now.chains[decl.chain.name].storage_items(int(decl.address)))
            for name, decl in compiled.contracts.items()
        }
        accounts = [*compiled.actors, *compiled.contracts]
        self._ether = {
            (chain, int(compiled.address(name))): now.ether(chain, compiled.address(name))
            for chain in compiled.chains
            for name in accounts
        }
        self._sums = Sums(now.attributions, lambda contract: self._storage[contract])
        self._kept = now.ledger.kept()
        self._clocks = {name: (now.block(name), now.time(name)) for name in compiled.chains}

    def word(self, contract: str, slot: int) -> int:
        """The word that was in a slot of a contract."""
        return self._storage[contract].get(slot, 0)

    def total(self, place: Place) -> int:
        """The sum as it was."""
        return self._sums.value(place)

    def event_totals(self) -> Mapping[tuple[str, str, str], int]:
        """Sums of event fields during deployment."""
        return self._kept.events

    def message_book(self) -> MessageBook:
        """All messages as they were."""
        return self._kept.messages

    def view_raw(self, contract: str, data: bytes) -> bytes:
        """Refused: there is no chain in that state any more."""
        raise UsageError(
            "a view function cannot be called in the initial state",
            where=contract,
            fix="read the variable through .state instead",
        )

    def ether(self, chain: str, address: int) -> int:
        """An account's balance in wei as it was; 0 for accounts that the system does not name."""
        return self._ether.get((chain, int(address)), 0)

    def block(self, chain: str) -> int:
        """The block number of a chain as it was."""
        return self._clocks[chain][0]

    def time(self, chain: str) -> int:
        """The time of a chain in seconds as it was."""
        return self._clocks[chain][1]

    def initially(self) -> World:
        """Itself."""
        return self
