"""Comparison: LT, GT, SLT, SGT, EQ, ISZERO (0x10 to 0x15)."""

from __future__ import annotations

from collections.abc import Callable

from harness.symbolic.machine.opcodes.rule import Family, Rule, binary, unary
from harness.symbolic.machine.path import Frame, Path
from harness.symbolic.terms import Int, words
from harness.symbolic.terms.node import DIV

__all__ = ["RULES"]


def _with_quotients(operation: Callable[[Int, Int], Int]) -> tuple[int, Rule]:
    """An opcode that compares words.

    A quotient is made of operands as the path knows them; what it is compared with has to be as
    well for a test of overflow, `x * y / x == y`, to be seen as one.
    """

    def rule(path: Path, frame: Frame) -> None:
        # STACK
        stack = frame.stack
        a = stack.pop()
        b = stack.pop()
        # OPERATION
        if a.op == DIV or b.op == DIV:
            a, b = path.facts.rewrite(a), path.facts.rewrite(b)
        stack.append(operation(a, b))
        # PROGRAM COUNTER
        frame.pc += 1

    return 2, rule


RULES: Family = {
    0x10: _with_quotients(words.lt),
    0x11: _with_quotients(words.gt),
    0x12: binary(words.slt),
    0x13: binary(words.sgt),
    0x14: _with_quotients(words.eq),
    0x15: unary(words.iszero),
}
