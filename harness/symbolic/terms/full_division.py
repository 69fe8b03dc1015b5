"""Division of a two-word product by a word, as libraries write it without a wider type.

`mulDiv(x, y, d)` of Remco Bloemen, in OpenZeppelin and elsewhere, computes q = floor(p / d) of
p = x * y < 2^512, where its high word p / 2^256 is less than d, so that q is a word:

1. p - p mod d = q * d is divided by `twos`, the largest power of two in d, which leaves the
   word `rest` with rest = q * odd mod 2^256, where d = odd * twos;
2. `odd` is inverted mod 2^256: z = (3 * odd) xor 2 is its inverse mod 2^4, and where z is the
   inverse mod 2^n, z * (2 - odd * z) is that mod 2^(2n), since (1 + e) * (1 - e) = 1 - e^2;
3. rest * z mod 2^256 is q.

That the quotient is a word is what `p / 2^256 < d` asks, and it is recognised as that question.

Nobody can tell that from bits of unknown products, so the last product is recognised: it is
built once more from p and d, and what comes out must be the very same term. The lemma is tried at
small widths in tests/unit/symbolic/test_full_division.py.
"""

from __future__ import annotations

from collections.abc import Iterator

from harness.symbolic.terms import interval
from harness.symbolic.terms.bitwise import bit_and, bit_or
from harness.symbolic.terms.boolean import and_
from harness.symbolic.terms.choice import ite, word_of
from harness.symbolic.terms.compare import ge, le, lt
from harness.symbolic.terms.division import divide, modulo
from harness.symbolic.terms.linear import bounds, negate, shift, subtract
from harness.symbolic.terms.node import (
    APP,
    CONST,
    DIV,
    LIN,
    MAX_WORD,
    MOD,
    MUL,
    SLICE,
    WORD,
    WORD_BITS,
    Bool,
    Int,
    const,
    memo,
)
from harness.symbolic.terms.product import multiply
from harness.symbolic.terms.slices import slice_bits, wrap

__all__ = ["full_quotient", "note_seed", "quotient_fits"]

_INVERSE = "inverse"
"""Under this and a word, `memo` keeps of which word it is the inverse, and mod 2 to what."""

_SEED_BITS = 4
_DEEPEST = 6
"""How many levels down from the product the remainder is searched."""
_LONG_CONSTANT = 1 << 128
"""An inverse that the compiler computed is a long constant; only speed depends on it."""


def quotient_fits(a: Int, b: Int) -> Bool | None:
    """a < b, where a is the high word of p: p / b is a word. None for any other a."""
    if a.op != SLICE or a.data != (WORD_BITS, None) or b.op == CONST:
        return None
    dividend: Int = a.args[0]
    if dividend.lo is None or dividend.lo < 0:
        return None
    return _fits(dividend, b)


def _fits(dividend: Int, divisor: Int) -> Bool:
    """For p >= 0, p / 2^256 < d says p < d * 2^256, and that says that d > 0 and p / d < 2^256."""
    quotient = divide(dividend, divisor)
    return and_(ge(divisor, const(1)), le(quotient, const(MAX_WORD)))


def note_seed(a: Int, b: Int, result: Int) -> None:
    """Where a XOR is (3 * odd) xor 2 for the odd part of a word: note what it is."""
    if a.op == CONST:
        a, b = b, a
    if b.op != CONST or b.data != 2 or result.op == CONST:
        return
    base: Int = a.args[0] if a.op == SLICE else a
    if base.op != LIN or base.data != ((3,), 0) or a is not wrap(base):
        return
    odd: Int = base.args[0]
    if odd.op == DIV and odd.args[1] is _twos(odd.args[0]):
        memo[_INVERSE, result] = odd, _SEED_BITS


def full_quotient(a: Int, b: Int, product: Int) -> Int | None:
    """What a * b mod 2^256, given as `product`, is where it is the last step of such a division:
    the quotient, where the high word is less than the divisor. None where it is not that."""
    for rest, inverse in ((a, b), (b, a)):
        known = memo.get((_INVERSE, inverse))
        if known is not None:
            odd, bits = known
            if bits < WORD_BITS:
                if rest is wrap(shift(negate(wrap(multiply(odd, inverse))), 2)):
                    memo[_INVERSE, product] = odd, 2 * bits
                continue
            found = _quotient(rest, odd.args[0], product)
        elif inverse.op == CONST and inverse.data & 1 and inverse.data > _LONG_CONSTANT:
            found = _by_constant(rest, pow(inverse.data, -1, WORD), product)
        else:
            continue
        if found is not None:
            return found
    return None


def _by_constant(rest: Int, odd: int, product: Int) -> Int | None:
    """The same where the divisor is constant, and so is its inverse."""
    for remainder in dict.fromkeys(_remainders(rest, _DEEPEST)):
        divisor: Int = remainder.args[1]
        if divisor.op == CONST and divisor.data > 0:
            twos = divisor.data & -divisor.data
            if divisor.data // twos == odd and rest in _rests(remainder.args[0], divisor):
                return _where_it_fits(remainder.args[0], divisor, product)
    return None


def _quotient(rest: Int, divisor: Int, product: Int) -> Int | None:
    for remainder in dict.fromkeys(_remainders(rest, _DEEPEST)):
        if remainder.args[1] is divisor and rest in _rests(remainder.args[0], divisor):
            return _where_it_fits(remainder.args[0], divisor, product)
    return None


def _where_it_fits(dividend: Int, divisor: Int, product: Int) -> Int | None:
    """The quotient where the high word of the dividend is less than the divisor."""
    if not interval.inside(bounds(dividend), 0, WORD * WORD - 1):
        return None
    if divisor.lo is None or divisor.lo < 0:
        return None
    sound = and_(_fits(dividend, divisor), le(divisor, const(MAX_WORD)))
    return ite(sound, divide(dividend, divisor), product)


def _remainders(term: Int, depth: int) -> Iterator[Int]:
    """The remainders that a term is made of, as far as they are searched."""
    if term.op == MOD:
        yield term
    elif depth and term.op in (LIN, SLICE, DIV, MUL, APP):
        for part in term.args:
            yield from _remainders(part, depth - 1)


def _twos(word: Int) -> Int:
    """The largest power of two in a word: word & -word."""
    return bit_and(word, wrap(negate(word)))


def _rests(dividend: Int, divisor: Int) -> list[Int]:
    """(dividend - dividend mod divisor) / twos mod 2^256, in the ways that code may come to it.

    A path on which the high word is not 0 knows that nothing is borrowed beyond it.
    """
    low, high = wrap(dividend), slice_bits(dividend, WORD_BITS)
    remainder, twos = modulo(dividend, divisor), _twos(divisor)
    less = subtract(high, word_of(lt(low, remainder)))
    low = divide(wrap(subtract(low, remainder)), twos)
    # 2^256 / twos; where twos is 1 that is no word, but nothing of the high one is needed.
    flipped = wrap(shift(divide(wrap(negate(twos)), twos), 1))
    return [bit_or(low, wrap(multiply(high, flipped))) for high in (wrap(less), less)]
