"""Witnesses as text: numbered steps with named actors, decoded arguments and their effects.

    1. alice calls vault.deposit() and sends 1 wei
         vault.deposits[alice]: 0 -> 1
    2. bob calls vault.withdraw(amount=1)
         wei of vault: 1 -> 0

    After step 2 this does not hold:
      The vault holds at least what it owes.
      w.vault.ether = 0

:func:`steps_text` is the short form, from the steps alone; :func:`replay_text` tells what happened
when they were run again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from harness.address import Address
from harness.chain.narrative import Change, ReplayedCall, ReplayedStep, arguments_of
from harness.errors import HarnessError
from harness.report.values import named, number, show
from harness.step import CallStep, ClockStep, RelayStep, Step
from harness.world import Message

if TYPE_CHECKING:
    from harness.address import NameBook
    from harness.compiled import CompiledSystem
    from harness.judges.replay import Replay
    from harness.witness import Witness

__all__ = ["conclusion", "ending", "replay_text", "step_text", "steps_text"]

_INDENT = "     "


def steps_text(witness: Witness, compiled: CompiledSystem) -> list[str]:
    """The short form of a witness: its steps, one line each, and what the property read."""
    lines = [f"{i}. {step_text(s, compiled)}" for i, s in enumerate(witness.steps, start=1)]
    if not lines:
        lines = ["right after deployment, without any call"]
    return [*lines, *_readings(witness.forall, witness.readings, compiled.names)]


def replay_text(replay: Replay) -> list[str]:
    """All that happened in a replay: each step with the effects of its transactions."""
    lines: list[str] = []
    for step in replay.steps:
        lines += narrated(step, replay.compiled)
    return lines


def ending(replay: Replay) -> list[str]:
    """How a replay ended: the property's statement and the readings that it failed on."""
    if replay.found is None:
        return []
    broken = replay.found.violation
    readings = [(reading.name, reading.value) for reading in broken.readings]
    return conclusion(
        broken.property.statement,
        replay.found.step,
        broken.forall,
        readings,
        replay.compiled.names,
    )


def conclusion(
    statement: str,
    step: int,
    forall: Sequence[tuple[str, Any]],
    readings: Sequence[tuple[str, Any]],
    names: NameBook,
) -> list[str]:
    """What does not hold after a step, and the values that show it."""
    when = f"After step {step}" if step else "Right after deployment"
    return [f"{when} this does not hold:", f"  {statement}", *_readings(forall, readings, names)]


def _readings(
    forall: Sequence[tuple[str, Any]], readings: Sequence[tuple[str, Any]], names: NameBook
) -> list[str]:
    chosen = [f"  for {name} = {_named_number(value, names)}" for name, value in forall]
    return chosen + [f"  {name} = {_named_number(value, names)}" for name, value in readings]


def _named_number(value: Any, names: NameBook) -> str:
    """A value whose type was lost on its way through a file: an address is known by its name."""
    is_number = isinstance(value, int) and not isinstance(value, bool | Address)
    if is_number and value >= 1 << 32 and names.name(value):
        return names.label(value)
    return show(value, names)


def step_text(step: Step, compiled: CompiledSystem) -> str:
    """One step in one line."""
    if isinstance(step, ClockStep):
        return _clock(step, compiled)
    if isinstance(step, RelayStep):
        return f"the transport {_does(step)} ({step.sender} asks)"
    chain = _on(compiled, compiled.contracts[step.contract].chain.name)
    paid = f" and sends {number(step.value, 'wei')}" if step.value and step.function else ""
    if not step.function:
        return f"{step.sender} sends {number(step.value, 'wei')} to {step.contract}{chain}"
    return f"{step.sender} calls {_call(step, compiled)}{paid}{chain}"


def _call(step: CallStep, compiled: CompiledSystem) -> str:
    try:
        function = compiled.abi(step.contract).function(step.function)
        shown = _arguments(arguments_of(function, step.args), compiled.names)
    except (HarnessError, ValueError, TypeError):
        # The contract has changed since: the arguments are shown as they were saved.
        shown = ", ".join(show(arg, compiled.names) for arg in step.args)
    return f"{step.contract}.{step.function.partition('(')[0]}({shown})"


