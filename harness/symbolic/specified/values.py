"""Values of a specification on terms, by the types that the contract's storage gives them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from harness.compile import StorageType, StructType, ValueType
from harness.specification import Specification
from harness.symbolic.explore import decide
from harness.symbolic.machine import Unsupported
from harness.symbolic.terms import Bool, Int, boolean, compare, const, ite, slice_bits
from harness.symbolic.values import SymBool, SymBytes, bool_term, int_term
from harness.symbolic.world.values import flag, number, storage_value
from harness.world import Key, Place

__all__ = ["StoredBytes", "Untold", "choose", "key_value", "member", "same"]


@dataclass(frozen=True, slots=True)
class StoredBytes:
    """A byte string in storage as it was before the call: it can be kept, and not looked into."""

    place: Place
    words: tuple[Int, ...]
    """The keys that lead to it."""

    __hash__ = None  # type: ignore[assignment]  # == does not give a bool

    def __eq__(self, other: object) -> bool:
        raise Unsupported(f"the specification looks into the byte string {self.place}")

    def __len__(self) -> int:
        raise Unsupported(f"the specification asks how long the byte string {self.place} is")

    def __getitem__(self, where: object) -> Any:
        raise Unsupported(f"the specification looks into the byte string {self.place}")

    def is_like(self, place: Place) -> bool:
        """Whether a place is that of this byte string, but for the keys that lead there."""
        own = self.place
        return (own.contract, own.variable) == (place.contract, place.variable) and [
            part for part in own.path if not isinstance(part, Key)
        ] == [part for part in place.path if not isinstance(part, Key)]


class Untold:
    """A variable of a type that has no values on terms: it can be left alone, and no more."""

    def __init__(self, name: str, kind: StorageType) -> None:
        self._why = f"the specification uses {name}, a variable of type {kind.name} in storage"

    def copy(self) -> Untold:
        """Itself, since it is left alone."""
        return self

    def __getattr__(self, name: str) -> Any:
        raise Unsupported(self._why)

    def __len__(self) -> int:
        raise Unsupported(self._why)

    def __getitem__(self, where: object) -> Any:
        raise Unsupported(self._why)


def member(specification: Specification, struct: Any, label: str) -> Any:
    """A member of a struct.  Raises Unsupported if the specification has none such."""
    try:
        return specification.member(struct, label)
    except (AttributeError, KeyError):
        what = f"the specification's {type(struct).__name__} has no member {label!r}"
        raise Unsupported(what) from None


def choose(
    specification: Specification, kind: StorageType, condition: Bool, one: Any, other: Any
) -> Any:
    """One value where a condition holds, another elsewhere; forks only for byte strings."""
    if one is other:
        return one
    if isinstance(kind, StructType):
        parts = {
            each.label: choose(
                specification,
                each.type,
                condition,
                member(specification, one, each.label),
                member(specification, other, each.label),
            )
            for each in kind.members
        }
        return specification.with_members(one, parts)
    if not isinstance(kind, ValueType):
        return one if decide(condition) else other
    if kind.kind == "bool":
        return flag(boolean.choose(condition, bool_term(one), bool_term(other)))
    if kind.kind == "bytes":
        bits = ite(condition, _bytes_term(one, kind.size), _bytes_term(other, kind.size))
        return storage_value(kind, bits)
    return number(ite(condition, int_term(one), int_term(other)))


def same(kind: ValueType, one: Any, other: Any) -> Bool:
    """Whether two values of a type are equal, as a term."""
    if kind.kind == "bool":
        return boolean.iff(_truth(one), _truth(other))
    if kind.kind == "bytes":
        return compare.eq(_bytes_term(one, kind.size), _bytes_term(other, kind.size))
    return compare.eq(int_term(one), int_term(other))


def _truth(value: Any) -> Bool:
    if isinstance(value, (SymBool, bool)):
        return bool_term(value)
    return compare.ne(int_term(value), const(0))


def _bytes_term(value: Any, size: int) -> Int:
    if isinstance(value, SymBytes) and value.size == size:
        return value.term
    if isinstance(value, bytes) and len(value) == size:
        return const(int.from_bytes(value, "big"))
    raise Unsupported(f"the specification has {value!r} where storage has {size} bytes")


def key_value(kind: StorageType, word: Int) -> Any:
    """The key of a mapping as a specification has it, from the word that is hashed."""
    if not isinstance(kind, ValueType):
        raise Unsupported(f"a mapping with keys of type {kind.name} in a specification")
    if kind.kind == "bytes":
        return storage_value(kind, slice_bits(word, 8 * (32 - kind.size)))
    if kind.kind == "bool":
        return flag(compare.ne(word, const(0)))
    return number(word)
