"""From the name of a storage variable to its region, keys and bits."""

from __future__ import annotations

from dataclasses import dataclass

from harness.compile import ArrayType, MappingType, StorageType, StructType, ValueType
from harness.symbolic.machine import Account, Data, Machine, Region, Unsupported
from harness.symbolic.terms import Facts, Int, const, int_var, linear, value_of
from harness.symbolic.values import SymInt
from harness.symbolic.world.values import key_word
from harness.world import Every, Index, Key, Length, Member, Place

__all__ = ["Spot", "locate", "reach"]

_WORD = ValueType("uint", "uint256", 32)


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a value lies: bits [offset, offset + width) of a word of a region."""

    region: Region
    keys: tuple[Int, ...]
    offset: int
    kind: ValueType
    fixed: tuple[bool, ...]
    """For each key, whether the place names it; a sum runs over the others."""

    @property
    def width(self) -> int:
        """Bits that the value takes."""
        return 8 * self.kind.size


def locate(machine: Machine, account: Account, place: Place, facts: Facts) -> Spot:
    """The spot of a single value, or of any entry of those that a sum adds up.

    Raises Unsupported for byte strings, and for indices that are not known to exist.
    """
    slot, offset, kind, fixed = reach(machine, account, place)
    if not isinstance(kind, ValueType):
        raise Unsupported(f"{place} in a property: a value of type {kind.name}")
    region, keys = machine.locate(account, slot, facts)
    if region.arity != sum(fixed) + fixed.count(False):
        # An index of a fixed array at a constant position is part of the region.
        fixed = fixed[: region.arity] if all(fixed) else fixed
        if len(fixed) != region.arity:
            raise Unsupported(f"the place {place} in a property")
    return Spot(region, keys, offset, kind, tuple(fixed))


def reach(
    machine: Machine, account: Account, place: Place
) -> tuple[Int, int, StorageType, list[bool]]:
    """The slot of a place and the first bit in it, the type of what is there, and for each key
    that leads there whether the place names it."""
    assert account.layout is not None
    variable = account.layout.variable(place.variable)
    slot, offset = const(variable.slot), 8 * variable.offset
    kind: StorageType = variable.type
    fixed: list[bool] = []
    for accessor in place.path:
        if isinstance(accessor, Member) and isinstance(kind, StructType):
            member = kind.member(accessor.name)
            slot, offset = linear.shift(slot, member.slot), 8 * member.offset
            kind = member.type
        elif isinstance(kind, MappingType) and isinstance(accessor, Key | Every):
            word = _key(kind, accessor, place, len(fixed))
            fixed.append(accessor is not Every.EVERY)
            slot, offset, kind = machine.hashes.digest(Data.of_words(word, slot)), 0, kind.value
        elif isinstance(kind, ArrayType) and isinstance(accessor, Index):
            slot, kind = _item(machine, kind, slot, accessor), kind.item
            offset = 0
            fixed.append(True)
        elif isinstance(kind, ArrayType) and isinstance(accessor, Length):
            offset, kind = 0, _WORD
        else:
            raise Unsupported(f"the place {place} in a property")
    return slot, offset, kind, fixed


def _key(kind: MappingType, accessor: Key | Every, place: Place, position: int) -> Int:
    if isinstance(accessor, Key):
        return key_word(kind.key, accessor.value)
    if not isinstance(kind.key, ValueType):
        raise Unsupported(f"a sum over keys of type {kind.key.name}")
    return int_var(f"every({place.contract}.{place.variable}){position}", 0, (1 << 256) - 1)


def _item(machine: Machine, kind: ArrayType, slot: Int, accessor: Index) -> Int:
    """The slot of an array's item."""
    value = accessor.value
    index = value.term if isinstance(value, SymInt) else const(int(value))
    if kind.item.size <= 16:
        raise Unsupported(f"an item of the packed array {kind.name} in a property")
    if kind.length is not None:
        known = value_of(index)
        if known is None or not 0 <= known < kind.length:
            raise Unsupported(f"an item of {kind.name} at a symbolic index in a property")
        return linear.shift(slot, known * -(-kind.item.size // 32))
    base = machine.hashes.digest(Data.of_words(slot))
    return linear.add(base, linear.scale(index, -(-kind.item.size // 32)))
