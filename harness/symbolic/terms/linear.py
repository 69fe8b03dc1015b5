"""Exact linear arithmetic: sum of coefficient * atom, plus a constant.

An atom is any Int that is neither constant nor linear. The normal form sorts atoms, merges
equal ones, and joins neighbouring bit slices of one base again, so that a word that was
taken apart byte by byte becomes the word when it is put together.
"""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter

from harness.symbolic.terms.interval import Bounds
from harness.symbolic.terms.node import CONST, LIN, SLICE, Int, const, find_int, make_int

_by_id = attrgetter("id")

Monomials = dict[Int, int]


def split(term: Int) -> tuple[tuple[Int, ...], tuple[int, ...], int]:
    """The atoms, coefficients and constant of any Int."""
    op = term.op
    if op == LIN:
        return term.args, term.data[0], term.data[1]
    if op == CONST:
        return (), (), term.data
    return (term,), (1,), 0


def monomials(term: Int) -> tuple[Monomials, int]:
    """The same as a fresh dictionary from atom to coefficient, and the constant."""
    atoms, coefficients, constant = split(term)
    return dict(zip(atoms, coefficients, strict=True)), constant


def bounds(term: Int) -> Bounds:
    """The bounds of a term as a pair."""
    return term.lo, term.hi


def linear_bounds(atoms: Iterable[Int], coefficients: Iterable[int], constant: int) -> Bounds:
    """Bounds of the sum of coefficient * atom, plus the constant."""
    lo: int | None = constant
    hi: int | None = constant
    for atom, factor in zip(atoms, coefficients, strict=True):
        below, above = (atom.lo, atom.hi) if factor > 0 else (atom.hi, atom.lo)
        lo = None if lo is None or below is None else lo + below * factor
        hi = None if hi is None or above is None else hi + above * factor
    return lo, hi


def _make(atoms: tuple[Int, ...], coefficients: tuple[int, ...], constant: int) -> Int:
    """The node for monomials that are already in normal form."""
    if not atoms:
        return const(constant)
    if constant == 0 and len(atoms) == 1 and coefficients[0] == 1:
        return atoms[0]
    data = (coefficients, constant)
    node = find_int(LIN, atoms, data)
    if node is None:
        lo, hi = linear_bounds(atoms, coefficients, constant)
        node = make_int(LIN, atoms, data, lo, hi)
    return node


def linear(parts: Monomials, constant: int) -> Int:
    """The sum of coefficient * atom over `parts`, plus `constant`; `parts` may be consumed."""
    sliced = False
    zero = False
    for atom, factor in parts.items():
        if factor == 0:
            zero = True
        elif atom.op == SLICE:
            sliced = True
    if zero:
        parts = {atom: factor for atom, factor in parts.items() if factor}
    if sliced and len(parts) > 1:
        constant = _join(parts, constant)
    if len(parts) == 1:
        ((atom, factor),) = parts.items()
        return _make((atom,), (factor,), constant)
    atoms = tuple(sorted(parts, key=_by_id))
    return _make(atoms, tuple([parts[atom] for atom in atoms]), constant)


def _join(parts: Monomials, constant: int) -> int:
    """Merge slices of one base in place until nothing merges; returns the new constant."""
    again = True
    while again:
        again = False
        for piece in [atom for atom in parts if atom.op == SLICE]:
            if piece in parts:
                change = _join_up(piece, parts)
                if change is None:
                    change = _take_from_base(piece, parts)
                if change is not None:
                    constant += change
                    again = True
    return constant


def _increase(parts: Monomials, term: Int, factor: int) -> int:
    """Add factor * term to `parts`; returns what it adds to the constant."""
    atoms, coefficients, constant = split(term)
    for atom, coefficient in zip(atoms, coefficients, strict=True):
        value = parts.get(atom, 0) + coefficient * factor
        if value:
            parts[atom] = value
        else:
            del parts[atom]
    return constant * factor


