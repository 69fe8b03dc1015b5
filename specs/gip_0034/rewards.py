"""The RewardsManager: divides the rewards of a layer among subgraphs and their allocations.

First among the subgraphs by their signal, then the part of a subgraph among the allocations to
it.  What is per signal or per token is in fixed point, the rest in GRT wei; all divisions round
down, so that no more is paid than accrued.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from specs.fields import Bytes32
from specs.gip_0034.fixed_point import ONE
from specs.gip_0034.layer import LayerContract
from specs.gip_0034.staking import Allocation
from specs.model import Call, Parameter, require, transition, uint256, view


@dataclass(frozen=True)
class Subgraph:
    """What a subgraph has earned until it was last settled; nothing of it ever decreases.

    ``acc_rewards_for_subgraph`` is R_i, next to it what R_i and rho were when allocations and
    signal were last settled; ``acc_rewards_per_allocated_token`` is gamma_i.
    """

    acc_rewards_for_subgraph: int = 0
    acc_rewards_for_subgraph_snapshot: int = 0
    acc_rewards_per_signal_snapshot: int = 0
    acc_rewards_per_allocated_token: int = 0


NOTHING_EARNED = Subgraph()


@dataclass(kw_only=True)
class RewardsManager(LayerContract):
    """The books of the rewards; the GRT itself is in the reservoir.

    ``acc_rewards_per_signal`` is rho and ``acc_rewards_on_last_signal_update`` the rewards of the
    layer when rho was last updated.  A subgraph with less signal than ``minimum_subgraph_signal``
    (GRT wei) earns nothing.  What a ``denied`` subgraph earned is burned instead of paid.
    """

    controller: Parameter[int]
    curation: Parameter[int]
    staking: Parameter[int]
    reservoir: Parameter[int]
    acc_rewards_per_signal: int = 0
    acc_rewards_on_last_signal_update: int = 0
    subgraphs: dict[Bytes32, Subgraph] = field(default_factory=dict)
    minimum_subgraph_signal: int = 0
    denied: dict[Bytes32, bool] = field(default_factory=dict)
    subgraph_availability_oracle: int = 0

    # What has accrued

    @view
    def get_new_rewards_per_signal(self, call: Call) -> int:
        """What every signal earned since the last update, rounded down."""
        signal: int = self.peer("curation").total_signal
        if signal == 0:
            return 0
        new = uint256(self.layer_rewards(call) - self.acc_rewards_on_last_signal_update)
        return uint256(new * ONE) // signal

    @view
    def get_acc_rewards_per_signal(self, call: Call) -> int:
        """What every signal has earned until now: rho."""
        return uint256(self.acc_rewards_per_signal + self.get_new_rewards_per_signal(call))

    @view
    def get_acc_rewards_for_subgraph(self, call: Call, subgraph: Bytes32) -> int:
        """What a subgraph has earned until now; nothing new below the minimum signal."""
        known = self.subgraph(subgraph)
        signal: int = self.peer("curation").signal_of(subgraph)
        if signal < self.minimum_subgraph_signal:
            return known.acc_rewards_for_subgraph
        per_signal = self.get_acc_rewards_per_signal(call)
        new = uint256(per_signal - known.acc_rewards_per_signal_snapshot)
        return uint256(known.acc_rewards_for_subgraph + uint256(new * signal) // ONE)

    @view
    def get_acc_rewards_per_allocated_token(self, call: Call, subgraph: Bytes32) -> int:
        """What a token that is always allocated to the subgraph has earned until now: gamma_i."""
        known = self.subgraph(subgraph)
        allocated: int = self.peer("staking").allocated_to(subgraph)
        if allocated == 0:
            return known.acc_rewards_per_allocated_token
        earned = self.get_acc_rewards_for_subgraph(call, subgraph)
        new = uint256(earned - known.acc_rewards_for_subgraph_snapshot)
        return uint256(known.acc_rewards_per_allocated_token + uint256(new * ONE) // allocated)

    @view
    def get_rewards(self, call: Call, allocation_id: int) -> int:
        """What an active allocation has earned until now, even if it would not be paid."""
        allocation: Allocation = self.peer("staking").allocation(allocation_id)
        if allocation.indexer == 0 or allocation.closed_at_epoch != 0:
            return 0
        per_token = self.get_acc_rewards_per_allocated_token(call, allocation.subgraph)
        return rewards_of(allocation, per_token)

    # Settling, for anybody

    @transition
    def update_acc_rewards_per_signal(self, call: Call) -> int:
        """Settle what every signal has earned; without signal it goes to nobody."""
        self.acc_rewards_per_signal = self.get_acc_rewards_per_signal(call)
        self.acc_rewards_on_last_signal_update = self.layer_rewards(call)
        return self.acc_rewards_per_signal

    @transition
    def on_subgraph_signal_update(self, call: Call, subgraph: Bytes32) -> int:
        """Settle what a subgraph has earned, before its signal changes."""
        per_signal = self.update_acc_rewards_per_signal(call)
        earned = self.get_acc_rewards_for_subgraph(call, subgraph)
        self.subgraphs[subgraph] = replace(
            self.subgraph(subgraph),
            acc_rewards_for_subgraph=earned,
            acc_rewards_per_signal_snapshot=per_signal,
        )
        return earned

    @transition
    def on_subgraph_allocation_update(self, call: Call, subgraph: Bytes32) -> int:
        """Settle what allocated tokens have earned, before the subgraph's allocations change.

        What a subgraph earned while nothing was allocated to it goes to nobody.
        """
        earned = self.on_subgraph_signal_update(call, subgraph)
        per_token = self.get_acc_rewards_per_allocated_token(call, subgraph)
        self.subgraphs[subgraph] = replace(
            self.subgraph(subgraph),
            acc_rewards_per_allocated_token=per_token,
            acc_rewards_for_subgraph_snapshot=earned,
        )
        return per_token

    # Taking, for Staking

    @transition
    def take_rewards(self, call: Call, allocation_id: int) -> int:
        """Pay to Staking what an allocation has earned, or burn it if the subgraph is denied.

        Returns what was paid.
        """
        require(call.sender == self.staking, "OnlyStaking")
        subgraph, amount = self.settle(call, allocation_id)
        if self.denied.get(subgraph, False):
            self.emit("RewardsDenied", amount=amount)
            self.burn(call, amount)
            return 0
        self.emit("RewardsAssigned", amount=amount)
        if amount > 0:
            self.invoke(call, self.peer("reservoir").pull_rewards, self.staking, amount)
        return amount

    @transition
    def take_and_burn_rewards(self, call: Call, allocation_id: int) -> None:
        """Burn what an allocation has earned."""
        require(call.sender == self.staking, "OnlyStaking")
        _, amount = self.settle(call, allocation_id)
        self.emit("RewardsForfeited", amount=amount)
        self.burn(call, amount)

    # Parameters

    @transition
    def set_minimum_subgraph_signal(self, call: Call, value: int) -> None:
        """Set the least signal that earns something (GRT wei); only for the governor."""
        self.require_governor(call)
        self.minimum_subgraph_signal = value
        self.emit("MinimumSubgraphSignalSet", value=value)

    @transition
    def set_subgraph_availability_oracle(self, call: Call, oracle: int) -> None:
        """Set who may deny, 0 for nobody; only for the governor."""
        self.require_governor(call)
        self.subgraph_availability_oracle = oracle
        self.emit("SubgraphAvailabilityOracleSet")

    @transition
    def set_denied(self, call: Call, subgraph: Bytes32, value: bool) -> None:
        """Deny a subgraph its rewards, or no longer; only for the oracle."""
        require(call.sender == self.subgraph_availability_oracle, "OnlyAvailabilityOracle")
        self.denied[subgraph] = value
        self.emit("DeniedSet")

    def subgraph(self, subgraph: Bytes32) -> Subgraph:
        """What is known of a subgraph, all zero at first."""
        return self.subgraphs.get(subgraph, NOTHING_EARNED)

    def layer_rewards(self, call: Call) -> int:
        """All rewards of this layer until now: R1 or R2, GRT wei."""
        rewards: int = self.peer("reservoir").get_accumulated_rewards(call, call.block)
        return rewards

    def settle(self, call: Call, allocation_id: int) -> tuple[Bytes32, int]:
        """Settle the subgraph of an allocation; the subgraph and what the allocation earned."""
        allocation: Allocation = self.peer("staking").allocation(allocation_id)
        per_token = self.on_subgraph_allocation_update(call, allocation.subgraph)
        return allocation.subgraph, rewards_of(allocation, per_token)

    def burn(self, call: Call, amount: int) -> None:
        """Have the reservoir burn rewards."""
        if amount > 0:
            self.invoke(call, self.peer("reservoir").burn_rewards, amount)


def rewards_of(allocation: Allocation, per_token: int) -> int:
    """What an allocation earned since it was opened, rounded down."""
    new = uint256(per_token - allocation.acc_rewards_per_allocated_token)
    return uint256(new * allocation.tokens) // ONE
