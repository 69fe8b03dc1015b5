"""Lemmas: what holds of all numbers, proved once, cited where a property needs it.

    from harness import lemma

    @lemma
    def a_share_is_no_more(amount: int, fraction: int) -> bool | None:
        \"\"\"A share by a fraction up to 1 is no more than the amount.\"\"\"
        return amount * fraction // ONE <= amount if fraction <= ONE else None

    @invariant("POOL-001", severity="high", source="payouts")
    def fees_are_covered(w: Pool) -> bool:
        \"\"\"The pool can pay its fees.\"\"\"
        a_share_is_no_more(w.pool.assets, w.pool.fee)
        return w.pool.fees <= w.pool.assets

A lemma is about whole numbers from 0 on, as many as it has parameters; like a property, it returns
whether it holds, or ``None`` where it says nothing.  To cite it is to call it.  The prover then
knows it of those numbers, once two solvers have agreed that it holds of all; if they do not, the
property that cites it is INCOMPLETE with that reason.  On a concrete world a citation checks the
lemma on the numbers at hand.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from harness.errors import UsageError

__all__ = ["Lemma", "lemma"]


@dataclass(frozen=True)
class Lemma:
    """A lemma; ``statement`` is the first paragraph of its docstring."""

    name: str
    statement: str
    parameters: tuple[str, ...]
    body: Callable[..., Any]

    def __call__(self, *values: Any) -> None:
        """Cite the lemma about some numbers, plain or symbolic.

        Raises UsageError for another number of them, and where it is false of plain ones.
        """
        if len(values) != len(self.parameters):
            raise UsageError(
                f"the lemma {self.name!r} is about {len(self.parameters)} numbers, "
                f"not {len(values)}",
                fix=f"give it {', '.join(self.parameters)}",
            )
        if all(isinstance(value, int) for value in values):
            if min(values) >= 0 and self.body(*values) not in (True, None):
                raise UsageError(
                    f"the lemma {self.name!r} is false of {', '.join(map(str, values))}",
                    fix="say under which conditions it holds: return None elsewhere",
                )
            return
        from harness.symbolic.lemmas import cite

        cite(self, values)

    def __str__(self) -> str:
        return self.name


def lemma(body: Callable[..., Any]) -> Lemma:
    """Declare a lemma; see the module."""
    where = f"lemma {body.__name__!r}"
    statement = " ".join((inspect.getdoc(body) or "").split("\n\n")[0].split())
    if not statement:
        raise UsageError(
            "a lemma needs a docstring: it is its statement",
            where=where,
            fix="say in one sentence what holds",
        )
    parameters = tuple(inspect.signature(body).parameters)
    if not parameters:
        raise UsageError("a lemma without parameters is about nothing", where=where)
    return Lemma(body.__name__, statement, parameters, body)
