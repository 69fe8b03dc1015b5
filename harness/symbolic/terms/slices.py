"""Bits of an integer: floor(t / 2^offset) mod 2^width, in normal form.

This one operation is AND with a mask, a shift by a constant, a cast, a byte of a word and
wrap-around at 2^256. Concatenation needs no operation: it is the linear form
`2^o1 * slice1 + 2^o2 * slice2 + ...`, so bits and arithmetic share one normal form.
Negative integers have infinitely many sign bits, as in Python.
"""

from __future__ import annotations

from harness.symbolic.terms.choice import ite
from harness.symbolic.terms.interval import inside
from harness.symbolic.terms.linear import (
    Monomials,
    add,
    bounds,
    combine,
    linear,
    linear_bounds,
    monomials,
    piece_of,
    scale,
    shift,
)
from harness.symbolic.terms.node import (
    CONST,
    ITE,
    LIN,
    SIGN,
    SLICE,
    WORD_BITS,
    Bool,
    Int,
    const,
    memo,
)

_RESIDUE = "residue"
_LONGEST_CHAIN = 64
"""Slices are pushed into an if-then-else chain of at most so many alternatives."""


def slice_bits(term: Int, offset: int, width: int | None = None) -> Int:
    """floor(term / 2^offset) mod 2^width; without a width, all the bits above."""
    if offset < 0 or (width is not None and width < 0):
        raise ValueError(f"a slice needs offset and width >= 0, not {offset} and {width}")
    if width == 0:
        return const(0)
    lo, hi = term.lo, term.hi
    if width is not None and lo is not None and hi is not None:
        low, high = lo >> (offset + width), hi >> (offset + width)
        if low == high:
            # Bits above the slice never change: take them off and drop the modulus.
            if low:
                term = shift(term, -(low << (offset + width)))
            width = None
    if offset == 0 and width is None:
        return term
    op = term.op
    if op == CONST:
        value = term.data >> offset
        return const(value if width is None else value & ((1 << width) - 1))
    if op == SLICE:
        return _slice_of_slice(term, offset, width)
    if op == ITE:
        pushed = _push(term, offset, width)
        return piece_of(term, offset, width) if pushed is None else pushed
    if op == LIN:
        key = (term, offset, width)
        found: Int | None = memo.get(key)
        if found is None:
            cut = _cut if width is None else _reduced
            found = memo[key] = cut(term, offset, width)
        return found
    return piece_of(term, offset, width)


def wrap(term: Int) -> Int:
    """term mod 2^256: the word that EVM arithmetic gives for an exact result."""
    lo, hi = term.lo, term.hi
    if lo is not None and hi is not None and lo >= 0 and hi >> WORD_BITS == 0:
        return term
    return slice_bits(term, 0, WORD_BITS)


def signed(term: Int, bits: int = WORD_BITS) -> Int:
    """The low `bits` bits read as two's complement: in [-2^(bits-1), 2^(bits-1))."""
    half = 1 << (bits - 1)
    if inside(bounds(term), -half, half - 1):
        return term
    return shift(slice_bits(shift(term, half), 0, bits), -half)


def is_signed_word(term: Int) -> bool:
    """Whether the bounds of a term put it in [-2^255, 2^255)."""
    return inside(bounds(term), -SIGN, SIGN - 1)


def _slice_of_slice(term: Int, offset: int, width: int | None) -> Int:
    """A slice of a slice is a slice of the base."""
    base: Int = term.args[0]
    inner, inner_width = term.data
    if inner_width is not None:
        rest = max(inner_width - offset, 0)
        width = rest if width is None else min(width, rest)
    if width == 0:
        return const(0)
    return slice_bits(base, inner + offset, width)


def _push(term: Int, offset: int, width: int | None) -> Int | None:
    """A slice of an if-then-else whose alternatives get simpler; None if they do not."""
    spine: list[tuple[Bool, Int]] = []
    node = term
    while node.op == ITE:
        spine.append((node.args[0], node.args[1]))
        node = node.args[2]
        if len(spine) > _LONGEST_CHAIN:
            return None
    pieces = [slice_bits(then, offset, width) for _, then in spine]
    result = slice_bits(node, offset, width)
    if result.op == SLICE and all(piece.op == SLICE for piece in pieces):
        return None
    for (condition, _), piece in zip(reversed(spine), reversed(pieces), strict=True):
        result = ite(condition, piece, result)
    return result


def _residue(value: int, bits: int) -> int:
    """The residue of value mod 2^bits in (-2^(bits-1), 2^(bits-1)]."""
    value &= (1 << bits) - 1
    return value - (1 << bits) if value > 1 << (bits - 1) else value


def residue_form(term: Int, bits: int) -> Int:
    """A canonical linear form that is equal to `term` mod 2^bits.

    Inner moduli that are coarse enough dissolve, coefficients and the constant take their
    least absolute residue: (x + y mod 2^256) - y becomes x.
    """
    if _is_residue(term, bits):
        return term
    key = (_RESIDUE, term, bits)
    found: Int | None = memo.get(key)
    if found is None:
        found = memo[key] = _residue_form(term, bits)
    return found


