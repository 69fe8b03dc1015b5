"""Instructions, constants, metadata, source maps, debug data and immutables of real bytecode."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.compile import (
    Artifact,
    Build,
    SourceMap,
    instructions,
    jump_destinations,
    push_constants,
    strip_metadata,
)
from harness.compile.sourcemap import LineIndex
from harness.errors import EncodingError, LookupProblem, UsageError

from .evm import Evm

MAGIC = 123456789012345678901234567890


def test_instructions() -> None:
    code = bytes.fromhex("5f6001615b5b5b00")
    listed = [(i.pc, i.opcode, i.value) for i in instructions(code)]
    assert listed == [(0, 0x5F, 0), (1, 0x60, 1), (3, 0x61, 0x5B5B), (6, 0x5B, None), (7, 0, None)]
    assert jump_destinations(code) == {6}


def test_truncated_push_is_padded_with_zeros() -> None:
    (only,) = instructions(bytes.fromhex("62ff"))
    assert only.value == 0xFF0000


@given(st.binary(max_size=80))
def test_instructions_cover_the_code(code: bytes) -> None:
    rebuilt = b"".join(bytes([i.opcode]) + i.operand for i in instructions(code))
    assert rebuilt == code


def test_constants_of_the_source_are_found(calls: Artifact) -> None:
    assert MAGIC in calls.constants
    assert 100 in calls.constants
    assert int.from_bytes(calls.abi.function("halve").selector, "big") in calls.constants


def test_jump_targets_are_no_constants() -> None:
    # PUSH1 4 JUMP INVALID JUMPDEST PUSH1 9 PUSH2 0004
    code = bytes.fromhex("600456fe5b6009610004")
    assert push_constants(code) == {9}


def test_metadata_is_stripped(calls: Artifact) -> None:
    bare = strip_metadata(calls.runtime_code)
    assert len(bare) < len(calls.runtime_code)
    assert b"solc" in calls.runtime_code[len(bare) :]
    assert strip_metadata(bare) == bare
    assert calls.bare_runtime == bare
    assert strip_metadata(b"") == b""
    assert strip_metadata(bytes(10)) == bytes(10)


def test_source_map_leads_to_the_line(calls: Artifact) -> None:
    places = [calls.source_at(i.pc) for i in instructions(calls.bare_runtime)]
    place = next(one for one in places if one is not None and one.snippet == "100 / by")
    text = calls.sources.texts[place.path].splitlines()
    assert "100 / by" in text[place.line - 1]
    assert text[place.line - 1][place.column - 1 :].startswith("100")
    assert str(place).startswith("tests/unit/compile/fixtures/Calls.sol:")


def test_source_map_counts_columns_in_characters() -> None:
    text = "// é\ncontract Ü { function f() external pure returns (uint256 x) { x = 1 / x; } }"
    # solc counts bytes; both lines hold characters of two bytes.
    index = LineIndex(text)
    assert index.position(text.encode().index("Ü".encode()) + 2) == (2, 11)


def test_source_map_fields_are_inherited() -> None:
    decoded = SourceMap("1:2:0:-:0;;3:4;:::i;::-1", bytes(5)).ranges
    assert [(r.start, r.length, r.file_id, r.jump) for r in decoded] == [
        (1, 2, 0, "-"),
        (1, 2, 0, "-"),
        (3, 4, 0, "-"),
        (3, 4, 0, "i"),
        (3, 4, -1, "i"),
    ]
    assert SourceMap("", b"").ranges == ()
    assert SourceMap("", b"").at(0) is None


def test_init_code_has_its_own_source_map(layout: Artifact) -> None:
    places = [layout.source_at(i.pc, init=True) for i in instructions(layout.init_code)]
    assert any(place is not None and "limit = limit_" in place.snippet for place in places)


def test_internal_functions(calls: Artifact) -> None:
    (added,) = calls.internal_functions("_add")
    assert added.entry_pc in jump_destinations(calls.runtime_code)
    assert (added.parameter_slots, added.return_slots) == (2, 1)
    assert calls.source_at(added.entry_pc or 0) is not None
    assert calls.internal_functions("_missing") == ()
    helper = calls.runtime_functions["checked_add_t_uint256"]
    assert (helper.name, helper.ast_id) == ("checked_add_t_uint256", None)


def test_linking(build: Build, calls: Artifact) -> None:
    (link,) = calls.init_links
    assert link.library == "tests/unit/compile/fixtures/Calls.sol:Doubling"
    with pytest.raises(UsageError, match=r"needs the library(?s:.)*links=\{'Doubling': address\}"):
        calls.init_with()
    evm = Evm()
    library = evm.deploy(build["Doubling"].init_with())
    address = evm.deploy(calls.init_with(links={link.library: library}))
    assert evm.code(address) == calls.runtime_with({}, {"Doubling": library})


def test_by_runtime_finds_what_was_deployed(build: Build, layout: Artifact) -> None:
    evm = Evm()
    address = evm.deploy(layout.init_with(77))
    assert build.by_runtime(evm.code(address)) is layout
    library = evm.deploy(build["Doubling"].init_with())
    assert build.by_runtime(evm.code(library)) is build["Doubling"]
    assert build.by_runtime(b"\x00") is None


def test_what_cannot_be_deployed_says_why(build: Build, layout: Artifact) -> None:
    with pytest.raises(UsageError, match="Abstract is abstract"):
        build["Abstract"].init_with()
    with pytest.raises(UsageError, match="ICalls is an interface"):
        build["ICalls"].init_with()
    with pytest.raises(EncodingError, match="0 values for"):
        layout.init_with()


def test_facts_of_the_source(build: Build, calls: Artifact, layout: Artifact) -> None:
    assert calls.userdoc["methods"]["add(uint256)"]["notice"] == "Adds an amount."
    assert calls.devdoc["methods"]["add(uint256)"]["details"] == "Not for the magic one."
    assert [base.rpartition(":")[2] for base in layout.bases] == ["Layout", "Base"]
    assert build["Abstract"].is_abstract
    assert build["Doubling"].kind == "library"
    assert build["ICalls"].kind == "interface"
    assert calls.ast["nodeType"] == "SourceUnit"
    assert repr(calls) == "Artifact('tests/unit/compile/fixtures/Calls.sol:Calls')"
    with pytest.raises(LookupProblem):
        layout.immutable("nothing")
