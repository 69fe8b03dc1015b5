"""Stock py-evm, as the reference that `harness.chain` is compared with.

Accounts are py-evm's `AccountDB`, opcodes are py-evm's own, and a transaction is what py-evm's
executor does around a message, without the fees. One rule is corrected, as it is in `frame`: the
outermost call is the one of depth 0. py-evm takes each call by the transaction's origin for it,
so that a contract as origin would pay twice for init code that it runs.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from eth import exceptions as evm
from eth._utils.address import generate_contract_address
from eth.constants import BLANK_ROOT_HASH, CREATE_CONTRACT_ADDRESS
from eth.db.atomic import AtomicDB
from eth.vm.execution_context import ExecutionContext
from eth.vm.forks.prague.state import PragueState
from eth.vm.forks.spurious_dragon._utils import collect_touched_accounts
from eth.vm.message import Message
from eth_typing import Address as Canonical

from harness.chain import Chain, Receipt, Transaction
from harness.chain.database import canonical, number
from harness.chain.machine import FORKS, failure_of

MODES = ("translated", "interpreted", "traced")
"""The ways in which our machine runs code."""


@dataclass(frozen=True)
class Account:
    """An account before the first transaction."""

    balance: int = 0
    nonce: int = 0
    code: bytes = b""
    storage: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class Result:
    """What must not depend on who executes it."""

    failure: str | None
    output: bytes
    gas_used: int
    logs: tuple[tuple[int, tuple[int, ...], bytes], ...]


class StockChain:
    """Stock py-evm on the same accounts and block context as a `Chain`."""

    def __init__(self, chain: Chain, accounts: Mapping[int, Account]) -> None:
        environment = chain._machine._environment
        context = ExecutionContext(
            coinbase=environment.coinbase,
            timestamp=environment.timestamp,
            block_number=environment.block_number,
            difficulty=0,
            mix_hash=environment.mix_hash,
            gas_limit=environment.gas_limit,
            prev_hashes=[environment.block_hash(chain.clock.block - 1 - i) for i in range(256)],
            chain_id=chain.chain_id,
            base_fee_per_gas=chain.clock.basefee,
            excess_blob_gas=0,
        )
        rules = FORKS[chain.fork]
        outermost = property(lambda frame: frame.msg.depth == 0)
        frame_class = type(
            "StockFrame", (rules.computation_class,), {"is_origin_computation": outermost}
        )
        self.rules = rules.configure(computation_class=frame_class)
        self.basefee = chain.clock.basefee
        self.state = self.rules(AtomicDB(), context, BLANK_ROOT_HASH)
        for address, account in accounts.items():
            where = canonical(address)
            self.state.set_balance(where, account.balance)
            self.state.set_nonce(where, account.nonce)
            self.state.set_code(where, account.code)
            for slot, value in account.storage:
                self.state.set_storage(where, slot, value)
        self.state.lock_changes()

    def execute(self, tx: Transaction) -> Result:
        """Run a transaction and keep what it does."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # SELFDESTRUCT
            return self._execute(tx)

    def _execute(self, tx: Transaction) -> Result:
        state = self.state
        sender = canonical(tx.sender)
        state.increment_nonce(sender)
        before = state.snapshot()
        message = self._message(tx, sender)
        state.mark_address_warm(sender)
        state.mark_address_warm(message.storage_address)
        context = state.get_transaction_context_class()(gas_price=self.basefee, origin=sender)
        try:
            if not message.is_create:
                frame = state.computation_class.apply_message(state, message, context)
            elif state.has_code_or_nonce(message.storage_address):
                raise evm.ContractCreationCollision
            else:
                frame = state.computation_class.apply_create_message(state, message, context)
        except evm.VMError as error:
            state.revert(before)
            self._end()
            used = 0 if isinstance(error, evm.InsufficientFunds) else tx.gas
            return Result(failure_of(error), b"", used, ())
        state.commit(before)
        used = tx.gas - frame.get_gas_remaining()
        executor: Any = state.get_transaction_executor()
        used -= executor.calculate_gas_refund(frame, used)
        for address in frame.get_accounts_for_deletion():
            state.delete_account(address)
        for address in collect_touched_accounts(frame):
            if state.account_exists(address) and state.account_is_empty(address):
                state.delete_account(address)
        logs = tuple(
            (int.from_bytes(address, "big"), topics, data)
            for address, topics, data in frame.get_log_entries()
        )
        self._end()
        failure = failure_of(frame.error) if frame.is_error else None
        return Result(failure, frame.output, used, logs)

    def _message(self, tx: Transaction, sender: Canonical) -> Message:
        state = self.state
        if tx.to is None:
            created = generate_contract_address(sender, state.get_nonce(sender) - 1)
            return Message(
                tx.gas,
                CREATE_CONTRACT_ADDRESS,
                sender,
                tx.value,
                b"",
                tx.data,
                create_address=created,
            )
        to = canonical(tx.to)
        code, delegate = state.get_code(to), None
        if issubclass(self.rules, PragueState):
            executor: Any = state.get_transaction_executor()
            code, delegate = executor.get_code_at_address(to)
        return Message(
            tx.gas, to, sender, tx.value, tx.data, code, is_delegation=delegate is not None
        )

    def _end(self) -> None:
        self.state.lock_changes()
        if hasattr(self.state, "transient_storage"):
            self.state.clear_transient_storage()

    def account(self, address: int, slots: Sequence[int]) -> Account:
        """An account now, with those of the given slots that are not zero."""
        where = canonical(address)
        words = ((slot, self.state.get_storage(where, slot)) for slot in slots)
        return Account(
            self.state.get_balance(where),
            self.state.get_nonce(where),
            self.state.get_code(where),
            tuple(sorted((slot, word) for slot, word in words if word)),
        )


