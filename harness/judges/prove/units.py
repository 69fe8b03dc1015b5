"""What can change the state of a system: the units of which each is proved on its own.

l1_token.transfer(address,uint256)   a call of a function
l1_token.*                           any other call: plain ether, a selector that no function has
outside@l1                           a transaction that calls none of the system's contracts
failed@l1_to_l2                      a message that is due is tried, and its call fails
delivered@l1_to_l2                   it succeeds, and is none that any declared kind asks for
environment                          time passes, and ether turns up
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from harness.compile import AbiFunction, instructions
from harness.compiled import CompiledSystem
from harness.property import Kind, Property
from harness.symbolic.terms import Bool, Int, compare, const
from harness.transport import Channel

__all__ = [
    "DELIVERED",
    "ENVIRONMENT",
    "FAILED",
    "INVARIANTS",
    "OTHER",
    "OUTSIDE",
    "PROVABLE",
    "Unit",
    "barred",
    "channels_due",
    "ranks",
    "senders",
    "speaks_of",
    "units_of",
]

INVARIANTS = (Kind.INVARIANT, Kind.BOUND)
_CALLS = frozenset({0xF1, 0xF2, 0xF4, 0xFA})
"""CALL, CALLCODE, DELEGATECALL and STATICCALL."""

PROVABLE = (*INVARIANTS, Kind.TRANSITION, Kind.RULE, Kind.REFINEMENT, Kind.SUMMARY)
"""Kinds of properties that can be proved; all but summaries unit by unit."""

ENVIRONMENT = "environment"
OUTSIDE = "outside"
OTHER = "*"
FAILED = "failed"
DELIVERED = "delivered"


@dataclass(frozen=True)
class Unit:
    """One of the things that can happen."""

    name: str
    chain: str = ""
    contract: str = ""
    function: AbiFunction | None = None
    channel: str = ""
    """The channel of which a message is tried."""
    accepted: bool = False
    """Whether that succeeds."""

    @property
    def is_call(self) -> bool:
        """Whether a contract of the system is called."""
        return bool(self.contract)

    @property
    def called(self) -> str:
        """The name of the called function; empty where none is."""
        return self.function.name if self.function else ""


def units_of(compiled: CompiledSystem) -> dict[str, Unit]:
    """All units of a system by name."""
    found = [
        Unit(f"{name}.{function.signature}", _chain(compiled, name), name, function)
        for name, function in compiled.transactions()
    ]
    found += [Unit(f"{name}.{OTHER}", _chain(compiled, name), name) for name in compiled.contracts]
    found += [Unit(f"{OUTSIDE}@{chain}", chain) for chain in compiled.chains]
    found += [
        Unit(f"{name}@{channel.name}", channel.to, channel=channel.name, accepted=accepted)
        for channel in channels_due(compiled)
        for name, accepted in ((FAILED, False), (DELIVERED, True))
    ]
    found.append(Unit(ENVIRONMENT))
    return {unit.name: unit for unit in found}


def ranks(compiled: CompiledSystem, units: Mapping[str, Unit]) -> dict[str, int]:
    """Which units to begin with, the lowest number first, before it is known how long each takes.

    Calls of functions, and those of contracts that make many calls before others: they go through
    more of the system, take longer, and are likelier to break what holds of several contracts.
    Before all of them what takes data of any length, most often a call to be made: that takes
    longest, and should not be what the others are waited for.
    """
    calls = {
        name: sum(each.opcode in _CALLS for each in instructions(artifact.runtime_code))
        for name, artifact in compiled.artifacts.items()
    }
    last = 1 + max(calls.values(), default=0)

    def rank(unit: Unit) -> int:
        if unit.function is None:
            return last + 1
        takes_data = any(each.type.name == "bytes" for each in unit.function.inputs)
        return (0 if takes_data else last) - calls[unit.contract]

    return {name: rank(unit) for name, unit in units.items()}


def channels_due(compiled: CompiledSystem) -> list[Channel]:
    """The channels on which the environment itself makes the calls that messages ask for."""
    return [
        channel
        for transport in compiled.system.transports
        for channel in transport.carries
        if channel.due is not None
    ]


def _chain(compiled: CompiledSystem, contract: str) -> str:
    return compiled.contracts[contract].chain.name


def senders(
    compiled: CompiledSystem, unit: Unit, caller: Int, also: frozenset[str] = frozenset()
) -> tuple[Bool, ...]:
    """Who may make a call: anybody but the contracts themselves and trusted actors who refrain.

    Nobody has the address 0.  ``also`` names contracts that may call nevertheless: their calls are
    not followed from where they are made.
    An actor who refrains from everything acts for a transport, which may make any call in his
    name; so may anybody else in whose name a transport delivers.
    """
    return tuple(compare.ne(caller, const(address)) for address in barred(compiled, unit, also))


def barred(
    compiled: CompiledSystem, unit: Unit, also: frozenset[str] = frozenset()
) -> tuple[int, ...]:
    """The addresses that make no call of a unit; see :func:`senders`."""
    found = [
        int(declared.address)
        for declared in compiled.contracts.values()
        if declared.chain.name == unit.chain and declared.name not in also
    ]
    name = f"{unit.contract}.{unit.called}"
    for actor in compiled.actors.values():
        moved = bool(compiled.system.transports) and "*" in actor.refrains
        refrains = any(fnmatchcase(name, pattern) for pattern in actor.refrains)
        if unit.is_call and refrains and not moved:
            found.append(int(actor.address))
    return (0, *found)


def speaks_of(each: Property, unit: Unit) -> bool:
    """Whether a unit has anything to do with a property, by its kind alone."""
    if each.kind in INVARIANTS:
        return True
    if each.kind is Kind.TRANSITION:
        return bool(unit.chain)
    if each.kind is Kind.RULE:
        contract, _, function = each.on.partition(".")
        return unit.contract == contract and function in ("", unit.called)
    return each.kind is Kind.REFINEMENT and unit.is_call
