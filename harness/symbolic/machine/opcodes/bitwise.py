"""Bits: AND to SAR (0x16 to 0x1d)."""

from __future__ import annotations

from harness.symbolic.machine.opcodes.rule import Family, binary, unary
from harness.symbolic.terms import words

__all__ = ["RULES"]

RULES: Family = {
    0x16: binary(words.and_),
    0x17: binary(words.or_),
    0x18: binary(words.xor),
    0x19: unary(words.not_),
    0x1A: binary(words.byte),
    0x1B: binary(words.shl),
    0x1C: binary(words.shr),
    0x1D: binary(words.sar),
}
