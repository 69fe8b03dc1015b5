"""Types of state variables, as far as storage is concerned.

    StorageType
    ├── ValueType     uintN, intN, bool, address, bytesN, enum, contract, function
    ├── BytesType     bytes, string
    ├── ArrayType     T[] and T[n]
    ├── MappingType   mapping(K => V)
    └── StructType    StorageVariables, possibly recursive through mappings and dynamic arrays

`size` is the number of bytes in place: 32 for whatever keeps its data elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from harness.compile.slots import extract_field, slot_of_data
from harness.errors import EncodingError, InternalError, LookupProblem

__all__ = [
    "ArrayType",
    "BytesType",
    "MappingType",
    "StorageType",
    "StorageVariable",
    "StructType",
    "ValueKind",
    "ValueType",
    "parse_storage_types",
]

ValueKind = Literal["uint", "int", "bool", "address", "bytes", "enum", "contract", "function"]
"""What the bits of a value type mean."""


@dataclass(frozen=True)
class ValueType:
    """A type whose values fit into one word."""

    kind: ValueKind
    """What the bits mean."""

    name: str
    """Name as Solidity prints it: `uint128`, `enum Vault.Status`, `contract IERC20`, `Price`."""

    size: int
    """Bytes in storage, 1 to 32."""

    members: tuple[str, ...] = ()
    """Names of an enum's members in order; empty for other kinds."""

    @property
    def signed(self) -> bool:
        """Whether the bits are a two's complement number."""
        return self.kind == "int"

    def from_word(self, word: int, offset: int) -> int | bool | bytes:
        """The Python value of the field at `offset` bytes of a storage `word`."""
        raw = extract_field(word, offset, self.size, signed=self.signed)
        if self.kind == "bool":
            return raw != 0
        return raw.to_bytes(self.size, "big") if self.kind == "bytes" else raw

    def to_field(self, value: int | bool | bytes) -> int:
        """The unsigned integer of `size` bytes that stands for `value` in storage.

        Raises:
            EncodingError: the value does not fit the type.
        """
        if isinstance(value, bytes):
            if self.kind == "bytes" and len(value) == self.size:
                return int.from_bytes(value, "big")
        elif self.kind != "bytes" and isinstance(value, int):
            bits = 8 * self.size
            low, high = (-(1 << (bits - 1)), 1 << (bits - 1)) if self.signed else (0, 1 << bits)
            top = len(self.members) if self.members else (2 if self.kind == "bool" else high)
            if low <= value < min(high, top):
                return value & ((1 << bits) - 1)
        raise EncodingError(f"{value!r} does not fit {self.name}")

    def mapping_key(self, key: int | bytes | str) -> int:
        """The word that is hashed when `key` indexes a mapping; a number as a key of type `bytesN`
        is its N bytes, the highest first."""
        if isinstance(key, str):
            raise EncodingError(f"{key!r} does not fit the mapping key type {self.name}")
        if self.kind == "bytes" and isinstance(key, int) and 0 <= key < 1 << (8 * self.size):
            key = key.to_bytes(self.size, "big")
        raw = self.to_field(key)
        if self.kind == "bytes":
            return raw << (8 * (32 - self.size))
        return int(key) % (1 << 256) if self.signed else raw


