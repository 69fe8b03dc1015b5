"""Byte strings: words of parts of symbolic length, and the order of positions in them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from harness.symbolic.machine.data import Data, Extract, Literal, Opaque, Order, meanings
from harness.symbolic.machine.errors import Unsupported
from harness.symbolic.terms import (
    Assignment,
    Facts,
    compare,
    const,
    evaluate,
    int_var,
    linear,
    term_scope,
    word_var,
)

CONTENT = bytes(range(1, 101))


@pytest.fixture(autouse=True)
def scope() -> Iterator[None]:
    with term_scope():
        yield


def part() -> Data:
    """`length` bytes of an opaque string, from 10 on."""
    source = Opaque("data", int_var("data.length", 0, 1000))
    return Data([Extract(source, const(10), int_var("length", 0, 80))])


@pytest.mark.parametrize("length", [0, 1, 5, 31, 32, 33, 36, 80])
@pytest.mark.parametrize("offset", [0, 4])
def test_a_word_of_a_part_ends_where_the_part_does(length: int, offset: int) -> None:
    values = Assignment(
        {"data.length": 100, "length": length}, functions=meanings({"data": CONTENT})
    )
    expected = CONTENT[10 : 10 + length][offset : offset + 32].ljust(32, b"\0")
    word = part().word(const(offset), Order(Facts()))
    assert evaluate(word, values) == int.from_bytes(expected, "big")
    selector = part().number(const(offset), 4, Order(Facts()))
    assert evaluate(selector, values) == int.from_bytes(expected[:4], "big")


def test_a_word_at_a_position_that_the_string_holds() -> None:
    """As a decoder reads where a dynamic argument begins."""
    data = part()
    at = linear.shift(data.word(const(0), Order(Facts())), 4)
    facts = Facts([compare.le(at, const(40))])
    word = data.word(facts.rewrite(at), Order(facts))
    content = bytearray(CONTENT)
    content[10:42] = (6).to_bytes(32, "big")
    values = Assignment(
        {"data.length": 100, "length": 60}, functions=meanings({"data": bytes(content)})
    )
    assert evaluate(word, values) == int.from_bytes(content[20:52], "big")


def test_a_word_that_the_path_knows_to_be_whole_is_the_strings_own() -> None:
    data = part()
    facts = Facts([compare.ge(int_var("length", 0, 80), const(36))])
    word = data.word(const(4), Order(facts))
    assert word is Opaque("data", int_var("data.length", 0, 1000)).word(const(14))


def test_a_part_that_bytes_follow_is_not_cut_short() -> None:
    longer = part() + Data([Literal(const(1), 1)])
    with pytest.raises(Unsupported, match="order of the byte positions"):
        longer.word(const(0), Order(Facts()))


def test_two_facts_together_give_an_order() -> None:
    a, b, c = (word_var(name, 64) for name in "abc")
    facts = Facts([compare.le(linear.add(a, b), c), compare.ge(b, word_var("d", 64))])
    order = Order(facts)
    assert order.surely_at_most(linear.add(a, word_var("d", 64)), c)
    assert order.at_most(c, linear.add(a, word_var("d", 64))) is None
    assert order.at_most(a, b) is None
