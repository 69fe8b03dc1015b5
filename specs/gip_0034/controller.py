"""Who governs a chain, whether it is paused, and what its epochs are."""

from __future__ import annotations

from dataclasses import dataclass

from specs.model import Call, Contract, Parameter, require, transition


@dataclass(kw_only=True)
class Controller(Contract):
    """The governor of a chain, and the guardian, who can stop it but not start it again."""

    governor: Parameter[int]
    pause_guardian: Parameter[int]
    paused: bool = False

    @transition
    def set_paused(self, call: Call, value: bool) -> None:
        """Stop or start the chain's protocol; it may be so already."""
        guards = value and call.sender == self.pause_guardian
        require(guards or call.sender == self.governor, "NotAllowedToPause")
        self.paused = value
        self.emit("PauseChanged")


@dataclass(kw_only=True)
class EpochManager(Contract):
    """Counts epochs of ``epoch_length`` blocks.  It has no state."""

    epoch_length: Parameter[int]

    def current_epoch(self, call: Call) -> int:
        """The epoch of the current block."""
        return call.block // self.epoch_length
