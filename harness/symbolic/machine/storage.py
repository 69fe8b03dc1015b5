"""Storage as write lists over uninterpreted functions, one list per region.

A read is the initial value under a chain of if-then-else, one for each earlier write whose keys
may be the same; writes that surely have other keys are skipped. Values come out as the words that
went in, so that packed fields are a matter of bit slices.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from harness.symbolic.machine.regions import MOST_STORED, Region, field_values
from harness.symbolic.terms import (
    FALSE,
    TRUE,
    Bool,
    Facts,
    Int,
    and_,
    compare,
    const,
    ite,
    linear,
    not_,
    or_,
    same_key,
    slice_bits,
)
from harness.symbolic.terms.node import WORD_BITS
from harness.symbolic.terms.rebuild import substitute

__all__ = ["Point", "Span", "Storage", "Write", "initial_word", "typing_of"]

Keys: TypeAlias = tuple[Int, ...]


@dataclass(frozen=True, slots=True)
class Point:
    """One word was written."""

    keys: Keys
    value: Int

    def covers(self, keys: Keys) -> Bool:
        """Whether the word under some keys was written."""
        return same_key(self.keys, keys)

    def read(self, keys: Keys) -> Int:
        """What was written under keys that it covers."""
        return self.value


@dataclass(frozen=True, slots=True)
class Span:
    """A row of words was written by a loop: the last key runs from `first`, `count` times."""

    keys: Keys
    """All keys but the last."""
    first: Int
    count: Int
    index: Int
    """The variable that stands for the position in the row, from 0."""
    value: Int
    """The word at a position, over `index`."""

    def covers(self, keys: Keys) -> Bool:
        """Whether the word under some keys was written."""
        at = linear.subtract(keys[-1], self.first)
        inside = and_(compare.ge(at, const(0)), compare.lt(at, self.count))
        return and_(same_key(self.keys, keys[:-1]), inside)

    def read(self, keys: Keys) -> Int:
        """What was written under keys that it covers."""
        return substitute(self.value, {self.index: linear.subtract(keys[-1], self.first)})


Write: TypeAlias = Point | Span


def initial_word(region: Region, keys: Keys, era: str = "") -> Int:
    """The word before any write: its fields side by side, zero between them."""
    values = field_values(region, keys, era)
    if region.fields[0].part:
        long, length, size, data = values
        whole = linear.shift(linear.scale(length, 2), 1)
        short = linear.add(linear.scale(size, 2), linear.scale(data, 256))
        return ite(compare.eq(long, const(1)), whole, short)
    parts = [
        linear.scale(value, 1 << field.offset)
        for value, field in zip(values, region.fields, strict=True)
    ]
    return linear.total(parts)


class Storage:
    """The storage of all contracts of a chain; immutable, `write` gives another one."""

    __slots__ = ("era", "writes")

    def __init__(
        self, writes: Mapping[Region, tuple[Write, ...]] | None = None, era: str = ""
    ) -> None:
        self.writes: Mapping[Region, tuple[Write, ...]] = writes or {}
        """Writes by region, oldest first."""
        self.era = era
        """Suffix of the functions that give initial values; changes when unknown code ran."""

    def read(self, region: Region, keys: Keys, facts: Facts) -> Int:
        """The word under some keys."""
        pending: list[tuple[Bool, Int]] = []
        found: Int | None = None
        for write in reversed(self.writes.get(region, ())):
            here = _decided(write.covers(keys), facts)
            if here is FALSE:
                continue
            value = write.read(keys)
            if here is TRUE:
                found = value
                break
            pending.append((here, value))
        if found is None:
            found = initial_word(region, keys, self.era)
        for condition, value in reversed(pending):
            found = ite(condition, value, found)
        return found

    def write(self, region: Region, write: Write) -> Storage:
        """Storage after a write; one to the very keys of the last one takes its place."""
        known = self.writes.get(region, ())
        if isinstance(write, Point):
            # An earlier write to the very same keys is hidden for good.
            known = tuple(
                old for old in known if not (isinstance(old, Point) and old.keys == write.keys)
            )
        return Storage({**self.writes, region: (*known, write)}, self.era)

    def rewritten(self, facts: Facts) -> Storage:
        """The same with what a path knows used in every term."""
        return Storage(
            {
                region: tuple(_rewritten(write, facts) for write in writes)
                for region, writes in self.writes.items()
            },
            self.era,
        )


def _decided(condition: Bool, facts: Facts) -> Bool:
    known = facts.decide(condition)
    if known is None:
        return facts.rewrite(condition)
    return TRUE if known else FALSE


def _rewritten(write: Write, facts: Facts) -> Write:
    if isinstance(write, Point):
        keys = tuple(facts.rewrite(key) for key in write.keys)
        return Point(keys, facts.rewrite(write.value))
    return Span(
        tuple(facts.rewrite(key) for key in write.keys),
        facts.rewrite(write.first),
        facts.rewrite(write.count),
        write.index,
        facts.rewrite(write.value),
    )


def _well_formed(head: Int) -> Bool:
    """Whether a word is the head of a byte string."""
    is_long = compare.eq(slice_bits(head, 0, 1), const(1))
    long = compare.within(slice_bits(head, 1), 32, MOST_STORED)
    short = compare.le(slice_bits(head, 1, 7), const(31))
    return or_(and_(is_long, long), and_(not_(is_long), short))


def typing_of(region: Region, value: Int) -> list[Bool]:
    """What a stored word must satisfy so that its fields are of their types."""
    if region.fields[0].part:
        return [_well_formed(value)]
    found: list[Bool] = []
    at = 0
    for field in region.fields:
        if field.offset > at:
            found.append(compare.eq(slice_bits(value, at, field.offset - at), const(0)))
        at = field.offset + field.width
        if field.most != (1 << field.width) - 1:
            part = slice_bits(value, field.offset, field.width)
            found.append(compare.le(part, const(field.most)))
    if at < WORD_BITS:
        found.append(compare.eq(slice_bits(value, at), const(0)))
    return found
