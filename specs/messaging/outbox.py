"""The Outbox on L1: executes each confirmed message of L2 at most once."""

from __future__ import annotations

from dataclasses import dataclass, field

from specs.abi import encode
from specs.fields import NO_BYTES32, Bytes32
from specs.keccak import keccak256
from specs.model import Call, Contract, Parameter, Revert, require, transition

ITEM_TYPES = ("uint256", "address", "address", "uint256", "bytes")


def item_hash(index: int, l2_sender: int, to: int, value: int, data: bytes) -> bytes:
    """The hash that stands for a message: ``index`` is its position in ArbSys."""
    return keccak256(encode(ITEM_TYPES, index, l2_sender, to, value, data))


@dataclass(kw_only=True)
class Outbox(Contract):
    """Knows which messages of L2 are final and which of these were executed.

    ``item_hashes`` maps a message's position to its hash once it is confirmed, ``is_spent`` to
    whether it was executed.  ``l2_to_l1_sender`` is who sent the message that is being executed,
    else 0.
    """

    bridge: Parameter[int]
    rollup: Parameter[int]
    item_hashes: dict[int, Bytes32] = field(default_factory=dict)
    is_spent: dict[int, bool] = field(default_factory=dict)
    l2_to_l1_sender: int = 0

    @transition
    def confirm(self, call: Call, index: int, item_hash: Bytes32) -> None:
        """Note that a message is final, its challenge period being over; only for the rollup."""
        require(call.sender == self.rollup, "NotRollup")
        require(item_hash != NO_BYTES32, "ZeroItemHash")
        require(self.item_hashes.get(index, NO_BYTES32) == NO_BYTES32, "AlreadyConfirmed")
        self.item_hashes[index] = item_hash
        self.emit("ItemConfirmed")

    @transition
    def execute_transaction(
        self, call: Call, index: int, l2_sender: int, to: int, value: int, data: bytes
    ) -> None:
        """Execute a confirmed message for anybody: the Bridge calls ``to`` with ``value`` wei.

        If that call fails, nothing happened, and the message may be tried again.
        """
        confirmed = self.item_hashes.get(index, NO_BYTES32)
        require(confirmed != NO_BYTES32, "NotConfirmed")
        require(not self.is_spent.get(index, False), "AlreadySpent")
        require(confirmed == item_hash(index, l2_sender, to, value, data), "WrongItem")
        self.is_spent[index] = True
        before = self.l2_to_l1_sender
        self.l2_to_l1_sender = l2_sender
        self.emit("OutboxTransactionExecuted", value=value)
        worked, refusal = self.invoke(call, self.system.l1_bridge.execute_call, to, value, data)
        if not worked:
            # An error of a contract has a name; what the machine refuses comes back as nothing.
            raise Revert(refusal if refusal.isidentifier() else "BridgeCallFailed")
        self.l2_to_l1_sender = before
