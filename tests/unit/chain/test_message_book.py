"""What became of messages in a concrete world, and the promises that its environment keeps."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from harness import CallStep, MessageStatus, RelayStep
from harness.chain.deployment import deploy_world
from harness.chain.ghosts import MessageBook
from harness.chain.world import ConcreteWorld
from harness.compile import AbiFunction, keccak256
from harness.compile.abi_types import AbiParameter, AbiType
from harness.compiled import CompiledSystem, compile_system
from harness.errors import InternalError, LookupProblem
from harness.targets import Target, load_targets
from harness.world import Message, MessageKind

ROOT = Path(__file__).parents[2] / "fixtures" / "prove"

OPEN = AbiFunction(
    "open",
    (
        AbiParameter("amount", AbiType.parse("uint256")),
        AbiParameter("note", AbiType.parse("bytes")),
    ),
)

IN_FLIGHT, DELIVERED, LOST = MessageStatus.IN_FLIGHT, MessageStatus.DELIVERED, MessageStatus.LOST


def message(number: int) -> Message:
    """A message on the channel ``down`` that asks ``box`` for 5."""
    return Message("down", number, 1, 2, 0, b"", 0, "box", "open", (("amount", 5),))


def test_a_message_settles_once() -> None:
    book = MessageBook()
    book.add(message(0))
    assert book.facts("down", 0).in_flight
    book.settle("down", 0, DELIVERED)
    book.settle("down", 0, LOST)
    facts = book.facts("down", 0)
    assert (facts.sent, facts.in_flight, facts.delivered, facts.lost) == (True, False, True, False)
    book.settle("down", 9, LOST)
    assert not book.facts("down", 9).sent
    kind = MessageKind("down", "box", "open")
    assert book.total(OPEN, kind, DELIVERED, "amount") == 5
    assert book.total(OPEN, kind, LOST, "amount") == 0
    assert book.is_of_kind(kind, 0)
    assert not book.is_of_kind(kind, 1)
    assert book.argument(OPEN, kind, "amount", 0) == 5
    assert book.argument(OPEN, kind, "amount", 1) == 0
    assert book.argument(OPEN, replace(kind, function="shut"), "amount", 0) == 0


@pytest.mark.parametrize(("offset", "length"), [(64, 3), (96, 0)])
def test_only_bytes_right_behind_the_heads_have_a_length(offset: int, length: int) -> None:
    words = [7, offset, 3, 0, 0]
    data = OPEN.selector + b"".join(word.to_bytes(32, "big") for word in words)
    assert len(OPEN.bytes_in(data, "note")) == length
    book, kind = MessageBook(), MessageKind("down", "box", "open")
    book.add(replace(message(0), data=data))
    assert book.argument(OPEN, kind, "note.length", 0) == length
    assert book.total(OPEN, kind, None, "note.length") == length


def test_numbers_in_a_byte_string_are_read_word_by_word() -> None:
    data = OPEN.encode_call(7, (5).to_bytes(32, "big") + b"\x09")
    book, kind = MessageBook(), MessageKind("down", "box", "open")
    book.add(replace(message(0), data=data))
    read = [book.argument(OPEN, kind, f"note[{word}]", 0) for word in range(3)]
    assert read == [5, 9 << 248, 0]
    assert book.total(OPEN, kind, None, "note[0]") == 5
    with pytest.raises(LookupProblem, match="names nothing in a message"):
        book.argument(OPEN, kind, "note[-1]", 0)


def test_a_kind_may_ask_for_the_value_of_an_argument() -> None:
    book = MessageBook()
    for number, amount in enumerate((5, 6, 5)):
        book.add(replace(message(number), args=(("amount", amount),)))
    fives = MessageKind("down", "box", "open", where=(("amount", 5),))
    assert [book.is_of_kind(fives, number) for number in range(4)] == [True, False, True, False]
    assert book.total(OPEN, fives, None, "") == 2
    assert book.total(OPEN, fives.whole, None, "amount") == 16


def test_attempts_are_owed_and_made() -> None:
    book = MessageBook()
    book.add(message(0))
    for _ in range(2):
        book.owe("down", 0)
    book.attempted("down", 0, False)
    facts = book.facts("down", 0)
    assert (facts.due, facts.accepted, facts.in_flight) == (1, False, True)
    kept = book.copy()
    book.attempted("down", 0, True)
    facts = book.facts("down", 0)
    assert (facts.due, facts.accepted, facts.delivered) == (0, True, True)
    assert kept.facts("down", 0).due == 1
    assert kept.facts("down", 0).in_flight


def test_a_number_that_is_used_again_stops_the_world() -> None:
    book = MessageBook()
    book.add(message(0))
    with pytest.raises(InternalError, match="message 0 of channel 'down' is the 1th"):
        book.add(message(0))


@cache
def target() -> Target:
    """The mail of the prover's fixtures."""
    return next(t for t in load_targets([str(ROOT / "letters")], ROOT) if t.name == "letters")


@cache
def compiled() -> CompiledSystem:
    """The mail, compiled."""
    return compile_system(target().system, ROOT)


def mail() -> tuple[ConcreteWorld, Any]:
    """The mail, deployed, and the view of it."""
    world = deploy_world(compiled())
    return world, target().system(world)


def test_a_letter_is_delivered_by_its_call() -> None:
    world, w = mail()
    seen: list[tuple[str, int, bool]] = []

    def observe(executed: Any) -> None:
        was = executed.before.message("down", 1)
        now = world.message("down", 1)
        seen.append((executed.function, now.due - was.due, now.delivered and not was.delivered))

    world.observers.append(observe)
    assert not w.message("down", 1).taken
    world.run(RelayStep("down", 1, "deliver", "alice"))
    assert seen == [
        ("handIn", 0, False),
        ("open", 1, False),
        ("credit", -1, True),
        ("finish", 0, False),
    ]
    assert w.message("down", 1).taken
    assert w.message("down", 1).accepted
    assert w.credits.in_flight("amount") == 0


def test_a_dropped_letter_is_lost_and_a_receipt_has_its_digest() -> None:
    world, w = mail()
    carrier = compiled().address("carrier")
    letter = world.messages("down")[1]
    world.transact("box", "handIn", 1, letter.sender, letter.target, sender=carrier)
    world.run(CallStep("alice", "box", "drop", (1,)))
    assert w.message("down", 1).lost
    assert w.credits.lost("amount") == 5
    counter, gate = (int(compiled().address(name)) for name in ("counter", "gate"))
    data = world.messages("up")[0].data
    words = (0, counter, gate, 128, len(data))
    padded = data + bytes(-len(data) % 32)
    expected = keccak256(b"".join(word.to_bytes(32, "big") for word in words) + padded)
    assert w.message("up", 0).commitment == expected
    assert w.message("up", 1).commitment == bytes(32)


def test_numbers_of_messages_are_tried_with_properties_for_all_numbers() -> None:
    world, _ = mail()
    assert {0, 1, 2} <= world.numbers_in_sight()


def test_a_broken_promise_of_the_environment_is_found() -> None:
    world, _ = mail()
    notary = compiled().address("notary")
    with pytest.raises(InternalError, match=r"calls gate\.confirm against the promise"):
        world.transact("gate", "confirm", 1, bytes(31) + b"\1", sender=notary)
    alice = compiled().address("alice")
    assert not world.transact("gate", "confirm", 1, bytes(31) + b"\1", sender=alice)
