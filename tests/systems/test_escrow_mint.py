"""Escrow-and-mint end to end, to the wei, with the specification following every step."""

from __future__ import annotations

from harness.step import ClockStep
from harness.world import MessageStatus
from properties.escrow_mint import EscrowMint
from properties.escrow_mint.system import INITIAL_SUPPLY
from properties.messaging import TICKET_LIFETIME, TO_L1, TO_L2
from tests.systems.running import LPT, Bridge, compiled

IN_FLIGHT, DELIVERED, LOST = MessageStatus.IN_FLIGHT, MessageStatus.DELIVERED, MessageStatus.LOST
ALICE, BOB, CAROL = (
    int(EscrowMint.alice.address),
    int(EscrowMint.bob.address),
    int(EscrowMint.carol.address),
)
REWARD = (INITIAL_SUPPLY + 20 * LPT) * (455_000 + 500) // 10**9
"""What one orchestrator earns in the first round that is started: all that inflation allows."""


def test_after_deployment_everything_holds_and_is_where_it_belongs() -> None:
    bridge = Bridge()
    assert bridge.broken_at_start == []
    assert bridge.supplies() == (INITIAL_SUPPLY, 20 * LPT + REWARD)
    assert (bridge.l1("l1_gateway"), bridge.l1("l1_minter")) == (20 * LPT, 400 * LPT)
    assert (bridge.l1("bob"), bridge.l1("carol")) == (690 * LPT, 400 * LPT)
    assert (bridge.l2("alice"), bridge.l2("bob")) == (306 * LPT, 10 * LPT)
    assert bridge.stake("l1", "bob") == (270 * LPT, 370 * LPT, BOB)
    assert bridge.stake("l1", "carol") == (100 * LPT, 0, BOB)
    assert bridge.stake("l2", "alice") == (REWARD - 296 * LPT, REWARD - 296 * LPT, ALICE)
    assert bridge.w.l1_bonding.state.fees[BOB] == bridge.w.l1_minter.ether == 10**18
    assert bridge.w.escrowed.total == bridge.w.finalised.total == 20 * LPT


def test_a_deposit_a_reward_and_a_withdrawal_with_shortfall() -> None:
    bridge = Bridge()
    ticket = bridge.deposit("bob", 50 * LPT)
    assert bridge.status(TO_L2, ticket) is IN_FLIGHT
    assert (bridge.l1("bob"), bridge.l2("bob")) == (640 * LPT, 10 * LPT)
    assert bridge.relay(TO_L2, ticket, "deliver") == ""
    assert bridge.status(TO_L2, ticket) is DELIVERED
    assert (bridge.l1("l1_gateway"), bridge.l2("bob")) == (70 * LPT, 60 * LPT)

    supply = bridge.supplies()[1]
    rate = int(bridge.w.l2_staking.state.inflation)
    bridge.call("alice", "l2_staking", "reward")
    reward = (INITIAL_SUPPLY + supply) * (rate + 500) // 10**9
    assert bridge.supplies() == (INITIAL_SUPPLY, supply + reward)
    assert bridge.stake("l2", "alice")[0] == REWARD - 296 * LPT + reward
    assert "RewardAlreadyCalled" in bridge.reason("alice", "l2_staking", "reward")

    first, second = bridge.withdraw("alice", 60 * LPT), bridge.withdraw("alice", 200 * LPT)
    assert bridge.l2("alice") == 46 * LPT
    before = bridge.l1("alice")
    assert bridge.relay(TO_L1, first, "execute") == ""
    assert (bridge.l1("l1_gateway"), bridge.w.minted.total) == (10 * LPT, 0)
    assert bridge.relay(TO_L1, second, "execute") == ""
    assert (bridge.l1("l1_gateway"), bridge.w.minted.total) == (0, 190 * LPT)
    assert bridge.l1("alice") == before + 260 * LPT
    assert bridge.supplies() == (INITIAL_SUPPLY + 190 * LPT, supply + reward - 260 * LPT)
    assert bridge.w.paid.total == bridge.w.burned.total == 260 * LPT


def test_the_shortfall_is_minted_to_the_wei() -> None:
    for extra, minted in ((-1, 0), (0, 0), (1, 1)):
        bridge = Bridge()
        bridge.relay(TO_L1, bridge.withdraw("alice", 20 * LPT + extra), "execute")
        assert bridge.w.minted.total == minted
        assert bridge.l1("l1_gateway") == max(0, -extra)


