"""What the log records of a path say: fields of events, and what they add to totals."""

from __future__ import annotations

from collections.abc import Sequence

from harness.compile import Abi, AbiEvent
from harness.compile.abi_types import AbiParameter
from harness.errors import LookupProblem
from harness.symbolic.machine import Data, Log, Unsupported
from harness.symbolic.machine.data import WORD_BYTES, Order
from harness.symbolic.terms import Facts, Int, const, linear, signed, value_of

__all__ = ["added", "field_bytes", "field_word", "is_one"]


def added(
    abi: Abi, contract: str, event: str, field: str, logs: Sequence[Log], facts: Facts
) -> Int:
    """The sum of an event's field over log records; their number for the field ``""``.

    Raises Unsupported for a record of which it is not known whether it is one of these events.
    """
    declared = [each for each in abi.events if each.name == event]
    if not declared:
        abi.event(event)
    for each in declared:
        names = [p.name for p in each.inputs]
        if field and field not in names:
            raise LookupProblem.unknown("event parameter", field, names, each.signature)
        if each.anonymous:
            raise Unsupported(f"a total over the anonymous event {each.signature}")
    total = const(0)
    for log in logs:
        if log.contract == contract:
            for each in declared:
                if is_one(each, log):
                    total = linear.add(total, _value(each, field, log, facts))
    return total


def is_one(event: AbiEvent, log: Log) -> bool:
    """Whether a record is one of an event's, by its first topic and how many there are."""
    if not log.topics:
        return False
    first = value_of(log.topics[0])
    if first is None:
        raise Unsupported(f"{log.contract} logs an event whose signature is not constant")
    indexed = sum(parameter.indexed for parameter in event.inputs)
    return first == int.from_bytes(event.topic0, "big") and len(log.topics) == indexed + 1


def _value(event: AbiEvent, field: str, log: Log, facts: Facts) -> Int:
    if not field:
        return const(1)
    word = field_word(event, field, log, facts)
    parameter = next(p for p in event.inputs if p.name == field)
    return _number(event, parameter, facts.rewrite(word), facts)


def field_bytes(event: AbiEvent, field: str, log: Log, facts: Facts) -> Data:
    """The content of an unindexed field of type `bytes`.

    Raises Unsupported where the path does not tell in which part of the record it lies.
    """
    order = Order(facts)
    start = facts.rewrite(field_word(event, field, log, facts))
    length = facts.rewrite(log.data.word(start, order))
    return log.data.slice(linear.shift(start, WORD_BYTES), length, order)


def field_word(event: AbiEvent, field: str, log: Log, facts: Facts) -> Int:
    """The word of a field, from a topic or from the data: of a dynamic one, where it begins."""
    topic, head = 1, 0
    for parameter in event.inputs:
        if parameter.name == field:
            if parameter.indexed:
                return log.topics[topic]
            return log.data.word(const(32 * head), Order(facts))
        if parameter.indexed:
            topic += 1
        else:
            head += parameter.type.words
    raise AssertionError(field)


def _number(event: AbiEvent, parameter: AbiParameter, word: Int, facts: Facts) -> Int:
    kind = parameter.type
    if kind.kind not in ("uint", "int", "address"):
        raise Unsupported(f"a total over {event.name}.{parameter.name}, which is no number")
    if kind.kind == "int":
        if kind.bits != 256:
            raise Unsupported(f"a total over {event.name}.{parameter.name} of type {kind.name}")
        return signed(word)
    lo, hi = facts.bounds(word)
    least, most = kind.bounds
    if lo is None or hi is None or lo < least or hi > most:
        raise Unsupported(f"{event.name}.{parameter.name} may not fit its type: {word!r}")
    return word
