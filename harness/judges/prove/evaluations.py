"""What properties say of the worlds of one unit, each evaluated once for the same answers.

A property is a function of what its worlds answer.  The ends of a unit begin in the same state and
most of what is asked of them has not changed, so that the same answers come again and again: then
what the property said of them is said again, without running it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field, fields
from enum import Enum
from functools import cache, cached_property
from typing import Any

from harness.compiled import CompiledSystem
from harness.judges.prove.cases import Case, cases_of, claim
from harness.property import Property
from harness.symbolic.terms import Bool
from harness.symbolic.values import SymBool, SymBytes, SymInt
from harness.view import CallView
from harness.world import (
    Index,
    Key,
    Length,
    Member,
    MessageFacts,
    MessageKind,
    MessageStatus,
    Place,
    Value,
    World,
)

__all__ = ["Evaluations", "Said"]

_PLAIN = (int, str, bytes, Enum, type(None))
_RECORDS = (Place, Key, Index, Member, Length, MessageFacts, MessageKind)


@dataclass(frozen=True)
class Said:
    """What a property says, case by case."""

    cases: tuple[Case, ...]

    @cached_property
    def claim(self) -> Bool:
        """What must be proved of it, and may be assumed of it where it is."""
        return claim(self.cases)


@dataclass(slots=True)
class _Step:
    """A question that a property asks after some answers, and what comes after each answer to it;
    or, where it asks no more, what it said."""

    question: _Question | None = None
    after: dict[Hashable, _Step] = field(default_factory=dict)
    said: Said | None = None


@dataclass(frozen=True, slots=True)
class _Question:
    """One question to one of the worlds."""

    world: int
    name: str
    arguments: tuple[Any, ...]
    key: Hashable
    """The same for questions that are the same."""


class Evaluations:
    """Evaluates properties in one term scope, on worlds that stay as they are."""

    def __init__(self) -> None:
        self._worlds: dict[int, _Answers] = {}
        self._steps: dict[Hashable, _Step] = {}
        # What keys name by its identity is kept, so that this stays its own.
        self._kept: list[object] = []

    def of(
        self,
        each: Property,
        worlds: Sequence[World],
        values: tuple[SymInt, ...] = (),
        call: CallView | Any | None = None,
    ) -> Said:
        """What a property says of one state, or of two and a call between them.

        Raises what :func:`cases_of` raises.
        """
        known = [self._answers(world) for world in worlds]
        about = () if call is None else self._identity(call)
        key = (each.id, about, tuple(value.term for value in values))
        root = self._steps.setdefault(key, _Step())
        said = self._recalled(root, known)
        if said is not None:
            return said
        trace: dict[tuple[int, Hashable], tuple[_Question, Hashable]] = {}
        traced = [_Traced(answers, number, trace) for number, answers in enumerate(known)]
        first, *others = (each.system(world) for world in traced)
        given = (first, call, *others) if others else (first,)
        said = Said(cases_of(each, (*given, *values)))
        if all(world.complete for world in traced):
            _keep(root, trace.values(), said)
        return said

    def _answers(self, world: World) -> _Answers:
        found = self._worlds.get(id(world))
        if found is None:
            found = self._worlds[id(world)] = _Answers(world)
        return found

    def _recalled(self, step: _Step, worlds: Sequence[_Answers]) -> Said | None:
        """What was said before, if all answers are those of that time."""
        found: _Step | None = step
        while found is not None and found.question is not None:
            asked = found.question
            try:
                answer = worlds[asked.world].to(asked)[1]
            except Exception:  # noqa: BLE001  (what a world refuses is told by the evaluation)
                return None
            found = found.after.get(answer)
        return None if found is None else found.said

    def _identity(self, call: object) -> Hashable:
        """The same for calls of which a property cannot tell one from the other."""
        if not isinstance(call, CallView):
            return type(call).__name__
        arguments = call.args.as_dict()
        own: list[Hashable] = [call.chain, call.contract, call.function, tuple(arguments)]
        for value in (call.sender, call.value, call.succeeded, call.relayed, *arguments.values()):
            try:
                own.append(identity(value))
            except _NoIdentity:
                self._kept.append(value)
                own.append(id(value))
        return tuple(own)


def _keep(step: _Step, trace: Any, said: Said) -> None:
    for question, answer in trace:
        step.question = question
        step = step.after.setdefault(answer, _Step())
    step.said = said


class _NoIdentity(Exception):
    """A value of which it cannot be told whether it is the same as another."""


def identity(value: object) -> Hashable:
    """The same for values that no property can tell apart; terms of one scope are what they are.

    Raises _NoIdentity for values of other kinds.
    """
    if isinstance(value, SymInt | SymBool):
        return type(value), value.term
    if isinstance(value, SymBytes):
        return SymBytes, value.size, value.term
    if isinstance(value, _PLAIN):
        return type(value), value
    if isinstance(value, tuple):
        return tuple(map(identity, value))
    if isinstance(value, _RECORDS):
        kind: Any = type(value)
        return kind, *(identity(getattr(value, name)) for name in _names(kind))
    raise _NoIdentity


@cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(each.name for each in fields(kind))


class _Answers:
    """The answers of one world, each asked for once."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._known: dict[Hashable, tuple[Any, Hashable]] = {}

    def to(self, question: _Question) -> tuple[Any, Hashable]:
        """The answer to a question, and its identity."""
        found = self._known.get(question.key)
        if found is None:
            ask: Callable[..., Any] = getattr(self.world, question.name)
            answer = ask(*question.arguments)
            found = self._known[question.key] = (answer, identity(answer))
        return found


