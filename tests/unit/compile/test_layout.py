"""Storage layouts, checked by reading the storage of a contract that ran."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from harness.compile import (
    ArrayType,
    Artifact,
    BytesType,
    MappingType,
    StructType,
    ValueType,
    extract_field,
    insert_field,
    slot_of_array_item,
    slot_of_mapping,
)
from harness.compile.layout import PathKey
from harness.errors import EncodingError, LookupProblem, UsageError

from .evm import SENDER, Evm

SLoad = Callable[[int], int]


@pytest.fixture(scope="module")
def sload(layout: Artifact) -> SLoad:
    """Storage of a Layout after fill()."""
    evm = Evm()
    address = evm.deploy(layout.init_with(1000))
    assert evm.call(address, layout.abi.function("fill").encode_call()).ok
    return lambda slot: evm.sload(address, slot)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("Base.hidden",), 1),
        (("Layout.hidden",), 2),
        (("small",), 3),
        (("signed",), -4),
        (("flag",), True),
        (("status",), 2),
        (("price",), -5),
        (("owner",), 0xB0B),
        (("points", 7, 8), {"x": 9, "y": -10}),
        (("points", 7, 8, "y"), -10),
        (("points", 7, 9, "x"), 0),
        (("texts", "key"), b"value"),
        (("texts", "other"), b""),
        (("bySigned", -2), 11),
        (("byFixed", bytes.fromhex("aabbccdd")), 12),
        (("numbers",), (13, 14)),
        (("numbers", 1), 14),
        (("packed",), tuple(range(20))),
        (("packed", 17), 17),
        (("fixedSmall",), (0,) * 16 + (15,)),
        (("fixedPoints", 2, "y"), -17),
        (("data",), b"short"),
        (("text",), "a text that is longer than thirty-one bytes, so it lies elsewhere"),
        (("node", "children", 1, "list", 0, "value"), 20),
        (("node",), {"value": 18, "list": ()}),
        (("tag",), bytes.fromhex("01020304")),
    ],
)
def test_reads_what_the_contract_wrote(
    layout: Artifact, sload: SLoad, path: tuple[Any, ...], value: object
) -> None:
    assert layout.storage_layout.locate(*path).read(sload) == value


def test_contract_variable_reads_as_address(layout: Artifact, sload: SLoad) -> None:
    assert layout.storage_layout.locate("self").read(sload) == 0xC001


def test_types(layout: Artifact) -> None:
    kinds = {v.label: v.type for v in layout.storage_layout.variables}
    assert isinstance(kinds["points"], MappingType)
    assert isinstance(kinds["fixedPoints"], ArrayType)
    assert kinds["fixedPoints"].length == 3
    assert isinstance(kinds["text"], BytesType)
    assert kinds["status"] == ValueType("enum", "enum Status", 1, ("None", "Open", "Closed"))
    assert kinds["price"] == ValueType("int", "Price", 16)
    assert isinstance(kinds["self"], ValueType)
    assert kinds["self"].kind == "contract"
    assert isinstance(kinds["node"], StructType)


def test_recursive_struct_leads_back_to_itself(layout: Artifact) -> None:
    node = layout.storage_layout.variable("node").type
    assert isinstance(node, StructType)
    children = node.member("children").type
    assert isinstance(children, MappingType)
    assert children.value is node
    assert hash(node) == hash(children.value)


def test_transient_layout(layout: Artifact) -> None:
    assert [v.label for v in layout.transient_layout.variables] == ["lock"]
    assert layout.transient_layout.locate("lock").slot == 0


def test_private_variables_of_one_name_need_their_contract(layout: Artifact) -> None:
    with pytest.raises(LookupProblem, match=r"use one of: Base\.hidden, Layout\.hidden"):
        layout.storage_layout.variable("hidden")
    assert "hidden" in layout.storage_layout
    assert layout.storage_layout.variable("Base.hidden").slot == 0


def test_unknown_variable_lists_candidates(layout: Artifact) -> None:
    with pytest.raises(LookupProblem, match=r"no state variable named 'smal'(?s:.)*small"):
        layout.storage_layout.variable("smal")


def test_variables_at_slot(layout: Artifact) -> None:
    labels = [v.label for v in layout.storage_layout.at_slot(2)]
    assert labels == ["small", "signed", "flag", "status"]
    array = layout.storage_layout.variable("fixedPoints")
    assert layout.storage_layout.at_slot(array.slot + 2) == (array,)
    assert layout.storage_layout.at_slot(10**6) == ()


@pytest.mark.parametrize(
    ("path", "message"),
    [
        (("small", 1), "does not lead into a uint128"),
        (("fixedSmall", 17), "index 17 is outside"),
        (("numbers", "length"), "does not lead into"),
    ],
)
def test_wrong_paths_are_rejected(layout: Artifact, path: tuple[Any, ...], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        layout.storage_layout.locate(*path)


def test_wrong_keys_are_rejected(layout: Artifact) -> None:
    wrong: list[tuple[str, PathKey]] = [
        ("points", -1),
        ("points", "x"),
        ("byFixed", b"abc"),
        ("texts", 1),
    ]
    for name, key in wrong:
        with pytest.raises(EncodingError):
            layout.storage_layout.locate(name, key)
    with pytest.raises(UsageError, match="has no value of its own"):
        layout.storage_layout.locate("points").read(lambda _: 0)


def test_immutables(layout: Artifact) -> None:
    evm = Evm()
    address = evm.deploy(layout.init_with(1000))
    filled = layout.runtime_with({"limit": 1000, "origin": SENDER})
    assert filled == evm.code(address)
    assert layout.immutable("limit").type_name == "uint256"
    assert layout.immutable("origin").declared_in.endswith(":Base")
    with pytest.raises(LookupProblem, match="use one of: limit, origin"):
        layout.immutable("limits")


def test_fields() -> None:
    word = insert_field(insert_field(0, 0, 16, 7), 16, 8, -1)
    assert extract_field(word, 0, 16) == 7
    assert extract_field(word, 16, 8, signed=True) == -1
    assert extract_field(word, 16, 8) == 2**64 - 1
    assert word >> 192 == 0


def test_slots_wrap_around_the_word() -> None:
    assert slot_of_array_item(2, 32, 2**256 - 1) == (1, 0)
    assert slot_of_mapping(-1, 0) == slot_of_mapping(2**256 - 1, 0)
