"""How bytecode becomes Python: what is known of a program, and the text that comes out."""

from __future__ import annotations

from textwrap import dedent

from eth.vm import opcode_values as op
from eth.vm.forks.prague.computation import PragueComputation

from harness.chain import Chain, Transaction
from harness.chain.opcodes import opcode_table
from harness.chain.program import Program, program_of
from harness.chain.translate import Translation

from .evm_programs import Label, Reference, Token, assemble, push

INSTRUCTIONS = opcode_table(PragueComputation)[1]


def source(*tokens: Token, start: int = 0) -> str:
    """The translation from a program counter."""
    return Translation(Program(assemble(tokens), INSTRUCTIONS), INSTRUCTIONS, start).source()


def test_where_instructions_start() -> None:
    """Data of a PUSH is no instruction and no jump target, even past the end."""
    program = Program(bytes([op.JUMPDEST, op.PUSH1, 0x5B, 0x5B, op.PUSH32, 0x5B]), None)
    assert program.starts == bytes([1, 1, 0, 1, 1, 0])
    assert program.destinations == {0, 3}
    assert program.immediate(1) == 0x5B
    assert program.immediate(4) == 0x5B << 248


def test_what_only_reverts() -> None:
    """Seen through static jumps and a subroutine; a branch or a stop may go either way."""
    revert: list[Token] = [push(0), op.DUP1, op.REVERT]
    cases: list[tuple[list[Token], bool]] = [
        (revert, True),
        ([b"\xfe"], True),
        ([Reference(1), op.JUMP, b"\x00", Label(1), *revert], True),
        ([Reference(1), Reference(2), op.JUMP, Label(2), op.JUMP, Label(1), *revert], True),
        ([push(1), push(2), op.SWAP1, op.POP, op.POP, *revert], True),
        ([op.STOP], False),
        ([], False),
        ([push(1), Reference(1), op.JUMPI, *revert, Label(1)], False),
        ([op.CALLVALUE, op.JUMP], False),
        ([Label(1), Reference(1), op.JUMP], False),
        ([push(0), push(0), op.RETURN], False),
    ]
    for tokens, expected in cases:
        assert Program(assemble(tokens), None).only_reverts(0) is expected, tokens


def test_text_of_a_translation() -> None:
    """Stack work is gone, gas is charged for the stretch, constants are folded."""
    text = source(
        *(push(4), op.CALLDATALOAD, push(1), push(160), op.SHL, push(1), op.SWAP1, op.SUB),
        *(op.AND, op.DUP1, push(7), op.LT, Reference(1), op.JUMPI, push(0), op.DUP1, op.REVERT),
        *(Label(1), op.SLOAD, op.ADD),
    )
    assert text == dedent(
        """\
        def block(c, s):
            if not 1 <= len(s) <= 1021: return -2
            gas = c._gas_meter
            g = gas.gas_remaining - 49
            if g < 0: return -2
            data = c.msg.data
            accounts = c.state._account_db
            address = c.msg.storage_address
            warm = accounts.warm_slots
            slots = accounts.storage[address]
            v1 = word(data[0x4 : 0x4 + 32].ljust(32, ZERO))
            v2 = 0xffffffffffffffffffffffffffffffffffffffff & v1
            if not (0x7 < v2): s.append(v2); gas.gas_remaining = g; return 21
            g -= 104
            if g < 0: s.append(v2); gas.gas_remaining = g + 104; return -27
            if (address, v2) not in warm: g = cold(accounts, address, v2, g)
            v4 = slots.get(v2, 0)
            v5 = s.pop()
            v6 = (v4 + v5) & MAX
            gas.gas_remaining = g; return -1
        """
    )


def test_loops_are_not_unrolled_for_ever() -> None:
    """A function passes the same JUMPDEST a few times, then hands over."""
    text = source(Label(1), op.CALLVALUE, op.POP, Reference(1), op.JUMP)
    assert text.count("c.msg.value") == 4
    assert text.endswith("return 0\n")


def test_code_is_translated_at_its_second_visit() -> None:
    """What runs once, as init code does, is not worth it."""
    program = Program(assemble([op.STOP]), INSTRUCTIONS)
    assert program.heat(0) is None
    assert program.heat(0) is program.blocks[0]
    assert Program(b"", None).heat(0) is None


def test_programs_are_shared_by_chains() -> None:
    """The second chain finds the code hot."""
    code = assemble([push(0x51), push(0x52), op.ADD, op.POP])
    for name in ("first", "second"):
        chain = Chain(name, 1)
        chain.set_code(9999, code)
        assert chain.execute(Transaction(1, 9999)).success
    assert program_of(code, INSTRUCTIONS).blocks
    assert not program_of(code, None).blocks
