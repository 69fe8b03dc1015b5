"""Arithmetic: ADD to SIGNEXTEND (0x01 to 0x0b)."""

from __future__ import annotations

from collections.abc import Callable

from harness.symbolic.machine.opcodes.rule import Family, Rule, binary, ternary
from harness.symbolic.machine.path import Frame, Path
from harness.symbolic.terms import Int, words
from harness.symbolic.terms.node import ITE

__all__ = ["RULES"]


def _exactly(number: int, operation: Callable[..., Int]) -> tuple[int, Rule]:
    """An opcode that multiplies or divides: its operands are taken as the path knows them.

    Terms of products and quotients that differ in wrap-around inside are not seen to be equal.
    """

    def rule(path: Path, frame: Frame) -> None:
        # STACK
        stack = frame.stack
        operands = [stack.pop() for _ in range(number)]
        # OPERATION
        stack.append(_decided(path, operation(*path.facts.rewrite_all(operands))))
        # PROGRAM COUNTER
        frame.pc += 1

    return number, rule


def _decided(path: Path, result: Int) -> Int:
    """A result that is one thing or another, as those of long multiplication and division are:
    mostly the path knows which."""
    return path.facts.rewrite(result) if result.op == ITE else result


def _sub(path: Path, frame: Frame) -> None:
    # STACK
    stack = frame.stack
    a = stack.pop()
    b = stack.pop()
    # OPERATION
    stack.append(_decided(path, words.sub(a, b)))
    # PROGRAM COUNTER
    frame.pc += 1


RULES: Family = {
    0x01: binary(words.add),
    0x02: _exactly(2, words.mul),
    0x03: (2, _sub),
    0x04: _exactly(2, words.div),
    0x05: binary(words.sdiv),
    0x06: _exactly(2, words.mod),
    0x07: binary(words.smod),
    0x08: ternary(words.addmod),
    0x09: _exactly(3, words.mulmod),
    0x0A: binary(words.exp),
    0x0B: binary(words.signextend),
}
