"""The accounts of one chain on one path, and the frames that run on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from manticore.core.smtlib import expression as smt
from manticore.platforms.evm import EndTx, StartTx

from .code import Code
from .expressions import canonical, constant, plain
from .guards import Tripped
from .machine import Machine
from .memory import Bytes
from .slots import Hashes, Storage
from .solver import OPEN, Solver

__all__ = ["Done", "Frame", "Log", "World", "variable"]

_DEEPEST = 64


@dataclass(frozen=True)
class Log:
    """A log record."""

    address: int
    topics: tuple[Any, ...]
    data: Bytes


@dataclass(frozen=True)
class Transfer:
    """Wei that moved; addresses are numbers or 160-bit expressions."""

    sender: Any
    recipient: Any
    amount: Any


@dataclass(frozen=True)
class State:
    """What a frame that reverts puts back; immutable."""

    storage: Mapping[int, Storage]
    balances: Mapping[int, Any]
    logs: tuple[Log, ...] = ()
    transfers: tuple[Transfer, ...] = ()


@dataclass(frozen=True)
class Frame:
    """What a frame runs in."""

    address: int
    caller: Any
    value: Any
    data: Bytes
    static: bool
    saved: State


@dataclass(frozen=True)
class Done:
    """A transaction that has ended."""

    success: bool
    result: str
    state: State
    path: tuple[Any, ...]


@dataclass(frozen=True)
class Shared:
    """What all paths have in common."""

    codes: Mapping[int, Code]
    chain_id: int
    hashes: Hashes
    solver: Solver
    read: set[tuple[int, int]] = field(default_factory=set)
    """Variables that the last transaction has read on any path, by address and slot."""
    transactions: int = 1
    """How many there are."""

    def written(self, done: Done) -> set[tuple[int, int]]:
        """The variables that a transaction has written, or one before it."""
        return {
            (address, self.hashes.variable(slot))
            for address, storage in done.state.storage.items()
            for slot, _ in storage.writes
        }


def variable(name: str, size: int) -> Any:
    """The variable of a name."""
    return canonical(smt.BitVecVariable(size=size, name=name))


@dataclass
class World:
    """One path."""

    shared: Shared
    state: State
    path: tuple[Any, ...] = ()
    """Conditions, in the order in which they came up."""
    model: Any = OPEN
    """A model of them, if one is known; see `Solver`."""
    rounds: Mapping[tuple[Any, ...], int] = field(default_factory=dict)
    """How often the path was open at a place; see `place`."""
    moments: Sequence[Mapping[str, int]] = ()
    """Clocks, by variable, for paths that go round more often than is followed."""
    pinned: bool = False
    """Whether the clock of this transaction was put to one of them."""
    frames: list[Machine] = field(default_factory=list)
    prefix: str = ""
    """Put before the names of what belongs to the transaction that runs."""
    origin: Any = None
    picked: Mapping[int, int] = field(default_factory=dict)
    """Expressions, by identity, that are known to have a value on this path."""
    tried: Mapping[int, int] = field(default_factory=dict)
    """How many of its values were ruled out, by the identity of an expression."""
    invented: int = 0
    steps: int = 0
    done: tuple[Done, ...] = ()

    @property
    def codes(self) -> Mapping[int, Code]:
        """Code by address."""
        return self.shared.codes

    @property
    def chain_id(self) -> int:
        """The number of the chain."""
        return self.shared.chain_id

    @property
    def hashes(self) -> Hashes:
        """Every hash."""
        return self.shared.hashes

    def fork(self) -> World:
        """An independent copy."""
        copy = replace(self, frames=[])
        copy.frames = [machine.fork(copy) for machine in self.frames]
        return copy

    def candidate(self, value: Any) -> int:
        """A value that an expression can have here."""
        return self.shared.solver.value(self.path, value)

    def fresh(self, what: str) -> Any:
        """A variable that can be anything."""
        self.invented += 1
        return variable(f"{self.prefix}made.{what}.{self.invented}", 256)

    def block(self, what: str) -> Any:
        """What the block of this transaction is like."""
        sizes = {"number": 64, "timestamp": 64, "coinbase": 160, "gaslimit": 64, "prevrandao": 256}
        found = variable(f"{self.prefix}block.{what}", sizes.get(what, 128))
        return (
            plain(smt.BitVecZeroExtend(operand=found, size_dest=256)) if found.size < 256 else found
        )

    # Accounts

    def load(self, address: int, slot: Any) -> Any:
        """A word of storage."""
        if len(self.done) == self.shared.transactions - 1:
            self.shared.read.add((address, self.hashes.variable(plain(slot))))
        return self.state.storage[address].read(plain(slot), self.hashes)

    def store(self, address: int, slot: Any, value: Any) -> None:
        """Put a word into storage."""
        storage = self.state.storage[address].write(plain(slot), plain(value))
        self.state = replace(self.state, storage={**self.state.storage, address: storage})

    def log(self, address: int, topics: tuple[Any, ...], data: Bytes) -> None:
        """Keep a log record."""
        record = Log(address, tuple(map(plain, topics)), data)
        self.state = replace(self.state, logs=(*self.state.logs, record))

    def balance(self, address: int) -> Any:
        """Wei of one of the system's contracts."""
        return self.state.balances[address]

    def transfer(self, sender: Any, recipient: Any, amount: Any) -> None:
        """Move wei that the sender has."""
        amount = plain(amount)
        if isinstance(amount, int) and amount == 0:
            return
        balances = dict(self.state.balances)
        lifted = constant(amount, 256) if isinstance(amount, int) else amount
        if isinstance(sender, int) and sender in balances:
            balances[sender] = plain(_lift(balances[sender]) - lifted)
        if isinstance(recipient, int) and recipient in balances:
            balances[recipient] = plain(_lift(balances[recipient]) + lifted)
        moved = Transfer(sender, recipient, amount)
        transfers = (*self.state.transfers, moved)
        self.state = replace(self.state, balances=balances, transfers=transfers)

    # Calls

    def begin(self, target: int, caller: Any, origin: Any, value: Any, data: Bytes) -> None:
        """A transaction."""
        self.origin = origin
        saved = self.state
        self.transfer(caller, target, value)
        self._enter(Frame(target, caller, value, data, False, saved), self.codes[target])

    def open(self, target: Any, caller: int, value: Any, data: Bytes, *, static: bool) -> None:
        """A call of an account by another; one that is none of the system's has no code."""
        saved = self.state
        self.transfer(caller, target, value)
        if not isinstance(target, int) or target not in self.codes:
            self._answer(1, ())
            return
        self._enter(Frame(target, caller, value, data, static, saved), self.codes[target])

    def delegate(self, frame: Frame, target: int | None, data: Bytes) -> None:
        """Run the code of an account in a frame's place."""
        if target is None:
            self._answer(1, ())
            return
        self._enter(replace(frame, data=data, saved=self.state), self.codes[target])

    def _enter(self, frame: Frame, code: Code) -> None:
        if len(self.frames) >= _DEEPEST:
            raise Tripped("depth", f"more than {_DEEPEST} calls within calls")
        self.frames.append(Machine(self, frame, code))

    def _answer(self, success: int, output: Bytes) -> None:
        caller = self.frames[-1]
        caller.answer = success
        caller._return_data = output

    def step(self) -> bool:
        """One instruction; whether the transaction goes on. Raises Fork, Excluded and Tripped."""
        machine = self.frames[-1]
        try:
            machine.step()
        except StartTx:
            # What was decided for the call is of no use to its result.
            machine.decided = ()
        except EndTx as end:
            self.frames.pop()
            undone = end.result in ("THROW", "REVERT")
            output = tuple(end.data or ()) if end.result in ("RETURN", "REVERT") else ()
            if undone:
                self.state = machine.frame.saved
            if not self.frames:
                self.done = (*self.done, Done(not undone, end.result, self.state, self.path))
                return False
            self._answer(0 if undone else 1, output)
        return True

    def constrain(self, condition: Any, model: Any = OPEN) -> None:
        """Go on under a condition, of which a model may be known."""
        self.path = (*self.path, canonical(condition))
        self.model = model

    def place(self) -> tuple[Any, ...]:
        """Where the path is: the instruction, and where the functions that it is in return to.

        A loop comes to the same place again, and a function that is called from elsewhere to
        another one.
        """
        machine = self.frames[-1]
        targets = machine.code.targets
        known = (each for each in machine.stack if isinstance(each, int) and each in targets)
        return (len(self.done), len(self.frames), machine.pc, *known)


def _lift(value: Any) -> Any:
    return constant(value, 256) if isinstance(value, int) else value
