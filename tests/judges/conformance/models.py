"""Making the state and the call that a solver's model of a path describes."""

from __future__ import annotations

from collections.abc import Mapping

from harness.chain import Chain
from harness.symbolic.machine import EndState, Machine, Opaque, meanings
from harness.symbolic.solve import Counterexample, Limits, check, satisfiable
from harness.symbolic.terms import Assignment, Function, Int, Term, compare, const, slice_bits
from harness.symbolic.terms.node import APP

from .evaluation import word_of_fields

LONGEST = 200
"""Longest byte string that a model may ask for."""

RICHEST = (1 << 200) - 1
"""Most wei that a model may give to an account."""


def model_of(end: EndState, opaque: tuple[Opaque, ...]) -> Assignment | None:
    """An assignment that takes a path, with short byte strings; None if the solver finds none."""
    short = [compare.le(source.length, const(LONGEST)) for source in opaque]
    short += [
        compare.le(application, const(RICHEST))
        for application in applications(end)
        if application.data.name.startswith("balance@")
    ]
    # Words that share bytes could contradict each other: let them not share any.
    apart = [
        compare.eq(slice_bits(offset, 0, 5), const(0))
        for offset in offsets_read(end, {source.function for source in opaque})
    ]
    answer = check(satisfiable(*end.path, *short, *apart), Limits(seconds=3, refinements=4))
    if apart and not isinstance(answer, Counterexample):
        answer = check(satisfiable(*end.path, *short), Limits(seconds=3, refinements=4))
    return answer.assignment if isinstance(answer, Counterexample) else None


def offsets_read(end: EndState, functions: set[Function]) -> list[Int]:
    """Where the conditions of a path read words of opaque byte strings."""
    found = (one.args[0] for one in applications(end) if one.data in functions)
    return list(dict.fromkeys(found))


def applications(end: EndState) -> list[Int]:
    """The applications of functions in the conditions of a path."""
    found: list[Int] = []
    seen: set[Term] = set()
    stack: list[Term] = list(end.path)
    while stack:
        node = stack.pop()
        if node in seen:
            continue
        seen.add(node)
        stack.extend(node.args)
        if node.op == APP:
            assert isinstance(node, Int)
            found.append(node)
    return found


def realise(
    model: Assignment, machine: Machine, chain: Chain, contents: Mapping[str, bytes]
) -> None:
    """Put the storage, ether and clock of a model onto a chain, as far as it has them.

    Where storage holds what the model takes for a hash, it gets the true one.
    """
    digests = true_digests(model, machine, contents)
    numbers = model.integers
    clock = chain.clock
    chain.clock.restore(
        (
            numbers.get(f"block.number@{chain.name}", clock.block),
            numbers.get(f"block.timestamp@{chain.name}", clock.time),
            numbers.get(f"block.basefee@{chain.name}", clock.basefee),
        )
    )
    for name, table in model.functions.items():
        assert isinstance(table, Mapping)
        for keys, value in table.items():
            if name == f"balance@{chain.name}":
                chain.set_balance(keys[0], value)
            elif name in machine.regions:
                put_field(machine, chain, name, keys, digests.get(value, value))
    for name, value in numbers.items():
        if name in machine.regions:
            put_field(machine, chain, name, (), digests.get(value, value))


def put_field(machine: Machine, chain: Chain, name: str, keys: tuple[int, ...], value: int) -> None:
    """Put a value into a storage field."""
    region = machine.regions[name]
    address = machine.setting.account(region.contract).address
    slot = region.slot(tuple(key % 2**256 for key in keys))
    word = chain.storage(address, slot)
    parts = [value if one.name == name else one.of_word(word) for one in region.fields]
    if region.fields[0].part and not name.endswith(".long"):
        # What belongs to the other form of the string is not there.
        parts[0] = int(name.endswith(".length"))
    chain.set_storage(address, slot, word_of_fields(region, parts))


def content_of(model: Assignment, source: str) -> bytes:
    """The byte string that a model describes; where its words contradict each other, one wins."""
    length = model.integers.get(f"{source}.length", 0)
    content = bytearray(length + 64)
    table = model.functions.get(f"{source}.word", {})
    assert isinstance(table, Mapping)
    for (offset,), word in table.items():
        if 0 <= offset <= length:
            content[offset : offset + 32] = word.to_bytes(32, "big")
    return bytes(content[:length])


def true_digests(
    model: Assignment, machine: Machine, contents: Mapping[str, bytes]
) -> dict[int, int]:
    """What a model takes for hashes of opaque data, to what these really are."""
    known = Assignment(model.integers, {}, meanings(contents), {})
    found: dict[int, int] = {}
    for name, digest in machine.hashes.meanings(known).items():
        table = model.functions.get(name, {})
        assert isinstance(table, Mapping)
        for args, value in table.items():
            found[value] = digest(*args)
    return found
