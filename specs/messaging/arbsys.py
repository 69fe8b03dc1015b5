"""ArbSys on L2: where messages to L1 are sent."""

from __future__ import annotations

from dataclasses import dataclass

from specs.model import Call, Contract, payable, uint256


@dataclass(frozen=True)
class L2ToL1Tx:
    """A message to L1, as the event of that name announces it: ``value`` is in wei."""

    caller: int
    destination: int
    position: int
    value: int
    data: bytes


@dataclass(kw_only=True)
class ArbSys(Contract):
    """Counts the messages to L1: ``send_count`` of them were sent so far."""

    send_count: int = 0

    @payable
    def send_tx_to_l1(self, call: Call, destination: int, data: bytes) -> int:
        """Ask for a call of ``destination`` on L1; returns the message's position.

        The wei sent along stay here for ever: on L1 the Bridge pays them.
        """
        position = self.send_count
        self.send_count = uint256(position + 1)
        self.post(L2ToL1Tx(call.sender, destination, position, call.value, data))
        self.emit("L2ToL1Tx", value=call.value)
        return position
