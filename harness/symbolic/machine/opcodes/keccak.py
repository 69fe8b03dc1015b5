"""Hashing: KECCAK256 (0x20)."""

from __future__ import annotations

from harness.symbolic.machine.opcodes.rule import Family
from harness.symbolic.machine.path import Frame, Path

__all__ = ["RULES"]


def keccak256(path: Path, frame: Frame) -> None:
    """The Keccak-256 hash of a range of memory."""
    # STACK
    start = frame.stack.pop()
    size = frame.stack.pop()
    # OPERATION
    data = frame.memory.read(start, size, path.order)
    frame.stack.append(path.machine.hashes.digest(data))
    # PROGRAM COUNTER
    frame.pc += 1


RULES: Family = {0x20: (2, keccak256)}
