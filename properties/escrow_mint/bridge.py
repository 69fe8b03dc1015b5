"""The bridge: who may finalise, in which order, and what a pause does and does not stop."""

from __future__ import annotations

from harness import CallView, Number, invariant, rule, transition
from properties.escrow_mint.system import EscrowMint
from properties.messaging import alias

# Invariants


@invariant("ESCROW-MINT-020", severity="high", source="migration pre-proposal, messages")
def each_deposit_message_takes_effect_once(w: EscrowMint) -> bool:
    """As many deposits were finalised on L2 as messages were delivered."""
    return w.finalised.count == w.deposits.delivered() + w.migrations.delivered()


@invariant("ESCROW-MINT-021", severity="high", source="migration pre-proposal, messages")
def each_withdrawal_message_takes_effect_once(w: EscrowMint) -> bool:
    """As many withdrawals were paid on L1 as messages were executed."""
    return w.paid.count == w.withdrawals.delivered()


@invariant("ESCROW-MINT-022", severity="medium", source="contracts, exit numbers")
def exit_numbers_count_the_withdrawals(w: EscrowMint) -> bool:
    """The next exit number is how many withdrawals there were: none is skipped or used twice."""
    return w.l2_gateway.state.nextExitNum == w.burned.count


@invariant("ESCROW-MINT-023", severity="medium", source="Arbitrum transport")
def tickets_arrive_in_the_order_of_sending(w: EscrowMint) -> bool:
    """No ticket reaches L2 that was not sent, and none before those sent earlier."""
    return w.l2_retryables.state.nextMessageNum <= w.l1_bridge.state.delayedMessageCount


@invariant("ESCROW-MINT-024", severity="medium", source="Arbitrum transport")
def messages_to_l1_are_numbered_in_the_order_of_sending(w: EscrowMint) -> bool:
    """There are at least as many messages to L1 as withdrawals: each withdrawal sent one."""
    return w.l2_arbsys.state.sendCount >= w.burned.count


@invariant("ESCROW-MINT-025", severity="medium", source="Arbitrum transport", at="rest")
def nobody_is_the_sender_outside_of_an_execution(w: EscrowMint) -> bool:
    """Between transactions the outbox names no L2 sender and the bridge no active outbox."""
    return w.l1_outbox.state.l2ToL1Sender == 0 and w.l1_bridge.state.activeOutbox == 0


@invariant("ESCROW-MINT-026", severity="medium", source="strengthening")
def scheduled_tickets_are_alive(w: EscrowMint, at: Number) -> bool:
    """A ticket that waits for its redeem has arrived, exists, and is marked as waiting."""
    s = w.l2_retryables.state
    if s.redeemHead > s.redeemTail:
        return False
    if at < s.redeemHead or at >= s.redeemTail:
        return True
    id = s.redeemQueue[at]
    ticket = s.tickets[id]
    return id < s.nextMessageNum and bool(ticket.redeeming) and ticket.timeout > 0


@invariant("ESCROW-MINT-027", severity="medium", source="strengthening")
def a_ticket_is_scheduled_once_at_a_time(w: EscrowMint, at: Number, other: Number) -> bool:
    """No two redeems that wait are of the same ticket."""
    s = w.l2_retryables.state
    if at >= other or at < s.redeemHead or other >= s.redeemTail:
        return True
    return s.redeemQueue[at] != s.redeemQueue[other]


# Transitions


@transition("ESCROW-MINT-030", severity="critical", source="migration pre-proposal, L2 workflow")
def only_the_counterpart_finalises_on_l2(
    before: EscrowMint, call: CallView, after: EscrowMint
) -> bool | None:
    """A deposit is finalised on L2 only in a call by the alias of the gateway on L1."""
    if after.finalised.count == before.finalised.count:
        return None
    return call.is_to("l2_gateway") and call.sender == alias(after.l1_gateway.address)


@transition("ESCROW-MINT-031", severity="critical", source="migration pre-proposal, L1 workflow")
def only_the_counterpart_is_paid_on_l1(
    before: EscrowMint, call: CallView, after: EscrowMint
) -> bool | None:
    """A withdrawal is paid on L1 only while the outbox executes a message of the L2 gateway.

    A message may ask the outbox to execute another one; then it is that one's sender that counts.
    """
    if after.paid.count == before.paid.count:
        return None
    if not call.is_to("l1_outbox.executeTransaction"):
        return False
    nested = call.args.to == after.l1_outbox.address
    return nested or call.args.l2Sender == after.l2_gateway.address


@transition("ESCROW-MINT-032", severity="high", source="Arbitrum transport")
def confirmations_come_from_the_rollup(
    before: EscrowMint, call: CallView, after: EscrowMint
) -> bool | None:
    """Only the rollup confirms messages to L1."""
    if not call.is_to("l1_outbox.confirm"):
        return None
    return call.sender == after.rollup


