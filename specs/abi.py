"""The encoding of calls as bytes: as much of Ethereum's ABI as the specifications need.

A value of a *static* type (a number, an address, a truth value, 32 bytes) is one word of 32
bytes.  The type ``bytes`` is *dynamic*: its word says where in the encoding its length stands,
and the bytes themselves, filled up to whole words, follow the length.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from specs.keccak import keccak256
from specs.model import require

WORD = 32
NOT_DECODED = "the bytes do not decode"


def number(value: int) -> bytes:
    """A number or an address as a word."""
    return value.to_bytes(WORD, "big")


@lru_cache(maxsize=256)
def selector(signature: str) -> bytes:
    """The four bytes that stand for a function, made from its signature.

    >>> selector("transfer(address,uint256)").hex()
    'a9059cbb'
    """
    return keccak256(signature.encode())[:4]


def size(data: bytes) -> int:
    """The length of a byte string, as the string itself tells it.

    >>> size(b"abc")
    3
    """
    return data.__len__()


def number_in(data: bytes) -> int:
    """The number that some bytes spell, the first of them being worth most.

    >>> number_in(bytes([1, 2]))
    258
    """
    number = 0
    for byte in data:
        number = 256 * number + byte
    return number


def encode(types: tuple[str, ...], *values: Any) -> bytes:
    """Encode values of the types ``bytes``, ``bytes32`` and any that is a number.

    >>> encode(("uint256", "bytes"), 7, b"ab").hex(" ", 32).split()[1][-2:]
    '40'
    """
    head, tail = b"", b""
    for kind, value in zip(types, values, strict=True):
        if kind == "bytes":
            head += number(WORD * len(types) + len(tail))
            tail += number(len(value)) + value + bytes(-len(value) % WORD)
        elif kind == "bytes32":
            head += value
        else:
            head += number(value)
    return head + tail


def encode_call(signature: str, *values: Any) -> bytes:
    """The call data that asks for a function, given as its signature.

    >>> encode_call("f(uint256)", 5).hex()[-1]
    '5'
    """
    inner = signature[signature.index("(") + 1 : -1]
    return selector(signature) + encode(tuple(inner.split(",")) if inner else (), *values)


def decode_number(data: bytes) -> int:
    """The number that the first word of ``data`` holds; reverts if there is no whole word."""
    require(size(data) >= WORD, NOT_DECODED)
    return number_in(data[:WORD])


def decode_number_and_bytes(data: bytes) -> tuple[int, bytes]:
    """Decode ``(uint256, bytes)`` as contracts do; reverts where they refuse.

    The bytes may stand anywhere in ``data``, even over the first words, as long as they lie
    inside of it; what follows them and how they are filled up does not matter.
    """
    require(size(data) >= 2 * WORD, NOT_DECODED)
    first = number_in(data[:WORD])
    at = number_in(data[WORD : 2 * WORD])
    require(at + WORD <= size(data), NOT_DECODED)
    start = at + WORD
    length = number_in(data[at:start])
    require(start + length <= size(data), NOT_DECODED)
    return first, data[start : start + length]
