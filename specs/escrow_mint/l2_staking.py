"""Staking on L2, where new tokens are made as rewards.  Amounts are in LPT wei.

Shares and rates are fractions of ``PERC``, which is 100 %.  All divisions round down.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from specs.escrow_mint.delegation import Delegation
from specs.model import Call, Parameter, require, step, transition, uint256

PERC = 1_000_000_000
MAX_L1_SUPPLY = 2**128 - 1


@dataclass(frozen=True)
class Snapshot:
    """The stake delegated to an account before it first changed in ``round``."""

    round: int = 0
    stake: int = 0


NO_SNAPSHOT = Snapshot()


@dataclass(kw_only=True)
class StakingManager(Delegation):
    """Staking on L2; keeps the staked tokens itself.

    ``inflation`` is how much of all LPT may be minted per round, ``inflation_change`` its step and
    ``target_bonding_rate`` the share of staked LPT that it steers for.  ``l1_circulating_supply``
    is what the governor says circulates on L1.  For the round ``last_initialized_round``:
    ``mintable_tokens`` may be minted, ``minted_tokens`` of it were, in proportion to the shares
    in ``round_total_stake``.  ``last_reward_round`` is when each orchestrator last took its reward.
    """

    token: Parameter[int]
    minter: Parameter[int]
    migrator: Parameter[int]
    governor: Parameter[int]
    inflation: int
    inflation_change: int
    target_bonding_rate: int
    l1_circulating_supply: int = 0
    last_initialized_round: int
    mintable_tokens: int = 0
    minted_tokens: int = 0
    round_total_stake: int = 0
    last_reward_round: dict[int, int] = field(default_factory=dict)
    stake_snapshots: dict[int, Snapshot] = field(default_factory=dict)

    @transition
    def initialize_round(self, call: Call) -> None:
        """Start the round if nobody did; for anybody."""
        self.touch_round(call)

    @transition
    def stake_for(self, call: Call, delegator: int, orchestrator: int, amount: int) -> None:
        """Stake the Migrator's tokens for a delegator; only for the Migrator.

        A delegator with stake on L2 has chosen a delegate there: then ``orchestrator`` is ignored.
        """
        require(call.sender == self.migrator, "OnlyMigrator")
        self.touch_round(call)
        require(amount != 0, "InvalidZeroAmount")
        before = self.delegator(delegator)
        to = before.delegate if before.bonded_amount > 0 else orchestrator
        require(to != 0, "InvalidDelegate")
        self.add_stake(call, delegator, amount, to)
        self.collect(call, self.migrator, amount)

    @transition
    def reward(self, call: Call) -> int:
        """Mint the caller's reward for this round, an active orchestrator's, and stake it.

        The reward is the share of the mintable tokens that the caller's stake had in all
        registered stake when the round began.  Returns it.
        """
        self.touch_round(call)
        caller, now = call.sender, self.current_round(call)
        require(self.is_active_orchestrator(call, caller), "NotActiveOrchestrator")
        require(self.last_reward_round.get(caller, 0) != now, "RewardAlreadyCalled")
        amount = self.share_of_mintable(self.reward_stake(call, caller))
        minted = uint256(self.minted_tokens + amount)
        require(minted <= self.mintable_tokens, "MintableExceeded")
        self.last_reward_round[caller] = now
        self.minted_tokens = minted
        if amount > 0:
            self.add_stake(call, caller, amount, caller)
            self.invoke(call, self.system.l2_minter.mint, self.address, amount)
        self.emit("Reward", round=now, amount=amount)
        return amount

    @transition
    def set_l1_supply(self, call: Call, value: int) -> None:
        """Say how much LPT circulates on L1; only for the governor."""
        require(call.sender == self.governor, "OnlyGovernor")
        require(value <= MAX_L1_SUPPLY, "ParameterTooLarge")
        self.l1_circulating_supply = value
        self.emit("L1SupplySet", value=value)

    @transition
    def set_inflation_change(self, call: Call, value: int) -> None:
        """Set the step of the inflation; only for the governor."""
        require(call.sender == self.governor, "OnlyGovernor")
        require(value <= PERC, "ParameterTooLarge")
        self.inflation_change = value
        self.emit("InflationChangeSet", value=value)

    @transition
    def set_target_bonding_rate(self, call: Call, value: int) -> None:
        """Set the share of staked LPT to steer for; only for the governor."""
        require(call.sender == self.governor, "OnlyGovernor")
        require(value <= PERC, "ParameterTooLarge")
        self.target_bonding_rate = value
        self.emit("TargetBondingRateSet", value=value)

    def is_active_orchestrator(self, call: Call, account: int) -> bool:
        """Whether an account is registered and its first round has come."""
        entry = self.orchestrator(account)
        return entry.registered and self.current_round(call) >= entry.activation_round

    def reward_stake(self, call: Call, account: int) -> int:
        """The stake delegated to an account when the round began."""
        snapshot = self.stake_snapshots.get(account, NO_SNAPSHOT)
        if snapshot.round == self.current_round(call):
            return snapshot.stake
        return self.delegator(account).delegated_amount

    def share_of_mintable(self, stake: int) -> int:
        """What a stake at the beginning of the round may mint in it."""
        if self.round_total_stake == 0:
            return 0
        share = uint256(stake * PERC) // self.round_total_stake
        return uint256(self.mintable_tokens * share) // PERC

    def touch_round(self, call: Call) -> None:
        """The first action in a round adjusts the inflation and fixes what may be minted.

        Too little stake raises the inflation by a step, too much lowers it, down to 0.  Rounds
        in which nothing happened are not made up for.
        """
        now = self.current_round(call)
        if now == self.last_initialized_round:
            return
        self.last_initialized_round = now
        supply = uint256(self.system.l2_token.total_supply + self.l1_circulating_supply)
        rate = 0 if supply == 0 else uint256(self.total_bonded * PERC) // supply
        self.adjust_inflation(rate)
        self.mintable_tokens = uint256(supply * self.inflation) // PERC
        self.minted_tokens = 0
        self.round_total_stake = self.total_registered_stake
        self.emit(
            "NewRound",
            inflation=self.inflation,
            mintableTokens=self.mintable_tokens,
            roundTotalStake=self.round_total_stake,
        )

    @step
    def adjust_inflation(self, rate: int) -> None:
        """Move the inflation a step towards what brings ``rate``, the share of staked LPT, to its
        target."""
        if rate < self.target_bonding_rate:
            self.inflation = uint256(self.inflation + self.inflation_change)
        elif rate > self.target_bonding_rate:
            change = self.inflation_change
            self.inflation = self.inflation - change if self.inflation > change else 0

    @step
    def before_delegated_change(self, call: Call, delegate: int) -> None:
        """Keep what was delegated to an account when the round began."""
        now = self.current_round(call)
        if self.stake_snapshots.get(delegate, NO_SNAPSHOT).round != now:
            stake = self.delegator(delegate).delegated_amount
            self.stake_snapshots[delegate] = Snapshot(now, stake)

    def collect(self, call: Call, owner: int, amount: int) -> None:
        """This contract keeps the tokens; ``owner`` must have allowed them to it."""
        token = self.system.l2_token
        self.invoke(call, token.transfer_from, owner, self.address, amount)

    def pay(self, call: Call, to: int, amount: int) -> None:
        """This contract pays."""
        self.invoke(call, self.system.l2_token.transfer, to, amount)
