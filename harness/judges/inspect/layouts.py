"""Whether one contract can take over the storage of another."""

from __future__ import annotations

from collections.abc import Iterator

from harness.compile.layout import StorageLayout
from harness.compile.storage_types import (
    ArrayType,
    MappingType,
    StorageType,
    StorageVariable,
    StructType,
)
from harness.structure import Breach

__all__ = ["layout_breaches"]

_GAP = "__gap"
"""How arrays are called that keep space free for later variables."""


def layout_breaches(old: StorageLayout, new: StorageLayout) -> Iterator[Breach]:
    """How the layout of a newer contract contradicts that of an older one."""
    there = {(v.slot, v.offset): v for v in new.variables}
    for variable in old.variables:
        if variable.label.startswith(_GAP):
            continue
        place = f"slot {variable.slot}, byte {variable.offset}"
        other = there.get((variable.slot, variable.offset))
        if other is None:
            yield Breach(f"{old.contract} has {variable.label} at {place}; {new.contract} nothing")
        elif other.label != variable.label:
            yield Breach(f"{place} holds {variable.label} in the older, {other.label} in the newer")
        elif not _alike(variable.type, other.type, frozenset()):
            was, now = variable.type.name, other.type.name
            yield Breach(f"{variable.label} at {place} is {was} in the older, {now} in the newer")


def _alike(old: StorageType, new: StorageType, seen: frozenset[tuple[str, str]]) -> bool:
    """Whether values of one type read the same as values of the other."""
    match old, new:
        case StructType(), StructType():
            pair = (old.type_id, new.type_id)
            if pair in seen:
                return True
            inner = seen | {pair}
            return len(old.members) == len(new.members) and all(
                _alike_members(a, b, inner) for a, b in zip(old.members, new.members, strict=True)
            )
        case ArrayType(), ArrayType():
            return old.length == new.length and _alike(old.item, new.item, seen)
        case MappingType(), MappingType():
            return old.key == new.key and _alike(old.value, new.value, seen)
    return old == new


def _alike_members(
    old: StorageVariable, new: StorageVariable, seen: frozenset[tuple[str, str]]
) -> bool:
    places = (old.label, old.slot, old.offset) == (new.label, new.slot, new.offset)
    return places and _alike(old.type, new.type, seen)
