"""The bridge of ``contracts/Bridge.sol``: how it is deployed, and what must hold of it."""

from __future__ import annotations

from typing import Any

from harness import (
    Address,
    CallView,
    Deployment,
    Number,
    System,
    chain_at,
    contract,
    invariant,
    transition,
    user,
)

__all__ = ["TwoChains"]


class TwoChains(System):
    """Both chains of a bridge in one EVM, with a queue for the messages of either direction."""

    title = "A bridge between two chains, with its message queues"
    sources = ("contracts",)
    l1 = chain_at(block=20_000_000, time=1_700_000_000)
    alice = user()
    bob = user()
    l1_token = contract(l1, "Token")
    l2_token = contract(l1, "Token")
    down = contract(l1, "MessageQueue")
    up = contract(l1, "MessageQueue")
    l1_gateway = contract(l1, "L1Gateway")
    l2_gateway = contract(l1, "L2Gateway")

    @classmethod
    def deploy(cls, d: Deployment) -> None:
        """Deploy both sides; two deposits are on their way."""
        d.create(cls.l1_token, cls.l1_gateway, cls.alice, 1000)
        d.create(cls.l2_token, cls.l2_gateway, cls.alice, 0)
        d.create(cls.down, cls.l1_gateway, cls.l2_gateway)
        d.create(cls.up, cls.l2_gateway, cls.l1_gateway)
        d.create(cls.l1_gateway, cls.l1_token, cls.down, cls.up)
        d.create(cls.l2_gateway, cls.l2_token, cls.up, cls.down)
        d.send(cls.alice, cls.l1_token, "approve", cls.l1_gateway, 500)
        d.send(cls.alice, cls.l1_gateway, "deposit", cls.alice, 100)
        d.send(cls.alice, cls.l1_gateway, "deposit", cls.bob, 30)


@invariant("BRIDGE-001", severity="critical", source="escrow and mint")
def everything_on_l2_is_in_escrow(w: TwoChains) -> Any:
    """What circulates on L2 or is in flight is in escrow on L1."""
    in_flight = w.down.state.pending.total + w.up.state.pending.total
    return w.l1_token.balanceOf(w.l1_gateway.address) >= w.l2_token.totalSupply() + in_flight


@invariant("BRIDGE-002", severity="critical", source="ERC-20")
def l1_balances_add_up(w: TwoChains) -> Any:
    """The supply on L1 is the sum of all balances there."""
    return w.l1_token.state.totalSupply == w.l1_token.state.balanceOf.total


@invariant("BRIDGE-003", severity="critical", source="ERC-20")
def l2_balances_add_up(w: TwoChains) -> Any:
    """The supply on L2 is the sum of all balances there."""
    return w.l2_token.state.totalSupply == w.l2_token.state.balanceOf.total


@invariant("BRIDGE-004", severity="medium", source="MessageQueue.send")
def what_was_not_sent_is_not_pending(w: TwoChains, message: Number) -> Any:
    """No message is in flight under a number that was not given yet."""
    down = message < w.down.state.sent or w.down.state.pending[message] == 0
    return down and (message < w.up.state.sent or w.up.state.pending[message] == 0)


@invariant("BRIDGE-005", severity="medium", source="L1Gateway")
def the_escrow_lends_nothing(w: TwoChains, spender: Address) -> Any:
    """The gateway gives nobody an allowance for the escrow."""
    return w.l1_token.state.allowance[w.l1_gateway][spender] == 0


@transition("BRIDGE-010", severity="critical", source="L2Gateway")
def only_a_delivery_mints(before: TwoChains, call: CallView, after: TwoChains) -> Any:
    """The supply on L2 rises only when a message is delivered."""
    if after.l2_token.state.totalSupply <= before.l2_token.state.totalSupply:
        return None
    return call.is_to("down.deliver")
