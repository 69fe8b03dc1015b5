"""Models that are at hand: what satisfied one query often satisfies the next, without a solver.

A model that was found for some conditions says nothing of variables that they do not have.  These
get the value next to 0 that they may have, functions are that everywhere else, and exact evaluation
decides whether the whole satisfies the conditions of another query.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from harness.symbolic.terms.evaluate import Assignment, evaluate
from harness.symbolic.terms.functions import Function, NotEvaluated
from harness.symbolic.terms.node import APP, BVAR, VAR, Bool, Int, Term

__all__ = ["Completed", "Models", "clamp"]


def clamp(value: int, lo: int | None, hi: int | None) -> int:
    """The nearest value in [lo, hi]."""
    if lo is not None and value < lo:
        return lo
    return hi if hi is not None and value > hi else value


class Models:
    """Assignments that satisfied something, in one term scope; the latest are tried first."""

    def __init__(self) -> None:
        self._models: list[Completed] = []

    def add(self, assignment: Assignment) -> None:
        """Keep an assignment."""
        self._models.append(Completed(assignment))

    def satisfying(self, conditions: Iterable[Bool]) -> Assignment | None:
        """One of them that satisfies every condition; None where none is at hand."""
        wanted = tuple(conditions)
        return next((m.assignment for m in reversed(self._models) if m.satisfies(wanted)), None)


class Completed:
    """An assignment to which values are added as they are asked for."""

    def __init__(self, found: Assignment) -> None:
        self._integers = dict(found.integers)
        self._booleans = dict(found.booleans)
        self._functions = dict(found.functions)
        self._defaults = dict(found.defaults)
        self.assignment = Assignment(
            self._integers, self._booleans, self._functions, self._defaults
        )
        self._seen: set[Term] = set()
        self._values: dict[Term, Any] = {}

    def satisfies(self, conditions: Iterable[Bool]) -> bool:
        """Whether every condition is true under the assignment."""
        try:
            return all(self._value(condition) for condition in conditions)
        except NotEvaluated:
            return False

    def _value(self, condition: Bool) -> bool:
        self._complete(condition)
        return evaluate(condition, self.assignment, self._values)

    def _complete(self, root: Term) -> None:
        stack: list[Term] = [root]
        while stack:
            node = stack.pop()
            if node in self._seen:
                continue
            self._seen.add(node)
            stack.extend(node.args)
            if node.op == VAR and isinstance(node, Int):
                self._integers.setdefault(node.data, clamp(0, node.lo, node.hi))
            elif node.op == BVAR:
                self._booleans.setdefault(node.data, False)
            elif node.op == APP:
                function: Function = node.data
                if function.exact is None and function.name not in self._functions:
                    self._functions[function.name] = {}
                    self._defaults[function.name] = clamp(0, function.lo, function.hi)
