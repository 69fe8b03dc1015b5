"""What a property gets to see of a symbolic world: terms dressed as the ABI's Python values.

Solidity                    Python value in a symbolic world
uintN, intN, enum           SymInt
address, contract           SymInt, the address as an unsigned number
bool                        SymFlag, which is a SymBool that also compares with 0 and 1
bytesN                      SymBytes
bytes, string (arguments)   SymText, which can be passed on but not looked into

Constant terms come out as plain Python values.
"""

from __future__ import annotations

from typing import Any

from harness.address import Address
from harness.compile import ValueType
from harness.compile.abi_types import AbiType
from harness.symbolic.machine import Data, Unsupported
from harness.symbolic.terms import FALSE, TRUE, Bool, Int, compare, const, linear, signed, value_of
from harness.symbolic.values import SymBool, SymBytes, SymInt, bool_term, int_term

__all__ = [
    "SymBytes",
    "SymFlag",
    "SymText",
    "argument",
    "flag",
    "key_word",
    "number",
    "storage_value",
]


class SymFlag(SymBool):
    """A truth value that equals 0 or 1 as Python's own does."""

    __slots__ = ()
    __hash__ = None

    def __eq__(self, other: object) -> SymBool:  # type: ignore[override]  # a term, not a bool
        if isinstance(other, SymInt) or (isinstance(other, int) and not isinstance(other, bool)):
            return SymBool(compare.eq(_as_number(self.term), int_term(other)))
        return super().__eq__(other)

    def __ne__(self, other: object) -> SymBool:  # type: ignore[override]  # a term, not a bool
        if isinstance(other, SymInt) or (isinstance(other, int) and not isinstance(other, bool)):
            return SymBool(compare.ne(_as_number(self.term), int_term(other)))
        return super().__ne__(other)


def _as_number(condition: Bool) -> Int:
    from harness.symbolic.terms import word_of

    return word_of(condition)


class SymText:
    """An argument of type `bytes` or `string`: it can be passed to a view function, no more."""

    __slots__ = ("data",)
    __hash__ = None  # type: ignore[assignment]  # == does not give a bool

    def __init__(self, data: Data) -> None:
        self.data = data

    def __eq__(self, other: object) -> bool:
        raise Unsupported("a property looks into a byte string of symbolic content")

    def __len__(self) -> int:
        raise Unsupported("a property asks for the length of a byte string of symbolic content")

    def __bool__(self) -> bool:
        raise Unsupported("a property looks into a byte string of symbolic content")

    def __getitem__(self, where: object) -> Any:
        raise Unsupported("a property looks into a byte string of symbolic content")


def number(term: Int) -> Any:
    """An integer, plain if it is constant."""
    known = value_of(term)
    return SymInt(term) if known is None else known


def flag(condition: Bool) -> Any:
    """A truth value, plain if it is constant."""
    if condition is TRUE or condition is FALSE:
        return condition is TRUE
    return SymFlag(condition)


def _flag(term: Int) -> Any:
    known = value_of(term)
    return SymFlag(compare.ne(term, const(0))) if known is None else known != 0


def _bytes(term: Int, size: int) -> Any:
    known = value_of(term)
    return SymBytes(term, size) if known is None else known.to_bytes(size, "big")


def _address(term: Int) -> Any:
    known = value_of(term)
    return SymInt(term) if known is None else Address(known)


def storage_value(kind: ValueType, bits: Int) -> Any:
    """The value that the bits of a storage field stand for."""
    if kind.kind == "bool":
        return _flag(bits)
    if kind.kind == "bytes":
        return _bytes(bits, kind.size)
    if kind.kind in ("address", "contract"):
        return _address(bits)
    if kind.kind == "int":
        return number(_signed(bits, 8 * kind.size))
    if kind.kind == "function":
        raise Unsupported(f"a value of type {kind.name}")
    return number(bits)


def _signed(bits: Int, width: int) -> Int:
    """Two's complement of a width, from the unsigned reading."""
    if width == 256:
        return signed(bits)
    from harness.symbolic.terms import ite

    negative = compare.ge(bits, const(1 << (width - 1)))
    return ite(negative, linear.shift(bits, -(1 << width)), bits)


def argument(kind: AbiType, raw: Any) -> Any:
    """The value of an argument or of returned data, from what `symbolic_call` or a decoder made.

    A `bytesN` comes as the number of its N bytes, a signed integer as a signed term.
    """
    if isinstance(raw, Data):
        known = raw.known_bytes()
        return SymText(raw) if known is None else known
    if kind.kind == "bool":
        return _flag(raw)
    if kind.kind == "bytesN":
        return _bytes(raw, kind.bits // 8)
    if kind.kind == "address":
        return _address(raw)
    if kind.is_word:
        return number(raw)
    if isinstance(raw, tuple):
        parts = (
            [kind.item] * len(raw)
            if kind.item is not None
            else [part.type for part in kind.components]
        )
        return tuple(argument(part, each) for part, each in zip(parts, raw, strict=True))
    raise Unsupported(f"an argument of type {kind.name} as a value of a property")


def given(value: Any) -> Any:
    """What `symbolic_call` takes for a value that a property passes to a view function."""
    if isinstance(value, SymInt):
        return value.term
    if isinstance(value, SymBool):
        return _as_number(value.term)
    if isinstance(value, SymBytes):
        return value.term
    if isinstance(value, SymText):
        return value.data
    if isinstance(value, tuple | list):
        return tuple(given(each) for each in value)
    return value


def key_word(kind: Any, value: Any) -> Int:
    """The word that is hashed for a key of a mapping."""
    if not isinstance(kind, ValueType):
        raise Unsupported(f"a mapping with keys of type {kind.name} in a property")
    if isinstance(value, SymBytes):
        if kind.kind != "bytes" or value.size != kind.size:
            raise Unsupported(f"{value!r} as a key of type {kind.name}")
        return linear.scale(value.term, 1 << (8 * (32 - kind.size)))
    if isinstance(value, SymBool):
        if kind.kind != "bool":
            raise Unsupported(f"{value!r} as a key of type {kind.name}")
        return _as_number(bool_term(value))
    if isinstance(value, SymInt):
        return _within(kind, value.term)
    return const(kind.mapping_key(value))


def _within(kind: ValueType, term: Int) -> Int:
    """A term that surely fits the type of a key; for `bytesN`, that of its N bytes."""
    most = (1 << (8 * kind.size)) - 1
    if kind.kind in ("int", "bool"):
        raise Unsupported(f"a symbolic number as a key of type {kind.name}")
    if term.lo is None or term.hi is None or term.lo < 0 or term.hi > most:
        raise Unsupported(f"a key that may not fit {kind.name}: {term!r}")
    return linear.scale(term, 1 << (8 * (32 - kind.size))) if kind.kind == "bytes" else term
