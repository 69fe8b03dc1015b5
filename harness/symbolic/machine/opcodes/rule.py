"""What every family of opcodes is made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from harness.symbolic.machine.path import Frame, Path
from harness.symbolic.terms import Int

__all__ = ["Family", "Rule", "binary", "ternary", "unary"]

Rule: TypeAlias = Callable[[Path, Frame], None]
"""Runs one instruction of the innermost frame of a path."""

Family: TypeAlias = dict[int, tuple[int, Rule]]
"""Opcode to the number of items that it wants on the stack, and its rule."""


def unary(operation: Callable[[Int], Int]) -> tuple[int, Rule]:
    """An opcode that replaces one word by another."""

    def rule(path: Path, frame: Frame) -> None:
        # STACK
        a = frame.stack.pop()
        # OPERATION
        result = operation(a)
        frame.stack.append(result)
        # PROGRAM COUNTER
        frame.pc += 1

    return 1, rule


def binary(operation: Callable[[Int, Int], Int]) -> tuple[int, Rule]:
    """An opcode that replaces two words by one."""

    def rule(path: Path, frame: Frame) -> None:
        # STACK
        stack = frame.stack
        a = stack.pop()
        b = stack.pop()
        # OPERATION
        stack.append(operation(a, b))
        # PROGRAM COUNTER
        frame.pc += 1

    return 2, rule


def ternary(operation: Callable[[Int, Int, Int], Int]) -> tuple[int, Rule]:
    """An opcode that replaces three words by one."""

    def rule(path: Path, frame: Frame) -> None:
        # STACK
        stack = frame.stack
        a = stack.pop()
        b = stack.pop()
        c = stack.pop()
        # OPERATION
        stack.append(operation(a, b, c))
        # PROGRAM COUNTER
        frame.pc += 1

    return 3, rule
