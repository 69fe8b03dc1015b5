"""What a solver is told about the functions that it does not know: sound, never complete."""

from __future__ import annotations

from harness.symbolic.terms import bitwise, compare, words
from harness.symbolic.terms.boolean import and_, iff, imply
from harness.symbolic.terms.functions import BAND, CLZ, EXP, HEAD, POW2, Function
from harness.symbolic.terms.linear import add, subtract
from harness.symbolic.terms.node import CONST, SIGN, WORD_BITS, Bool, Int, const


def axioms_of(application: Int) -> list[Bool]:
    """Facts about one application of a built-in function, besides the range of its values."""
    function: Function = application.data
    if function is BAND:
        return _band(application, *application.args)
    if function is HEAD:
        return _head(application, *application.args)
    if function is POW2:
        return _pow2(application, *application.args)
    if function is EXP:
        return _exp(application, *application.args)
    if function is CLZ:
        return _clz(application, *application.args)
    return function.laws(application) if function.laws is not None else []


def _band(result: Int, a: Int, b: Int) -> list[Bool]:
    """x & y <= x, x & y <= y, and x | y has no more bits than they have."""
    zero = const(0)
    facts = [imply(compare.ge(part, zero), compare.le(result, part)) for part in (a, b)]
    if a.lo is not None and b.lo is not None and a.lo >= 0 and b.lo >= 0 and a.hi and b.hi:
        most = (1 << max(a.hi, b.hi).bit_length()) - 1
        if most >> WORD_BITS == 0:
            facts.append(compare.le(subtract(add(a, b), result), const(most)))
    return facts


def _head(result: Int, word: Int, bits: Int) -> list[Bool]:
    """No more than the word; 0 of no bits, all of it from 256 bits on."""
    is_word = within_word(word)
    none, all_ = compare.le(bits, const(0)), compare.ge(bits, const(WORD_BITS))
    return [
        imply(is_word, compare.le(result, word)),
        imply(none, compare.eq(result, const(0))),
        imply(and_(is_word, all_), compare.eq(result, word)),
    ]


def _pow2(result: Int, exponent: Int) -> list[Bool]:
    """2^s > s for s in [0, 256), with its value at the ends; 0 outside."""
    inside = and_(compare.ge(exponent, const(0)), compare.lt(exponent, const(WORD_BITS)))
    return [
        iff(inside, compare.ge(result, const(1))),
        imply(inside, compare.gt(result, exponent)),
        iff(compare.eq(exponent, const(0)), compare.eq(result, const(1))),
        iff(compare.eq(exponent, const(WORD_BITS - 1)), compare.eq(result, const(SIGN))),
    ]


def _exp(result: Int, base: Int, exponent: Int) -> list[Bool]:
    """b^0 == 1, b^1 == b, 0^e == 0 for e > 0, 1^e == 1; for words b and e."""
    zero, one = const(0), const(1)
    return [
        imply(compare.eq(exponent, zero), compare.eq(result, one)),
        imply(compare.eq(exponent, one), compare.eq(result, words.add(base, zero))),
        imply(and_(compare.eq(base, zero), compare.gt(exponent, zero)), compare.eq(result, zero)),
        imply(and_(compare.eq(base, one), compare.ge(exponent, zero)), compare.eq(result, one)),
    ]


def _clz(result: Int, value: Int) -> list[Bool]:
    """256 leading zeros for 0 and only for it, none from 2^255 on."""
    zero = const(0)
    positive = compare.gt(value, zero)
    return [
        imply(compare.eq(value, zero), compare.eq(result, const(WORD_BITS))),
        imply(positive, compare.lt(result, const(WORD_BITS))),
        imply(positive, iff(compare.ge(value, const(SIGN)), compare.eq(result, zero))),
    ]


def instances(application: Int, values: tuple[int, ...]) -> list[Bool]:
    """Exact facts about a built-in function near argument values where a model was wrong.

    For each argument, the function with that argument fixed, as far as terms can express it;
    and the value at the point itself.
    """
    function: Function = application.data
    args: tuple[Int, ...] = application.args
    if function.exact is None:
        return []
    at = [compare.eq(arg, const(value)) for arg, value in zip(args, values, strict=True)]
    exact = const(int(function.exact(*values)))
    facts = [imply(and_(*at), compare.eq(application, exact))]
    in_range = [0 <= value < 1 << WORD_BITS for value in values]
    if function is BAND and all(in_range):
        words_only = and_(*(within_word(arg) for arg in args))
        for index, value in enumerate(values):
            taken = bitwise.bit_and(const(value), args[1 - index])
            facts.append(imply(and_(at[index], words_only), compare.eq(application, taken)))
    elif function is HEAD and 0 <= values[1] <= WORD_BITS:
        kept = bitwise.head(args[0], const(values[1]))
        facts.append(imply(and_(at[1], within_word(args[0])), compare.eq(application, kept)))
    elif function is EXP and all(in_range) and values[1] <= 8:
        power = words.exp(args[0], const(values[1]))
        facts.append(imply(and_(at[1], within_word(args[0])), compare.eq(application, power)))
    elif function is CLZ and 0 < values[0] < 1 << WORD_BITS:
        low = values[0].bit_length() - 1
        same = and_(
            compare.ge(args[0], const(1 << low)), compare.lt(args[0], const(1 << (low + 1)))
        )
        facts.append(imply(same, compare.eq(application, exact)))
    return facts


def table(application: Int) -> list[Bool]:
    """The whole meaning of a built-in function of one small unknown, point by point."""
    function: Function = application.data
    args: tuple[Int, ...] = application.args
    if function is POW2:
        return _points(application, args[0], [1 << s for s in range(WORD_BITS)])
    if function is EXP and args[0].op == CONST:
        powers = [pow(args[0].data, e, 1 << WORD_BITS) for e in range(WORD_BITS)]
        return _points(application, args[1], powers)
    if function is CLZ:
        facts = []
        for size in range(WORD_BITS):
            same = compare.within(args[0], 1 << size, (2 << size) - 1)
            facts.append(imply(same, compare.eq(application, const(WORD_BITS - 1 - size))))
        return facts
    return []


def _points(application: Int, unknown: Int, values: list[int]) -> list[Bool]:
    return [
        imply(compare.eq(unknown, const(at)), compare.eq(application, const(value)))
        for at, value in enumerate(values)
    ]


def within_word(term: Int) -> Bool:
    """0 <= term < 2^256."""
    return compare.within(term, 0, (1 << WORD_BITS) - 1)
