"""Call data of a function of the ABI: one symbol for each argument, as encoders write it.

Static arguments are words of their types' ranges; `bytes` and `string` are opaque byte strings.
The encoding is the canonical one: arguments may be given instead, as terms, numbers or `Data`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harness.compile import AbiFunction
from harness.compile.abi_types import AbiType
from harness.symbolic.machine.data import Data, Opaque, Zeros
from harness.symbolic.machine.errors import Unsupported
from harness.symbolic.terms import Int, const, int_var, linear, slice_bits

__all__ = ["LONGEST", "CallData", "Row", "encode_tuple", "symbolic_call"]

LONGEST = (1 << 32) - 1
"""Assumed: no dynamic argument is longer, in bytes or items; no gas limit pays for more."""


@dataclass(frozen=True)
class CallData:
    """Call data, and the symbols in it."""

    data: Data
    """Selector and arguments."""

    arguments: Mapping[str, Any]
    """By name (by position for nameless ones): an Int for a value type, as the contract reads
    it, negative numbers being negative; `Data` for bytes and strings; a tuple for an array or a
    struct."""

    opaque: tuple[Opaque, ...]
    """Byte strings of which nothing is known."""


def symbolic_call(
    function: AbiFunction, prefix: str = "", given: Mapping[str, Any] | None = None
) -> CallData:
    """Call data of a function with a symbol for each argument that is not given.

    Args:
        prefix: put before the names of symbols, which are `<prefix><function>.<argument>`.
        given: arguments by name (by position for nameless ones): numbers and terms for value
            types, `bytes` and `Data` for byte strings, sequences for arrays and structs.

    Raises:
        Unsupported: an array of items of dynamic type whose length is not given.
    """
    builder = _Builder()
    names = [p.name or str(i) for i, p in enumerate(function.inputs)]
    chosen = given or {}
    values = {
        name: builder.value(parameter.type, f"{prefix}{function.name}.{name}", chosen.get(name))
        for name, parameter in zip(names, function.inputs, strict=True)
    }
    encoded = encode_tuple([p.type for p in function.inputs], list(values.values()))
    return CallData(Data.of_bytes(function.selector) + encoded, values, tuple(builder.opaque))


@dataclass(frozen=True, slots=True)
class Row:
    """A dynamic array of words of which nothing is known but their number."""

    count: Int
    """Number of items."""

    items: Opaque
    """Their words, side by side."""


class _Builder:
    """Makes symbols, and notes the opaque byte strings among them."""

    def __init__(self) -> None:
        self.opaque: list[Opaque] = []

    def value(self, kind: AbiType, name: str, given: Any) -> Any:
        """The value of an argument: what is given, else a symbol."""
        if kind.is_word:
            return self._word(kind, name, given)
        if kind.kind in ("bytes", "string"):
            if isinstance(given, str):
                given = given.encode()
            if isinstance(given, bytes):
                return Data.of_bytes(given)
            if given is not None:
                return given
            return Data.of_source(self._source(name, int_var(f"{name}.length", 0, LONGEST)))
        if kind.kind == "tuple":
            return tuple(
                self.value(part.type, f"{name}.{part.name}", None if given is None else given[i])
                for i, part in enumerate(kind.components)
            )
        assert kind.item is not None
        if given is None and kind.length is None:
            if kind.item.is_dynamic:
                raise Unsupported(f"an argument of type {kind.name} of unknown length")
            count = int_var(f"{name}.length", 0, LONGEST)
            size = linear.scale(count, 32 * kind.item.words)
            return Row(count, self._source(name, size))
        count_of = len(given) if given is not None else kind.length or 0
        return tuple(
            self.value(kind.item, f"{name}[{i}]", None if given is None else given[i])
            for i in range(count_of)
        )

    def _source(self, name: str, length: Int) -> Opaque:
        source = Opaque(name, length)
        self.opaque.append(source)
        return source

    def _word(self, kind: AbiType, name: str, given: Any) -> Int:
        if isinstance(given, Int):
            return given
        if isinstance(given, bytes):
            return const(int.from_bytes(given, "big"))
        if given is not None:
            return const(int(given))
        lo, hi = (0, (1 << kind.bits) - 1) if kind.kind == "bytesN" else kind.bounds
        return int_var(name, lo, hi)


def encode_tuple(kinds: list[AbiType], values: list[Any]) -> Data:
    """Values side by side, as the ABI encodes a tuple: heads first, then tails."""
    offset = const(32 * sum(kind.words for kind in kinds))
    heads, tails = Data(), Data()
    for kind, value in zip(kinds, values, strict=True):
        if kind.is_dynamic:
            tail = _encoded(kind, value)
            heads += Data.of_words(linear.add(offset, tails.length))
            tails += tail
        else:
            heads += _encoded(kind, value)
    return heads + tails


def _encoded(kind: AbiType, value: Any) -> Data:
    if kind.is_word:
        shift = 256 - kind.bits if kind.kind == "bytesN" else 0
        word = linear.scale(value, 1 << shift)
        return Data.of_words(slice_bits(word, 0, 256) if kind.kind == "int" else word)
    if kind.kind in ("bytes", "string"):
        content: Data = value
        return Data.of_words(content.length) + content + padding(content.length)
    if kind.kind == "tuple":
        return encode_tuple([part.type for part in kind.components], list(value))
    assert kind.item is not None
    if isinstance(value, Row):
        return Data.of_words(value.count) + Data.of_source(value.items)
    items = encode_tuple([kind.item] * len(value), list(value))
    return items if kind.length is not None else Data.of_words(const(len(value))) + items


def padding(length: Int) -> Data:
    """Zeros up to the next multiple of 32 bytes."""
    whole = linear.scale(slice_bits(linear.shift(length, 31), 5), 32)
    return Data([Zeros(linear.subtract(whole, length))])
