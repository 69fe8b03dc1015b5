"""Numbers and values as text."""

from __future__ import annotations

import pytest

from harness.address import NameBook, address_of
from harness.report.values import named, number, show


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (9_999, "9999"),
        (10_000, "10_000"),
        (1_700_000_600, "1_700_000_600"),
        (10**15, "1_000_000_000_000_000 (1e15)"),
        (15 * 10**17, "1_500_000_000_000_000_000 (1.5e18)"),
        (5 * 10**18 + 1, "5_000_000_000_000_000_001 (5e18 + 1)"),
        (-(5 * 10**18) + 1, "-4_999_999_999_999_999_999 (-5e18 + 1)"),
        (10**24 - 1, "999_999_999_999_999_999_999_999 (1_000_000e18 - 1)"),
        (1234567890123456789, "1_234_567_890_123_456_789"),
        (2**256 - 1, "2**256 - 1"),
        (2**255, "2**255"),
        (-(2**255), "-2**255"),
        (-(2**255) + 1, "-2**255 + 1"),
        (2**128 + 3, "2**128 + 3"),
    ],
)
def test_numbers_are_exact(value: int, text: str) -> None:
    assert number(value) == text
    first = text.partition(" (")[0]
    assert eval(first) == value


@pytest.mark.parametrize("value", [10**18, 5 * 10**18 + 1, -(10**21) - 7, 999_995 * 10**18])
def test_hints_say_the_same(value: int) -> None:
    hint = number(value).partition(" (")[2].rstrip(")")
    mantissa, _, rest = hint.partition("e")
    exponent, _, off = rest.partition(" ")
    assert (
        int(float(mantissa.replace("_", "")) * 10) * 10 ** (int(exponent) - 1)
        + int(off.replace(" ", "") or 0)
        == value
    )


def test_other_values() -> None:
    alice = address_of("alice")
    names = NameBook({"alice": alice})
    assert show(alice, names) == "alice"
    assert show(address_of("bob"), names) == names.label(address_of("bob"))
    assert show((True, "x", b"\x01", (alice,)), names) == '[true, "x", 0x01, [alice]]'
    assert show(bytes(65), names) == f"0x{'00' * 36}… (65 bytes)"
    assert show(None, names) == "None"
    assert number(3, "wei") == "3 wei"
    assert number(10**18, "wei") == "1_000_000_000_000_000_000 wei (1e18)"
    text = f"who=0x{int(alice):040x}, other=0x{1:040x}, word=0x{int(alice):064x}"
    assert named(text, names) == f"who=alice, other=0x{1:040x}, word=0x{int(alice):064x}"
