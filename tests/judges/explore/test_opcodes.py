"""What Manticore computes is what the EVM computes: on unknown operands, path by path.

`explored` makes one call of every path on the EVM and compares each word that it writes; a
difference trips the guard *fidelity*.
"""

from __future__ import annotations

import pytest

from tests.judges.explore.raw import NEEDED, code, explored

ONE = code(4, "35")
"""An unknown word: the argument."""

UNARY = {"iszero": "15", "not": "19"}
BINARY = {
    "add": "01",
    "mul": "02",
    "sub": "03",
    "div": "04",
    "sdiv": "05",
    "mod": "06",
    "smod": "07",
    "lt": "10",
    "gt": "11",
    "slt": "12",
    "sgt": "13",
    "eq": "14",
    "and": "16",
    "or": "17",
    "xor": "18",
    "shl": "1b",
    "shr": "1c",
    "sar": "1d",
}
TERNARY = {"addmod": "08", "mulmod": "09"}
MOST = (1 << 256) - 1
INTERESTING = (0, 1, 2, 3, 31, 255, 256, (1 << 128) - 1, 1 << 255, MOST)


def stored(*results: bytes) -> bytes:
    """Each result into a slot of its own."""
    return b"".join(one + code(slot, "55") for slot, one in enumerate(results)) + b"\0"


def follows(content: bytes) -> None:
    """Every path was followed, and made on the EVM with the same outcome."""
    report = explored(content)
    assert (report.guards, report.doubts) == ([], {})
    assert 0 < report.paths == report.replayed


@NEEDED
def test_operations_on_an_unknown_and_a_constant() -> None:
    follows(
        stored(
            *(ONE + bytes.fromhex(op) for op in UNARY.values()),
            *(code(7) + ONE + bytes.fromhex(op) for op in BINARY.values()),
            *(ONE + code(7) + bytes.fromhex(op) for op in BINARY.values()),
            *(code(11, 7) + ONE + bytes.fromhex(op) for op in TERNARY.values()),
        )
    )


@NEEDED
@pytest.mark.parametrize("value", INTERESTING)
def test_operations_on_values_that_the_path_knows(value: int) -> None:
    # The operand is unknown but for the path, so that it is computed with as an expression.
    known = ONE + code(value, "14", 0x30, "57", 0, 0, "fd")
    results = stored(
        *(ONE + bytes.fromhex(op) for op in UNARY.values()),
        *(code(5) + ONE + bytes.fromhex(op) for op in BINARY.values()),
        *(ONE + code(MOST - 2) + bytes.fromhex(op) for op in BINARY.values()),
        *(ONE + ONE + bytes.fromhex(op) for op in BINARY.values()),
        *(
            ONE + code((1 << 256) - 1, (1 << 256) - 2) + bytes.fromhex(op)
            for op in TERNARY.values()
        ),
    )
    follows(known.ljust(0x30, b"\0") + b"\x5b" + results)


@NEEDED
def test_bytes_signs_and_powers() -> None:
    follows(
        stored(
            ONE + code(30, "1a"),
            ONE + code(0, "0b"),
            ONE + code(30, "0b"),
            ONE + code(31, "0b"),
            code(3) + ONE + code("0a"),
            code(200, 3, "0a"),
        )
    )


@NEEDED
def test_memory_hashes_and_returned_data() -> None:
    follows(
        ONE
        + code(0x20, "52")  # MSTORE
        + ONE
        + code(0x23, "53")  # MSTORE8
        + code(0x20, 0x21, 0x50, "5e")  # MCOPY
        + stored(code(0x41, "51"), code("3d"), code("36"), code(0x20, 0x20, "20"))
    )


@NEEDED
def test_storage_under_hashes_of_unknown_words() -> None:
    # Two entries of a mapping at slot 5 that may be the same, and one of another mapping.
    hashed = code(0, "52", 5, 0x20, "52", 0x40, 0, "20")
    first = ONE + hashed
    second = code("33") + hashed
    other = ONE + code(0, "52", 6, 0x20, "52", 0x40, 0, "20")
    follows(
        code(11)
        + first
        + code("55", 22)
        + second
        + code("55", 33)
        + other
        + code("55")
        + stored(first + code("54"), second + code("54"), other + code("54"))
    )


@NEEDED
def test_a_nested_call_that_reverts_leaves_nothing() -> None:
    # Calls itself with one byte less data; the inner call writes, logs and reverts.
    outer = code("36", 0x40, "57", 1, 0, "55", 0, 0, "a0", 0, 0, "fd").ljust(0x40, b"\0")
    call = code("5b", 0, 0, 0, 0, 0, "305af1", 1, "55", "00")
    follows(outer + call)
