"""Functions that are not arithmetic: declared by the caller, or kept opaque for the solver.

`BAND`, `HEAD`, `POW2`, `EXP` and `CLZ` have an exact meaning that the evaluator knows; a solver
sees an uninterpreted function with the axioms that `harness.symbolic.solve` adds. A model that
gives one of them a wrong value is refined or refused, never reported.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from harness.symbolic.terms.node import APP, MAX_WORD, SIGN, WORD, WORD_BITS, Bool, Int, make_int


class NotEvaluated(ArithmeticError):
    """A function has a meaning of its own, but its value takes too long to work out."""


@dataclass(frozen=True, slots=True)
class Function:
    """A function from integers to an integer in [lo, hi] (None: unbounded)."""

    name: str
    arity: int
    lo: int | None = 0
    hi: int | None = MAX_WORD
    exact: Callable[..., int] | None = None
    """Its meaning, if it has one; otherwise any function will do. May raise NotEvaluated."""
    laws: Callable[[Int], list[Bool]] | None = None
    """What is true of every application of it, for solvers."""
    pairs: Callable[[Int, Int], list[Bool]] | None = None
    """What is true of every two applications of it, in this order."""
    exact_laws: Callable[[Int], list[Bool]] | None = None
    """What is true of every application and of use only where exact powers are in sight."""

    def __call__(self, *args: Int) -> Int:
        """The application of the function to terms, never simplified."""
        if len(args) != self.arity:
            raise TypeError(f"{self.name} takes {self.arity} arguments, not {len(args)}")
        return make_int(APP, args, self, self.lo, self.hi)


def _pow2(exponent: int) -> int:
    return 1 << exponent if 0 <= exponent < WORD_BITS else 0


def _exp(base: int, exponent: int) -> int:
    return pow(base, exponent, WORD) if exponent >= 0 else 0


def _clz(value: int) -> int:
    return max(WORD_BITS - value.bit_length(), 0) if value >= 0 else 0


def _band(left: int, right: int) -> int:
    return left & right & MAX_WORD


def _head(value: int, bits: int) -> int:
    rest = WORD_BITS - min(max(bits, 0), WORD_BITS)
    return (value & MAX_WORD) >> rest << rest


BAND: Final = Function("band", 2, 0, MAX_WORD, _band)
"""x & y, bit by bit, of two words."""

HEAD: Final = Function("head_bits", 2, 0, MAX_WORD, _head)
"""The highest bits of a word, as many as the second argument says, and zeros below them."""

POW2: Final = Function("pow2", 1, 0, SIGN, _pow2)
"""2^s for 0 <= s < 256, otherwise 0: what symbolic shifts multiply and divide by."""

EXP: Final = Function("exp", 2, 0, MAX_WORD, _exp)
"""b^e mod 2^256."""

CLZ: Final = Function("clz", 1, 0, WORD_BITS, _clz)
"""The number of leading zero bits of a word (256 for 0)."""

BUILTINS: Final = (BAND, HEAD, POW2, EXP, CLZ)
