"""Keccak and the ABI encoding, against vectors and against libraries."""

from __future__ import annotations

import pytest
from eth_abi.abi import encode as abi_encode
from eth_hash.auto import keccak
from hypothesis import given, settings
from hypothesis import strategies as st

from specs.abi import decode_number, decode_number_and_bytes, encode, encode_call, selector
from specs.escrow_mint import inbound_migration, inbound_transfer
from specs.keccak import keccak256
from specs.messaging import item_hash
from specs.model import Revert

WORDS = st.integers(0, 2**256 - 1)
ADDRESS = st.integers(0, 2**160 - 1)


@pytest.mark.parametrize(
    ("data", "digest"),
    [
        (b"", "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"),
        (b"abc", "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45"),
    ],
)
def test_keccak_vectors(data: bytes, digest: str) -> None:
    assert keccak256(data).hex() == digest


@pytest.mark.parametrize("size", [1, 31, 134, 135, 136, 137, 271, 272, 273])
def test_keccak_around_the_block_size(size: int) -> None:
    data = bytes(range(256))[:1] * size
    assert keccak256(data) == keccak(data)


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_keccak_agrees_with_a_library(data: bytes) -> None:
    assert keccak256(data) == keccak(data)


def test_selectors() -> None:
    assert selector("transfer(address,uint256)").hex() == "a9059cbb"
    assert encode_call("pause()").hex() == "8456cb59"


def hex_address(value: int) -> str:
    return "0x" + value.to_bytes(20, "big").hex()


@settings(deadline=None)
@given(ADDRESS, ADDRESS, ADDRESS, WORDS, st.binary(max_size=100))
def test_calls_are_encoded_as_a_library_does(a: int, b: int, c: int, x: int, data: bytes) -> None:
    types = ["address", "address", "address", "uint256", "bytes"]
    values = [hex_address(a), hex_address(b), hex_address(c), x, data]
    call = inbound_transfer(a, b, c, x, data)
    signature = b"finalizeInboundTransfer(address,address,address,uint256,bytes)"
    assert call == keccak(signature)[:4] + abi_encode(types, values)


@settings(deadline=None)
@given(ADDRESS, ADDRESS, WORDS, WORDS)
def test_migrations_are_encoded_as_a_library_does(a: int, b: int, x: int, n: int) -> None:
    arguments = abi_encode(
        ["address", "address", "uint256", "uint256"], [hex_address(a), hex_address(b), x, n]
    )
    signature = b"finalizeMigration(address,address,uint256,uint256)"
    assert inbound_migration(a, b, x, n) == keccak(signature)[:4] + arguments


@settings(deadline=None)
@given(WORDS, ADDRESS, ADDRESS, WORDS, st.binary(max_size=100))
def test_item_hash_is_that_of_the_encoding(i: int, a: int, b: int, x: int, data: bytes) -> None:
    types = ["uint256", "address", "address", "uint256", "bytes"]
    values = [i, hex_address(a), hex_address(b), x, data]
    assert item_hash(i, a, b, x, data) == keccak(abi_encode(types, values))


@settings(deadline=None)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=70), st.binary(max_size=70))
def test_encoding_of_words_and_several_bytes(word: bytes, one: bytes, two: bytes) -> None:
    types = ("bytes", "bytes32", "bytes")
    assert encode(types, one, word, two) == abi_encode(list(types), [one, word, two])


@settings(deadline=None)
@given(WORDS, st.binary(max_size=70), st.binary(max_size=40))
def test_number_and_bytes_are_read_back(x: int, content: bytes, more: bytes) -> None:
    data = abi_encode(["uint256", "bytes"], [x, content]) + more
    assert decode_number_and_bytes(data) == (x, content)


def words(*values: int) -> bytes:
    return b"".join(value.to_bytes(32, "big") for value in values)


def test_bytes_need_no_filling_and_may_stand_over_the_first_words() -> None:
    assert decode_number_and_bytes(words(7, 64, 1) + b"x") == (7, b"x")
    assert decode_number_and_bytes(words(0, 0)) == (0, b"")
    assert decode_number_and_bytes(words(3, 0) + b"rest") == (3, words(0)[:3])


@pytest.mark.parametrize(
    "data",
    [
        b"",
        words(1),
        words(1, 64),
        words(1, 64, 1),
        words(1, 33),
        words(1, 2**64),
        words(1, 2**256 - 1),
        words(1, 64, 2**256 - 1),
    ],
)
def test_bytes_that_do_not_decode_are_refused(data: bytes) -> None:
    with pytest.raises(Revert):
        decode_number_and_bytes(data)


def test_a_number_needs_a_whole_word() -> None:
    assert decode_number(words(5) + b"more") == 5
    with pytest.raises(Revert):
        decode_number(words(5)[:31])
