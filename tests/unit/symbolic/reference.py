"""EVM semantics on Python integers, written from the yellow paper, sharing no code with terms.

Slow and plain on purpose: it is what the terms are tested against.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

W = 2**256


def to_signed(x: int) -> int:
    return x - W if x >= 2**255 else x


def sdiv(a: int, b: int) -> int:
    x, y = to_signed(a), to_signed(b)
    if y == 0:
        return 0
    quotient = abs(x) // abs(y)
    return (-quotient if (x < 0) != (y < 0) else quotient) % W


def smod(a: int, b: int) -> int:
    x, y = to_signed(a), to_signed(b)
    if y == 0:
        return 0
    rest = abs(x) % abs(y)
    return (-rest if x < 0 else rest) % W


def signextend(k: int, x: int) -> int:
    if k > 30:
        return x
    bits: int = 8 * (k + 1)
    low = x % (1 << bits)
    return low + W - (1 << bits) if low >> (bits - 1) else low


def byte(i: int, x: int) -> int:
    return x.to_bytes(32, "big")[i] if i < 32 else 0


def shl(s: int, x: int) -> int:
    return (x << s) % W if s < 256 else 0


def shr(s: int, x: int) -> int:
    return x >> s if s < 256 else 0


def sar(s: int, x: int) -> int:
    return (to_signed(x) >> min(s, 256)) % W


def clz(x: int) -> int:
    return 256 if x == 0 else 256 - len(bin(x)[2:])


WORD_OPS: Mapping[str, tuple[int, Callable[..., int]]] = {
    "add": (2, lambda a, b: (a + b) % W),
    "sub": (2, lambda a, b: (a - b) % W),
    "mul": (2, lambda a, b: a * b % W),
    "div": (2, lambda a, b: a // b if b else 0),
    "sdiv": (2, sdiv),
    "mod": (2, lambda a, b: a % b if b else 0),
    "smod": (2, smod),
    "addmod": (3, lambda a, b, m: (a + b) % m if m else 0),
    "mulmod": (3, lambda a, b, m: a * b % m if m else 0),
    "exp": (2, lambda a, b: pow(a, b, W)),
    "signextend": (2, signextend),
    "lt": (2, lambda a, b: int(a < b)),
    "gt": (2, lambda a, b: int(a > b)),
    "slt": (2, lambda a, b: int(to_signed(a) < to_signed(b))),
    "sgt": (2, lambda a, b: int(to_signed(a) > to_signed(b))),
    "eq": (2, lambda a, b: int(a == b)),
    "iszero": (1, lambda a: int(a == 0)),
    "and_": (2, lambda a, b: a & b),
    "or_": (2, lambda a, b: a | b),
    "xor": (2, lambda a, b: a ^ b),
    "not_": (1, lambda a: W - 1 - a),
    "byte": (2, byte),
    "shl": (2, shl),
    "shr": (2, shr),
    "sar": (2, sar),
    "clz": (1, clz),
}
"""Opcode to arity and meaning; the first argument is the top of the stack."""

EXACT_OPS: Mapping[str, tuple[int, Callable[..., int]]] = {
    "add": (2, lambda a, b: a + b),
    "subtract": (2, lambda a, b: a - b),
    "multiply": (2, lambda a, b: a * b),
    "divide": (2, lambda a, b: a // b if b else 0),
    "modulo": (2, lambda a, b: a % b if b else 0),
}

COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "le": lambda a, b: a <= b,
    "lt": lambda a, b: a < b,
    "ge": lambda a, b: a >= b,
    "gt": lambda a, b: a > b,
    "eq": lambda a, b: a == b,
    "ne": lambda a, b: a != b,
}
