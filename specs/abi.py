"""The encoding of calls as bytes: as much of Ethereum's ABI as the specifications need.

A value of a *static* type (a number, an address, a truth value, 32 bytes) is one word of 32
bytes.  The type ``bytes`` is *dynamic*: its word says where in the encoding its length stands,
and the bytes themselves, filled up to whole words, follow the length.
"""

from __future__ import annotations

from functools import lru_cache

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


def encode(types: tuple[str, ...], *values: int | bytes) -> bytes:
    """Encode values of the types ``bytes``, ``bytes32`` and any that is a number.

    >>> encode(("uint256", "bytes"), 7, b"ab").hex(" ", 32).split()[1][-2:]
    '40'
    """
    head, tail = b"", b""
    for kind, value in zip(types, values, strict=True):
        if kind == "bytes":
            head += number(WORD * len(types) + len(tail))
            content = bytes(value)
            tail += number(len(content)) + content + bytes(-len(content) % WORD)
        elif kind == "bytes32":
            head += bytes(value)
        else:
            head += number(int(value))
    return head + tail


def encode_call(signature: str, *values: int | bytes) -> bytes:
    """The call data that asks for a function, given as its signature.

    >>> encode_call("f(uint256)", 5).hex()[-1]
    '5'
    """
    inner = signature[signature.index("(") + 1 : -1]
    return selector(signature) + encode(tuple(inner.split(",")) if inner else (), *values)


def decode_number(data: bytes) -> int:
    """The number that the first word of ``data`` holds; reverts if there is no whole word."""
    require(len(data) >= WORD, NOT_DECODED)
    return int.from_bytes(data[:WORD], "big")


def decode_number_and_bytes(data: bytes) -> tuple[int, bytes]:
    """Decode ``(uint256, bytes)`` as contracts do; reverts where they refuse.

    The bytes may stand anywhere in ``data``, even over the first words, as long as they lie
    inside of it; what follows them and how they are filled up does not matter.
    """
    require(len(data) >= 2 * WORD, NOT_DECODED)
    first = int.from_bytes(data[:WORD], "big")
    at = int.from_bytes(data[WORD : 2 * WORD], "big")
    require(at + WORD <= len(data), NOT_DECODED)
    start = at + WORD
    length = int.from_bytes(data[at:start], "big")
    require(start + length <= len(data), NOT_DECODED)
    return first, data[start : start + length]
