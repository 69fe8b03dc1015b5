"""The transport: orders, tickets and their lives, messages to L1."""

from __future__ import annotations

import pytest

from specs.abi import encode_call
from specs.messaging import LIFETIME, RetryableTicketCreated, Ticket, apply_alias, item_hash
from specs.model import MAX_UINT256
from tests.unit.specs.two_chains import ALICE, ARBOS, BOB, CAROL, ETHER, ROLLUP, TwoChains

COST, GAS, PRICE = 10**6, 10**5, 20


@pytest.fixture
def world() -> TwoChains:
    return TwoChains()


def order(
    world: TwoChains, to: int, value: int = 0, data: bytes = b"", gas: int = GAS
) -> RetryableTicketCreated:
    """Alice orders a call on L2; Carol gets what is left, Bob the call's wei if it is not made."""
    world.send(
        world.spec.l1_inbox.create_retryable_ticket,
        ALICE,
        to,
        value,
        COST,
        CAROL,
        BOB,
        gas,
        PRICE,
        data,
        value=COST + value + gas * PRICE,
    )
    return world.orders()[-1]


def stubborn(world: TwoChains, value: int = 7) -> int:
    """A ticket whose call fails: it sends wei to a contract that takes none."""
    return world.submit(order(world, world.spec.l2_staking.address, value))


def owned(world: TwoChains, account: int) -> int:
    return world.spec.ether["l2"].get(account, 0)


# Orders.


def test_an_order_costs_what_it_says(world: TwoChains) -> None:
    create, fee = world.spec.l1_inbox.create_retryable_ticket, (1400 + 6 * 2) * world.basefee
    rest = (BOB, 3, fee, CAROL, CAROL, 5, 2, b"xy")
    assert world.refusal(create, ALICE, *rest, value=fee + 12) == "InsufficientValue"
    low = (BOB, 3, fee - 1, CAROL, CAROL, 5, 2, b"xy")
    assert world.refusal(create, ALICE, *low, value=ETHER) == "InsufficientSubmissionCost"
    assert world.send(create, ALICE, *rest, value=fee + 13) == 0
    assert world.send(create, ALICE, *rest, value=fee + 99) == 1
    assert world.spec.l1_bridge.ether == 2 * fee + 112
    assert world.orders()[1].deposit == fee + 99


@pytest.mark.parametrize(
    ("cost", "value", "gas", "price"),
    [(COST, MAX_UINT256, 0, 0), (COST, 0, 2**200, 2**56), (MAX_UINT256, 1, 0, 0)],
)
def test_an_order_that_overflows_is_refused(
    world: TwoChains, cost: int, value: int, gas: int, price: int
) -> None:
    create = world.spec.l1_inbox.create_retryable_ticket
    assert world.refusal(create, ALICE, BOB, value, cost, BOB, BOB, gas, price, b"") == "Panic"


def test_a_contract_of_l1_is_refunded_at_its_alias(world: TwoChains) -> None:
    gateway = world.spec.l1_gateway.address
    create, l2_token = world.spec.l1_inbox.create_retryable_ticket, world.spec.l2_token.address
    world.send(create, ALICE, BOB, 0, COST, gateway, l2_token, 0, 0, b"", value=COST)
    made = world.orders()[0]
    assert made.excess_fee_refund_address == apply_alias(gateway)
    assert made.call_value_refund_address == l2_token


def test_only_the_inbox_enqueues_and_only_the_outbox_executes(world: TwoChains) -> None:
    bridge = world.spec.l1_bridge
    assert world.refusal(bridge.enqueue_delayed_message, ALICE, ALICE, value=1) == "NotInbox"
    assert world.refusal(bridge.execute_call, ALICE, ALICE, 0, b"") == "NotOutbox"


# Tickets.


def test_a_ticket_that_works_is_gone_and_its_wei_arrived(world: TwoChains) -> None:
    before, gas_money = owned(world, CAROL), GAS * PRICE + COST - 1400 * world.basefee
    ticket = world.submit(order(world, 0x1234, value=7))
    assert owned(world, 0x1234) == 7
    assert owned(world, CAROL) == before + gas_money
    assert world.spec.l2_retryables.tickets[ticket] == Ticket()
    assert world.spec.l2_retryables.ether == 0
    assert world.refusal(world.spec.l2_retryables.redeem, BOB, ticket) == "NoTicketWithID"


def test_a_failed_try_keeps_the_ticket(world: TwoChains) -> None:
    books, ticket = world.spec.l2_retryables, stubborn(world)
    kept = books.tickets[ticket]
    assert kept == Ticket(
        from_=apply_alias(ALICE),
        to=world.spec.l2_staking.address,
        call_value=7,
        beneficiary=BOB,
        timeout=world.time + LIFETIME,
    )
    assert not world.redeem(ticket)
    assert books.tickets[ticket] == kept
    assert (books.redeem_head, books.redeem_tail) == (2, 2)
    assert books.ether == 7


