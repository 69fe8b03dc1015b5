"""Staking on L1 and the way out of it: the Minter, the BondingManager and the Migrator.

Amounts are in LPT wei, fees in wei of ether.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from specs.escrow_mint.delegation import Delegation
from specs.model import Call, Contract, Parameter, payable, require, transition, uint256


@dataclass(kw_only=True)
class L1Minter(Contract):
    """Keeps the staked tokens and the fees of L1; makes tokens for the gateway alone."""

    token: Parameter[int]
    gateway: Parameter[int]
    bonding_manager: Parameter[int]

    @transition
    def mint(self, call: Call, to: int, amount: int) -> None:
        """Make tokens; only for the gateway."""
        require(call.sender == self.gateway, "OnlyGateway")
        self.invoke(call, self.system.l1_token.mint, to, amount)

    @transition
    def trusted_withdraw_tokens(self, call: Call, to: int, amount: int) -> None:
        """Pay out staked tokens; only for the BondingManager."""
        require(call.sender == self.bonding_manager, "OnlyBondingManager")
        self.invoke(call, self.system.l1_token.transfer, to, amount)

    @transition
    def trusted_withdraw_eth(self, call: Call, to: int, amount: int) -> None:
        """Pay out fees; only for the BondingManager."""
        require(call.sender == self.bonding_manager, "OnlyBondingManager")
        self.send_ether(call, to, amount)

    @payable
    def deposit_eth(self, call: Call) -> None:
        """Take in fees; only for the BondingManager."""
        require(call.sender == self.bonding_manager, "OnlyBondingManager")


@dataclass(kw_only=True)
class BondingManager(Delegation):
    """Staking on L1.

    ``fees`` are what each account earned and has not withdrawn.  ``migrated`` tells whose stake
    went to L2: these never stake on L1 again.
    """

    token: Parameter[int]
    minter: Parameter[int]
    migrator: Parameter[int]
    ticket_broker: Parameter[int]
    fees: dict[int, int] = field(default_factory=dict)
    migrated: dict[int, bool] = field(default_factory=dict)

    @payable
    def credit_fees(self, call: Call, delegator: int) -> None:
        """Credit the wei sent along to a delegator; only for the ticket broker."""
        require(call.sender == self.ticket_broker, "OnlyTicketBroker")
        require(delegator != 0, "InvalidDelegator")
        require(call.value != 0, "InvalidZeroAmount")
        self.fees[delegator] = uint256(self.fees.get(delegator, 0) + call.value)
        self.invoke(call, self.system.l1_minter.deposit_eth, value=call.value)
        self.emit("FeesCredited", amount=call.value)

    @transition
    def withdraw_fees(self, call: Call, recipient: int, amount: int) -> None:
        """Pay some of the caller's fees to ``recipient``; also after a migration."""
        require(recipient != 0, "InvalidRecipient")
        require(amount != 0, "InvalidZeroAmount")
        credit = self.fees.get(call.sender, 0)
        require(amount <= credit, "InsufficientFees")
        self.fees[call.sender] = credit - amount
        self.invoke(call, self.system.l1_minter.trusted_withdraw_eth, recipient, amount)
        self.emit("FeesWithdrawn", amount=amount)

    @transition
    def migrate_stake(self, call: Call, delegator: int) -> int:
        """Take all stake of a delegator out at once, for the Migrator alone; returns how much.

        It happens once in the delegator's life.  Its fees and locks stay on L1.
        """
        require(call.sender == self.migrator, "OnlyMigrator")
        self.before_bond(delegator)
        stake = self.delegator(delegator).bonded_amount
        require(stake != 0, "NotBonded")
        self.migrated[delegator] = True
        self.remove_stake(call, delegator, stake)
        self.invoke(call, self.system.l1_minter.trusted_withdraw_tokens, self.migrator, stake)
        self.emit("StakeMigrated", amount=stake)
        return stake

    def before_bond(self, owner: int) -> None:
        """Refuse a delegator that has migrated."""
        require(not self.migrated.get(owner, False), "AlreadyMigrated")

    def collect(self, call: Call, owner: int, amount: int) -> None:
        """The Minter keeps the tokens; ``owner`` must have allowed them to this contract."""
        token = self.system.l1_token
        self.invoke(call, token.transfer_from, owner, self.minter, amount)

    def pay(self, call: Call, to: int, amount: int) -> None:
        """The Minter pays."""
        self.invoke(call, self.system.l1_minter.trusted_withdraw_tokens, to, amount)


@dataclass(kw_only=True)
class L1Migrator(Contract):
    """Moves a delegator's stake to L2 in one transaction; counts the migrations."""

    token: Parameter[int]
    bonding_manager: Parameter[int]
    gateway: Parameter[int]
    next_migration_id: int = 0

    @payable
    def migrate(
        self,
        call: Call,
        dest_orchestrator: int,
        max_submission_cost: int,
        max_gas: int,
        gas_price_bid: int,
    ) -> int:
        """Move all stake of the caller to L2, delegated there to ``dest_orchestrator``.

        The wei sent along pay for the ticket.  Returns the migration's id.
        """
        require(dest_orchestrator != 0, "InvalidDelegate")
        migration_id = self.next_migration_id
        self.next_migration_id = uint256(migration_id + 1)
        stake: int = self.invoke(call, self.system.l1_bonding.migrate_stake, call.sender)
        self.invoke(call, self.system.l1_token.approve, self.gateway, stake)
        number: int = self.invoke(
            call,
            self.system.l1_gateway.outbound_migration,
            call.sender,
            dest_orchestrator,
            stake,
            migration_id,
            max_submission_cost,
            max_gas,
            gas_price_bid,
            value=call.value,
        )
        self.emit("MigrateInitiated", migrationId=migration_id, amount=stake, sequenceNumber=number)
        return migration_id
