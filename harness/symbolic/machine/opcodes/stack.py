"""The stack: POP, PUSH0 to PUSH32, DUP1 to DUP16, SWAP1 to SWAP16 (0x50, 0x5f to 0x9f)."""

from __future__ import annotations

from harness.symbolic.machine.opcodes.rule import Family, Rule
from harness.symbolic.machine.path import Frame, Path
from harness.symbolic.terms import const

__all__ = ["RULES"]


def pop(path: Path, frame: Frame) -> None:
    """Take the top item off."""
    # STACK
    frame.stack.pop()
    # PROGRAM COUNTER
    frame.pc += 1


def push(path: Path, frame: Frame) -> None:
    """Push the number in the code."""
    # STACK
    value, after = frame.program.operands[frame.pc]
    frame.stack.append(const(value))
    # PROGRAM COUNTER
    frame.pc = after


def _dup(depth: int) -> tuple[int, Rule]:
    def dup(path: Path, frame: Frame) -> None:
        # STACK
        frame.stack.append(frame.stack[-depth])
        # PROGRAM COUNTER
        frame.pc += 1

    return depth, dup


def _swap(depth: int) -> tuple[int, Rule]:
    def swap(path: Path, frame: Frame) -> None:
        # STACK
        stack = frame.stack
        stack[-1], stack[-1 - depth] = stack[-1 - depth], stack[-1]
        # PROGRAM COUNTER
        frame.pc += 1

    return depth + 1, swap


RULES: Family = {
    0x50: (1, pop),
    **{0x5F + width: (0, push) for width in range(33)},
    **{0x7F + depth: _dup(depth) for depth in range(1, 17)},
    **{0x8F + depth: _swap(depth) for depth in range(1, 17)},
}