def test_an_orchestrator_and_its_delegator_migrate_in_both_orders() -> None:
    for order in (("bob", "carol"), ("carol", "bob")):
        bridge = Bridge()
        tickets = {who: bridge.migrate(who, "bob") for who in order}
        assert [bridge.stake("l1", who)[0] for who in order] == [0, 0]
        assert (bridge.l1("l1_gateway"), bridge.l1("l1_minter")) == (390 * LPT, 30 * LPT)
        for who in order:
            assert bridge.relay(TO_L2, tickets[who], "deliver") == ""
        assert bridge.stake("l2", "bob") == (270 * LPT, 370 * LPT, BOB)
        assert bridge.stake("l2", "carol") == (100 * LPT, 0, BOB)
        assert bridge.w.l2_staking.state.orchestrators[BOB].registered
        assert bridge.w.migrated_out.total == bridge.w.migrated_in.total == 370 * LPT
        fees = bridge.w.l1_bonding.state.fees[BOB]
        assert fees == 10**18
        assert "AlreadyMigrated" in bridge.reason("bob", "l1_bonding", "bond", LPT, BOB)
        bridge.call("bob", "l1_bonding", "withdrawFees", BOB, fees)
        assert bridge.w.l1_minter.ether == 0


def test_a_delegator_may_arrive_before_the_orchestrator_left() -> None:
    """Delivered out of the order of sending, since the first ticket's redeem failed."""
    bridge = Bridge()
    slow, fast = bridge.migrate("bob", "bob"), bridge.migrate("carol", "bob")
    bridge.relay(TO_L2, slow, "arrive")
    assert bridge.relay(TO_L2, fast, "deliver") == ""
    assert bridge.stake("l2", "bob") == (0, 100 * LPT, 0)
    assert bridge.stake("l2", "carol") == (100 * LPT, 0, BOB)
    assert bridge.relay(TO_L2, slow, "redeem") == ""
    assert bridge.stake("l2", "bob") == (270 * LPT, 370 * LPT, BOB)


def test_a_failed_delivery_is_redeemed_by_a_stranger_once() -> None:
    bridge = Bridge()
    ticket = bridge.deposit("bob", 50 * LPT, gas=0)
    bridge.relay(TO_L2, ticket, "arrive")
    assert (bridge.status(TO_L2, ticket), bridge.l2("bob")) == (IN_FLIGHT, 10 * LPT)
    assert bridge.relay(TO_L2, ticket, "redeem", "stranger") == ""
    assert (bridge.status(TO_L2, ticket), bridge.l2("bob")) == (DELIVERED, 60 * LPT)
    for again in ("redeem", "keepalive", "cancel", "expire"):
        assert "NoTicketWithID" in bridge.relay(TO_L2, ticket, again)
    bridge.relay(TO_L2, ticket, "deliver")
    assert bridge.l2("bob") == 60 * LPT


def test_a_failed_redeem_keeps_its_ticket() -> None:
    bridge = Bridge()
    ticket = bridge.deposit("bob", 50 * LPT)
    bridge.relay(TO_L2, ticket, "arrive")
    assert (bridge.status(TO_L2, ticket), bridge.l2("bob")) == (IN_FLIGHT, 10 * LPT)
    assert bridge.relay(TO_L2, ticket, "redeem") == ""
    assert bridge.l2("bob") == 60 * LPT


