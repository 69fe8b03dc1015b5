"""The Hypothesis state machine, generated from a system.

Every function of every contract that may change the state becomes a rule, and so do plain
transfers of ether, moves of the clock and whatever the transports can do with messages.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

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
_WHO = st.sampled_from((True, True, True, False))
_SUGGESTED = st.integers(0, 9)
_BLOCKS = st.sampled_from((1, 2, 5, 50, 300, 5_760, 7_200, 40_320, 50_400, 60_000))


class Found(Exception):
    """A step broke a property: the case is over."""


Rule = Callable[[Any, st.DataObject], None]


def build_machine(session: Session) -> type[RuleBasedStateMachine]:
    """A state machine class whose rules are the steps that the session's system allows."""
    drawer = _Steps(session)
    rules: dict[str, Rule] = {}
    for contract, function in session.compiled.transactions():
        if drawer.callers(contract, function):
            for copy in range(drawer.lessons.weight(contract, function.name)):
                name = f"{contract}__{function.selector.hex()}_{copy}"
                rules[name] = _calling(drawer, contract, function)
    for contract in session.compiled.contracts:
        abi = session.compiled.abi(contract)
        if abi.has_receive or abi.fallback == "payable":
            rules[f"{contract}__ether"] = drawer.plain_ether(contract)
    if session.compiled.system.transports:
        rules |= {f"relay_{i}": drawer.relay for i in range(len(rules) // _RELAY_EVERY)}
    rules |= {f"clock_{i}": drawer.clock for i in range(max(1, len(rules) // _CLOCK_EVERY))}

    def start(self: RuleBasedStateMachine) -> None:
        RuleBasedStateMachine.__init__(self)
        session.begin()

    def finish(self: RuleBasedStateMachine) -> None:
        if session.finish() and not session.reported:
            session.reported = True
            raise Found

    members: dict[str, Any] = {"__init__": start, "teardown": finish}
    for name, body in rules.items():
        members[name] = rule(data=st.data())(_method(session, name, body))
    return type("Machine", (RuleBasedStateMachine,), members)


def _method(session: Session, name: str, body: Rule) -> Rule:
    def method(self: RuleBasedStateMachine, data: st.DataObject) -> None:
        if not session.is_over():
            body(self, data)

    method.__name__ = method.__qualname__ = name
    return method


def _calling(drawer: _Steps, contract: str, function: AbiFunction) -> Rule:
    return lambda machine, data: drawer.call(data, contract, function)


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
        self._about_arguments = (accounts, calls, formats, likely, self.lessons)
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

    def call(self, data: st.DataObject, contract: str, function: AbiFunction) -> None:
        session = self._session
        sender = self._sender(data, contract, function)
        address = int(self._compiled.address(sender))
        drawer = ArgumentDrawer(session.pool, *self._about_arguments)
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

    def plain_ether(self, contract: str) -> Rule:
        """A rule that sends ether to a contract."""

        def send(machine: RuleBasedStateMachine, data: st.DataObject) -> None:
            sender = data.draw(self._everyone)
            drawer = ArgumentDrawer(self._session.pool, *self._about_arguments)
            address = int(self._compiled.address(sender))
            amount = drawer.ether(data.draw, contract, address)
            self._do(CallStep(sender, contract, "", (), amount))

        return send

    def relay(self, machine: RuleBasedStateMachine, data: st.DataObject) -> None:
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
        key = weighted[data.draw(st.integers(0, len(weighted) - 1))]
        if key is None:
            return
        chosen = possible[key]
        likely = [a for a in chosen for _ in range(3 * len(chosen) if a.hopeful else 1)]
        action = likely[data.draw(st.integers(0, len(likely) - 1))]
        sender = data.draw(self._everyone)
        self._do(RelayStep(action.channel, action.message, action.name, sender))

    def clock(self, machine: RuleBasedStateMachine, data: st.DataObject) -> None:
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
