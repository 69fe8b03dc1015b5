"""Queries without products: what does not depend on them is proved in a moment.

Where a product, or a quotient by what is no constant, becomes a variable of its own, the query says
less: what follows from it follows from the original.  Nothing else can be learned from it.
"""

from __future__ import annotations

from harness.symbolic.solve import Query
from harness.symbolic.terms import Bool, Int, Term, int_var
from harness.symbolic.terms.node import CONST, DIV, MOD, MUL
from harness.symbolic.terms.rebuild import rebuild

__all__ = ["Products"]


class Products:
    """The variables that stand for products in one term scope."""

    def __init__(self) -> None:
        self._variables: dict[Term, Int] = {}
        self._memo: dict[Term, Term] = {}

    def without(self, query: Query) -> Query | None:
        """A weaker query without products; None if there are none in it."""
        goal = self.weaker(query.goal)
        assumptions = tuple(self.weaker(each) for each in query.assumptions)
        if goal is query.goal and assumptions == query.assumptions:
            return None
        return Query(tuple(dict.fromkeys(assumptions)), goal, query.name)

    def weaker(self, condition: Bool) -> Bool:
        """A condition without products."""
        return rebuild(condition, self._visit, self._memo)

    def _visit(self, node: Term) -> Term:
        if not isinstance(node, Int) or not _is_product(node):
            return node
        known = self._variables.get(node)
        if known is None:
            known = int_var(f"product.{len(self._variables)}", node.lo, node.hi)
            self._variables[node] = known
        return known


def _is_product(node: Int) -> bool:
    if node.op == MUL:
        return True
    return node.op in (DIV, MOD) and node.args[1].op != CONST
