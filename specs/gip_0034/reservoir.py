"""What the reservoirs of both layers share: they hold rewards until the RewardsManager pays them.

Amounts are in GRT wei, rates and fractions in fixed point, times in blocks.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

from specs.abi import NOT_DECODED, WORD, encode, number_in, size
from specs.gip_0034 import fixed_point
from specs.gip_0034.fixed_point import ONE
from specs.gip_0034.layer import LayerContract
from specs.messaging.alias import ADDRESSES
from specs.model import Call, Parameter, require, transition, uint256, view

DRIP_TYPES = ("uint256", "uint256", "uint256", "uint256", "address")


@dataclass(frozen=True, kw_only=True)
class DripMessage:
    """What L1 tells L2 with the tokens of a drip.

    ``base`` is q, ``keeper_reward`` the part of the tokens (GRT wei) that is for the ``keeper``.
    """

    base: int
    rate: int
    nonce: int
    keeper_reward: int
    keeper: int

    def encoded(self) -> bytes:
        """The message as bytes."""
        return encode(DRIP_TYPES, self.base, self.rate, self.nonce, self.keeper_reward, self.keeper)

    @classmethod
    def decoded(cls, data: bytes) -> DripMessage:
        """Read a message as contracts do; reverts where they refuse.  More bytes do not matter."""
        require(size(data) >= WORD * len(DRIP_TYPES), NOT_DECODED)
        words = [data[WORD * i : WORD * (i + 1)] for i in range(len(DRIP_TYPES))]
        base, rate, nonce, keeper_reward, keeper = map(number_in, words)
        require(keeper < ADDRESSES, NOT_DECODED)
        return cls(base=base, rate=rate, nonce=nonce, keeper_reward=keeper_reward, keeper=keeper)


@dataclass(kw_only=True)
class Reservoir(LayerContract, ABC):
    """A reservoir.

    ``issuance_base`` is p(t0) on L1 and q(t0) on L2, ``issuance_rate`` r per block,
    ``last_rewards_update_block`` t0, and ``accumulated_layer_rewards`` R1(t0) or R2(t0).
    """

    controller: Parameter[int]
    token: Parameter[int]
    rewards_manager: Parameter[int]
    issuance_base: int = 0
    issuance_rate: int = ONE
    last_rewards_update_block: int = 0
    accumulated_layer_rewards: int = 0

    @view
    @abstractmethod
    def get_new_rewards(self, call: Call, block_number: int) -> int:
        """The rewards of this layer from t0 to a block, which is not before t0."""

    @view
    def get_accumulated_rewards(self, call: Call, block_number: int) -> int:
        """All rewards of this layer until a block: R1 or R2."""
        return uint256(self.accumulated_layer_rewards + self.get_new_rewards(call, block_number))

    @view
    def pow(self, call: Call, x: int, n: int) -> int:
        """The power of the fixed point."""
        return fixed_point.power(x, n)

    @view
    def new_rewards(self, call: Call, base: int, rate: int, blocks: int) -> int:
        """The GIP's dR in fixed point."""
        return fixed_point.new_rewards(base, rate, blocks)

    @transition
    def pull_rewards(self, call: Call, to: int, amount: int) -> None:
        """Pay rewards; only for the RewardsManager."""
        require(call.sender == self.rewards_manager, "OnlyRewardsManager")
        self.pay(call, to, amount)
        self.emit("RewardsPulled", amount=amount)

    @transition
    def burn_rewards(self, call: Call, amount: int) -> None:
        """Burn rewards; only for the RewardsManager."""
        require(call.sender == self.rewards_manager, "OnlyRewardsManager")
        self.invoke(call, self.peer("token").burn, amount)
        self.emit("RewardsBurned", amount=amount)

    def pay(self, call: Call, to: int, amount: int) -> None:
        """Pay tokens of this reservoir."""
        self.invoke(call, self.peer("token").transfer, to, amount)

    def follow_rate(self, call: Call, rate: int) -> None:
        """Settle what every signal has earned if the rate is about to change."""
        if rate != self.issuance_rate:
            self.invoke(call, self.peer("rewards").update_acc_rewards_per_signal)
