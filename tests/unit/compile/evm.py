"""A minimal EVM for these tests: py-evm's Prague rules, one account state, no blocks."""

from __future__ import annotations

from dataclasses import dataclass

from eth.constants import BLANK_ROOT_HASH, CREATE_CONTRACT_ADDRESS
from eth.db.atomic import AtomicDB
from eth.vm.execution_context import ExecutionContext
from eth.vm.forks.prague.state import PragueState
from eth.vm.message import Message
from eth_typing import Address, BlockNumber, Hash32

SENDER = 0xA11CE
GAS = 30_000_000


@dataclass(frozen=True)
class Returned:
    """What a call came to."""

    ok: bool
    data: bytes
    logs: tuple[tuple[tuple[bytes, ...], bytes], ...]


class Evm:
    """Accounts and storage that calls act on."""

    def __init__(self) -> None:
        context = ExecutionContext(
            Address(bytes(20)), 1, BlockNumber(1), 0, Hash32(bytes(32)), GAS, (), 1, 0, 0
        )
        self.state = PragueState(AtomicDB(), context, BLANK_ROOT_HASH)
        self.deployed = 0

    def deploy(self, init_code: bytes) -> int:
        """Runs init code and gives the new contract's address."""
        self.deployed += 1
        address = 0xC000 + self.deployed
        message = Message(
            GAS,
            CREATE_CONTRACT_ADDRESS,
            _address(SENDER),
            0,
            b"",
            init_code,
            create_address=_address(address),
        )
        context = self.state.get_transaction_context_class()(1, _address(SENDER))
        done = self.state.computation_class.apply_create_message(self.state, message, context)
        done.raise_if_error()
        return address

    def call(self, to: int, data: bytes, value: int = 0) -> Returned:
        """Calls a contract from SENDER."""
        message = Message(
            GAS, _address(to), _address(SENDER), value, data, self.state.get_code(_address(to))
        )
        context = self.state.get_transaction_context_class()(1, _address(SENDER))
        done = self.state.computation_class.apply_message(self.state, message, context)
        logs = tuple(
            (tuple(topic.to_bytes(32, "big") for topic in topics), log_data)
            for _, topics, log_data in (done.get_log_entries() if done.is_success else ())
        )
        return Returned(done.is_success, done.output, logs)

    def sload(self, address: int, slot: int) -> int:
        """The word at a slot."""
        return self.state.get_storage(_address(address), slot)

    def code(self, address: int) -> bytes:
        """The deployed bytecode."""
        return self.state.get_code(_address(address))


def _address(number: int) -> Address:
    return Address(number.to_bytes(20, "big"))
