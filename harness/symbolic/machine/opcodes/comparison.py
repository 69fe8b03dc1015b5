"""Comparison: LT, GT, SLT, SGT, EQ, ISZERO (0x10 to 0x15)."""

from __future__ import annotations

from harness.symbolic.machine.opcodes.rule import Family, binary, unary
from harness.symbolic.terms import words

__all__ = ["RULES"]

RULES: Family = {
    0x10: binary(words.lt),
    0x11: binary(words.gt),
    0x12: binary(words.slt),
    0x13: binary(words.sgt),
    0x14: binary(words.eq),
    0x15: unary(words.iszero),
}
