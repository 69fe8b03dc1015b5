"""Whether conditions can be true: Z3 on bit vectors, products and quotients left open.

A product of two unknowns may be anything here, since bits of it cost more than any path is worth.
So more seems possible than is, which loses nothing: whoever reads a path looks again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import z3
from manticore.core.smtlib import expression as smt

from .guards import Excluded, Tripped

__all__ = ["OPEN", "Solver"]


class Solver:
    """Answers questions about paths; what it cannot tell within its limit is possible.

    ``rlimit`` is in Z3's resource units, so that answers do not depend on time.
    """

    def __init__(self, rlimit: int) -> None:
        self._rlimit = rlimit
        self._known: dict[int, Any] = {}
        self._names: dict[int, frozenset[str]] = {}
        self.queries = 0
        self.unknown = 0

    def possible(self, path: tuple[Any, ...], condition: Any, model: Any = None) -> Any:
        """A model of a path that goes on under a condition; None if it cannot.

        Args:
            model: one of the path, if there is any; `OPEN` where none is known.

        Where it is not known whether the path can go on, the answer is `OPEN`.
        """
        concerned: Sequence[Any] = path
        if isinstance(model, z3.ModelRef):
            if z3.is_true(model.eval(self._lowered(condition), model_completion=True)):
                return model
            # The path itself can be taken: only what has to do with the condition matters.
            concerned = self._related(path, condition)
        answer, solver = self._check((*concerned, condition))
        if answer == z3.unsat:
            return None
        if answer != z3.sat:
            return OPEN
        return _merged(model, solver.model())

    def value(self, path: tuple[Any, ...], expression: Any) -> int:
        """A value that an expression can have on a path.

        Raises Excluded where nothing can take the path, and Tripped where none is found.
        """
        answer, solver = self._check(tuple(self._related(path, expression)))
        if answer == z3.unsat:
            raise Excluded
        if answer != z3.sat:
            raise Tripped("solver", "Z3 finds no value of an expression within its limit")
        found = solver.model().eval(self._lowered(expression), model_completion=True)
        return int(found.as_long())

    def _related(self, path: tuple[Any, ...], condition: Any) -> list[Any]:
        """The conditions of a path that share variables with another one, directly or not."""
        known = set(self.variables(condition))
        left = [(each, self.variables(each)) for each in path]
        found: list[Any] = []
        while True:
            near = [(each, names) for each, names in left if not known.isdisjoint(names)]
            if not near:
                return found
            left = [(each, names) for each, names in left if known.isdisjoint(names)]
            for each, names in near:
                found.append(each)
                known |= names

    def variables(self, value: Any) -> frozenset[str]:
        """The names of the variables in an expression."""
        found = self._names.get(id(value))
        if found is None:
            if isinstance(value, smt.BitVecVariable):
                found = frozenset((value.name,))
            else:
                operands = getattr(value, "operands", ())
                found = frozenset().union(*map(self.variables, operands))
            self._names[id(value)] = found
        return found

    def _check(self, conditions: tuple[Any, ...]) -> tuple[Any, Any]:
        # A solver for each question: one that is kept spends far more time on taking back what
        # belongs to other paths than on the questions.
        solver = z3.SolverFor("QF_BV")
        solver.set("rlimit", self._rlimit)
        context = solver.ctx.ref()
        for condition in conditions:
            # What `add` does besides, to find out what it was given, takes longer than the query.
            z3.Z3_solver_assert(context, solver.solver, self._lowered(condition).as_ast())
        self.queries += 1
        answer = solver.check()
        self.unknown += answer == z3.unknown
        return answer, solver

    def _lowered(self, value: Any) -> Any:
        found = self._known.get(id(value))
        if found is None:
            if _is_hard(value):
                found = z3.FreshConst(z3.BitVecSort(value.size), "open")
            else:
                operands = [self._lowered(each) for each in getattr(value, "operands", ())]
                found = _lower(value, operands)
            self._known[id(value)] = found
        return found


OPEN = "open"
"""In place of a model: there may be one."""


def _merged(old: Any, new: Any) -> Any:
    """A model of all of a path, from an old one, and a new one of what a condition concerns."""
    if not isinstance(old, z3.ModelRef):
        return new
    found = z3.Model()
    for part in (old, new):
        for declared in part.decls():
            found.update_value(declared, part[declared])
    return found


_HARD = ("BitVecDiv", "BitVecUnsignedDiv", "BitVecRem", "BitVecUnsignedRem")


def _is_hard(value: Any) -> bool:
    """Whether an expression is a quotient, a remainder, or a product of unknowns."""
    if isinstance(value, smt.BitVecMul):
        return not any(isinstance(each, smt.BitVecConstant) for each in value.operands)
    return type(value).__name__ in _HARD


def _lower(value: Any, operands: list[Any]) -> Any:
    if isinstance(value, smt.BitVecConstant):
        return z3.BitVecVal(value.value, value.size)
    if isinstance(value, smt.BoolConstant):
        return z3.BoolVal(bool(value.value))
    if isinstance(value, smt.BitVecVariable):
        return z3.BitVec(value.name, value.size)
    if isinstance(value, smt.BitVecExtract):
        return z3.Extract(value.end, value.begining, *operands)
    if isinstance(value, smt.BitVecZeroExtend):
        return z3.ZeroExt(value.size - value.operands[0].size, *operands)
    if isinstance(value, smt.BitVecSignExtend):
        return z3.SignExt(value.size - value.operands[0].size, *operands)
    return _OPERATIONS[type(value).__name__](*operands)


_OPERATIONS: dict[str, Callable[..., Any]] = {
    "BitVecAdd": lambda a, b: a + b,
    "BitVecSub": lambda a, b: a - b,
    "BitVecMul": lambda a, b: a * b,
    "BitVecShiftLeft": lambda a, b: a << b,
    "BitVecShiftRight": z3.LShR,
    "BitVecArithmeticShiftLeft": lambda a, b: a << b,
    "BitVecArithmeticShiftRight": lambda a, b: a >> b,
    "BitVecAnd": lambda a, b: a & b,
    "BitVecOr": lambda a, b: a | b,
    "BitVecXor": lambda a, b: a ^ b,
    "BitVecNot": lambda a: ~a,
    "BitVecNeg": lambda a: -a,
    "BitVecConcat": z3.Concat,
    "BitVecITE": z3.If,
    "BoolAnd": z3.And,
    "BoolOr": z3.Or,
    "BoolXor": z3.Xor,
    "BoolNot": z3.Not,
    "BoolEqual": lambda a, b: a == b,
    "LessThan": lambda a, b: a < b,
    "LessOrEqual": lambda a, b: a <= b,
    "GreaterThan": lambda a, b: a > b,
    "GreaterOrEqual": lambda a, b: a >= b,
    "UnsignedLessThan": z3.ULT,
    "UnsignedLessOrEqual": z3.ULE,
    "UnsignedGreaterThan": z3.UGT,
    "UnsignedGreaterOrEqual": z3.UGE,
}
