"""The arithmetic and logic of the EVM on terms, one function per opcode.

Operands are words: integers in [0, 2^256), by their bounds or by facts of the path. Stack
order is that of the yellow paper: `sub(a, b)` is a - b with a on top of the stack,
`shl(shift, value)`, `byte(index, word)`, `exp(base, exponent)`. Comparisons give the words
0 and 1; `truth` reads a word as a condition.
"""

from __future__ import annotations

from harness.symbolic.terms import bitwise, compare, division, interval, linear
from harness.symbolic.terms.boolean import iff
from harness.symbolic.terms.boolean import not_ as negation
from harness.symbolic.terms.choice import absolute, ite, word_of
from harness.symbolic.terms.full_division import full_quotient, note_seed, quotient_fits
from harness.symbolic.terms.functions import CLZ, EXP, POW2
from harness.symbolic.terms.node import (
    CONST,
    ITE,
    MAX_WORD,
    MOD,
    SLICE,
    WORD,
    WORD_BITS,
    Bool,
    Int,
    const,
    memo,
)
from harness.symbolic.terms.product import multiply, power
from harness.symbolic.terms.signed import signed_less, signed_product
from harness.symbolic.terms.slices import signed, slice_bits, wrap

_SDIV = "sdiv"
"""Under this and the result, `memo` keeps the operands of SDIV for the overflow recipe."""
_LARGEST_PRODUCT = 4
"""Powers up to this exponent are products; higher ones are opaque."""


def add(a: Int, b: Int) -> Int:
    """ADD: a + b mod 2^256."""
    return wrap(linear.add(a, b))


def sub(a: Int, b: Int) -> Int:
    """SUB: a - b mod 2^256."""
    if b.op == ITE and a.op == SLICE:
        high = _high_product(a, b)
        if high is not None:
            return high
    return wrap(linear.subtract(a, b))


def _high_product(a: Int, b: Int) -> Int | None:
    """The high word h of a product m, as `mm - low - (mm < low)` with mm = m mod (2^256 - 1).

    That is 0 where h is 2^256 - 1, which it never is of the product of two words.
    """
    for atom in linear.split(a.args[0])[0]:
        if atom.op != MOD or atom.args[1].op != CONST or atom.args[1].data != MAX_WORD:
            continue
        product: Int = atom.args[0]
        if not interval.inside(linear.bounds(product), 0, WORD * WORD - 1):
            continue
        low = wrap(product)
        if a is wrap(linear.subtract(atom, low)) and b is lt(atom, low):
            possible = compare.lt(product, const(MAX_WORD * WORD))
            return ite(possible, slice_bits(product, WORD_BITS), const(0))
    return None


def mul(a: Int, b: Int) -> Int:
    """MUL: a * b mod 2^256."""
    product = wrap(multiply(a, b))
    quotient = full_quotient(a, b, product)
    return product if quotient is None else quotient


def div(a: Int, b: Int) -> Int:
    """DIV: floor(a / b), and 0 where b is 0."""
    return division.divide(a, b)


def sdiv(a: Int, b: Int) -> Int:
    """SDIV: signed, rounded towards 0; 0 where b is 0, and -2^255 for -2^255 / -1."""
    left, right, minus_left, minus_right = _signs(a, b)
    quotient = division.divide(absolute(left, minus_left), absolute(right, minus_right))
    opposite = negation(iff(minus_left, minus_right))
    result = wrap(ite(opposite, linear.negate(quotient), quotient))
    if result.op != CONST:
        memo[_SDIV, result] = a, b
    return result


def _signs(a: Int, b: Int) -> tuple[Int, Int, Bool, Bool]:
    """Both operands as signed integers, and whether they are negative."""
    left, right = signed(a), signed(b)
    zero = const(0)
    return left, right, compare.lt(left, zero), compare.lt(right, zero)


def mod(a: Int, b: Int) -> Int:
    """MOD: a mod b, and 0 where b is 0."""
    return division.modulo(a, b)


def smod(a: Int, b: Int) -> Int:
    """SMOD: the remainder of SDIV, with the sign of a; 0 where b is 0."""
    left, right, minus_left, minus_right = _signs(a, b)
    rest = division.modulo(absolute(left, minus_left), absolute(right, minus_right))
    return wrap(ite(minus_left, linear.negate(rest), rest))


def addmod(a: Int, b: Int, modulus: Int) -> Int:
    """ADDMOD: (a + b) mod m without wrap-around, and 0 where m is 0."""
    return division.modulo(linear.add(a, b), modulus)


def mulmod(a: Int, b: Int, modulus: Int) -> Int:
    """MULMOD: (a * b) mod m without wrap-around, and 0 where m is 0."""
    return division.modulo(multiply(a, b), modulus)


