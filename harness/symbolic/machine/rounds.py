"""The EVM's operations on numbers: what the rounds of a loop compute."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from harness.symbolic.terms.node import MAX_WORD, SIGN, WORD, WORD_BITS

__all__ = ["OPERATIONS"]


def _signed(word: int) -> int:
    return word - WORD if word & SIGN else word


def _sdiv(a: int, b: int) -> int:
    if not b:
        return 0
    x, y = _signed(a), _signed(b)
    quotient = abs(x) // abs(y)
    return (quotient if (x < 0) == (y < 0) else -quotient) % WORD


def _smod(a: int, b: int) -> int:
    if not b:
        return 0
    x = _signed(a)
    rest = abs(x) % abs(_signed(b))
    return (-rest if x < 0 else rest) % WORD


def _signextend(size: int, word: int) -> int:
    if size >= WORD_BITS // 8 - 1:
        return word
    bits = 8 * (size + 1)
    low = word & ((1 << bits) - 1)
    return (low - (1 << bits)) % WORD if low >> (bits - 1) else low


def _byte(index: int, word: int) -> int:
    return word >> (8 * (31 - index)) & 0xFF if index < 32 else 0


OPERATIONS: Final[Mapping[int, tuple[int, Callable[..., int]]]] = {
    0x01: (2, lambda a, b: (a + b) % WORD),
    0x02: (2, lambda a, b: a * b % WORD),
    0x03: (2, lambda a, b: (a - b) % WORD),
    0x04: (2, lambda a, b: a // b if b else 0),
    0x05: (2, _sdiv),
    0x06: (2, lambda a, b: a % b if b else 0),
    0x07: (2, _smod),
    0x08: (3, lambda a, b, n: (a + b) % n if n else 0),
    0x09: (3, lambda a, b, n: a * b % n if n else 0),
    0x0A: (2, lambda a, b: pow(a, b, WORD)),
    0x0B: (2, _signextend),
    0x10: (2, lambda a, b: int(a < b)),
    0x11: (2, lambda a, b: int(a > b)),
    0x12: (2, lambda a, b: int(_signed(a) < _signed(b))),
    0x13: (2, lambda a, b: int(_signed(a) > _signed(b))),
    0x14: (2, lambda a, b: int(a == b)),
    0x15: (1, lambda a: int(a == 0)),
    0x16: (2, lambda a, b: a & b),
    0x17: (2, lambda a, b: a | b),
    0x18: (2, lambda a, b: a ^ b),
    0x19: (1, lambda a: MAX_WORD - a),
    0x1A: (2, _byte),
    0x1B: (2, lambda s, a: (a << s) % WORD if s < WORD_BITS else 0),
    0x1C: (2, lambda s, a: a >> s if s < WORD_BITS else 0),
    0x1D: (2, lambda s, a: (_signed(a) >> min(s, WORD_BITS)) % WORD),
}
"""Opcode to how many words it takes, the top of the stack first, and the word that it gives."""
