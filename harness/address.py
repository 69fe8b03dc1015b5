"""Addresses as ints that print well, and names for them.

>>> alice = address_of("alice")
>>> names = NameBook({"alice": alice})
>>> names.label(alice), names.label(0x1234)
('alice', '0x0000…1234')
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from eth_hash.auto import keccak

__all__ = ["Address", "NameBook", "address_of"]

_ADDRESSES = 1 << 160


@lru_cache(maxsize=1 << 14)
def _checksum(address: int) -> str:
    """EIP-55 text of an address below 2**160."""
    digits = f"{address:040x}"
    digest = keccak(digits.encode()).hex()
    return "0x" + "".join(
        digit.upper() if int(nibble, 16) >= 8 else digit
        for digit, nibble in zip(digits, digest, strict=False)
    )


class Address(int):
    """An int below 2**160 whose `str` and `repr` are its EIP-55 checksum form.

    Raises ValueError if the number is no address.
    """

    __slots__ = ()

    def __new__(cls, value: int) -> Address:
        if not 0 <= value < _ADDRESSES:
            raise ValueError(f"not an address (0 to 2**160 - 1): {int(value):#x}")
        return super().__new__(cls, value)

    def __repr__(self) -> str:
        return _checksum(int(self))

    __str__ = __repr__


@lru_cache(maxsize=1 << 12)
def address_of(name: str) -> Address:
    """The address of a name: the last 20 bytes of its keccak-256, always the same.

    Raises ValueError for an empty name.
    """
    if not name:
        raise ValueError("an account needs a name, got ''")
    return Address(int.from_bytes(keccak(name.encode())[-20:], "big"))


class NameBook:
    """Names for addresses and addresses for names, one to one.

    >>> book = NameBook()
    >>> book.add("token", 0xC0FFEE)
    0x0000000000000000000000000000000000C0FFEE
    """

    def __init__(self, names: Mapping[str, int] | None = None) -> None:
        self._addresses: dict[str, Address] = {}
        self._names: dict[int, str] = {}
        for name, address in (names or {}).items():
            self.add(name, address)

    def add(self, name: str, address: int | None = None) -> Address:
        """Enter a name; without an address, at `address_of(name)`. Returns the address.

        Entering the same pair twice does nothing. Raises ValueError if the name or
        the address is taken by another.
        """
        entered = address_of(name) if address is None else Address(address)
        if self._addresses.get(name, entered) != entered:
            raise ValueError(f"{name!r} is {self._addresses[name]}, it cannot be {entered} as well")
        if self._names.get(entered, name) != name:
            raise ValueError(
                f"{entered} is {self._names[entered]!r}, it cannot be {name!r} as well"
            )
        self._addresses[name] = entered
        self._names[entered] = name
        return entered

    def address(self, name: str) -> Address:
        """The address of a name. Raises KeyError, listing what is known, if there is none."""
        try:
            return self._addresses[name]
        except KeyError:
            known = ", ".join(sorted(self._addresses)) or "nothing"
            raise KeyError(f"no account named {name!r}; known: {known}") from None

    def name(self, address: int) -> str | None:
        """The name of an address, or None."""
        return self._names.get(address)

    def label(self, address: int) -> str:
        """For printing: the name, or else a shortened checksum address, 0x1234…abcd."""
        name = self._names.get(address)
        if name is not None:
            return name
        text = str(Address(address))
        return f"{text[:6]}…{text[-4:]}"

    def __contains__(self, name: str) -> bool:
        return name in self._addresses

    def __iter__(self) -> Iterator[str]:
        """Names, in the order of entry."""
        return iter(self._addresses)

    def __len__(self) -> int:
        return len(self._addresses)

    def __repr__(self) -> str:
        pairs = ", ".join(f"{name!r}: {address}" for name, address in self._addresses.items())
        return f"NameBook({{{pairs}}})"
