"""The specification as an oracle: after each transaction, does the EVM agree with it?

Compared are success or revert, every storage variable that either side changed, the wei of every
named account, and the totals of the events that the specification counts.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.address import Address
from harness.chain.world import ConcreteWorld, Executed
from harness.compile import MappingType, StorageType, ValueType
from harness.errors import InternalError, UsageError
from harness.judges.evaluate import Reading, Violation
from harness.property import Property
from harness.specification import Specification, SpecificationState
from harness.world import Accessor, Index, Key, Length, Member, Place

__all__ = ["Difference", "Oracle", "disagreement"]


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that the contracts and the specification disagree about after a transaction."""

    what: str
    contracts: Any
    specification: Any

    def __str__(self) -> str:
        return f"{self.what}: contracts {self.contracts}, specification {self.specification}"


def disagreement(
    refinement: Property, differences: Sequence[Difference], transaction: int | None
) -> Violation:
    """The violation of a refinement by what differs after a transaction."""
    readings = [
        Reading(f"{side}: {difference.what}", value)
        for difference in differences
        for side, value in (
            ("contracts", difference.contracts),
            ("specification", difference.specification),
        )
    ]
    return Violation(refinement, (), tuple(readings), transaction)


def _is_key(accessor: Accessor) -> bool:
    return isinstance(accessor, Key)


def _named(key: Any, kind: StorageType) -> Any:
    """A key of a specification's dictionary as the contract's storage has it."""
    is_account = isinstance(kind, ValueType) and kind.kind in ("address", "contract")
    return Address(key) if is_account else key


