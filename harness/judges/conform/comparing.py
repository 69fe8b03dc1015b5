"""What a path says of its end, and what py-evm did: every difference between the two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from harness.chain import Receipt
from harness.judges.conform.reading import holds
from harness.symbolic.machine import (
    ChainState,
    EndState,
    Exploration,
    Machine,
    Point,
    Region,
    Span,
)
from harness.symbolic.terms import Assignment, Term, const, evaluate

__all__ = ["OPEN", "Difference", "differences", "end_differences", "word_of_fields"]

OPEN = "a precompiled contract may succeed or fail, and return anything"
"""The flag of a path whose outcome is left open."""


@dataclass(frozen=True)
class Difference:
    """What a symbolic run and a concrete one disagree about."""

    what: str
    symbolic: Any
    concrete: Any

    def __str__(self) -> str:
        return f"{self.what}: {self.symbolic!r} symbolically, {self.concrete!r} on py-evm"


def differences(
    explored: Exploration, machine: Machine, values: Assignment, receipt: Receipt
) -> list[Difference] | None:
    """Compare the one path that the values take with what py-evm did.

    The chain that ``values`` reads must be as it was before the call.  None if the path is one
    whose outcome is left open.
    """
    memo: dict[Term, Any] = {}
    refused = [r for r in explored.refusals if holds(r.path, values, memo)]
    if refused:
        return [Difference("refused", str(refused[0].problem), receipt.success)]
    ends = [end for end in explored.ends if holds(end.path, values, memo)]
    if any(OPEN in end.flags for end in ends):
        return None
    if len(ends) != 1:
        return [Difference("paths", len(ends), 1)]
    found = end_differences(ends[0], machine, values, receipt, memo)
    if not found and receipt.success:
        found += [
            Difference("obligation", str(one), "type of the variable")
            for one in ends[0].obligations
            if not evaluate(one, values, memo)
        ]
    return found


def end_differences(
    end: EndState,
    machine: Machine,
    values: Assignment,
    receipt: Receipt,
    memo: dict[Term, Any],
    found: Sequence[ChainState] = (),
) -> list[Difference]:
    """Compare one end with what py-evm did: result, output, storage, ether and logs.

    The chain that ``values`` reads must be as it was before the call, and the conditions of the
    path must hold there.

    Args:
        found: the states that unknown code found on the path and left as they were, in order.
    """
    if end.success != receipt.success:
        return [Difference("success", (end.success, end.reason), (receipt.success, receipt.error))]
    differ = []
    output = end.output.concrete(values)
    if output != receipt.output:
        differ.append(Difference("output", output.hex(), receipt.output.hex()))
    if receipt.success:
        states = (*found, end.state)
        differ += _storage(states, machine, values, receipt, memo)
        differ += _ether(states, machine, values, receipt, memo)
        differ += _logs(end, values, receipt, memo)
    return differ


def _storage(
    states: Sequence[ChainState],
    machine: Machine,
    values: Assignment,
    receipt: Receipt,
    memo: dict[Term, Any],
) -> list[Difference]:
    found = []
    real = {(w.address, w.slot): w.new for w in receipt.writes}
    before = {(w.address, w.slot): w.old for w in receipt.writes}
    for (address, slot), (old, new) in _written(states, machine, values, memo).items():
        if real.pop((address, slot), old) != new or before.get((address, slot), old) != old:
            found.append(Difference(f"storage {address:#x}[{slot:#x}]", (old, new), receipt.writes))
    if real:
        found.append(Difference("storage", "nothing", real))
    return found


def _ether(
    states: Sequence[ChainState],
    machine: Machine,
    values: Assignment,
    receipt: Receipt,
    memo: dict[Term, Any],
) -> list[Difference]:
    found = []
    ether = {
        evaluate(address, values, memo): evaluate(amount, values, memo)
        for state in states
        for address, amount in state.ether
    }
    for change in receipt.balances:
        if ether.pop(change.address, None) != change.new:
            found.append(Difference(f"ether of {change.address:#x}", ether, change.new))
    meaning: Any = values.functions[f"balance@{machine.setting.chain}"]
    return found + [
        Difference(f"ether of {address:#x}", amount, "unchanged")
        for address, amount in ether.items()
        if meaning(address) != amount
    ]


def _logs(
    end: EndState, values: Assignment, receipt: Receipt, memo: dict[Term, Any]
) -> list[Difference]:
    logs = [
        (
            evaluate(log.address, values, memo),
            tuple(evaluate(topic, values, memo) for topic in log.topics),
            log.data.concrete(values),
        )
        for log in end.logs
    ]
    real = [(log.address, log.topics, log.data) for log in receipt.logs]
    return [] if logs == real else [Difference("logs", logs, real)]


def _written(
    states: Sequence[ChainState], machine: Machine, values: Assignment, memo: dict[Term, Any]
) -> dict[tuple[int, int], tuple[int, int]]:
    """(address, slot) to the words before and after, for every slot that was written."""
    found: dict[tuple[int, int], tuple[int, int]] = {}

    def write(region: Region, keys: tuple[int, ...], value: int) -> None:
        address = machine.setting.account(region.contract).address
        where = (address, region.slot(keys))
        old = found[where][0] if where in found else _before(region, keys, values)
        found[where] = (old, value)

    for state in states:
        for region, writes in state.storage.writes.items():
            for one in writes:
                keys = tuple(evaluate(key, values, memo) for key in one.keys)
                if isinstance(one, Point):
                    write(region, keys, evaluate(one.value, values, memo))
                else:
                    for at, value in _span(one, values, memo):
                        write(region, (*keys, at), value)
    return found


def _span(span: Span, values: Assignment, memo: dict[Term, Any]) -> list[tuple[int, int]]:
    """The index and the word of each element of a span."""
    first, count = (evaluate(term, values, memo) for term in (span.first, span.count))
    found = []
    for position in range(count):
        here = span.read((*span.keys, const(first + position)))
        found.append((first + position, evaluate(here, values, memo)))
    return found


def _before(region: Region, keys: tuple[int, ...], values: Assignment) -> int:
    """The word in a slot before the call, by its fields."""
    meaning: Any = values.functions
    parts = [
        meaning[field.name](*keys) if region.arity else values.integers[field.name]
        for field in region.fields
    ]
    return word_of_fields(region, parts)


def word_of_fields(region: Region, parts: list[int]) -> int:
    """The word that the values of its fields make up."""
    if region.fields[0].part:
        long, length, size, data = parts
        return 2 * length + 1 if long else 2 * size + 256 * data
    return sum(part << field.offset for part, field in zip(parts, region.fields, strict=True))
