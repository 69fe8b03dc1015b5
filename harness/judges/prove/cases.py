"""Evaluating a property on symbolic worlds: what it says, case by case."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from harness.errors import HarnessError, ViewReverts
from harness.property import Bounded, Property
from harness.symbolic.explore import explore
from harness.symbolic.machine import Unsupported
from harness.symbolic.solve import Query
from harness.symbolic.terms import FALSE, TRUE, Bool, and_, imply
from harness.symbolic.values import SymBool

__all__ = ["Case", "cases_of", "claim", "spoken"]

_MOST_PATHS = 512


@dataclass(frozen=True, slots=True)
class Case:
    """What a property says under a condition."""

    condition: Bool
    says: Bool | None
    """None where it says nothing."""


def cases_of(each: Property, args: tuple[Any, ...]) -> tuple[Case, ...]:
    """What a property says of worlds and calls, on every path through its body.

    The conditions of the cases exclude each other and leave nothing out.  Raises Unsupported where
    the property does what cannot be followed on terms.
    """

    _refuse_identity(each)

    def run() -> Any:
        said = each.body(*args)
        return said.holds if isinstance(said, Bounded) else said

    try:
        paths = explore(run, max_paths=_MOST_PATHS, catch=(ViewReverts, ZeroDivisionError))
    except (Unsupported, HarnessError, MemoryError):
        raise
    except Exception as wrong:
        raise Unsupported(
            f"property {each.id} raises {type(wrong).__name__} on terms: {wrong}"
        ) from wrong
    found = []
    for path in paths:
        condition = and_(*path.condition)
        if path.error is not None:
            found.append(Case(condition, FALSE))  # it must be shown never to get there
        else:
            found.append(Case(condition, _said(each, path.result)))
    return tuple(found)


@cache
def _refuse_identity(each: Property) -> None:
    """Refuse what Python answers about the object that a value is, rather than about its value."""
    try:
        tree = ast.parse(textwrap.dedent(each.code))
    except SyntaxError:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            sides = (node.left, *node.comparators)
            asks = any(isinstance(op, ast.Is | ast.IsNot) for op in node.ops)
            nothing = any(isinstance(s, ast.Constant) and s.value is None for s in sides)
            if asks and not nothing:
                raise Unsupported(f"property {each.id} compares with `is`: use == instead")
        if isinstance(node, ast.Name) and node.id in ("isinstance", "type"):
            raise Unsupported(f"property {each.id} asks {node.id}: a proof has terms for values")


def _said(each: Property, said: Any) -> Bool | None:
    if said is None:
        return None
    if isinstance(said, bool):
        return TRUE if said else FALSE
    if isinstance(said, SymBool):
        return said.term
    raise Unsupported(f"property {each.id} returns {said!r}, which is neither a bool nor None")


def claim(cases: Iterable[Case]) -> Bool:
    """What must be proved, and may be assumed where it is: each case's condition implies what the
    property says there, and no case in which it raises is reached."""
    return and_(*(imply(c.condition, c.says) for c in cases if c.says is not None))


def spoken(cases: Iterable[Case]) -> list[Bool]:
    """The conditions under which the property says something."""
    return [case.condition for case in cases if case.says is not None]


def query(name: str, assumptions: Iterable[Bool], goal: Bool) -> Query:
    """A query without trivial assumptions."""
    kept = tuple(dict.fromkeys(each for each in assumptions if each is not TRUE))
    return Query(kept, goal, name)
