"""Values worth trying: what is now in the state, and what the bytecode compares with.

A random 256-bit number almost never equals a balance.  The pool follows the storage as
transactions write it, and remembers whom each number belongs to, so that a strategy can offer a
caller his own balance, the contract's, or one more than either.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from harness.chain.world import ConcreteWorld, Executed
from harness.compile import ValueType
from harness.world import Key, Length, Place

__all__ = ["Pool"]

_CONSTANTS = 40


@dataclass
class Pool:
    """The numbers of a world's state, by the account that they belong to.

    ``owned`` maps an address to the numbers that mappings hold under it, ``plain`` a contract's
    name to its single numbers and array lengths.
    """

    world: ConcreteWorld
    owned: dict[int, dict[Place, int]] = field(default_factory=dict)
    plain: dict[str, dict[Place, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._contracts = [int(d.address) for d in self.world.compiled.contracts.values()]
        self._constants = {
            name: _interesting(self.world.compiled.artifact(name).constants)
            for name in self.world.compiled.contracts
        }
        for name in self.world.compiled.contracts:
            for slot, word in self.world.storage_of(name).items():
                self._note(name, slot, word)

    def copy(self) -> Pool:
        """An independent copy of the numbers."""
        twin = object.__new__(Pool)
        twin.world = self.world
        twin.owned = {who: dict(held) for who, held in self.owned.items()}
        twin.plain = {name: dict(held) for name, held in self.plain.items()}
        twin._constants = self._constants
        twin._contracts = self._contracts
        return twin

    def follow(self, executed: Executed) -> None:
        """Note what a transaction wrote."""
        for write in executed.receipt.writes:
            contract = self.world.compiled.contract_at(executed.chain, write.address)
            if contract is not None:
                self._note(contract, write.slot, write.new)

    def _note(self, contract: str, slot: int, word: int) -> None:
        for leaf in self.world.leaves_of(contract, slot):
            if not isinstance(leaf.kind, ValueType) or leaf.kind.kind not in ("uint", "int"):
                continue
            number = int(leaf.kind.from_word(word, leaf.offset))
            keys = [step.value for step in leaf.place.path if isinstance(step, Key)]
            if not keys or isinstance(leaf.place.path[-1], Length):
                self.plain.setdefault(contract, {})[leaf.place] = number
            for key in keys:
                if isinstance(key, int) and key >= 1 << 32:
                    self.owned.setdefault(int(key), {})[leaf.place] = number

    def own(self, account: int) -> list[int]:
        """The numbers that mappings hold under an account: its balances, allowances, stakes."""
        return sorted(set(self.owned.get(account, {}).values()))

    def others(self, contract: str) -> list[int]:
        """The numbers of the system's contracts, and the single numbers of one of them.

        Of all contracts, since what one gateway may pay depends on what another one holds.
        """
        found: set[int] = set(self.plain.get(contract, {}).values())
        for owner in self._contracts:
            found.update(self.owned.get(owner, {}).values())
        return sorted(found)

    def constants(self, contract: str) -> tuple[int, ...]:
        """Numbers that the contract's bytecode pushes."""
        return self._constants[contract]


def _interesting(constants: Iterable[int]) -> tuple[int, ...]:
    """Constants that look like amounts: no small offsets, selectors, masks or hashes."""
    kept = [
        number
        for number in sorted(constants)
        if 255 < number < 1 << 128 and number & (number + 1) and not 1 << 24 <= number < 1 << 32
    ]
    return tuple(kept[:_CONSTANTS])