class _Traced:
    """A world that keeps what it is asked, in order, and what it answers.

    ``complete`` is false once it was asked what depends on more than the answers so far.
    """

    def __init__(
        self,
        answers: _Answers,
        number: int,
        trace: dict[tuple[int, Hashable], tuple[_Question, Hashable]],
    ) -> None:
        self.complete = True
        self._answers = answers
        self._number = number
        self._trace = trace

    def _ask(self, name: str, *arguments: Any) -> Any:
        try:
            question = _Question(self._number, name, arguments, (name, identity(arguments)))
            answer, same = self._answers.to(question)
        except _NoIdentity:
            self.complete = False
            return getattr(self._answers.world, name)(*arguments)
        self._trace.setdefault((self._number, question.key), (question, same))
        return answer

    @property
    def compiled(self) -> CompiledSystem:
        return self._answers.world.compiled

    def load(self, place: Place) -> Value:
        return self._ask("load", place)

    def total(self, place: Place) -> Value:
        return self._ask("total", place)

    def events(self, contract: str, event: str, field: str) -> Value:
        return self._ask("events", contract, event, field)

    def view(self, contract: str, function: str, args: Sequence[Value]) -> Value:
        # It takes one of its paths, which depends on where the property is.
        self.complete = False
        return self._answers.world.view(contract, function, args)

    def ether(self, chain: str, address: Value) -> Value:
        return self._ask("ether", chain, address)

    def block(self, chain: str) -> Value:
        return self._ask("block", chain)

    def time(self, chain: str) -> Value:
        return self._ask("time", chain)

    def message_total(self, kind: MessageKind, status: MessageStatus | None, field: str) -> Value:
        return self._ask("message_total", kind, status, field)

    def message(self, channel: str, number: Value) -> MessageFacts:
        answer: MessageFacts = self._ask("message", channel, number)
        return answer

    def is_of_kind(self, kind: MessageKind, number: Value) -> Value:
        return self._ask("is_of_kind", kind, number)

    def message_argument(self, kind: MessageKind, field: str, number: Value) -> Value:
        return self._ask("message_argument", kind, field, number)

    def initially(self) -> World:
        return self._answers.world.initially()
