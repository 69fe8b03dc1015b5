"""A mapping in storage as the dictionary of a specification, on terms.

An entry that was not written is what the contract's storage has; a write hides it where the keys
are the same.  Storage cannot tell a missing entry from one that is zero, so neither can this.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, MutableMapping
from dataclasses import dataclass
from typing import Any

from harness.symbolic.explore import known
from harness.symbolic.machine import Unsupported
from harness.symbolic.terms import FALSE, TRUE, Bool, Int, same_key
from harness.symbolic.terms.node import TRUTH

__all__ = ["Entries", "Entry", "Kind"]


@dataclass(frozen=True)
class Kind:
    """What the entries of a mapping are.

    Args:
        name: of the mapping, for messages.
        words: the words of a key as a specification writes it: a tuple for nested mappings.
        stored: the entry in the contract's storage, by key.
        choose: one of two entries, by a condition, without a fork.
        zero: what a missing entry stands for.
    """

    name: str
    words: Callable[[Any], tuple[Int, ...]]
    stored: Callable[[Any], Any]
    choose: Callable[[Bool, Any, Any], Any]
    zero: Any


@dataclass(frozen=True, eq=False)
class Entry:
    """An entry that the specification wrote."""

    key: Any
    words: tuple[Int, ...]
    value: Any


class Entries(MutableMapping[Any, Any]):
    """A mapping of which only single entries can be asked for; see :class:`Kind`."""

    def __init__(self, kind: Kind, written: tuple[Entry, ...] = ()) -> None:
        self._kind = kind
        self._written = written

    @property
    def written(self) -> tuple[Entry, ...]:
        """What the specification wrote, oldest first."""
        return self._written

    def choose(self, condition: Bool, one: Any, other: Any) -> Any:
        """One of two entries, by a condition."""
        return self._kind.choose(condition, one, other)

    def copy(self) -> Entries:
        """The same entries, safe from later writes."""
        return Entries(self._kind, self._written)

    def get(self, key: Any, default: Any = None) -> Any:
        """An entry.  Raises Unsupported for a default that is not what missing entries are."""
        if default is not self._kind.zero and not _equals(default, self._kind.zero):
            raise Unsupported(
                f"{self._kind.name} is read with {default!r} for a missing entry, where storage "
                f"has {self._kind.zero!r}"
            )
        return self.now(key)

    def now(self, key: Any) -> Any:
        """An entry as it is now, after what was written."""
        words = self._kind.words(key)
        pending: list[tuple[Bool, Any]] = []
        for entry in reversed(self._written):
            here = _here(entry.words, words)
            if here is TRUE:
                found = entry.value
                break
            if here is not FALSE:
                pending.append((here, entry.value))
        else:
            found = self._kind.stored(key)
        for condition, value in reversed(pending):
            found = self._kind.choose(condition, value, found)
        return found

    def __setitem__(self, key: Any, value: Any) -> None:
        words = self._kind.words(key)
        kept = tuple(entry for entry in self._written if entry.words != words)
        self._written = (*kept, Entry(key, words, value))

    def __delitem__(self, key: Any) -> None:
        self[key] = self._kind.zero

    def __getitem__(self, key: Any) -> Any:
        words = self._kind.words(key)
        if not any(_here(entry.words, words) is TRUE for entry in self._written):
            raise self._refused("reads an entry that may be missing: use get")
        return self.now(key)

    def __contains__(self, key: object) -> bool:
        raise self._refused("asks whether there is an entry, which storage cannot tell: use get")

    def __iter__(self) -> Iterator[Any]:
        raise self._refused("goes through all entries")

    def __len__(self) -> int:
        raise self._refused("counts the entries")

    def _refused(self, what: str) -> Unsupported:
        return Unsupported(f"the specification {what} ({self._kind.name})")


def _here(one: tuple[Int, ...], other: tuple[Int, ...]) -> Bool:
    """Whether two keys are the same, as far as the path knows."""
    same = known().rewrite(same_key(one, other))
    return same if same.op == TRUTH else _decided(same)


def _decided(condition: Bool) -> Bool:
    truth = known().decide(condition)
    return condition if truth is None else (TRUE if truth else FALSE)


def _equals(one: Any, other: Any) -> bool:
    """Whether two plain values are equal; False where they are no plain values."""
    return type(one) is type(other) and (one == other) is True
