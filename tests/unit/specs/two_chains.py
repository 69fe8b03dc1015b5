"""A specified system that tests drive by hand: accounts, clocks, and an honest environment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from eth_abi.abi import decode as abi_decode
from eth_abi.abi import encode as abi_encode
from eth_abi.exceptions import DecodingError

from specs.abi import selector
from specs.escrow_mint import CONTRACTS, Accounts, EscrowMintSpec, Parameters
from specs.messaging import L2ToL1Tx, RetryableTicketCreated, apply_alias, item_hash
from specs.model import Call, Invocation, Model, Revert

LPT = 10**18
ETHER = 10**18
ADDRESSES = {name: 0xC0 + number for number, name in enumerate(CONTRACTS)}
ALICE, BOB, CAROL, GOVERNOR, BROKER, ROLLUP, ARBOS = range(0xA0, 0xA7)
ACCOUNTS = Accounts(
    l1_governor=GOVERNOR,
    l2_governor=GOVERNOR,
    ticket_broker=BROKER,
    rollup=ROLLUP,
    arbos=ARBOS,
    initial_holder=ALICE,
)
PARAMETERS = Parameters(
    initial_supply=10_000 * LPT,
    l1_round_length=100,
    l1_unbonding_period=7,
    l2_round_length=100,
    l2_unbonding_period=7,
    inflation=455_000,
    inflation_change=500,
    target_bonding_rate=500_000_000,
)
FUNCTIONS = {
    "l1_gateway": ("finalizeInboundTransfer(address,address,address,uint256,bytes)", "escrow()"),
    "l1_outbox": ("executeTransaction(uint256,address,address,uint256,bytes)",),
    "l1_token": ("transfer(address,uint256)", "balanceOf(address)"),
    "l2_gateway": (
        "finalizeInboundTransfer(address,address,address,uint256,bytes)",
        "finalizeMigration(address,address,uint256,uint256)",
    ),
}


def decoder(contract: str, data: bytes) -> Invocation | None:
    """Read call data of the functions above; addresses become numbers."""
    for signature in FUNCTIONS.get(contract, ()):
        if data[:4] == selector(signature):
            name, _, inner = signature.partition("(")
            types = [each for each in inner[:-1].split(",") if each]
            try:
                values = abi_decode(types, data[4:])
            except DecodingError:
                return None
            args = (int(v, 16) if t == "address" else v for t, v in zip(types, values, strict=True))
            return Invocation(name, tuple(args))
    return None


def deploy(parameters: Parameters = PARAMETERS) -> EscrowMintSpec:
    """The system right after its contracts were made; everybody has 100 ether on each chain."""
    purse = dict.fromkeys(range(ALICE, ARBOS + 1), 100 * ETHER)
    return EscrowMintSpec.deployed(
        decoder=decoder,
        addresses=ADDRESSES,
        accounts=ACCOUNTS,
        parameters=parameters,
        l2_block=1000,
        ether={"l1": purse, "l2": purse},
    )


@dataclass
class TwoChains:
    """The system with both gateways running; ``block`` and ``time`` are those of both chains."""

    spec: EscrowMintSpec = field(default_factory=deploy)
    block: int = 1000
    time: int = 1_700_000_000
    basefee: int = 10

    def __post_init__(self) -> None:
        self.send(self.spec.l1_gateway.unpause, GOVERNOR)
        self.send(self.spec.l2_gateway.unpause, GOVERNOR)

    def call(self, sender: int, value: int = 0) -> Call:
        """A call made now."""
        return Call(sender, value, self.block, self.time, self.basefee)

    def send(self, method: Callable[..., Any], sender: int, *args: Any, value: int = 0) -> Any:
        """A transaction that must succeed; what it returns."""
        return self.spec.perform(method, self.call(sender, value), *args)

    def refusal(self, method: Callable[..., Any], sender: int, *args: Any, value: int = 0) -> str:
        """Why a transaction reverts, which it must, without a trace."""
        before = self.spec.snapshot()
        try:
            self.spec.perform(method, self.call(sender, value), *args)
        except Revert as refused:
            assert self.spec.snapshot() == before
            return refused.reason
        raise AssertionError(f"{method.__name__} did not revert")

    def orders(self) -> list[RetryableTicketCreated]:
        """All that was ordered for L2 so far."""
        return [each for each in self.spec.sent if isinstance(each, RetryableTicketCreated)]

    def exits(self) -> list[L2ToL1Tx]:
        """All messages to L1 so far."""
        return [each for each in self.spec.sent if isinstance(each, L2ToL1Tx)]

    def submit(self, order: RetryableTicketCreated) -> int:
        """Make the ticket of an order, and do the first try if one is scheduled."""
        value = order.deposit - order.submission_fee
        purse = self.spec.ether["l2"]
        purse[ARBOS] = purse.get(ARBOS, 0) + value
        ticket: int = self.send(
            self.spec.l2_retryables.submit_retryable,
            ARBOS,
            order.message_num,
            order.sender,
            order.to,
            order.l2_call_value,
            order.excess_fee_refund_address,
            order.call_value_refund_address,
            order.gas_limit,
            order.max_fee_per_gas,
            order.data,
            value=value,
        )
        self.retry()
        return ticket

    def redeem(self, ticket: int, sender: int = BOB) -> bool:
        """Try a ticket again; whether its call worked."""
        self.send(self.spec.l2_retryables.redeem, sender, ticket)
        return self.retry()

    def retry(self) -> bool:
        """Do the scheduled try, as the environment does at once; whether the call worked."""
        books = self.spec.l2_retryables
        if books.redeem_head == books.redeem_tail:
            return False
        number = books.redeem_queue[books.redeem_head]
        ticket = books.tickets[number]
        self.spec.move_ether("l2", ARBOS, ticket.from_, ticket.call_value)
        call = self.call(ticket.from_, ticket.call_value)
        failure = self.spec.attempt("l2", call, ticket.to, ticket.data)
        back = 0 if failure is None else ticket.call_value
        self.spec.move_ether("l2", ticket.from_, ARBOS, back)
        self.send(books.finish_redeem, ARBOS, number, failure is None, value=back)
        return failure is None

    def confirm(self, message: L2ToL1Tx) -> tuple[int, int, int, int, bytes]:
        """Let a message's challenge period pass; the arguments that execute it."""
        item = (
            message.position,
            message.caller,
            message.destination,
            message.value,
            message.data,
        )
        self.send(self.spec.l1_outbox.confirm, ROLLUP, message.position, item_hash(*item))
        return item


