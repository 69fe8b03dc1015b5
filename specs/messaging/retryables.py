"""ArbRetryableTx on L2: the tickets that ask for calls on L2 in the name of senders on L1.

A ticket *exists* from its submission until its call worked, its beneficiary cancels it, or
somebody clears it away after its time.  It is *alive* while it exists and its time is not over.
The call itself is made by the environment (``arbos``) between a *redeem*, which schedules it and
pays the call's wei to the environment, and ``finish_redeem``, which tells how it went.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from specs.messaging.alias import apply_alias
from specs.model import (
    Call,
    Contract,
    Parameter,
    payable,
    require,
    transition,
    uint256,
    view,
)

LIFETIME = 7 * 24 * 60 * 60
"""How long a ticket lives, in seconds, and how much a ``keepalive`` adds."""


@dataclass(frozen=True)
class Ticket:
    """A call to be made: of ``to`` by ``from_`` (an alias) with ``call_value`` wei and ``data``.

    ``beneficiary`` gets the wei if the call is never made.  ``timeout`` is the last second of the
    ticket's life, 0 where there is no ticket.  ``redeeming`` is whether a try is under way, and
    ``redeemer`` then who asked for it.
    """

    from_: int = 0
    to: int = 0
    call_value: int = 0
    beneficiary: int = 0
    timeout: int = 0
    redeeming: bool = False
    redeemer: int = 0
    data: bytes = b""


NO_TICKET = Ticket()


@dataclass(kw_only=True)
class ArbRetryableTx(Contract):
    """The books of all tickets.

    ``tickets`` maps a ticket's id, which is its message number on L1, to the ticket.  The ids of
    all tries ever scheduled stand in ``redeem_queue`` from 0 on; those from ``redeem_head`` to
    before ``redeem_tail`` are under way.  ``claimable`` are wei whose payment was refused.
    """

    arbos: Parameter[int]
    next_message_num: int = 0
    tickets: dict[int, Ticket] = field(default_factory=dict)
    redeem_queue: dict[int, int] = field(default_factory=dict)
    redeem_head: int = 0
    redeem_tail: int = 0
    claimable: dict[int, int] = field(default_factory=dict)

    @payable
    def submit_retryable(
        self,
        call: Call,
        message_num: int,
        l1_sender: int,
        to: int,
        l2_call_value: int,
        fee_refund_address: int,
        call_value_refund_address: int,
        gas_limit: int,
        max_fee_per_gas: int,
        data: bytes,
    ) -> int:
        """Make a ticket of the next order from L1; returns its id.  Only for the environment.

        The wei beyond the call's are gas money.  If there is gas and its price (wei) is enough
        for this block, a first try is scheduled.  The gas money is refunded in full.
        """
        require(call.sender == self.arbos, "NotArbOS")
        require(message_num == self.next_message_num, "OutOfOrder")
        require(call.value >= l2_call_value, "InsufficientDeposit")
        self.next_message_num = uint256(message_num + 1)
        self.tickets[message_num] = Ticket(
            from_=apply_alias(l1_sender),
            to=to,
            call_value=l2_call_value,
            beneficiary=call_value_refund_address,
            timeout=call.time + LIFETIME,
            data=data,
        )
        self.emit("TicketCreated")
        if gas_limit != 0 and max_fee_per_gas != 0 and max_fee_per_gas >= call.basefee:
            self.schedule(call, message_num, fee_refund_address)
        self.pay_or_credit(call, fee_refund_address, call.value - l2_call_value)
        return message_num

    @transition
    def redeem(self, call: Call, id: int) -> None:
        """Schedule another try of a ticket that is alive and not being tried; for anybody."""
        require(self.is_alive(call, id), "NoTicketWithID")
        require(not self.ticket(id).redeeming, "RedeemInProgress")
        self.schedule(call, id, call.sender)

    @payable
    def finish_redeem(self, call: Call, id: int, success: bool) -> None:
        """Note how the oldest scheduled try went; only for the environment.

        A call that worked ends the ticket.  A call that failed leaves it as it was, whatever the
        time is now, and the environment gives the call's wei back.
        """
        require(call.sender == self.arbos, "NotArbOS")
        is_next = self.redeem_head != self.redeem_tail
        require(is_next and self.redeem_queue.get(self.redeem_head, 0) == id, "NotNextRedeem")
        ticket = self.ticket(id)
        expected = 0 if success else ticket.call_value
        require(call.value == expected, "WrongReturnedValue")
        self.redeem_head = uint256(self.redeem_head + 1)
        self.tickets[id] = NO_TICKET if success else replace(ticket, redeeming=False, redeemer=0)
        self.emit("Redeemed")

    @transition
    def keepalive(self, call: Call, id: int) -> int:
        """Add one lifetime to a ticket that has at most one left; returns its new last second."""
        require(self.is_alive(call, id), "NoTicketWithID")
        ticket = self.ticket(id)
        require(ticket.timeout <= call.time + LIFETIME, "TimeoutTooFar")
        timeout = uint256(ticket.timeout + LIFETIME)
        self.tickets[id] = replace(ticket, timeout=timeout)
        self.emit("LifetimeExtended")
        return timeout

    @transition
    def cancel(self, call: Call, id: int) -> None:
        """End a ticket that is alive and not being tried, for its beneficiary, who is paid."""
        require(self.is_alive(call, id), "NoTicketWithID")
        ticket = self.ticket(id)
        require(call.sender == ticket.beneficiary, "NotBeneficiary")
        require(not ticket.redeeming, "RedeemInProgress")
        self.end(call, id)
        self.emit("Canceled")

    @transition
    def expire(self, call: Call, id: int) -> None:
        """Clear away a ticket whose time is over, for anybody; the beneficiary is paid."""
        ticket = self.ticket(id)
        require(ticket.timeout != 0, "NoTicketWithID")
        require(call.time > ticket.timeout, "NotExpired")
        require(not ticket.redeeming, "RedeemInProgress")
        self.end(call, id)
        self.emit("Expired")

    @transition
    def claim(self, call: Call, recipient: int) -> None:
        """Pay all that the caller was credited, when a payment was refused, to ``recipient``."""
        amount = self.claimable.get(call.sender, 0)
        require(amount != 0, "NothingToClaim")
        self.claimable[call.sender] = 0
        self.send_ether(call, recipient, amount)
        self.emit("Claimed", amount=amount)

    @view
    def get_timeout(self, call: Call, id: int) -> int:
        """The last second of the life of a ticket that is alive."""
        require(self.is_alive(call, id), "NoTicketWithID")
        return self.ticket(id).timeout

    @view
    def get_beneficiary(self, call: Call, id: int) -> int:
        """Who is paid if a ticket that is alive ends without its call."""
        require(self.is_alive(call, id), "NoTicketWithID")
        return self.ticket(id).beneficiary

    @view
    def get_current_redeemer(self, call: Call) -> int:
        """Who asked for the try that is under way; 0 if there is none."""
        if self.redeem_head == self.redeem_tail:
            return 0
        return self.ticket(self.redeem_queue.get(self.redeem_head, 0)).redeemer

    def ticket(self, id: int) -> Ticket:
        """The ticket with an id, all zero if there is none."""
        return self.tickets.get(id, NO_TICKET)

    def is_alive(self, call: Call, id: int) -> bool:
        """Whether a ticket exists and its time is not over."""
        timeout = self.ticket(id).timeout
        return timeout != 0 and call.time <= timeout

    def schedule(self, call: Call, id: int, redeemer: int) -> None:
        """Put a try at the end of the queue and pay its wei to the environment."""
        ticket = self.ticket(id)
        self.tickets[id] = replace(ticket, redeeming=True, redeemer=redeemer)
        self.redeem_queue[self.redeem_tail] = id
        self.redeem_tail = uint256(self.redeem_tail + 1)
        self.emit("RedeemScheduled", value=ticket.call_value)
        if ticket.call_value != 0:
            self.send_ether(call, self.arbos, ticket.call_value)

    def end(self, call: Call, id: int) -> None:
        """Delete a ticket and pay its wei to its beneficiary."""
        ticket = self.ticket(id)
        self.tickets[id] = NO_TICKET
        self.pay_or_credit(call, ticket.beneficiary, ticket.call_value)

    def pay_or_credit(self, call: Call, account: int, amount: int) -> None:
        """Pay wei to an account; if it refuses, note that it may claim them."""
        if amount == 0:
            return
        refusal = self.try_call(call, account, amount, b"")
        if refusal is not None:
            self.claimable[account] = uint256(self.claimable.get(account, 0) + amount)
            self.emit("PaymentCredited", amount=amount)