def _clock(step: ClockStep, compiled: CompiledSystem) -> str:
    times = [d.block_time for d in compiled.chains.values() if d.follows is None]
    seconds = step.blocks * max(times, default=0)
    lag = f", a lag of {step.lag} blocks between chains" if step.lag else ""
    return f"time passes: {_count(step.blocks, 'block')} ({number(seconds)} s){lag}"


def _does(step: RelayStep) -> str:
    """An action as a sentence: ``deliver_late`` becomes *delivers message 3 of x late*."""
    verb, *rest = re.split(r"[\s_-]+", step.action)
    if verb.endswith("y") and verb[-2:-1] not in tuple("aeiou"):
        verb = f"{verb[:-1]}ies"
    else:
        verb += "es" if verb.endswith(("s", "sh", "ch", "x", "z")) else "s"
    tail = f" {' '.join(rest)}" if rest else ""
    return f"{verb} message {step.message} of {step.channel}{tail}"


def narrated(step: ReplayedStep, compiled: CompiledSystem) -> list[str]:
    """A step with its effects, one line each."""
    own = isinstance(step.step, CallStep) and bool(step.calls)
    mark = _reverted(step.calls[0], compiled.names) if own else ""
    lines = [f"{step.number}. {step_text(step.step, compiled)}{mark}"]
    if own:
        lines += [_INDENT + line for line in _effects(step.calls[0], compiled)]
    for call in step.calls[1:] if own else step.calls:
        heading = _transaction(call, compiled) + _reverted(call, compiled.names)
        lines.append(f"{_INDENT}{heading}")
        lines += [f"{_INDENT}  {line}" for line in _effects(call, compiled)]
    for name in step.moved:
        block, time = step.clocks[name]
        lines.append(f"{_INDENT}{name} is at block {block:_}, time {time:_}")
    return lines


def _reverted(call: ReplayedCall, names: NameBook) -> str:
    if call.succeeded:
        return ""
    reason = named(call.reason, names).removeprefix("reverted: ").removeprefix("reverted ")
    return f" -- REVERTS: {reason}"


def _transaction(call: ReplayedCall, compiled: CompiledSystem) -> str:
    """A transaction that was made in passing, in one line."""
    names = compiled.names
    sender, chain = names.label(call.sender), _on(compiled, call.chain)
    paid = f" and sends {number(call.value, 'wei')}" if call.value else ""
    target = call.contract or names.label(call.target)
    if call.function:
        return f"{sender} calls {target}.{call.function}({_arguments(call.arguments, names)})" + (
            f"{paid}{chain}"
        )
    if call.data:
        return f"{sender} calls {target} with data {show(call.data, names)}{paid}{chain}"
    return f"{sender} sends {number(call.value, 'wei')} to {target}{chain}"


def _effects(call: ReplayedCall, compiled: CompiledSystem) -> Iterator[str]:
    names = compiled.names
    for change in call.changes:
        yield _change(change, names)
    where = _on(compiled, call.chain)
    for change in call.ether:
        yield f"wei of {_change(change, names)}{where}"
    for event in call.events:
        yield f"event {event.contract}.{event.name}({_arguments(event.values.items(), names)})"
    for message in call.sent:
        yield _sent(message, names)


def _change(change: Change, names: NameBook) -> str:
    return f"{change.name}: {show(change.before, names)} -> {show(change.after, names)}"


def _sent(message: Message, names: NameBook) -> str:
    asks = f"{message.contract}.{message.function}({_arguments(message.args, names)})"
    what = asks if message.contract else f"a call of {names.label(message.target)}"
    return f"message {message.number} of {message.channel} is sent: {what}"


def _arguments(pairs: Iterable[tuple[str, Any]], names: NameBook) -> str:
    return ", ".join(f"{name}={show(value, names)}" for name, value in pairs)


def _on(compiled: CompiledSystem, chain: str) -> str:
    return f" on {chain}" if len(compiled.chains) > 1 else ""


def _count(count: int, noun: str) -> str:
    return f"{number(count)} {noun}{'' if count == 1 else 's'}"
