"""What a byte string holds as a call, on terms: as the ABI's decoder reads it."""

from __future__ import annotations

import pytest

from harness.compile import AbiFunction
from harness.compile.abi_types import AbiParameter, AbiType
from harness.symbolic.machine import Data, Opaque
from harness.symbolic.machine.calldata import encode_tuple
from harness.symbolic.terms import (
    TRUE,
    Assignment,
    Bool,
    Facts,
    Int,
    bool_var,
    compare,
    const,
    evaluate,
    int_var,
    term_scope,
    value_of,
)
from harness.symbolic.world.payload import call_in
from harness.world import MessageField

SEND = AbiFunction(
    "send",
    (
        AbiParameter("to", AbiType.parse("address")),
        AbiParameter("note", AbiType.parse("bytes")),
        AbiParameter("amount", AbiType.parse("uint256")),
    ),
)
FIELDS = ("to", "amount", "note.length", "note[0]", "note[1]", "note[2]")


def told(data: bytes, field: str) -> int:
    """A field as the concrete world reads it."""
    wanted = MessageField.parse(field)
    if wanted.is_whole:
        names = [parameter.name for parameter in SEND.inputs]
        return int(SEND.decode_call(data)[names.index(wanted.argument)])
    return wanted.of_bytes(SEND.bytes_in(data, wanted.argument))


@pytest.mark.parametrize("length", [0, 1, 31, 32, 33, 64, 70, 96])
def test_fields_of_known_bytes_are_those_of_the_decoder(length: int) -> None:
    data = SEND.encode_call(0xB0B, bytes(range(1, length + 1)), 7)
    with term_scope():
        found = call_in(Data.of_bytes(data), SEND, Facts(()), bool_var("unsure"))
        assert found.selected is TRUE
        assert found.sound is TRUE
        for field in FIELDS:
            value = found.field(field)
            assert value is not None
            assert value_of(value) == told(data, field), field


def test_another_selector_is_another_call() -> None:
    data = b"\0\0\0\0" + SEND.encode_call(1, b"", 2)[4:]
    with term_scope():
        found = call_in(Data.of_bytes(data), SEND, Facts(()), TRUE)
        assert found.selected is not TRUE


def test_bytes_that_lie_elsewhere_are_not_read() -> None:
    words = [1, 128, 2, 0, 3]
    data = SEND.selector + b"".join(word.to_bytes(32, "big") for word in words)
    with term_scope():
        unsure = bool_var("unsure")
        found = call_in(Data.of_bytes(data + bytes(32)), SEND, Facts(()), unsure)
        assert found.sound is unsure
        assert found.field("note.length") is None
        assert found.field("note[0]") is None
        assert told(data + bytes(32), "note[0]") == 0


def test_bytes_of_unknown_length_are_sound_for_certain_only_where_there_are_none() -> None:
    with term_scope():
        length = int_var("note.length", 0, 1000)
        note = Data.of_source(Opaque("note", length))
        types = [parameter.type for parameter in SEND.inputs]
        encoded = encode_tuple(types, [const(1), note, const(2)])
        unsure = bool_var("unsure")
        found = call_in(Data.of_bytes(SEND.selector) + encoded, SEND, Facts(()), unsure)
        assert found.field("note.length") is length
        sure = _value(found.sound, {"note.length": 0}, unsure=False)
        doubtful = _value(found.sound, {"note.length": 5}, unsure=False)
        assert (sure, doubtful) == (True, False)
        assert _value(found.sound, {"note.length": 5}, unsure=True)


def test_a_word_of_bytes_on_terms_is_the_word_that_was_put_in() -> None:
    with term_scope():
        nonce = int_var("nonce", 0, 100)
        note = Data.of_words(const(9), nonce)
        types = [parameter.type for parameter in SEND.inputs]
        encoded = encode_tuple(types, [const(1), note, const(2)])
        found = call_in(Data.of_bytes(SEND.selector) + encoded, SEND, Facts(()), TRUE)
        word: Int | None = found.field("note[1]")
        assert word is nonce
        beyond = found.field("note[2]")
        assert beyond is not None
        assert value_of(beyond) == 0
        assert compare.eq(word, nonce) is TRUE


def _value(condition: Bool, integers: dict[str, int], *, unsure: bool) -> bool:
    return evaluate(condition, Assignment(integers, {"unsure": unsure}))
