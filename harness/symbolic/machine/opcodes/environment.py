"""The environment of a frame: ADDRESS to EXTCODEHASH (0x30 to 0x3f)."""

from __future__ import annotations

from collections.abc import Callable

from harness.symbolic.machine.accounts import code_hash, code_size
from harness.symbolic.machine.data import Data, Order
from harness.symbolic.machine.errors import Halt, Unsupported
from harness.symbolic.machine.opcodes.rule import Family, Rule
from harness.symbolic.machine.path import Frame, Path
from harness.symbolic.terms import Int, compare, const, linear, slice_bits
from harness.symbolic.terms.node import CONST

__all__ = ["RULES"]


def _reads(reading: Callable[[Path, Frame], Int]) -> tuple[int, Rule]:
    """An opcode that pushes what it reads."""

    def rule(path: Path, frame: Frame) -> None:
        # STACK
        # OPERATION
        frame.stack.append(reading(path, frame))
        # PROGRAM COUNTER
        frame.pc += 1

    return 0, rule


def balance(path: Path, frame: Frame) -> None:
    """The ether of an account."""
    # STACK
    address = slice_bits(frame.stack.pop(), 0, 160)
    # OPERATION
    frame.stack.append(path.state.balance(address, path.facts))
    # PROGRAM COUNTER
    frame.pc += 1


def calldataload(path: Path, frame: Frame) -> None:
    """A word of the call data, zeros beyond its end."""
    # STACK
    offset = frame.stack.pop()
    # OPERATION
    frame.stack.append(_word_at(frame.calldata, offset, path.order))
    # PROGRAM COUNTER
    frame.pc += 1


def _word_at(data: Data, offset: Int, order: Order) -> Int:
    if offset.op != CONST:
        offset = order.facts.rewrite(offset)
    return data.word(offset, order)


def _copies(source: Callable[[Path, Frame], Data]) -> tuple[int, Rule]:
    """An opcode that copies a byte string to memory, zeros beyond its end."""

    def rule(path: Path, frame: Frame) -> None:
        # STACK
        target = frame.stack.pop()
        offset = path.facts.rewrite(frame.stack.pop())
        size = path.facts.rewrite(frame.stack.pop())
        # OPERATION
        if size.op != CONST or size.data:
            data = source(path, frame).slice(offset, size, path.order, padded=True)
            frame.memory.write(target, data, path.order)
        # PROGRAM COUNTER
        frame.pc += 1

    return 3, rule


def returndatacopy(path: Path, frame: Frame) -> None:
    """Copy what the last call returned to memory; beyond its end is an error."""
    # STACK
    target, offset, size = frame.stack[-1], frame.stack[-2], frame.stack[-3]
    # OPERATION
    offset, size = path.facts.rewrite(offset), path.facts.rewrite(size)
    inside = compare.le(linear.add(offset, size), frame.returndata.length)
    if not path.decide(inside):
        raise Halt("out of bounds: RETURNDATACOPY beyond the end of the return data")
    data = frame.returndata.slice(offset, size, path.order)
    frame.memory.write(target, data, path.order)
    del frame.stack[-3:]
    # PROGRAM COUNTER
    frame.pc += 1


def extcodesize(path: Path, frame: Frame) -> None:
    """The size of the code of an account."""
    # STACK
    address = slice_bits(frame.stack.pop(), 0, 160)
    # OPERATION
    frame.stack.append(code_size(path, address))
    # PROGRAM COUNTER
    frame.pc += 1


def extcodehash(path: Path, frame: Frame) -> None:
    """The hash of the code of an account."""
    # STACK
    address = slice_bits(frame.stack.pop(), 0, 160)
    # OPERATION
    frame.stack.append(code_hash(path, address))
    # PROGRAM COUNTER
    frame.pc += 1


def extcodecopy(path: Path, frame: Frame) -> None:
    """Copy the code of a known account to memory."""
    # STACK
    address = path.facts.rewrite(slice_bits(frame.stack.pop(), 0, 160))
    target = frame.stack.pop()
    offset = path.facts.rewrite(frame.stack.pop())
    size = path.facts.rewrite(frame.stack.pop())
    # OPERATION
    if address.op != CONST or address.data not in path.setting.accounts:
        raise Unsupported("EXTCODECOPY of an account that is not known")
    code = Data.of_bytes(path.setting.accounts[address.data].code)
    frame.memory.write(target, code.slice(offset, size, path.order, padded=True), path.order)
    # PROGRAM COUNTER
    frame.pc += 1


RULES: Family = {
    0x30: _reads(lambda path, frame: frame.address),
    0x31: (1, balance),
    0x32: _reads(lambda path, frame: path.call.origin),
    0x33: _reads(lambda path, frame: frame.caller),
    0x34: _reads(lambda path, frame: frame.value),
    0x35: (1, calldataload),
    0x36: _reads(lambda path, frame: frame.calldata.length),
    0x37: _copies(lambda path, frame: frame.calldata),
    0x38: _reads(lambda path, frame: const(frame.program.length)),
    0x39: _copies(lambda path, frame: Data.of_bytes(frame.program.code)),
    0x3A: _reads(lambda path, frame: path.call.gasprice),
    0x3B: (1, extcodesize),
    0x3C: (4, extcodecopy),
    0x3D: _reads(lambda path, frame: frame.returndata.length),
    0x3E: (3, returndatacopy),
    0x3F: (1, extcodehash),
}
