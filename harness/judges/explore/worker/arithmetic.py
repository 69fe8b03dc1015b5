"""Arithmetic that Manticore gets wrong, or not exactly."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from manticore.core.smtlib import expression as smt
from manticore.platforms.evm import Operators

from .base import Base, lift
from .expressions import extract, plain, widen
from .guards import Tripped

__all__ = ["Arithmetic"]

_WORD = 1 << 256


class Arithmetic(Base):
    """Opcodes that compute."""

    def MOD(self, a: Any, b: Any) -> Any:  # noqa: N802  (named after the opcode, as all below)
        """Modulo, unsigned; Manticore's own is signed."""
        if isinstance(a, int) and isinstance(b, int):
            return a % b if b else 0
        return _unless_zero(b, lambda: Operators.UREM(a, b))

    def ADDMOD(self, a: Any, b: Any, c: Any) -> Any:  # noqa: N802
        """A sum of any size, modulo; Manticore's own is signed."""
        if all(isinstance(each, int) for each in (a, b, c)):
            return (a + b) % c if c else 0
        return _unless_zero(c, lambda: _modulo(_double(a) + _double(b), c))

    def MULMOD(self, a: Any, b: Any, c: Any) -> Any:  # noqa: N802
        """A product of any size, modulo; Manticore's own is signed."""
        if all(isinstance(each, int) for each in (a, b, c)):
            return a * b % c if c else 0
        return _unless_zero(c, lambda: _modulo(_double(a) * _double(b), c))

    def SDIV(self, a: Any, b: Any) -> Any:  # noqa: N802
        """Division, signed."""
        if isinstance(a, int) and isinstance(b, int):
            one, other = _signed(a), _signed(b)
            if other == 0:
                return 0
            result = abs(one) // abs(other)
            return (result if (one < 0) == (other < 0) else -result) % _WORD
        return _unless_zero(b, lambda: lift(a).sdiv(lift(b)))

    def SMOD(self, a: Any, b: Any) -> Any:  # noqa: N802
        """Modulo, signed: the result has the sign of the dividend."""
        if isinstance(a, int) and isinstance(b, int):
            one, other = _signed(a), _signed(b)
            if other == 0:
                return 0
            result = abs(one) % abs(other)
            return (-result if one < 0 else result) % _WORD
        return _unless_zero(b, lambda: lift(a).srem(lift(b)))

    def SIGNEXTEND(self, size: Any, value: Any) -> Any:  # noqa: N802
        """The sign of a number of some bytes, extended."""
        at = self.number(size, "the width of SIGNEXTEND")
        if at >= 31:
            return value
        bits = 8 * (at + 1)
        low = extract(lift(value), 0, bits)
        return plain(smt.BitVecSignExtend(operand=low, size_dest=256))

    def EXP(self, base: Any, exponent: Any) -> Any:  # noqa: N802
        """A power: exact for constants and for small exponents."""
        if isinstance(base, int) and isinstance(exponent, int):
            return pow(base, exponent, _WORD)
        if not isinstance(exponent, int) or exponent > 8:
            raise Tripped("exp", "a power with a base or an exponent that is not known")
        result: Any = 1
        for _ in range(exponent):
            result = plain(base * result)
        return result

    def BYTE(self, offset: Any, value: Any) -> Any:  # noqa: N802
        """One byte of a word, counted from its high end."""
        at = self.number(offset, "the position of BYTE")
        return 0 if at > 31 else plain(widen(extract(lift(value), 8 * (31 - at), 8), 256))

    def SHL(self, a: Any, b: Any) -> Any:  # noqa: N802
        """Shift to the left."""
        return 0 if isinstance(a, int) and a > 255 else lift(b) << lift(a)

    def SHR(self, a: Any, b: Any) -> Any:  # noqa: N802
        """Shift to the right."""
        return 0 if isinstance(a, int) and a > 255 else lift(b) >> lift(a)

    def SAR(self, a: Any, b: Any) -> Any:  # noqa: N802
        """Shift to the right, keeping the sign."""
        return lift(b).sar(lift(a))


def _signed(value: int) -> int:
    return value - _WORD if value >> 255 else value


def _double(value: Any) -> Any:
    """A word in twice the bits, so that sums and products fit."""
    return widen(lift(value), 512)


def _modulo(value: Any, divisor: Any) -> Any:
    return extract(value.urem(_double(divisor)), 0, 256)


def _unless_zero(divisor: Any, compute: Callable[[], Any]) -> Any:
    """0 for a divisor of 0, as in the EVM."""
    if isinstance(divisor, int):
        return compute() if divisor else 0
    return Operators.ITEBV(256, divisor == 0, 0, compute())
