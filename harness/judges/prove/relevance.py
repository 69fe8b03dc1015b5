"""Which facts about ghosts bear on a goal: those that speak of what it speaks of.

Facts are true of every state, so leaving some out is safe; with hundreds of them a solver takes
long over nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from harness.symbolic.terms import Bool, Term
from harness.symbolic.terms.node import APP, BVAR, VAR

__all__ = ["Relevance"]

_ROUNDS = 2
"""How far facts may lead to further facts."""


class Relevance:
    """Chooses among facts; keeps what each term speaks of, in one term scope."""

    def __init__(self) -> None:
        self._atoms: dict[Term, frozenset[Term]] = {}

    def among(self, facts: Sequence[Bool], said: Iterable[Bool]) -> list[Bool]:
        """The facts that share an unknown with what is said, directly or through another fact."""
        known: set[Term] = set().union(*(self._of(each) for each in said))
        left = list(facts)
        found: list[Bool] = []
        for _ in range(_ROUNDS):
            near = [fact for fact in left if not self._of(fact).isdisjoint(known)]
            if not near:
                break
            found += near
            chosen = set(near)
            left = [fact for fact in left if fact not in chosen]
            known = known.union(*(self._of(fact) for fact in near))
        return found

    def _of(self, root: Term) -> frozenset[Term]:
        """The variables and applications in a term that are not mere keys of others."""
        found = self._atoms.get(root)
        if found is None:
            seen: set[Term] = set()
            atoms: set[Term] = set()
            stack: list[Term] = [root]
            while stack:
                node = stack.pop()
                if node in seen:
                    continue
                seen.add(node)
                if node.op in (APP, VAR, BVAR):
                    atoms.add(node)
                else:
                    stack.extend(node.args)
            found = self._atoms[root] = frozenset(atoms)
        return found
