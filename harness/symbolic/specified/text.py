"""Byte strings of symbolic content and length, as a specification may look into them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from harness.symbolic.explore import decide, known
from harness.symbolic.machine import Unsupported
from harness.symbolic.machine.data import Order
from harness.symbolic.terms import Int, compare, const, ite, linear, slice_bits, value_of
from harness.symbolic.values import int_term
from harness.symbolic.world.values import SymText, number

__all__ = ["Text"]

_MOST_BYTES = 32
"""So many bytes at most can be gone through one by one."""


class Text(SymText):
    """An argument of type `bytes`: it has a length, slices, and the bytes of short slices."""

    __slots__ = ()
    __hash__ = None

    def __len__(self) -> Any:
        """Its length in bytes, a term; Python's own `len` takes it only if it is constant."""
        return number(self._length)

    def __bool__(self) -> bool:
        return decide(compare.ne(self._length, const(0)))

    def __getitem__(self, where: object) -> Any:
        """A slice: of two positions from the start, which may lie beyond the end."""
        if not isinstance(where, slice) or where.step is not None:
            raise Unsupported(f"the specification takes {where!r} of a byte string")
        start = int_term(0 if where.start is None else where.start)
        end = self._length if where.stop is None else int_term(where.stop)
        start, end = self._inside(start), self._inside(end)
        length = known().rewrite(linear.subtract(end, start))
        if not decide(compare.ge(length, const(0))):
            return b""
        found = self.data.slice(start, length, Order(known()))
        content = found.known_bytes()
        return Text(found) if content is None else content

    def __iter__(self) -> Iterator[Any]:
        size = value_of(known().rewrite(self._length))
        if size is None or size > _MOST_BYTES:
            raise Unsupported("the specification goes through a byte string of symbolic length")
        whole = self.data.number(const(0), size, Order(known()))
        for at in range(size):
            yield number(slice_bits(whole, 8 * (size - 1 - at), 8))

    @property
    def _length(self) -> Int:
        return known().rewrite(self.data.length)

    def _inside(self, position: Int) -> Int:
        """A position, or the end where it lies beyond.  Positions from the end are refused."""
        if not decide(compare.ge(position, const(0))):
            raise Unsupported("the specification counts from the end of a byte string")
        fits = compare.le(position, self._length)
        return known().rewrite(ite(fits, position, self._length))