def deposit(world: TwoChains, sender: int, to: int, amount: int, gas_price: int = 20) -> None:
    """Send tokens to L2; with a gas price of 20 wei the ticket is tried at once, with 0 never."""
    spec, cost, gas = world.spec, 10**6, 10**5
    data = abi_encode(["uint256", "bytes"], [cost, b""])
    world.send(spec.l1_token.approve, sender, spec.l1_gateway.address, amount)
    world.send(
        spec.l1_gateway.outbound_transfer,
        sender,
        spec.l1_token.address,
        to,
        amount,
        gas,
        gas_price,
        data,
        value=cost + gas * gas_price,
    )


def withdraw(world: TwoChains, sender: int, to: int, amount: int) -> L2ToL1Tx:
    """Burn tokens on L2 so that they are paid on L1; the message."""
    spec = world.spec
    world.send(spec.l2_token.approve, sender, spec.l2_gateway.address, amount)
    world.send(spec.l2_gateway.outbound_transfer, sender, spec.l1_token.address, to, amount, b"")
    return world.exits()[-1]


def stake_on_l1(world: TwoChains, owner: int, amount: int, to: int) -> None:
    """Give an account tokens of Alice and bond them."""
    spec = world.spec
    if owner != ALICE:
        world.send(spec.l1_token.transfer, ALICE, owner, amount)
    world.send(spec.l1_token.approve, owner, spec.l1_bonding.address, amount)
    world.send(spec.l1_bonding.bond, owner, amount, to)


def alias_of(model: Model, contract: str) -> int:
    """Under which address a contract of L1 acts on L2."""
    return apply_alias(model.contracts[contract].address)
