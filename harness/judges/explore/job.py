"""What the process in Manticore's environment is told to do: accounts as deployed, transactions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from harness.chain.world import ConcreteWorld
from harness.compile import AbiFunction
from harness.compile.abi_types import AbiType
from harness.judges.prove.units import Unit, barred
from harness.judges.refuting import keyless
from harness.symbolic.machine.data import Data, Literal
from harness.symbolic.terms import Int, compare, const, ite, linear, word_var

__all__ = [
    "LENGTHS",
    "MOST_ITEMS",
    "Job",
    "Shape",
    "Transaction",
    "job_of",
    "jobs_of",
    "pairs_of",
    "shapes_of",
]

LENGTHS = (0, 32, 96)
"""Lengths in bytes that arguments of type `bytes` and `string` are tried with.

Those of 96 bytes are `abi.encode(n, "")` for any number `n`, since contracts decode such bytes once
more: of 96 unknown bytes they would try every way to lie in each other.
"""

_TAIL = (0x40, 0)
"""The second and third word of 96 bytes: where the empty byte string begins, and its length."""

MOST_ITEMS = 2
"""Items of arrays of any length that are tried."""

MOMENTS = (0, 1)
"""Blocks after deployment at which a path goes on that takes a loop further than is followed; and
`WEEK` later, for two transactions twice as much, too."""

WEEK = 7 * 24 * 3600
"""Seconds."""

_MOST_SHAPES = 16
"""Combinations of lengths of one function's arguments."""

Shape = tuple[Any, ...]
"""For each argument: None for a static one, a length, or a tuple of shapes."""


def shapes_of(function: AbiFunction) -> tuple[tuple[Shape, ...], bool]:
    """The combinations of lengths that a function is tried with, and whether they are all those
    within the bounds."""
    each = [list(_shapes(parameter.type)) for parameter in function.inputs]
    found = list(product(*each))
    return tuple(found[:_MOST_SHAPES]), len(found) <= _MOST_SHAPES


def _shapes(kind: AbiType) -> Iterator[Any]:
    if kind.is_word:
        yield None
    elif kind.kind in ("bytes", "string"):
        yield from LENGTHS
    elif kind.kind == "tuple":
        yield from product(*(list(_shapes(part.type)) for part in kind.components))
    else:
        assert kind.item is not None
        counts = range(MOST_ITEMS + 1) if kind.length is None else (kind.length,)
        for count in counts:
            yield from product(*(list(_shapes(kind.item)) for _ in range(count)))


@dataclass(frozen=True)
class Transaction:
    """One transaction of a job: a unit with lengths for its dynamic arguments."""

    unit: Unit
    shape: Shape
    prefix: str = ""

    @property
    def name(self) -> str:
        """The unit, with the lengths of dynamic arguments if there are any."""
        lengths = [str(each) for each in self.shape if each is not None]
        return f"{self.unit.name} [{', '.join(lengths)}]" if lengths else self.unit.name

    @property
    def arguments(self) -> dict[str, Any]:
        """The arguments by name, as terms; made of the variables that the process uses, too."""
        assert self.unit.function is not None
        return {
            parameter.name or str(at): self._value(parameter.type, shape, parameter.name or str(at))
            for at, (parameter, shape) in enumerate(
                zip(self.unit.function.inputs, self.shape, strict=True)
            )
        }

    def _value(self, kind: AbiType, shape: Any, name: str) -> Any:
        if kind.is_word:
            known = word_var(f"{self.prefix}arg.{name}", _bits(kind))
            if kind.kind != "int":
                return known
            negative = compare.ge(known, const(1 << (kind.bits - 1)))
            return ite(negative, linear.shift(known, -(1 << kind.bits)), known)
        if kind.kind in ("bytes", "string"):
            return Data(Literal(*each) for each in _chunks(f"{self.prefix}arg.{name}", shape))
        if kind.item is None:
            kinds = [part.type for part in kind.components]
        else:
            kinds = [kind.item] * len(shape)
        return tuple(
            self._value(each, inner, f"{name}.{at}")
            for at, (each, inner) in enumerate(zip(kinds, shape, strict=True))
        )

    def pieces(self) -> list[list[Any]]:
        """The call data, as the process takes it."""
        if self.unit.function is None:
            size = self.shape[0]
            return [["plain", f"calldata[{at}]", 8, 1] for at in range(size)]
        function = self.unit.function
        kinds = [parameter.type for parameter in function.inputs]
        names = [parameter.name or str(at) for at, parameter in enumerate(function.inputs)]
        return [["hex", function.selector.hex()], *_encoded(kinds, self.shape, names)]


