"""Call data: under any values, it is what the encoder writes."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from harness.compile import AbiFunction
from harness.compile.abi_types import AbiParameter, AbiType
from harness.symbolic.machine import Row, Unsupported, meanings, symbolic_call
from harness.symbolic.terms import Assignment, const, term_scope


def function(*kinds: str) -> AbiFunction:
    inputs = (AbiParameter(f"a{i}", AbiType.parse(kind)) for i, kind in enumerate(kinds))
    return AbiFunction("f", tuple(inputs))


STATIC = ("uint256", "int8", "bool", "address", "bytes4", "uint64[2]", "int256", "bytes32")


@pytest.mark.parametrize("seed", range(40))
def test_symbols_with_values_are_the_encoding_of_the_values(seed: int) -> None:
    random = Random(seed)
    kinds = [random.choice((*STATIC, "bytes", "string", "uint256[]")) for _ in range(5)]
    with term_scope():
        called = function(*kinds)
        made = symbolic_call(called)
        integers: dict[str, int] = {}
        contents: dict[str, bytes] = {}
        values = [
            chosen(random, kind, f"f.a{i}", integers, contents) for i, kind in enumerate(kinds)
        ]
        known = Assignment(integers, functions=meanings(contents))
        assert made.data.concrete(known) == called.encode_call(*values)


def chosen(
    random: Random, kind: str, name: str, integers: dict[str, int], contents: dict[str, bytes]
) -> Any:
    """A random value, put where the symbols of that argument get theirs."""
    if kind in ("bytes", "string"):
        text = "ab c" * random.randrange(20)
        contents[name] = text.encode()
        integers[f"{name}.length"] = len(text)
        return text if kind == "string" else text.encode()
    if kind.endswith("[]"):
        items = tuple(random.getrandbits(256) for _ in range(random.randrange(4)))
        integers[f"{name}.length"] = len(items)
        contents[name] = b"".join(item.to_bytes(32, "big") for item in items)
        return items
    if kind.endswith("]"):
        for i in range(2):
            integers[f"{name}[{i}]"] = random.getrandbits(64)
        return tuple(integers[f"{name}[{i}]"] for i in range(2))
    parsed = AbiType.parse(kind)
    number = random.getrandbits(parsed.bits)
    if parsed.kind == "bytesN":
        integers[name] = number
        return number.to_bytes(parsed.bits // 8, "big")
    integers[name] = number - (1 << (parsed.bits - 1)) if parsed.kind == "int" else number
    return bool(number) if parsed.kind == "bool" else integers[name]


def test_given_arguments_take_the_place_of_symbols() -> None:
    with term_scope():
        called = function("uint256", "bytes", "uint256[]")
        made = symbolic_call(called, given={"a0": 5, "a1": b"xyz", "a2": (1, const(2))})
        assert made.data.known_bytes() == called.encode_call(5, b"xyz", (1, 2))
        assert not made.opaque


def test_an_array_of_words_is_a_row() -> None:
    with term_scope():
        made = symbolic_call(function("uint256[]"))
        assert isinstance(made.arguments["a0"], Row)
        assert made.opaque == (made.arguments["a0"].items,)


def test_an_unknown_number_of_strings_is_refused() -> None:
    with term_scope(), pytest.raises(Unsupported, match=r"string\[\]"):
        symbolic_call(function("string[]"))
