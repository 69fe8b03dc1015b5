"""A symbolic run under concrete values: which path it takes, and what it does there.

The values come from a chain: storage fields, balances and code sizes are what they are there. So a
run that was explored once, symbolically, can be compared with any number of concrete ones.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from eth_keys.datatypes import Signature

from harness.chain import Chain, Receipt, Transaction
from harness.compile import keccak256
from harness.symbolic.machine import (
    Call,
    Data,
    EndState,
    Exploration,
    Machine,
    Point,
    Region,
    Span,
    meanings,
)
from harness.symbolic.terms import Assignment, Bool, Int, Term, evaluate


def ecrecover(digest: int, v: int, r: int, s: int) -> int:
    """The signer's address, 0 for a bad signature."""
    order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
    if v not in (27, 28) or not 0 < r < order or not 0 < s < order:
        return 0
    try:
        signature = Signature(vrs=(v - 27, r, s))
        key = signature.recover_public_key_from_msg_hash(digest.to_bytes(32, "big"))
    except Exception:  # noqa: BLE001  (any complaint of the library means a bad signature)
        return 0
    return int.from_bytes(key.to_canonical_address(), "big")


OPEN = "a precompiled contract may succeed or fail, and return anything"

ADDRESSES = 1 << 160
"""Where a condition speaks of something else, it is one that the path does not need."""

UNKNOWN = "returned#"
"""Begins the names of what a call returned of which nothing is known."""


class _Integers(Mapping[str, int]):
    """Values of variables: given ones, and storage variables read from the chain."""

    def __init__(self, given: Mapping[str, int], read: Callable[[str], int | None]) -> None:
        self._given = given
        self._read = read

    def __getitem__(self, name: str) -> int:
        value = self._given.get(name)
        if value is None:
            value = 0 if name.startswith(UNKNOWN) else self._read(name)
        if value is None:
            raise KeyError(name)
        return value

    def __contains__(self, name: object) -> bool:
        if not isinstance(name, str):
            return False
        known = name in self._given or name.startswith(UNKNOWN)
        return known or self._read(name) is not None

    def __iter__(self) -> Any:
        return iter(self._given)

    def __len__(self) -> int:
        return len(self._given)


def field_value(chain: Chain, machine: Machine, name: str, keys: tuple[int, ...]) -> int | None:
    """The value of a storage field on a chain; None if there is no such field."""
    region = machine.regions.get(name)
    if region is None:
        return None
    field = next(one for one in region.fields if one.name == name)
    address = machine.setting.account(region.contract).address
    word = chain.storage(address, region.slot(keys))
    return field.of_word(word)


class _Functions(Mapping[str, Any]):
    """Meanings of functions: given ones, and storage mappings read from the chain."""

    def __init__(self, given: Mapping[str, Any], chain: Chain, machine: Machine) -> None:
        self._given = given
        self._chain = chain
        self._machine = machine

    def __getitem__(self, name: str) -> Any:
        found = self._given.get(name)
        if found is not None:
            return found
        if name.startswith(UNKNOWN):
            return lambda *args: 0
        if name not in self._machine.regions:
            raise KeyError(name)
        return lambda *keys: field_value(self._chain, self._machine, name, keys)

    def __iter__(self) -> Any:
        return iter(self._given)

    def __len__(self) -> int:
        return len(self._given)


def assignment(
    chain: Chain, machine: Machine, integers: Mapping[str, int], contents: Mapping[str, bytes]
) -> Assignment:
    """The values of all symbols of an exploration, on a chain, for given call values.

    `integers` has the call's variables and `contents` its opaque byte strings, by name.
    """
    name, clock = chain.name, chain.clock
    numbers = {
        f"block.number@{name}": clock.block,
        f"block.timestamp@{name}": clock.time,
        f"block.basefee@{name}": clock.basefee,
        **environment(chain),
        **integers,
        **{f"{source}.length": len(content) for source, content in contents.items()},
    }
    code_of = chain.code
    functions: dict[str, Any] = {
        f"balance@{name}": lambda address: chain.balance(address % ADDRESSES),
        f"codesize@{name}": lambda address: len(code_of(address % ADDRESSES)),
        f"codehash@{name}": lambda address: code_hash(chain, address % ADDRESSES),
        f"blockhash@{name}": chain.block_hash,
        f"blobhash@{name}": lambda index: 0,
        f"nonce@{name}": lambda address: chain.nonce(address % ADDRESSES),
        "ecrecover": ecrecover,
        **meanings(contents),
    }
    reader = _Integers(numbers, lambda symbol: field_value(chain, machine, symbol, ()))
    partial = Assignment(reader, {}, _Functions(functions, chain, machine))
    functions.update(machine.hashes.meanings(partial))
    return partial


def environment(chain: Chain) -> dict[str, int]:
    """What the chain answers to block opcodes, besides its clock."""
    name = chain.name
    context = chain._machine._environment
    return {
        f"block.coinbase@{name}": int.from_bytes(context.coinbase, "big"),
        f"block.prevrandao@{name}": int.from_bytes(context.mix_hash, "big"),
        f"block.gaslimit@{name}": context.gas_limit,
        f"block.blobbasefee@{name}": 1,
    }


