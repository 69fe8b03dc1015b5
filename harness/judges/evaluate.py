"""Evaluating properties in a concrete world: did it hold, and what did it look at?"""

from __future__ import annotations

import itertools
import os
import sysconfig
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.address import Address
from harness.chain.attribution import number_of
from harness.chain.world import ConcreteWorld, Executed
from harness.compiled import CompiledSystem
from harness.errors import HarnessError, InternalError, LookupProblem, UsageError
from harness.judges.recording import Recorder
from harness.property import Bounded, Kind, Property
from harness.world import Key

__all__ = [
    "Checker",
    "PropertyFault",
    "Reading",
    "Scope",
    "Violation",
    "check_rule",
    "evaluate",
    "raised",
]

_NOT_AUTHORS = (
    str(Path(__file__).parents[1]) + os.sep,
    *(sysconfig.get_path(name) + os.sep for name in ("stdlib", "purelib", "platlib")),
)
"""Where code lies that no author of properties wrote: the harness, Python, its packages."""


class PropertyFault(UsageError):
    """A property that is wrong itself: it raised, or returned what no property may return."""

    def __init__(
        self, what: str, *, where: str | None = None, fix: str | None = None, property_id: str = ""
    ) -> None:
        super().__init__(what, where=where, fix=fix)
        self.property_id = property_id

    def __reduce__(self) -> tuple[object, ...]:
        return _fault, (self.what, self.where, self.fix, self.property_id)


def _fault(what: str, where: str | None, fix: str | None, property_id: str) -> PropertyFault:
    return PropertyFault(what, where=where, fix=fix, property_id=property_id)


@dataclass(frozen=True)
class Scope:
    """The values that a *for all* parameter is tried with."""

    addresses: tuple[Address, ...]
    numbers: tuple[int, ...]

    @classmethod
    def whole(cls, world: ConcreteWorld) -> Scope:
        """Every account of the system, nobody, and every whole number that was ever a key."""
        names = world.compiled.names
        accounts = (*(names.address(name) for name in names), Address(0))
        return cls(accounts, tuple(sorted(world.numbers_in_sight())))

    @classmethod
    def touched(cls, world: ConcreteWorld, executed: Executed) -> Scope:
        """Whom and what a transaction concerns: its sender, and the keys that it wrote under."""
        addresses = {Address(executed.transaction.sender): None}
        numbers = {0: None}
        for write in executed.receipt.writes:
            contract = world.compiled.contract_at(executed.chain, write.address)
            for leaf in world.leaves_of(contract, write.slot) if contract else ():
                for step in leaf.place.path:
                    if isinstance(step, Key):
                        if isinstance(step.value, Address):
                            addresses[step.value] = None
                        elif (number := number_of(step.value)) is not None:
                            numbers[number] = None
        return cls(tuple(addresses), tuple(numbers))

    def __or__(self, other: Scope) -> Scope:
        return Scope(
            tuple(dict.fromkeys((*self.addresses, *other.addresses))),
            tuple(dict.fromkeys((*self.numbers, *other.numbers))),
        )


@dataclass(frozen=True, slots=True)
class Reading:
    """A value that a property read: its name as an author would write it, and what it was."""

    name: str
    value: Any


@dataclass(frozen=True)
class Violation:
    """A property that did not hold, and where.

    ``forall`` are the values of its *for all* parameters, ``readings`` what it read, and
    ``transaction`` the number of the transaction within the step for transitions and rules.
    """

    property: Property
    forall: tuple[tuple[str, Any], ...] = ()
    readings: tuple[Reading, ...] = ()
    transaction: int | None = None


