"""What the contracts and their specification have after the same call, thing by thing.

Compared are every storage variable that either side wrote, the wei of every account that either
side paid, and the totals of events: of each event that the contracts logged, how many; of each
field that the specification counts, the sum.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from harness.compile import BytesType, MappingType, StorageType, StructType, ValueType
from harness.symbolic.explore import known
from harness.symbolic.machine import Data, EndState, Machine, Point, Region, Unsupported
from harness.symbolic.machine.data import WORD_BYTES
from harness.symbolic.machine.regions import MOST_STORED
from harness.symbolic.machine.storage import Write, initial_word
from harness.symbolic.specified.followed import Followed, unmapped
from harness.symbolic.specified.values import StoredBytes, key_value, member, same
from harness.symbolic.terms import (
    Bool,
    Int,
    and_,
    compare,
    const,
    imply,
    int_var,
    linear,
    slice_bits,
)
from harness.symbolic.values import int_term
from harness.symbolic.world import SymbolicWorld
from harness.symbolic.world.logs import added, is_one
from harness.symbolic.world.places import reach
from harness.symbolic.world.values import number
from harness.world import Key, Member, Place

__all__ = ["Comparison", "comparisons"]


@dataclass(frozen=True)
class Comparison:
    """One thing that both sides have, and whether they have the same."""

    what: str
    contracts: Any
    specification: Any
    same: Bool


def comparisons(
    followed: Followed, end: EndState, machine: Machine, after: SymbolicWorld
) -> tuple[Comparison, ...]:
    """All comparisons after a call that succeeded on both sides; to be asked inside ``explore``.

    Raises Unsupported for what cannot be compared on terms.
    """
    return _Sides(followed, end, machine, after).all()


class _Sides:
    def __init__(
        self, followed: Followed, end: EndState, machine: Machine, after: SymbolicWorld
    ) -> None:
        self._followed = followed
        self._end = end
        self._machine = machine
        self._after = after
        self._chain = machine.setting.chain

    def all(self) -> tuple[Comparison, ...]:
        """Every comparison; what is surely the same is left out."""
        found = (*self._storage(), *self._wei(), *self._events())
        told = [
            Comparison(each.what, each.contracts, each.specification, known().rewrite(each.same))
            for each in found
        ]
        return tuple(each for each in told if known().decide(each.same) is not True)

    # Storage

    def _storage(self) -> Iterator[Comparison]:
        for (contract, label, _), key in self._written().items():
            if f"{contract}.{label}" in self._followed.unmodelled:
                continue
            kinds, held = unmapped(self._followed.type_of(contract, label))
            place = Place(contract, label, tuple(map(Key, key)))
            if len(kinds) != len(key):
                raise Unsupported(f"the specification replaces all of the mapping {place}")
            yield from self._value(place, held, self._followed.now(contract, label, key))
        for region, writes in self._end.state.storage.writes.items():
            if not self._labels(region):
                for write in writes:
                    yield self._nameless(region, write)

    def _written(self) -> Mapping[tuple[str, str, tuple[Int, ...]], tuple[Any, ...]]:
        """Every variable and entry that either side wrote: by its words, the key to it."""
        found: dict[tuple[str, str, tuple[Int, ...]], tuple[Any, ...]] = {}
        for contract, label, key in self._followed.touched():
            words = self._followed.words(contract, label, key)
            found.setdefault((contract, label, tuple(map(known().rewrite, words))), key)
        for region, writes in self._end.state.storage.writes.items():
            for label in self._labels(region):
                kinds, _ = unmapped(self._followed.type_of(region.contract, label))
                for write in writes:
                    words = tuple(map(known().rewrite, write.keys[: len(kinds)]))
                    key = tuple(key_value(k, word) for k, word in zip(kinds, words, strict=True))
                    found.setdefault((region.contract, label, words), key)
        return found

    def _labels(self, region: Region) -> tuple[str, ...]:
        """The variables that a region's words belong to; several where they share a word."""
        named = {field.variable for field in region.fields if field.variable}
        layout = self._machine.setting.account(region.contract).layout
        if not named and layout is not None and region.steps:
            named = {variable.label for variable in layout.at_slot(region.root)}
        return tuple(sorted(named))

    def _nameless(self, region: Region, write: Write) -> Comparison:
        """A word that belongs to no variable must be what it was."""
        name = f"{region.contract} {region.name}"
        if not isinstance(write, Point):
            raise Unsupported(f"{name} is written by a loop, and belongs to no variable")
        now = self._end.state.storage.read(region, write.keys, self._end.facts)
        was = initial_word(region, write.keys)
        return Comparison(name, number(now), number(was), compare.eq(now, was))

    def _value(self, place: Place, kind: StorageType, expected: Any) -> Iterator[Comparison]:
        if isinstance(kind, StructType):
            for each in kind.members:
                inner = member(self._followed.specification, expected, each.label)
                yield from self._value(place.then(Member(each.label)), each.type, inner)
        elif isinstance(kind, ValueType):
            actual = self._after.load(place)
            yield Comparison(str(place), actual, expected, same(kind, actual, expected))
        elif isinstance(kind, BytesType):
            yield self._bytes(place, expected)
        else:
            what = "a mapping inside a struct" if isinstance(kind, MappingType) else kind.name
            raise Unsupported(f"{place} is written: {what} cannot be compared on terms")

    def _bytes(self, place: Place, expected: Any) -> Comparison:
        """A byte string: one of less than 32 bytes by its head, where all of it is, any other by
        its head, where its length is, and its words."""
        account = self._machine.setting.account(place.contract)
        slot = reach(self._machine, account, place)[0]
        region, keys = self._machine.locate(account, slot, self._end.facts)
        storage = self._end.state.storage
        head = storage.read(region, keys, self._end.facts)
        if isinstance(expected, bytes) and len(expected) < WORD_BYTES:
            content = expected + bytes(WORD_BYTES - 1 - len(expected)) + bytes([2 * len(expected)])
            equal = compare.eq(head, const(int.from_bytes(content, "big")))
            return Comparison(str(place), number(head), expected, equal)
        # Any word of a long one: what holds of it holds of all of them.
        index = int_var(f"any word of {place}", 0, MOST_STORED // WORD_BYTES)
        start = self._machine.hashes.digest(Data.of_words(slot))
        data, at = self._machine.locate(account, linear.add(start, index), self._end.facts)
        word = storage.read(data, at, self._end.facts)
        if not isinstance(expected, StoredBytes) or not expected.is_like(place):
            raise Unsupported(f"{place} is written: its content cannot be compared on terms")
        was = initial_word(region, expected.words)
        held = initial_word(data, (*expected.words, index))
        inside = compare.lt(linear.scale(index, WORD_BYTES), slice_bits(was, 1))
        is_long = compare.eq(slice_bits(was, 0, 1), const(1))
        inner = imply(and_(is_long, inside), compare.eq(word, held))
        equal = and_(compare.eq(head, was), inner)
        return Comparison(str(place), number(head), number(was), equal)

    # Wei

    def _wei(self) -> Iterator[Comparison]:
        for chain in self._followed.specification.ether:
            purse = self._followed.purse(chain)
            accounts = {entry.words[0]: None for entry in purse.written}
            if chain == self._chain:
                accounts |= {account: None for account, _ in self._end.state.ether}
            for account in accounts:
                who = number(account)
                actual, expected = self._after.ether(chain, who), purse.now(who)
                equal = compare.eq(int_term(actual), int_term(expected))
                yield Comparison(f"wei of {account!r} on {chain}", actual, expected, equal)

    # Events

    def _events(self) -> Iterator[Comparison]:
        counted = dict(self._followed.totals)
        for contract, event in self._logged():
            counted.setdefault((contract, event, ""), 0)
        logs, facts = self._end.state.logs, self._end.facts
        for (contract, event, field), expected in counted.items():
            actual = added(self._followed.abi(contract), contract, event, field, logs, facts)
            what = f"total {field} of" if field else "number of"
            equal = compare.eq(actual, int_term(expected))
            yield Comparison(f"{what} {contract} {event}", number(actual), expected, equal)

    def _logged(self) -> Iterator[tuple[str, str]]:
        """The events that were logged, as (contract, event)."""
        for log in self._end.state.logs:
            for event in self._followed.abi(log.contract).events:
                if not event.anonymous and is_one(event, log):
                    yield log.contract, event.name
