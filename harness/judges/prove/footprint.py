"""What properties read: so that a proof assumes what matters to it, of the entries that matter.

A property is evaluated once on states of which nothing is known, along all of its paths, and what
it asks of the world is written down.  Nothing rests on a footprint being right: it only chooses
among what may be assumed anyway.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from harness.compiled import CompiledSystem
from harness.errors import HarnessError
from harness.judges.prove.cases import cases_of
from harness.judges.prove.endings import parameters
from harness.judges.prove.stable import NoCall
from harness.property import Property
from harness.symbolic.explore import TooManyPaths
from harness.symbolic.machine import Block, ChainState, Machine, Region, Setting, Unsupported
from harness.symbolic.terms import Facts, Int, term_scope
from harness.symbolic.values import SymInt
from harness.symbolic.world import Ledger, Moment, Post, SymbolicWorld
from harness.world import (
    Index,
    Key,
    MessageFacts,
    MessageKind,
    MessageStatus,
    Place,
    Value,
    World,
)

__all__ = ["Footprint", "Position", "blank_world", "footprint_of", "positions_of", "variable_of"]

Position = tuple[str, str, int]
"""A contract, a variable, and which of the keys that lead into it."""

_EVERYWHERE = ("", "")
_MESSAGES = "messages"


@dataclass(frozen=True)
class Footprint:
    """What a property reads."""

    reads: frozenset[tuple[str, str]]
    """Contracts and their variables; an empty name stands for all of them."""
    keys: Mapping[str, frozenset[Position]] = field(default_factory=dict)
    """Where each *for all* parameter is used as a key; none where it may be anything."""

    def meets(self, touched: frozenset[tuple[str, str]]) -> bool:
        """Whether the property reads any of some variables."""
        if _EVERYWHERE in self.reads or self.reads & touched:
            return True
        whole = {contract for contract, variable in self.reads if not variable}
        return any(contract in whole for contract, _ in touched) or any(
            not variable and any(contract == each for each, _ in self.reads)
            for contract, variable in touched
        )


def blank_world(
    compiled: CompiledSystem, settings: Mapping[str, Setting], initial: World, era: str
) -> SymbolicWorld:
    """A state of which nothing is known; those of different eras have nothing in common but the
    clocks."""
    machines = {chain: Machine(setting) for chain, setting in settings.items()}
    moments = {
        chain: Moment(ChainState(chain).havoc(era), Facts(), Block.symbolic(chain))
        for chain in settings
    }
    ledger = Ledger(Post(compiled, machines)) if compiled.system.transports else Ledger()
    return SymbolicWorld(compiled, machines, moments, ledger, initial)


def footprint_of(
    each: Property, compiled: CompiledSystem, settings: Mapping[str, Setting], initial: World
) -> Footprint:
    """The footprint of an invariant, or of a transition that ignores its call.

    One that cannot be evaluated, or looks at a call, is taken to read everything.
    """
    with term_scope():
        symbols = dict(parameters(each.forall))
        notes = _Notes(blank_world(compiled, settings, initial, ""), symbols)
        worlds: tuple[Any, ...] = (each.system(notes),)
        if len(each.kind.states) > 1:
            worlds = (*worlds, NoCall(), *worlds)
        try:
            cases_of(each, (*worlds, *map(SymInt, symbols.values())))
        except (Unsupported, TooManyPaths, HarnessError):
            return Footprint(frozenset(notes.reads | {_EVERYWHERE}))
        return Footprint(
            frozenset(notes.reads),
            {name: frozenset(found) for name, found in notes.keys.items() if found is not None},
        )


class _Notes:
    """A world that writes down what it is asked."""

    def __init__(self, world: SymbolicWorld, symbols: Mapping[str, Int]) -> None:
        self.reads: set[tuple[str, str]] = set()
        self.keys: dict[str, set[Position] | None] = {name: set() for name in symbols}
        self._world = world
        self._symbols = symbols

    def __getattr__(self, name: str) -> Any:
        return getattr(self._world, name)

    @property
    def compiled(self) -> CompiledSystem:
        return self._world.compiled

    def load(self, place: Place) -> Value:
        self._note(place)
        return self._world.load(place)

    def total(self, place: Place) -> Value:
        self._note(place)
        return self._world.total(place)

    def _note(self, place: Place) -> None:
        self.reads.add((place.contract, place.variable))
        at = [each for each in place.path if isinstance(each, Key | Index)]
        for number, accessor in enumerate(at):
            for name, symbol in self._symbols.items():
                found = self.keys[name]
                if _is(accessor.value, symbol) and found is not None:
                    found.add((place.contract, place.variable, number))

    def events(self, contract: str, event: str, field: str) -> Value:
        self.reads.add((contract, f"event {event}"))
        return self._world.events(contract, event, field)

    def view(self, contract: str, function: str, args: Sequence[Value]) -> Value:
        self.reads.add((contract, ""))
        self._anything(args)
        return self._world.view(contract, function, args)

    def ether(self, chain: str, address: Value) -> Value:
        self.reads.add((chain, "ether"))
        self._anything((address,))
        return self._world.ether(chain, address)

    def message_total(self, kind: MessageKind, status: MessageStatus | None, field: str) -> Value:
        self.reads.add((_MESSAGES, kind.channel))
        return self._world.message_total(kind, status, field)

    def message(self, channel: str, number: Value) -> MessageFacts:
        self._numbered(channel, number)
        return self._world.message(channel, number)

    def is_of_kind(self, kind: MessageKind, number: Value) -> Value:
        self._numbered(kind.channel, number)
        return self._world.is_of_kind(kind, number)

    def message_argument(self, kind: MessageKind, field: str, number: Value) -> Value:
        self._numbered(kind.channel, number)
        return self._world.message_argument(kind, field, number)

    def _numbered(self, channel: str, number: Value) -> None:
        self.reads.add((_MESSAGES, channel))
        for name, symbol in self._symbols.items():
            found = self.keys[name]
            if _is(number, symbol) and found is not None:
                found.add((_MESSAGES, channel, 0))

    def _anything(self, values: Sequence[Value]) -> None:
        """A parameter that is passed on may be used as a key of anything."""
        for value in values:
            for name, symbol in self._symbols.items():
                if _is(value, symbol):
                    self.keys[name] = None


def _is(value: Value, symbol: Int) -> bool:
    return isinstance(value, SymInt) and value.term is symbol


def positions_of(region: object, keys: Sequence[Int]) -> list[tuple[Int, Position | None]]:
    """Each key of an entry, and where it stands; None where no layout tells.

    The number of a message is a key of its channel, which stands in the place of a region.
    """
    if isinstance(region, str):
        return [(key, (_MESSAGES, region, 0)) for key in keys]
    found: list[tuple[Int, Position | None]] = []
    for number, key in enumerate(keys):
        variable = variable_of(region)
        found.append((key, None if variable is None else (*variable, number)))
    return found


def variable_of(region: object) -> tuple[str, str] | None:
    """The contract and the variable that a region belongs to; None where no layout tells."""
    if not isinstance(region, Region) or not region.fields or not region.fields[0].variable:
        return None
    return region.contract, region.fields[0].variable
