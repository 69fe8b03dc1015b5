"""Making the state and the call that a solver's model of a path describes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import permutations

from harness.chain import Chain
from harness.judges.conform.comparing import word_of_fields
from harness.symbolic.machine import Machine, meanings
from harness.symbolic.solve import Answer, Context, Limits, Proved, check, satisfiable
from harness.symbolic.terms import (
    Assignment,
    Bool,
    Int,
    Term,
    compare,
    const,
    slice_bits,
)
from harness.symbolic.terms.node import APP, CONST, VAR

__all__ = ["content_of", "model_of", "realise", "unknowns"]

LONGEST = 200
"""Longest byte string that a model may ask for."""

RICHEST = (1 << 200) - 1
"""Most wei that a model may give to an account."""

_WORD_BYTES = 32
_SELECTOR_BYTES = 4
_WORD = ".word"
"""Ends the names of functions that give the words of a byte string."""


def model_of(
    conditions: Sequence[Bool],
    wishes: Sequence[Bool] = (),
    limits: Limits | None = None,
    context: Context | None = None,
) -> Answer:
    """A counterexample has an assignment under which some conditions hold, to be made on a chain.

    Byte strings are short in it, balances fit, and words of a byte string agree on the bytes that
    they share, of which the solver knows nothing, if there is such a model.  That there is none at
    all is proved only where the answer says so of a query without wishes.

    Args:
        wishes: more conditions, that go without saying on a chain.
    """
    limits = limits or Limits(seconds=3, refinements=4)
    found = unknowns((*conditions, *wishes))
    words = [each for each in found if each.op == APP and each.data.name.endswith(_WORD)]
    short = [
        compare.le(each, const(LONGEST))
        for each in found
        if each.op == VAR and each.data.endswith(".length")
    ]
    short += [
        compare.le(each, const(RICHEST))
        for each in found
        if each.op == APP and each.data.name.startswith("balance@")
    ]
    every = (*conditions, *wishes, *short)
    answer = check(satisfiable(*every, *_agreeing(words)), limits, context=context)
    if isinstance(answer, Proved) and words:
        answer = check(satisfiable(*every), limits, context=context)
    return answer


def _agreeing(words: Sequence[Int]) -> Iterator[Bool]:
    """That words of byte strings agree on the bytes that they share.

    Those at offsets that are not known share none: they lie where words of arguments do.
    """
    known: dict[str, list[Int]] = defaultdict(list)
    for word in words:
        if word.args[0].op == CONST:
            known[word.data.name].append(word)
    for each in known.values():
        for one, other in permutations(each, 2):
            apart = other.args[0].data - one.args[0].data
            if 0 < apart < _WORD_BYTES:
                shared = 8 * (_WORD_BYTES - apart)
                yield compare.eq(slice_bits(one, 0, shared), slice_bits(other, 8 * apart, shared))
    for word in words:
        if word.args[0].op != CONST:
            inside = any(each.args[0].data % _WORD_BYTES for each in known[word.data.name])
            rest = _SELECTOR_BYTES if inside else 0
            yield compare.eq(slice_bits(word.args[0], 0, 5), const(rest))


def unknowns(roots: Iterable[Term]) -> list[Int]:
    """The variables and the applications of functions in some terms, each once."""
    found: list[Int] = []
    seen: set[Term] = set()
    stack: list[Term] = list(roots)
    while stack:
        node = stack.pop()
        if node in seen:
            continue
        seen.add(node)
        stack.extend(node.args)
        if isinstance(node, Int) and node.op in (APP, VAR):
            found.append(node)
    return found


def realise(
    model: Assignment, machine: Machine, chain: Chain, contents: Mapping[str, bytes]
) -> None:
    """Put the storage, ether and clock of a model onto a chain, as far as it has them.

    Where storage holds what the model takes for a hash, it gets the true one.
    """
    digests = _true_digests(model, machine, contents)
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
                _put(machine, chain, name, keys, digests.get(value, value))
    for name, value in numbers.items():
        if name in machine.regions:
            _put(machine, chain, name, (), digests.get(value, value))


def _put(machine: Machine, chain: Chain, name: str, keys: tuple[int, ...], value: int) -> None:
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


def content_of(model: Assignment, source: str, length: int | None = None) -> bytes:
    """The byte string that a model describes; where its words contradict each other, one wins.

    ``length`` is in bytes; by default, that of a variable named after the source.
    """
    if length is None:
        length = model.integers.get(f"{source}.length", 0)
    content = bytearray(length + 64)
    table = model.functions.get(f"{source}{_WORD}", {})
    assert isinstance(table, Mapping)
    for (offset,), word in table.items():
        if 0 <= offset <= length:
            content[offset : offset + 32] = word.to_bytes(32, "big")
    return bytes(content[:length])


def _true_digests(
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
