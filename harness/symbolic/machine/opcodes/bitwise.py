"""Bits: AND to SAR (0x16 to 0x1d)."""

from __future__ import annotations

from collections.abc import Callable

from harness.symbolic.machine.opcodes.rule import Family, Rule, binary, unary
from harness.symbolic.machine.path import Frame, Path
from harness.symbolic.terms import Int, words
from harness.symbolic.terms.functions import BAND
from harness.symbolic.terms.linear import split
from harness.symbolic.terms.node import APP

__all__ = ["RULES"]


def _by_bits(operation: Callable[[Int, Int], Int]) -> tuple[int, Rule]:
    """An opcode on the bits of two words. Where their terms alone do not tell which bits can be
    set, what the path knows may."""

    def rule(path: Path, frame: Frame) -> None:
        # STACK
        stack = frame.stack
        a = stack.pop()
        b = stack.pop()
        # OPERATION
        result = operation(a, b)
        if any(atom.op == APP and atom.data is BAND for atom in split(result)[0]):
            result = operation(path.facts.rewrite(a), path.facts.rewrite(b))
        stack.append(result)
        # PROGRAM COUNTER
        frame.pc += 1

    return 2, rule


RULES: Family = {
    0x16: _by_bits(words.and_),
    0x17: _by_bits(words.or_),
    0x18: _by_bits(words.xor),
    0x19: unary(words.not_),
    0x1A: binary(words.byte),
    0x1B: binary(words.shl),
    0x1C: binary(words.shr),
    0x1D: binary(words.sar),
}
