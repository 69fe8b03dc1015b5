"""A world that notes what is read from it, so that a verdict can show the values it rests on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from harness.compiled import CompiledSystem
from harness.world import MessageFacts, MessageKind, MessageStatus, Place, Value, World

__all__ = ["Recorder"]


class Recorder:
    """Collects readings by name, in the order in which they were first made."""

    def __init__(self) -> None:
        self.readings: dict[str, Any] = {}

    def watch(self, world: World, name: str) -> World:
        """The same world, noted under ``name`` whenever it is read."""
        return _Watched(world, name, self)


class _Watched:
    def __init__(self, world: World, name: str, recorder: Recorder) -> None:
        self._world = world
        self._name = name
        self._recorder = recorder

    @property
    def compiled(self) -> CompiledSystem:
        return self._world.compiled

    def _note(self, what: str, value: Value) -> Value:
        self._recorder.readings[f"{self._name}.{what}"] = value
        return value

    def load(self, place: Place) -> Value:
        return self._note(self._place(place), self._world.load(place))

    def total(self, place: Place) -> Value:
        value = self._world.total(place)
        self._recorder.readings[f"sum of {self._name}.{self._place(place)}"] = value
        return value

    def _place(self, place: Place) -> str:
        path = "".join(self._accessor(each) for each in place.path)
        return f"{place.contract}.state.{place.variable}{path}"

    def _accessor(self, accessor: Any) -> str:
        value = getattr(accessor, "value", None)
        if isinstance(value, int) and value >= 1 << 64 and value < 1 << 160:
            return f"[{self.compiled.names.label(value)}]"
        return str(accessor)

    def events(self, contract: str, event: str, field: str) -> Value:
        what = f"{contract} {event}.{field} total" if field else f"{contract} {event} count"
        return self._note(what, self._world.events(contract, event, field))

    def view(self, contract: str, function: str, args: Sequence[Value]) -> Value:
        shown = ", ".join(map(str, args))
        value = self._world.view(contract, function, args)
        return self._note(f"{contract}.{function}({shown})", value)

    def ether(self, chain: str, address: Value) -> Value:
        label = self.compiled.names.label(int(address))
        return self._note(f"{chain} ether of {label}", self._world.ether(chain, address))

    def block(self, chain: str) -> Value:
        return self._note(f"{chain}.block", self._world.block(chain))

    def time(self, chain: str) -> Value:
        return self._note(f"{chain}.time", self._world.time(chain))

    def message_total(self, kind: MessageKind, status: MessageStatus | None, field: str) -> Value:
        state = f"{status.value} " if status else ""
        what = f"{state}messages {kind.contract}.{kind.function} {field or 'count'}"
        return self._note(what, self._world.message_total(kind, status, field))

    def message(self, channel: str, number: Value) -> MessageFacts:
        facts = self._world.message(channel, number)
        shown = [
            name for name in ("in_flight", "delivered", "lost", "accepted") if getattr(facts, name)
        ]
        state = ", ".join(shown) if facts.sent else "not sent"
        due = f", {facts.due} attempts due" if facts.due else ""
        self._note(f"message {number} of {channel}", f"{state}{due}".replace("_", " "))
        return facts

    def is_of_kind(self, kind: MessageKind, number: Value) -> Value:
        what = f"message {number} of {kind.channel} asks for {kind.contract}.{kind.function}"
        return self._note(what, self._world.is_of_kind(kind, number))

    def message_argument(self, kind: MessageKind, field: str, number: Value) -> Value:
        what = f"{field} of message {number} of {kind.channel} for {kind.contract}.{kind.function}"
        return self._note(what, self._world.message_argument(kind, field, number))

    def initially(self) -> World:
        return _Watched(self._world.initially(), f"{self._name}.initially", self._recorder)
