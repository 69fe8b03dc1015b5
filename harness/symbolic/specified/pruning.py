"""Which paths of a specification can be taken at one end of the contracts' call.

The contracts' conditions may speak of several paths of theirs at once, such as both sides of a
branch whose ends were joined.  What the specification decides most often tells which side it is:
with that put in, conditions that exclude each other are seen to, without a solver.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from harness.symbolic.terms import TRUE, Bool, Facts, Term
from harness.symbolic.terms.node import APP, BVAR, VAR

__all__ = ["Pruning"]


class Pruning:
    """What is known of paths that begin with some conditions.

    Args:
        given: the contracts' conditions; whatever a path has after them, the specification decided.
    """

    def __init__(self, given: Sequence[Bool]) -> None:
        self._given = tuple(given)
        self._unknowns: dict[Term, frozenset[Term]] = {}
        self._decided: dict[tuple[Bool, ...], Facts] = {(): Facts()}

    def feasible(self, conditions: tuple[Bool, ...]) -> bool:
        """Whether a path may be taken; only what its last decision has to do with is looked at."""
        decisions = conditions[len(self._given) :]
        new = self._of(decisions[-1])
        near = [each for each in self._given if not self._of(each).isdisjoint(new)]
        return self._consistent(decisions, near) is not None

    def simplified(self, conditions: tuple[Bool, ...]) -> tuple[Bool, ...] | None:
        """All conditions of a path in the light of its decisions; None if they exclude each
        other."""
        return self._consistent(conditions[len(self._given) :], self._given)

    def _consistent(
        self, decisions: tuple[Bool, ...], given: Iterable[Bool]
    ) -> tuple[Bool, ...] | None:
        facts = self._facts(decisions)
        pairs = [(condition, facts.rewrite(condition)) for condition in given]
        same = [condition for condition, simple in pairs if simple is condition]
        changed = [s for c, s in pairs if s is not c and s is not TRUE]
        found = [*decisions, *same]
        if not changed:
            return tuple(found)
        facts = facts.assume(*same)
        for condition in changed:
            simple = facts.rewrite(condition)
            truth = facts.decide(simple)
            if truth is False:
                return None
            if truth is None:
                found.append(simple)
                facts = facts.assume(simple)
        return tuple(found)

    def _facts(self, decisions: tuple[Bool, ...]) -> Facts:
        found = self._decided.get(decisions)
        if found is None:
            found = self._facts(decisions[:-1]).assume(decisions[-1])
            self._decided[decisions] = found
        return found

    def _of(self, root: Term) -> frozenset[Term]:
        """The variables and applications in a term that are not mere keys of others."""
        found = self._unknowns.get(root)
        if found is None:
            if root.op in (APP, VAR, BVAR):
                found = frozenset({root})
            else:
                inner = (self._of(each) for each in root.args if isinstance(each, Term))
                found = frozenset().union(*inner)
            self._unknowns[root] = found
        return found
