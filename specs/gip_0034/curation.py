"""Curation: GRT that is put on subgraphs as signal, which decides how rewards are divided."""

from __future__ import annotations

from dataclasses import dataclass, field

from specs.fields import Bytes32
from specs.gip_0034.layer import LayerContract
from specs.model import Call, Parameter, require, transition, uint256


@dataclass(kw_only=True)
class Curation(LayerContract):
    """The signal of each subgraph, in GRT wei: one signal costs one GRT, which is kept here.

    ``curator_signal`` maps (subgraph, curator) to his part of the subgraph's ``signal``, and
    ``total_signal`` is that of all subgraphs.
    """

    controller: Parameter[int]
    token: Parameter[int]
    rewards_manager: Parameter[int]
    signal: dict[Bytes32, int] = field(default_factory=dict)
    curator_signal: dict[tuple[Bytes32, int], int] = field(default_factory=dict)
    total_signal: int = 0

    @transition
    def mint(self, call: Call, subgraph: Bytes32, tokens: int) -> None:
        """Put tokens of the caller, who allowed them, on a subgraph."""
        self.require_running()
        require(tokens != 0, "InvalidZeroAmount")
        self.invoke(call, self.peer("rewards").on_subgraph_signal_update, subgraph)
        self.add(subgraph, call.sender, tokens)
        self.emit("Signalled", tokens=tokens)
        self.invoke(call, self.peer("token").transfer_from, call.sender, self.address, tokens)

    @transition
    def burn(self, call: Call, subgraph: Bytes32, tokens: int) -> None:
        """Take tokens of the caller off a subgraph again."""
        self.require_running()
        require(tokens != 0, "InvalidZeroAmount")
        available = self.curator_signal.get((subgraph, call.sender), 0)
        require(tokens <= available, "InsufficientSignal")
        self.invoke(call, self.peer("rewards").on_subgraph_signal_update, subgraph)
        self.add(subgraph, call.sender, -tokens)
        self.emit("SignalBurned", tokens=tokens)
        self.invoke(call, self.peer("token").transfer, call.sender, tokens)

    def signal_of(self, subgraph: Bytes32) -> int:
        """The signal of a subgraph: sigma_i."""
        return self.signal.get(subgraph, 0)

    def add(self, subgraph: Bytes32, curator: int, tokens: int) -> None:
        """Change all three sums by the same amount."""
        own = subgraph, curator
        self.signal[subgraph] = uint256(self.signal_of(subgraph) + tokens)
        self.curator_signal[own] = uint256(self.curator_signal.get(own, 0) + tokens)
        self.total_signal = uint256(self.total_signal + tokens)
