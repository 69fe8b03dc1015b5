"""The fast codec agrees with eth_abi on every type, and both ways."""

from __future__ import annotations

from typing import Any

import pytest
from eth_abi import abi as eth_abi
from eth_abi.exceptions import DecodingError as EthDecodingError
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from harness.compile import AbiType, decode, encode
from harness.errors import DecodingError, EncodingError, UsageError

WORDS = ["bool", "address", "bytes1", "bytes4", "bytes31", "bytes32", "function"]
WORDS += [f"{sign}{bits}" for sign in ("uint", "int") for bits in (8, 24, 64, 128, 160, 248, 256)]


def values_of(kind: AbiType) -> SearchStrategy[Any]:
    """Valid values of a type, extremes included."""
    match kind.kind:
        case "bool":
            return st.booleans()
        case "uint" | "int" | "address":
            low, high = kind.bounds
            return st.sampled_from([low, high]) | st.integers(low, high)
        case "bytesN":
            return st.binary(min_size=kind.bits // 8, max_size=kind.bits // 8)
        case "bytes":
            return st.binary(max_size=70)
        case "string":
            return st.text(st.characters(codec="utf-8"), max_size=40)
        case "array" if kind.item is not None:
            least, most = (0, 3) if kind.length is None else (kind.length, kind.length)
            return st.lists(values_of(kind.item), min_size=least, max_size=most).map(tuple)
    return st.tuples(*(values_of(component.type) for component in kind.components))


def to_eth_abi(kind: AbiType, value: Any) -> Any:
    """Our value as eth_abi takes it: addresses as hexadecimal text."""
    if kind.kind == "address":
        return f"0x{value:040x}"
    if kind.item is not None:
        return [to_eth_abi(kind.item, one) for one in value]
    if kind.kind == "tuple":
        pairs = zip(kind.components, value, strict=True)
        return tuple(to_eth_abi(component.type, one) for component, one in pairs)
    return value


words = st.sampled_from(WORDS).map(AbiType.parse)
elementary = words | st.sampled_from(["bytes", "string"]).map(AbiType.parse)


def _array(kind: AbiType, suffix: str) -> AbiType:
    length = int(suffix[1:-1]) if len(suffix) > 2 else None
    return AbiType("array", kind.name + suffix, item=kind, length=length)


def _tuple(kinds: list[AbiType]) -> AbiType:
    components = [{"name": f"m{i}", "type": "uint8"} for i in range(len(kinds))]
    made = AbiType.parse("tuple", components)
    parts = tuple(
        type(part)(part.name, kind) for part, kind in zip(made.components, kinds, strict=True)
    )
    return AbiType("tuple", f"({','.join(kind.name for kind in kinds)})", components=parts)


any_type = st.recursive(
    elementary,
    lambda inner: (
        st.builds(_array, inner, st.sampled_from(["[]", "[1]", "[3]"]))
        | st.lists(inner, min_size=1, max_size=3).map(_tuple)
    ),
    max_leaves=4,
)


@st.composite
def typed_values(
    draw: st.DrawFn, kinds: SearchStrategy[AbiType]
) -> tuple[tuple[AbiType, ...], tuple[Any, ...]]:
    types = tuple(draw(st.lists(kinds, max_size=4)))
    return types, tuple(draw(values_of(kind)) for kind in types)


# Coders are made at their first use, and eth_abi is imported then: no deadline holds for that.
unhurried = settings(deadline=None)


@unhurried
@given(typed_values(words))
def test_words_are_coded_like_eth_abi(case: tuple[tuple[AbiType, ...], tuple[Any, ...]]) -> None:
    types, values = case
    theirs = [to_eth_abi(kind, value) for kind, value in zip(types, values, strict=True)]
    data = eth_abi.encode([kind.name for kind in types], theirs)
    assert encode(types, values) == data
    assert decode(types, data) == values


@unhurried
@given(typed_values(any_type))
def test_all_types_are_coded_like_eth_abi(
    case: tuple[tuple[AbiType, ...], tuple[Any, ...]],
) -> None:
    types, values = case
    theirs = [to_eth_abi(kind, value) for kind, value in zip(types, values, strict=True)]
    data = eth_abi.encode([kind.name for kind in types], theirs)
    assert encode(types, values) == data
    assert decode(types, data) == values


@unhurried
@given(words, st.binary(min_size=32, max_size=32))
def test_any_word_decodes_like_eth_abi_or_raises_like_it(kind: AbiType, word: bytes) -> None:
    try:
        theirs: Any = eth_abi.decode([kind.name], word)[0]
    except EthDecodingError:
        with pytest.raises(DecodingError):
            decode((kind,), word)
        return
    (ours,) = decode((kind,), word)
    assert to_eth_abi(kind, ours) == theirs


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("uint8", 256),
        ("uint8", -1),
        ("uint256", True),
        ("int8", 128),
        ("int8", -129),
        ("address", 1 << 160),
        ("address", "0x" + "00" * 20),
        ("bool", 1),
        ("bytes4", b"abc"),
        ("bytes4", b"abcde"),
        ("bytes4[]", (b"abc",)),
        ("uint8[2]", (1,)),
        ("uint8[]", (256,)),
        ("string", b"raw"),
        ("bytes", "text"),
    ],
)
def test_misfits_are_rejected_with_the_value(name: str, value: object) -> None:
    with pytest.raises(EncodingError) as caught:
        encode((AbiType.parse(name),), (value,))
    assert name.rstrip("[]") in str(caught.value)


@pytest.mark.parametrize("names", [["uint8"], ["uint8", "bool"], ["string"]])
def test_wrong_number_of_values_is_rejected(names: list[str]) -> None:
    types = tuple(AbiType.parse(name) for name in names)
    with pytest.raises(EncodingError, match=r"0 values for"):
        encode(types, ())


def test_short_data_is_rejected() -> None:
    with pytest.raises(DecodingError, match="31 bytes are too few"):
        decode((AbiType.parse("uint8"),), bytes(31))
    with pytest.raises(DecodingError):
        decode((AbiType.parse("string"),), bytes(31))


@pytest.mark.parametrize("name", ["uint7", "int264", "bytes33", "bytes0", "bool8", "fixed128x18"])
def test_unknown_types_are_rejected(name: str) -> None:
    with pytest.raises(UsageError, match="unknown ABI type"):
        AbiType.parse(name)


def test_head_sizes() -> None:
    pair = AbiType.parse(
        "tuple", [{"name": "a", "type": "uint8"}, {"name": "b", "type": "bool[2]"}]
    )
    assert (pair.name, pair.words, pair.is_dynamic) == ("(uint8,bool[2])", 3, False)
    assert AbiType.parse("string[2]").is_dynamic
    assert AbiType.parse("uint").name == "uint256"
