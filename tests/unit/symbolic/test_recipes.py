"""The lemma behind each overflow recipe, by machine at small widths; and that they apply.

A lemma is stated once, over operations that exist both for integers and for bit-vectors, and
is checked by trying everything at 4 bits and by Z3 on bit-vectors at 6.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import product as every
from typing import Any

import pytest
import z3

from harness.symbolic.terms import (
    Assignment,
    Bool,
    Int,
    Term,
    const,
    evaluate,
    iff,
    not_,
    or_,
    signed,
    word_var,
    wrap,
)
from harness.symbolic.terms import words as w
from harness.symbolic.terms.boolean import and_
from harness.symbolic.terms.compare import eq, ge, gt, le, lt, within
from harness.symbolic.terms.division import modulo
from harness.symbolic.terms.linear import add, scale, shift, subtract
from harness.symbolic.terms.node import DIV, MAX_WORD, MOD, SIGN, SLICE, WORD
from harness.symbolic.terms.product import multiply

from .patterns import PATTERNS, TERMS


class Plain:
    """Words of n bits as Python integers."""

    def __init__(self, bits: int) -> None:
        self.bits, self.size, self.half = bits, 1 << bits, 1 << (bits - 1)

    def wrap(self, value: int) -> int:
        return value % self.size

    def signed(self, value: int) -> int:
        return value - self.size if value >= self.half else value

    def div(self, a: int, b: int) -> int:
        return a // b if b else 0

    def sdiv(self, a: int, b: int) -> int:
        x, y = self.signed(a), self.signed(b)
        if y == 0:
            return 0
        quotient = abs(x) // abs(y)
        return self.wrap(-quotient if (x < 0) != (y < 0) else quotient)

    def mod(self, a: int, b: int) -> int:
        return a % b if b else 0

    def extend(self, value: int, low: int) -> int:
        part = value % (1 << low)
        return self.wrap(part - (1 << low) if part >> (low - 1) else part)

    def all(self, *facts: bool) -> bool:
        return all(facts)

    def any(self, *facts: bool) -> bool:
        return any(facts)

    def no(self, fact: bool) -> bool:
        return not fact


class Vector(Plain):
    """The same words as Z3 bit-vectors, wide enough that no exact result overflows."""

    def __init__(self, bits: int) -> None:
        super().__init__(bits)
        self.wide = 2 * bits + 4

    def wrap(self, value: Any) -> Any:
        return value & (self.size - 1)

    def signed(self, value: Any) -> Any:
        return z3.If(value >= self.half, value - self.size, value)

    def div(self, a: Any, b: Any) -> Any:
        return z3.If(b == 0, z3.BitVecVal(0, self.wide), z3.UDiv(a, b))

    def sdiv(self, a: Any, b: Any) -> Any:
        x, y = self.signed(a), self.signed(b)
        return self.wrap(z3.If(y == 0, z3.BitVecVal(0, self.wide), x / y))

    def mod(self, a: Any, b: Any) -> Any:
        return z3.If(b == 0, z3.BitVecVal(0, self.wide), z3.URem(a, b))

    def extend(self, value: Any, low: int) -> Any:
        part = value & ((1 << low) - 1)
        return self.wrap(z3.If(part >= 1 << (low - 1), part - (1 << low), part))

    def all(self, *facts: Any) -> Any:
        return z3.And(*facts)

    def any(self, *facts: Any) -> Any:
        return z3.Or(*facts)

    def no(self, fact: Any) -> Any:
        return z3.Not(fact)


def between(op: Any, lo: int, value: Any, hi: int) -> Any:
    return op.all(value >= lo, value <= hi)


def int_add(op: Any, x: Any, y: Any) -> tuple[Any, Any]:
    total, first, second = op.signed(op.wrap(x + y)), op.signed(x), op.signed(y)
    up = op.all(op.no(first < 0), total < second)
    down = op.all(first < 0, op.no(total < second))
    return op.any(up, down), op.no(between(op, -op.half, first + second, op.half - 1))


def int_sub(op: Any, x: Any, y: Any) -> tuple[Any, Any]:
    rest, first, second = op.signed(op.wrap(x - y)), op.signed(x), op.signed(y)
    down = op.all(op.no(second < 0), rest > first)
    up = op.all(second < 0, rest < first)
    return op.any(up, down), op.no(between(op, -op.half, first - second, op.half - 1))


def int_mul(op: Any, x: Any, y: Any) -> tuple[Any, Any]:
    first, second = op.signed(x), op.signed(y)
    fits = between(op, -op.half, first * second, op.half - 1)
    least = op.all(first < 0, x == op.size - 1, second == -op.half)
    claim = op.all(op.any(fits, least), op.any(op.no(x == 0), y == 0))
    return op.sdiv(op.wrap(x * y), x) == y, claim


def high_word(op: Any, x: Any, y: Any) -> tuple[Any, Any]:
    product = x * y
    folded, low = op.mod(product, op.size - 1), op.wrap(product)
    carry = op.all(folded < low)
    high = op.wrap(folded - low)
    without, with_ = high, op.wrap(high - 1)
    exact = op.div(product, op.size + 0 * x)
    return op.any(op.all(carry, with_ == exact), op.all(op.no(carry), without == exact)), True


def on_circle(op: Any, x: Any, y: Any) -> tuple[Any, Any]:
    """(x + c) mod 2^n <= k, for the c = half / 2 that makes it a signed range."""
    c = op.half // 2
    k = op.half - 1
    return op.wrap(x + c) <= k, between(op, -c, op.signed(x), k - c)


def mul_div_bound(op: Any, x: Any, y: Any) -> tuple[Any, Any]:
    """x * y / d <= y where x <= d: the hint that lowering gives, for d = x + 1 and d = y + 1."""
    one, two = op.div(x * y, x + 1), op.div(x * y, y + 1)
    return op.all(one <= y, two <= x), True


def ordered_quotients(op: Any, x: Any, y: Any) -> tuple[Any, Any]:
    """a1 <= a2 gives a1 / b <= a2 / b: the other hint, for a2 = a1 + y and b = 3."""
    three = 3 + 0 * x
    return op.div(x, three) <= op.div(x + y, three), True


LEMMAS: dict[str, Callable[[Any, Any, Any], tuple[Any, Any]]] = {
    "x + y < x": lambda op, x, y: (op.wrap(x + y) < x, x + y >= op.size),
    "x < x - y": lambda op, x, y: (x < op.wrap(x - y), x < y),
    "max - x < y": lambda op, x, y: (op.wrap(op.size - 1 - x) < y, x + y >= op.size),
    "x + y == x": lambda op, x, y: (op.wrap(x + y) == x, y == 0),
    "x * y / x == y": lambda op, x, y: (
        op.div(op.wrap(x * y), x) == y,
        op.all(x * y < op.size, op.any(op.no(x == 0), y == 0)),
    ),
    "max / x < y": lambda op, x, y: (
        op.div((op.size - 1) + 0 * x, x) < y,
        op.any(op.all(x == 0, y > 0), op.all(op.no(x == 0), x * y > op.size - 1)),
    ),
    "int add": int_add,
    "int sub": int_sub,
    "int mul": int_mul,
    "sign-extended": lambda op, x, y: (op.extend(x, 3) == x, between(op, -4, op.signed(x), 3)),
    "high word": high_word,
    "on the circle": on_circle,
    "product is zero": lambda op, x, y: (x * y == 0, op.any(x == 0, y == 0)),
    "mulDiv bound": mul_div_bound,
    "ordered quotients": ordered_quotients,
}


@pytest.mark.parametrize("name", LEMMAS)
def test_the_lemma_holds_everywhere_at_4_bits(name: str) -> None:
    op = Plain(4)
    for x, y in every(range(op.size), repeat=2):
        left, right = LEMMAS[name](op, x, y)
        assert left == right, (x, y)


@pytest.mark.parametrize("name", LEMMAS)
def test_the_lemma_holds_on_bit_vectors_of_6_bits(name: str) -> None:
    op = Vector(6)
    solver = z3.Solver()
    x, y = z3.BitVecs("x y", op.wide)
    solver.add(x >= 0, x < op.size, y >= 0, y < op.size)
    left, right = LEMMAS[name](op, x, y)
    solver.add(left != right)
    assert solver.check() == z3.unsat


X, Y = word_var("rx"), word_var("ry")
SX, SY = signed(X), signed(Y)
CHECKS: dict[str, Bool] = {
    "sum below operand": gt(add(X, Y), const(MAX_WORD)),
    "operand above sum": gt(add(X, Y), const(MAX_WORD)),
    "above the rest": gt(add(X, Y), const(MAX_WORD)),
    "above not": gt(add(X, Y), const(MAX_WORD)),
    "below difference": lt(X, Y),
    "difference above": lt(X, Y),
    "sum equals": eq(Y, const(0)),
    "product back": le(multiply(X, Y), const(MAX_WORD)),
    "product by constant": le(scale(X, 10**18), const(MAX_WORD)),
    "factor above quotient": gt(multiply(X, Y), const(MAX_WORD)),
    "int add": not_(within(add(SX, SY), -SIGN, SIGN - 1)),
    "int sub": not_(within(subtract(SX, SY), -SIGN, SIGN - 1)),
    "int128 clean": within(SX, -(2**127), 2**127 - 1),
    "biased": within(SX, -(2**127), 2**127 - 1),
    "near": within(X, 77, 1076),
    "uint128 clean": le(X, const(2**128 - 1)),
    "address clean": le(X, const(2**160 - 1)),
    "bool clean": le(X, const(1)),
}


@pytest.mark.parametrize("name", CHECKS)
def test_the_pattern_becomes_the_exact_predicate(name: str) -> None:
    assert w.truth(PATTERNS[name](TERMS, X, Y)) is CHECKS[name]


def test_narrow_products_compare_with_their_low_bits() -> None:
    x, y = word_var("narrow x", 128), word_var("narrow y", 128)
    fits = le(multiply(x, y), const(2**128 - 1))
    assert w.truth(PATTERNS["uint128 product"](TERMS, x, y)) is fits


def test_the_high_word_of_a_product_is_recognised() -> None:
    high = PATTERNS["high product"](TERMS, X, Y)
    assert high.op == SLICE
    assert high.args[0] is multiply(X, Y)
    assert w.truth(w.iszero(high)) is le(multiply(X, Y), const(MAX_WORD))


def test_the_high_word_needs_a_product_of_two_words() -> None:
    """On a product that can exceed (2^256 - 1)^2 the pattern means something else."""
    product = multiply(add(X, Y), add(X, word_var("rz")))
    folded, low = modulo(product, const(MAX_WORD)), wrap(product)
    term = w.sub(w.sub(folded, low), w.lt(folded, low))
    for x, y, z in ((MAX_WORD, MAX_WORD, MAX_WORD), (MAX_WORD, 5, MAX_WORD - 1), (2, 3, 4)):
        exact = (x + y) * (x + z)
        first, second = exact % MAX_WORD, exact % WORD
        expected = (first - second - (first < second)) % WORD
        assert evaluate(term, Assignment({"rx": x, "ry": y, "rz": z})) == expected


def test_no_recipe_applies_to_what_is_not_an_overflow_check() -> None:
    z = word_var("rz")
    assert has(lt(w.add(X, Y), z), SLICE)
    assert has(eq(w.div(w.mul(X, Y), X), z), DIV)
    assert has(eq(w.div(w.mul(X, Y), z), Y), DIV)
    assert has(eq(w.sdiv(w.mul(X, Y), X), z), DIV)
    assert has(w.sub(w.sub(w.mulmod(X, Y, const(MAX_WORD - 1)), w.mul(X, Y)), w.lt(X, Y)), MOD)
    assert lt(w.add(X, Y), X) is ge(add(X, Y), const(WORD))
    assert lt(w.add(X, const(5)), const(5)) is gt(X, const(MAX_WORD - 5))


def test_checks_on_results_of_unchecked_arithmetic() -> None:
    """x + y below x, where x is itself a sum that may have wrapped."""
    total = w.add(X, Y)
    z = word_var("rz")
    assert lt(w.add(total, z), total) is ge(add(total, z), const(WORD))
    assert gt(w.sub(total, z), total) is lt(total, z)
    assert iff(lt(w.add(total, z), total), not_(le(add(total, z), const(MAX_WORD)))).data is True


def test_int256_product_after_both_of_its_tests() -> None:
    fits = w.truth(PATTERNS["int mul"](TERMS, X, Y))
    exact = within(multiply(SX, SY), -SIGN, SIGN - 1)
    least = and_(lt(SX, const(0)), eq(Y, const(SIGN)))
    assert not has(fits, DIV)
    # The two say the same, and each bound of the product is visible to `Facts`.
    assert or_(not_(fits), not_(least)).data is True
    assert has_part(fits, exact)


def test_signed_constants_in_sums() -> None:
    up = w.slt(w.add(X, const(5)), X)
    assert w.truth(up) is gt(shift(SX, 5), const(SIGN - 1))
    down = w.sgt(w.sub(X, const(5)), X)
    assert w.truth(down) is lt(shift(SX, -5), const(-SIGN))


def nodes(term: Term) -> set[Term]:
    """The term with all its sub-terms."""
    seen: set[Term] = set()
    stack = [term]
    while stack:
        node = stack.pop()
        if node not in seen:
            seen.add(node)
            stack.extend(node.args)
    return seen


def has(term: Bool | Int, op: int) -> bool:
    return any(node.op == op for node in nodes(term))


def has_part(term: Bool, part: Bool) -> bool:
    return all(piece in nodes(term) for piece in part.args)
