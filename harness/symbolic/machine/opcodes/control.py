"""Control flow: STOP, JUMP, JUMPI, PC, GAS, JUMPDEST, RETURN, REVERT, INVALID, SELFDESTRUCT."""

from __future__ import annotations

from harness.symbolic.machine.cuts import at_head
from harness.symbolic.machine.data import Data
from harness.symbolic.machine.errors import Halt, Unsupported
from harness.symbolic.machine.loops import at_branch
from harness.symbolic.machine.opcodes.rule import Family
from harness.symbolic.machine.path import Frame, Path
from harness.symbolic.machine.summaries import at_entry
from harness.symbolic.terms import Int, const, not_, words
from harness.symbolic.terms.node import CONST

__all__ = ["RULES"]


def stop(path: Path, frame: Frame) -> None:
    """End the frame in success, returning nothing."""
    # OPERATION
    path.machine.finish(path, True, Data())


def _target(path: Path, frame: Frame, target: Int) -> int:
    """A jump's destination. Raises Halt if it is none."""
    if target.op != CONST:
        target = path.facts.rewrite(target)
        if target.op != CONST:
            raise Unsupported("a jump to a symbolic destination")
    destination: int = target.data
    if destination not in frame.program.targets:
        raise Halt("invalid jump destination")
    return destination


def jump(path: Path, frame: Frame) -> None:
    """Go on elsewhere."""
    # STACK
    target = frame.stack.pop()
    # PROGRAM COUNTER
    frame.jump(_target(path, frame, target))


def jumpi(path: Path, frame: Frame) -> None:
    """Go on elsewhere if a word is not 0. Where both are open, the path forks."""
    # STACK
    target = frame.stack.pop()
    word = frame.stack.pop()
    # PROGRAM COUNTER
    if word.op == CONST:
        _go(path, frame, target, word.data != 0)
        return
    condition = words.truth(word)
    truth = path.known(condition)
    if truth is not None:
        _go(path, frame, target, truth)
        return
    condition = path.facts.rewrite(condition)
    destination = _target(path, frame, target)
    if at_branch(path, frame, condition, destination):
        return
    other = path.fork()
    other.take(not_(condition))
    other.frame.pc += 1
    path.machine.later(other)
    path.take(condition)
    frame.jump(destination)


def _go(path: Path, frame: Frame, target: Int, jumps: bool) -> None:
    """A branch whose side is known."""
    if jumps:
        frame.jump(_target(path, frame, target))
    else:
        frame.pc += 1


def pc(path: Path, frame: Frame) -> None:
    """The offset of this instruction."""
    # STACK
    frame.stack.append(const(frame.pc))
    # PROGRAM COUNTER
    frame.pc += 1


def gas(path: Path, frame: Frame) -> None:
    """The gas that is left: gas is ignored, so any number."""
    # STACK
    path.flag("gas is ignored: GAS gives any number")
    frame.stack.append(path.invent("gas", 64))
    # PROGRAM COUNTER
    frame.pc += 1


def jumpdest(path: Path, frame: Frame) -> None:
    """Nothing: jumps may end here. The head of a loop may be where it is cut, and a summary may
    stand for the internal function that begins here."""
    # OPERATION
    if path.machine.summaries is not None and at_entry(path, frame, path.machine.summaries):
        return
    if path.machine.cuts:
        at_head(path, frame)
    # PROGRAM COUNTER
    frame.pc += 1


def return_(path: Path, frame: Frame) -> None:
    """End the frame in success, returning a range of memory."""
    # STACK
    start = frame.stack.pop()
    size = frame.stack.pop()
    # OPERATION
    path.machine.finish(path, True, frame.memory.read(start, size, path.order))


def revert(path: Path, frame: Frame) -> None:
    """Undo what the frame has done, and return a range of memory."""
    # STACK
    start = frame.stack.pop()
    size = frame.stack.pop()
    # OPERATION
    # Nobody looks at the reason of a path that is dropped.
    dropped = path.machine.drops(path)
    data = Data() if dropped else frame.memory.read(start, size, path.order)
    path.machine.finish(path, False, data)


def invalid(path: Path, frame: Frame) -> None:
    """The opcode that is invalid for good."""
    # OPERATION
    raise Halt("invalid opcode 0xfe")


def selfdestruct(path: Path, frame: Frame) -> None:
    """Send all ether away and stop; the account stays, as it was not created just now."""
    # STACK
    beneficiary = path.facts.rewrite(frame.stack[-1])
    # OPERATION
    if frame.static:
        raise Halt("write protection: SELFDESTRUCT inside STATICCALL")
    path.machine.selfdestruct(path, frame, beneficiary)


RULES: Family = {
    0x00: (0, stop),
    0x56: (1, jump),
    0x57: (2, jumpi),
    0x58: (0, pc),
    0x5A: (0, gas),
    0x5B: (0, jumpdest),
    0xF3: (2, return_),
    0xFD: (2, revert),
    0xFE: (0, invalid),
    0xFF: (1, selfdestruct),
}
