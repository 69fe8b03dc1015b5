"""Encoding and decoding of ABI values, fast for words, eth_abi's for everything else.

A tuple of types gets one encoder and one decoder, cached. Where each type is a
single word (uintN, intN, bool, address, bytesN) they work on plain 32-byte words:
the fuzzer calls them hundreds of times per second. Otherwise eth_abi does the
work, with addresses taken and given as integers.

Both are strict: a value out of range raises, and so do dirty padding bits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

from harness.compile.abi_types import AbiType, AbiValue
from harness.errors import DecodingError, EncodingError

__all__ = ["Decoder", "Encoder", "decode", "decoder_of", "encode", "encoder_of"]

Encoder = Callable[[Sequence[AbiValue]], bytes]
"""Encodes one value for each type; raises EncodingError."""

Decoder = Callable[[bytes], tuple[AbiValue, ...]]
"""Decodes one value for each type; raises DecodingError."""


def encode(types: tuple[AbiType, ...], values: Sequence[AbiValue]) -> bytes:
    """The ABI encoding of `values`, as `abi.encode` gives it.

    Raises:
        EncodingError: a value does not fit its type, or their numbers differ.

    >>> encode((AbiType.parse("uint8"),), [7]).hex()[-4:]
    '0007'
    """
    return encoder_of(types)(values)


def decode(types: tuple[AbiType, ...], data: bytes) -> tuple[AbiValue, ...]:
    """The values that `data` encodes; bytes behind the last one are ignored, as Solidity does.

    Raises:
        DecodingError: `data` is too short, or a value has dirty padding.
    """
    return decoder_of(types)(data)


@cache
def encoder_of(types: tuple[AbiType, ...]) -> Encoder:
    """The encoder of a tuple of types; made once."""
    if all(kind.is_word for kind in types):
        return _word_encoder(types)
    # eth_abi takes a fifth of a second to import, and many runs never need it.
    from harness.compile.abi_general import encode_general

    names = [kind.name for kind in types]

    def encode_any(values: Sequence[AbiValue]) -> bytes:
        if len(values) != len(types):
            raise _wrong_count(types, values)
        for kind, value in zip(types, values, strict=True):
            _check_fixed_bytes(kind, value)
        return encode_general(names, values)

    return encode_any


@cache
def decoder_of(types: tuple[AbiType, ...]) -> Decoder:
    """The decoder of a tuple of types; made once."""
    if all(kind.is_word for kind in types):
        return _word_decoder(types)
    from harness.compile.abi_general import decode_general

    names = [kind.name for kind in types]
    return lambda data: decode_general(names, data)


def _check_fixed_bytes(kind: AbiType, value: AbiValue) -> None:
    # eth_abi pads a short bytesN silently; a wrong length is a mistake of the caller.
    if kind.kind == "bytesN":
        if not isinstance(value, bytes) or len(value) * 8 != kind.bits:
            raise _misfit(kind, value)
    elif kind.item is not None and isinstance(value, tuple | list):
        for item in value:
            _check_fixed_bytes(kind.item, item)
    elif kind.components and isinstance(value, tuple | list):
        for component, member in zip(kind.components, value, strict=False):
            _check_fixed_bytes(component.type, member)


def _misfit(kind: AbiType, value: AbiValue) -> EncodingError:
    return EncodingError(f"{value!r} does not fit {kind.name}")


def _wrong_count(types: Sequence[AbiType], values: Sequence[AbiValue]) -> EncodingError:
    names = ", ".join(kind.name for kind in types)
    return EncodingError(f"{len(values)} values for ({names})", fix=f"give {len(types)}")


def _word_encoder(types: tuple[AbiType, ...]) -> Encoder:
    writers = tuple(_word_writer(kind) for kind in types)
    if len(writers) == 1:
        # By far the most frequent shape after the empty one.
        only = writers[0]

        def encode_one(values: Sequence[AbiValue]) -> bytes:
            if len(values) != 1:
                raise _wrong_count(types, values)
            return only(values[0])

        return encode_one

    def encode_words(values: Sequence[AbiValue]) -> bytes:
        if len(values) != len(writers):
            raise _wrong_count(types, values)
        return b"".join([write(value) for write, value in zip(writers, values, strict=True)])

    return encode_words


def _word_writer(kind: AbiType) -> Callable[[object], bytes]:
    if kind.kind == "bytesN":
        size, padding = kind.bits // 8, bytes(32 - kind.bits // 8)

        def write_bytes(value: object) -> bytes:
            if not isinstance(value, bytes) or len(value) != size:
                raise _misfit(kind, value)
            return value + padding

        return write_bytes
    if kind.kind == "bool":
        words = {True: (1).to_bytes(32, "big"), False: bytes(32)}

        def write_bool(value: object) -> bytes:
            if isinstance(value, bool):
                return words[value]
            raise _misfit(kind, value)

        return write_bool
    low, high = kind.bounds
    signed = kind.kind == "int"

    def write_number(value: object) -> bytes:
        if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
            return value.to_bytes(32, "big", signed=signed)
        raise _misfit(kind, value)

    return write_number


def _word_decoder(types: tuple[AbiType, ...]) -> Decoder:
    readers = tuple((start * 32, _word_reader(kind)) for start, kind in enumerate(types))
    size = 32 * len(types)

    def decode_words(data: bytes) -> tuple[AbiValue, ...]:
        if len(data) < size:
            names = ", ".join(kind.name for kind in types)
            raise DecodingError(f"{len(data)} bytes are too few for ({names}): 0x{data.hex()}")
        return tuple([read(data[start : start + 32]) for start, read in readers])

    return decode_words


def _word_reader(kind: AbiType) -> Callable[[bytes], AbiValue]:
    def dirty(word: bytes) -> DecodingError:
        return DecodingError(f"0x{word.hex()} is no {kind.name}: bits beyond its width are set")

    if kind.kind == "bytesN":
        size, padding = kind.bits // 8, bytes(32 - kind.bits // 8)

        def read_bytes(word: bytes) -> bytes:
            if word[size:] != padding:
                raise dirty(word)
            return word[:size]

        return read_bytes
    if kind.kind == "bool":

        def read_bool(word: bytes) -> bool:
            value = int.from_bytes(word, "big")
            if value > 1:
                raise dirty(word)
            return value == 1

        return read_bool
    low, high = kind.bounds
    signed = kind.kind == "int"

    def read_number(word: bytes) -> int:
        value = int.from_bytes(word, "big", signed=signed)
        if low <= value <= high:
            return value
        raise dirty(word)

    return read_number
