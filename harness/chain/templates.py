"""What each opcode becomes in translated code: tables of Python text, and the helpers it names.

The variables that text may use are those that `translate.Translation` sets up: `c` the frame, `s`
its stack, `mem` its memory, `data` its call data, `g` the gas left, and `{0}`, `{1}`... for the
opcode's operands, topmost first.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from eth.exceptions import InvalidJumpDestination, OutOfGas, Revert
from eth.vm import opcode_values as op
from eth.vm.forks.berlin.constants import COLD_SLOAD_COST, WARM_STORAGE_READ_COST
from eth_typing import Address as Canonical

from harness.chain.database import JournaledAccounts, number

__all__ = ["ARITY", "CALLS", "EXPRESSIONS", "NAMESPACE", "PREDICATES"]

MAX: Final = (1 << 256) - 1
SIGN: Final = 1 << 255


def signed(word: int) -> int:
    """A word read as two's complement."""
    return word - (MAX + 1) if word & SIGN else word


def sdiv(left: int, right: int) -> int:
    """Signed division towards zero; 0 if the divisor is 0."""
    if right == 0:
        return 0
    quotient = abs(signed(left)) // abs(signed(right))
    return (-quotient if (left ^ right) & SIGN else quotient) & MAX


def smod(left: int, right: int) -> int:
    """Signed remainder with the sign of the dividend; 0 if the divisor is 0."""
    if right == 0:
        return 0
    remainder = abs(signed(left)) % abs(signed(right))
    return (-remainder if left & SIGN else remainder) & MAX


def sar(shift: int, word: int) -> int:
    """Arithmetic right shift."""
    return (signed(word) >> min(shift, 256)) & MAX


def signextend(last: int, word: int) -> int:
    """Extend the sign of byte `last`, counted from the least significant."""
    if last > 30:
        return word
    sign = 1 << (last * 8 + 7)
    return ((word & (2 * sign - 1) ^ sign) - sign) & MAX


def grow(memory: bytearray, end: int, gas: int) -> int:
    """Make memory hold bytes up to `end`; returns the gas left. Raises OutOfGas."""
    before = len(memory) >> 5
    after = end + 31 >> 5
    gas -= 3 * (after - before) + after * after // 512 - before * before // 512
    if gas < 0:
        raise OutOfGas("memory")
    memory.extend(bytes(after - before << 5))
    return gas


def cold(accounts: JournaledAccounts, address: Canonical, slot: int, gas: int) -> int:
    """Make a slot warm; returns the gas left. Raises OutOfGas."""
    gas -= COLD_SLOAD_COST - WARM_STORAGE_READ_COST
    if gas < 0:
        raise OutOfGas("SLOAD")
    accounts.mark_storage_warm(address, slot)
    return gas


EXPRESSIONS: Final[Mapping[int, str]] = {
    op.ADD: "({0} + {1}) & MAX",
    op.MUL: "({0} * {1}) & MAX",
    op.SUB: "({0} - {1}) & MAX",
    op.DIV: "{0} // {1} if {1} else 0",
    op.SDIV: "sdiv({0}, {1})",
    op.MOD: "{0} % {1} if {1} else 0",
    op.SMOD: "smod({0}, {1})",
    op.ADDMOD: "({0} + {1}) % {2} if {2} else 0",
    op.MULMOD: "{0} * {1} % {2} if {2} else 0",
    op.SIGNEXTEND: "signextend({0}, {1})",
    op.AND: "{0} & {1}",
    op.OR: "{0} | {1}",
    op.XOR: "{0} ^ {1}",
    op.NOT: "{0} ^ MAX",
    op.BYTE: "{1} >> (248 - 8 * {0}) & 255 if {0} < 32 else 0",
    op.SHL: "({1} << {0}) & MAX if {0} < 256 else 0",
    op.SHR: "{1} >> {0} if {0} < 256 else 0",
    op.SAR: "sar({0}, {1})",
    op.ADDRESS: "number(c.msg.storage_address)",
    op.ORIGIN: "number(c.transaction_context.origin)",
    op.CALLER: "number(c.msg.sender)",
    op.CALLVALUE: "c.msg.value",
    op.CALLDATALOAD: "word(data[{0} : {0} + 32].ljust(32, ZERO))",
    op.CALLDATASIZE: "len(data)",
    op.GASPRICE: "c.transaction_context.gas_price",
    op.RETURNDATASIZE: "len(c.return_data)",
    op.TIMESTAMP: "c.state.timestamp",
    op.NUMBER: "c.state.block_number",
    op.CHAINID: "c.state.execution_context.chain_id",
    op.SELFBALANCE: "c.state.get_balance(c.msg.storage_address)",
    op.BASEFEE: "c.state.base_fee",
    op.MSIZE: "len(mem)",
}
"""Opcodes that push the value of an expression and have a fixed cost."""

