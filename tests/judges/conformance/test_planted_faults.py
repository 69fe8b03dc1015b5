"""Faults planted in the machine, one for each kind of opcode: the comparison sees them all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from harness.symbolic.machine import Data, Machine, Path, Point
from harness.symbolic.machine.opcodes import RULES
from harness.symbolic.machine.opcodes.rule import Rule, binary, ternary, unary
from harness.symbolic.machine.path import Frame
from harness.symbolic.machine.storage import Storage, initial_word
from harness.symbolic.terms import Int, const, ite, slice_bits, words
from harness.symbolic.terms.product import multiply

from .test_opcodes import check_opcode

PROGRAMS = 30
ROUNDS = 10
"""Of so many programs; the first one that shows a fault is enough."""

Plant = Callable[[pytest.MonkeyPatch], None]


def rule(opcode: int, faulty: Rule) -> Plant:
    """A fault in the rule of an opcode."""
    return lambda patch: patch.setitem(RULES, opcode, faulty)


def around(opcode: int, before: Callable[[Frame], None]) -> Plant:
    """A fault that meddles with the stack before the right rule runs."""
    right = RULES[opcode]

    def faulty(path: Path, frame: Frame) -> None:
        before(frame)
        right(path, frame)

    return rule(opcode, faulty)


def instead(opcode: int, other: int) -> Plant:
    """One opcode does what another does."""
    return rule(opcode, RULES[other])


def attribute(owner: Any, name: str, value: Any) -> Plant:
    """A fault in a part that rules use."""
    return lambda patch: patch.setattr(owner, name, value)


def top(change: Callable[[Int], Int], depth: int = 1) -> Callable[[Frame], None]:
    """Change an item of the stack."""

    def before(frame: Frame) -> None:
        frame.stack[-depth] = change(frame.stack[-depth])

    return before


def swapped(frame: Frame) -> None:
    """Swap the two topmost items."""
    frame.stack[-1], frame.stack[-2] = frame.stack[-2], frame.stack[-1]


def forgetful_read(self: Storage, region: Any, keys: Any, facts: Any) -> Int:
    """A read that sees no write."""
    return initial_word(region, keys, self.era)


def latest_read(self: Storage, region: Any, keys: Any, facts: Any) -> Int:
    """A read that takes the latest write for one to the same keys."""
    for write in reversed(self.writes.get(region, ())):
        assert isinstance(write, Point)
        return write.value
    return initial_word(region, keys, self.era)


def no_rollback(self: Machine, path: Path, success: bool, output: Data, reason: str = "") -> None:
    """A frame that fails and keeps what it did."""
    if not success and len(path.frames) > 1:
        path.frame.saved = path.state
    right_finish(self, path, success, output, reason)


def lost_output(self: Machine, path: Path, success: bool, output: Data, reason: str = "") -> None:
    """Nested calls return nothing."""
    nothing = Data() if len(path.frames) > 1 else output
    right_finish(self, path, success, nothing, reason)


right_finish = Machine.finish


def unprotected(path: Path, frame: Frame) -> None:
    """SSTORE inside STATICCALL."""
    static, frame.static = frame.static, False
    RIGHT_SSTORE(path, frame)
    frame.static = static


RIGHT_SSTORE = RULES[0x55]


def jumpi_blind(path: Path, frame: Frame) -> None:
    """JUMPI that does not fork: it always takes the jump on a symbolic condition."""
    frame.stack[-2] = const(1)
    RIGHT_JUMPI(path, frame)


RIGHT_JUMPI = RULES[0x57]


def ignores_padding(path: Path, frame: Frame) -> None:
    """CALLDATALOAD that reads from the start where it should read beyond the end."""
    offset = frame.stack.pop()
    frame.stack.append(frame.calldata.word(ite_in(offset), path.order))
    frame.pc += 1


def ite_in(offset: Int) -> Int:
    """An offset brought into the call data."""
    return const(min(offset.data, 128)) if offset.data is not None else offset


def mstore8_high(path: Path, frame: Frame) -> None:
    """MSTORE8 of the highest byte."""
    frame.stack[-2] = slice_bits(frame.stack[-2], 248, 8)
    RIGHT_MSTORE8(path, frame)


RIGHT_MSTORE8 = RULES[0x53]


def own_balance(path: Path, frame: Frame) -> None:
    """BALANCE that does not look whom it is asked about."""
    frame.stack.pop()
    RULES[0x47](path, frame)


def reversed_topics(path: Path, frame: Frame) -> None:
    """LOG2 with its topics the wrong way round."""
    frame.stack[-3], frame.stack[-4] = frame.stack[-4], frame.stack[-3]
    RIGHT_LOG2(path, frame)


RIGHT_LOG2 = RULES[0xA2]


def free_transfer(self: Any, sender: Int, recipient: Int, value: Int, facts: Any) -> Any:
    """A transfer that costs the sender nothing."""
    return self


def no_transfer_state() -> Any:
    from harness.symbolic.machine.state import ChainState

    return ChainState


def signextend_late(k: Int, x: Int) -> Int:
    """SIGNEXTEND from one byte further up."""
    return words.signextend(words.add(k, const(1)), x)


def byte_from_below(i: Int, x: Int) -> Int:
    """BYTE counted from the least significant one."""
    return words.byte(words.sub(const(31), i), x)


def lenient_div(a: Int, b: Int) -> Int:
    """DIV by zero gives the dividend."""
    return ite(words.truth(b), words.div(a, b), a)


def add_one(a: Int, b: Int) -> Int:
    """ADD, and one more."""
    return words.add(words.add(a, b), const(1))


def wrapping_addmod(a: Int, b: Int, m: Int) -> Int:
    """ADDMOD of a sum that wraps."""
    return words.mod(words.add(a, b), m)


def wrapping_mulmod(a: Int, b: Int, m: Int) -> Int:
    """MULMOD of a product that wraps."""
    return words.mod(words.mul(a, b), m)


def one_less(size: Int) -> Int:
    """A constant less one."""
    return const(max(size.data - 1, 0))


def operand_one(frame: Frame) -> None:
    """PUSH0 of one."""
    frame.program.operands[frame.pc] = (1, frame.pc + 1)


FAULTS: dict[str, tuple[int, Plant]] = {
    "ADD one too many": (0x01, rule(0x01, binary(add_one)[1])),
    "MUL without wrapping": (0x02, rule(0x02, binary(multiply)[1])),
    "SUB the wrong way round": (0x03, around(0x03, swapped)),
    "DIV by zero": (0x04, rule(0x04, binary(lenient_div)[1])),
    "SDIV unsigned": (0x05, instead(0x05, 0x04)),
    "SMOD unsigned": (0x07, instead(0x07, 0x06)),
    "ADDMOD wraps first": (0x08, rule(0x08, ternary(wrapping_addmod)[1])),
    "MULMOD wraps first": (0x09, rule(0x09, ternary(wrapping_mulmod)[1])),
    "EXP the wrong way round": (0x0A, around(0x0A, swapped)),
    "SIGNEXTEND one byte off": (0x0B, rule(0x0B, binary(signextend_late)[1])),
    "LT for at most": (0x10, rule(0x10, binary(lambda a, b: words.iszero(words.gt(a, b)))[1])),
    "SGT unsigned": (0x13, instead(0x13, 0x11)),
    "ISZERO inverted": (0x15, rule(0x15, unary(lambda a: words.iszero(words.iszero(a)))[1])),
    "AND for OR": (0x17, instead(0x17, 0x16)),
    "BYTE from below": (0x1A, rule(0x1A, binary(byte_from_below)[1])),
    "SHL the wrong way round": (0x1B, around(0x1B, swapped)),
    "SAR without sign": (0x1D, instead(0x1D, 0x1C)),
    "KECCAK256 of a byte less": (0x20, around(0x20, top(one_less, 2))),
    "BALANCE of the running account": (0x31, rule(0x31, own_balance)),
    "CALLDATALOAD without padding": (0x35, rule(0x35, ignores_padding)),
    "CALLDATACOPY from the start": (0x37, around(0x37, top(lambda _: const(0), 2))),
    "CODECOPY of call data": (0x39, instead(0x39, 0x37)),
    "EXTCODESIZE of nobody": (0x3B, around(0x3B, top(lambda _: const(0)))),
    "NUMBER for TIMESTAMP": (0x42, instead(0x42, 0x43)),
    "MSTORE8 of the highest byte": (0x53, rule(0x53, mstore8_high)),
    "SLOAD without writes": (0x54, attribute(Storage, "read", forgetful_read)),
    "SLOAD of any write": (0x54, attribute(Storage, "read", latest_read)),
    "SSTORE inside STATICCALL": (0xFA, rule(0x55, unprotected)),
    "JUMPI without a fork": (0x57, rule(0x57, jumpi_blind)),
    "MSIZE for PC": (0x58, instead(0x58, 0x59)),
    "TLOAD for SLOAD": (0x5C, instead(0x5C, 0x54)),
    "MCOPY the wrong way round": (0x5E, around(0x5E, swapped)),
    "PUSH0 for one": (0x5F, around(0x5F, operand_one)),
    "DUP2 for DUP1": (0x81, instead(0x81, 0x80)),
    "SWAP2 for SWAP1": (0x91, instead(0x91, 0x90)),
    "LOG2 with topics swapped": (0xA2, rule(0xA2, reversed_topics)),
    "CALL that keeps what failed": (0xF1, attribute(Machine, "finish", no_rollback)),
    "CALL that returns nothing": (0xF1, attribute(Machine, "finish", lost_output)),
    "CALL without paying": (0xF1, attribute(no_transfer_state(), "transfer", free_transfer)),
    "CALLCODE in the name of the called": (0xF2, instead(0xF2, 0xF1)),
    "DELEGATECALL in the name of the called": (0xF4, instead(0xF4, 0xFA)),
    "REVERT for RETURN": (0xF3, instead(0xF3, 0xFD)),
    "INVALID for STOP": (0xFE, instead(0xFE, 0x00)),
    "SELFDESTRUCT without ether": (0xFF, instead(0xFF, 0x00)),
}  # fmt: skip
"""What is wrong, the opcode whose programs show it, and how to plant it."""


@pytest.mark.parametrize("fault", FAULTS)
def test_planted_fault_is_seen(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    opcode, plant = FAULTS[fault]
    plant(monkeypatch)
    for seed in range(ROUNDS):
        counts = check_opcode(opcode, PROGRAMS, seed)
        del counts["cases"], counts["successes"]
        if counts:
            return
    pytest.fail(f"{ROUNDS * PROGRAMS} programs around {opcode:#04x} do not show it")


def test_without_a_fault_the_same_programs_show_nothing() -> None:
    for opcode in sorted({opcode for opcode, _ in FAULTS.values()}):
        counts = check_opcode(opcode, 8)
        del counts["cases"], counts["successes"]
        assert not counts