def _bits(kind: AbiType) -> int:
    return {"address": 160, "bool": 1}.get(kind.kind, kind.bits)


def _chunks(name: str, length: int) -> Iterator[tuple[Int, int]]:
    """The parts of a byte string, with their lengths in bytes."""
    if length == LENGTHS[-1]:
        yield word_var(f"{name}[0]"), 32
        yield from ((const(word), 32) for word in _TAIL)
    elif length:
        yield word_var(f"{name}[0]", 8 * length), length


def _encoded(kinds: Sequence[AbiType], shapes: Sequence[Any], names: Sequence[str]) -> list[Any]:
    """Values side by side, as the ABI encodes a tuple."""
    offset = 32 * sum(kind.words for kind in kinds)
    heads: list[Any] = []
    tails: list[Any] = []
    for kind, shape, name in zip(kinds, shapes, names, strict=True):
        pieces = _one(kind, shape, name)
        if kind.is_dynamic:
            heads.append(_word(offset + _length(tails)))
            tails += pieces
        else:
            heads += pieces
    return heads + tails


def _one(kind: AbiType, shape: Any, name: str) -> list[Any]:
    if kind.is_word:
        form = {"bytesN": "right", "int": "signed"}.get(kind.kind, "plain")
        return [[form, f"arg.{name}", _bits(kind), 32]]
    if kind.kind in ("bytes", "string"):
        return [_word(shape), *_bytes(name, shape)]
    if kind.kind == "tuple":
        parts = [part.type for part in kind.components]
        return _encoded(parts, shape, [f"{name}.{at}" for at in range(len(parts))])
    assert kind.item is not None
    names = [f"{name}.{at}" for at in range(len(shape))]
    items = _encoded([kind.item] * len(shape), shape, names)
    return items if kind.length is not None else [_word(len(shape)), *items]


def _bytes(name: str, length: int) -> list[Any]:
    """A byte string; see `LENGTHS`."""
    if length == 0:
        return []
    first = min(32, length)
    tail = [_word(word) for word in _TAIL] if length == LENGTHS[-1] else []
    padding = [["hex", "00" * (-length % 32)]] if length % 32 else []
    return [["plain", f"arg.{name}[0]", 8 * first, first], *tail, *padding]


def _word(value: int) -> list[Any]:
    return ["hex", f"{value:064x}"]


