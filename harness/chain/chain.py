"""One concrete chain: accounts, clocks, transactions, snapshots.

>>> chain = Chain("L1", chain_id=1)
>>> chain.set_balance(alice, 10**18)
>>> chain.deploy(alice, init_code, token).success
True
>>> mark = chain.snapshot()
>>> receipt = chain.execute(Transaction(alice, token, data=transfer))
>>> chain.revert_to(mark)

It is a world for tests, not a node: there are no blocks to mine, no fees, no signatures and no
intrinsic gas. Time passes only when `clock` is told so.
"""

from __future__ import annotations

from collections.abc import Mapping

from eth.typing import JournalDBCheckpoint

from harness.chain.database import canonical, number
from harness.chain.machine import Clock, Machine, Tracer
from harness.chain.transaction import Changes, Log, Receipt, Transaction
from harness.errors import InternalError

__all__ = ["Chain"]

_WORDS = 1 << 256
_NOTHING = Changes((), (), (), ())


class Chain:
    """A chain of its own: nothing is shared with other instances.

    Args:
        name: for messages; also makes block hashes differ between chains.
        chain_id: what CHAINID answers.
        fork: one of `machine.FORKS`.
        block: first block number.
        time: first timestamp, seconds since 1970.
        basefee: wei per gas; also what GASPRICE answers.
        translate: run hot bytecode as translated Python. Without, every opcode but SHA3, which
            keeps preimages, is py-evm's own function; same results, five times slower.

    Raises UsageError for an unknown fork.
    """

    def __init__(
        self,
        name: str,
        chain_id: int,
        fork: str = "prague",
        *,
        block: int = 20_000_000,
        time: int = 1_720_000_000,
        basefee: int = 10**9,
        translate: bool = True,
    ) -> None:
        self.name = name
        self.chain_id = chain_id
        self.fork = fork
        self.clock = Clock(block, time, basefee)
        self._machine = Machine(fork, chain_id, name, self.clock, translate=translate)
        self._accounts = self._machine.accounts
        self._marks: dict[int, tuple[JournalDBCheckpoint, tuple[int, int, int]]] = {}
        self._next_mark = 1

    def __repr__(self) -> str:
        clock = self.clock
        return (
            f"Chain({self.name!r}, chain_id={self.chain_id}, fork={self.fork!r}, "
            f"block={clock.block}, time={clock.time}, basefee={clock.basefee})"
        )

    # Transactions

    def execute(self, tx: Transaction, tracer: Tracer | None = None) -> Receipt:
        """Run a transaction and keep what it does; if it fails, only the nonce moves.

        `tracer(address, pc)` is told of every instruction, which takes many times as long.
        """
        return self._keep(tx, None, tracer)

    def call(self, tx: Transaction, tracer: Tracer | None = None) -> Receipt:
        """The receipt that `execute` would give now; nothing is kept, not even the nonce."""
        start = self._accounts.record()
        receipt = self._transact(tx, None, tracer)
        self._accounts.discard(start)
        return receipt

    def deploy(self, sender: int, init_code: bytes, address: int, value: int = 0) -> Receipt:
        """Run init code as a transaction of `sender` that creates a contract at `address`.

        Fails with `Failure.ADDRESS_COLLISION` if there is code or a nonce already.
        """
        return self._keep(Transaction(sender, None, value, init_code), address, None)

    def _keep(self, tx: Transaction, create_at: int | None, tracer: Tracer | None) -> Receipt:
        receipt = self._transact(tx, create_at, tracer)
        if not self._marks:
            self._accounts.forget_history()
        return receipt

    def _transact(self, tx: Transaction, create_at: int | None, tracer: Tracer | None) -> Receipt:
        accounts = self._accounts
        start = accounts.record()
        try:
            outcome = self._machine.run(tx, create_at, tracer)
        except BaseException:  # an interrupt, or an error of the tracer: leave no half a state
            accounts.discard(start)
            accounts.lock_changes()
            raise
        if outcome.failure is None:
            changes = accounts.changes_since(start)
            logs = tuple(
                Log(number(address), topics, data) for address, topics, data in outcome.logs
            )
        else:
            changes, logs = _NOTHING, ()
        accounts.lock_changes()
        accounts.forget_accesses(start)
        return Receipt(
            success=outcome.failure is None,
            output=outcome.output,
            error=outcome.failure,
            logs=logs,
            gas_used=outcome.gas_used,
            created=outcome.created,
            writes=changes.storage,
            balances=changes.balances,
        )

    # State

    def balance(self, address: int) -> int:
        """Wei."""
        return self._accounts.get_balance(canonical(address))

    def set_balance(self, address: int, balance: int) -> None:
        """Give an account this much wei, below 2**224 so that no sum of balances overflows."""
        if not 0 <= balance < 1 << 224:
            raise ValueError(f"balance is not below 2**224 wei, or negative: {balance}")
        self._accounts.set_balance(canonical(address), balance)

    def nonce(self, address: int) -> int:
        """Transactions sent, or contracts created plus one if it is a contract."""
        return self._accounts.get_nonce(canonical(address))

    def set_nonce(self, address: int, nonce: int) -> None:
        """Set a nonce, 0 to 2**64 - 2."""
        if not 0 <= nonce < (1 << 64) - 1:
            raise ValueError(f"not a nonce (0 to 2**64 - 2): {nonce}")
        self._accounts.set_nonce(canonical(address), nonce)

    def code(self, address: int) -> bytes:
        """Runtime code, b"" if there is none."""
        return self._accounts.get_code(canonical(address))

    def set_code(self, address: int, code: bytes) -> None:
        """Put runtime code at an address, without running any constructor."""
        self._accounts.set_code(canonical(address), bytes(code))

    def storage(self, address: int, slot: int) -> int:
        """The word in a slot."""
        return self._accounts.get_storage(canonical(address), _word("slot", slot))

    def set_storage(self, address: int, slot: int, value: int) -> None:
        """Put a word into a slot."""
        where = canonical(address)
        self._accounts.set_storage(where, _word("slot", slot), _word("value", value))
        self._accounts.lock_changes()

    def storage_items(self, address: int) -> Mapping[int, int]:
        """The non-zero slots of a contract: a live, read-only view, not a copy."""
        return self._accounts.storage_items(canonical(address))

    # Snapshots

    def snapshot(self) -> int:
        """A mark to come back to, clocks included. Marks nest and cost nothing to take."""
        mark = self._next_mark
        self._next_mark += 1
        self._marks[mark] = (self._accounts.record(), self.clock.reading)
        return mark

    def revert_to(self, mark: int) -> None:
        """Undo everything since the mark. The mark stays; marks taken after it are gone.

        Raises InternalError if there is no such mark.
        """
        checkpoint, reading = self._mark(mark)
        self._accounts.discard(checkpoint)
        self._accounts.lock_changes()
        self.clock.restore(reading)
        while next(reversed(self._marks)) > mark:
            self._marks.popitem()

    def drop(self, mark: int) -> None:
        """Forget a mark and keep the state. Raises InternalError if there is no such mark."""
        self._mark(mark)
        del self._marks[mark]

    def changes_since(self, mark: int) -> Changes:
        """Net difference between now and a mark. Raises InternalError if there is none such."""
        checkpoint, _ = self._mark(mark)
        return self._accounts.changes_since(checkpoint)

    def _mark(self, mark: int) -> tuple[JournalDBCheckpoint, tuple[int, int, int]]:
        try:
            return self._marks[mark]
        except KeyError:
            raise InternalError(
                f"chain {self.name} has no mark {mark}",
                fix="a mark ends when it is dropped or when an older one is reverted to",
            ) from None

    @property
    def surroundings(self) -> Mapping[str, int]:
        """What block opcodes answer besides the clock: `coinbase`, `prevrandao`, `gaslimit`,
        `blobbasefee`."""
        return self._machine.surroundings

    # Hashes

    def preimage(self, digest: int) -> bytes | None:
        """What some contract here hashed to this word, if it was 32 to 256 bytes long.

        A mapping's key and slot are 64 bytes, or more if the key is a string; a dynamic array's
        slot is 32. Those not in use for a long time, 131,072 other hashes, are forgotten.
        """
        return self._machine.hashes.preimage(digest)

    def block_hash(self, block: int) -> int:
        """What BLOCKHASH answers: a fixed function of the number, 0 outside of the last 256."""
        return int.from_bytes(self._machine.block_hash(block), "big")


def _word(what: str, value: int) -> int:
    if not 0 <= value < _WORDS:
        raise ValueError(f"{what} is not a uint256: {value}")
    return value
