"""The reservoir on L1, whose drip mints the rewards of both layers ahead of time."""

from __future__ import annotations

from dataclasses import dataclass, field

from specs.abi import encode
from specs.gip_0034.fixed_point import ONE, Drip, Issuance, drip
from specs.gip_0034.reservoir import DripMessage, Reservoir
from specs.model import Call, Parameter, payable, require, transition, uint256, view

MAX_ISSUANCE_RATE = 1_000_002_000_000_000_000
MAX_DRIP_INTERVAL = 2_628_000
MAX_DRIP_REWARD_PER_BLOCK = 10**24


@dataclass(frozen=True)
class TicketFunds:
    """What the ticket on L2 may cost: gas, wei per gas, and wei for its submission."""

    max_gas: int
    gas_price_bid: int
    max_submission_cost: int


def check_drip_interval(value: int, min_drip_interval: int) -> None:
    """Refuse an interval that is not longer than the minimum between drips, or too long."""
    require(value > min_drip_interval, "ParameterTooSmall")
    require(value <= MAX_DRIP_INTERVAL, "ParameterTooLarge")


@dataclass(kw_only=True)
class L1Reservoir(Reservoir):
    """The reservoir on L1.

    ``l2_rewards_fraction`` is lambda.  What is called ``next_...`` takes effect with the next
    drip.  ``rewards_minted_until_block`` is t1.  A drip covers ``drip_interval`` blocks and may
    only follow the last one after more than ``min_drip_interval``.  The keeper who calls it gets
    ``drip_reward_per_block`` (kappa, GRT wei) for every block since then.  ``next_drip_nonce`` is
    the number of the next message to L2.  ``allowed_drippers`` may drip without stake.
    """

    staking: Parameter[int]
    gateway: Parameter[int]
    l2_reservoir: Parameter[int]
    drip_interval: int
    next_issuance_rate: int = ONE
    l2_rewards_fraction: int = 0
    next_l2_rewards_fraction: int = 0
    rewards_minted_until_block: int = 0
    min_drip_interval: int = 0
    drip_reward_per_block: int = 0
    next_drip_nonce: int = 0
    allowed_drippers: dict[int, bool] = field(default_factory=dict)

    @view
    def get_new_rewards(self, call: Call, block_number: int) -> int:
        """The rewards of L1 since the last drip, until a block."""
        return self.issuance().new_l1_rewards(block_number)

    @view
    def get_new_global_rewards(self, call: Call, block_number: int) -> int:
        """The rewards of both layers since the last drip, until a block."""
        return self.issuance().new_rewards(block_number)

    @view
    def get_keeper_reward(self, call: Call, block_number: int) -> int:
        """What the keeper of a drip in that block gets; nothing while it may not be made."""
        if block_number <= self.last_rewards_update_block + self.min_drip_interval:
            return 0
        return self.keeper_reward(block_number)

    # The drip

    @transition
    def initial_snapshot(self, call: Call, pending_rewards: int) -> None:
        """Take the whole supply as the first base, once; only for the governor.

        Mints the rewards (GRT wei) that were promised before there was a reservoir.
        """
        self.require_governor(call)
        require(self.last_rewards_update_block == 0, "AlreadyInitialised")
        supply: int = self.peer("token").total_supply
        require(supply != 0, "ZeroIssuanceBase")
        self.issuance_base = supply
        self.last_rewards_update_block = call.block
        self.rewards_minted_until_block = call.block
        self.invoke(call, self.peer("token").mint, self.address, pending_rewards)
        self.emit(
            "InitialSnapshotTaken",
            blockNumber=call.block,
            issuanceBase=supply,
            pendingRewards=pending_rewards,
        )

    @payable
    def drip(
        self,
        call: Call,
        l2_max_gas: int,
        l2_gas_price_bid: int,
        l2_max_submission_cost: int,
        keeper_reward_beneficiary: int,
    ) -> None:
        """Mint the rewards of the next interval, for allowed drippers and who has stake."""
        self.require_running()
        allowed = self.allowed_drippers.get(call.sender, False)
        require(allowed or self.peer("staking").has_stake(call.sender), "NotAllowedToDrip")
        funds = TicketFunds(l2_max_gas, l2_gas_price_bid, l2_max_submission_cost)
        self.make_drip(call, funds, keeper_reward_beneficiary)

    @payable
    def drip_for(
        self,
        call: Call,
        l2_max_gas: int,
        l2_gas_price_bid: int,
        l2_max_submission_cost: int,
        keeper_reward_beneficiary: int,
        indexer: int,
    ) -> None:
        """The same for an operator of an indexer with stake."""
        self.require_running()
        staking = self.peer("staking")
        operates = staking.has_stake(indexer) and staking.may_operate(call.sender, indexer)
        require(operates, "NotAllowedToDrip")
        funds = TicketFunds(l2_max_gas, l2_gas_price_bid, l2_max_submission_cost)
        self.make_drip(call, funds, keeper_reward_beneficiary)

    def make_drip(self, call: Call, funds: TicketFunds, keeper: int) -> None:
        """Mint what the next interval lacks and send L2 its part, with the keeper's reward.

        It must wait until there is something to mint, and until L2's part is not negative.  No
        message goes to L2 while it has no part and had none.
        """
        require(self.last_rewards_update_block != 0, "NotInitialised")
        earliest = self.last_rewards_update_block + self.min_drip_interval + 1
        require(call.block >= earliest, "DripTooEarly")
        require(keeper != 0, "InvalidBeneficiary")
        plan = self.plan(call)
        has_message = self.l2_rewards_fraction != 0 or self.next_l2_rewards_fraction != 0
        require(plan.minted > 0, "MintNotPositive")
        require(plan.l2 >= 0, "NegativeL2Amount")
        require(has_message or call.value == 0, "UnexpectedEth")
        reward = self.keeper_reward(call.block)
        self.follow_rate(call, self.next_issuance_rate)
        self.announce_changes()
        self.adopt(plan.after)
        minted = uint256(plan.minted + reward)
        self.invoke(call, self.peer("token").mint, self.address, minted)
        sent = uint256(plan.sent + reward) if has_message else 0
        if has_message:
            self.send_to_l2(call, funds, plan.after, reward, keeper, sent)
        elif reward > 0:
            self.emit("KeeperRewardPaid", amount=reward)
            self.pay(call, keeper, reward)
        self.emit(
            "RewardsDripped",
            minted=minted,
            sentToL2=sent,
            keeperReward=reward,
            nextDeadline=self.rewards_minted_until_block,
        )

    def send_to_l2(
        self,
        call: Call,
        funds: TicketFunds,
        after: Issuance,
        reward: int,
        keeper: int,
        amount: int,
    ) -> None:
        """Send L2 ``amount`` GRT wei, the keeper's reward included, and what it must know."""
        nonce = self.next_drip_nonce
        self.next_drip_nonce = uint256(nonce + 1)
        message = DripMessage(
            base=after.l2_base(),
            rate=after.rate,
            nonce=nonce,
            keeper_reward=reward,
            keeper=keeper,
        )
        self.emit(
            "DripSent",
            issuanceBase=message.base,
            issuanceRate=message.rate,
            amount=amount,
            keeperReward=reward,
        )
        self.invoke(call, self.peer("token").approve, self.gateway, amount)
        self.invoke(
            call,
            self.peer("gateway").outbound_transfer,
            self.token,
            self.l2_reservoir,
            amount,
            funds.max_gas,
            funds.gas_price_bid,
            encode(("uint256", "bytes"), funds.max_submission_cost, message.encoded()),
            value=call.value,
        )

    # Parameters, for the governor

    @transition
    def set_issuance_rate(self, call: Call, value: int) -> None:
        """Stage the rate per block; only for the governor."""
        self.require_governor(call)
        require(value >= ONE, "ParameterTooSmall")
        require(value <= MAX_ISSUANCE_RATE, "ParameterTooLarge")
        self.next_issuance_rate = value
        self.emit("IssuanceRateStaged", value=value)

    @transition
    def set_l2_rewards_fraction(self, call: Call, value: int) -> None:
        """Stage L2's part of the rewards; only for the governor."""
        self.require_governor(call)
        require(value <= ONE, "ParameterTooLarge")
        self.next_l2_rewards_fraction = value
        self.emit("L2RewardsFractionStaged", value=value)

    @transition
    def set_drip_interval(self, call: Call, value: int) -> None:
        """Set how many blocks the drips from now on cover; only for the governor."""
        self.require_governor(call)
        check_drip_interval(value, self.min_drip_interval)
        self.drip_interval = value
        self.emit("DripIntervalSet", value=value)

    @transition
    def set_min_drip_interval(self, call: Call, value: int) -> None:
        """Set how many blocks must lie between drips; only for the governor."""
        self.require_governor(call)
        require(value < self.drip_interval, "ParameterTooLarge")
        self.min_drip_interval = value
        self.emit("MinDripIntervalSet", value=value)

    @transition
    def set_drip_reward_per_block(self, call: Call, value: int) -> None:
        """Set the keeper's reward, GRT wei per block; only for the governor."""
        self.require_governor(call)
        require(value <= MAX_DRIP_REWARD_PER_BLOCK, "ParameterTooLarge")
        self.drip_reward_per_block = value
        self.emit("DripRewardPerBlockSet", value=value)

    @transition
    def set_allowed_dripper(self, call: Call, account: int, allowed: bool) -> None:
        """Say who may drip without stake; only for the governor."""
        self.require_governor(call)
        self.allowed_drippers[account] = allowed
        self.emit("AllowedDripperSet")

    # The numbers behind it

    def issuance(self) -> Issuance:
        """The rewards as they are now."""
        return Issuance(
            base=self.issuance_base,
            rate=self.issuance_rate,
            fraction=self.l2_rewards_fraction,
            since=self.last_rewards_update_block,
            until=self.rewards_minted_until_block,
            l1=self.accumulated_layer_rewards,
        )

    def plan(self, call: Call) -> Drip:
        """The numbers of a drip in this block."""
        return drip(
            self.issuance(),
            call.block,
            self.drip_interval,
            self.next_issuance_rate,
            self.next_l2_rewards_fraction,
        )

    def adopt(self, after: Issuance) -> None:
        """Make the numbers after a drip the state."""
        self.issuance_base = after.base
        self.issuance_rate = after.rate
        self.l2_rewards_fraction = after.fraction
        self.last_rewards_update_block = after.since
        self.rewards_minted_until_block = after.until
        self.accumulated_layer_rewards = after.l1

    def announce_changes(self) -> None:
        """Log which of the staged parameters are about to change something."""
        if self.next_issuance_rate != self.issuance_rate:
            self.emit("IssuanceRateUpdated", value=self.next_issuance_rate)
        if self.next_l2_rewards_fraction != self.l2_rewards_fraction:
            self.emit("L2RewardsFractionUpdated", value=self.next_l2_rewards_fraction)

    def keeper_reward(self, block: int) -> int:
        """The keeper's reward for a drip in a block: kappa * (t - t0)."""
        return uint256(self.drip_reward_per_block * (block - self.last_rewards_update_block))
