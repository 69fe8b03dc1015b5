"""Memory: MLOAD, MSTORE, MSTORE8, MSIZE, MCOPY (0x51 to 0x53, 0x59, 0x5e)."""

from __future__ import annotations

from harness.symbolic.machine.errors import Unsupported
from harness.symbolic.machine.opcodes.rule import Family
from harness.symbolic.machine.path import Frame, Path
from harness.symbolic.terms import const, slice_bits

__all__ = ["RULES"]


def mload(path: Path, frame: Frame) -> None:
    """The word at an address of memory."""
    # STACK
    address = frame.stack.pop()
    # OPERATION
    frame.stack.append(frame.memory.load(address, path.order))
    # PROGRAM COUNTER
    frame.pc += 1


def mstore(path: Path, frame: Frame) -> None:
    """Put a word into memory."""
    # STACK
    address = frame.stack.pop()
    value = frame.stack.pop()
    # OPERATION
    frame.memory.store(address, value, 32, path.order)
    # PROGRAM COUNTER
    frame.pc += 1


def mstore8(path: Path, frame: Frame) -> None:
    """Put the lowest byte of a word into memory."""
    # STACK
    address = frame.stack.pop()
    value = frame.stack.pop()
    # OPERATION
    frame.memory.store(address, slice_bits(value, 0, 8), 1, path.order)
    # PROGRAM COUNTER
    frame.pc += 1


def msize(path: Path, frame: Frame) -> None:
    """How far memory has grown."""
    # STACK
    # OPERATION
    extent = frame.memory.extent
    if extent is None:
        raise Unsupported("MSIZE after an access at a symbolic address")
    frame.stack.append(const(extent))
    # PROGRAM COUNTER
    frame.pc += 1


def mcopy(path: Path, frame: Frame) -> None:
    """Copy a range of memory, as if through a buffer."""
    # STACK
    target = frame.stack.pop()
    source = frame.stack.pop()
    size = frame.stack.pop()
    # OPERATION
    data = frame.memory.read(source, size, path.order)
    frame.memory.write(target, data, path.order)
    # PROGRAM COUNTER
    frame.pc += 1


RULES: Family = {
    0x51: (1, mload),
    0x52: (2, mstore),
    0x53: (2, mstore8),
    0x59: (0, msize),
    0x5E: (3, mcopy),
}