class Oracle:
    """Follows a world with a specification.

    ``begin`` brings the specification to the state of the deployed system and compares all of it;
    ``follow`` executes one transaction on it and compares what changed.
    """

    def __init__(self, world: ConcreteWorld, specification: Specification) -> None:
        self._world = world
        self._spec = specification
        self._unmodelled = set(world.compiled.system.unmodelled)
        self._labels = {
            (name, label) for name in world.compiled.contracts for label in self._variables(name)
        }
        self._start: SpecificationState = None
        self._logged: dict[tuple[str, str, str], int] = {}

    def _variables(self, contract: str) -> Iterator[str]:
        for variable in self._world.compiled.layout(contract).variables:
            yield variable.label

    def begin(self) -> list[Difference]:
        """Set the specification up like the contracts; what differs then."""
        chains = self._world.compiled.chains
        for name in chains:
            purse = self._spec.ether.setdefault(name, {})
            for actor in self._world.compiled.actors.values():
                purse[int(actor.address)] = actor.ether
        for executed in self._world.setup:
            refused = self._execute(executed)
            if refused is not None:
                call = f"{executed.contract}.{executed.function}"
                return [Difference(f"{call} during deployment", "succeeds", f"reverts: {refused}")]
        self._start = self._spec.snapshot()
        # What constructors logged is no part of a specification: only later events are compared.
        self._logged = {
            key: count - self._spec.totals.get(key, 0)
            for key, count in self._world.event_totals().items()
        }
        found = (*self._missing(), *self._all_storage(), *self._all_specified(), *self._all_ether())
        return list(dict.fromkeys(found))

    def restart(self) -> None:
        """Go back to the state after deployment."""
        self._spec.restore(self._start)

    def follow(self, executed: Executed) -> list[Difference]:
        """Execute a transaction on the specification too; what differs afterwards."""
        before = self._spec.snapshot()
        refused = self._execute(executed)
        if (refused is None) != executed.succeeded:
            why = self._world.reason(executed.contract, executed.receipt)
            return [
                Difference(
                    f"{executed.contract}.{executed.function or 'plain ether'}",
                    "succeeds" if executed.succeeded else f"reverts: {why}",
                    "succeeds" if refused is None else f"reverts: {refused}",
                )
            ]
        if not executed.succeeded:
            return []
        found = (
            *self._written(executed),
            *self._respecified(before),
            *self._paid(executed),
            *self._counted(),
        )
        return list(dict.fromkeys(found))

    def _execute(self, executed: Executed) -> str | None:
        transaction = executed.transaction
        if transaction.to is None:
            raise InternalError("a specification cannot follow a transaction that creates code")
        return self._spec.execute(
            executed.chain,
            sender=transaction.sender,
            to=transaction.to,
            value=transaction.value,
            data=transaction.data,
            block=executed.block,
            time=executed.time,
            basefee=executed.basefee,
        )

    # Storage

    def _missing(self) -> Iterator[Difference]:
        for contract, label in sorted(self._labels):
            if f"{contract}.{label}" not in self._unmodelled:
                try:
                    self._spec.variable(contract, label)
                except KeyError:
                    self._unmodelled.add(f"{contract}.{label}")
                    yield Difference(f"{contract}.{label}", "a storage variable", "not modelled")

    def _all_storage(self) -> Iterator[Difference]:
        for contract in self._world.compiled.contracts:
            for slot in list(self._world.storage_of(contract)):
                yield from self._slot(contract, slot)

    def _written(self, executed: Executed) -> Iterator[Difference]:
        for write in executed.receipt.writes:
            contract = self._world.compiled.contract_at(executed.chain, write.address)
            if contract is not None:
                yield from self._slot(contract, write.slot)

    def _slot(self, contract: str, slot: int) -> Iterator[Difference]:
        leaves = self._world.leaves_of(contract, slot)
        if not leaves:
            word = self._world.word(contract, slot)
            yield Difference(f"{contract} slot {slot:#x}", f"{word:#x}", "no such variable")
        for leaf in leaves:
            yield from self._place(leaf.place)

    def _place(self, place: Place) -> Iterator[Difference]:
        if f"{place.contract}.{place.variable}" in self._unmodelled:
            return
        actual, expected = self._world.load(place), self._expected(place)
        if actual != expected:
            yield Difference(str(place), actual, expected)

    def _expected(self, place: Place) -> Any:
        """What the specification has at a place."""
        value = self._spec.variable(place.contract, place.variable)
        keys = [k.value for k in itertools.takewhile(_is_key, place.path) if isinstance(k, Key)]
        path = list(place.path[len(keys) :])
        if keys:
            key = keys[0] if len(keys) == 1 else tuple(keys)
            if key in value:
                value = value[key]
            else:
                value = self._spec.default(place.contract, place.variable)
        return self._inside(value, path, place)

    def _inside(self, value: Any, path: list[Accessor], place: Place) -> Any:
        for accessor in path:
            if isinstance(accessor, Member):
                value = self._spec.member(value, accessor.name)
            elif isinstance(accessor, Index):
                index = accessor.value
                value = value[index] if index < len(value) else 0
            elif isinstance(accessor, Length):
                value = len(value)
            else:
                raise UsageError(
                    "a mapping inside a struct cannot be compared",
                    where=str(place),
                    fix="name it in the system's `unmodelled`, with the reason",
                )
        return value

    def _all_specified(self) -> Iterator[Difference]:
        for contract, label in sorted(self._labels):
            if f"{contract}.{label}" not in self._unmodelled:
                value = self._spec.variable(contract, label)
                if not isinstance(value, Mapping):
                    yield from self._entry(Place(contract, label))
                elif value:
                    yield from self._entries(contract, label, tuple(value))

    def _respecified(self, before: SpecificationState) -> Iterator[Difference]:
        for (contract, label), keys in self._spec.changes(before).items():
            if (contract, label) not in self._labels:
                yield Difference(f"{contract}.{label}", "no such variable", "changed")
            elif keys:
                yield from self._entries(contract, label, keys)
            else:
                yield from self._entry(Place(contract, label))

    def _entries(self, contract: str, label: str, keys: Sequence[Any]) -> Iterator[Difference]:
        """Compare some entries of a mapping; the keys of nested ones are tuples."""
        types = []
        kind = self._world.compiled.layout(contract).variable(label).type
        while isinstance(kind, MappingType):
            types.append(kind.key)
            kind = kind.value
        for each in keys:
            key = each if isinstance(each, tuple) else (each,)
            path = (Key(_named(k, of)) for k, of in zip(key, types, strict=True))
            yield from self._entry(Place(contract, label, tuple(path)))

    def _entry(self, place: Place) -> Iterator[Difference]:
        """Compare everything inside an entry: each member of a struct, or the value."""
        for inner in self._world.places_inside(place):
            yield from self._place(inner)

    # Ether and events

    def _all_ether(self) -> Iterator[Difference]:
        for chain in self._world.compiled.chains:
            for name in self._world.compiled.names:
                yield from self._purse(chain, int(self._world.compiled.address(name)))

    def _paid(self, executed: Executed) -> Iterator[Difference]:
        for change in executed.receipt.balances:
            yield from self._purse(executed.chain, change.address)

    def _purse(self, chain: str, address: int) -> Iterator[Difference]:
        actual = self._world.ether(chain, address)
        expected = self._spec.ether[chain].get(address, 0)
        if actual != expected:
            label = self._world.compiled.names.label(address)
            yield Difference(f"wei of {label} on {chain}", actual, expected)

    def _counted(self) -> Iterator[Difference]:
        actual = self._world.event_totals()
        for key, count in self._spec.totals.items():
            expected = count + self._logged.get(key, 0)
            if actual.get(key, 0) != expected:
                contract, event, field = key
                what = f"total {field} of" if field else "number of"
                yield Difference(f"{what} {contract} {event}", actual.get(key, 0), expected)
