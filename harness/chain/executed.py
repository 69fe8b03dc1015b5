"""What came of steps and of the transactions that they made."""

from __future__ import annotations

from dataclasses import dataclass

from harness.address import Address
from harness.chain.past import PastWorld
from harness.chain.transaction import Receipt, Transaction
from harness.compiled import DecodedCall
from harness.step import Step
from harness.transport import Event
from harness.view import Arguments, CallView

__all__ = ["Executed", "Outcome"]


@dataclass(frozen=True)
class Executed:
    """A transaction that a step made, with what came of it.

    ``decoded`` is the call as the contract's ABI reads it, ``None`` where it reads none: a plain
    transfer, or call data that no function takes.  ``relayed`` tells a transaction of the
    transport from one that an actor sent.
    """

    chain: str
    contract: str
    transaction: Transaction
    receipt: Receipt
    decoded: DecodedCall | None
    relayed: bool
    block: int
    time: int
    basefee: int
    before: PastWorld
    events: tuple[Event, ...] = ()

    @property
    def succeeded(self) -> bool:
        """Whether the transaction went through."""
        return self.receipt.success

    @property
    def function(self) -> str:
        """The name of the called function, empty where there is none."""
        return self.decoded.function.name if self.decoded else ""

    def view(self) -> CallView:
        """The call as a transition or a rule sees it."""
        args = self.decoded.named if self.decoded else {}
        return CallView(
            self.chain,
            self.contract,
            self.function,
            Address(self.transaction.sender),
            self.transaction.value,
            Arguments(f"{self.contract}.{self.function}", args),
            self.succeeded,
            self.relayed,
        )


@dataclass(frozen=True)
class Outcome:
    """What came of a step: the transactions that it made, in order."""

    step: Step
    transactions: tuple[Executed, ...]

    @property
    def succeeded(self) -> bool:
        """Whether the step did what it says: its own transaction went through."""
        return all(each.succeeded for each in self.transactions[:1])

    @property
    def changed(self) -> bool:
        """Whether any state can be different after the step."""
        return not self.transactions or any(each.succeeded for each in self.transactions)
