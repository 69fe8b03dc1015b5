"""Where a contract keeps its state variables, with their types.

    >>> layout = artifact.storage_layout
    >>> place = layout.locate("deposits", 7, "amount")
    >>> place.slot, place.offset, place.type.name
    (..., 0, 'uint128')
    >>> place.read(sload)                    # sload: slot -> word
    0

A variable is named by its label, or by `Contract.label` where a base contract and
a derived one each have a private variable of that label.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from harness.compile.slots import slot_of_array_item, slot_of_data, slot_of_mapping
from harness.compile.storage_types import (
    ArrayType,
    BytesType,
    MappingType,
    StorageType,
    StorageVariable,
    StructType,
    ValueType,
    parse_storage_types,
)
from harness.errors import LookupProblem, UsageError

__all__ = ["Location", "PathKey", "StorageLayout", "StorageValue"]

PathKey = int | bytes | str | bool
"""One step into a compound variable: a mapping key, an array index, or a member name."""

StorageValue = Any
"""int, bool, bytes, str, or a tuple or dict of them; recursive, so mypy is told no more."""


@dataclass(frozen=True)
class Location:
    """A place in storage that holds a value of a known type."""

    slot: int
    """Slot, an integer in [0, 2**256)."""

    offset: int
    """Bytes above the low end of the slot, 0 to 31."""

    type: StorageType
    """Type of what lies there."""

    def step(self, key: PathKey) -> Location:
        """The place one step inside: a mapping's value, an array's item, a struct's member.

        Array indices are not checked against the length, which only a live storage knows.

        Raises:
            UsageError: this place holds a plain value, or the key does not fit its type.
        """
        match self.type:
            case MappingType(key=key_type, value=value_type):
                slot = slot_of_mapping(key_type.mapping_key(key), self.slot)
                return Location(slot, 0, value_type)
            case ArrayType(item=item, length=length) if isinstance(key, int):
                if key < 0 or (length is not None and key >= length):
                    raise UsageError(f"index {key} is outside of {self.type.name}")
                first = slot_of_data(self.slot) if length is None else self.slot
                slot, offset = slot_of_array_item(key, item.size, first)
                return Location(slot, offset, item)
            case StructType() if isinstance(key, str):
                member = self.type.member(key)
                return Location((self.slot + member.slot) % (1 << 256), member.offset, member.type)
        raise UsageError(f"{key!r} does not lead into a {self.type.name}")

    def read(self, sload: Callable[[int], int]) -> StorageValue:
        """The Python value that lies here.

        Args:
            sload: gives the word at a slot, 0 where nothing was written.

        Returns:
            int, bool or bytes for a value type (addresses, contracts and enums as int); bytes or
            str for byte strings; a tuple for an array, a dict by member name for a struct, where
            mappings are left out.

        Raises:
            UsageError: a mapping, which has no value of its own.
        """
        match self.type:
            case ValueType():
                return self.type.from_word(sload(self.slot), self.offset)
            case BytesType():
                return self.type.read(sload, self.slot)
            case ArrayType(length=length):
                count = sload(self.slot) if length is None else length
                return tuple(self.step(index).read(sload) for index in range(count))
            case StructType(members=members):
                return {
                    member.label: self.step(member.label).read(sload)
                    for member in members
                    if not isinstance(member.type, MappingType)
                }
        raise UsageError(f"a {self.type.name} has no value of its own", fix="name a key")


@dataclass(frozen=True)
class StorageLayout:
    """All state variables of a contract, its bases' included, in order of their slots."""

    contract: str
    """The contract that has this layout, `path:Contract`."""

    variables: tuple[StorageVariable, ...]
    """State variables in order of slot and offset; constants and immutables have none."""

    _by_name: Mapping[str, tuple[StorageVariable, ...]] = field(
        init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        names: dict[str, tuple[StorageVariable, ...]] = {}
        for variable in self.variables:
            short = variable.declared_in.rpartition(":")[2]
            for name in (variable.label, f"{short}.{variable.label}"):
                names[name] = (*names.get(name, ()), variable)
        object.__setattr__(self, "_by_name", names)

    @classmethod
    def from_solc(
        cls, contract: str, raw: Mapping[str, Any], declared_in: Mapping[int, str]
    ) -> StorageLayout:
        """Builds the layout from solc's `storageLayout` or `transientStorageLayout` object.

        Args:
            contract: fully qualified name of the contract.
            raw: solc's object, whose value types may carry the keys `underlying` and `enumMembers`.
            declared_in: AST id of a variable -> `path:Contract` that declares it; solc itself only
                names the most derived contract.
        """
        types = parse_storage_types(raw.get("types") or {})
        variables = tuple(
            StorageVariable(
                label=entry["label"],
                slot=int(entry["slot"]),
                offset=int(entry["offset"]),
                type=types[entry["type"]],
                declared_in=declared_in.get(int(entry["astId"]), contract),
                ast_id=int(entry["astId"]),
            )
            for entry in raw.get("storage") or ()
        )
        return cls(contract, tuple(sorted(variables, key=lambda v: (v.slot, v.offset))))

    def variable(self, name: str) -> StorageVariable:
        """The state variable called `label` or `Contract.label`.

        Raises:
            LookupProblem: no such variable, or several; the message lists the candidates.
        """
        found = self._by_name.get(name, ())
        if len(found) == 1:
            return found[0]
        if not found:
            labels = (variable.label for variable in self.variables)
            raise LookupProblem.unknown("state variable", name, labels, self.contract)
        full = (f"{v.declared_in.rpartition(':')[2]}.{v.label}" for v in found)
        raise LookupProblem.ambiguous("state variable", name, full, self.contract)

    def __contains__(self, name: str) -> bool:
        return name in self._by_name

    def locate(self, name: str, *path: PathKey) -> Location:
        """The place of a variable, or of what the `path` of keys, indices and members leads to.

        Raises:
            LookupProblem: no such variable or member.
            UsageError: the path does not fit the types.
        """
        variable = self.variable(name)
        place = Location(variable.slot, variable.offset, variable.type)
        for key in path:
            place = place.step(key)
        return place

    def at_slot(self, slot: int) -> Sequence[StorageVariable]:
        """The variables whose own slots (not hashed data) include `slot`, lowest offset first."""
        return tuple(
            v for v in self.variables if v.slot <= slot < v.slot + max(1, -(-v.type.size // 32))
        )
