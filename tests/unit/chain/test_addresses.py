"""Addresses that print well, and names for them."""

from __future__ import annotations

import pytest

from harness.chain import Address, NameBook, address_of

EIP55 = [
    "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
    "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
    "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
    "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
]


@pytest.mark.parametrize("text", EIP55)
def test_checksum(text: str) -> None:
    """The examples of EIP-55."""
    address = Address(int(text, 16))
    assert str(address) == repr(address) == f"{address}" == text


def test_address_is_an_int() -> None:
    """It compares, hashes and counts like one."""
    assert Address(5) == 5
    assert hash(Address(5)) == hash(5)
    with pytest.raises(ValueError, match="0x1000"):
        Address(1 << 160)
    with pytest.raises(ValueError, match="-0x1"):
        Address(-1)


def test_address_of_a_name() -> None:
    """Always the same one."""
    assert str(address_of("alice")) == "0x5dad7600C5D89fE3824fFa99ec1c3eB8BF3b0501"
    assert address_of("alice") != address_of("bob")
    with pytest.raises(ValueError, match="needs a name"):
        address_of("")


def test_name_book() -> None:
    """One name, one address; what is unknown is shortened."""
    names = NameBook({"token": 0xC0FFEE})
    assert names.add("alice") == address_of("alice")
    assert names.add("token", 0xC0FFEE) == names.address("token") == 0xC0FFEE
    assert (names.name(0xC0FFEE), names.name(1)) == ("token", None)
    assert names.label(0xC0FFEE) == "token"
    assert names.label(int(EIP55[0], 16)) == "0x5aAe…eAed"
    assert ("alice" in names, "bob" in names, list(names), len(names)) == (
        True,
        False,
        ["token", "alice"],
        2,
    )
    assert "'token': 0x0000000000000000000000000000000000C0FFEE" in repr(names)


def test_name_book_refuses_contradictions() -> None:
    """With both sides of the contradiction."""
    names = NameBook({"token": 1})
    with pytest.raises(ValueError, match=r"'token' is 0x0+1, it cannot be 0x0+2"):
        names.add("token", 2)
    with pytest.raises(ValueError, match=r"0x0+1 is 'token', it cannot be 'coin'"):
        names.add("coin", 1)
    with pytest.raises(LookupError, match="known: token"):
        names.address("coin")
