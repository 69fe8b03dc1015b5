"""The L2 side of the bridge: the Minter, the Migrator and the gateway.  Amounts are in LPT wei."""

from __future__ import annotations

from dataclasses import dataclass, field

from specs.abi import encode
from specs.escrow_mint.gateway import Gateway, inbound_transfer
from specs.messaging.alias import apply_alias
from specs.model import Call, Contract, Parameter, require, transition, uint256


@dataclass(kw_only=True)
class L2Minter(Contract):
    """Makes tokens on L2, for the gateway and the StakingManager alone."""

    token: Parameter[int]
    gateway: Parameter[int]
    staking_manager: Parameter[int]

    @transition
    def mint(self, call: Call, to: int, amount: int) -> None:
        """Make tokens; only for the two who may."""
        if call.sender != self.gateway:
            require(call.sender == self.staking_manager, "OnlyMintingAuthority")
        self.invoke(call, self.system.l2_token.mint, to, amount)


@dataclass(kw_only=True)
class L2Migrator(Contract):
    """Stakes what arrives for a delegator; ``migrated`` tells whose migration has arrived."""

    token: Parameter[int]
    gateway: Parameter[int]
    staking_manager: Parameter[int]
    migrated: dict[int, bool] = field(default_factory=dict)

    @transition
    def migrate(
        self, call: Call, delegator: int, orchestrator: int, amount: int, migration_id: int
    ) -> None:
        """Stake the tokens that the gateway just minted here, for their owner, once per owner."""
        require(call.sender == self.gateway, "OnlyGateway")
        require(not self.migrated.get(delegator, False), "AlreadyMigrated")
        self.migrated[delegator] = True
        self.invoke(call, self.system.l2_token.approve, self.staking_manager, amount)
        self.invoke(call, self.system.l2_staking.stake_for, delegator, orchestrator, amount)
        self.emit("MigrateFinalized", migrationId=migration_id, amount=amount)


@dataclass(kw_only=True)
class L2LPTGateway(Gateway):
    """The gateway on L2: mints what was escrowed on L1, burns what goes back.

    ``counterpart`` is the gateway on L1, ``l1_token`` the address of LPT there, by which LPT is
    called in all messages.  ``next_exit_num`` is the number of the next withdrawal.
    """

    token: Parameter[int]
    minter: Parameter[int]
    migrator: Parameter[int]
    arb_sys: Parameter[int]
    l1_token: Parameter[int]
    next_exit_num: int = 0

    @transition
    def outbound_transfer(
        self, call: Call, l1_token: int, to: int, amount: int, data: bytes
    ) -> int:
        """Burn tokens of the caller, who allowed them, and have ``to`` paid on L1.

        ``data`` must be empty.  Returns the message's position in ArbSys.
        """
        self.require_running()
        require(l1_token == self.l1_token, "TokenNotLPT")
        require(to != 0, "InvalidRecipient")
        require(to != self.counterpart, "InvalidRecipient")
        require(amount != 0, "InvalidZeroAmount")
        require(not data, "CallHookDataNotAllowed")
        self.invoke(call, self.system.l2_token.burn_from, call.sender, amount)
        exit_num = self.next_exit_num
        self.next_exit_num = uint256(exit_num + 1)
        exit_data = encode(("uint256",), exit_num)
        message = inbound_transfer(l1_token, call.sender, to, amount, exit_data)
        arbsys = self.system.l2_arbsys
        position: int = self.invoke(call, arbsys.send_tx_to_l1, self.counterpart, message)
        self.emit("WithdrawalInitiated", l2ToL1Id=position, exitNum=exit_num, amount=amount)
        return position

    @transition
    def finalize_inbound_transfer(
        self, call: Call, token: int, sender: int, to: int, amount: int, data: bytes
    ) -> None:
        """Mint for ``to`` what was escrowed on L1; only for the gateway of L1, under its alias."""
        require(call.sender == apply_alias(self.counterpart), "OnlyCounterpartGateway")
        require(token == self.l1_token, "TokenNotLPT")
        self.invoke(call, self.system.l2_minter.mint, to, amount)
        self.emit("DepositFinalized", amount=amount)

    @transition
    def finalize_migration(
        self, call: Call, delegator: int, orchestrator: int, amount: int, migration_id: int
    ) -> None:
        """Mint the stake that was escrowed on L1 and stake it for its owner."""
        require(call.sender == apply_alias(self.counterpart), "OnlyCounterpartGateway")
        self.invoke(call, self.system.l2_minter.mint, self.migrator, amount)
        self.invoke(
            call, self.system.l2_migrator.migrate, delegator, orchestrator, amount, migration_id
        )
        self.emit("DepositFinalized", amount=amount)
