"""Storage arithmetic: where Solidity puts a value, and how it packs it into a word.

Slots and words are integers in [0, 2**256). The rules are those of the Solidity
documentation, "Layout of State Variables in Storage".
"""

from __future__ import annotations

from eth_hash.auto import keccak as _keccak

__all__ = [
    "WORD_BYTES",
    "WORD_MODULUS",
    "erc7201_slot",
    "extract_field",
    "insert_field",
    "keccak256",
    "slot_of_array_item",
    "slot_of_data",
    "slot_of_mapping",
    "to_signed",
    "to_word",
]

WORD_BYTES = 32
"""Bytes in an EVM word."""

WORD_MODULUS = 1 << 256
"""Number of values of an EVM word; slots wrap around it."""


def keccak256(data: bytes) -> bytes:
    """The 32-byte Keccak-256 digest of `data` (the EVM's hash, not SHA3-256)."""
    return bytes(_keccak(data))


def to_word(value: int) -> int:
    """The two's complement word of a signed or unsigned integer, wrapped to 256 bits."""
    return value % WORD_MODULUS


def to_signed(value: int, bits: int = 256) -> int:
    """Reads the low `bits` of `value` as a two's complement number."""
    value &= (1 << bits) - 1
    return value - (1 << bits) if value >> (bits - 1) else value


def slot_of_mapping(key: int | bytes, slot: int) -> int:
    """Slot of `mapping[key]` for a mapping that lies at `slot`.

    Args:
        key: the key as the word that the EVM hashes (an integer; negative ones are sign-extended,
            and a `bytesN` key must already be left-aligned), or the raw bytes of a `string` or
            `bytes` key.
        slot: slot of the mapping itself.

    >>> hex(slot_of_mapping(0, 0))[:12]
    '0xad3228b676'
    """
    head = to_word(key).to_bytes(32, "big") if isinstance(key, int) else key
    return int.from_bytes(_keccak(head + slot.to_bytes(32, "big")), "big")


def slot_of_data(slot: int) -> int:
    """First data slot of a dynamic array, `bytes` or `string` whose head lies at `slot`."""
    return int.from_bytes(_keccak(slot.to_bytes(32, "big")), "big")


def slot_of_array_item(index: int, item_size: int, first_slot: int) -> tuple[int, int]:
    """Slot and byte offset of item `index` of an array whose items start at `first_slot`.

    Args:
        index: position in the array, from 0; the caller checks the bounds.
        item_size: bytes that an item takes in storage; items of 16 bytes or less share a slot.
        first_slot: slot of item 0: the array's own slot if its length is fixed, else
            `slot_of_data` of it.
    """
    if item_size <= WORD_BYTES // 2:
        per_slot = WORD_BYTES // item_size
        slot, offset = first_slot + index // per_slot, index % per_slot * item_size
    else:
        slot, offset = first_slot + index * -(-item_size // WORD_BYTES), 0
    return to_word(slot), offset


def extract_field(word: int, offset: int, size: int, *, signed: bool = False) -> int:
    """Reads the packed field of `size` bytes that starts `offset` bytes above the low end.

    >>> hex(extract_field(0xAABBCC, offset=1, size=1))
    '0xbb'
    >>> extract_field(0xFF00, offset=1, size=1, signed=True)
    -1
    """
    value = (word >> (8 * offset)) & ((1 << (8 * size)) - 1)
    return to_signed(value, 8 * size) if signed else value


def insert_field(word: int, offset: int, size: int, value: int) -> int:
    """The `word` with the packed field at `offset` replaced by the low `size` bytes of `value`.

    >>> hex(insert_field(0xAABBCC, offset=1, size=1, value=-1))
    '0xaaffcc'
    """
    mask = (1 << (8 * size)) - 1
    return (word & ~(mask << (8 * offset))) | ((value & mask) << (8 * offset))


def erc7201_slot(namespace: str) -> int:
    """Root slot of the ERC-7201 namespace, such as `openzeppelin.storage.ERC20`."""
    inner = int.from_bytes(_keccak(namespace.encode()), "big") - 1
    return int.from_bytes(_keccak(to_word(inner).to_bytes(32, "big")), "big") & ~0xFF