@pytest.mark.parametrize(("gas", "basefee"), [(0, 10), (GAS, PRICE + 1)])
def test_no_try_is_scheduled_without_gas_or_at_too_low_a_price(
    world: TwoChains, gas: int, basefee: int
) -> None:
    made = order(world, 0x1234, value=7, gas=gas)
    world.basefee = basefee
    ticket = world.submit(made)
    assert owned(world, 0x1234) == 0
    assert world.redeem(ticket)
    assert owned(world, 0x1234) == 7


def test_orders_become_tickets_in_order_and_once(world: TwoChains) -> None:
    first, second = order(world, BOB), order(world, BOB)
    submit = world.spec.l2_retryables.submit_retryable
    late = (second.message_num, ALICE, BOB, 0, CAROL, BOB, 0, 0, b"")
    assert world.refusal(submit, ARBOS, *late) == "OutOfOrder"
    assert world.refusal(submit, ALICE, *late) == "NotArbOS"
    short = (first.message_num, ALICE, BOB, 2, CAROL, BOB, 0, 0, b"")
    assert world.refusal(submit, ARBOS, *short, value=1) == "InsufficientDeposit"
    world.submit(first)
    again = (first.message_num, ALICE, BOB, 0, CAROL, BOB, 0, 0, b"")
    assert world.refusal(submit, ARBOS, *again) == "OutOfOrder"


def test_during_a_try_nobody_may_redeem_or_cancel(world: TwoChains) -> None:
    books, ticket = world.spec.l2_retryables, stubborn(world)
    assert books.get_current_redeemer(world.call(ALICE)) == 0
    world.send(books.redeem, CAROL, ticket)
    assert books.get_current_redeemer(world.call(ALICE)) == CAROL
    assert world.refusal(books.redeem, ALICE, ticket) == "RedeemInProgress"
    assert world.refusal(books.cancel, BOB, ticket) == "RedeemInProgress"
    assert world.refusal(books.finish_redeem, ALICE, ticket, True) == "NotArbOS"
    assert world.refusal(books.finish_redeem, ARBOS, ticket + 1, True) == "NotNextRedeem"
    assert world.refusal(books.finish_redeem, ARBOS, ticket, False) == "WrongReturnedValue"
    assert world.refusal(books.finish_redeem, ARBOS, ticket, True, value=7) == "WrongReturnedValue"
    world.send(books.keepalive, ALICE, ticket)
    world.time += 3 * LIFETIME
    assert world.refusal(books.expire, ALICE, ticket) == "RedeemInProgress"
    world.send(books.finish_redeem, ARBOS, ticket, False, value=7)
    world.send(books.expire, ALICE, ticket)


def test_keepalive_adds_a_lifetime_while_at_most_one_is_left(world: TwoChains) -> None:
    books, ticket, born = world.spec.l2_retryables, stubborn(world), world.time
    assert world.send(books.keepalive, CAROL, ticket) == born + 2 * LIFETIME
    assert world.refusal(books.keepalive, CAROL, ticket) == "TimeoutTooFar"
    world.time = born + LIFETIME - 1
    assert world.refusal(books.keepalive, CAROL, ticket) == "TimeoutTooFar"
    world.time = born + LIFETIME
    assert world.send(books.keepalive, CAROL, ticket) == born + 3 * LIFETIME


def test_a_ticket_lives_to_the_last_second_of_its_timeout(world: TwoChains) -> None:
    books, ticket = world.spec.l2_retryables, stubborn(world)
    before = owned(world, BOB)
    world.time += LIFETIME
    assert world.refusal(books.expire, ALICE, ticket) == "NotExpired"
    assert books.get_timeout(world.call(ALICE), ticket) == world.time
    assert not world.redeem(ticket)
    world.time += 1
    for method in (books.redeem, books.keepalive, books.cancel, books.get_beneficiary):
        assert world.refusal(method, BOB, ticket) == "NoTicketWithID"
    world.send(books.expire, ALICE, ticket)
    assert owned(world, BOB) == before + 7
    assert world.refusal(books.expire, ALICE, ticket) == "NoTicketWithID"


def test_the_beneficiary_may_cancel(world: TwoChains) -> None:
    books, ticket = world.spec.l2_retryables, stubborn(world)
    before = owned(world, BOB)
    assert world.refusal(books.cancel, ALICE, ticket) == "NotBeneficiary"
    world.send(books.cancel, BOB, ticket)
    assert owned(world, BOB) == before + 7
    assert world.refusal(books.redeem, BOB, ticket) == "NoTicketWithID"


