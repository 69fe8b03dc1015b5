"""From a model to calls that anybody can make: steps of a witness."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from harness.chain.world import ConcreteWorld
from harness.compile.abi_types import AbiType
from harness.judges.explore.job import Transaction
from harness.step import CallStep, ClockStep, Step
from harness.symbolic.machine import Data
from harness.symbolic.terms import (
    Assignment,
    Bool,
    Term,
    compare,
    const,
    evaluate,
    int_var,
    linear,
    or_,
    word_var,
)

__all__ = ["Values", "replayable", "steps_of"]

_WEI_BITS = 248
_MOST_BLOCKS = 10_000_000
_MOST_WEI = 10**24
_SURROUNDINGS = {"coinbase": 160, "prevrandao": 256, "gaslimit": 64}
"""Bits of what block opcodes answer besides the clock."""


class _Completed(dict[str, int]):
    """Values by name; zero for what a model leaves open."""

    def __contains__(self, name: object) -> bool:
        return True

    def __missing__(self, name: str) -> int:
        return 0


class Values:
    """Values of terms under a model, zero for what it leaves open.

    Raises ValueError for a variable that cannot be zero and has no value.
    """

    def __init__(self, assignment: Assignment) -> None:
        self._assignment = replace(assignment, integers=_Completed(assignment.integers))
        self._memo: dict[Term, Any] = {}

    def number(self, term: Any) -> int:
        """The value of a term."""
        return int(evaluate(term, self._assignment, self._memo))

    def argument(self, kind: AbiType, raw: Any) -> Any:
        """An argument as the ABI takes it."""
        if isinstance(raw, Data):
            content = raw.concrete(self._assignment)
            return content.decode(errors="replace") if kind.kind == "string" else content
        if kind.kind == "bool":
            return self.number(raw) != 0
        if kind.kind == "bytesN":
            return self.number(raw).to_bytes(kind.bits // 8, "big")
        if kind.is_word:
            return self.number(raw)
        parts = (
            [kind.item] * len(raw)
            if kind.item is not None
            else [part.type for part in kind.components]
        )
        return tuple(self.argument(k, r) for k, r in zip(parts, raw, strict=True))


def replayable(world: ConcreteWorld, transactions: Sequence[Transaction]) -> Iterator[Bool]:
    """What makes calls such as actors make: sent by them, of moderate value, at times that the
    chain comes to."""
    compiled = world.compiled
    for each in transactions:
        chain, prefix = each.unit.chain, each.prefix
        sender = word_var(f"{prefix}msg.sender", 160)
        people = [actor for actor in compiled.actors.values() if "*" not in actor.refrains]
        if people:
            yield or_(*(compare.eq(sender, const(int(actor.address))) for actor in people))
        yield compare.eq(word_var(f"{prefix}tx.origin", 160), sender)
        value = int_var(f"{prefix}msg.value", 0, (1 << _WEI_BITS) - 1)
        yield compare.le(value, const(_MOST_WEI))
        number = word_var(f"{prefix}block.number@{chain}", 64)
        timestamp = word_var(f"{prefix}block.timestamp@{chain}", 64)
        base = compiled.chains[chain].follows or compiled.chains[chain]
        ticks = linear.shift(number, -world.block(chain))
        yield compare.le(ticks, const(_MOST_BLOCKS))
        passed = linear.shift(timestamp, -world.time(chain))
        yield compare.eq(passed, linear.scale(ticks, base.block_time))
        basefee = const(world.chains[chain].clock.basefee)
        yield compare.eq(word_var(f"{prefix}tx.gasprice", 128), basefee)
        yield compare.eq(word_var(f"{prefix}block.basefee@{chain}", 128), basefee)
        for what, answer in world.chains[chain].surroundings.items():
            if what in _SURROUNDINGS:
                known = word_var(f"{prefix}block.{what}@{chain}", _SURROUNDINGS[what])
                yield compare.eq(known, const(answer))


def steps_of(
    world: ConcreteWorld, transactions: Sequence[Transaction], values: Values
) -> tuple[Step, ...]:
    """The steps of a model, with the time that passes before each call."""
    found: list[Step] = []
    now: Mapping[str, int] = {}
    for each in transactions:
        unit, prefix = each.unit, each.prefix
        if unit.function is None and each.shape[0]:
            return ()
        clock = now.get(unit.chain, world.block(unit.chain))
        number = values.number(word_var(f"{prefix}block.number@{unit.chain}", 64))
        if clock < number <= clock + _MOST_BLOCKS:
            found.append(ClockStep(number - clock))
            now = {**now, unit.chain: number}
        kinds = [p.type for p in unit.function.inputs] if unit.function else []
        raw = each.arguments.values() if unit.function else ()
        args = tuple(values.argument(k, r) for k, r in zip(kinds, raw, strict=True))
        sender = values.number(word_var(f"{prefix}msg.sender", 160))
        value = values.number(int_var(f"{prefix}msg.value", 0, (1 << _WEI_BITS) - 1))
        signature = unit.function.signature if unit.function else ""
        found.append(CallStep(_name(world, sender), unit.contract, signature, args, value))
    return tuple(found)


def _name(world: ConcreteWorld, address: int) -> str:
    for name, actor in world.compiled.actors.items():
        if int(actor.address) == address:
            return name
    return f"0x{address:040x}"