@dataclass
class Checker:
    """Evaluates properties after steps and counts how often they said something.

    ``spoke`` counts by property id the evaluations that were not ``None``, ``evaluated`` all of
    them: a property that never speaks is vacuous.
    """

    properties: Sequence[Property]
    spoke: dict[str, int] = field(default_factory=dict)
    evaluated: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._states = [p for p in self.properties if p.kind in (Kind.INVARIANT, Kind.BOUND)]
        self._calls = [p for p in self.properties if p.kind in (Kind.TRANSITION, Kind.RULE)]

    def state(self, world: ConcreteWorld, scope: Scope | None = None) -> list[Violation]:
        """The properties of one state that do not hold now, for all values or those in scope."""
        found = []
        for each in self._states:
            view = each.system(world)
            for chosen in _choices(each, world, scope):
                if not self._holds(each, (view, *(value for _, value in chosen))):
                    found.append(self._explain(each, chosen, (world,), None))
                    break
        return found

    def call(
        self, world: ConcreteWorld, executed: Executed, number: int, scope: Scope | None = None
    ) -> list[Violation]:
        """The transitions and rules that a transaction breaks; to be called right after it."""
        found = []
        call = executed.view() if self._calls else None
        for each in self._calls:
            assert call is not None
            if each.kind is Kind.RULE:
                if not call.is_to(each.on):
                    continue
            elif not executed.succeeded:
                continue
            before, after = each.system(executed.before), each.system(world)
            for chosen in _choices(each, world, scope):
                values = (value for _, value in chosen)
                if not self._holds(each, (before, call, after, *values)):
                    worlds = (executed.before, call, world)
                    found.append(self._explain(each, chosen, worlds, number))
                    break
        return found

    def _holds(self, each: Property, args: tuple[Any, ...]) -> bool:
        said = evaluate(each, args)
        self.evaluated[each.id] = self.evaluated.get(each.id, 0) + 1
        if said is None:
            return True
        self.spoke[each.id] = self.spoke.get(each.id, 0) + 1
        return said

    def _explain(
        self,
        each: Property,
        chosen: tuple[tuple[str, Any], ...],
        worlds: tuple[Any, ...],
        transaction: int | None,
    ) -> Violation:
        """The violation with all that the property read, found by evaluating it once more."""
        recorder = Recorder()
        names = ("w",) if len(worlds) == 1 else ("before", "", "after")
        views = [
            each.system(recorder.watch(world, name)) if name else world
            for world, name in zip(worlds, names, strict=True)
        ]
        try:
            again = evaluate(each, (*views, *(value for _, value in chosen)))
        except HarnessError:
            again = False
        if again is not False:
            raise InternalError(
                f"property {each.id} gave two answers for one state",
                where=f"{each.file}:{each.line}",
                fix="a property must depend on nothing but the worlds and calls it is given",
            )
        readings = tuple(Reading(name, value) for name, value in recorder.readings.items())
        return Violation(each, chosen, readings, transaction)


def evaluate(each: Property, args: tuple[Any, ...]) -> bool | None:
    """What a property says: that it holds, that it does not, or nothing (``None``).

    Raises :class:`PropertyFault` where it raises or returns something else.
    """
    try:
        said = each.body(*args)
    except (InternalError, MemoryError):
        raise
    except Exception as wrong:
        raise raised(each, wrong) from wrong
    if isinstance(said, Bounded):
        said = said.holds
    if said is None or isinstance(said, bool):
        return said
    raise PropertyFault(
        f"property {each.id} returns {said!r}, which is neither True, False nor None",
        where=f"{each.file}:{each.line}",
        fix="compare with something, so that the answer is a bool",
        property_id=each.id,
    )


def check_rule(each: Property, compiled: CompiledSystem) -> None:
    """Refuse a rule about a function that there is not, which would never say anything."""
    contract, _, function = each.on.partition(".")
    try:
        names = {known.name for known in compiled.abi(contract).functions}
        if function not in names:
            raise LookupProblem.unknown("function", function, names, contract)
    except LookupProblem as wrong:
        raise raised(each, wrong) from wrong


def raised(each: Property, wrong: Exception) -> PropertyFault:
    """The fault of a property that raised, with the line of its author that did."""
    where = _line_of(each, wrong)
    if isinstance(wrong, HarnessError):
        what = f"property {each.id} cannot be evaluated: {wrong.what}"
        return PropertyFault(what, where=where, fix=wrong.fix, property_id=each.id)
    return PropertyFault(
        f"property {each.id} raises {type(wrong).__name__}: {wrong}",
        where=where,
        fix="mend the property; where it says nothing, let it return None",
        property_id=each.id,
    )


def _line_of(each: Property, wrong: Exception) -> str:
    """The author's line that raised, rather than ours: in the property's file if it can be."""
    lines = [f for f in traceback.extract_tb(wrong.__traceback__) if _is_authors(f.filename)]
    best = [f for f in lines if f.filename == each.file] or lines
    if best:
        return f"{best[-1].filename}:{best[-1].lineno}: {best[-1].line}"
    return f"{each.file}:{each.line}"


def _is_authors(file: str) -> bool:
    return not any(file.startswith(folder) for folder in _NOT_AUTHORS)


def _choices(
    each: Property, world: ConcreteWorld, scope: Scope | None
) -> Iterator[tuple[tuple[str, Any], ...]]:
    """Values for the *for all* parameters: those in scope, or whatever the system knows."""
    if not each.forall:
        yield ()
        return
    domain = scope or Scope.whole(world)
    names = [name for name, _ in each.forall]
    choices = [domain.addresses if kind is Address else domain.numbers for _, kind in each.forall]
    for values in itertools.product(*choices):
        yield tuple(zip(names, values, strict=True))