def _join_up(piece: Int, parts: Monomials) -> int | None:
    """c * low + c * 2^w * high is c * (both): join the slice with the one above it."""
    base: Int = piece.args[0]
    offset, width = piece.data
    if width is None:
        return None
    factor = parts[piece]
    for other in parts:
        if other.op != SLICE or other.args[0] is not base or other.data[0] != offset + width:
            continue
        if parts[other] != factor << width:
            continue
        above = other.data[1]
        del parts[piece], parts[other]
        whole = piece_of(base, offset, None if above is None else width + above)
        return _increase(parts, whole, factor)
    return None


def _take_from_base(piece: Int, parts: Monomials) -> int | None:
    """base - low slice is the high slice shifted, and the other way round."""
    base: Int = piece.args[0]
    offset, width = piece.data
    if (offset == 0) == (width is None):
        return None
    step = parts[piece]
    if offset and step % (1 << offset):
        return None
    factor = -step if offset == 0 else -(step >> offset)
    atoms, coefficients, _ = split(base)
    for atom, coefficient in zip(atoms, coefficients, strict=True):
        if parts.get(atom) != coefficient * factor:
            return None
    del parts[piece]
    change = _increase(parts, base, -factor)
    if offset == 0:
        return change + _increase(parts, piece_of(base, width, None), factor << width)
    return change + _increase(parts, piece_of(base, 0, offset), factor)


def piece_of(base: Int, offset: int, width: int | None) -> Int:
    """The SLICE node of a base that is known to need one (or the base, if it is whole)."""
    if offset == 0 and width is None:
        return base
    if width is not None:
        lo, hi = 0, (1 << width) - 1
        if base.lo is not None and base.hi is not None and base.lo >= 0:
            if base.hi < 1 << (offset + width):
                return piece_of(base, offset, None)
            hi = min(hi, base.hi >> offset)
        return make_int(SLICE, (base,), (offset, width), lo, hi)
    below = None if base.lo is None else base.lo >> offset
    above = None if base.hi is None else base.hi >> offset
    if below is not None and below == above:
        return const(below)
    return make_int(SLICE, (base,), (offset, None), below, above)


def shift(term: Int, amount: int) -> Int:
    """term + amount, for a constant amount."""
    if amount == 0:
        return term
    atoms, coefficients, constant = split(term)
    return _make(atoms, coefficients, constant + amount)


def add(a: Int, b: Int) -> Int:
    """a + b, exactly."""
    if a.op == CONST:
        return shift(b, a.data)
    if b.op == CONST:
        return shift(a, b.data)
    if a.op != LIN and b.op != LIN and a is not b and a.op != SLICE and b.op != SLICE:
        return _make((a, b) if a.id < b.id else (b, a), (1, 1), 0)
    return combine(a, b, 1)


def subtract(a: Int, b: Int) -> Int:
    """a - b, exactly (it may be negative)."""
    if a is b:
        return const(0)
    if b.op == CONST:
        return shift(a, -b.data)
    if a.op != LIN and b.op != LIN and a.op != SLICE and b.op != SLICE and a.op != CONST:
        if a.id < b.id:
            return _make((a, b), (1, -1), 0)
        return _make((b, a), (-1, 1), 0)
    return combine(a, b, -1)


def combine(a: Int, b: Int, factor: int) -> Int:
    """a + factor * b, exactly."""
    atoms, coefficients, constant = split(a)
    parts = dict(zip(atoms, coefficients, strict=True))
    atoms, coefficients, other = split(b)
    for atom, coefficient in zip(atoms, coefficients, strict=True):
        parts[atom] = parts.get(atom, 0) + factor * coefficient
    return linear(parts, constant + factor * other)


def scale(term: Int, factor: int) -> Int:
    """factor * term, exactly."""
    if factor == 1:
        return term
    if factor == 0:
        return const(0)
    atoms, coefficients, constant = split(term)
    return _make(atoms, tuple([c * factor for c in coefficients]), constant * factor)


def negate(term: Int) -> Int:
    """-term, exactly."""
    return scale(term, -1)


def total(terms: Iterable[Int]) -> Int:
    """The exact sum of any number of terms."""
    parts: Monomials = {}
    constant = 0
    for term in terms:
        atoms, coefficients, part = split(term)
        constant += part
        for atom, coefficient in zip(atoms, coefficients, strict=True):
            parts[atom] = parts.get(atom, 0) + coefficient
    return linear(parts, constant)
