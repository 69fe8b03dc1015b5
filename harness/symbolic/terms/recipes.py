"""Overflow recipes: what a comparison of wrapped arithmetic says about the exact one.

`x + y < x` on words says x + y >= 2^256; `x == 0 || x * y / x == y` says x * y < 2^256.
Each rule here is an equivalence on all integers within the stated bounds. The lemma behind
each is checked by machine at small widths in tests/unit/symbolic/test_recipes.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from harness.symbolic.terms import interval
from harness.symbolic.terms.boolean import and_, choose, not_, or_
from harness.symbolic.terms.linear import bounds, combine, scale, shift, split, subtract
from harness.symbolic.terms.node import (
    CONST,
    DIV,
    FALSE,
    MAX_WORD,
    SIGN,
    SLICE,
    TRUE,
    WORD_BITS,
    Bool,
    Int,
    const,
)
from harness.symbolic.terms.product import multiply
from harness.symbolic.terms.slices import residue_form, signed, slice_bits

Within: TypeAlias = Callable[[Int, int | None, int | None], Bool]

_MOST_WINDOWS = 3


def wraps_decide(form: Int, lo: int | None, hi: int | None, within: Within) -> Bool | None:
    """lo <= form <= hi, where form holds c * (e mod 2^n) and e wraps a few times at most.

    In each window k * 2^n <= e < (k + 1) * 2^n the modulus is e - k * 2^n, exactly. If the
    bound is decided in every window by intervals, it says which windows e is in.
    """
    for atom, factor in _moduli(form):
        base: Int = atom.args[0]
        if form is atom and lo != hi and is_bias(base, atom.data[1]):
            continue
        found = _by_window(form, atom, factor, _nearer(base, atom, form), (lo, hi), within)
        if found is None and form is atom and lo != hi:
            found = _on_circle(form, lo, hi, within)
        if found is not None:
            return found
    return None


def _on_circle(form: Int, lo: int | None, hi: int | None, within: Within) -> Bool | None:
    """(x + c) mod 2^256 <= k as bounds on the word x or its signed reading, without wrapping."""
    base: Int = form.args[0]
    atoms, factors, constant = split(base)
    if form.data[1] != WORD_BITS or len(atoms) != 1 or factors[0] != 1:
        return None
    if not interval.inside(bounds(atoms[0]), 0, MAX_WORD):
        return None
    most = hi if hi is not None else (lo or 0) - 1
    first, last = -constant, most - constant
    if first >= 0 and last <= MAX_WORD:
        found = within(atoms[0], first, last)
    elif first >= -SIGN and last < SIGN:
        found = within(signed(atoms[0]), first, last)
    else:
        return None
    return found if hi is not None else not_(found)


def is_bias(base: Int, width: int) -> bool:
    """Whether base is x + 2^(n-1): its residue is the signed reading of x, best kept whole."""
    atoms, factors, constant = split(base)
    return len(atoms) == 1 and factors[0] == 1 and constant == 1 << (width - 1)


def _moduli(form: Int) -> Iterator[tuple[Int, int]]:
    """The atoms e mod 2^n of a form, with their coefficients."""
    atoms, coefficients, _ = split(form)
    for atom, factor in zip(atoms, coefficients, strict=True):
        if atom.op == SLICE and atom.data[0] == 0:
            yield atom, factor


def _nearer(base: Int, atom: Int, form: Int) -> Int:
    """A form that is equal to `base` mod 2^n and wraps less, using the other moduli in sight.

    (a + b) + y with m = (a + b) mod 2^n in sight is better read as m + y.
    """
    width = atom.data[1]
    for other, _ in _moduli(form):
        if other is atom or other.data[1] < width:
            continue
        change = subtract(other, other.args[0])
        for sign in (1, -1):
            candidate = combine(base, change, sign)
            if _windows(candidate, width) < _windows(base, width):
                base = candidate
    return base


def _windows(term: Int, width: int) -> int:
    """How many windows of 2^width the bounds of a term touch."""
    if term.lo is None or term.hi is None:
        return 1 << 62
    return (term.hi >> width) - (term.lo >> width) + 1


def _by_window(
    form: Int, atom: Int, factor: int, exact: Int, limits: interval.Bounds, within: Within
) -> Bool | None:
    width = atom.data[1]
    if _windows(exact, width) > _MOST_WINDOWS or exact.lo is None or exact.hi is None:
        return None
    rest = combine(form, atom, -factor)
    first, last = exact.lo >> width, exact.hi >> width
    found: list[Bool] = []
    undecided = 0
    for k in range(first, last + 1):
        start = k << width
        here = combine(rest, shift(exact, -start), factor)
        inner = max(exact.lo - start, 0), min(exact.hi - start, (1 << width) - 1)
        range_ = interval.meet(
            bounds(here), interval.add(interval.scale(inner, factor), bounds(rest))
        )
        truth = _holds(range_, limits)
        if truth is False:
            continue
        if truth is None:
            if limits[0] != limits[1] or form is not atom:
                return None
            # e mod 2^n == v with v in [0, 2^n) says e == v + k * 2^n for some window k.
            undecided += 1
            found.append(within(here, *limits))
            continue
        low = None if k == first else start
        high = None if k == last else start + (1 << width) - 1
        found.append(within(exact, low, high))
    return or_(*found) if undecided <= 2 else None


def _holds(range_: interval.Bounds, limits: interval.Bounds) -> bool | None:
    """Whether lo <= x <= hi, for every x in a range (None: it depends)."""
    lo, hi = limits
    least, most = range_
    if (hi is not None and least is not None and least > hi) or (
        lo is not None and most is not None and most < lo
    ):
        return False
    above = lo is None or (least is not None and least >= lo)
    below = hi is None or (most is not None and most <= hi)
    return True if above and below else None


def moduli_equal(form: Int, value: int, within: Within) -> Bool | None:
    """c * (e mod 2^n) + rest == value, with c = 1 or -1, as an equation without the modulus.

    If r = -c * (rest - value) lies in [0, 2^n), then e mod 2^n == r says that e - r is a
    multiple of 2^n; if the bounds of (e - r) reduced mod 2^n hold only one, it is equal to it.
    """
    for atom, factor in _moduli(form):
        if factor not in (1, -1):
            continue
        width = atom.data[1]
        rest = shift(combine(form, atom, -factor), -value)
        other = scale(rest, -factor)
        if not interval.inside(bounds(other), 0, (1 << width) - 1):
            continue
        apart = residue_form(subtract(atom.args[0], other), width)
        for candidate in (_nearer(apart, atom, form), apart):
            if candidate.lo is None or candidate.hi is None:
                continue
            first = -((-candidate.lo) >> width)
            last = candidate.hi >> width
            if first > last:
                return FALSE
            if first == last:
                return within(candidate, first << width, first << width)
    return None


def sign_extension_equal(form: Int, value: int, within: Within) -> Bool | None:
    """a == (a sign-extended from n bits), for words: signed(a) lies in [-2^(n-1), 2^(n-1))."""
    for atom, factor in _moduli(form):
        if atom.data[1] != WORD_BITS or factor not in (1, -1):
            continue
        inner, factors, constant = split(atom.args[0])
        if len(inner) != 1 or factors != (1,) or inner[0].op != SLICE or inner[0].data[0]:
            continue
        width = inner[0].data[1]
        half = 1 << ((width or 1) - 1)
        if width is None or width >= WORD_BITS or constant != -half:
            continue
        other = scale(shift(combine(form, atom, -factor), -value), -factor)
        if not interval.inside(bounds(other), 0, MAX_WORD):
            continue
        if slice_bits(shift(other, half), 0, width) is inner[0]:
            return within(signed(other), -half, half - 1)
    return None


def _quotient_in(form: Int) -> tuple[Int, int] | None:
    """The only quotient of a form with coefficient 1 or -1, and that coefficient."""
    atoms, coefficients, _ = split(form)
    found = [
        (atom, factor)
        for atom, factor in zip(atoms, coefficients, strict=True)
        if atom.op == DIV and factor in (1, -1)
    ]
    return found[0] if len(found) == 1 else None


def division_undoes_product(form: Int, value: int, within: Within) -> Bool | None:
    """(b * y mod 2^n) / b == y, for b >= 0: 0 <= y, b * y < 2^n, and y == 0 where b == 0.

    A quotient of what is not negative is not negative either, so it is no y below 0.
    """
    found = _quotient_in(form)
    if found is None:
        return None
    quotient, factor = found
    numerator, divisor = quotient.args
    other = scale(shift(combine(form, quotient, -factor), -value), -factor)
    if divisor.lo is None or divisor.lo < 0:
        return None
    product = multiply(divisor, other)
    width = WORD_BITS
    if numerator.op == SLICE and numerator.data[0] == 0:
        width = numerator.data[1]
    if numerator is product and other.lo is not None and other.lo >= 0:
        fits = TRUE
    elif slice_bits(product, 0, width) is numerator:
        fits = and_(within(other, 0, None), within(product, None, (1 << width) - 1))
    else:
        return None
    return and_(fits, or_(not_(within(divisor, 0, 0)), within(other, 0, 0)))


def quotient_below(form: Int, lo: int | None, hi: int | None, within: Within) -> Bool | None:
    """floor(M / b) <= t says M < b * (t + 1), for a constant M >= 0 and b > 0."""
    found = _quotient_in(form)
    if found is None:
        return None
    quotient, factor = found
    numerator, divisor = quotient.args
    if numerator.op != CONST or numerator.data < 0 or divisor.lo is None or divisor.lo < 0:
        return None
    if factor < 0:
        lo, hi = (None if hi is None else -hi), (None if lo is None else -lo)
    rest = scale(combine(form, quotient, -factor), factor)
    most = numerator.data
    parts: list[Bool] = []
    if hi is not None:
        limit = subtract(const(hi), rest)
        large = within(multiply(divisor, shift(limit, 1)), most + 1, None)
        parts.append(choose(within(divisor, 0, 0), within(limit, 0, None), large))
    if lo is not None:
        limit = subtract(const(lo), rest)
        small = within(multiply(divisor, limit), None, most)
        parts.append(choose(within(divisor, 0, 0), within(limit, None, 0), small))
    return and_(*parts)
