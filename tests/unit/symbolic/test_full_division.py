"""Division of two-word products: the lemma at small widths, and that it is recognised."""

from __future__ import annotations

import random

import pytest

from harness.symbolic.terms import Assignment, Facts, Int, const, evaluate, word_var
from harness.symbolic.terms import words as w
from harness.symbolic.terms.compare import ge, le, lt
from harness.symbolic.terms.division import divide
from harness.symbolic.terms.linear import shift
from harness.symbolic.terms.node import ITE, MAX_WORD
from harness.symbolic.terms.product import multiply
from harness.symbolic.terms.slices import slice_bits


def mul_div(x: Int, y: Int, d: Int, *, seed: int = 2, steps: int = 6) -> Int:
    """What libraries compute, without their test that the high word is less than d."""
    folded, low = w.mulmod(x, y, const(MAX_WORD)), w.mul(x, y)
    high = w.sub(w.sub(folded, low), w.lt(folded, low))
    remainder = w.mulmod(x, y, d)
    high = w.sub(high, w.gt(remainder, low))
    low = w.sub(low, remainder)
    twos = w.and_(d, w.sub(const(0), d))
    odd, low = w.div(d, twos), w.div(low, twos)
    flipped = w.add(w.div(w.sub(const(0), twos), twos), const(1))
    low = w.or_(low, w.mul(high, flipped))
    inverse = w.xor(w.mul(const(3), odd), const(seed))
    for _ in range(steps):
        inverse = w.mul(inverse, w.sub(const(2), w.mul(odd, inverse)))
    return w.mul(low, inverse)


def on_numbers(x: int, y: int, d: int, bits: int) -> int:
    """The same on words of so many bits, d > 0."""
    size = 1 << bits
    high, low, remainder = x * y >> bits, x * y % size, x * y % d
    high, low = (high - (remainder > low)) % size, (low - remainder) % size
    twos = d & -d
    odd, low = d // twos, low // twos
    low |= high * (((size - twos) // twos + 1) % size) % size
    inverse, known = 3 * odd % size ^ 2, 4
    while known < bits:
        inverse, known = inverse * (2 - odd * inverse) % size, 2 * known
    return low * inverse % size


@pytest.mark.parametrize("bits", [4, 5])
def test_the_lemma_for_everything_of_few_bits(bits: int) -> None:
    size = 1 << bits
    for d in range(1, size):
        for x in range(size):
            for y in range(x, size):
                if x * y >> bits < d:
                    assert on_numbers(x, y, d, bits) == x * y // d, (x, y, d)


@pytest.mark.parametrize("bits", [4, 8, 16])
def test_the_inverse_doubles_its_bits(bits: int) -> None:
    size = 1 << bits
    for odd in range(1, size, 2):
        inverse, known = 3 * odd % size ^ 2, 4
        assert odd * inverse % 16 == 1
        while known < bits:
            inverse, known = inverse * (2 - odd * inverse) % size, 2 * known
        assert odd * inverse % size == 1


@pytest.mark.parametrize("bits", [3, 4])
def test_the_quotient_is_a_word_where_the_high_word_is_less(bits: int) -> None:
    for p in range(1 << (2 * bits)):
        for d in range(1 << bits):
            assert (p >> bits < d) == (d > 0 and p // d < 1 << bits)


X, Y = word_var("fdx"), word_var("fdy")


D = word_var("fdd")
DIVISORS = [D, shift(D, 1), const(10**18), const(3), const(2**200 * 7)]


@pytest.mark.parametrize("d", DIVISORS, ids=repr)
def test_it_becomes_the_quotient_where_that_is_a_word(d: Int) -> None:
    exact = divide(multiply(X, Y), d)
    facts = Facts([le(exact, const(MAX_WORD)), ge(d, const(1)), le(d, const(MAX_WORD))])
    assert facts.rewrite(mul_div(X, Y, d)) is exact


@pytest.mark.parametrize("d", DIVISORS, ids=repr)
def test_its_value_is_that_of_the_code(d: Int) -> None:
    term = mul_div(X, Y, d)
    chance = random.Random(7)
    for _ in range(60):
        x, y, given = (chance.getrandbits(chance.randrange(1, 257)) for _ in range(3))
        values = Assignment({"fdx": x, "fdy": y, "fdd": min(given, MAX_WORD - 1)})
        divisor = evaluate(d, values)
        if divisor:
            assert evaluate(term, values) == on_numbers(x, y, divisor, 256)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda d: mul_div(X, Y, d, steps=5),
        lambda d: mul_div(X, Y, d, seed=1),
        lambda d: w.mul(mul_div(X, Y, d), const(3)),
    ],
)
def test_what_is_not_quite_it_is_left_alone(wrong: object) -> None:
    assert callable(wrong)
    exact = divide(multiply(X, Y), shift(D, 1))
    term = wrong(shift(D, 1))
    assert term is not exact
    assert term.op != ITE


def test_the_comparison_of_the_high_word_asks_whether_the_quotient_fits() -> None:
    d = shift(word_var("fdnarrow", 128), 1)
    p = multiply(X, Y)
    assert w.truth(w.lt(slice_bits(p, 256), d)) is le(divide(p, d), const(MAX_WORD))
    assert w.truth(w.gt(d, slice_bits(p, 256))) is le(divide(p, d), const(MAX_WORD))
    assert w.truth(w.lt(slice_bits(p, 128), d)) is lt(slice_bits(p, 128), d)
