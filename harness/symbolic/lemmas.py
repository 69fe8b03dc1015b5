"""Lemmas on terms: proved by both solvers once, then known of the terms that they are cited of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from harness.lemma import Lemma
from harness.symbolic.explore import explore, suppose
from harness.symbolic.machine.errors import Unsupported
from harness.symbolic.products import Products
from harness.symbolic.solve import Answer, Limits, Proved, Query, check, check_in_reals
from harness.symbolic.terms import FALSE, TRUE, Bool, Int, and_, compare, const, imply, int_var
from harness.symbolic.terms.node import AND
from harness.symbolic.values import SymBool, SymInt, int_term

__all__ = ["about", "cite", "is_proved", "queries"]

_LIMITS: Final = Limits(seconds=10)
_MOST_PATHS: Final = 256

_PROVED: Final[dict[Lemma, bool]] = {}
"""What became of each lemma that this process was asked to prove."""


def cite(lemma: Lemma, values: Sequence[Any]) -> None:
    """Let the path that is explored know a lemma of some numbers.

    Raises Unsupported if two solvers do not agree that it holds of all numbers.
    """
    if not is_proved(lemma):
        raise Unsupported(f"the lemma {lemma.name!r} is cited, and two solvers do not prove it")
    suppose(about(lemma, [int_term(value) for value in values]))


def is_proved(lemma: Lemma) -> bool:
    """Whether two solvers agree that a lemma holds of all whole numbers from 0 on."""
    known = _PROVED.get(lemma)
    if known is None:
        known = _PROVED[lemma] = all(_follows(lemma, query) for query in queries(lemma))
    return known


def about(lemma: Lemma, terms: Sequence[Int]) -> Bool:
    """What a lemma says of some terms, if none of them is negative."""
    begins = and_(*(compare.ge(term, const(0)) for term in terms))
    return imply(begins, and_(*(imply(and_(*known), goal) for known, goal in _cases(lemma, terms))))


def queries(lemma: Lemma) -> list[Query]:
    """What is to be proved: each part of what the lemma says, on each path through it."""
    unknowns = [int_var(f"lemma {lemma.name}: {each}", 0) for each in lemma.parameters]
    return [
        Query(known, part, f"lemma {lemma.name}")
        for known, goal in _cases(lemma, unknowns)
        for part in (goal.args if goal.op == AND else (goal,))
    ]


def _cases(lemma: Lemma, terms: Sequence[Int]) -> list[tuple[tuple[Bool, ...], Bool]]:
    """What a lemma says on every path through it, where it says anything."""
    found: list[tuple[tuple[Bool, ...], Bool]] = []
    paths = explore(lambda: lemma.body(*map(SymInt, terms)), max_paths=_MOST_PATHS)
    for path in paths:
        said = path.result
        if isinstance(said, SymBool):
            found.append((path.condition, said.term))
        elif said is not None:
            found.append((path.condition, TRUE if said else FALSE))
    return found


def _follows(lemma: Lemma, query: Query) -> bool:
    """Whether two solvers agree on a query: without products, over the reals, or else with them."""
    products = Products(f"lemma {lemma.name} ")
    weaker = products.without(query, query.assumptions)
    return (
        (weaker is not None and _agreed(check(weaker.query, _LIMITS, confirm=True)))
        or (weaker is not None and _agreed(check_in_reals(products.told(query), _LIMITS)))
        or _agreed(check(query, _LIMITS, confirm=True))
    )


def _agreed(answer: Answer) -> bool:
    return isinstance(answer, Proved) and bool(answer.confirmed_by)
