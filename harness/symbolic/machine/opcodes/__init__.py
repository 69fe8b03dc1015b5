"""The opcodes of Prague, one module per family; every one in the same beats.

A rule pops from the stack, computes on terms, pushes, and moves the program counter. Gas is
ignored. `RULES` maps each opcode to its rule; `NEEDS` says how many items it wants on the stack.
"""

from __future__ import annotations

from harness.symbolic.machine.opcodes import (
    arithmetic,
    bitwise,
    block,
    calls,
    comparison,
    control,
    create,
    environment,
    keccak,
    log,
    memory,
    stack,
    storage,
)
from harness.symbolic.machine.opcodes.rule import Rule

__all__ = ["DECIDING", "NEEDS", "RULES", "Rule"]

_FAMILIES = (
    arithmetic.RULES,
    bitwise.RULES,
    block.RULES,
    calls.RULES,
    comparison.RULES,
    control.RULES,
    create.RULES,
    environment.RULES,
    keccak.RULES,
    log.RULES,
    memory.RULES,
    stack.RULES,
    storage.RULES,
)

RULES: dict[int, Rule] = {code: rule for family in _FAMILIES for code, (_, rule) in family.items()}
"""Opcode to rule. An opcode without one is undefined, and halts its frame."""

NEEDS: dict[int, int] = {code: needs for family in _FAMILIES for code, (needs, _) in family.items()}
"""Opcode to the number of items that it wants on the stack."""

DECIDING = frozenset((0x3E, 0x57, 0xF0, 0xF1, 0xF2, 0xF4, 0xF5, 0xFA, 0xFF))
"""Opcodes that may fork: the stack is kept as it was before them."""
