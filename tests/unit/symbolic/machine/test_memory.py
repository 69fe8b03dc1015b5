"""Memory: what was written comes back, whole, in parts, and behind pointers that are symbols."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest

from harness.symbolic.machine.data import Data, Opaque, Order, meanings
from harness.symbolic.machine.errors import Halt, Unsupported
from harness.symbolic.machine.memory import Memory
from harness.symbolic.terms import (
    Assignment,
    Facts,
    Int,
    compare,
    const,
    int_var,
    linear,
    term_scope,
    word_var,
)


@pytest.fixture(autouse=True)
def scope() -> Iterator[None]:
    with term_scope():
        yield


def order(*facts: object) -> Order:
    return Order(Facts(facts))  # type: ignore[arg-type]  # conditions, in any number


def opaque(name: str = "data", most: int = 1000) -> Opaque:
    return Opaque(name, int_var(f"{name}.length", 0, most))


def test_a_word_comes_back_as_the_very_term() -> None:
    memory, value = Memory(), word_var("x")
    memory.store(const(64), value, 32, order())
    assert memory.load(const(64), order()) is value


def test_a_word_across_two_others_is_made_of_their_parts() -> None:
    memory = Memory()
    x, y = word_var("x"), word_var("y")
    memory.store(const(0), x, 32, order())
    memory.store(const(32), y, 32, order())
    memory.store(const(16), memory.load(const(16), order()), 32, order())
    assert memory.load(const(0), order()) is x
    assert memory.load(const(32), order()) is y


def test_random_writes_agree_with_a_byte_array() -> None:
    random = Random(5)
    for case in range(60):
        memory, plain = Memory(), bytearray(512)
        values: dict[str, int] = {}
        for step in range(25):
            start, width = random.randrange(400), random.choice((1, 32, 32, 32, 7))
            value = random.getrandbits(8 * width)
            term: Int = const(value)
            if random.random() < 0.6:
                values[f"v{case}.{step}"] = value
                term = word_var(f"v{case}.{step}", 8 * width)
            memory.store(const(start), term, width, order())
            plain[start : start + width] = value.to_bytes(width, "big")
            if random.random() < 0.2:
                memory = memory.fork()
        start, size = random.randrange(300), random.randrange(1, 150)
        found = memory.read(const(start), const(size), order())
        assert found.concrete(Assignment(values)) == bytes(plain[start : start + size])


def test_a_fork_does_not_see_later_writes() -> None:
    memory = Memory()
    memory.store(const(0), const(1), 32, order())
    other = memory.fork()
    memory.store(const(0), const(2), 32, order())
    other.store(const(32), const(3), 32, order())
    assert other.load(const(0), order()) is const(1)
    assert memory.load(const(32), order()) is const(0)


def test_an_unknown_byte_string_is_copied_as_a_whole() -> None:
    memory, source = Memory(), opaque()
    memory.write(const(160), Data.of_source(source), order())
    end = linear.shift(source.length, 160)
    memory.store(end, const(0), 32, order())
    found = memory.read(const(160), linear.shift(source.length, 5), order())
    values = Assignment({"data.length": 3}, functions=meanings({"data": b"abc"}))
    assert found.concrete(values) == b"abc" + bytes(5)


def test_a_pointer_behind_an_unknown_byte_string() -> None:
    memory, source = Memory(), opaque()
    memory.store(const(64), const(7), 32, order())
    memory.write(const(128), Data.of_source(source), order())
    pointer = linear.shift(source.length, 128)
    memory.store(pointer, word_var("x"), 32, order())
    assert memory.load(pointer, order()) is word_var("x")
    assert memory.load(const(64), order()) is const(7)


def test_what_may_or_may_not_overlap_is_refused() -> None:
    memory, source = Memory(), opaque()
    memory.write(const(128), Data.of_source(source), order())
    with pytest.raises(Unsupported, match="not known"):
        memory.load(const(200), order())
    long = order(compare.ge(source.length, const(200)))
    assert memory.load(const(200), long) is source.word(const(72))
    short = order(compare.le(source.length, const(72)))
    assert memory.load(const(200), short) is const(0)


def test_one_of_two_memories() -> None:
    one, other = Memory(), Memory()
    test = compare.le(word_var("x"), const(5))
    one.store(const(0), const(1), 32, order())
    other.store(const(32), const(2), 32, order())
    joined = Memory.either(test, (one, Facts((test,))), (other, Facts()))
    for x, expected in ((3, (1, 0)), (9, (0, 2))):
        values = Assignment({"x": x})
        words = Data.of_words(joined.load(const(0), order()), joined.load(const(32), order()))
        assert words.concrete(values) == b"".join(n.to_bytes(32, "big") for n in expected)


def test_memory_that_no_gas_pays_for() -> None:
    with pytest.raises(Halt, match="out of gas"):
        Memory().load(const(2**200), order())
