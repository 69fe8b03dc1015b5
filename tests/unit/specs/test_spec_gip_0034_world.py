"""The reservoirs' system to drive by hand, and how it is set up."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from specs.abi import encode
from specs.gip_0034 import CONTRACTS, ONE, Accounts, Gip0034Spec, Parameters
from specs.messaging import apply_alias
from specs.model import Revert
from tests.unit.specs.two_chains import (
    ALICE,
    ARBOS,
    BOB,
    CAROL,
    ETHER,
    GOVERNOR,
    ROLLUP,
    TwoChains,
    decoder,
)

GRT = 10**18
SUPPLY = 10_004_000_000 * GRT
RATE = 1_000_000_023_206_889_619
"""Five per cent a year."""
INTERVAL, EPOCH = 50_400, 100
GUARDIAN, ORACLE, KEEPER = 0xB0, 0xB1, 0xB2
COST, GAS = 10**6, 10**5
ADDRESSES = {name: 0xC0 + number for number, name in enumerate(CONTRACTS)}
ACCOUNTS = Accounts(
    l1_governor=GOVERNOR,
    l1_pause_guardian=GUARDIAN,
    l2_governor=GOVERNOR,
    l2_pause_guardian=GUARDIAN,
    rollup=ROLLUP,
    arbos=ARBOS,
    initial_holder=ALICE,
)
PARAMETERS = Parameters(
    initial_supply=SUPPLY,
    l1_epoch_length=EPOCH,
    l1_max_allocation_epochs=3,
    l2_epoch_length=EPOCH,
    l2_max_allocation_epochs=3,
    drip_interval=INTERVAL,
)
SUBGRAPH, OTHER = b"\1" * 32, b"\2" * 32
PROOF, NO_PROOF = b"\7" * 32, bytes(32)


def deploy(parameters: Parameters = PARAMETERS, accounts: Accounts = ACCOUNTS) -> Gip0034Spec:
    """The system right after its contracts were made; everybody has 100 ether on each chain."""
    people = (*range(ALICE, ARBOS + 1), GUARDIAN, ORACLE, KEEPER)
    purse = dict.fromkeys(people, 100 * ETHER)
    return Gip0034Spec.deployed(
        decoder=decoder,
        addresses=ADDRESSES,
        accounts=accounts,
        parameters=parameters,
        ether={"l1": purse, "l2": purse},
    )


@dataclass
class TwoLayers(TwoChains):
    """The system, set up if ``ready``: Bob may drip, the rate is staged, the snapshot taken."""

    spec: Gip0034Spec = field(default_factory=deploy)  # type: ignore[assignment]  # another system
    ready: bool = True

    def __post_init__(self) -> None:
        if not self.ready:
            return
        spec, l1 = self.spec, self.spec.l1_reservoir
        self.send(spec.l1_token.set_minter, GOVERNOR, l1.address, True)
        self.send(spec.l1_gateway.set_callhook_allowed, GOVERNOR, l1.address, True)
        self.send(spec.l2_token.set_minter, GOVERNOR, spec.l2_gateway.address, True)
        self.send(l1.set_issuance_rate, GOVERNOR, RATE)
        self.send(l1.set_allowed_dripper, GOVERNOR, BOB, True)
        self.send(l1.initial_snapshot, GOVERNOR, 0)
        for rewards in (spec.l1_rewards, spec.l2_rewards):
            self.send(rewards.set_subgraph_availability_oracle, GOVERNOR, ORACLE)

    def stage(self, rate: int | None = None, fraction: int | None = None) -> None:
        """Stage a rate, a fraction, or both."""
        if rate is not None:
            self.send(self.spec.l1_reservoir.set_issuance_rate, GOVERNOR, rate)
        if fraction is not None:
            self.send(self.spec.l1_reservoir.set_l2_rewards_fraction, GOVERNOR, fraction)

    def has_message(self) -> bool:
        """Whether a drip would send a message, and so needs ether."""
        l1 = self.spec.l1_reservoir
        return l1.l2_rewards_fraction != 0 or l1.next_l2_rewards_fraction != 0

    def drip(self, blocks: int = 1, gas_price: int = 20, sender: int = BOB) -> None:
        """Drip after some more blocks; with a gas price of 0 the ticket is not tried at once."""
        self.block += blocks
        value = COST + GAS * gas_price if self.has_message() else 0
        terms = (GAS, gas_price, COST, KEEPER)
        self.send(self.spec.l1_reservoir.drip, sender, *terms, value=value)

    def drip_refusal(self, blocks: int = 0, value: int | None = None, keeper: int = KEEPER) -> str:
        """Why a drip reverts after some more blocks."""
        self.block += blocks
        needed = COST + GAS * 20 if self.has_message() else 0
        drip = self.spec.l1_reservoir.drip
        return self.refusal(
            drip, BOB, GAS, 20, COST, keeper, value=needed if value is None else value
        )

    def deliver(self) -> None:
        """Make the tickets of all orders that have none."""
        for order in self.orders()[self.spec.l2_retryables.next_message_num :]:
            self.submit(order)

    def balance(self, contract: str) -> int:
        """The GRT of a contract on its own chain."""
        token = self.spec.contracts[f"{contract[:2]}_token"]
        held: int = token.balance_of(self.spec.contracts[contract].address)  # type: ignore[attr-defined]  # a token
        return held


@pytest.fixture
def world() -> TwoLayers:
    return TwoLayers()


# What the constructors refuse.


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"l1_epoch_length": 0}, "ZeroEpochLength"),
        ({"l2_epoch_length": 0}, "ZeroEpochLength"),
        ({"drip_interval": 0}, "ParameterTooSmall"),
        ({"drip_interval": 2_628_001}, "ParameterTooLarge"),
    ],
)
def test_bad_parameters_are_refused(change: dict[str, int], reason: str) -> None:
    with pytest.raises(Revert, match=reason):
        deploy(replace(PARAMETERS, **change))


def test_every_role_needs_somebody() -> None:
    for role in ("l1_governor", "l1_pause_guardian", "l2_governor", "l2_pause_guardian", "arbos"):
        with pytest.raises(Revert, match="ZeroAddress"):
            deploy(accounts=replace(ACCOUNTS, **{role: 0}))
    with pytest.raises(Revert, match="ERC20InvalidReceiver"):
        deploy(accounts=replace(ACCOUNTS, initial_holder=0))


def test_addresses_must_be_complete() -> None:
    with pytest.raises(ValueError, match="l1_token"):
        Gip0034Spec.deployed(
            decoder=decoder,
            addresses={name: at for name, at in ADDRESSES.items() if name != "l1_token"},
            accounts=ACCOUNTS,
            parameters=PARAMETERS,
        )


# Setting it up.


def test_the_snapshot_is_taken_once_of_what_was_there() -> None:
    spec = deploy()
    world = TwoLayers(spec)
    assert spec.l1_reservoir.issuance_base == SUPPLY
    assert spec.l1_reservoir.rewards_minted_until_block == world.block
    again = world.refusal(spec.l1_reservoir.initial_snapshot, GOVERNOR, 0)
    assert again == "AlreadyInitialised"
    assert world.refusal(spec.l1_reservoir.initial_snapshot, BOB, 0) == "OnlyGovernor"


def test_pending_rewards_are_no_part_of_the_base() -> None:
    world = TwoLayers(ready=False)
    reservoir, token = world.spec.l1_reservoir, world.spec.l1_token
    assert world.refusal(reservoir.initial_snapshot, GOVERNOR, 5) == "OnlyMinter"
    world.send(token.set_minter, GOVERNOR, reservoir.address, True)
    world.send(reservoir.initial_snapshot, GOVERNOR, 5)
    assert reservoir.issuance_base == SUPPLY
    assert token.balance_of(reservoir.address) == 5


def test_there_is_no_snapshot_of_nothing_and_no_drip_without_one() -> None:
    with pytest.raises(Revert, match="ZeroIssuanceBase"):
        TwoLayers(deploy(replace(PARAMETERS, initial_supply=0)))
    world = TwoLayers(ready=False)
    assert world.drip_refusal() == "NotAllowedToDrip"
    world.send(world.spec.l1_reservoir.set_allowed_dripper, GOVERNOR, BOB, True)
    assert world.drip_refusal() == "NotInitialised"


def test_every_setter_is_the_governors(world: TwoLayers) -> None:
    spec = world.spec
    for setter, args in (
        (spec.l1_reservoir.set_issuance_rate, (RATE,)),
        (spec.l1_reservoir.set_l2_rewards_fraction, (0,)),
        (spec.l1_reservoir.set_drip_interval, (INTERVAL,)),
        (spec.l1_reservoir.set_min_drip_interval, (1,)),
        (spec.l1_reservoir.set_drip_reward_per_block, (1,)),
        (spec.l1_reservoir.set_allowed_dripper, (ALICE, True)),
        (spec.l2_reservoir.set_next_drip_nonce, (1,)),
        (spec.l2_reservoir.set_l2_keeper_reward_fraction, (1,)),
        (spec.l1_gateway.set_callhook_allowed, (ALICE, True)),
        (spec.l2_token.set_minter, (ALICE, True)),
        (spec.l2_rewards.set_minimum_subgraph_signal, (1,)),
        (spec.l2_rewards.set_subgraph_availability_oracle, (0,)),
        (spec.l2_staking.set_max_allocation_epochs, (1,)),
    ):
        assert world.refusal(setter, ALICE, *args) == "OnlyGovernor"
        world.send(setter, GOVERNOR, *args)
    assert world.refusal(spec.l1_rewards.set_denied, GOVERNOR, SUBGRAPH, True) == (
        "OnlyAvailabilityOracle"
    )


@pytest.mark.parametrize(
    ("setter", "value", "reason"),
    [
        ("set_issuance_rate", ONE - 1, "ParameterTooSmall"),
        ("set_issuance_rate", 1_000_002_000_000_000_001, "ParameterTooLarge"),
        ("set_l2_rewards_fraction", ONE + 1, "ParameterTooLarge"),
        ("set_drip_interval", 10, "ParameterTooSmall"),
        ("set_drip_interval", 2_628_001, "ParameterTooLarge"),
        ("set_min_drip_interval", INTERVAL, "ParameterTooLarge"),
        ("set_drip_reward_per_block", 10**24 + 1, "ParameterTooLarge"),
    ],
)
def test_parameters_have_limits(world: TwoLayers, setter: str, value: int, reason: str) -> None:
    world.send(world.spec.l1_reservoir.set_min_drip_interval, GOVERNOR, 10)
    assert world.refusal(getattr(world.spec.l1_reservoir, setter), GOVERNOR, value) == reason
    nearest = value + 1 if reason == "ParameterTooSmall" else value - 1
    world.send(getattr(world.spec.l1_reservoir, setter), GOVERNOR, nearest)


# Tokens, the pause, and the bridge.


def test_only_minters_mint_and_everybody_burns(world: TwoLayers) -> None:
    token = world.spec.l1_token
    assert world.refusal(token.mint, GOVERNOR, ALICE, 1) == "OnlyMinter"
    world.send(token.burn, ALICE, GRT)
    assert world.refusal(token.burn, BOB, 1) == "ERC20InsufficientBalance"
    assert world.refusal(token.burn_from, BOB, ALICE, 1) == "ERC20InsufficientAllowance"
    assert world.refusal(token.burn_from, BOB, 0, 0) == "ERC20InvalidApprover"
    world.send(token.approve, ALICE, BOB, 5)
    world.send(token.burn_from, BOB, ALICE, 2)
    assert token.allowances[ALICE, BOB] == 3
    assert token.total_supply == token.balance_of(ALICE) == SUPPLY - GRT - 2


def test_the_guardian_pauses_and_the_governor_starts_again(world: TwoLayers) -> None:
    controller = world.spec.l1_controller
    assert world.refusal(controller.set_paused, ALICE, True) == "NotAllowedToPause"
    world.send(controller.set_paused, GUARDIAN, True)
    assert world.drip_refusal(1) == "SystemPaused"
    assert world.refusal(world.spec.l1_staking.stake, ALICE, 1) == "SystemPaused"
    assert world.refusal(controller.set_paused, GUARDIAN, False) == "NotAllowedToPause"
    world.send(controller.set_paused, GOVERNOR, False)
    world.drip()


def test_tokens_cross_the_bridge_and_come_back(world: TwoLayers) -> None:
    spec = world.spec
    l1, l2, token = spec.l1_gateway, spec.l2_gateway, spec.l1_token.address
    world.send(spec.l1_token.approve, ALICE, l1.address, 7 * GRT)
    data = encode(("uint256", "bytes"), COST, b"")
    value = COST + GAS * 20
    world.send(l1.outbound_transfer, ALICE, token, BOB, 7 * GRT, GAS, 20, data, value=value)
    world.deliver()
    assert spec.l2_token.balances == {BOB: 7 * GRT}
    world.send(spec.l2_token.approve, BOB, l2.address, 3 * GRT)
    world.send(l2.outbound_transfer, BOB, token, CAROL, 3 * GRT, b"")
    item = world.confirm(world.exits()[0])
    world.send(spec.l1_outbox.execute_transaction, ALICE, *item)
    assert spec.l1_token.balance_of(CAROL) == 3 * GRT
    assert l1.escrow() == spec.l2_token.total_supply == 4 * GRT


def test_what_the_gateway_refuses(world: TwoLayers) -> None:
    gateway, token = world.spec.l1_gateway, ADDRESSES["l1_token"]

    def refusal(
        token: int = token,
        to: int = BOB,
        amount: int = 1,
        cost: int = COST,
        extra: bytes = b"",
        funds: int = COST + GAS * 20,
    ) -> str:
        data = encode(("uint256", "bytes"), cost, extra)
        terms = (token, to, amount, GAS, 20, data)
        return world.refusal(gateway.outbound_transfer, ALICE, *terms, value=funds)

    assert refusal(token=1) == "TokenNotGRT"
    assert refusal(to=0) == "InvalidRecipient"
    assert refusal(to=ADDRESSES["l2_gateway"]) == "InvalidRecipient"
    assert refusal(extra=b"x") == "CallhookNotAllowed"
    assert refusal(amount=0) == "InvalidZeroAmount"
    assert refusal(cost=0) == "NoSubmissionCost"
    assert refusal(funds=1) == "WrongEthValue"
    assert refusal() == "ERC20InsufficientAllowance"


def test_what_arrives_must_come_from_the_other_gateway(world: TwoLayers) -> None:
    spec, token = world.spec, ADDRESSES["l1_token"]
    arrive = spec.l2_gateway.finalize_inbound_transfer
    counterpart = apply_alias(spec.l1_gateway.address)
    assert world.refusal(arrive, ALICE, token, ALICE, BOB, 1, b"") == "OnlyCounterpartGateway"
    assert world.refusal(arrive, counterpart, 1, ALICE, BOB, 1, b"") == "TokenNotGRT"
    no_hook = world.refusal(arrive, counterpart, token, ALICE, BOB, 1, b"x")
    assert no_hook == "the receiver cannot be called with data"
    assert world.refusal(
        spec.l1_gateway.finalize_inbound_transfer, ALICE, token, ALICE, BOB, 1, b""
    ) == ("NotFromBridge")