def _residue_form(term: Int, bits: int) -> Int:
    again = True
    while again and term.op in (LIN, SLICE):
        again = False
        parts, constant = monomials(term)
        for atom in list(parts):
            if atom.op != SLICE or atom not in parts:
                continue
            offset, width = atom.data
            factor = parts[atom]
            if width is None or width + _zeros(factor) < bits:
                continue
            del parts[atom]
            inner = piece_of(atom.args[0], offset, None)
            constant += _spread(parts, inner, factor)
            again = True
        reduced = {atom: _residue(factor, bits) for atom, factor in parts.items()}
        term = linear(reduced, _residue(constant, bits))
    return term


def _is_residue(term: Int, bits: int) -> bool:
    """Whether a form is reduced mod 2^bits already (False: not seen to be)."""
    if term.op != LIN:
        return term.op != SLICE
    half = 1 << (bits - 1)
    factors, constant = term.data
    if not -half < constant <= half:
        return False
    for atom, factor in zip(term.args, factors, strict=True):
        if atom.op == SLICE and atom.data[1] is not None:
            return False
        if not -half < factor <= half:
            return False
    return True


def _spread(parts: Monomials, term: Int, factor: int) -> int:
    """Add factor * term to the monomials; returns the constant it brings."""
    others, constant = monomials(term)
    for atom, coefficient in others.items():
        parts[atom] = parts.get(atom, 0) + coefficient * factor
    return constant * factor


def _zeros(value: int) -> int:
    """How many zero bits end a non-zero integer."""
    return (value & -value).bit_length() - 1


def _reduced(term: Int, offset: int, width: int | None) -> Int:
    """Bits [offset, offset + width) of a linear form, reduced mod 2^(offset + width)."""
    assert width is not None
    top = offset + width
    reduced = residue_form(term, top)
    if reduced is not term:
        return slice_bits(reduced, offset, width)
    if offset:
        return _cut(term, offset, width)
    # Peel the parts of a concatenation: term = low + 2^cut * high with low in [0, 2^cut).
    for cut in _cuts(term, width - 1):
        low, high = _divide(term, cut)
        if inside(bounds(low), 0, (1 << cut) - 1):
            return combine(low, slice_bits(high, 0, width - cut), 1 << cut)
    return piece_of(term, 0, width)


def _cut(term: Int, offset: int, width: int | None) -> Int:
    """The slice of a linear form at an offset > 0, with structure below the offset dropped."""
    low, high = _divide(term, offset)
    if inside(bounds(low), 0, (1 << offset) - 1):
        return high if width is None else slice_bits(high, 0, width)
    if high.op != CONST or high.data:
        # floor((2^o * high + low) / 2^o) = high + floor(low / 2^o)
        whole = add(high, slice_bits(low, offset, None))
        return whole if width is None else slice_bits(whole, 0, width)
    for cut in _cuts(term, offset - 1):
        low, high = _divide(term, cut)
        if inside(bounds(low), 0, (1 << cut) - 1):
            return slice_bits(high, offset - cut, width)
    return piece_of(term, offset, width)


def _cuts(term: Int, most: int) -> list[int]:
    """Where a linear form may fall apart: the powers of two in its coefficients, descending."""
    factors = term.data[0]
    if not any(factor & 1 == 0 for factor in factors):
        return []
    return sorted({z for z in map(_zeros, factors) if 0 < z <= most}, reverse=True)


def _divide(term: Int, cut: int) -> tuple[Int, Int]:
    """(low, high) with term = low + 2^cut * high: high takes what 2^cut divides."""
    mask = (1 << cut) - 1
    low: Monomials = {}
    high: Monomials = {}
    constant = term.data[1]
    for atom, factor in zip(term.args, term.data[0], strict=True):
        if factor & mask:
            low[atom] = factor
        else:
            high[atom] = factor >> cut
    below = constant & mask
    lo, hi = linear_bounds(low.keys(), low.values(), 0)
    if lo is not None and hi is not None and (lo + below < 0 or hi + below > mask):
        # A negative low part can fit once it borrows: x - 1 with x >= 1 stays as it is.
        borrowed = below - (1 << cut)
        if lo + borrowed >= 0 and hi + borrowed <= mask:
            below = borrowed
    return linear(low, below), linear(high, (constant - below) >> cut)


def cuts_of(term: Int, width: int = WORD_BITS) -> set[int]:
    """Bit positions at which a word falls apart into independent parts."""
    found: set[int] = set()
    if term.op == LIN:
        for cut in _cuts(term, width - 1):
            low, _ = _divide(term, cut)
            if inside(bounds(low), 0, (1 << cut) - 1):
                found.add(cut)
                if low.hi is not None:
                    found.add(low.hi.bit_length())
    if term.lo is not None and term.hi is not None and term.lo >= 0:
        found.add(term.hi.bit_length())
    return {cut for cut in found if 0 < cut < width}


def concat(parts: list[tuple[Int, int]]) -> Int:
    """The parts (term, width in bits), most significant first, side by side.

    Each term must lie in [0, 2^width), by its bounds or by facts of the path.
    """
    result = const(0)
    offset = 0
    for term, width in reversed(parts):
        result = add(result, scale(term, 1 << offset))
        offset += width
    return result
