"""What a property says of its limit: the formula, and what it comes to for real parameters.

Both stand in the docstring, below the statement, each on a line of its own:

    Limit: r**n * e(n - 1) for n blocks
    Real parameters: 2.523e-14 for a week
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass

from harness.property import Property

__all__ = ["Limit", "limit_of"]

_FORMULA = "Limit:"
_NUMBERS = "Real parameters:"


@dataclass(frozen=True, slots=True)
class Limit:
    """The limit of a property in words: a formula, and numbers; empty where it gives none."""

    formula: str
    numbers: str


def limit_of(each: Property) -> Limit | None:
    """The limit that a property's docstring states, if it states one."""
    lines = [line.strip() for line in (inspect.getdoc(each.body) or "").splitlines()]
    formula, numbers = (
        next((line.removeprefix(label).strip() for line in lines if line.startswith(label)), "")
        for label in (_FORMULA, _NUMBERS)
    )
    return Limit(formula, numbers) if formula or numbers else None
