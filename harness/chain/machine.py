"""The EVM of a chain: py-evm's fork rules on our accounts and frames.

`Machine` takes the state and computation classes that py-evm has for a fork and configures them
with `JournaledAccounts`, `Frame` and a table of opcodes. Transactions go straight to py-evm's
message level: no signature, no fee, no intrinsic gas, no block.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from eth import exceptions as evm
from eth._utils.address import generate_contract_address
from eth._utils.state import code_is_delegation_designation
from eth.abc import ComputationAPI
from eth.constants import BLANK_ROOT_HASH, CREATE_CONTRACT_ADDRESS
from eth.db.atomic import AtomicDB
from eth.typing import JournalDBCheckpoint
from eth.vm.execution_context import ExecutionContext
from eth.vm.forks.cancun.state import CancunState
from eth.vm.forks.london.constants import EIP3529_MAX_REFUND_QUOTIENT
from eth.vm.forks.london.state import LondonState
from eth.vm.forks.paris.state import ParisState
from eth.vm.forks.prague.state import PragueState
from eth.vm.forks.shanghai.state import ShanghaiState
from eth.vm.state import BaseState
from eth_hash.auto import keccak
from eth_typing import Address as Canonical
from eth_typing import BlockNumber, Hash32

from harness.address import address_of
from harness.chain.database import JournaledAccounts, canonical, number
from harness.chain.frame import CallMessage, Frame
from harness.chain.hashes import HashMemo
from harness.chain.opcodes import Instructions, OpcodeFn, opcode_table
from harness.chain.transaction import Failure, Transaction
from harness.errors import UsageError

__all__ = ["FORKS", "Clock", "Machine", "Tracer"]

FORKS: Final[Mapping[str, type[BaseState]]] = {
    "london": LondonState,
    "paris": ParisState,
    "shanghai": ShanghaiState,
    "cancun": CancunState,
    "prague": PragueState,
}
"""Fork names and py-evm's rules for them, oldest first."""

Tracer = Callable[[int, int], object]
"""Called with the address of the code (0 for init code) and the program counter."""

_RECENT = 256
_PYTHON_FRAMES = 20_000  # for 1024 nested calls; Hypothesis lowers what py-evm asks for
_BLOCK_GAS = 30_000_000

_FAILURES: Final[Mapping[type[evm.VMError], Failure]] = {
    evm.Revert: Failure.REVERT,
    evm.OutOfGas: Failure.OUT_OF_GAS,
    evm.InvalidInstruction: Failure.INVALID_OPCODE,
    evm.InvalidJumpDestination: Failure.INVALID_JUMP,
    evm.InsufficientStack: Failure.STACK_UNDERFLOW,
    evm.FullStack: Failure.STACK_OVERFLOW,
    evm.WriteProtection: Failure.WRITE_PROTECTION,
    evm.OutOfBoundsRead: Failure.OUT_OF_BOUNDS,
    evm.InsufficientFunds: Failure.INSUFFICIENT_FUNDS,
    evm.ContractCreationCollision: Failure.ADDRESS_COLLISION,
    evm.ReservedBytesInCode: Failure.INVALID_CODE,
    evm.StackDepthLimit: Failure.DEPTH_LIMIT,
    evm.VMError: Failure.PRECOMPILE,
}


def failure_of(error: evm.VMError) -> Failure:
    """The kind of an error that py-evm raised."""
    if isinstance(error, evm.InvalidInstruction) and str(error).startswith("Jump"):
        return Failure.INVALID_JUMP  # py-evm's name for a jump into the data of a PUSH
    return _FAILURES[type(error)]


