"""The general ABI codec: eth_abi's, with addresses as integers.

Handles what does not consist of plain words: byte strings, arrays and tuples.
"""

from __future__ import annotations

from collections.abc import Sequence

from eth_abi import decoding, encoding
from eth_abi.codec import ABICodec
from eth_abi.exceptions import DecodingError as EthDecodingError
from eth_abi.exceptions import EncodingError as EthEncodingError
from eth_abi.registry import BaseEquals, registry

from harness.compile.abi_types import AbiValue
from harness.errors import DecodingError, EncodingError

__all__ = ["decode_general", "encode_general"]


def encode_general(types: Sequence[str], values: Sequence[AbiValue]) -> bytes:
    """The ABI encoding of `values`, by canonical type names.

    Raises:
        EncodingError: a value does not fit its type.
    """
    try:
        return bytes(_CODEC.encode(types, values))
    except (EthEncodingError, OverflowError, TypeError, ValueError) as error:
        raise EncodingError(
            f"{tuple(values)!r} does not fit ({', '.join(types)}): {error}"
        ) from error


def decode_general(types: Sequence[str], data: bytes) -> tuple[AbiValue, ...]:
    """The values that `data` encodes, by canonical type names.

    Raises:
        DecodingError: `data` is no encoding of the types.
    """
    try:
        return tuple(_CODEC.decode(types, data))
    except (EthDecodingError, OverflowError, UnicodeDecodeError) as error:
        raise DecodingError(
            f"0x{data.hex()} is no encoding of ({', '.join(types)}): {error}"
        ) from error


def _integer_address_codec() -> ABICodec:
    # eth_abi leaves its registry and its coders untyped.
    width = {"value_bit_size": 160, "data_byte_size": 32}
    ours = registry.copy()  # type: ignore[no-untyped-call]
    ours.unregister("address")
    ours.register(
        BaseEquals("address"),  # type: ignore[no-untyped-call]
        encoding.UnsignedIntegerEncoder(**width),  # type: ignore[no-untyped-call]
        decoding.UnsignedIntegerDecoder(**width),  # type: ignore[no-untyped-call]
        label="address",
    )
    return ABICodec(ours)


_CODEC = _integer_address_codec()