def test_wei_that_a_contract_refuses_can_be_claimed(world: TwoChains) -> None:
    books, contract = world.spec.l2_retryables, world.spec.l2_token.address
    world.send(books.submit_retryable, ARBOS, 0, ALICE, BOB, 0, contract, BOB, 0, 0, b"", value=9)
    assert books.claimable == {contract: 9}
    assert books.ether == 9
    assert world.refusal(books.claim, ALICE, ALICE) == "NothingToClaim"
    assert world.refusal(books.claim, contract, contract) == "EthTransferFailed"
    world.send(books.claim, contract, 0x1234)
    assert owned(world, 0x1234) == 9
    assert books.ether == 0


# Messages to L1.


def test_a_message_is_executed_once(world: TwoChains) -> None:
    outbox = world.spec.l1_outbox
    order(world, BOB, value=5)
    world.send(world.spec.l2_arbsys.send_tx_to_l1, ALICE, 0x1234, b"", value=5)
    message = world.exits()[0]
    item = (message.position, ALICE, 0x1234, 5, b"")
    assert world.refusal(outbox.execute_transaction, BOB, *item) == "NotConfirmed"
    assert world.confirm(message) == item
    wrong = (message.position, ALICE, 0x1234, 6, b"")
    assert world.refusal(outbox.execute_transaction, BOB, *wrong) == "WrongItem"
    world.send(outbox.execute_transaction, BOB, *item)
    assert world.spec.ether["l1"][0x1234] == 5
    assert world.refusal(outbox.execute_transaction, BOB, *item) == "AlreadySpent"
    assert (outbox.l2_to_l1_sender, world.spec.l1_bridge.active_outbox) == (0, 0)


def test_confirming(world: TwoChains) -> None:
    confirm, digest = world.spec.l1_outbox.confirm, b"\x01" * 32
    assert world.refusal(confirm, ALICE, 0, digest) == "NotRollup"
    assert world.refusal(confirm, ROLLUP, 0, bytes(32)) == "ZeroItemHash"
    world.send(confirm, ROLLUP, 0, digest)
    assert world.refusal(confirm, ROLLUP, 0, digest) == "AlreadyConfirmed"


def test_a_message_that_fails_may_be_tried_again(world: TwoChains) -> None:
    outbox = world.spec.l1_outbox
    world.send(world.spec.l2_arbsys.send_tx_to_l1, ALICE, 0x1234, b"", value=5)
    item = world.confirm(world.exits()[0])
    assert world.refusal(outbox.execute_transaction, BOB, *item) == "BridgeCallFailed"
    order(world, BOB, value=5)
    world.send(outbox.execute_transaction, BOB, *item)


def test_bytes_for_an_account_are_refused_and_errors_come_through(world: TwoChains) -> None:
    outbox, token = world.spec.l1_outbox, world.spec.l1_token.address
    data = encode_call("transfer(address,uint256)", ALICE, 1)
    for to, reason in ((BOB, "NotContract"), (token, "ERC20InsufficientBalance")):
        world.send(world.spec.l2_arbsys.send_tx_to_l1, ALICE, to, data)
        item = world.confirm(world.exits()[-1])
        assert world.refusal(outbox.execute_transaction, BOB, *item) == reason


def test_a_message_may_execute_another(world: TwoChains) -> None:
    spec = world.spec
    send = spec.l2_arbsys.send_tx_to_l1
    signature = "executeTransaction(uint256,address,address,uint256,bytes)"
    world.send(send, ALICE, BOB, b"")
    inner = world.confirm(world.exits()[0])
    world.send(send, ALICE, spec.l1_outbox.address, encode_call(signature, *inner))
    outer = world.confirm(world.exits()[1])
    world.send(spec.l1_outbox.execute_transaction, BOB, *outer)
    assert spec.l1_outbox.is_spent == {0: True, 1: True}
    assert (spec.l1_outbox.l2_to_l1_sender, spec.l1_bridge.active_outbox) == (0, 0)


def test_a_message_cannot_execute_itself(world: TwoChains) -> None:
    spec = world.spec
    outbox, to = spec.l1_outbox, spec.l1_outbox.address
    signature = "executeTransaction(uint256,address,address,uint256,bytes)"
    data = encode_call(signature, 0, ALICE, to, 0, b"")
    world.send(outbox.confirm, ROLLUP, 0, item_hash(0, ALICE, to, 0, data))
    assert world.refusal(outbox.execute_transaction, BOB, 0, ALICE, to, 0, data) == "AlreadySpent"