@transition("ESCROW-MINT-033", severity="high", source="contracts, exit numbers")
def counters_never_go_back(before: EscrowMint, call: CallView, after: EscrowMint) -> bool:
    """Exit numbers, migration ids and message numbers only grow."""
    return (
        after.l2_gateway.state.nextExitNum >= before.l2_gateway.state.nextExitNum
        and after.l1_migrator.state.nextMigrationId >= before.l1_migrator.state.nextMigrationId
        and after.l2_retryables.state.nextMessageNum >= before.l2_retryables.state.nextMessageNum
        and after.l1_bridge.state.delayedMessageCount >= before.l1_bridge.state.delayedMessageCount
        and after.l2_arbsys.state.sendCount >= before.l2_arbsys.state.sendCount
    )


@transition("ESCROW-MINT-034", severity="medium", source="strengthening")
def every_call_restores_the_sender(before: EscrowMint, call: CallView, after: EscrowMint) -> bool:
    """After every call the outbox and the bridge name whom they named before it."""
    sender = after.l1_outbox.state.l2ToL1Sender == before.l1_outbox.state.l2ToL1Sender
    return sender and after.l1_bridge.state.activeOutbox == before.l1_bridge.state.activeOutbox


# Rules


@rule(
    "ESCROW-MINT-040",
    on="l1_outbox.executeTransaction",
    severity="critical",
    source="gateway access: inbound is not pausable",
)
def a_confirmed_withdrawal_can_always_be_paid(
    before: EscrowMint, call: CallView, after: EscrowMint
) -> bool | None:
    """A confirmed, unspent withdrawal succeeds, whatever the escrow holds, paused or not.

    But for one that would have to mint beyond the 2**256 - 1 wei that the token can count.
    """
    a = call.args
    if a.l2Sender != after.l2_gateway.address or a.to != after.l1_gateway.address:
        return None
    outbox = before.l1_outbox
    if outbox.state.isSpent[a.index] or a.value != 0 or call.value != 0:
        return None
    if outbox.state.itemHashes[a.index] == bytes(32):
        return None
    digest = outbox.calculateItemHash(a.index, a.l2Sender, a.to, a.value, a.data)
    if outbox.state.itemHashes[a.index] != digest:
        return None
    amount = before.withdrawals.argument(a.index, "amount")
    if before.l1_token.state._totalSupply + amount >= 2**256:
        return None
    return bool(call.succeeded)


@rule(
    "ESCROW-MINT-041",
    on="l2_gateway.finalizeInboundTransfer",
    severity="critical",
    source="gateway access: inbound is not pausable",
)
def a_deposit_is_finalised_exactly_when_it_comes_from_the_counterpart(
    before: EscrowMint, call: CallView, after: EscrowMint
) -> bool:
    """Finalising a deposit succeeds if and only if the counterpart asks for it, paused or not."""
    from_counterpart = call.sender == alias(after.l1_gateway.address)
    right = call.args.l1Token_ == after.l1_token.address and call.args.to != 0
    overflow = before.l2_token.state._totalSupply + call.args.amount >= 2**256
    expected = from_counterpart and right and call.value == 0 and not overflow
    return bool(call.succeeded) == expected


@rule(
    "ESCROW-MINT-042",
    on="l1_gateway.outboundTransfer",
    severity="high",
    source="gateway access: outbound is pausable",
)
def a_paused_l1_gateway_sends_nothing(
    before: EscrowMint, call: CallView, after: EscrowMint
) -> bool | None:
    """While the L1 gateway is paused, every transfer to L2 reverts."""
    if not before.l1_gateway.state._paused:
        return None
    return not call.succeeded


@rule(
    "ESCROW-MINT-043",
    on="l2_gateway.outboundTransfer",
    severity="high",
    source="gateway access: outbound is pausable",
)
def a_paused_l2_gateway_sends_nothing(
    before: EscrowMint, call: CallView, after: EscrowMint
) -> bool | None:
    """While the L2 gateway is paused, every withdrawal reverts."""
    if not before.l2_gateway.state._paused:
        return None
    return not call.succeeded


@rule(
    "ESCROW-MINT-044",
    on="l2_retryables.finishRedeem",
    severity="high",
    source="Arbitrum transport: a failed redeem changes nothing",
)
def a_failed_delivery_keeps_its_ticket(
    before: EscrowMint, call: CallView, after: EscrowMint
) -> bool | None:
    """After a failed redeem the ticket is still there to be redeemed, and nothing was minted."""
    if call.args.success or not call.succeeded:
        return None
    ticket, was = (w.l2_retryables.state.tickets[call.args.id] for w in (after, before))
    unharmed = ticket.timeout == was.timeout and ticket.callValue == was.callValue
    minted = after.l2_token.state._totalSupply - before.l2_token.state._totalSupply
    return unharmed and ticket.timeout > 0 and minted == 0
