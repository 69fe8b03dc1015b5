"""AND, OR and XOR of words, part by part: only what stays unknown becomes `BAND`.

Masks of symbolic width, as solc writes them where it keeps the first bytes of a word, become
`HEAD`.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from harness.symbolic.terms.choice import ite
from harness.symbolic.terms.compare import eq
from harness.symbolic.terms.functions import BAND, HEAD, POW2
from harness.symbolic.terms.linear import add, bounds, scale, split, subtract, total
from harness.symbolic.terms.node import (
    APP,
    CONST,
    DIV,
    ITE,
    MAX_WORD,
    WORD_BITS,
    Int,
    const,
    make_int,
)
from harness.symbolic.terms.slices import cuts_of, slice_bits

_MOST_PARTS = 66
"""A constant with more runs of ones than about half of this is not taken apart."""


def bit_and(a: Int, b: Int) -> Int:
    """a & b, for words."""
    if a.op == CONST:
        a, b = b, a
    if b.op == CONST:
        if b.data == 0:
            return b
        if b.data == MAX_WORD:
            return a
        if a.op == CONST:
            return const(a.data & b.data)
        if b.data & (b.data + 1) == 0:
            return slice_bits(a, 0, b.data.bit_length())
    for mask, word in ((a, b), (b, a)):
        kept = _masked_head(mask, word)
        if kept is not None:
            return kept
    return a if a is b else _by_parts(a, b, _and_part)


def head(word: Int, bits: Int) -> Int:
    """The highest `bits` >= 0 bits of a word, zeros below them; all of it from 256 bits on."""
    if bits.op == CONST:
        rest = max(WORD_BITS - bits.data, 0)
        return scale(slice_bits(word, rest), 1 << rest)
    if word.op == CONST and word.data == 0:
        return word
    return HEAD(word, bits)


def _masked_head(mask: Int, word: Int) -> Int | None:
    """mask & word, where the mask is 2^256 - 1 shifted right by a symbolic number of bits, or the
    complement of that; None for other masks."""
    atoms, factors, constant = split(mask)
    if len(atoms) != 1 or atoms[0].op != DIV:
        return None
    ones, power = atoms[0].args
    if ones.op != CONST or ones.data != MAX_WORD or power.op != APP or power.data is not POW2:
        return None
    bits: Int = power.args[0]
    if bits.lo is None or bits.lo < 0:
        return None
    if (factors, constant) == ((-1,), MAX_WORD):
        return head(word, bits)
    if (factors, constant) == ((1,), 0):
        return subtract(word, head(word, bits))
    return None


def bit_or(a: Int, b: Int) -> Int:
    """a | b, for words."""
    if a.op == CONST:
        a, b = b, a
    if b.op == CONST:
        if a.op == CONST:
            return const(a.data | b.data)
        if b.data == 0:
            return a
    return a if a is b else _by_parts(a, b, _or_part)


def bit_xor(a: Int, b: Int) -> Int:
    """a ^ b, for words."""
    if a.op == CONST:
        a, b = b, a
    if b.op == CONST:
        if a.op == CONST:
            return const(a.data ^ b.data)
        if b.data == 0:
            return a
        if b.data == MAX_WORD:
            return subtract(b, a)
    return const(0) if a is b else _by_parts(a, b, _xor_part)


def _by_parts(a: Int, b: Int, combine: Callable[[Int, Int, int], Int]) -> Int:
    """Combine two words part by part, cut wherever either of them falls apart."""
    for one, other in ((a, b), (b, a)):
        if one.op == ITE and one.args[1].op == CONST and one.args[2].op == CONST:
            condition, then, otherwise = one.args
            return ite(
                condition,
                _by_parts(then, other, combine),
                _by_parts(otherwise, other, combine),
            )
    cuts = _positions(a) | _positions(b)
    if len(cuts) > _MOST_PARTS:
        return combine(a, b, WORD_BITS)
    edges = [0, *sorted(cuts), WORD_BITS]
    if len(edges) == 2:
        return combine(a, b, WORD_BITS)
    parts = []
    for start, end in pairwise(edges):
        width = end - start
        part = combine(slice_bits(a, start, width), slice_bits(b, start, width), width)
        parts.append(scale(part, 1 << start))
    return total(parts)


def _positions(term: Int) -> set[int]:
    """Where a word is cut: for a constant, where runs of equal bits begin."""
    if term.op != CONST:
        return cuts_of(term)
    changes = term.data ^ (term.data << 1)
    return {i for i in range(1, WORD_BITS) if changes >> i & 1}


def _and_part(a: Int, b: Int, width: int) -> Int:
    """a & b for two parts of `width` bits."""
    full = (1 << width) - 1
    if a.op == CONST:
        a, b = b, a
    if b.op == CONST:
        if a.op == CONST:
            return const(a.data & b.data)
        if b.data == 0:
            return b
        if b.data == full:
            return a
    if a is b:
        return a
    if _is_bit(a):
        return _under_bit(a, b)
    if _is_bit(b):
        return _under_bit(b, a)
    left, right = (a, b) if a.id < b.id else (b, a)
    his = [full] + [hi for lo, hi in (bounds(a), bounds(b)) if lo is not None and lo >= 0 and hi]
    return make_int(APP, (left, right), BAND, 0, min(his))


def _is_bit(term: Int) -> bool:
    return term.lo is not None and term.lo >= 0 and term.hi == 1


def _under_bit(bit: Int, other: Int) -> Int:
    """bit & other, for a bit in [0, 1]: the lowest bit of the other where the bit is set."""
    return ite(eq(bit, const(1)), slice_bits(other, 0, 1), const(0))


def _or_part(a: Int, b: Int, width: int) -> Int:
    """a | b = a + b - (a & b)."""
    full = (1 << width) - 1
    for one in (a, b):
        if one.op == CONST and one.data == full:
            return one
    return subtract(add(a, b), _and_part(a, b, width))


def _xor_part(a: Int, b: Int, width: int) -> Int:
    """a ^ b = a + b - 2 * (a & b)."""
    return subtract(add(a, b), scale(_and_part(a, b, width), 2))
