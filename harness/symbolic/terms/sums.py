"""Sums over mappings, as terms: a total that moves with each store, and what bounds it.

A mapping of non-negative entries has a sum S. A store replaces one entry, so S changes by
the difference; and every entry in sight is at most S. These *local* facts prove nearly all
that is asked of a sum. The *chain* says that any set of distinct entries is together at most
S: it is added before a counterexample that the local facts allow is believed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harness.symbolic.terms.boolean import and_, conjoin, not_, or_
from harness.symbolic.terms.choice import ite
from harness.symbolic.terms.compare import eq, ge, le
from harness.symbolic.terms.linear import add, subtract, total
from harness.symbolic.terms.node import TRUE, Bool, Int, const

Key = tuple[Int, ...]


def same_key(left: Key, right: Key) -> Bool:
    """Whether two keys of a (nested) mapping are equal. Raises ValueError if depths differ."""
    if len(left) != len(right):
        raise ValueError(f"keys of {len(left)} and {len(right)} parts cannot be compared")
    return conjoin([eq(one, two) for one, two in zip(left, right, strict=True)])


@dataclass(frozen=True, slots=True)
class Sum:
    """The sum of a mapping of non-negative entries, and the entries read so far.

    `entries` holds (key, value) pairs *before* any store: the state that `start` sums.
    """

    start: Int
    """The sum before any store."""
    now: Int
    """The sum after the stores so far."""
    entries: tuple[tuple[Key, Int], ...] = ()

    @classmethod
    def of(cls, start: Int) -> Sum:
        """A sum with nothing read or stored yet."""
        return cls(start, start)

    def read(self, key: Key, before: Int) -> Sum:
        """The sum with one more entry in sight; `before` is its value before any store."""
        if any(known == key for known, _ in self.entries):
            return self
        return Sum(self.start, self.now, (*self.entries, (key, before)))

    def store(self, old: Int, new: Int) -> Sum:
        """The sum after an entry changed from its current value `old` to `new`."""
        return Sum(self.start, add(self.now, subtract(new, old)), self.entries)

    def local(self) -> tuple[Bool, ...]:
        """The local axiom: each entry in sight is at least 0 and at most the sum."""
        facts = [ge(self.start, const(0))]
        for _, value in self.entries:
            facts.append(and_(ge(value, const(0)), le(value, self.start)))
        return tuple(fact for fact in facts if fact is not TRUE)

    def chain(self) -> tuple[Bool, ...]:
        """The distinct-keys chain: entries under different keys are together at most the sum."""
        parts = first_of_each(self.entries)
        return (le(total(parts), self.start),) if parts else ()


def first_of_each(entries: Sequence[tuple[Key, Int]]) -> list[Int]:
    """The value of each entry, or 0 where an earlier entry has the same key."""
    parts: list[Int] = []
    for index, (key, value) in enumerate(entries):
        again = or_(*(same_key(key, earlier) for earlier, _ in entries[:index]))
        parts.append(ite(not_(again), value, const(0)))
    return parts
