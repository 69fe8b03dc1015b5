"""The reservoir on L2, which learns from the messages of L1's drips what its rewards are."""

from __future__ import annotations

from dataclasses import dataclass

from specs.gip_0034.fixed_point import ONE, Layer2, share
from specs.gip_0034.reservoir import DripMessage, Reservoir
from specs.messaging.alias import apply_alias
from specs.model import Call, Parameter, require, transition, uint256, view


@dataclass(kw_only=True)
class L2Reservoir(Reservoir):
    """The reservoir on L2.

    Only the message with the number ``next_drip_nonce`` is accepted.  Who redeems its ticket gets
    the fraction ``l2_keeper_reward_fraction`` of the keeper's reward, unless that was the first
    try, for which L1's reservoir paid.
    """

    gateway: Parameter[int]
    l1_reservoir: Parameter[int]
    retryables: Parameter[int]
    next_drip_nonce: int = 0
    l2_keeper_reward_fraction: int = 0

    @view
    def get_new_rewards(self, call: Call, block_number: int) -> int:
        """The rewards of L2 since the last message, until a block."""
        return self.known().new_rewards(block_number)

    @transition
    def on_token_transfer(self, call: Call, sender: int, amount: int, data: bytes) -> None:
        """Learn from a drip, whose tokens (GRT wei) the gateway has just minted for this contract.

        Only for the gateway, and only for what L1's reservoir sent, in its order.
        """
        require(call.sender == self.gateway, "OnlyGateway")
        require(sender == self.l1_reservoir, "OnlyL1Reservoir")
        message = DripMessage.decoded(data)
        require(message.nonce == self.next_drip_nonce, "InvalidNonce")
        self.next_drip_nonce = uint256(message.nonce + 1)
        self.follow_rate(call, message.rate)
        after = self.known().receive(call.block, message.base, message.rate)
        self.issuance_base = after.base
        self.issuance_rate = after.rate
        self.last_rewards_update_block = after.since
        self.accumulated_layer_rewards = after.l2
        self.emit(
            "DripReceived",
            issuanceBase=message.base,
            issuanceRate=message.rate,
            amount=amount,
        )
        if message.keeper_reward > 0:
            self.pay_keeper(call, message.keeper, message.keeper_reward)

    def pay_keeper(self, call: Call, keeper: int, reward: int) -> None:
        """Divide the keeper's reward (GRT wei) between the keeper and who redeemed the ticket."""
        redeemer: int = self.system.l2_retryables.get_current_redeemer(call)
        is_first_try = redeemer == apply_alias(self.l1_reservoir)
        part = 0 if is_first_try else share(reward, self.l2_keeper_reward_fraction)
        self.emit("KeeperRewardPaid", keeperAmount=reward - part, redeemerAmount=part)
        if part > 0:
            self.pay(call, redeemer, part)
        self.pay(call, keeper, reward - part)

    @transition
    def set_next_drip_nonce(self, call: Call, value: int) -> None:
        """Set which message is next, for when one was lost; only for the governor."""
        self.require_governor(call)
        self.next_drip_nonce = value
        self.emit("NextDripNonceSet", value=value)

    @transition
    def set_l2_keeper_reward_fraction(self, call: Call, value: int) -> None:
        """Set the part of who redeems the ticket; only for the governor."""
        self.require_governor(call)
        require(value <= ONE, "ParameterTooLarge")
        self.l2_keeper_reward_fraction = value
        self.emit("L2KeeperRewardFractionSet", value=value)

    def known(self) -> Layer2:
        """The rewards as they are known now."""
        return Layer2(
            base=self.issuance_base,
            rate=self.issuance_rate,
            since=self.last_rewards_update_block,
            l2=self.accumulated_layer_rewards,
        )
