"""Arithmetic: ADD to SIGNEXTEND (0x01 to 0x0b)."""

from __future__ import annotations

from harness.symbolic.machine.opcodes.rule import Family, binary, ternary
from harness.symbolic.terms import words

__all__ = ["RULES"]

RULES: Family = {
    0x01: binary(words.add),
    0x02: binary(words.mul),
    0x03: binary(words.sub),
    0x04: binary(words.div),
    0x05: binary(words.sdiv),
    0x06: binary(words.mod),
    0x07: binary(words.smod),
    0x08: ternary(words.addmod),
    0x09: ternary(words.mulmod),
    0x0A: binary(words.exp),
    0x0B: binary(words.signextend),
}
