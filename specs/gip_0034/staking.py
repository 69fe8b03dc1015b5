"""Staking as far as rewards need it: stake, operators, and allocations that open and close."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from specs.fields import NO_BYTES32, Bytes32
from specs.gip_0034.layer import LayerContract
from specs.model import Call, Parameter, require, transition, uint256


@dataclass(frozen=True)
class Stake:
    """The stake of an indexer in GRT wei, and how much of it is allocated to subgraphs."""

    tokens_staked: int = 0
    tokens_allocated: int = 0

    @property
    def capacity(self) -> int:
        """The stake that can be allocated or taken out."""
        return self.tokens_staked - self.tokens_allocated


@dataclass(frozen=True)
class Allocation:
    """Stake of an indexer (0: no allocation) that serves a subgraph.

    ``tokens`` are GRT wei.  ``closed_at_epoch`` is 0 while it is active.  The last field is
    gamma_i when it was opened (fixed point).
    """

    indexer: int = 0
    subgraph: Bytes32 = NO_BYTES32
    tokens: int = 0
    created_at_epoch: int = 0
    closed_at_epoch: int = 0
    acc_rewards_per_allocated_token: int = 0


NO_STAKE = Stake()
NO_ALLOCATION = Allocation()


@dataclass(kw_only=True)
class Staking(LayerContract):
    """The stakes and the allocations; keeps the indexers' GRT.

    ``is_operator`` maps (indexer, operator) to whether the operator may act for the indexer.
    ``subgraph_allocations`` is the sum of the active allocations of a subgraph: omega_i.  After
    more than ``max_allocation_epochs`` anybody may close an allocation.
    """

    controller: Parameter[int]
    token: Parameter[int]
    rewards_manager: Parameter[int]
    epoch_manager: Parameter[int]
    max_allocation_epochs: int
    stakes: dict[int, Stake] = field(default_factory=dict)
    total_staked: int = 0
    is_operator: dict[tuple[int, int], bool] = field(default_factory=dict)
    allocations: dict[int, Allocation] = field(default_factory=dict)
    next_allocation_id: int = 0
    subgraph_allocations: dict[Bytes32, int] = field(default_factory=dict)

    @transition
    def stake(self, call: Call, tokens: int) -> None:
        """Stake tokens of the caller, who allowed them."""
        self.require_running()
        require(tokens != 0, "InvalidZeroAmount")
        self.invoke(call, self.peer("token").transfer_from, call.sender, self.address, tokens)
        self.add_stake(call.sender, tokens)
        self.emit("StakeDeposited", tokens=tokens)

    @transition
    def unstake(self, call: Call, tokens: int) -> None:
        """Take out stake of the caller that is not allocated."""
        self.require_running()
        require(tokens != 0, "InvalidZeroAmount")
        require(tokens <= self.stake_of(call.sender).capacity, "InsufficientCapacity")
        self.add_stake(call.sender, -tokens)
        self.emit("StakeWithdrawn", tokens=tokens)
        self.invoke(call, self.peer("token").transfer, call.sender, tokens)

    @transition
    def set_operator(self, call: Call, operator: int, allowed: bool) -> None:
        """Say whether an account may act for the caller; the caller itself always may."""
        require(operator != call.sender, "InvalidOperator")
        self.is_operator[call.sender, operator] = allowed
        self.emit("OperatorSet")

    @transition
    def allocate(self, call: Call, indexer: int, subgraph: Bytes32, tokens: int) -> int:
        """Allocate stake of an indexer to a subgraph; returns the allocation's id."""
        self.require_running()
        require(self.is_authorised(call, indexer), "NotAuthorised")
        require(tokens != 0, "InvalidZeroAmount")
        require(tokens <= self.stake_of(indexer).capacity, "InsufficientCapacity")
        rewards = self.peer("rewards")
        per_token = self.invoke(call, rewards.on_subgraph_allocation_update, subgraph)
        number, epoch = self.next_allocation_id, self.current_epoch(call)
        self.next_allocation_id = uint256(number + 1)
        self.allocations[number] = Allocation(indexer, subgraph, tokens, epoch, 0, per_token)
        self.add_allocated(indexer, subgraph, tokens)
        self.emit("AllocationCreated", tokens=tokens, epoch=epoch)
        return number

    @transition
    def close_allocation(self, call: Call, id: int, poi: Bytes32) -> int:
        """Close an allocation after at least one epoch; returns the rewards, which are staked.

        They are paid to the indexer for a proof of indexing (``poi``) that he or an operator
        gives.  Without a proof, or closed by somebody else because it is late, they are burned.
        """
        self.require_running()
        allocation = self.allocation(id)
        require(allocation.indexer != 0, "NoAllocation")
        require(allocation.closed_at_epoch == 0, "AllocationAlreadyClosed")
        now = self.current_epoch(call)
        epochs = uint256(now - allocation.created_at_epoch)
        require(epochs != 0, "TooEarlyToClose")
        authorised = self.is_authorised(call, allocation.indexer)
        require(authorised or epochs > self.max_allocation_epochs, "NotAuthorised")
        rewards = 0
        if authorised and poi != NO_BYTES32:
            rewards = self.invoke(call, self.peer("rewards").take_rewards, id)
        else:
            self.invoke(call, self.peer("rewards").take_and_burn_rewards, id)
        self.allocations[id] = replace(allocation, closed_at_epoch=now)
        self.add_allocated(allocation.indexer, allocation.subgraph, -allocation.tokens)
        self.add_stake(allocation.indexer, rewards)
        self.emit("AllocationClosed", tokens=allocation.tokens, rewards=rewards)
        return rewards

    @transition
    def set_max_allocation_epochs(self, call: Call, value: int) -> None:
        """Set after how many epochs an allocation is late; only for the governor."""
        self.require_governor(call)
        self.max_allocation_epochs = value
        self.emit("MaxAllocationEpochsSet", value=value)

    def stake_of(self, indexer: int) -> Stake:
        """The stake of an account, all zero if it has none."""
        return self.stakes.get(indexer, NO_STAKE)

    def has_stake(self, indexer: int) -> bool:
        """Whether an account has any stake."""
        return self.stake_of(indexer).tokens_staked > 0

    def allocation(self, id: int) -> Allocation:
        """An allocation, all zero if there is none."""
        return self.allocations.get(id, NO_ALLOCATION)

    def allocated_to(self, subgraph: Bytes32) -> int:
        """The tokens that are allocated to a subgraph: omega_i."""
        return self.subgraph_allocations.get(subgraph, 0)

    def is_authorised(self, call: Call, indexer: int) -> bool:
        """Whether the caller is the indexer or an operator of his."""
        return call.sender == indexer or self.may_operate(call.sender, indexer)

    def may_operate(self, operator: int, indexer: int) -> bool:
        """Whether an account is an operator of the indexer."""
        return self.is_operator.get((indexer, operator), False)

    def current_epoch(self, call: Call) -> int:
        """The epoch of the current block."""
        epoch: int = self.peer("epochs").current_epoch(call)
        return epoch

    def add_stake(self, indexer: int, tokens: int) -> None:
        """Change an indexer's stake, and with it the sum."""
        stake = self.stake_of(indexer)
        staked = uint256(stake.tokens_staked + tokens)
        self.stakes[indexer] = replace(stake, tokens_staked=staked)
        self.total_staked = uint256(self.total_staked + tokens)

    def add_allocated(self, indexer: int, subgraph: Bytes32, tokens: int) -> None:
        """Change what is allocated by an indexer and to a subgraph."""
        stake = self.stake_of(indexer)
        allocated = uint256(stake.tokens_allocated + tokens)
        self.stakes[indexer] = replace(stake, tokens_allocated=allocated)
        self.subgraph_allocations[subgraph] = uint256(self.allocated_to(subgraph) + tokens)
