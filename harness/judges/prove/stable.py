"""Transitions that any number of calls keep if each one does: which ones may be such.

A transition says nothing of the call if it never looks at it.  If it is reflexive and transitive as
well, then it relates the states before and after any sequence of calls each of which keeps it.
"""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Callable
from typing import Any

from harness.errors import HarnessError
from harness.judges.prove.cases import cases_of, claim, query
from harness.judges.prove.endings import parameters
from harness.property import Kind, Property
from harness.symbolic.explore import TooManyPaths
from harness.symbolic.machine import Unsupported
from harness.symbolic.solve import Limits, Proved, check
from harness.symbolic.terms import term_scope
from harness.symbolic.values import SymInt
from harness.world import World

__all__ = ["NoCall", "composes", "ignores_the_call"]

_LIMITS = Limits(seconds=5)


class NoCall:
    """Stands for the call where there is none: whatever a property asks of it is refused."""

    def __getattr__(self, name: str) -> Any:
        raise Unsupported(f"a property asks for {name} of a call where there is none")


def ignores_the_call(each: Property) -> bool:
    """Whether a property is a transition whose body never mentions its call."""
    if each.kind is not Kind.TRANSITION:
        return False
    try:
        tree = ast.parse(textwrap.dedent(each.code))
    except SyntaxError:
        return False
    function = next((n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)), None)
    if function is None or len(function.args.args) < len(each.kind.states):
        return False
    name = function.args.args[1].arg
    return not any(isinstance(n, ast.Name) and n.id == name for n in ast.walk(function))


def composes(each: Property, blank: Callable[[str], World]) -> bool:
    """Whether a transition that ignores the call is reflexive and transitive.

    ``blank`` makes states of which nothing is known, one of each name.
    """
    with term_scope():
        values = tuple(SymInt(symbol) for _, symbol in parameters(each.forall))
        one, two, three = (each.system(blank(era)) for era in ("", "~second", "~third"))

        def said(before: Any, after: Any) -> Any:
            return cases_of(each, (before, NoCall(), after, *values))

        try:
            known = [claim(said(one, two)), claim(said(two, three))]
            same, across = claim(said(one, one)), claim(said(one, three))
        except (Unsupported, TooManyPaths, HarnessError):
            return False
        wanted = (query(each.id, (), same), query(each.id, known, across))
        answers = [check(asked, _LIMITS, confirm=True) for asked in wanted]
    return all(isinstance(a, Proved) and a.confirmed_by for a in answers)
