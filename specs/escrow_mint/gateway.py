"""What the gateways of both chains share: the governor may stop what leaves, never what arrives."""

from __future__ import annotations

from dataclasses import dataclass, field

from specs.abi import encode_call
from specs.fields import label
from specs.model import Call, Contract, Parameter, require, transition

FINALIZE_INBOUND_TRANSFER = "finalizeInboundTransfer(address,address,address,uint256,bytes)"
FINALIZE_MIGRATION = "finalizeMigration(address,address,uint256,uint256)"


def inbound_transfer(token: int, sender: int, to: int, amount: int, data: bytes) -> bytes:
    """The call that tells the other gateway of a transfer; ``token`` is LPT's address on L1."""
    return encode_call(FINALIZE_INBOUND_TRANSFER, token, sender, to, amount, data)


def inbound_migration(delegator: int, orchestrator: int, amount: int, migration_id: int) -> bytes:
    """The call that tells the gateway of L2 of a migration."""
    return encode_call(FINALIZE_MIGRATION, delegator, orchestrator, amount, migration_id)


@dataclass(kw_only=True)
class Gateway(Contract):
    """A gateway; at first it is paused, so that nothing leaves before both sides are there."""

    counterpart: Parameter[int]
    governor: Parameter[int]
    paused: bool = field(default=True, metadata=label("_paused"))

    @transition
    def pause(self, call: Call) -> None:
        """Stop what leaves; only for the governor."""
        require(call.sender == self.governor, "OnlyGovernor")
        require(not self.paused, "EnforcedPause")
        self.paused = True
        self.emit("Paused")

    @transition
    def unpause(self, call: Call) -> None:
        """Let things leave again; only for the governor."""
        require(call.sender == self.governor, "OnlyGovernor")
        require(self.paused, "ExpectedPause")
        self.paused = False
        self.emit("Unpaused")

    def require_running(self) -> None:
        """Refuse while paused."""
        require(not self.paused, "EnforcedPause")