def exp(base: Int, exponent: Int) -> Int:
    """EXP: base^exponent mod 2^256, and 1 for 0^0."""
    if exponent.op == CONST:
        if base.op == CONST:
            return const(pow(base.data, exponent.data, 1 << WORD_BITS))
        if exponent.data <= _LARGEST_PRODUCT:
            return wrap(power(base, exponent.data))
    if base.op == CONST:
        value = base.data
        if value == 1:
            return base
        if value == 0:
            return word_of(compare.eq(exponent, const(0)))
        if value & (value - 1) == 0:
            return shl(linear.scale(exponent, value.bit_length() - 1), const(1))
    return EXP(base, exponent)


def signextend(index: Int, value: Int) -> Int:
    """SIGNEXTEND: the low index + 1 bytes of a value as two's complement."""
    if index.op == CONST:
        if index.data >= 31:
            return value
        return wrap(signed(value, 8 * (index.data + 1)))
    result = value
    for size in range(31):
        same = compare.eq(index, const(size))
        result = ite(same, wrap(signed(value, 8 * (size + 1))), result)
    return result


def lt(a: Int, b: Int) -> Int:
    """LT: 1 if a < b, else 0."""
    fits = quotient_fits(a, b)
    return word_of(compare.lt(a, b) if fits is None else fits)


def gt(a: Int, b: Int) -> Int:
    """GT: 1 if a > b, else 0."""
    return lt(b, a)


def slt(a: Int, b: Int) -> Int:
    """SLT: 1 if a < b as signed words, else 0."""
    return word_of(signed_less(a, b))


def sgt(a: Int, b: Int) -> Int:
    """SGT: 1 if a > b as signed words, else 0."""
    return word_of(signed_less(b, a))


def eq(a: Int, b: Int) -> Int:
    """EQ: 1 if a == b, else 0."""
    for quotient, other in ((a, b), (b, a)):
        divided = memo.get((_SDIV, quotient))
        if divided is not None:
            found = signed_product(divided[1], other, divided[0])
            if found is not None:
                return word_of(found)
    return word_of(compare.eq(a, b))


def iszero(a: Int) -> Int:
    """ISZERO: 1 if a == 0, else 0."""
    return word_of(compare.eq(a, const(0)))


def truth(a: Int) -> Bool:
    """a != 0: the condition that JUMPI tests."""
    return compare.ne(a, const(0))


def and_(a: Int, b: Int) -> Int:
    """AND, bit by bit."""
    return bitwise.bit_and(a, b)


def or_(a: Int, b: Int) -> Int:
    """OR, bit by bit."""
    return bitwise.bit_or(a, b)


def xor(a: Int, b: Int) -> Int:
    """XOR, bit by bit."""
    result = bitwise.bit_xor(a, b)
    note_seed(a, b, result)
    return result


def not_(a: Int) -> Int:
    """NOT: 2^256 - 1 - a."""
    return linear.subtract(const(MAX_WORD), a)


def byte(index: Int, value: Int) -> Int:
    """BYTE: byte `index` of a word, 0 being the most significant; 0 from 32 on."""
    if index.op == CONST:
        if index.data > 31:
            return const(0)
        return slice_bits(value, 8 * (31 - index.data), 8)
    low = linear.subtract(const(248), linear.scale(index, 8))
    inside = compare.le(index, const(31))
    return ite(inside, slice_bits(division.divide(value, POW2(low)), 0, 8), const(0))


def shl(shift: Int, value: Int) -> Int:
    """SHL: value * 2^shift mod 2^256, and 0 from a shift of 256 on."""
    if shift.op == CONST:
        if shift.data >= WORD_BITS:
            return const(0)
        return wrap(linear.scale(value, 1 << shift.data))
    return wrap(multiply(value, POW2(shift)))


def shr(shift: Int, value: Int) -> Int:
    """SHR: floor(value / 2^shift), and 0 from a shift of 256 on."""
    if shift.op == CONST:
        return const(0) if shift.data >= WORD_BITS else slice_bits(value, shift.data)
    return division.divide(value, POW2(shift))


def sar(shift: Int, value: Int) -> Int:
    """SAR: floor(value / 2^shift) of a signed word; all sign bits from a shift of 256 on."""
    whole = signed(value)
    if shift.op == CONST:
        return wrap(slice_bits(whole, min(shift.data, WORD_BITS)))
    small = compare.lt(shift, const(WORD_BITS))
    quotient = division.divide(whole, POW2(shift))
    return wrap(ite(small, quotient, slice_bits(whole, WORD_BITS)))


def clz(a: Int) -> Int:
    """CLZ: the number of leading zero bits, 256 for 0."""
    if a.op == CONST:
        return const(WORD_BITS - a.data.bit_length())
    return CLZ(a)
