"""What is known on a path, with every unknown that has a known value replaced by it.

Nearly all that a path reads was deployed with some value. Put in place of the unknowns, these
values make numbers of most expressions, products and quotients among them, which a solver that is
told the same by equations takes minutes for.
"""

from __future__ import annotations

from collections.abc import Iterable

from harness.symbolic.terms import Bool, Int, Term, const
from harness.symbolic.terms.linear import split
from harness.symbolic.terms.node import APP, EQ, ITE, NOT, TRUE, VAR
from harness.symbolic.terms.rebuild import substitute

__all__ = ["Known"]

_MOST_TIMES = 4
"""How often what became known by putting in values is put in again."""


class Known:
    """Conditions that hold; ``conditions`` says as much as they do.

    The equations that were used stay among them, so that a model has values for all unknowns.
    """

    def __init__(self, conditions: Iterable[Bool]) -> None:
        self._values: dict[Term, Term] = {}
        self._forms: dict[Bool, Bool] = {}
        kept: dict[Bool, None] = {}
        left = dict.fromkeys(conditions)
        for _ in range(_MOST_TIMES):
            count = len(kept)
            for each in left:
                found = _definition(each)
                if found is not None and found[0] not in self._values:
                    self._values[found[0]] = found[1]
                    kept[each] = None
            if len(kept) == count:
                break
            self._forms.clear()
            left = {self.of(each): None for each in left if each not in kept}
        self.conditions = tuple(each for each in (*kept, *left) if each is not TRUE)

    def of(self, condition: Bool) -> Bool:
        """What a condition comes to."""
        found = self._forms.get(condition)
        if found is None:
            found = condition
            for _ in range(_MOST_TIMES):
                before, found = found, substitute(found, self._values)
                if found is before:
                    break
            self._forms[condition] = found
        return found


def _definition(condition: Bool) -> tuple[Int, Int] | None:
    """An unknown, and its value if a condition says no more than that it has it."""
    if condition.op == NOT:
        (inner,) = condition.args
        if inner.op == EQ and _is_flag(inner.args[0]) and inner.data in (0, 1):
            return inner.args[0], const(1 - inner.data)
        return None
    if condition.op != EQ:
        return None
    atoms, factors, constant = split(condition.args[0])
    if len(atoms) == 1 and _is_unknown(atoms[0]) and factors[0] in (1, -1):
        return atoms[0], const((condition.data - constant) * factors[0])
    if len(atoms) == 2 and constant == condition.data and factors in ((1, -1), (-1, 1)):
        for one, other in (atoms, reversed(atoms)):
            if _is_unknown(one) and other.op == ITE and not _has(other, one):
                return one, other
    return None


def _is_unknown(term: Int) -> bool:
    """Whether a term is a variable, or what a function without a meaning gives for some numbers."""
    return term.op == VAR or (term.op == APP and term.data.exact is None)


def _is_flag(term: Int) -> bool:
    return _is_unknown(term) and term.lo == 0 and term.hi == 1


def _has(term: Term, part: Term) -> bool:
    seen: set[Term] = set()
    left = [term]
    while left:
        node = left.pop()
        if node is part:
            return True
        if node not in seen:
            seen.add(node)
            left.extend(node.args)
    return False
