"""Exact evaluation of terms under an assignment: the judge of every model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import prod
from typing import Any, TypeAlias, overload

from harness.symbolic.terms.functions import Function
from harness.symbolic.terms.node import (
    AND,
    APP,
    BVAR,
    CONST,
    DIV,
    EQ,
    GE,
    ITE,
    LE,
    LIN,
    MOD,
    MUL,
    NOT,
    OR,
    SLICE,
    TRUTH,
    VAR,
    Bool,
    Int,
    Term,
)

Meaning: TypeAlias = Callable[..., int] | Mapping[tuple[int, ...], int]


class Unassigned(LookupError):
    """A variable or function of the term has no value in the assignment."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """Values for variables, and meanings for functions.

    A function is a callable, or a table from argument tuples with `default` for the rest.
    Functions with an exact meaning of their own need none.
    """

    integers: Mapping[str, int] = field(default_factory=dict)
    booleans: Mapping[str, bool] = field(default_factory=dict)
    functions: Mapping[str, Meaning] = field(default_factory=dict)
    defaults: Mapping[str, int] = field(default_factory=dict)

    def apply(self, function: Function, args: tuple[int, ...]) -> int:
        """The value of a function at some arguments.

        Raises Unassigned if it has none, ValueError if it is outside the declared range.
        """
        if function.exact is not None:
            return int(function.exact(*args))
        meaning = self.functions.get(function.name)
        value: int | None
        if callable(meaning):
            value = int(meaning(*args))
        else:
            value = None if meaning is None else meaning.get(args)
            if value is None:
                value = self.defaults.get(function.name)
        if value is None:
            raise Unassigned(f"{function.name}{args} has no value")
        below = function.lo is not None and value < function.lo
        if below or (function.hi is not None and value > function.hi):
            raise ValueError(
                f"{function.name}{args} = {value} is outside [{function.lo}, {function.hi}]"
            )
        return value


@overload
def evaluate(term: Int, assignment: Assignment, memo: dict[Term, Any] | None = None) -> int: ...
@overload
def evaluate(term: Bool, assignment: Assignment, memo: dict[Term, Any] | None = None) -> bool: ...
def evaluate(term: Term, assignment: Assignment, memo: dict[Term, Any] | None = None) -> int | bool:
    """The value of a term. `memo` may be shared by calls with the same assignment.

    Raises Unassigned for a variable or function without a value, and ValueError for a value
    outside the range that its variable or function was declared with.
    """
    values: dict[Term, Any] = {} if memo is None else memo
    stack: list[Term] = [term]
    while stack:
        node = stack[-1]
        if node in values:
            stack.pop()
            continue
        waiting = [child for child in node.args if child not in values]
        if waiting:
            stack.extend(waiting)
            continue
        stack.pop()
        values[node] = _value(node, values, assignment)
    result: int | bool = values[term]
    return result


def _value(node: Term, values: dict[Term, Any], assignment: Assignment) -> int | bool:
    """The value of a node whose arguments have values."""
    op = node.op
    if op in (CONST, TRUTH):
        leaf: int | bool = node.data
        return leaf
    if op in (VAR, BVAR):
        return _variable(node, assignment)
    rule = _RULES.get(op)
    args = [values[child] for child in node.args]
    if rule is None:
        return assignment.apply(node.data, tuple(args))
    value: int | bool = rule(args, node.data)
    return value


def _variable(node: Term, assignment: Assignment) -> int | bool:
    if node.op == BVAR:
        if node.data not in assignment.booleans:
            raise Unassigned(f"the boolean variable {node.data!r} has no value")
        return bool(assignment.booleans[node.data])
    if node.data not in assignment.integers:
        raise Unassigned(f"the variable {node.data!r} has no value")
    value = assignment.integers[node.data]
    assert isinstance(node, Int)
    if (node.lo is not None and value < node.lo) or (node.hi is not None and value > node.hi):
        raise ValueError(f"{node.data} = {value} is outside [{node.lo}, {node.hi}]")
    return value


def _linear(args: list[int], data: Any) -> int:
    total: int = data[1]
    for factor, value in zip(data[0], args, strict=True):
        total += factor * value
    return total


def _slice(args: list[int], data: Any) -> int:
    offset, width = data
    value: int = args[0] >> offset
    if width is not None:
        value &= (1 << width) - 1
    return value


_RULES: Mapping[int, Callable[[list[Any], Any], int | bool]] = {
    LIN: _linear,
    MUL: lambda args, _: prod(args),
    SLICE: _slice,
    DIV: lambda args, _: args[0] // args[1] if args[1] else 0,
    MOD: lambda args, _: args[0] % args[1] if args[1] else 0,
    ITE: lambda args, _: args[1] if args[0] else args[2],
    LE: lambda args, data: args[0] <= data,
    GE: lambda args, data: args[0] >= data,
    EQ: lambda args, data: args[0] == data,
    NOT: lambda args, _: not args[0],
    AND: lambda args, _: all(args),
    OR: lambda args, _: any(args),
}
assert set(_RULES) | {CONST, VAR, TRUTH, BVAR, APP} == {*range(9), *range(16, 24)}
