"""The Inbox on L1: where a call to be made on L2 is ordered and paid for."""

from __future__ import annotations

from dataclasses import dataclass

from specs.abi import size
from specs.messaging.alias import apply_alias
from specs.model import Call, Contract, Parameter, payable, require, uint256, view


@dataclass(frozen=True)
class RetryableTicketCreated:
    """An order for a call on L2, as the event of that name announces it.

    ``sender`` is the caller on L1 (not its alias).  ``deposit`` is all the wei that came along:
    ``l2_call_value`` of it for the call, ``submission_fee`` for the order, the rest for gas on L2.
    """

    message_num: int
    sender: int
    to: int
    l2_call_value: int
    deposit: int
    submission_fee: int
    excess_fee_refund_address: int
    call_value_refund_address: int
    gas_limit: int
    max_fee_per_gas: int
    data: bytes


@dataclass(kw_only=True)
class Inbox(Contract):
    """Takes orders for calls on L2.  It has no state; the Bridge counts the orders."""

    bridge: Parameter[int]

    @view
    def calculate_retryable_submission_fee(
        self, call: Call, data_length: int, base_fee: int
    ) -> int:
        """The wei that an order with so many bytes of call data costs.

        ``base_fee`` is in wei per gas; 0 stands for that of the current block.
        """
        rate = call.basefee if base_fee == 0 else base_fee
        return uint256(uint256(1400 + 6 * data_length) * rate)

    @payable
    def create_retryable_ticket(
        self,
        call: Call,
        to: int,
        l2_call_value: int,
        max_submission_cost: int,
        excess_fee_refund_address: int,
        call_value_refund_address: int,
        gas_limit: int,
        max_fee_per_gas: int,
        data: bytes,
    ) -> int:
        """Order a call of ``to`` on L2 with ``l2_call_value`` wei; returns the order's number.

        The caller must send the greatest submission cost, the call's wei and its gas money; all
        of it goes to the Bridge.  What is left over on L2 goes to the first refund address, the
        call's wei go to the second if the call is never made.  A refund address that is a
        contract on L1 is replaced by its alias, because that is what the contract controls on L2.
        """
        required = uint256(max_submission_cost + l2_call_value + gas_limit * max_fee_per_gas)
        fee = self.calculate_retryable_submission_fee(call, size(data), 0)
        require(call.value >= required, "InsufficientValue")
        require(max_submission_cost >= fee, "InsufficientSubmissionCost")
        number: int = self.invoke(
            call,
            self.system.l1_bridge.enqueue_delayed_message,
            call.sender,
            value=call.value,
        )
        self.post(
            RetryableTicketCreated(
                message_num=number,
                sender=call.sender,
                to=to,
                l2_call_value=l2_call_value,
                deposit=call.value,
                submission_fee=fee,
                excess_fee_refund_address=self.controlled_on_l2(excess_fee_refund_address),
                call_value_refund_address=self.controlled_on_l2(call_value_refund_address),
                gas_limit=gas_limit,
                max_fee_per_gas=max_fee_per_gas,
                data=data,
            )
        )
        self.emit(
            "RetryableTicketCreated",
            l2CallValue=l2_call_value,
            deposit=call.value,
            submissionFee=fee,
        )
        return number

    def controlled_on_l2(self, account: int) -> int:
        """The address that this account of L1 controls on L2: a contract only has its alias."""
        is_contract = self.system.contract_at(self.chain, account) is not None
        return apply_alias(account) if is_contract else account
