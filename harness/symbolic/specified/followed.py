"""A specification that executes a call on terms, beginning with the state that contracts are in."""

from __future__ import annotations

import linecache
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from harness.address import Address
from harness.compile import Abi, BytesType, MappingType, StorageType, StructType, ValueType
from harness.compiled import CompiledSystem
from harness.errors import HarnessError
from harness.specification import Specification, SpecificationState
from harness.symbolic.explore import Feasible, NotDeterministic, TooManyPaths
from harness.symbolic.machine import Block, Unsupported
from harness.symbolic.specified.calldata import CallBytes
from harness.symbolic.specified.entries import Entries, Kind
from harness.symbolic.specified.steps import NOT_FOLLOWED, Steps
from harness.symbolic.specified.values import StoredBytes, Untold, choose, member
from harness.symbolic.terms import Int
from harness.symbolic.values import int_term
from harness.symbolic.world import SymbolicWorld
from harness.symbolic.world.values import key_word, number
from harness.world import Key, Member, Place

__all__ = ["Followed", "Transaction", "unmapped"]


@dataclass(frozen=True)
class Transaction:
    """A call from outside, on terms."""

    chain: str
    sender: Int
    to: int
    value: Int
    data: CallBytes
    block: Block


def unmapped(kind: StorageType) -> tuple[tuple[StorageType, ...], StorageType]:
    """The types of the keys of nested mappings, and what the innermost one holds."""
    keys: list[StorageType] = []
    while isinstance(kind, MappingType):
        keys.append(kind.key)
        kind = kind.value
    return tuple(keys), kind