PREDICATES: Final[Mapping[int, str]] = {
    op.LT: "({0} < {1})",
    op.GT: "({0} > {1})",
    op.SLT: "({0} ^ SIGN < {1} ^ SIGN)",
    op.SGT: "({0} ^ SIGN > {1} ^ SIGN)",
    op.EQ: "({0} == {1})",
}
"""Opcodes that push whether a condition holds."""

CALLS: Final[Mapping[int, str]] = {
    op.CALLDATACOPY: "calldatacopy(c, {0}, {1}, {2})",
    op.CODECOPY: "codecopy(c, {0}, {1}, {2})",
    op.RETURNDATACOPY: "returndatacopy(c, {0}, {1}, {2})",
    op.SSTORE: "sstore(c, {0}, {1})",
    op.LOG0: "log(c, {0}, {1}, ())",
    op.LOG1: "log(c, {0}, {1}, ({2},))",
    op.LOG2: "log(c, {0}, {1}, ({2}, {3}))",
    op.LOG3: "log(c, {0}, {1}, ({2}, {3}, {4}))",
    op.LOG4: "log(c, {0}, {1}, ({2}, {3}, {4}, {5}))",
}
"""Opcodes that call a function of `opcodes`, which charges what varies, and push nothing."""

ARITY: Final[Mapping[int, tuple[int, int]]] = {
    **dict.fromkeys((op.ADD, op.MUL, op.SUB, op.DIV, op.SDIV, op.MOD, op.SMOD), (2, 1)),
    **dict.fromkeys((op.EXP, op.SIGNEXTEND, op.LT, op.GT, op.SLT, op.SGT, op.EQ), (2, 1)),
    **dict.fromkeys((op.AND, op.OR, op.XOR, op.BYTE, op.SHL, op.SHR, op.SAR, op.SHA3), (2, 1)),
    **dict.fromkeys((op.ADDMOD, op.MULMOD, op.CREATE), (3, 1)),
    **dict.fromkeys((op.ISZERO, op.NOT, op.BALANCE, op.CALLDATALOAD, op.EXTCODESIZE), (1, 1)),
    **dict.fromkeys((op.EXTCODEHASH, op.BLOCKHASH, op.MLOAD, op.SLOAD, op.TLOAD), (1, 1)),
    **dict.fromkeys((op.ADDRESS, op.ORIGIN, op.CALLER, op.CALLVALUE, op.CALLDATASIZE), (0, 1)),
    **dict.fromkeys((op.CODESIZE, op.GASPRICE, op.RETURNDATASIZE, op.COINBASE), (0, 1)),
    **dict.fromkeys((op.TIMESTAMP, op.NUMBER, op.PREVRANDAO, op.GASLIMIT, op.CHAINID), (0, 1)),
    **dict.fromkeys((op.SELFBALANCE, op.BASEFEE, op.BLOBBASEFEE, op.PC, op.MSIZE), (0, 1)),
    **dict.fromkeys((op.CALLDATACOPY, op.CODECOPY, op.RETURNDATACOPY, op.MCOPY), (3, 0)),
    **dict.fromkeys((op.MSTORE, op.MSTORE8, op.SSTORE, op.TSTORE), (2, 0)),
    **{op.LOG0 + topics: (2 + topics, 0) for topics in range(5)},
    op.GAS: (0, 1),
    op.BLOBHASH: (1, 1),
    op.POP: (1, 0),
    op.JUMPDEST: (0, 0),
    op.EXTCODECOPY: (4, 0),
    op.CREATE2: (4, 1),
    op.CALL: (7, 1),
    op.CALLCODE: (7, 1),
    op.DELEGATECALL: (6, 1),
    op.STATICCALL: (6, 1),
}
"""How many items an opcode takes and gives, for those that do not jump, halt, push, dup or swap."""

NAMESPACE: Final[Mapping[str, Any]] = {
    "InvalidJumpDestination": InvalidJumpDestination,
    "MAX": MAX,
    "OutOfGas": OutOfGas,
    "Revert": Revert,
    "SIGN": SIGN,
    "ZERO": b"\x00",
    "cold": cold,
    "grow": grow,
    "number": number,
    "sar": sar,
    "sdiv": sdiv,
    "signextend": signextend,
    "smod": smod,
    "word": int.from_bytes,
}
"""The names that text may use, beside its variables."""
