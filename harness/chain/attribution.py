"""From a storage slot back to the variables that lie in it.

The layout leads from a name to a slot.  The way back needs the preimages of the hashes that the
contract computed while it ran: the chain records them, and a mapping's entry can only ever have
been touched by code that hashed its key.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from harness.address import Address
from harness.compile import (
    ArrayType,
    BytesType,
    MappingType,
    StorageLayout,
    StorageType,
    StructType,
    ValueType,
    slot_of_data,
)
from harness.world import Accessor, Index, Key, Length, Member, Place

__all__ = ["Attribution", "Leaf", "number_of"]

_WORD = 1 << 256
_STRUCT_SLOTS = 64
_ARRAY_SLOTS = 1 << 32
_SMALL = 1 << 16


@dataclass(frozen=True, slots=True)
class Leaf:
    """A value inside a slot: what it is called, and where in the word it lies.

    ``offset`` is in bytes above the low end of the word.  For a byte string the place is the whole
    string, wherever in it the slot is.
    """

    place: Place
    offset: int
    kind: ValueType | BytesType


@dataclass(frozen=True, slots=True)
class _Span:
    """A compound value that starts at a slot."""

    place: Place
    kind: StorageType


class Attribution:
    """Names the slots of one contract.

    ``preimage`` gives the 32 or 64 bytes that a word is the keccak hash of, if the chain saw them.
    """

    def __init__(
        self, contract: str, layout: StorageLayout, preimage: Callable[[int], bytes | None]
    ) -> None:
        self._contract = contract
        self._layout = layout
        self._preimage = preimage
        self._known: dict[int, tuple[Leaf, ...]] = {}
        self.numbers: set[int] = set()
        """Small whole numbers that were seen as keys of mappings: ids, nonces, rounds."""
        self._bases: list[int] = []
        self._sources: dict[int, int] = {}
        for variable in layout.variables:
            if isinstance(variable.type, ArrayType | BytesType):
                self._note_base(variable.slot)

    def leaves(self, slot: int) -> tuple[Leaf, ...]:
        """The values in a slot; empty where the slot belongs to no variable of the layout."""
        known = self._known.get(slot)
        if known is None:
            known = self._resolve(slot)
            if known:
                self._known[slot] = known
        return known

    def _resolve(self, slot: int) -> tuple[Leaf, ...]:
        direct = self._layout.at_slot(slot)
        if direct:
            found: list[Leaf] = []
            for variable in direct:
                name = self._name(variable.label, variable.declared_in)
                place = Place(self._contract, name)
                found += self._inside(place, variable.type, slot - variable.slot, variable.offset)
            return tuple(found)
        for distance in range(_STRUCT_SLOTS):
            span = self._hashed((slot - distance) % _WORD)
            if span is not None:
                return tuple(self._inside(span.place, span.kind, distance, 0))
        return self._in_array(slot)

    def _name(self, label: str, declared_in: str) -> str:
        if sum(v.label == label for v in self._layout.variables) == 1:
            return label
        return f"{declared_in.rpartition(':')[2]}.{label}"

    def _hashed(self, word: int) -> _Span | None:
        """The mapping entry or the start of array data that lies at a hash."""
        preimage = self._preimage(word)
        if preimage is None:
            return None
        if len(preimage) == 32:
            return self._array_data(int.from_bytes(preimage, "big"))
        base = self._compound(int.from_bytes(preimage[-32:], "big"))
        if base is None or not isinstance(base.kind, MappingType):
            return None
        key = _key(base.kind.key, preimage[:-32])
        number = number_of(key)
        if number is not None and 0 <= number < _SMALL:
            self.numbers.add(number)
        return _Span(base.place.then(Key(key)), base.kind.value)

    def _array_data(self, slot: int) -> _Span | None:
        base = self._compound(slot)
        if base is None or not isinstance(base.kind, ArrayType | BytesType):
            return None
        if isinstance(base.kind, ArrayType) and base.kind.length is not None:
            return None
        self._note_base(slot)
        return _Span(base.place, _Data(base.kind))  # type: ignore[arg-type]  # private marker

    def _compound(self, slot: int) -> _Span | None:
        """The mapping, dynamic array or byte string whose own slot this is."""
        for variable in self._layout.at_slot(slot):
            name = self._name(variable.label, variable.declared_in)
            place = Place(self._contract, name)
            found = self._descend(place, variable.type, slot - variable.slot)
            if found is not None:
                return found
        for distance in range(_STRUCT_SLOTS):
            span = self._hashed((slot - distance) % _WORD)
            if span is not None:
                return self._descend(span.place, span.kind, distance)
        array = self._array_around(slot)
        if array is None:
            return None
        span, distance = array
        return self._descend(span.place, span.kind, distance)

    def _descend(self, place: Place, kind: StorageType, distance: int) -> _Span | None:
        if isinstance(kind, _Data):
            return self._descend_data(place, kind.of, distance)
        if isinstance(kind, StructType):
            for member in kind.members:
                if member.slot <= distance < member.slot + max(1, -(-member.type.size // 32)):
                    inner = place.then(Member(member.label))
                    found = self._descend(inner, member.type, distance - member.slot)
                    if found is not None:
                        return found
            return None
        if isinstance(kind, ArrayType) and kind.length is not None:
            return self._descend_data(place, kind, distance)
        return _Span(place, kind) if distance == 0 else None

    def _descend_data(self, place: Place, kind: Any, distance: int) -> _Span | None:
        if isinstance(kind, BytesType) or kind.item.size < 32:
            return None
        index, rest = divmod(distance, kind.item.size // 32)
        return self._descend(place.then(Index(index)), kind.item, rest)

    def _inside(self, place: Place, kind: StorageType, distance: int, offset: int) -> list[Leaf]:
        """The leaves of a value in the slot ``distance`` after its first."""
        if isinstance(kind, _Data):
            return self._items(place, kind.of, distance)
        if isinstance(kind, ValueType):
            return [Leaf(place, offset, kind)] if distance == 0 else []
        if isinstance(kind, BytesType):
            return [Leaf(place, 0, kind)] if distance == 0 else []
        if isinstance(kind, StructType):
            found: list[Leaf] = []
            for member in kind.members:
                if member.slot <= distance < member.slot + max(1, -(-member.type.size // 32)):
                    inner = place.then(Member(member.label))
                    found += self._inside(inner, member.type, distance - member.slot, member.offset)
            return found
        if isinstance(kind, ArrayType):
            if kind.length is not None:
                return self._items(place, kind, distance)
            length = ValueType("uint", "uint256", 32)
            return [Leaf(place.then(Length()), 0, length)] if distance == 0 else []
        return []

    def _items(self, place: Place, kind: Any, distance: int) -> list[Leaf]:
        if isinstance(kind, BytesType):
            return [Leaf(place, 0, kind)]
        size = kind.item.size
        if size >= 32:
            index, rest = divmod(distance, size // 32)
            return self._inside(place.then(Index(index)), kind.item, rest, 0)
        each = 32 // size
        found: list[Leaf] = []
        for position in range(each):
            index = distance * each + position
            if kind.length is not None and index >= kind.length:
                break
            found += self._inside(place.then(Index(index)), kind.item, 0, position * size)
        return found

    def _note_base(self, slot: int) -> None:
        base = slot_of_data(slot)
        if base not in self._bases:
            insort(self._bases, base)
            self._sources[base] = slot

    def _in_array(self, slot: int) -> tuple[Leaf, ...]:
        array = self._array_around(slot)
        if array is None:
            return ()
        span, distance = array
        return tuple(self._inside(span.place, span.kind, distance, 0))

    def _array_around(self, slot: int) -> tuple[_Span, int] | None:
        """The array data that a slot far from its start lies in, and how many slots in."""
        at = bisect_right(self._bases, slot) - 1
        if at < 0 or slot - self._bases[at] >= _ARRAY_SLOTS:
            return None
        base = self._bases[at]
        span = self._array_data(self._sources[base])
        return None if span is None else (span, slot - base)


@dataclass(frozen=True, slots=True)
class _Data:
    """The data of a dynamic array or a byte string, which lies at a hash of its own."""

    of: ArrayType | BytesType


def _key(kind: ValueType | BytesType, raw: bytes) -> Any:
    """The mapping key that was hashed as these bytes."""
    if isinstance(kind, BytesType):
        return raw if kind.name == "bytes" else raw.decode(errors="backslashreplace")
    word = int.from_bytes(raw, "big")
    if kind.kind == "bytes":
        return raw[: kind.size]
    if kind.kind == "bool":
        return word != 0
    if kind.kind in ("address", "contract"):
        return Address(word % (1 << 160))
    if kind.kind == "int" and word >> 255:
        return word - _WORD
    return word


def number_of(key: Any) -> int | None:
    """The number that a key of a mapping is, or whose bytes it is; None if it is neither."""
    if isinstance(key, bytes):
        return int.from_bytes(key, "big")
    return key if type(key) is int else None


def accessor_path(path: tuple[Accessor, ...]) -> tuple[Any, ...]:
    """A path as :meth:`StorageLayout.locate` takes it."""
    steps: list[Any] = []
    for each in path:
        if isinstance(each, Key | Index):
            steps.append(each.value)
        elif isinstance(each, Member):
            steps.append(each.name)
    return tuple(steps)
