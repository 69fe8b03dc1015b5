"""The gateway on L1: escrows what goes to L2 and pays, from the escrow, what comes back.

The *escrow* is the gateway's own balance of LPT.  Inflation happens on L2, so more may come back
than ever left: then the missing part is minted into the escrow first.
"""

from __future__ import annotations

from dataclasses import dataclass

from specs.abi import decode_number, decode_number_and_bytes
from specs.escrow_mint.gateway import Gateway, inbound_migration, inbound_transfer
from specs.model import Call, Parameter, payable, require, transition, uint256


@dataclass(frozen=True)
class Funding:
    """What the caller pays for the ticket: wei for its submission, gas and wei per gas."""

    max_submission_cost: int
    max_gas: int
    gas_price_bid: int


@dataclass(kw_only=True)
class L1LPTGateway(Gateway):
    """The gateway on L1.  Amounts are in LPT wei, ``counterpart`` is the gateway on L2."""

    token: Parameter[int]
    minter: Parameter[int]
    migrator: Parameter[int]
    bridge: Parameter[int]
    inbox: Parameter[int]

    @payable
    def outbound_transfer(
        self,
        call: Call,
        token: int,
        to: int,
        amount: int,
        max_gas: int,
        gas_price_bid: int,
        data: bytes,
    ) -> int:
        """Escrow tokens of the caller and have as many minted for ``to`` on L2.

        ``data`` holds the greatest submission cost (wei) and data for a hook, which must be
        empty.  Returns the number of the order.
        """
        self.require_running()
        require(token == self.token, "TokenNotLPT")
        require(to != 0, "InvalidRecipient")
        require(to != self.counterpart, "InvalidRecipient")
        require(amount != 0, "InvalidZeroAmount")
        max_submission_cost, hook_data = decode_number_and_bytes(data)
        require(not hook_data, "CallHookDataNotAllowed")
        funding = Funding(max_submission_cost, max_gas, gas_price_bid)
        message = inbound_transfer(token, call.sender, to, amount, b"")
        return self.escrow_and_send(call, amount, funding, call.sender, message)

    @payable
    def outbound_migration(
        self,
        call: Call,
        delegator: int,
        orchestrator: int,
        amount: int,
        migration_id: int,
        max_submission_cost: int,
        max_gas: int,
        gas_price_bid: int,
    ) -> int:
        """Escrow stake that the Migrator took out and have it staked for its owner on L2."""
        self.require_running()
        require(call.sender == self.migrator, "OnlyMigrator")
        require(amount != 0, "InvalidZeroAmount")
        funding = Funding(max_submission_cost, max_gas, gas_price_bid)
        message = inbound_migration(delegator, orchestrator, amount, migration_id)
        return self.escrow_and_send(call, amount, funding, delegator, message)

    @transition
    def finalize_inbound_transfer(
        self, call: Call, token: int, sender: int, to: int, amount: int, data: bytes
    ) -> None:
        """Pay exactly ``amount`` to ``to`` for a burn on L2, minting what the escrow lacks.

        Only the Bridge may call, while it speaks for the gateway on L2.  ``data`` holds the number
        of the withdrawal.  It works while paused: a burn must always be paid.
        """
        require(call.sender == self.bridge, "NotFromBridge")
        require(self.l2_sender() == self.counterpart, "OnlyCounterpartGateway")
        require(token == self.token, "TokenNotLPT")
        exit_num = decode_number(data)
        escrow = self.escrow()
        if escrow < amount:
            missing = amount - escrow
            self.invoke(call, self.system.l1_minter.mint, self.address, missing)
            self.emit("EscrowMinted", amount=missing)
        self.invoke(call, self.system.l1_token.transfer, to, amount)
        self.emit("WithdrawalFinalized", exitNum=exit_num, amount=amount)

    def escrow(self) -> int:
        """The tokens in escrow, gifts included."""
        balance: int = self.system.l1_token.balance_of(self.address)
        return balance

    def l2_sender(self) -> int:
        """For whom on L2 the Bridge is calling now."""
        outbox = self.system.l1_outbox
        executing = self.system.l1_bridge.active_outbox == outbox.address
        require(executing, "the Bridge executes no message")
        sender: int = outbox.l2_to_l1_sender
        return sender

    def escrow_and_send(
        self, call: Call, amount: int, funding: Funding, owner: int, message: bytes
    ) -> int:
        """Take tokens of the caller and order ``message`` for L2; returns the order's number.

        The wei sent must be exactly what the order may cost.  ``owner`` gets what it does not
        cost; the gateway itself is the beneficiary of the ticket, so that nobody can cancel it.
        """
        cost, gas, price = funding.max_submission_cost, funding.max_gas, funding.gas_price_bid
        require(cost != 0, "NoSubmissionCost")
        require(call.value == uint256(cost + gas * price), "WrongEthValue")
        self.invoke(call, self.system.l1_token.transfer_from, call.sender, self.address, amount)
        number: int = self.invoke(
            call,
            self.system.l1_inbox.create_retryable_ticket,
            self.counterpart,
            0,
            cost,
            owner,
            self.address,
            gas,
            price,
            message,
            value=call.value,
        )
        self.emit("DepositInitiated", sequenceNumber=number, amount=amount)
        return number
