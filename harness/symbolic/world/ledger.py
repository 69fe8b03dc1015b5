"""Ghosts of symbolic worlds, and what is true of them: sums, totals over events, messages.

A `Ledger` belongs to one end of one call.  It notes which keys are in sight and which ghosts were
asked for; `facts` then are the conditions that tie the ghosts down.  Every one of them holds of
every state of a contract, so they may be assumed anywhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from harness.symbolic.machine import Point, Region, Storage, Unsupported
from harness.symbolic.machine.storage import initial_word
from harness.symbolic.terms import (
    Bool,
    Facts,
    Function,
    Int,
    Sum,
    compare,
    const,
    imply,
    int_var,
    ite,
    linear,
    same_key,
    slice_bits,
)
from harness.symbolic.world.places import Spot
from harness.symbolic.world.postal import Post

__all__ = ["Ledger", "Total"]

Keys = tuple[Int, ...]


@dataclass(frozen=True, slots=True)
class Total:
    """A sum over the entries of a region, before any store of an era."""

    region: Region
    offset: int
    width: int
    era: str
    fixed: tuple[bool, ...]
    prefix: Keys
    """The keys that the sum names; it runs over all others."""
    start: Int

    def covers(self, keys: Keys) -> Bool:
        """Whether an entry is one of those that are added up."""
        named = tuple(key for key, is_fixed in zip(keys, self.fixed, strict=True) if is_fixed)
        return same_key(named, self.prefix)

    def initial(self, keys: Keys) -> Int:
        """An entry before any store."""
        return slice_bits(initial_word(self.region, keys, self.era), self.offset, self.width)


class Ledger:
    """The ghosts of one end of one call, over all its worlds.

    Args:
        post: the messages between chains, if the system has any.
    """

    def __init__(self, post: Post | None = None) -> None:
        self.post = post
        self._keys: dict[Region, dict[Keys, None]] = {}
        self._totals: dict[tuple[object, ...], Total] = {}
        self._further: dict[Bool, None] = {}
        self._told: dict[bool, tuple[tuple[int, ...], tuple[Bool, ...]]] = {}

    def saw(self, region: Region, keys: Keys) -> None:
        """Note that an entry is in sight."""
        self._keys.setdefault(region, {})[keys] = None

    def saw_storage(self, storage: Storage) -> None:
        """Note all entries that were written."""
        for region, writes in storage.writes.items():
            for write in writes:
                if isinstance(write, Point):
                    self.saw(region, write.keys)

    def keys_in_sight(self) -> Iterable[tuple[Region | str, Keys]]:
        """Every entry in sight, and the numbers of messages, as keys of their channels."""
        found: list[tuple[Region | str, Keys]] = []
        if self.post is not None:
            found += ((channel, (number,)) for channel, number in self.post.numbers())
        found += ((region, keys) for region, known in self._keys.items() for keys in known)
        return found

    def sums(self) -> Iterable[Total]:
        """Every sum that was asked for, as it was before any store of its era."""
        return self._totals.values()

    def note(self, fact: Bool) -> None:
        """Add a fact about ghosts that holds everywhere."""
        self._further[fact] = None

    def total(self, spot: Spot, storage: Storage, facts: Facts) -> Int:
        """The sum that a spot stands for, after the stores in `storage`."""
        if spot.kind.signed:
            raise Unsupported(f"a sum over {spot.region.name}, whose entries can be negative")
        total = self._start(spot, storage.era)
        now = total.start
        writes = storage.writes.get(spot.region, ())
        for position, write in enumerate(writes):
            if not isinstance(write, Point):
                raise Unsupported(f"a sum over {spot.region.name}, which a loop wrote")
            before = Storage({spot.region: writes[:position]}, storage.era)
            old = self._part(total, before.read(spot.region, write.keys, facts))
            new = self._part(total, write.value)
            moved = linear.subtract(new, old)
            now = linear.add(now, ite(total.covers(write.keys), moved, const(0)))
            self.saw(spot.region, write.keys)
        return facts.rewrite(now)

    def _part(self, total: Total, word: Int) -> Int:
        return slice_bits(word, total.offset, total.width)

    def _start(self, spot: Spot, era: str) -> Total:
        prefix = tuple(k for k, is_fixed in zip(spot.keys, spot.fixed, strict=True) if is_fixed)
        key = (spot.region, spot.offset, spot.width, era, spot.fixed, prefix)
        known = self._totals.get(key)
        if known is None:
            shape = "".join("=" if is_fixed else "*" for is_fixed in spot.fixed)
            name = f"sum({spot.region.name};{spot.offset};{shape}){era}"
            start = Function(name, len(prefix), 0, None)(*prefix) if prefix else int_var(name, 0)
            known = Total(spot.region, spot.offset, spot.width, era, spot.fixed, prefix, start)
            self._totals[key] = known
        return known

    def facts(self, *, chains: bool = False) -> tuple[Bool, ...]:
        """What holds of the ghosts: each entry in sight is at most its sum.

        With `chains`, entries under different keys are together at most their sum, too.
        """
        known = self._told.get(chains)
        if known is None or known[0] != self._size():
            told = self._facts(chains)
            known = self._told[chains] = (self._size(), told)
        return known[1]

    def _size(self) -> tuple[int, ...]:
        """How much was noted; while that stays, so do the facts."""
        entries = sum(map(len, self._keys.values()))
        own = (entries, len(self._totals), len(self._further))
        return own if self.post is None else (*own, *self.post.size())

    def _facts(self, chains: bool) -> tuple[Bool, ...]:
        found = dict(self._further)
        for total in self._totals.values():
            entries = self._keys.get(total.region, {})
            whole = Sum.of(total.start)
            for keys in entries:
                value = total.initial(keys)
                below = compare.le(value, total.start)
                found[imply(total.covers(keys), below) if total.prefix else below] = None
                if not total.prefix:
                    whole = whole.read(keys, value)
            if chains:
                found.update(dict.fromkeys(whole.chain()))
        if self.post is not None:
            found.update(dict.fromkeys(self.post.facts(chains=chains)))
        return tuple(found)
