"""The Hypothesis state machine, generated from a system.

Its table of steps has every function of every contract that may change the state, plain transfers
of ether, moves of the clock, and whatever the transports can do with messages; each as often as it
is worth.  A case first chooses contracts to leave alone, so that the others meet more often.

The table is drawn from by one rule.  A rule for each entry would be more usual, but Hypothesis
then draws for each of some hundred rules whether it is enabled, which takes longer than the EVM.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from harness.compile import Abi, AbiFunction
from harness.judges.fuzz.session import Session
from harness.judges.fuzz.strategies import ArgumentDrawer
from harness.step import CallStep, ClockStep, RelayStep
from harness.system import Account, Actor
from harness.transport import Action
from harness.world import Message, MessageStatus

__all__ = ["Found", "build_machine"]

_RELAY_EVERY = 4
_CLOCK_EVERY = 20
_IDLE = 4
_EVEN_UP_TO = 100
_WHO = st.sampled_from((True, True, True, False))
_SUGGESTED = st.integers(0, 9)
_BLOCKS = st.sampled_from((1, 2, 5, 50, 300, 5_760, 7_200, 40_320, 50_400, 60_000))


class Found(Exception):
    """A step broke a property: the case is over."""


Body = Callable[[st.DataObject], None]
Option = TypeVar("Option")


@dataclass(frozen=True, slots=True)
class _Entry:
    """A kind of step: the contract that it belongs to, if any, its weight, and what makes it."""

    contract: str
    weight: int
    body: Body


def build_machine(session: Session) -> type[RuleBasedStateMachine]:
    """A state machine class whose steps are those that the session's system allows."""
    table = _table(session)
    contracts = sorted({entry.contract for entry in table if entry.contract})
    quiet = st.sets(st.sampled_from(contracts), max_size=len(contracts) // 2)

    class Machine(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            session.begin()
            self.bodies: list[Body] = []

        @initialize(left_alone=quiet)
        def choose(self, left_alone: set[str]) -> None:
            chosen = [entry for entry in table if entry.contract not in left_alone]
            # First comes doing nothing: Hypothesis tries its simplest choices again and again.
            self.bodies = [_idle, *(e.body for e in chosen for _ in range(e.weight))]

        @rule(data=st.data())
        def step(self, data: st.DataObject) -> None:
            if not session.is_over():
                _pick(data, self.bodies)(data)

        def teardown(self) -> None:
            if session.finish() and not session.reported:
                session.reported = True
                raise Found

    return Machine


def _idle(data: st.DataObject) -> None:
    """The simplest step: none."""


def _table(session: Session) -> list[_Entry]:
    """All kinds of steps with what they are worth."""
    steps = _Steps(session)
    entries: list[_Entry] = []
    for contract, function in session.compiled.transactions():
        if steps.callers(contract, function):
            weight = steps.lessons.weight(contract, function.name)
            entries.append(_Entry(contract, weight, steps.calling(contract, function)))
    for contract in session.compiled.contracts:
        abi = session.compiled.abi(contract)
        if abi.has_receive or abi.fallback == "payable":
            entries.append(_Entry(contract, 1, steps.plain_ether(contract)))
    total = sum(entry.weight for entry in entries)
    if session.compiled.system.transports:
        entries.append(_Entry("", max(1, total // _RELAY_EVERY), steps.relay))
    entries.append(_Entry("", max(1, total // _CLOCK_EVERY), steps.clock))
    return entries


def _pick(data: st.DataObject, options: Sequence[Option]) -> Option:
    """One of some options, each as likely as the others.

    Hypothesis prefers small numbers in ranges of more than 127, so a long list takes two draws.
    """
    if len(options) <= _EVEN_UP_TO:
        return options[data.draw(_index(len(options)))]
    columns = -(-len(options) // _EVEN_UP_TO)
    number = data.draw(_index(_EVEN_UP_TO)) * columns + data.draw(_index(columns))
    return options[number % len(options)]


@lru_cache(maxsize=256)
def _index(length: int) -> st.SearchStrategy[int]:
    return st.integers(0, length - 1)


class _Steps:
    """Draws steps and makes them."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._compiled = session.compiled
        self.lessons = session.lessons.copy()
        compiled = session.compiled
        people = [int(actor.address) for actor in compiled.actors.values()]
        code = [int(contract.address) for contract in compiled.contracts.values()]
        # People twice: most addresses that a function takes are somebody's.
        accounts = (*people, *people, *code, 0)
        calls = tuple(session.compiled.transactions())
        formats = session.compiled.system.bytes_formats
        likely = _addresses_of(session.compiled.system.likely)
        self._arguments = ArgumentDrawer(
            session.pool, accounts, calls, formats, likely, self.lessons
        )
        self._actors = tuple(session.compiled.actors)
        self._everyone = st.sampled_from(self._actors)
        self._callers: dict[tuple[str, str], st.SearchStrategy[str]] = {}
        for contract, function in calls:
            allowed = self.callers(contract, function)
            if allowed:
                self._callers[contract, function.signature] = st.sampled_from(allowed)

    def callers(self, contract: str, function: AbiFunction) -> tuple[str, ...]:
        """The actors who may be tried as callers: all but those trusted not to."""
        name = f"{contract}.{function.name}"
        return tuple(
            actor.name for actor in self._compiled.actors.values() if not _refrains(actor, name)
        )

    def _drawer(self) -> ArgumentDrawer:
        # Each case begins with a copy of the pool of its own.
        self._arguments.pool = self._session.pool
        return self._arguments

    def call(self, data: st.DataObject, contract: str, function: AbiFunction) -> None:
        sender = self._sender(data, contract, function)
        address = int(self._compiled.address(sender))
        drawer = self._drawer()
        args = drawer.arguments(data.draw, contract, function, address)
        value = 0
        if function.is_payable:
            value = self._payment(data, drawer, contract, function, args, address)
        self._do(
            CallStep(
                sender, contract, _reference(self._compiled.abi(contract), function), args, value
            )
        )

    def _sender(self, data: st.DataObject, contract: str, function: AbiFunction) -> str:
        succeeded = sorted(self.lessons.about(contract, function.name).senders)
        if succeeded and bool(data.draw(_WHO)):
            return str(data.draw(st.sampled_from(succeeded)))
        return str(data.draw(self._callers[contract, function.signature]))

    def _payment(
        self,
        data: st.DataObject,
        drawer: ArgumentDrawer,
        contract: str,
        function: AbiFunction,
        args: tuple[Any, ...],
        sender: int,
    ) -> int:
        system = self._compiled.system
        if data.draw(_SUGGESTED):
            names = (p.name for p in function.inputs)
            named = dict(zip(names, args, strict=True))
            view = system(self._session.world)
            suggested = system.payment(view, contract, function.name, named)
            if suggested is not None and 0 <= suggested < 1 << 256:
                return suggested
        return drawer.ether(data.draw, contract, sender)

    def calling(self, contract: str, function: AbiFunction) -> Body:
        """What calls a function."""
        return lambda data: self.call(data, contract, function)

    def plain_ether(self, contract: str) -> Body:
        """What sends ether to a contract."""

        def send(data: st.DataObject) -> None:
            sender = data.draw(self._everyone)
            drawer = self._drawer()
            address = int(self._compiled.address(sender))
            amount = drawer.ether(data.draw, contract, address)
            self._do(CallStep(sender, contract, "", (), amount))

        return send

    def relay(self, data: st.DataObject) -> None:
        """Let a transport do something with a message."""
        world = self._session.world
        possible: dict[tuple[str, int], list[Action]] = {}
        for transport in self._compiled.system.transports:
            for action in transport.actions(world):
                possible.setdefault((action.channel, action.message), []).append(action)
        # Now and then there is nothing to do: that costs nothing, an idle attempt does.
        weighted: list[tuple[str, int] | None] = [None] * _IDLE
        for channel, number in possible:
            message = world.messages(channel)[number]
            weighted += [(channel, number)] * _worth(message)
        key = _pick(data, weighted)
        if key is None:
            return
        chosen = possible[key]
        likely = [a for a in chosen for _ in range(3 * len(chosen) if a.hopeful else 1)]
        action = _pick(data, likely)
        sender = data.draw(self._everyone)
        self._do(RelayStep(action.channel, action.message, action.name, sender))

    def clock(self, data: st.DataObject) -> None:
        """Let time pass."""
        lags = {decl.lag for decl in self._compiled.chains.values()}
        lag = data.draw(st.sampled_from((0, *sorted(lags))))
        self._do(ClockStep(data.draw(_BLOCKS), lag))

    def _do(self, step: CallStep | RelayStep | ClockStep) -> None:
        self._session.do(step)
        if self._session.violations:
            self._session.reported = True
            raise Found


def _worth(message: Message) -> int:
    """How often to try something with a message: most with one that makes a call we know."""
    if message.status is not MessageStatus.IN_FLIGHT:
        return 1
    return 12 if message.function else 2


def _addresses_of(likely: Mapping[str, tuple[Any, ...]]) -> dict[str, tuple[Any, ...]]:
    """The same with declarations replaced by their addresses."""
    return {
        where: tuple(int(v.address) if isinstance(v, Account) else v for v in values)
        for where, values in likely.items()
    }


def _reference(abi: Abi, function: AbiFunction) -> str:
    """The function's name, or its signature where the name is overloaded."""
    same = [each for each in abi.functions if each.name == function.name]
    return function.name if len(same) == 1 else function.signature


def _refrains(actor: Actor, name: str) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in actor.refrains)