class Clock:
    """Block number, time and base fee of a chain. Block and time never go back.

    >>> clock.advance(blocks=5, seconds=60)
    """

    __slots__ = ("_basefee", "_block", "_time")

    def __init__(self, block: int, time: int, basefee: int) -> None:
        self._block = self._time = 0
        self.block = block
        self.time = time
        self.basefee = basefee

    @property
    def block(self) -> int:
        """Block number. Setting it to a smaller one raises ValueError."""
        return self._block

    @block.setter
    def block(self, value: int) -> None:
        if value < self._block:
            raise ValueError(f"block number cannot go back from {self._block} to {value}")
        self._block = value

    @property
    def time(self) -> int:
        """Seconds since 1970. Setting it to a smaller number raises ValueError."""
        return self._time

    @time.setter
    def time(self, value: int) -> None:
        if value < self._time:
            raise ValueError(f"time cannot go back from {self._time} to {value}")
        self._time = value

    @property
    def basefee(self) -> int:
        """Wei per gas; may rise and fall. Setting it to a negative one raises ValueError."""
        return self._basefee

    @basefee.setter
    def basefee(self, value: int) -> None:
        if value < 0:
            raise ValueError(f"base fee cannot be negative: {value}")
        self._basefee = value

    def advance(self, blocks: int = 1, seconds: int = 12) -> None:
        """Let blocks and seconds pass. Raises ValueError if either is negative."""
        if blocks < 0 or seconds < 0:
            raise ValueError(f"a clock cannot go back by {blocks} blocks and {seconds} s")
        self._block += blocks
        self._time += seconds

    @property
    def reading(self) -> tuple[int, int, int]:
        """Block, time and base fee, for `restore`."""
        return self._block, self._time, self._basefee

    def restore(self, reading: tuple[int, int, int]) -> None:
        """Go to an earlier reading: only for returning to a snapshot."""
        self._block, self._time, self._basefee = reading

    def __repr__(self) -> str:
        return f"Clock(block={self._block}, time={self._time}, basefee={self.basefee})"


class Environment(ExecutionContext):
    """What block opcodes read, straight from a clock."""

    def __init__(self, clock: Clock, chain_id: int, salt: bytes) -> None:
        self._clock = clock
        self._salt = salt
        self._coinbase = canonical(address_of("coinbase"))
        self._chain_id = chain_id
        self._gas_limit = _BLOCK_GAS
        self._difficulty = 0
        self._excess_blob_gas = 0

    @property
    def timestamp(self) -> int:
        """Seconds since 1970."""
        return self._clock.time

    @property
    def block_number(self) -> BlockNumber:
        """Number of the block that the transaction would be in."""
        return BlockNumber(self._clock.block)

    @property
    def base_fee_per_gas(self) -> int:
        """Wei per gas."""
        return self._clock.basefee

    @property
    def mix_hash(self) -> Hash32:
        """PREVRANDAO: a fixed function of the block number."""
        return Hash32(keccak(self._salt + b"randao%d" % self._clock.block))

    def block_hash(self, block: int) -> Hash32:
        """Hash of one of the last 256 blocks, a fixed function of its number; else b""."""
        if not 0 <= self._clock.block - block - 1 < _RECENT or block < 0:
            return Hash32(b"")
        return Hash32(keccak(self._salt + b"block%d" % block))


