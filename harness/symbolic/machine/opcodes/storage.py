"""Storage: SLOAD, SSTORE, TLOAD, TSTORE (0x54, 0x55, 0x5c, 0x5d)."""

from __future__ import annotations

from harness.symbolic.machine.errors import Halt
from harness.symbolic.machine.opcodes.rule import Family
from harness.symbolic.machine.path import Frame, Path

__all__ = ["RULES"]


def sload(path: Path, frame: Frame) -> None:
    """The word in a slot of storage."""
    # STACK
    slot = frame.stack.pop()
    # OPERATION
    frame.stack.append(path.machine.load(path, frame.owner, slot))
    # PROGRAM COUNTER
    frame.pc += 1


def sstore(path: Path, frame: Frame) -> None:
    """Put a word into a slot of storage."""
    # STACK
    slot = frame.stack.pop()
    value = frame.stack.pop()
    # OPERATION
    if frame.static:
        raise Halt("write protection: SSTORE inside STATICCALL")
    path.machine.store(path, frame.owner, slot, value)
    # PROGRAM COUNTER
    frame.pc += 1


def tload(path: Path, frame: Frame) -> None:
    """The word in a slot of transient storage."""
    # STACK
    slot = frame.stack.pop()
    # OPERATION
    frame.stack.append(path.state.load_transient(frame.owner.name, slot, path.facts))
    # PROGRAM COUNTER
    frame.pc += 1


def tstore(path: Path, frame: Frame) -> None:
    """Put a word into a slot of transient storage."""
    # STACK
    slot = frame.stack.pop()
    value = frame.stack.pop()
    # OPERATION
    if frame.static:
        raise Halt("write protection: TSTORE inside STATICCALL")
    path.state = path.state.store_transient(frame.owner.name, slot, value)
    # PROGRAM COUNTER
    frame.pc += 1


RULES: Family = {
    0x54: (1, sload),
    0x55: (2, sstore),
    0x5C: (1, tload),
    0x5D: (2, tstore),
}