def test_nobody_can_cancel_a_transfer_and_an_expired_one_is_lost() -> None:
    bridge = Bridge()
    ticket = bridge.deposit("bob", 50 * LPT, gas=0)
    bridge.relay(TO_L2, ticket, "arrive")
    assert "NotBeneficiary" in bridge.relay(TO_L2, ticket, "cancel", "bob")
    assert bridge.relay(TO_L2, ticket, "keepalive", "bob") == ""
    bridge.do(ClockStep(TICKET_LIFETIME // 12 + 1))
    assert "NotExpired" in bridge.reason("stranger", "l2_retryables", "expire", ticket)
    assert bridge.relay(TO_L2, ticket, "expire") == ""
    assert (bridge.status(TO_L2, ticket), bridge.l2("bob")) == (LOST, 10 * LPT)
    assert "NoTicketWithID" in bridge.relay(TO_L2, ticket, "redeem")
    assert bridge.w.deposits.lost("amount") == 50 * LPT
    assert bridge.l1("l1_gateway") == 70 * LPT


def test_a_pause_stops_what_leaves_and_not_what_arrives() -> None:
    bridge = Bridge()
    ticket, burn = bridge.deposit("bob", 50 * LPT), bridge.withdraw("alice", 100 * LPT)
    for gateway in ("l1_gateway", "l2_gateway"):
        assert "OnlyGovernor" in bridge.reason("stranger", gateway, "pause")
        bridge.call("governor", gateway, "pause")
    token = int(bridge.w.l1_token.address)
    assert "EnforcedPause" in bridge.reason(
        "alice", "l2_gateway", "outboundTransfer", token, ALICE, 1, b""
    )
    assert "EnforcedPause" in bridge.reason(
        "carol", "l1_migrator", "migrate", CAROL, 10**13, 0, 0, value=10**13
    )
    before = bridge.l1("alice")
    assert bridge.relay(TO_L2, ticket, "deliver") == ""
    assert bridge.relay(TO_L1, burn, "execute") == ""
    assert (bridge.l2("bob"), bridge.l1("alice") - before) == (60 * LPT, 100 * LPT)
    assert bridge.w.minted.total == 30 * LPT


def test_withdrawals_are_paid_once_after_the_challenge_period_in_any_order() -> None:
    bridge = Bridge()
    first, second = bridge.withdraw("alice", 3 * LPT), bridge.withdraw("bob", 4 * LPT)
    assert "NotConfirmed" in bridge.relay(TO_L1, second, "execute early")
    alice, bob = bridge.l1("alice"), bridge.l1("bob")
    assert bridge.relay(TO_L1, second, "execute") == ""
    assert bridge.relay(TO_L1, first, "execute") == ""
    for again in (first, second):
        assert "AlreadySpent" in bridge.relay(TO_L1, again, "execute")
    assert (bridge.l1("alice") - alice, bridge.l1("bob") - bob) == (3 * LPT, 4 * LPT)


def test_a_message_takes_effect_at_most_once_whatever_the_relay_does() -> None:
    """Everything that may be asked for with a message, twice and by everybody, after delivery."""
    bridge = Bridge()
    ticket, migration = bridge.deposit("bob", 50 * LPT), bridge.migrate("carol", "bob")
    burn = bridge.withdraw("alice", 60 * LPT)
    for channel, number in ((TO_L2, ticket), (TO_L2, migration), (TO_L1, burn)):
        bridge.relay(channel, number, "execute" if channel == TO_L1 else "deliver")
        assert bridge.status(channel, number) is DELIVERED
    owned = [bridge.l1("alice"), bridge.l2("bob"), bridge.stake("l2", "carol"), bridge.supplies()]
    arrivals = ("deliver", "arrive", "redeem", "keepalive", "cancel", "expire")
    actions = [(TO_L2, n, action) for n in (ticket, migration) for action in arrivals]
    actions += [(TO_L1, burn, "execute"), (TO_L1, burn, "execute early")]
    for who in ("alice", "stranger"):
        for channel, number, action in actions * 2:
            assert bridge.relay(channel, number, action, who) != ""
            assert bridge.status(channel, number) is DELIVERED
    again = [bridge.l1("alice"), bridge.l2("bob"), bridge.stake("l2", "carol"), bridge.supplies()]
    assert again == owned


def test_tickets_arrive_in_order_and_are_redeemed_in_any() -> None:
    bridge = Bridge()
    first, second = (bridge.deposit(who, 5 * LPT, gas=0) for who in ("alice", "bob"))
    args = (second, 0, 0, 0, 0, 0, 0, 0, b"")
    skipped = bridge.reason("stranger", "l2_retryables", "submitRetryable", *args)
    assert "NotArbOS" in skipped
    # Asked for the second, the transport submits the first before it, and redeems only the second.
    assert bridge.relay(TO_L2, second, "deliver") == ""
    assert bridge.w.l2_retryables.state.nextMessageNum == second + 1
    assert [bridge.status(TO_L2, n) for n in (first, second)] == [IN_FLIGHT, DELIVERED]
    assert (bridge.l2("alice"), bridge.l2("bob")) == (306 * LPT, 15 * LPT)
    assert bridge.relay(TO_L2, first, "redeem") == ""
    assert bridge.l2("alice") == 311 * LPT


def test_a_migration_keeps_its_locks_on_l1() -> None:
    bridge = Bridge()
    bridge.relay(TO_L2, bridge.migrate("bob", "carol"), "deliver")
    assert bridge.stake("l2", "bob") == (270 * LPT, 0, CAROL)
    assert "AlreadyMigrated" in bridge.reason("bob", "l1_bonding", "rebond", 0)
    bridge.wait(rounds=8)
    bridge.call("bob", "l1_bonding", "withdrawStake", 0)
    assert bridge.l1("bob") == 720 * LPT
    assert compiled().names.label(bridge.stake("l1", "carol")[2]) == "bob"
