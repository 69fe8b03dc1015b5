"""Which facts about ghosts bear on a goal: those that speak of what it speaks of.

Facts are true of every state, so leaving some out is safe; with hundreds of them a solver takes
long over nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from harness.symbolic.terms import Bool, Term
from harness.symbolic.terms.node import APP, BVAR, EQ, VAR

__all__ = ["Relevance"]

_TOLERANCE = 2
"""How many times as often as the rarest unknown of a condition another may occur to lead to it."""

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

    def closest(
        self, pool: Sequence[Bool], goal: Bool, path: Sequence[Bool], steps: int
    ) -> list[Bool]:
        """The few of a pool that are nearest to a goal, some steps away at most.

        An unknown leads to a condition if it is one of the rarest in it: what nearly everything
        speaks of leads to nothing but what speaks of nothing else.  The goal also leads to what the
        path says is equal to what it speaks of, and to entries of the same mappings under other
        keys that it speaks of, which may be the same.
        """
        counts = Counter(atom for each in pool for atom in self._of(each))
        led: dict[Term, list[Bool]] = {}
        for each in pool:
            atoms = self._of(each)
            rare = _TOLERANCE * min((counts[atom] for atom in atoms), default=0)
            for atom in atoms:
                if counts[atom] <= rare:
                    led.setdefault(atom, []).append(each)
        own = self._of(goal)
        inner = own.union(*(self._of(key) for atom in own for key in atom.args))
        equal = [self._of(each) for each in path if each.op == EQ]
        inner = inner.union(*(atoms for atoms in equal if not atoms.isdisjoint(inner)))
        entries = self._entries(own, inner, counts)
        known = fresh = own | inner | entries
        found = {each for each in pool if not self._of(each).isdisjoint(entries)}
        for _ in range(steps):
            near = [each for atom in fresh for each in led.get(atom, ()) if each not in found]
            found.update(near)
            fresh = frozenset[Term]().union(*(self._of(each) for each in near)) - known
            known = known | fresh
        return [each for each in pool if each in found]

    def _entries(
        self, own: frozenset[Term], inner: frozenset[Term], atoms: Iterable[Term]
    ) -> frozenset[Term]:
        """The atoms that are entries of the same mappings as some own ones, at known keys."""
        functions = {atom.data for atom in own if atom.op == APP}
        return frozenset(
            atom
            for atom in atoms
            if atom.op == APP
            and atom.data in functions
            and atom not in own
            and all(self._of(key) <= inner for key in atom.args)
        )

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
