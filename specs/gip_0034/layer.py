"""What the contracts of both layers have in common: their neighbours, the governor, the pause."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from specs.model import Call, Contract, require


@dataclass(kw_only=True)
class LayerContract(Contract):
    """A contract that is deployed on L1 and on L2, or that deals with such contracts."""

    def peer(self, role: str) -> Any:
        """The contract of the same chain with a role: ``peer("token")`` is ``l1_token`` on L1."""
        return self.system.contracts[f"{self.chain}_{role}"]

    def require_governor(self, call: Call) -> None:
        """Refuse everybody but the governor of this chain."""
        require(call.sender == self.peer("controller").governor, "OnlyGovernor")

    def require_running(self) -> None:
        """Refuse while the protocol of this chain is paused."""
        require(not self.peer("controller").paused, "SystemPaused")
