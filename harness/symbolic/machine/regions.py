"""Typed regions: the slots of a contract that differ only in mapping keys and array indices.

`delegators[a].bondedAmount` for every `a` is one region with one key. A slot term leads to its
region and keys by structure alone, without any reasoning about hashes:

    small constant                     a variable of the layout, or an untyped slot
    keccak(key, slot of a mapping)     its entry
    keccak(slot of a dynamic array)    its items
    one of these + constant            a struct's member, an item
    one of these + size * index        an item

Where the layout does not help (ERC-1967, ERC-7201, assembly), constants still do: every constant
slot is a region of its own, and so is what hangs below it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from harness.compile import (
    ArrayType,
    BytesType,
    StorageLayout,
    StorageType,
    StorageVariable,
    StructType,
    ValueType,
    keccak256,
)
from harness.symbolic.terms import Function, Int, int_var
from harness.world import Accessor, Index, Key, Length, Member, Place

__all__ = ["Field", "Region", "Step", "field_values", "fields_of"]


@dataclass(frozen=True, slots=True)
class Step:
    """One step from a slot to another.

    `map` hashes a key of `size` bytes with the slot, `data` hashes the slot, `move` adds `size`
    slots, and `item` adds `size` slots for each unit of an index.
    """

    kind: str
    size: int = 0

    @property
    def takes_key(self) -> bool:
        """Whether the step uses up a key of the region."""
        return self.kind in ("map", "item")


@dataclass(frozen=True, slots=True)
class Field:
    """A value in the words of a region."""

    offset: int
    """Bits below it in the word."""

    width: int
    """Bits that it takes."""

    most: int
    """Greatest value of these bits: 1 for a bool, the last member of an enum."""

    name: str
    """Unique name with [] for each key: `l1_token._balances[]`; also the function's name."""

    kind: ValueType | BytesType | None
    """Its type, None where no layout tells."""

    path: tuple[Accessor | None, ...] = ()
    """Accessors that lead to it from the variable, None where a key belongs."""

    variable: str = ""
    """Its variable in the layout; empty where there is none."""

    part: str = ""
    """Which part of the head of a byte string, whose words are not fields side by side: `long` (0
    or 1), the `length` of a long one, the `size` of a short one, the `data` of a short one."""

    @property
    def least(self) -> int:
        """Least value of these bits."""
        return 32 if self.part == "length" else 0

    def of_word(self, word: int) -> int:
        """The value in a constant word."""
        if self.part == "length":
            return max(word >> 1, 32) if word & 1 else 32
        if self.part and self.part != "long" and word & 1:
            return 0
        return word >> self.offset & ((1 << self.width) - 1)


@dataclass(frozen=True)
class Region:
    """Words of one contract that are told apart by `arity` keys."""

    contract: str
    """Name of the account."""

    root: int
    """Slot that the steps start from."""

    steps: tuple[Step, ...]
    fields: tuple[Field, ...] = field(compare=False, default=())
    """Values in each word, lowest first; bits that no field covers are zero."""

    @cached_property
    def arity(self) -> int:
        """Number of keys."""
        return sum(step.takes_key for step in self.steps)

    @cached_property
    def name(self) -> str:
        """The fields' names, for messages."""
        return " | ".join(one.name for one in self.fields)

    def slot(self, keys: tuple[int, ...]) -> int:
        """The slot number for constant keys."""
        slot = self.root
        rest = list(keys)
        for step in self.steps:
            if step.kind == "map":
                words = rest.pop(0).to_bytes(step.size, "big") + slot.to_bytes(32, "big")
                slot = int.from_bytes(keccak256(words), "big")
            elif step.kind == "data":
                slot = int.from_bytes(keccak256(slot.to_bytes(32, "big")), "big")
            elif step.kind == "item":
                slot = (slot + rest.pop(0) * step.size) % (1 << 256)
            else:
                slot = (slot + step.size) % (1 << 256)
        return slot

    def place(self, one: Field, keys: tuple[Int, ...]) -> Place | None:
        """What a field is called, with terms as keys; None where no layout tells."""
        if not one.variable:
            return None
        rest = list(keys)
        path: list[Accessor] = []
        for accessor in one.path:
            if accessor is None or (isinstance(accessor, Index) and accessor.value is None):
                key = rest.pop(0)
                path.append(Key(key) if accessor is None else Index(key))
            else:
                path.append(accessor)
        return Place(self.contract, one.variable, tuple(path))


def field_values(region: Region, keys: tuple[Int, ...], era: str) -> tuple[Int, ...]:
    """The values of the fields before any store of an era ("" since the call began)."""
    values: list[Int] = []
    for one in region.fields:
        name = one.name + era
        if region.arity:
            values.append(Function(name, region.arity, one.least, one.most)(*keys))
        else:
            values.append(int_var(name, one.least, one.most))
    return tuple(values)