def _length(pieces: Sequence[list[Any]]) -> int:
    return sum(len(each[1]) // 2 if each[0] == "hex" else each[3] for each in pieces)


@dataclass(frozen=True)
class Job:
    """Some transactions, each after the one before it; none for what happens without code."""

    unit: Unit
    """The unit of the last transaction, which is judged."""
    transactions: tuple[Transaction, ...] = ()
    complete: bool = True
    """Whether there is a job for each combination of lengths within the bounds."""

    @property
    def name(self) -> str:
        """Tells it from other jobs of the system."""
        if not self.transactions:
            return self.unit.name
        return " then ".join(each.name for each in self.transactions)

    @property
    def first(self) -> str:
        """The job of the first transaction alone."""
        first = replace(self.transactions[0], prefix="") if self.transactions else None
        return first.name if first else self.unit.name

    @property
    def last(self) -> str:
        """The job of the last transaction alone."""
        return self.transactions[-1].name if self.transactions else self.unit.name

    @property
    def depth(self) -> int:
        """How many transactions it has."""
        return max(1, len(self.transactions))


_OTHER = ((0,), (36,))
"""Lengths of the call data of calls that no function takes."""

FIRST = "first."


def jobs_of(units: Mapping[str, Unit]) -> list[Job]:
    """One job for each unit and combination of lengths; for what can happen after deployment.

    No message is due then, so none is tried.
    """
    found = []
    for unit in units.values():
        if unit.channel:
            continue
        if not unit.is_call:
            found.append(Job(unit))
            continue
        shapes, complete = (_OTHER, True) if unit.function is None else shapes_of(unit.function)
        found += [Job(unit, (Transaction(unit, shape),), complete) for shape in shapes]
    return found


def pairs_of(jobs: Sequence[Job]) -> list[Job]:
    """Two transactions on one chain, one after the other."""
    single = [job for job in jobs if job.transactions]
    return [
        Job(
            second.unit,
            (replace(first.transactions[0], prefix=FIRST), second.transactions[0]),
            first.complete and second.complete,
        )
        for first in single
        for second in single
        if first.unit.chain == second.unit.chain
    ]


def job_of(
    world: ConcreteWorld,
    transactions: Sequence[Transaction],
    preimages: Mapping[str, Sequence[bytes]],
    limits: Mapping[str, int],
) -> dict[str, Any]:
    """The job of following some transactions on one chain, each after the one before it."""
    compiled = world.compiled
    chain_name = transactions[0].unit.chain
    chain = world.chains[chain_name]
    accounts = []
    for name, declared in compiled.contracts.items():
        if declared.chain.name == chain_name:
            address = int(declared.address)
            storage = world.storage_of(name)
            accounts.append(
                {
                    "address": hex(address),
                    "code": chain.code(address).hex(),
                    "storage": {hex(slot): hex(word) for slot, word in storage.items() if word},
                    "wei": hex(world.ether(chain_name, address)),
                }
            )
    known = dict.fromkeys(
        content
        for name, declared in compiled.contracts.items()
        if declared.chain.name == chain_name
        for content in preimages[name]
    )
    return {
        "chain_id": chain.chain_id,
        "accounts": accounts,
        "preimages": [content.hex() for content in known],
        "transactions": [_told(world, at, transactions) for at in range(len(transactions))],
        **limits,
    }


def _told(world: ConcreteWorld, at: int, transactions: Sequence[Transaction]) -> dict[str, Any]:
    transaction = transactions[at]
    unit, compiled = transaction.unit, world.compiled
    others: list[str] = []
    if unit.function is None and transaction.shape[0] >= 4:
        known = compiled.abi(unit.contract).by_selector
        others = [hex(int.from_bytes(selector, "big")) for selector in known]
    nobody = set(barred(compiled, unit))
    if at < len(transactions) - 1:
        # What a transport may do is looked at for the last transaction only.
        nobody |= keyless(compiled)
    base = compiled.chains[unit.chain].follows or compiled.chains[unit.chain]
    week = WEEK // base.block_time
    return {
        "prefix": transaction.prefix,
        "after": transactions[at - 1].prefix if at else "",
        "target": hex(int(compiled.address(unit.contract))),
        "barred": [hex(address) for address in sorted(nobody)],
        "clock": {
            "number": hex(world.block(unit.chain)),
            "timestamp": hex(world.time(unit.chain)),
        },
        "moments": [
            {
                "number": hex(world.block(unit.chain) + blocks),
                "timestamp": hex(world.time(unit.chain) + blocks * base.block_time),
            }
            for blocks in (*MOMENTS, *(week * (turn + 1) for turn in range(at + 1)))
        ],
        "data": transaction.pieces(),
        "selectors": others,
    }