class MachineState(BaseState):
    """Mixed into a fork's state class: our accounts, and what its frames share."""

    execution_context: Environment
    _account_db: JournaledAccounts
    table: tuple[OpcodeFn, ...]
    instructions: Instructions | None
    hashes: HashMemo
    tracer: Tracer | None

    def snapshot(self) -> tuple[Hash32, JournalDBCheckpoint]:
        """A checkpoint in the undo log; there is no state root to go with it."""
        return BLANK_ROOT_HASH, self._account_db.record()

    def revert(self, snapshot: tuple[Hash32, JournalDBCheckpoint]) -> None:
        """Undo to a checkpoint."""
        self._account_db.discard(snapshot[1])

    def commit(self, snapshot: tuple[Hash32, JournalDBCheckpoint]) -> None:
        """Keep what happened since a checkpoint."""

    def get_transient_storage(self, address: Canonical, slot: int) -> bytes:
        """The word in a transient slot, as bytes."""
        return self._account_db.get_transient(address, slot)

    def set_transient_storage(self, address: Canonical, slot: int, value: bytes) -> None:
        """Put a word into a transient slot."""
        self._account_db.set_transient(address, slot, value)

    def get_ancestor_hash(self, block_number: int) -> Hash32:
        """What BLOCKHASH answers."""
        return self.execution_context.block_hash(block_number)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the EVM made of a transaction; the state changes are in the accounts."""

    failure: Failure | None
    output: bytes
    gas_used: int
    logs: tuple[tuple[bytes, tuple[int, ...], bytes], ...] = ()
    created: int | None = None


class Machine:
    """Runs transactions on accounts of its own. See `Chain` for the arguments."""

    def __init__(
        self, fork: str, chain_id: int, salt: str, clock: Clock, *, translate: bool
    ) -> None:
        if fork not in FORKS:
            raise UsageError(f"unknown fork {fork!r}", fix=f"use one of: {', '.join(FORKS)}")
        rules = FORKS[fork]
        frame_class = type("ForkFrame", (Frame, rules.computation_class), {})
        mixed: type[MachineState] = type("ForkState", (MachineState, rules), {})
        state_class = mixed.configure(
            account_db_class=JournaledAccounts, computation_class=frame_class
        )
        self._environment = Environment(clock, chain_id, salt.encode())
        state = state_class(AtomicDB(), self._environment, BLANK_ROOT_HASH)
        self._state = state
        state.table, instructions = opcode_table(rules.computation_class)
        state.instructions = instructions if translate else None
        state.hashes = self.hashes = HashMemo()
        state.tracer = None
        self._frame_class: type[Frame] = frame_class
        self._warms_coinbase = issubclass(rules, ShanghaiState)
        self._delegates = issubclass(rules, PragueState)
        self.accounts: JournaledAccounts = state._account_db

    @property
    def surroundings(self) -> Mapping[str, int]:
        """What block opcodes answer besides the clock, by name; no blob fee before Cancun."""
        context, state = self._environment, self._state
        return {
            "coinbase": number(context.coinbase),
            "prevrandao": int.from_bytes(context.mix_hash, "big"),
            "gaslimit": context.gas_limit,
            "blobbasefee": state.blob_base_fee if isinstance(state, CancunState) else 0,
        }

    def block_hash(self, block: int) -> bytes:
        """What BLOCKHASH answers, b"" for zero."""
        return self._environment.block_hash(block)

    def run(self, tx: Transaction, create_at: int | None, tracer: Tracer | None) -> Outcome:
        """Apply a transaction to the accounts.

        If it fails, only the sender's nonce has changed; no EVM-level failure is raised. What
        belongs to the transaction alone (warmth, transient storage) is left to `lock_changes`.
        """
        limit = sys.getrecursionlimit()
        if limit >= _PYTHON_FRAMES:
            return self._run(tx, create_at, tracer)
        sys.setrecursionlimit(_PYTHON_FRAMES)
        try:
            return self._run(tx, create_at, tracer)
        finally:
            sys.setrecursionlimit(limit)

    def _run(self, tx: Transaction, create_at: int | None, tracer: Tracer | None) -> Outcome:
        accounts = self.accounts
        state = self._state
        sender = canonical(tx.sender)
        accounts.increment_nonce(sender)
        checkpoint = accounts.record()
        accounts.mark_address_warm(sender)
        if self._warms_coinbase:
            accounts.mark_address_warm(self._environment.coinbase)
        state.tracer = tracer
        message = self._message(tx, sender, create_at)
        accounts.mark_address_warm(message.storage_address)
        try:
            frame = self._apply(message, sender)
        except evm.VMError as error:
            accounts.discard(checkpoint)
            used = 0 if isinstance(error, evm.InsufficientFunds) else tx.gas
            return Outcome(failure_of(error), b"", used)
        used = tx.gas - frame.get_gas_remaining()
        used -= min(frame.get_gas_refund(), used // EIP3529_MAX_REFUND_QUOTIENT)
        if frame.is_error:
            return Outcome(failure_of(frame.error), frame.output, used)
        for account in frame.get_accounts_for_deletion():
            accounts.delete_account(account)
        created = number(message.storage_address) if message.is_create else None
        return Outcome(None, frame.output, used, frame.get_log_entries(), created)

    def _message(self, tx: Transaction, sender: Canonical, create_at: int | None) -> CallMessage:
        accounts = self.accounts
        if tx.to is None:
            address = (
                generate_contract_address(sender, accounts.get_nonce(sender) - 1)
                if create_at is None
                else canonical(create_at)
            )
            return CallMessage(
                tx.gas,
                CREATE_CONTRACT_ADDRESS,
                sender,
                tx.value,
                b"",
                tx.data,
                create_address=address,
            )
        to = canonical(tx.to)
        code = accounts.get_code(to)
        if self._delegates and code_is_delegation_designation(code):
            delegate = canonical(number(code[3:]))
            accounts.mark_address_warm(delegate)
            return CallMessage(
                tx.gas,
                to,
                sender,
                tx.value,
                tx.data,
                accounts.get_code(delegate),
                is_delegation=True,
            )
        return CallMessage(tx.gas, to, sender, tx.value, tx.data, code)

    def _apply(self, message: CallMessage, sender: Canonical) -> ComputationAPI:
        state = self._state
        context = state.get_transaction_context_class()(
            gas_price=self._environment.base_fee_per_gas, origin=sender
        )
        if not message.is_create:
            return self._frame_class.apply_message(state, message, context)
        if self.accounts.account_has_code_or_nonce(message.storage_address):
            raise evm.ContractCreationCollision("there is a contract already")
        return self._frame_class.apply_create_message(state, message, context)