class Followed:
    """A specification in a state of terms; belongs to one term scope.

    Args:
        specification: made from a :class:`~harness.symbolic.specified.SystemOnTerms`.
        before: the state before the call.
        feasible: whether conditions can be true together, as far as it knows; see ``explore``.
    """

    def __init__(
        self,
        specification: Specification,
        compiled: CompiledSystem,
        before: SymbolicWorld,
        feasible: Feasible,
    ) -> None:
        self._spec = specification
        self._compiled = compiled
        self._before = before
        self._feasible = feasible
        self._plain: dict[tuple[str, str], Any] = {}
        self._start = self._state()

    @property
    def specification(self) -> Specification:
        """The specification itself."""
        return self._spec

    # The state before

    def _state(self) -> SpecificationState:
        for contract, label in self._spec.variables():
            self._spec.assign(contract, label, self._variable(contract, label))
        self._spec.ether = {chain: self._purse(chain) for chain in self._compiled.chains}
        self._spec.totals = {}
        self._spec.carry_out_by(Steps(self._spec, self.type_of, self._feasible).carry_out)
        return self._spec.snapshot()

    def type_of(self, contract: str, label: str) -> StorageType:
        """The type that a variable has in the contract.  Raises Unsupported if it has none."""
        try:
            return self._compiled.layout(contract).variable(label).type
        except (HarnessError, KeyError):
            name = f"{contract}.{label}"
            raise Unsupported(f"the specification has a variable {name}: no storage") from None

    def _variable(self, contract: str, label: str) -> Any:
        kind = self.type_of(contract, label)
        place = Place(contract, label)
        keys, held = unmapped(kind)
        if not keys:
            value = self._value(place, held, self._spec.variable(contract, label), ())
            self._plain[contract, label] = value
            return value
        zero = self._spec.default(contract, label)
        return Entries(
            Kind(
                str(place),
                partial(self._words, keys),
                lambda key: self._value(self._entry(place, key), held, zero, keys),
                partial(choose, self._spec, held),
                zero,
            )
        )

    def words(self, contract: str, label: str, key: tuple[Any, ...]) -> tuple[Int, ...]:
        """The words of a key; none for a variable that is no mapping."""
        if not key:
            return ()
        return self._words(unmapped(self.type_of(contract, label))[0], key)

    def abi(self, contract: str) -> Abi:
        """The interface of a contract."""
        return self._compiled.abi(contract)

    def _words(self, kinds: tuple[StorageType, ...], key: Any) -> tuple[Int, ...]:
        parts = key if isinstance(key, tuple) else (key,)
        if len(parts) != len(kinds):
            raise Unsupported(f"the specification has the key {key!r} for {len(kinds)} keys")
        return tuple(key_word(kind, part) for kind, part in zip(kinds, parts, strict=True))

    def _entry(self, place: Place, key: Any) -> Place:
        parts = key if isinstance(key, tuple) else (key,)
        return Place(place.contract, place.variable, tuple(map(Key, parts)))

    def _value(
        self, place: Place, kind: StorageType, like: Any, keys: tuple[StorageType, ...]
    ) -> Any:
        """What is stored at a place; ``like`` is a struct that has the members of its kind."""
        if isinstance(kind, ValueType):
            return self._before.load(place) if keys else self._before.glimpse(place)
        if isinstance(kind, StructType):
            return self._spec.with_members(
                like,
                {
                    each.label: self._value(
                        place.then(Member(each.label)),
                        each.type,
                        member(self._spec, like, each.label),
                        keys,
                    )
                    for each in kind.members
                },
            )
        if isinstance(kind, BytesType):
            named = [part.value for part in place.path if isinstance(part, Key)]
            return StoredBytes(place, self._words(keys, tuple(named)) if keys else ())
        return Untold(str(place), kind)

    def _purse(self, chain: str) -> Entries:
        return Entries(
            Kind(
                f"the wei of {chain}",
                lambda key: (int_term(key),),
                lambda key: self._before.ether(chain, key),
                lambda condition, one, other: choose(self._spec, _WEI, condition, one, other),
                0,
            )
        )

    # The call

    def execute(self, call: Transaction) -> str | None:
        """Execute a call from the state before it: why it reverts, or None.

        To be called inside ``explore``.  Raises Unsupported, with the place in the specification,
        for what cannot be followed on terms.
        """
        self._spec.restore(self._start)
        try:
            return self._spec.execute(
                call.chain,
                sender=number(call.sender),
                to=Address(call.to),
                value=number(call.value),
                data=call.data,  # type: ignore[arg-type]  # bytes on terms
                block=number(call.block.number),
                time=number(call.block.timestamp),
                basefee=number(call.block.basefee),
            )
        except Unsupported as problem:
            raise Unsupported(f"{problem.reason}{_where(problem)}") from problem
        except (NotDeterministic, TooManyPaths):
            raise
        except NOT_FOLLOWED as wrong:
            what = f"the specification cannot be followed on terms: {wrong}{_where(wrong)}"
            raise Unsupported(what) from wrong

    # The state after

    def purse(self, chain: str) -> Entries:
        """The wei of a chain's accounts now."""
        found = self._spec.ether[chain]
        if not isinstance(found, Entries):
            raise Unsupported(f"the specification replaces all the wei of {chain}")
        return found

    def touched(self) -> Iterator[tuple[str, str, tuple[Any, ...]]]:
        """The values that the specification wrote: contract, label, and the key if there is one."""
        for contract, label in self._spec.variables():
            now = self._spec.variable(contract, label)
            if isinstance(now, Entries):
                for entry in now.written:
                    key = entry.key
                    yield contract, label, key if isinstance(key, tuple) else (key,)
            elif now is not self._plain.get((contract, label)):
                yield contract, label, ()

    def now(self, contract: str, label: str, key: tuple[Any, ...]) -> Any:
        """A variable, or an entry of a mapping, as it is now."""
        try:
            value = self._spec.variable(contract, label)
        except KeyError:
            raise Unsupported(f"{contract}.{label} is written, and not modelled") from None
        if not key:
            return value
        if not isinstance(value, Entries):
            raise Unsupported(f"the specification replaces all of the mapping {contract}.{label}")
        return value.now(key[0] if len(key) == 1 else key)

    @property
    def totals(self) -> Mapping[tuple[str, str, str], Any]:
        """What the specification has counted of events since the call began."""
        return self._spec.totals

    @cached_property
    def unmodelled(self) -> frozenset[str]:
        """Variables that the specification leaves out, as ``contract.variable``."""
        return frozenset(self._compiled.system.unmodelled)


_WEI = ValueType("uint", "uint256", 32)

_HARNESS = str(Path(__file__).resolve().parents[2])


def _where(wrong: BaseException) -> str:
    """The line of the specification at which something was raised."""
    for frame in reversed(traceback.extract_tb(wrong.__traceback__)):
        if not frame.filename.startswith(_HARNESS) and frame.lineno:
            line = linecache.getline(frame.filename, frame.lineno).strip()
            return f" (in {frame.name}: {line})"
    return ""
