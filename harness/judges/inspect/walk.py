"""Every path of an entry, through its modifiers and its internal calls.

A walk carries a state along the edges of the control flow, joins it where paths meet, and goes on
until nothing changes.  What a revert undoes is not followed: a path ends where the call succeeds.
A modifier wraps the function: its ``_`` stands for what it wraps, whether it is reached or not.

Calls are followed with their arguments, so that a check in an internal function is read in the
words of the entry; a function that is called by itself is followed with unknown arguments.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from slither.core.cfg.node import NodeType
from slither.core.declarations import Function
from slither.slithir.operations import Condition, InternalCall, LibraryCall, SolidityCall

from harness.errors import InternalError
from harness.judges.inspect.expressions import Expr, Reader, Text
from harness.judges.inspect.program import Program

__all__ = ["Activation", "Execution", "Reach", "Reached", "Walk"]

S = TypeVar("S", bound=Hashable)

_REVERTS = ("revert", "invalid(")


@dataclass(frozen=True)
class Activation:
    """A function that runs: what its parameters are, and, in a modifier, what ``_`` stands for."""

    function: Any
    arguments: tuple[Expr, ...]
    wrapped: Activation | None = None

    @property
    def key(self) -> Hashable:
        """Equal for activations that do the same."""
        inner = None if self.wrapped is None else self.wrapped.key
        return (id(self.function), self.arguments, inner)


@dataclass(frozen=True)
class Reached:
    """An operation that some path of an entry executes."""

    op: Any
    node: Any
    activation: Activation


class Walk(ABC, Generic[S]):
    """An analysis of all paths.

    Args:
        program: the contract that runs.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        self._known: dict[Hashable, S | None] = {}
        self._running: list[tuple[Hashable, Any]] = []
        self._cuts = 0

    @abstractmethod
    def join(self, one: S, other: S) -> S:
        """What is known where two paths meet."""

    def entered(self, activation: Activation) -> None:
        """A function or a modifier begins to run."""

    def operation(self, at: Reached, state: S) -> S:
        """What is known after an operation; an internal call is told of before it is followed."""
        return state

    def decided(self, known: Expr, holds: bool, state: S) -> S:
        """What is known after a condition was found to hold, or not to hold."""
        return state

    def recursive(self, state: S) -> S:
        """What is known after a call that leads back into itself."""
        return state

    def reader(self, activation: Activation) -> Reader:
        """Reads values of an activation."""
        return Reader(self.program, activation.function, activation.arguments)

    def entry(self, function: Any, state: S) -> S | None:
        """What is known when an entry succeeds; ``None`` if it never does."""
        arguments = tuple(
            # A parameter that is called like something else must not be taken for it.
            Text(f"<{p.name}>" if p.name in self.program.taken else str(p.name))
            for p in function.parameters
        )
        return self._call(function, arguments, state)

    def _call(self, function: Any, arguments: tuple[Expr, ...], state: S) -> S | None:
        if not function.nodes:
            raise InternalError(f"{function.canonical_name} has no body to follow")
        activation = Activation(function, arguments)
        read = self.reader(activation).read
        for modifier, op, _ in reversed(self.program.modifiers(function)):
            given = tuple(read(each) for each in op.arguments)
            activation = Activation(modifier, given, activation)
        return self._run(activation, state)

    def _run(self, activation: Activation, state: S) -> S | None:
        key = (activation.key, state)
        if key in self._known:
            return self._known[key]
        if any(key == running for running, _ in self._running):
            self._cuts += 1
            return self.recursive(state)
        self._running.append((key, activation.function))
        self.entered(activation)
        cuts = self._cuts
        try:
            end = self._paths(activation, state)
        finally:
            self._running.pop()
        if self._cuts == cuts:
            # What is found inside of a recursion may rest on where the recursion was cut.
            self._known[key] = end
        return end

    def _paths(self, activation: Activation, state: S) -> S | None:
        before: dict[int, S] = {}
        end: S | None = None
        pending: list[tuple[Any, S]] = [(activation.function.entry_point, state)]
        while pending:
            node, arriving = pending.pop()
            known = before.get(node.node_id)
            joined = arriving if known is None else self.join(known, arriving)
            if known is not None and joined == known:
                continue
            before[node.node_id] = joined
            after = self._node(activation, node, joined)
            if after is None:
                continue
            if not node.sons:
                end = after if end is None else self.join(end, after)
            pending += self._onward(activation, node, after)
        return end

    def _onward(self, activation: Activation, node: Any, state: S) -> Iterator[tuple[Any, S]]:
        conditions = [op for op in node.irs if isinstance(op, Condition)]
        if node.type not in (NodeType.IF, NodeType.IFLOOP) or len(conditions) != 1:
            for son in node.sons:
                yield son, state
            return
        known = self.reader(activation).read(conditions[0].value)
        for son in node.sons:
            is_true, is_false = son is node.son_true, son is node.son_false
            decided = self.decided(known, is_true, state) if is_true != is_false else state
            yield son, decided

    def _node(self, activation: Activation, node: Any, state: S) -> S | None:
        """What is known after a node; ``None`` where no path goes on."""
        if node.type is NodeType.THROW:
            return None
        if node.type is NodeType.PLACEHOLDER:
            inner = activation.wrapped
            return state if inner is None else self._run(inner, state)
        for op in node.irs:
            after = self._step(Reached(op, node, activation), state)
            if after is None:
                return None
            state = after
        return state

    def _step(self, at: Reached, state: S) -> S | None:
        op = at.op
        if isinstance(op, InternalCall | LibraryCall) and not _is_getter(op):
            if isinstance(op, InternalCall) and op.is_modifier_call:
                return state  # the modifier is followed around the function, not in it
            state = self.operation(at, state)
            callee = self.program.callee(op, at.node, at.activation.function)
            reader = self.reader(at.activation)
            arguments = tuple(reader.read(each) for each in op.arguments)
            if any(callee is running for _, running in self._running):
                arguments = tuple(Text(f"<argument {n}>") for n in range(len(arguments)))
            return self._call(callee, arguments, state)
        if isinstance(op, SolidityCall):
            name = str(op.function.name)
            if name.startswith(_REVERTS):
                return None
            if name.startswith(("require(", "assert(")):
                known = self.reader(at.activation).read(op.arguments[0])
                return self.decided(known, True, self.operation(at, state))
        return self.operation(at, state)


def _is_getter(op: Any) -> bool:
    """Whether a call of a library reads one of its constants."""
    return isinstance(op, LibraryCall) and not isinstance(op.function, Function)


@dataclass(frozen=True)
class Execution:
    """What an entry may execute: operations in the order they were found, and functions."""

    steps: tuple[Reached, ...]
    functions: tuple[Any, ...]


class Reach(Walk[bool]):
    """Collects the operations that an entry may execute."""

    def __init__(self, program: Program) -> None:
        super().__init__(program)
        self._found: dict[tuple[int, Hashable], Reached] = {}
        self._functions: dict[int, Any] = {}

    def join(self, one: bool, other: bool) -> bool:
        """The walk only collects: every path is the same to it."""
        return one or other

    def entered(self, activation: Activation) -> None:
        """Note the function."""
        self._functions[id(activation.function)] = activation.function

    def operation(self, at: Reached, state: bool) -> bool:
        """Note the operation."""
        self._found.setdefault((id(at.op), at.activation.key), at)
        return state

    @classmethod
    def of(cls, program: Program, function: Any) -> Execution:
        """What an entry may execute."""
        reach = cls(program)
        reach.entry(function, True)
        return Execution(tuple(reach._found.values()), tuple(reach._functions.values()))
