"""The concrete world: a system deployed on py-evm chains, driven by steps.

world = deploy_world(compiled)
outcome = world.run(CallStep("alice", "l1_token", "transfer", (bob, 5)))
outcome.transactions[0].succeeded, world.load(Place("l1_token", "_totalSupply"))
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from harness.chain.attribution import Attribution, Leaf
from harness.chain.chain import Chain
from harness.chain.executed import Executed, Outcome
from harness.chain.ghosts import MessageBook
from harness.chain.ledger import Kept, Ledger
from harness.chain.past import InitialWorld, PastWorld
from harness.chain.readable import Locator, ReadableWorld
from harness.chain.transaction import Receipt, Transaction
from harness.compile import explain_revert
from harness.compiled import CompiledSystem
from harness.errors import InternalError, LookupProblem, UsageError, ViewReverts
from harness.step import CallStep, ClockStep, RelayStep, Step
from harness.transport import Event, Transport
from harness.world import Message, Place, Value, World

__all__ = ["ConcreteWorld", "Executed", "Mark", "Outcome"]


@dataclass(frozen=True)
class Mark:
    """A state of a world to come back to."""

    chains: Mapping[str, int]
    kept: Kept


Observer = Callable[[Executed], None]


@dataclass
class _Recording:
    """What the step that now runs has done so far."""

    transactions: list[Executed] = field(default_factory=list)
    unheeded: deque[tuple[str, Event]] = field(default_factory=deque)
    relaying: bool = False
    heeding: bool = False
    failing: bool = False


class ConcreteWorld(ReadableWorld):
    """A system that runs on py-evm.

    ``observers`` are told of every transaction as soon as it was made, before the transport or
    anybody else acts on it.
    """

    def __init__(self, compiled: CompiledSystem, chains: Mapping[str, Chain]) -> None:
        super().__init__(compiled, Locator(compiled))
        self.chains = dict(chains)
        self.observers: list[Observer] = []
        self.setup: list[Executed] = []
        """The calls that set the system up once its contracts were created."""
        self.attributions = {
            name: Attribution(name, compiled.layout(name), self.chains[decl.chain.name].preimage)
            for name, decl in compiled.contracts.items()
        }
        self.ledger = Ledger(compiled, self.attributions, self.storage_of)
        self._recording = _Recording()
        self._initial: InitialWorld | None = None
        self._where = {
            name: (self.chains[decl.chain.name], int(decl.address))
            for name, decl in compiled.contracts.items()
        }

    # Reading

    def word(self, contract: str, slot: int) -> int:
        """The word in a slot of a contract."""
        chain, address = self._where[contract]
        return chain.storage(address, slot)

    def total(self, place: Place) -> int:
        """The sum over all keys of a mapping."""
        return self.ledger.sums.value(place)

    def event_totals(self) -> Mapping[tuple[str, str, str], int]:
        """Sums of event fields so far."""
        return self.ledger.events.values

    def messages(self, channel: str) -> Sequence[Message]:
        """All messages ever sent on a channel, in the order of sending."""
        return self.ledger.messages.channel(channel)

    def message_book(self) -> MessageBook:
        """All messages; copy it to keep it."""
        return self.ledger.messages

    def view_raw(self, contract: str, data: bytes) -> bytes:
        """What a read-only call returns."""
        chain, address = self._where[contract]
        receipt = chain.call(Transaction(0, address, data=data))
        if not receipt.success:
            raise ViewReverts(
                f"the view function reverts: {self.reason(contract, receipt)}",
                where=f"{contract}, call data 0x{data[:4].hex()}…",
                fix="read the state instead, or ask with .or_none and say nothing where it reverts",
            )
        return receipt.output

    def ether(self, chain: str, address: int) -> int:
        """An account's balance in wei."""
        return self.chains[chain].balance(address)

    def block(self, chain: str) -> int:
        """The block number of a chain."""
        return self.chains[chain].clock.block

    def time(self, chain: str) -> int:
        """The time of a chain in seconds."""
        return self.chains[chain].clock.time

    def initially(self) -> World:
        """The same system right after deployment."""
        return self._initial if self._initial is not None else self

    def deployed(self) -> None:
        """Note that deployment is over: what the state is now is how it was initially."""
        self._initial = InitialWorld(self._compiled, self._locator, self)

    def storage_of(self, contract: str) -> Mapping[int, int]:
        """The non-zero slots of a contract; a live view."""
        chain, address = self._where[contract]
        return chain.storage_items(address)

    def leaves_of(self, contract: str, slot: int) -> Sequence[Leaf]:
        """The named values in a storage slot; empty where the layout knows none."""
        return self.attributions[contract].leaves(slot)

    def numbers_in_sight(self) -> set[int]:
        """Whole numbers that a property for all numbers is tried with: 0, keys of mappings, and
        numbers of messages."""
        found = {0} | self.ledger.messages.numbers()
        for attribution in self.attributions.values():
            found |= attribution.numbers
        return found

    def reason(self, contract: str, receipt: Receipt) -> str:
        """Why a transaction failed, in the words of the contracts' custom errors."""
        if receipt.error is None:
            return ""
        if receipt.error != "revert":
            return str(receipt.error)
        abis = [self._compiled.abi(name) for name in self._compiled.contracts]
        own = [self._compiled.abi(contract)] if contract else []
        return str(explain_revert(receipt.output, *own, *abis))

    # Going back

    def mark(self) -> Mark:
        """A state to come back to with :meth:`restore`, as often as you like."""
        return Mark(
            {name: chain.snapshot() for name, chain in self.chains.items()},
            self.ledger.kept(),
        )

    def restore(self, mark: Mark) -> None:
        """Go back to a mark; marks set after it are gone."""
        for name, chain in self.chains.items():
            chain.revert_to(mark.chains[name])
        self.ledger.restore(mark.kept)

    # Acting

    def run(self, step: Step) -> Outcome:
        """Do a step, whatever comes of it; :class:`UsageError` if it cannot be done at all."""
        self._recording = _Recording()
        if isinstance(step, CallStep):
            self._call(step)
        elif isinstance(step, RelayStep):
            self._relay(step)
        else:
            self.advance(step)
        return Outcome(step, tuple(self._recording.transactions))

    def _call(self, step: CallStep) -> None:
        data = b""
        if step.function:
            function = self._compiled.abi(step.contract).function(step.function)
            data = function.encode_call(*step.args)
        decl = self._compiled.contracts[step.contract]
        sender = self.account(step.sender)
        self.transact_raw(decl.chain.name, int(decl.address), data, sender=sender, value=step.value)

    def account(self, name: str) -> int:
        """The address of a named account, or the one that ``0x…`` spells."""
        if name.startswith("0x"):
            return int(name, 16)
        return self._compiled.address(name)

    def _relay(self, step: RelayStep) -> None:
        transport = self.transport_of(step.channel)
        messages = self.ledger.messages.channel(step.channel)
        if step.message >= len(messages):
            raise UsageError(
                f"channel {step.channel!r} has no message {step.message}; "
                f"{len(messages)} were sent",
                fix="a relay step names a message that an earlier step sent",
            )
        self._recording.relaying = True
        sender = self.account(step.sender)
        transport.relay(self, messages[step.message], step.action, sender)

    def transport_of(self, channel: str) -> Transport:
        """The transport that carries a channel."""
        for transport in self._compiled.system.transports:
            if channel in transport.channels:
                return transport
        known = [c for t in self._compiled.system.transports for c in t.channels]
        raise LookupProblem.unknown("channel", channel, known, self._compiled.name)

    def advance(self, step: ClockStep) -> None:
        """Let time pass on every chain."""
        seconds = 0
        for name, decl in self._compiled.chains.items():
            if decl.follows is None:
                seconds = max(seconds, step.blocks * decl.block_time)
                self.chains[name].clock.advance(step.blocks, step.blocks * decl.block_time)
        for name, decl in self._compiled.chains.items():
            if decl.follows is not None:
                clock = self.chains[name].clock
                lag = min(step.lag, decl.lag)
                seen = self.chains[decl.follows.name].clock.block - lag
                clock.advance(max(0, seen - clock.block), seconds)

    # What a transport may do, besides reading

    def transact(
        self, contract: str, function: str, *args: Value, sender: int, value: int = 0
    ) -> bool:
        """Call a function of a contract in a transaction; whether it succeeded."""
        decl = self._compiled.contracts[contract]
        data = self._compiled.abi(contract).function(function).encode_call(*args)
        return self.transact_raw(
            decl.chain.name, int(decl.address), data, sender=sender, value=value
        )

    def transact_raw(
        self, chain: str, to: int, data: bytes, *, sender: int, value: int = 0
    ) -> bool:
        """Make a call given as bytes in a transaction; whether it succeeded."""
        return self._transact(chain, Transaction(int(sender), int(to), value, data), None)

    def attempt(
        self, channel: str, number: int, to: int, data: bytes, *, sender: int, value: int = 0
    ) -> bool:
        """Make the call of a message that is due, in a transaction; whether it succeeded."""
        [chain] = [each.to for each in self.transport_of(channel).carries if each.name == channel]
        transaction = Transaction(int(sender), int(to), value, data)
        return self._transact(chain, transaction, (channel, number))

    def forgo(self, channel: str, number: int) -> None:
        """Note an attempt at a message that failed before it began."""
        self.ledger.messages.attempted(channel, number, False)

    def _transact(self, chain: str, transaction: Transaction, of: tuple[str, int] | None) -> bool:
        executed = self._execute(chain, transaction, of)
        self._recording.transactions.append(executed)
        self._check_promise(executed)
        for observer in self.observers:
            observer(executed)
        self._recording.unheeded.extend((chain, event) for event in executed.events)
        self._heed()
        return executed.succeeded

    def _check_promise(self, executed: Executed) -> None:
        """What provers take for granted of the environment must be so."""
        if executed.transaction.sender not in self._compiled.environment or not executed.decoded:
            return
        for transport in self._compiled.system.transports:
            if transport.permits(executed.before, executed.view()) is False:
                raise InternalError(
                    f"the environment calls {executed.contract}.{executed.function} "
                    "against the promise of its transport",
                    where=type(transport).__name__,
                    fix="let permits() say what the transport really does",
                )

    def _heed(self) -> None:
        """Let the transports act on what was logged, first come first served."""
        recording = self._recording
        if recording.heeding:
            return
        recording.heeding = True
        relaying = recording.relaying
        recording.relaying = True
        while recording.unheeded:
            chain, event = recording.unheeded.popleft()
            for transport in self._compiled.system.transports:
                transport.after(self, chain, event)
        recording.heeding = False
        recording.relaying = relaying

    def _execute(
        self, chain: str, transaction: Transaction, of: tuple[str, int] | None = None
    ) -> Executed:
        contract = self._compiled.contract_at(chain, transaction.to or 0) or ""
        clock = self.chains[chain].clock
        kept = self.ledger.kept()
        reading = {name: (c.clock.block, c.clock.time) for name, c in self.chains.items()}
        receipt = self.chains[chain].execute(transaction)
        past = PastWorld(
            self._compiled,
            self._locator,
            self,
            chain,
            receipt,
            kept,
            reading,
        )
        emitted = self.ledger.follow(self, chain, receipt, transaction.sender)
        if of is not None:
            self.ledger.messages.attempted(*of, receipt.success)
        decoded = self._compiled.decode(contract, transaction.data) if contract else None
        return Executed(
            chain,
            contract,
            transaction,
            receipt,
            decoded,
            self._recording.relaying,
            clock.block,
            clock.time,
            clock.basefee,
            past,
            emitted,
        )

    def follow_deployment(self, chain: str, receipt: Receipt) -> None:
        """Count what a constructor wrote and logged."""
        self.ledger.follow(self, chain, receipt, 0)

    def wait(self, seconds: int) -> None:
        """Let at least so many seconds pass on every chain."""
        slowest = min(d.block_time for d in self._compiled.chains.values() if d.follows is None)
        self.advance(ClockStep(-(-seconds // slowest)))

    def fail_next_delivery(self) -> bool:
        """Whether the transport asked for its next automatic delivery to fail; asks once."""
        asked, self._recording.failing = self._recording.failing, False
        return asked

    def let_next_delivery_fail(self) -> None:
        """Ask for the next automatic delivery to run out of gas."""
        self._recording.failing = True
