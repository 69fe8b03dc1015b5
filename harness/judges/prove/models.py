"""A model read back: the call that breaks a property, and what the property sees around it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace
from functools import cached_property
from typing import Any

from harness.address import Address
from harness.compile.abi_types import AbiType
from harness.compiled import CompiledSystem
from harness.judges.prove.endings import Ending
from harness.judges.prove.report import Trial
from harness.judges.prove.units import OTHER, Unit
from harness.judges.recording import Recorder
from harness.property import Kind, Property
from harness.symbolic.explore import explore
from harness.symbolic.machine import Data, meanings
from harness.symbolic.terms import Assignment, Int, Term, evaluate
from harness.symbolic.terms.evaluate import Unassigned
from harness.symbolic.values import SymBool, SymInt
from harness.symbolic.world import SymbolicWorld, SymBytes
from harness.view import Arguments
from harness.world import MessageFacts, MessageKind, MessageStatus, Place, Value, World

__all__ = ["trial_of"]

_LONGEST = 1 << 14
"""Bytes of the longest byte string that a trial has as an argument."""
_WORD = 32


class _Values:
    """Values of terms under a model; 0 for what the model leaves open."""

    def __init__(self, assignment: Assignment) -> None:
        self._assignment = assignment
        self._memo: dict[Term, Any] = {}

    def number(self, term: Int) -> int:
        try:
            return int(evaluate(term, self._assignment, self._memo))
        except (Unassigned, ValueError):
            return 0

    def truth(self, term: Any) -> bool:
        try:
            return bool(evaluate(term, self._assignment, self._memo))
        except (Unassigned, ValueError):
            return False

    def content(self, data: Data) -> bytes:
        """A byte string; empty if it is longer than anybody would send."""
        known = data.known_bytes()
        if known is not None:
            return known
        if self.number(data.length) > _LONGEST:
            return b""
        try:
            return data.concrete(self._readable)
        except (Unassigned, ValueError):
            return b""

    @cached_property
    def _readable(self) -> Assignment:
        """The assignment with a meaning for byte strings that are inputs: those that the model has
        words of, where words that overlap cannot both be had, one of them."""
        model, contents = self._assignment, {}
        for name, table in model.functions.items():
            source, _, what = name.rpartition(".")
            if what == "word" and isinstance(table, Mapping):
                size = min(model.integers.get(f"{source}.length", 0), _LONGEST)
                content = bytearray(size + _WORD)
                for (offset,), word in table.items():
                    if 0 <= offset <= size:
                        content[offset : offset + _WORD] = word.to_bytes(_WORD, "big")
                contents[source] = bytes(content[:size])
        return replace(model, functions={**model.functions, **meanings(contents)})

    def value(self, value: Any) -> Any:
        """A value of a symbolic world as a plain one."""
        if isinstance(value, SymInt):
            return self.number(value.term)
        if isinstance(value, SymBool):
            return self.truth(value.term)
        if isinstance(value, SymBytes):
            return self.number(value.term).to_bytes(value.size, "big")
        if isinstance(value, tuple):
            return tuple(map(self.value, value))
        return value


class _ModelWorld:
    """A symbolic world under a model: it answers with plain values."""

    def __init__(self, world: SymbolicWorld, values: _Values) -> None:
        self._world = world
        self._values = values

    @property
    def compiled(self) -> CompiledSystem:
        return self._world.compiled

    def _plain(self, ask: Callable[[], Value]) -> Value:
        for path in explore(ask):
            if all(self._values.truth(each) for each in path.condition):
                return self._values.value(path.result)
        return None

    def load(self, place: Place) -> Value:
        return self._plain(lambda: self._world.load(place))

    def total(self, place: Place) -> Value:
        return self._plain(lambda: self._world.total(place))

    def events(self, contract: str, event: str, field: str) -> Value:
        return self._plain(lambda: self._world.events(contract, event, field))

    def view(self, contract: str, function: str, args: Sequence[Value]) -> Value:
        return self._plain(lambda: self._world.view(contract, function, args))

    def ether(self, chain: str, address: Value) -> Value:
        return self._plain(lambda: self._world.ether(chain, address))

    def block(self, chain: str) -> Value:
        return self._plain(lambda: self._world.block(chain))

    def time(self, chain: str) -> Value:
        return self._plain(lambda: self._world.time(chain))

    def message_total(self, kind: MessageKind, status: MessageStatus | None, field: str) -> Value:
        return self._plain(lambda: self._world.message_total(kind, status, field))

    def message(self, channel: str, number: Value) -> MessageFacts:
        facts = self._world.message(channel, number)

        def plain(name: str) -> Value:
            return self._plain(lambda: getattr(facts, name))

        return MessageFacts(**{each.name: plain(each.name) for each in fields(facts)})

    def is_of_kind(self, kind: MessageKind, number: Value) -> Value:
        return self._plain(lambda: self._world.is_of_kind(kind, number))

    def message_argument(self, kind: MessageKind, field: str, number: Value) -> Value:
        return self._plain(lambda: self._world.message_argument(kind, field, number))

    def initially(self) -> World:
        return self._world.initially()


def plain_values(assignment: Assignment) -> Callable[[Any], Any]:
    """Turns values on terms into plain ones, by an assignment."""
    return _Values(assignment).value


def trial_of(
    each: Property,
    unit: Unit,
    ending: Ending,
    assignment: Assignment,
    forall: Sequence[tuple[str, Any]],
) -> Trial:
    """The call of a model, with the values that a property reads before and after it."""
    values = _Values(assignment)
    chosen = tuple(
        (name, Address(values.number(symbol)) if kind is Address else values.number(symbol))
        for (name, symbol), (_, kind) in zip(forall, each.forall, strict=True)
    )
    kinds = [p.type for p in unit.function.inputs] if unit.function else []
    args = tuple(
        _argument(kind, raw, values) for kind, (_, raw) in zip(kinds, ending.arguments, strict=True)
    )
    return Trial(
        unit.contract,
        unit.function.signature if unit.function else "",
        values.number(ending.caller) if ending.caller is not None else 0,
        values.number(ending.value),
        args,
        tuple(name for name, _ in ending.arguments),
        chosen,
        _readings(each, ending, values, tuple(value for _, value in chosen)),
        replayable=unit.is_call and not unit.name.endswith(OTHER),
    )


def _readings(
    each: Property, ending: Ending, values: _Values, chosen: tuple[Any, ...]
) -> tuple[tuple[str, Any], ...]:
    recorder = Recorder()
    later = ending.after if len(each.kind.states) == 1 else ending.completed
    after = each.system(recorder.watch(_ModelWorld(later, values), "after"))
    before = each.system(recorder.watch(_ModelWorld(ending.before, values), "before"))
    try:
        if each.kind in (Kind.TRANSITION, Kind.RULE):
            call = ending.call
            assert call is not None
            plain = {name: values.value(v) for name, v in call.args.as_dict().items()}
            concrete = replace(
                call,
                sender=Address(values.value(call.sender)),
                value=values.value(call.value),
                args=Arguments(f"{call.contract}.{call.function}", plain),
                relayed=values.value(call.relayed),
            )
            each.body(before, concrete, after, *chosen)
        else:
            each.body(before, *chosen)
            each.body(after, *chosen)
    except Exception:  # noqa: BLE001  (this is for show: what was read until then is shown)
        pass
    return tuple(recorder.readings.items())


def _argument(kind: AbiType, raw: Any, values: _Values) -> Any:
    """An argument as the ABI takes it."""
    if isinstance(raw, Data):
        content = values.content(raw)
        return content.decode(errors="replace") if kind.kind == "string" else content
    if kind.kind == "bool":
        return values.number(raw) != 0
    if kind.kind == "bytesN":
        return values.number(raw).to_bytes(kind.bits // 8, "big")
    if kind.is_word:
        return values.number(raw)
    if isinstance(raw, tuple):
        parts = (
            [kind.item] * len(raw)
            if kind.item is not None
            else [part.type for part in kind.components]
        )
        return tuple(_argument(k, r, values) for k, r in zip(parts, raw, strict=True))
    return ()