def account_of(chain: Chain, address: int) -> Account:
    """An account of ours now."""
    return Account(
        chain.balance(address),
        chain.nonce(address),
        chain.code(address),
        tuple(sorted(chain.storage_items(address).items())),
    )


def install(chain: Chain, accounts: Mapping[int, Account]) -> None:
    """Give a chain of ours the accounts to begin with."""
    for address, account in accounts.items():
        chain.set_balance(address, account.balance)
        chain.set_nonce(address, account.nonce)
        chain.set_code(address, account.code)
        for slot, value in account.storage:
            chain.set_storage(address, slot, value)


def result_of(receipt: Receipt) -> Result:
    """The part of a receipt that stock py-evm has, too."""
    logs = tuple((log.address, log.topics, log.data) for log in receipt.logs)
    return Result(receipt.error, receipt.output, receipt.gas_used, logs)


def chain_in(mode: str, fork: str) -> Chain:
    """A chain that translates everything at once, or nothing, or is traced."""
    chain = Chain("differential", 7, fork, translate=mode != "interpreted")
    state = chain._machine._state
    if state.instructions is not None:
        state.instructions = replace(state.instructions, hot=1)
    return chain


def compare(
    mode: str,
    fork: str,
    accounts: Mapping[int, Account],
    transactions: Sequence[Transaction],
    also: Sequence[int] = (),
) -> list[Result]:
    """Run transactions on both and compare everything that either has.

    Compared accounts are those given, those that ours knows in the end, and `also`.
    """
    ours = chain_in(mode, fork)
    install(ours, accounts)
    stock = StockChain(ours, accounts)
    results = []
    for tx in transactions:
        expected = stock.execute(tx)
        receipt = ours.execute(tx, tracer=(lambda *_: None) if mode == "traced" else None)
        assert result_of(receipt) == expected
        database = ours._accounts
        touched = {*accounts, *also}
        for table in (database._balances, database._nonces, database._codes, database.storage):
            touched |= {number(address) for address in table}
        for address in touched:
            account = account_of(ours, address)
            slots = {0, 1, 2, 3, *dict(account.storage)}
            assert account == stock.account(address, sorted(slots)), hex(address)
        results.append(expected)
    return results
