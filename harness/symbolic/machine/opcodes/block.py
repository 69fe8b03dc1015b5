"""The block: BLOCKHASH to BLOBBASEFEE (0x40 to 0x4a)."""

from __future__ import annotations

from collections.abc import Callable

from harness.symbolic.machine.opcodes.rule import Family, Rule
from harness.symbolic.machine.path import Frame, Path
from harness.symbolic.terms import Function, Int, and_, compare, const, ite, linear

__all__ = ["RULES"]

_RECENT = 256
"""BLOCKHASH knows as many blocks."""


def _reads(reading: Callable[[Path], Int]) -> tuple[int, Rule]:
    """An opcode that pushes what it reads."""

    def rule(path: Path, frame: Frame) -> None:
        # STACK
        # OPERATION
        frame.stack.append(reading(path))
        # PROGRAM COUNTER
        frame.pc += 1

    return 0, rule


def blockhash(path: Path, frame: Frame) -> None:
    """The hash of a recent block, an unknown function of its number; 0 for others."""
    # STACK
    number = frame.stack.pop()
    # OPERATION
    now = path.block.number
    recent = and_(compare.lt(number, now), compare.le(linear.shift(now, -_RECENT), number))
    path.flag("block hashes are an unknown function of the number")
    hashed = Function(f"blockhash@{path.setting.chain}", 1)(number)
    frame.stack.append(ite(recent, hashed, const(0)))
    # PROGRAM COUNTER
    frame.pc += 1


def selfbalance(path: Path, frame: Frame) -> None:
    """The ether of the running contract."""
    # STACK
    # OPERATION
    frame.stack.append(path.state.balance(frame.address, path.facts))
    # PROGRAM COUNTER
    frame.pc += 1


def blobhash(path: Path, frame: Frame) -> None:
    """The versioned hash of a blob of the transaction, an unknown function of its index."""
    # STACK
    index = frame.stack.pop()
    # OPERATION
    path.flag("blob hashes are an unknown function of the index")
    frame.stack.append(Function(f"blobhash@{path.setting.chain}", 1)(index))
    # PROGRAM COUNTER
    frame.pc += 1


RULES: Family = {
    0x40: (1, blockhash),
    0x41: _reads(lambda path: path.block.coinbase),
    0x42: _reads(lambda path: path.block.timestamp),
    0x43: _reads(lambda path: path.block.number),
    0x44: _reads(lambda path: path.block.prevrandao),
    0x45: _reads(lambda path: path.block.gaslimit),
    0x46: _reads(lambda path: const(path.setting.chain_id)),
    0x47: (0, selfbalance),
    0x48: _reads(lambda path: path.block.basefee),
    0x49: (1, blobhash),
    0x4A: _reads(lambda path: path.block.blobbasefee),
}