@dataclass(frozen=True)
class BytesType:
    """`bytes` or `string`: up to 31 bytes in place, longer ones at the hash of the slot."""

    name: Literal["bytes", "string"]
    """Which of the two."""

    size: int = 32
    """Bytes in place: the head's word."""

    def mapping_key(self, key: int | bytes | str) -> bytes:
        """The bytes that are hashed when `key` indexes a mapping."""
        if isinstance(key, str) and self.name == "string":
            return key.encode()
        if isinstance(key, bytes):
            return key
        raise EncodingError(f"{key!r} does not fit the mapping key type {self.name}")

    def read(self, sload: Callable[[int], int], slot: int) -> bytes | str:
        """The content of the byte string at `slot`; invalid UTF-8 is escaped by backslashes."""
        head = sload(slot)
        if head & 1:
            length, first = head >> 1, slot_of_data(slot)
            words = (sload((first + i) % (1 << 256)) for i in range(-(-length // 32)))
            content = b"".join(word.to_bytes(32, "big") for word in words)[:length]
        else:
            content = head.to_bytes(32, "big")[: (head & 0xFF) >> 1]
        return content if self.name == "bytes" else content.decode(errors="backslashreplace")


@dataclass(frozen=True)
class ArrayType:
    """`T[]` or `T[n]`."""

    name: str
    """Name as Solidity prints it, such as `uint16[7]`."""

    item: StorageType
    """Type of the items."""

    length: int | None
    """Number of items, None if dynamic."""

    size: int
    """Bytes in place; 32 (the length's word) if dynamic."""


@dataclass(frozen=True)
class MappingType:
    """`mapping(K => V)`: nothing lies at its own slot."""

    name: str
    """Name as Solidity prints it."""

    key: ValueType | BytesType
    """Type of the keys."""

    value: StorageType
    """Type of the values."""

    size: int = 32
    """Bytes in place: one empty word."""


@dataclass(frozen=True)
class StorageVariable:
    """A state variable, or a member of a struct."""

    label: str
    """Name in the source."""

    slot: int
    """Slot of the variable; of a struct member, relative to the struct."""

    offset: int
    """Bytes between the low end of the slot and the variable, 0 to 31."""

    type: StorageType
    """Type, with the number of bytes that it takes."""

    declared_in: str
    """Contract or struct that declares it: `path:Contract` of a state variable, else ''."""

    ast_id: int
    """Id of its declaration in the AST."""


@dataclass(frozen=True)
class StructType:
    """A struct. Two are equal if they have the same name and declaration."""

    name: str
    """Name as Solidity prints it, such as `struct Vault.Deposit`."""

    type_id: str
    """solc's id of the type, unique in one compilation."""

    size: int
    """Bytes in place, a multiple of 32."""

    members: tuple[StorageVariable, ...] = field(default=(), repr=False, compare=False)
    """Members in order, with slots relative to the struct."""

    def member(self, label: str) -> StorageVariable:
        """The member called `label`.

        Raises:
            LookupProblem: no such member.
        """
        for member in self.members:
            if member.label == label:
                return member
        raise LookupProblem.unknown("member", label, (m.label for m in self.members), self.name)


StorageType = ValueType | BytesType | ArrayType | MappingType | StructType
"""Any type that a state variable can have."""

_ELEMENTARY = re.compile(r"t_(uint|int|bool|address|bytes)(\d*)(?:_payable)?$")
_NOMINAL: dict[str, ValueKind] = {"t_enum(": "enum", "t_contract(": "contract"}
_ARRAY_LENGTH = re.compile(r"\)(\d+)_storage$")


def parse_storage_types(raw: Mapping[str, Mapping[str, Any]]) -> dict[str, StorageType]:
    """Types by solc's type id, from the `types` table of a storage layout.

    A user-defined value type is resolved to its underlying type by the key `underlying`, and an
    enum gets its members from `enumMembers`; both come from the AST, as solc leaves them out.
    """
    done: dict[str, StorageType] = {}
    for type_id in raw:
        _resolve(type_id, raw, done)
    return done


def _resolve(
    type_id: str, raw: Mapping[str, Mapping[str, Any]], done: dict[str, StorageType]
) -> StorageType:
    if type_id in done:
        return done[type_id]
    entry = raw[type_id]
    name, size = str(entry["label"]), int(entry["numberOfBytes"])
    made: StorageType
    if "members" in entry:
        made = StructType(name, type_id, size)
        # Registered before its members, as they may lead back to the struct.
        done[type_id] = made
        _fill(made, entry["members"], raw, done)
    elif entry["encoding"] == "mapping":
        key = _resolve(entry["key"], raw, done)
        if not isinstance(key, ValueType | BytesType):
            raise InternalError(f"mapping key of type {key.name}", where=type_id)
        made = MappingType(name, key, _resolve(entry["value"], raw, done))
    elif entry["encoding"] == "bytes":
        made = BytesType("string" if type_id.startswith("t_string") else "bytes")
    elif "base" in entry:
        length = _ARRAY_LENGTH.search(type_id)
        item = _resolve(entry["base"], raw, done)
        made = ArrayType(name, item, int(length[1]) if length else None, size)
    else:
        made = _value_type(type_id, entry, name, size)
    done[type_id] = made
    return made


def _fill(
    struct: StructType,
    members: list[Mapping[str, Any]],
    raw: Mapping[str, Mapping[str, Any]],
    done: dict[str, StorageType],
) -> None:
    made = tuple(
        StorageVariable(
            label=m["label"],
            slot=int(m["slot"]),
            offset=int(m["offset"]),
            type=_resolve(m["type"], raw, done),
            declared_in="",
            ast_id=int(m["astId"]),
        )
        for m in members
    )
    object.__setattr__(struct, "members", made)


def _value_type(type_id: str, entry: Mapping[str, Any], name: str, size: int) -> ValueType:
    elementary = _ELEMENTARY.match(str(entry.get("underlying") or type_id))
    if elementary:
        kinds: dict[str, ValueKind] = {
            "uint": "uint",
            "int": "int",
            "bool": "bool",
            "address": "address",
            "bytes": "bytes",
        }
        return ValueType(kinds[elementary[1]], name, size)
    for prefix, kind in _NOMINAL.items():
        if type_id.startswith(prefix):
            return ValueType(kind, name, size, tuple(entry.get("enumMembers") or ()))
    if type_id.startswith("t_function"):
        return ValueType("function", name, size)
    raise InternalError(f"unknown storage type {type_id!r}", fix="report it with the contract")