def fields_of(
    contract: str, variables: tuple[StorageVariable, ...], distance: int, prefix: Prefix
) -> tuple[Field, ...]:
    """The fields in one word: of the variables (or members) that share it, lowest first."""
    found: list[Field] = []
    for variable in sorted(variables, key=lambda v: v.offset):
        inside = prefix.then(variable)
        found += _inside(contract, variable.type, distance - variable.slot, variable.offset, inside)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Prefix:
    """How far a name has come: the variable, and the accessors from it."""

    variable: str = ""
    path: tuple[Accessor | None, ...] = ()
    layout: StorageLayout | None = None

    def then(self, variable: StorageVariable) -> Prefix:
        """One step to a variable of a contract, or to a member of a struct."""
        if self.variable:
            return Prefix(self.variable, (*self.path, Member(variable.label)), self.layout)
        assert self.layout is not None
        label = variable.label
        if sum(v.label == label for v in self.layout.variables) > 1:
            label = f"{variable.declared_in.rpartition(':')[2]}.{label}"
        return Prefix(label, (), self.layout)

    def step(self, accessor: Accessor | None) -> Prefix:
        """One step to an entry or an item; None for a mapping's key."""
        return Prefix(self.variable, (*self.path, accessor), self.layout)

    @property
    def text(self) -> str:
        """As a name, with [] for keys."""
        parts = [self.variable]
        for accessor in self.path:
            open_index = isinstance(accessor, Index) and accessor.value is None
            parts.append("[]" if accessor is None or open_index else str(accessor))
        return "".join(parts)


def _inside(
    contract: str, kind: StorageType, distance: int, offset: int, prefix: Prefix
) -> list[Field]:
    """The fields of a value in the word `distance` slots after its first."""
    name = f"{contract}.{prefix.text}"
    if isinstance(kind, ValueType):
        if distance != 0:
            return []
        width = 8 * kind.size
        most = (1 << width) - 1
        if kind.kind == "bool":
            most = 1
        elif kind.kind == "enum" and kind.members:
            most = len(kind.members) - 1
        return [Field(8 * offset, width, most, name, kind, prefix.path, prefix.variable)]
    if isinstance(kind, StructType):
        found: list[Field] = []
        for member in sorted(kind.members, key=lambda m: m.offset):
            if member.slot <= distance < member.slot + max(1, -(-member.type.size // 32)):
                inner = prefix.then(member)
                found += _inside(
                    contract, member.type, distance - member.slot, member.offset, inner
                )
        return found
    if isinstance(kind, ArrayType) and kind.length is not None:
        size = kind.item.size
        if size > 16:
            index, rest = divmod(distance, -(-size // 32))
            return _inside(contract, kind.item, rest, 0, prefix.step(Index(index)))
        each = 32 // size
        packed: list[Field] = []
        for position in range(min(each, kind.length - distance * each)):
            inner = prefix.step(Index(distance * each + position))
            packed += _inside(contract, kind.item, 0, position * size, inner)
        return packed
    if distance != 0:
        return []
    path = prefix.path
    if isinstance(kind, ArrayType):
        length = prefix.step(Length())
        word = ValueType("uint", "uint256", 32)
        full = (1 << 256) - 1
        return [
            Field(0, 256, full, f"{contract}.{length.text}", word, length.path, prefix.variable)
        ]
    if isinstance(kind, BytesType):
        return _head(f"{name}.head", kind, path, prefix.variable)
    return []


MOST_STORED: Final = (1 << 32) - 1
"""No gas limit pays for storing a longer byte string, in bytes."""


def _head(
    name: str, kind: BytesType, path: tuple[Accessor | None, ...], variable: str
) -> list[Field]:
    """The parts of the head of a byte string: 2 * length + 1 of a long one, whose data are
    elsewhere; 2 * size and the data of one of up to 31 bytes."""

    def part(text: str, offset: int, width: int, most: int) -> Field:
        return Field(offset, width, most, f"{name}.{text}", kind, path, variable, text)

    return [
        part("long", 0, 1, 1),
        part("length", 1, 255, MOST_STORED),
        part("size", 1, 7, 31),
        part("data", 8, 248, (1 << 248) - 1),
    ]


def raw_field(contract: str, text: str) -> tuple[Field, ...]:
    """The one field of a word that no layout describes."""
    return (Field(0, 256, (1 << 256) - 1, f"{contract}.{text}", None),)


def struct_fields(
    contract: str, kind: StorageType, distance: int, prefix: Prefix
) -> tuple[Field, ...]:
    """The fields of an entry or item in the word `distance` slots after its first."""
    return tuple(_inside(contract, kind, distance, 0, prefix))
