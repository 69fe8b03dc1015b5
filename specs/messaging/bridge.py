"""The Bridge on L1: keeps all bridged ether and is the one who calls on L1 for senders on L2."""

from __future__ import annotations

from dataclasses import dataclass

from specs.model import Call, Contract, Parameter, payable, require, transition, uint256


@dataclass(kw_only=True)
class Bridge(Contract):
    """Counts what the Inbox sends and makes the calls that the Outbox asks for.

    ``delayed_message_count`` is how many orders went to L2, ``active_outbox`` the Outbox while
    one of its messages is being executed, else 0.
    """

    inbox: Parameter[int]
    outbox: Parameter[int]
    delayed_message_count: int = 0
    active_outbox: int = 0

    @payable
    def enqueue_delayed_message(self, call: Call, sender: int) -> int:
        """Take an order and its wei from the Inbox; returns its number, counted from 0."""
        require(call.sender == self.inbox, "NotInbox")
        number = self.delayed_message_count
        self.delayed_message_count = uint256(number + 1)
        self.emit("MessageDelivered", value=call.value)
        return number

    @transition
    def execute_call(self, call: Call, to: int, value: int, data: bytes) -> tuple[bool, str]:
        """Call ``to`` with ``value`` wei for the Outbox: whether it worked, and if not, why.

        Bytes for an address without a contract are a mistake, and refused.  Otherwise a failure
        of the call is an answer, and undoes only what the call itself did.
        """
        require(call.sender == self.outbox, "NotOutbox")
        if data:
            require(self.system.contract_at(self.chain, to) is not None, "NotContract")
        before = self.active_outbox
        self.active_outbox = call.sender
        self.emit("BridgeCallTriggered", value=value)
        refusal = self.try_call(call, to, value, data)
        self.active_outbox = before
        return refusal is None, refusal or ""
