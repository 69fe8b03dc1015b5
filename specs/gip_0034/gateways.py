"""The token gateways: GRT that goes to L2 stays in escrow on L1 and is minted on L2.

The *escrow* is the balance of the gateway on L1, gifts included.  Some senders of L1, the
reservoir above all, may send data along with tokens: the receiver on L2 is called with it.
Amounts are in GRT wei.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from specs.abi import decode_number, decode_number_and_bytes, encode, encode_call
from specs.gip_0034.layer import LayerContract
from specs.messaging.alias import apply_alias
from specs.model import Call, Parameter, Revert, payable, require, transition, uint256

FINALIZE_INBOUND_TRANSFER = "finalizeInboundTransfer(address,address,address,uint256,bytes)"


def inbound_transfer(token: int, sender: int, to: int, amount: int, data: bytes) -> bytes:
    """The call that tells the other gateway of a transfer; ``token`` is GRT's address on L1."""
    return encode_call(FINALIZE_INBOUND_TRANSFER, token, sender, to, amount, data)


@dataclass(kw_only=True)
class Gateway(LayerContract):
    """A gateway: what leaves is refused while the chain is paused, what arrives never is.

    ``l1_token`` is the address of GRT on L1, by which GRT is called in all messages, and
    ``counterpart`` the other gateway.
    """

    controller: Parameter[int]
    l1_token: Parameter[int]
    counterpart: Parameter[int]

    def check_departure(self, token: int, to: int) -> None:
        """Refuse what leaves while paused, another token, and receivers that cannot be."""
        self.require_running()
        require(token == self.l1_token, "TokenNotGRT")
        require(to not in (0, self.counterpart), "InvalidRecipient")


@dataclass(kw_only=True)
class L1GraphTokenGateway(Gateway):
    """The gateway on L1; those in ``callhook_allowlist`` may send data along."""

    bridge: Parameter[int]
    inbox: Parameter[int]
    callhook_allowlist: dict[int, bool] = field(default_factory=dict)

    @transition
    def set_callhook_allowed(self, call: Call, account: int, allowed: bool) -> None:
        """Say who may send data along with tokens; only for the governor."""
        self.require_governor(call)
        self.callhook_allowlist[account] = allowed
        self.emit("CallhookAllowedSet")

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
        """Escrow tokens of the caller, who allowed them, and have as many minted on L2.

        ``data`` holds the greatest submission cost (wei) and the data to send along.  The wei sent
        must be exactly what the ticket may cost.  Returns the number of the order.  The gateway
        itself is the beneficiary of the ticket, so that nobody can cancel it.
        """
        self.check_departure(token, to)
        cost, extra = decode_number_and_bytes(data)
        if extra:
            require(self.callhook_allowlist.get(call.sender, False), "CallhookNotAllowed")
        require(amount != 0 or bool(extra), "InvalidZeroAmount")
        require(cost != 0, "NoSubmissionCost")
        require(call.value == uint256(cost + max_gas * gas_price_bid), "WrongEthValue")
        self.invoke(call, self.peer("token").transfer_from, call.sender, self.address, amount)
        number: int = self.invoke(
            call,
            self.system.l1_inbox.create_retryable_ticket,
            self.counterpart,
            0,
            cost,
            call.sender,
            self.address,
            max_gas,
            gas_price_bid,
            inbound_transfer(token, call.sender, to, amount, extra),
            value=call.value,
        )
        self.emit("DepositInitiated", amount=amount)
        return number

    @transition
    def finalize_inbound_transfer(
        self, call: Call, token: int, sender: int, to: int, amount: int, data: bytes
    ) -> None:
        """Pay ``to`` from the escrow for a burn on L2; nothing is ever minted here.

        Only the Bridge may call, while it speaks for the gateway on L2.  ``data`` holds the number
        of the withdrawal.
        """
        require(call.sender == self.bridge, "NotFromBridge")
        require(self.l2_sender() == self.counterpart, "OnlyCounterpartGateway")
        require(token == self.l1_token, "TokenNotGRT")
        decode_number(data)
        require(self.escrow() >= amount, "BridgeOutOfFunds")
        self.invoke(call, self.peer("token").transfer, to, amount)
        self.emit("WithdrawalFinalized", amount=amount)

    def escrow(self) -> int:
        """The tokens in escrow, gifts included."""
        balance: int = self.peer("token").balance_of(self.address)
        return balance

    def l2_sender(self) -> int:
        """For whom on L2 the Bridge is calling now."""
        outbox = self.system.l1_outbox
        executing = self.system.l1_bridge.active_outbox == outbox.address
        require(executing, "the Bridge executes no message")
        sender: int = outbox.l2_to_l1_sender
        return sender


@dataclass(kw_only=True)
class L2GraphTokenGateway(Gateway):
    """The gateway on L2; ``next_exit_num`` is the number of the next withdrawal."""

    token: Parameter[int]
    arb_sys: Parameter[int]
    next_exit_num: int = 0

    @transition
    def outbound_transfer(
        self, call: Call, l1_token: int, to: int, amount: int, data: bytes
    ) -> int:
        """Burn tokens of the caller, who allowed them, and have ``to`` paid on L1.

        ``data`` must be empty.  Returns the message's position in ArbSys.
        """
        self.check_departure(l1_token, to)
        require(amount != 0, "InvalidZeroAmount")
        require(not data, "CallhookNotAllowed")
        self.invoke(call, self.peer("token").burn_from, call.sender, amount)
        exit_num = self.next_exit_num
        self.next_exit_num = uint256(exit_num + 1)
        exit_data = encode(("uint256",), exit_num)
        message = inbound_transfer(l1_token, call.sender, to, amount, exit_data)
        arbsys = self.system.l2_arbsys
        position: int = self.invoke(call, arbsys.send_tx_to_l1, self.counterpart, message)
        self.emit("WithdrawalInitiated", exitNum=exit_num, amount=amount)
        return position

    @transition
    def finalize_inbound_transfer(
        self, call: Call, token: int, sender: int, to: int, amount: int, data: bytes
    ) -> None:
        """Mint for ``to`` what was escrowed on L1, and call it with the data that came along.

        Only for the gateway of L1, under its alias.  If the call fails nothing is minted.
        """
        require(call.sender == apply_alias(self.counterpart), "OnlyCounterpartGateway")
        require(token == self.l1_token, "TokenNotGRT")
        self.invoke(call, self.peer("token").mint, to, amount)
        self.emit("DepositFinalized", amount=amount)
        if data:
            self.invoke(call, self.hook_of(to), sender, amount, data)

    def hook_of(self, to: int) -> Callable[..., Any]:
        """The function of a receiver that is called with data; reverts if it has none."""
        receiver = self.system.contract_at(self.chain, to)
        hook: Callable[..., Any] | None = getattr(receiver, "on_token_transfer", None)
        if hook is None:
            raise Revert("the receiver cannot be called with data")
        return hook
