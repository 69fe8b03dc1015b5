"""The opcodes of a fork: py-evm's functions, some of them specialised.

A specialised function does what py-evm's does, in the same order, on a `Frame`, whose stack holds
only ints. Costs come from py-evm's tables and schedules.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from eth.abc import ComputationAPI, OpcodeAPI
from eth.constants import GAS_COPY, GAS_LOGDATA, GAS_LOGTOPIC, GAS_SHA3, GAS_SHA3WORD
from eth.exceptions import OutOfBoundsRead, OutOfGas, WriteProtection
from eth.vm import opcode_values as op
from eth.vm.forks.berlin.constants import COLD_SLOAD_COST
from eth.vm.forks.london.storage import GAS_SCHEDULE_EIP3529
from eth.vm.logic.invalid import InvalidOpcode

from harness.chain.templates import ARITY

if TYPE_CHECKING:
    from harness.chain.frame import Frame

__all__ = ["Instructions", "OpcodeFn", "opcode_table"]

OpcodeFn = Callable[["Frame"], object]

_SSTORE_STIPEND: Final = 2300
_SCHEDULE: Final = GAS_SCHEDULE_EIP3529
_HOT: Final = 2


@dataclass(frozen=True, eq=False)
class Instructions:
    """What translation needs to know of a fork. Two are equal only if they are the same."""

    costs: tuple[int | None, ...]
    """Fixed cost by opcode; None if the fork has no such opcode."""
    names: Mapping[str, Any]
    """Functions that translated code calls, by name."""
    hot: int = _HOT
    """Visits after which code is translated."""


def keccak256(frame: Frame) -> None:
    """SHA3, with the memo of the chain, which also keeps preimages."""
    frame.consume_gas(GAS_SHA3, "SHA3")
    start, size = frame.stack_pop_ints(2)
    frame.extend_memory(start, size)
    frame.consume_gas(GAS_SHA3WORD * (size + 31 >> 5), "SHA3: word gas cost")
    frame.stack_push_int(frame.state.hashes.digest(frame.memory_read_bytes(start, size)))


def sstore(frame: Frame, slot: int, value: int) -> None:
    """SSTORE with net gas metering: EIP-2200, EIP-2929, EIP-3529."""
    if frame.msg.is_static:
        raise WriteProtection("SSTORE inside STATICCALL")
    meter = frame._gas_meter
    if meter.gas_remaining <= _SSTORE_STIPEND:
        raise OutOfGas("SSTORE always fails below 2300 gas")
    address = frame.msg.storage_address
    accounts = frame.state._account_db
    current = accounts.get_storage(address, slot)
    original = accounts.get_storage(address, slot, from_journal=False)
    cost, refund = _sstore_gas(original, current, value)
    if not accounts.is_storage_warm(address, slot):
        cost += COLD_SLOAD_COST
        accounts.mark_storage_warm(address, slot)
    meter.consume_gas(cost, "SSTORE")
    if refund:
        meter.refund_gas(refund)
    accounts.set_storage(address, slot, value)


def _sstore_gas(original: int, current: int, value: int) -> tuple[int, int]:
    """Cost and refund of changing a slot that held `original` when the transaction began."""
    no_change, new_word, changed_word, clearing = _SCHEDULE
    if current == value:
        return no_change, 0
    if original == current:
        if original == 0:
            return new_word, 0
        return changed_word, 0 if value else clearing
    refund = 0
    if original:
        refund += (clearing if value == 0 else 0) - (clearing if current == 0 else 0)
    if original == value:
        refund += (changed_word if original else new_word) - no_change
    return no_change, refund


def log(frame: Frame, start: int, size: int, topics: tuple[int, ...]) -> None:
    """LOG0 to LOG4, without the fixed cost."""
    msg = frame.msg
    if msg.is_static:
        raise WriteProtection("LOG inside STATICCALL")
    frame._gas_meter.consume_gas(GAS_LOGDATA * size + GAS_LOGTOPIC * len(topics), "LOG")
    frame.extend_memory(start, size)
    data = frame.memory_read_bytes(start, size)
    counter = frame.transaction_context.get_next_log_counter()
    frame._log_entries.append((counter, msg.storage_address, topics, data))


def calldatacopy(frame: Frame, target: int, source: int, size: int) -> None:
    """CALLDATACOPY, without the fixed cost."""
    _copy(frame, target, size, frame.msg.data_as_bytes[source : source + size])


def codecopy(frame: Frame, target: int, source: int, size: int) -> None:
    """CODECOPY, without the fixed cost."""
    _copy(frame, target, size, frame.program.code[source : source + size])


def returndatacopy(frame: Frame, target: int, source: int, size: int) -> None:
    """RETURNDATACOPY, without the fixed cost."""
    if source + size > len(frame.return_data):
        raise OutOfBoundsRead(f"{len(frame.return_data)} bytes of return data: {source}+{size}")
    _copy(frame, target, size, frame.return_data[source : source + size])


def _copy(frame: Frame, target: int, size: int, data: bytes) -> None:
    frame.extend_memory(target, size)
    frame._gas_meter.consume_gas(GAS_COPY * (size + 31 >> 5), "copy")
    frame.memory_write(target, size, data.ljust(size, b"\x00"))


@cache
def opcode_table(rules: type[ComputationAPI]) -> tuple[tuple[OpcodeFn, ...], Instructions]:
    """The opcodes of a fork's computation class as 256 functions, and what translation needs."""
    opcodes: Mapping[int, OpcodeAPI] = rules.opcodes
    found: list[Any] = [opcodes.get(code) or InvalidOpcode(code) for code in range(256)]
    # py-evm wraps SELFDESTRUCT in a function that warns of its deprecation at every use.
    found[op.SELFDESTRUCT] = getattr(found[op.SELFDESTRUCT], "__wrapped__", found[op.SELFDESTRUCT])
    costs = tuple(found[code].gas_cost if code in opcodes else None for code in range(256))
    # Bound methods, since calling an instance takes room on the C stack, which deep calls need.
    functions: list[OpcodeFn] = [opcode.__call__ for opcode in found]
    functions[op.SHA3] = keccak256
    names = {
        "calldatacopy": calldatacopy,
        "codecopy": codecopy,
        "log": log,
        "returndatacopy": returndatacopy,
        "sstore": sstore,
        **{f"op_{code}": functions[code] for code in ARITY},
    }
    return tuple(functions), Instructions(costs, names)
