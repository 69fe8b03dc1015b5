"""Arithmetic on bounds: pairs (lo, hi) of integers, None where there is no bound."""

from __future__ import annotations

from typing import TypeAlias

Bounds: TypeAlias = tuple[int | None, int | None]

UNBOUNDED: Bounds = (None, None)


def add(a: Bounds, b: Bounds) -> Bounds:
    """Bounds of x + y."""
    return (
        None if a[0] is None or b[0] is None else a[0] + b[0],
        None if a[1] is None or b[1] is None else a[1] + b[1],
    )


def scale(a: Bounds, factor: int) -> Bounds:
    """Bounds of factor * x."""
    if factor == 0:
        return 0, 0
    lo = None if a[0] is None else a[0] * factor
    hi = None if a[1] is None else a[1] * factor
    return (lo, hi) if factor > 0 else (hi, lo)


def multiply(a: Bounds, b: Bounds) -> Bounds:
    """Bounds of x * y."""
    alo, ahi = a
    blo, bhi = b
    if alo is not None and ahi is not None and blo is not None and bhi is not None:
        if alo >= 0 and blo >= 0:
            return alo * blo, ahi * bhi
        corners = (alo * blo, alo * bhi, ahi * blo, ahi * bhi)
        return min(corners), max(corners)
    if alo is not None and blo is not None and alo >= 0 and blo >= 0:
        return alo * blo, None if ahi is None or bhi is None else ahi * bhi
    return UNBOUNDED


def hull(a: Bounds, b: Bounds) -> Bounds:
    """The smallest bounds that contain both."""
    return (
        None if a[0] is None or b[0] is None else min(a[0], b[0]),
        None if a[1] is None or b[1] is None else max(a[1], b[1]),
    )


def meet(a: Bounds, b: Bounds) -> Bounds:
    """The bounds of what lies in both; lo > hi says that nothing does."""
    lo, hi = a
    if lo is None or (b[0] is not None and b[0] > lo):
        lo = b[0]
    if hi is None or (b[1] is not None and b[1] < hi):
        hi = b[1]
    return lo, hi


def floor_divide(a: Bounds, b: Bounds) -> Bounds:
    """Bounds of floor(x / y), and of 0 if y can be 0."""
    alo, ahi = a
    blo, bhi = b
    if blo is None or blo < 0:
        if alo is None or ahi is None:
            return UNBOUNDED
        most = max(abs(alo), abs(ahi))
        return -most, most
    if bhi == 0:
        return 0, 0
    least = max(blo, 1)
    greatest = None if bhi is None else max(bhi, least)
    lo = None if alo is None else alo // least
    if alo is not None and alo >= 0:
        lo = 0 if greatest is None or blo == 0 else alo // greatest
    hi = None if ahi is None else ahi // least
    if ahi is not None and ahi < 0:
        hi = -1 if greatest is None else ahi // greatest
    if blo == 0:
        lo = None if lo is None else min(lo, 0)
        hi = None if hi is None else max(hi, 0)
    return lo, hi


def modulo(a: Bounds, b: Bounds) -> Bounds:
    """Bounds of x - y * floor(x / y), and of 0 if y can be 0."""
    blo, bhi = b
    if blo is None or blo < 0:
        if blo is None or bhi is None:
            return UNBOUNDED
        return min(blo + 1, 0), max(bhi - 1, 0)
    hi = None if bhi is None else max(bhi - 1, 0)
    if a[0] is not None and a[0] >= 0 and a[1] is not None:
        hi = a[1] if hi is None else min(hi, a[1])
    return 0, hi


def at_most(bounds: Bounds, limit: int) -> bool | None:
    """Whether x <= limit follows from the bounds (None: it depends)."""
    lo, hi = bounds
    if hi is not None and hi <= limit:
        return True
    if lo is not None and lo > limit:
        return False
    return None


def inside(bounds: Bounds, lo: int, hi: int) -> bool:
    """Whether lo <= x <= hi follows from the bounds."""
    return bounds[0] is not None and bounds[1] is not None and bounds[0] >= lo and bounds[1] <= hi