def code_hash(chain: Chain, address: int) -> int:
    """EXTCODEHASH."""
    code = chain.code(address)
    if not code and not chain.nonce(address) and not chain.balance(address):
        return 0
    return int.from_bytes(keccak256(code), "big")


def holds(path: tuple[Bool, ...], values: Assignment, memo: dict[Term, Any]) -> bool:
    """Whether all conditions of a path hold."""
    return all(evaluate(condition, values, memo) for condition in path)


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
    """Compare the one path that the values take with what py-evm did. The chain that `values` reads
    must be as it was before the call. None if the path is one whose outcome is left open."""
    memo: dict[Term, Any] = {}
    refused = [r for r in explored.refusals if holds(r.path, values, memo)]
    if refused:
        return [Difference("refused", str(refused[0].problem), receipt.success)]
    ends = [end for end in explored.ends if holds(end.path, values, memo)]
    if any(OPEN in end.flags for end in ends):
        return None
    if len(ends) != 1:
        return [Difference("paths", len(ends), 1)]
    end = ends[0]
    if end.success != receipt.success:
        return [Difference("success", (end.success, end.reason), (receipt.success, receipt.error))]
    found = []
    output = end.output.concrete(values)
    if output != receipt.output:
        found.append(Difference("output", output.hex(), receipt.output.hex()))
    if receipt.success:
        found += _state(end, machine, values, receipt, memo)
    return found


def _state(
    end: EndState,
    machine: Machine,
    values: Assignment,
    receipt: Receipt,
    memo: dict[Term, Any],
) -> list[Difference]:
    found = []
    written = storage_after(end, machine, values, memo)
    real = {(w.address, w.slot): w.new for w in receipt.writes}
    before = {(w.address, w.slot): w.old for w in receipt.writes}
    for (address, slot), (old, new) in written.items():
        if real.pop((address, slot), old) != new or before.get((address, slot), old) != old:
            found.append(Difference(f"storage {address:#x}[{slot:#x}]", (old, new), receipt.writes))
    if real:
        found.append(Difference("storage", "nothing", real))
    ether = {}
    for address_term, amount in end.state.ether:
        ether[evaluate(address_term, values, memo)] = evaluate(amount, values, memo)
    for change in receipt.balances:
        if ether.pop(change.address, None) != change.new:
            found.append(Difference(f"ether of {change.address:#x}", ether, change.new))
    meaning: Any = values.functions[f"balance@{machine.setting.chain}"]
    found += [
        Difference(f"ether of {address:#x}", amount, "unchanged")
        for address, amount in ether.items()
        if meaning(address) != amount
    ]
    logs = [
        (
            evaluate(log.address, values, memo),
            tuple(evaluate(topic, values, memo) for topic in log.topics),
            log.data.concrete(values),
        )
        for log in end.logs
    ]
    real_logs = [(log.address, log.topics, log.data) for log in receipt.logs]
    if logs != real_logs:
        found.append(Difference("logs", logs, real_logs))
    found += [
        Difference("obligation", str(one), "type of the variable")
        for one in end.obligations
        if not evaluate(one, values, memo)
    ]
    return found


def storage_after(
    end: EndState, machine: Machine, values: Assignment, memo: dict[Term, Any]
) -> dict[tuple[int, int], tuple[int, int]]:
    """(address, slot) to the words before and after, for every slot that was written."""
    found: dict[tuple[int, int], tuple[int, int]] = {}

    def write(region: Region, keys: tuple[int, ...], value: int) -> None:
        address = machine.setting.account(region.contract).address
        where = (address, region.slot(keys))
        old = found[where][0] if where in found else word_before(region, keys, values)
        found[where] = (old, value)

    for region, writes in end.state.storage.writes.items():
        for one in writes:
            keys = tuple(evaluate(key, values, memo) for key in one.keys)
            if isinstance(one, Point):
                write(region, keys, evaluate(one.value, values, memo))
            else:
                for at, value in span_values(one, values, memo):
                    write(region, (*keys, at), value)
    return found


def span_values(span: Span, values: Assignment, memo: dict[Term, Any]) -> list[tuple[int, int]]:
    """The index and the word of each element of a span."""
    first, count = (evaluate(term, values, memo) for term in (span.first, span.count))
    found = []
    for position in range(count):
        here = span.read((*span.keys, _const(first + position)))
        found.append((first + position, evaluate(here, values, memo)))
    return found


def _const(value: int) -> Int:
    from harness.symbolic.terms import const

    return const(value)


def word_before(region: Region, keys: tuple[int, ...], values: Assignment) -> int:
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


def transaction(call: Call, values: Assignment, memo: dict[Term, Any] | None = None) -> Transaction:
    """The transaction that a symbolic call stands for, under an assignment."""
    memo = {} if memo is None else memo
    caller = evaluate(call.caller, values, memo)
    data: Data = call.data
    return Transaction(
        caller, call.target, evaluate(call.value, values, memo), data.concrete(values)
    )
