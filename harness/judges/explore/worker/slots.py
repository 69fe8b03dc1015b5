"""Hashes and storage: a slot is told from others by what was hashed to get there.

Assumed, as provers do: no hash is below 2^64 or within 2^64 of the end, different contents never
hash to the same, and what lies behind one hash does not reach what lies behind another.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sha3
from manticore.core.smtlib import expression as smt

from .expressions import FALSE, TRUE, canonical, constant, equal, plain
from .guards import Tripped
from .memory import Bytes, word_of

__all__ = ["Hashes", "Storage"]

_FAR = 1 << 32
"""What lies this far behind a hash still belongs to it."""


def keccak(content: bytes) -> int:
    """Keccak-256 of constant bytes."""
    return int.from_bytes(sha3.keccak_256(content).digest(), "big")


class Hashes:
    """Every hash that was computed: a constant, or a variable for that of unknown bytes."""

    def __init__(self) -> None:
        self.contents: dict[str, Bytes] = {}
        """What each variable is the hash of, by its name."""
        self._variables: dict[tuple[Any, ...], Any] = {}
        self._preimages: dict[int, bytes] = {}
        self._sorted: list[int] = []

    def note(self, content: bytes) -> int:
        """The hash of constant bytes, remembered."""
        digest = keccak(content)
        if digest not in self._preimages:
            self._preimages[digest] = content
            insort(self._sorted, digest)
        return digest

    def digest(self, content: Bytes) -> Any:
        """Keccak-256 of bytes: a number, or the one variable that stands for the hash of these."""
        if all(isinstance(each, int) for each in content):
            return self.note(bytes(content))
        key = tuple(each if isinstance(each, int) else -id(each) - 1 for each in content)
        found = self._variables.get(key)
        if found is None:
            name = f"keccak.{len(self._variables)}"
            found = self._variables[key] = canonical(smt.BitVecVariable(size=256, name=name))
            self.contents[name] = content
        return found

    def origin(self, slot: Any) -> tuple[Bytes | None, Any]:
        """What a slot lies behind the hash of, if anything, and how far behind."""
        if isinstance(slot, int):
            at = bisect_right(self._sorted, slot) - 1
            if at >= 0 and slot - self._sorted[at] < _FAR:
                digest = self._sorted[at]
                return tuple(self._preimages[digest]), slot - digest
            return None, slot
        found: Bytes | None = None
        rest: Any = 0
        for part in _summands(slot):
            content = self._content(part)
            if content is not None and found is None:
                found = content
            else:
                rest = plain(rest + part) if rest != 0 or isinstance(rest, smt.BitVec) else part
        if found is None:
            return self._constant_origin(slot)
        return found, rest if isinstance(rest, int) else plain(rest)

    def variable(self, slot: Any) -> int:
        """The slot of the variable that a slot belongs to; -1 where that is not known."""
        while True:
            content, rest = self.origin(slot)
            if content is None:
                return rest if isinstance(rest, int) else -1
            slot = word_of(content[-32:])

    def _content(self, part: Any) -> Bytes | None:
        if isinstance(part, int):
            return None
        return self.contents.get(part.name) if isinstance(part, smt.BitVecVariable) else None

    def _constant_origin(self, slot: Any) -> tuple[Bytes | None, Any]:
        """Of a sum with one constant: an array whose hash the compiler has computed."""
        constants = [part for part in _summands(slot) if isinstance(part, int)]
        if len(constants) == 1:
            content, distance = self.origin(constants[0])
            if content is not None:
                rest = [part for part in _summands(slot) if not isinstance(part, int)]
                whole: Any = distance
                for part in rest:
                    whole = part + whole
                return content, plain(whole)
        return None, slot

    def same(self, one: Any, other: Any) -> Any:
        """Whether two slots are the same, as a condition."""
        if one is other or (isinstance(one, int) and isinstance(other, int)):
            return TRUE if one == other or one is other else FALSE
        (content, distance), (known, further) = self.origin(one), self.origin(other)
        if content is None and known is None:
            for slot in (one, other):
                if not isinstance(slot, int):
                    raise Tripped("slot", "a storage slot that is behind no hash is not constant")
        if content is None or known is None or len(content) != len(known):
            return FALSE
        offsets = _equal(distance, further, 256)
        return FALSE if offsets is FALSE else _and(self._same_content(content, known), offsets)

    def _same_content(self, one: Bytes, other: Bytes) -> Any:
        if len(one) < 32:
            return _equal(word_of(one), word_of(other), 8 * len(one))
        tail = self.same(word_of(one[-32:]), word_of(other[-32:])) if len(one) > 32 else None
        if len(one) == 32:
            return self.same(word_of(one), word_of(other))
        if tail is FALSE:
            return FALSE
        key = _equal(word_of(one[:-32]), word_of(other[:-32]), 8 * (len(one) - 32))
        return _and(key, tail)


def _summands(value: Any) -> list[Any]:
    found: list[Any] = []
    left = [value]
    while left:
        each = left.pop()
        if isinstance(each, smt.BitVecAdd):
            left += each.operands
        elif isinstance(each, smt.BitVecConstant):
            found.append(each.value)
        else:
            found.append(each)
    return found


def _equal(one: Any, other: Any, size: int) -> Any:
    left = constant(one, size) if isinstance(one, int) else canonical(one)
    right = constant(other, size) if isinstance(other, int) else canonical(other)
    return equal(left, right)


def _and(one: Any, other: Any) -> Any:
    return canonical(smt.BoolAnd(a=one, b=other))


@dataclass(frozen=True)
class Storage:
    """The storage of one account; immutable."""

    initial: Mapping[int, int]
    """Words that are not zero, by slot."""
    writes: tuple[tuple[Any, Any], ...] = field(default=())
    """Slots and words that were written, oldest first."""

    def write(self, slot: Any, value: Any) -> Storage:
        """Storage after a write."""
        kept = tuple(each for each in self.writes if not _identical(each[0], slot))
        return Storage(self.initial, (*kept, (slot, value)))

    def read(self, slot: Any, hashes: Hashes) -> Any:
        """The word in a slot."""
        found: list[tuple[Any, Any]] = []
        word: Any = None
        for written, value in reversed(self.writes):
            here = hashes.same(written, slot)
            if here is TRUE:
                word = value
                break
            if here is not FALSE:
                found.append((here, value))
        if word is None:
            word = self._first(slot, hashes, found)
        for here, value in reversed(found):
            word = _choose(here, value, word)
        return word

    def _first(self, slot: Any, hashes: Hashes, found: list[tuple[Any, Any]]) -> Any:
        if isinstance(slot, int):
            return self.initial.get(slot, 0)
        if hashes.origin(slot)[0] is None:
            raise Tripped("slot", "a storage slot that is behind no hash is not constant")
        for known, value in self.initial.items():
            here = hashes.same(known, slot)
            if here is TRUE:
                return value
            if here is not FALSE:
                found.append((here, value))
        return 0


def _identical(one: Any, other: Any) -> bool:
    if isinstance(one, int) or isinstance(other, int):
        return isinstance(one, int) and isinstance(other, int) and one == other
    return one is other


def _choose(condition: Any, one: Any, other: Any) -> Any:
    parts = [constant(each, 256) if isinstance(each, int) else each for each in (one, other)]
    choice = smt.BitVecITE(size=256, condition=condition, true_value=parts[0], false_value=parts[1])
    return plain(choice)


def preimages(contents: Sequence[str], hashes: Hashes) -> None:
    """Make known what the slots that were written at deployment are the hashes of."""
    for content in contents:
        hashes.note(bytes.fromhex(content))
