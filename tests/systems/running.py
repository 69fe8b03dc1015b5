"""Driving escrow-and-mint by hand, with its specification and all its properties looking on."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from harness.chain.world import Outcome
from harness.compiled import CompiledSystem, compile_system
from harness.judges.fuzz.session import Session
from harness.property import Property
from harness.step import CallStep, ClockStep, RelayStep, Step
from harness.targets import load_targets
from harness.world import MessageStatus
from properties.escrow_mint import EscrowMint
from properties.escrow_mint.system import LPT, SUBMISSION_COST
from properties.messaging import TO_L1, TO_L2

ROOT = Path(__file__).parents[2]
GAS, PRICE = 100_000, 10**9


@cache
def compiled() -> CompiledSystem:
    """The system, compiled once."""
    return compile_system(EscrowMint, ROOT)


@cache
def properties() -> tuple[Property, ...]:
    """All properties of the system, the refinement of its specification among them."""
    targets = load_targets(["properties/escrow_mint"], ROOT)
    return next(t.properties for t in targets if t.system is EscrowMint)


def words(*numbers: int) -> bytes:
    """Numbers, each in 32 bytes."""
    return b"".join(number.to_bytes(32, "big") for number in numbers)


class Bridge:
    """The deployed system: every step is followed by the specification and checked."""

    def __init__(self) -> None:
        self.session = Session(compiled(), properties())
        self.broken_at_start = self.session.check_start()
        self.session.begin()
        self.w = EscrowMint(self.session.world)

    def do(self, step: Step) -> Outcome:
        """Make a step, after which everything must hold."""
        outcome = self.session.do(step)
        broken = [
            (each.property.id, [(r.name, r.value) for r in each.readings])
            for each in self.session.violations
        ]
        assert broken == [], step
        assert self.session.faults == {}
        return outcome

    def call(self, who: str, where: str, function: str, *args: Any, value: int = 0) -> None:
        """A call that must succeed."""
        assert self.reason(who, where, function, *args, value=value) == ""

    def reason(self, who: str, where: str, function: str, *args: Any, value: int = 0) -> str:
        """Why a call reverts; empty if it succeeds."""
        made = self.do(CallStep(who, where, function, args, value)).transactions[0]
        return self.session.world.reason(made.contract, made.receipt)

    def relay(self, channel: str, number: int, action: str, who: str = "stranger") -> str:
        """Let the transport act; why the last of its transactions reverted, or nothing."""
        made = self.do(RelayStep(channel, number, action, who)).transactions
        if not made:
            return "nothing was done"
        return self.session.world.reason(made[-1].contract, made[-1].receipt)

    def wait(self, rounds: int) -> None:
        """Let rounds pass on both chains."""
        self.do(ClockStep(50 * rounds))

    def deposit(self, who: str, amount: int, *, gas: int = GAS) -> int:
        """Send LPT to the same account on L2; the number of the ticket."""
        data = words(SUBMISSION_COST, 64, 0)
        account = int(compiled().address(who))
        args = (self.w.l1_token.address, account, amount, gas, PRICE, data)
        value = SUBMISSION_COST + gas * PRICE
        self.call(who, "l1_gateway", "outboundTransfer", *args, value=value)
        return len(self.session.world.messages(TO_L2)) - 1

    def withdraw(self, who: str, amount: int) -> int:
        """Burn LPT on L2 for the same account on L1; the position of the message."""
        account = int(compiled().address(who))
        args = (self.w.l1_token.address, account, amount, b"")
        self.call(who, "l2_gateway", "outboundTransfer", *args)
        return len(self.session.world.messages(TO_L1)) - 1

    def migrate(self, who: str, orchestrator: str, *, gas: int = GAS) -> int:
        """Migrate an account's stake; the number of the ticket."""
        to = int(compiled().address(orchestrator))
        value = SUBMISSION_COST + gas * PRICE
        args = (to, SUBMISSION_COST, gas, PRICE)
        self.call(who, "l1_migrator", "migrate", *args, value=value)
        return len(self.session.world.messages(TO_L2)) - 1

    def status(self, channel: str, number: int) -> MessageStatus:
        """What became of a message."""
        return self.session.world.messages(channel)[number].status

    def l1(self, who: str) -> int:
        """LPT of an account on L1, in wei."""
        return int(self.w.l1_token.state._balances[compiled().address(who)])

    def l2(self, who: str) -> int:
        """LPT of an account on L2, in wei."""
        return int(self.w.l2_token.state._balances[compiled().address(who)])

    def supplies(self) -> tuple[int, int]:
        """All LPT of L1 and of L2, in wei."""
        w = self.w
        return int(w.l1_token.state._totalSupply), int(w.l2_token.state._totalSupply)

    def stake(self, chain: str, who: str) -> tuple[int, int, int]:
        """An account's own stake, the stake delegated to it (wei), and its delegate."""
        books = self.w.l1_bonding if chain == "l1" else self.w.l2_staking
        entry = books.state.delegators[compiled().address(who)]
        return entry.bondedAmount, entry.delegatedAmount, entry.delegate


__all__ = ["GAS", "LPT", "PRICE", "ROOT", "Bridge", "compiled", "properties", "words"]
