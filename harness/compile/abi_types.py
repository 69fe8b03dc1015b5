"""ABI types, and the Python values that stand for them.

Solidity                          Python
uintN, intN, enum                 int
bool                              bool
address, contract                 int, the address as an unsigned number
bytesN, bytes, function           bytes
string                            str
T[], T[n], tuple (struct)         tuple
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from harness.errors import UsageError

__all__ = ["AbiKind", "AbiParameter", "AbiType", "AbiValue"]

AbiKind = Literal["uint", "int", "bool", "address", "bytesN", "bytes", "string", "array", "tuple"]
"""Families of ABI types; an external function value is a `bytesN` of 24 bytes."""

AbiValue = Any
"""A Python value as the table above has it; recursive, so mypy is told no more."""

_BASE = re.compile(r"(uint|int|bool|address|bytes|string|function|tuple)(\d*)$")
_ARRAY = re.compile(r"^(.*)\[(\d*)\]$")


@dataclass(frozen=True)
class AbiType:
    """One ABI type."""

    kind: AbiKind
    """Family of the type."""

    name: str
    """Canonical name as it enters a signature, such as `uint256` or `(address,uint64)[]`."""

    bits: int = 0
    """Width of uint, int (8 to 256), bool (1), address (160) and bytesN (8*N); else 0."""

    item: AbiType | None = None
    """Type of an array's items."""

    length: int | None = None
    """Number of items of a fixed array; None for any other type."""

    components: tuple[AbiParameter, ...] = ()
    """Members of a tuple, in order."""

    internal_type: str = ""
    """Type in the source, such as `enum Vault.Status` or `contract IERC20`; '' if unknown."""

    def __str__(self) -> str:
        return self.name

    @cached_property
    def is_dynamic(self) -> bool:
        """Whether the encoding holds an offset to a tail."""
        if self.kind in ("bytes", "string"):
            return True
        if self.item is not None:
            return self.length is None or self.item.is_dynamic
        return any(component.type.is_dynamic for component in self.components)

    @property
    def is_word(self) -> bool:
        """Whether a value is encoded as exactly one 32-byte word in place."""
        return self.bits > 0

    @property
    def words(self) -> int:
        """32-byte words that the type takes in the head: 1 if dynamic."""
        if self.is_dynamic or self.is_word:
            return 1
        if self.item is not None:
            return (self.length or 0) * self.item.words
        return sum(component.type.words for component in self.components)

    @property
    def bounds(self) -> tuple[int, int]:
        """Least and greatest integer of a uint, int, bool or address.

        Raises:
            UsageError: the type is not a number.
        """
        if self.kind == "int":
            return -(1 << (self.bits - 1)), (1 << (self.bits - 1)) - 1
        if self.kind in ("uint", "bool", "address"):
            return 0, (1 << self.bits) - 1
        raise UsageError(f"{self.name} has no numeric bounds")

    @classmethod
    def parse(
        cls,
        name: str,
        components: Sequence[Mapping[str, Any]] = (),
        internal_type: str = "",
    ) -> AbiType:
        """Reads a type of the ABI JSON.

        Args:
            name: `type` of the JSON, such as `uint256`, `tuple[]` or `bytes32[4]`.
            components: `components` of the JSON, for tuples and arrays of tuples.
            internal_type: `internalType` of the JSON.

        Raises:
            UsageError: no such ABI type.

        >>> AbiType.parse("uint64[2]").item
        AbiType(kind='uint', name='uint64', bits=64, ...)
        """
        array = _ARRAY.match(name)
        if array:
            inner = _ARRAY.match(internal_type)
            item = cls.parse(array[1], components, inner[1] if inner else "")
            length = int(array[2]) if array[2] else None
            full = f"{item.name}[{array[2]}]"
            return cls("array", full, item=item, length=length, internal_type=internal_type)
        base = _BASE.match(name)
        if not base:
            raise UsageError(f"unknown ABI type {name!r}", fix="use a type of the Solidity ABI")
        return cls._base(base[1], base[2], components, internal_type)

    @classmethod
    def _base(
        cls, family: str, digits: str, components: Sequence[Mapping[str, Any]], internal_type: str
    ) -> AbiType:
        width = int(digits or 0)
        match family:
            case "uint" | "int" if width % 8 == 0 and width <= 256:
                bits = width or 256
                kind: AbiKind = "uint" if family == "uint" else "int"
                return cls(kind, f"{family}{bits}", bits, internal_type=internal_type)
            case "bytes" if digits and 1 <= width <= 32:
                return cls("bytesN", f"bytes{width}", 8 * width, internal_type=internal_type)
            case "bytes" | "string" if not digits:
                text: AbiKind = "bytes" if family == "bytes" else "string"
                return cls(text, family, internal_type=internal_type)
            case "bool" | "address" if not digits:
                word: AbiKind = "bool" if family == "bool" else "address"
                bits = 1 if family == "bool" else 160
                return cls(word, family, bits, internal_type=internal_type)
            case "function" if not digits:
                return cls("bytesN", "function", 192, internal_type=internal_type)
            case "tuple" if not digits:
                parts = tuple(AbiParameter.from_json(part) for part in components)
                name = f"({','.join(part.type.name for part in parts)})"
                return cls("tuple", name, components=parts, internal_type=internal_type)
        raise UsageError(f"unknown ABI type {family + digits!r}")


@dataclass(frozen=True)
class AbiParameter:
    """A named place in a function's, event's or error's list, or in a tuple."""

    name: str
    """Name in the source, '' where it has none."""

    type: AbiType
    """ABI type."""

    indexed: bool = False
    """Whether an event puts it into a topic."""

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> AbiParameter:
        """Reads an entry of `inputs`, `outputs` or `components` of the ABI JSON."""
        kind = AbiType.parse(raw["type"], raw.get("components", ()), raw.get("internalType", ""))
        return cls(raw.get("name", ""), kind, bool(raw.get("indexed", False)))
