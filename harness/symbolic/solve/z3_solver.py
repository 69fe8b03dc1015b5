"""Z3 on SMT-LIB text: an answer, and the exact assignment that a model stands for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import z3

from harness.symbolic.solve.lower import Lowering
from harness.symbolic.solve.query import Limits
from harness.symbolic.terms.evaluate import Assignment, evaluate
from harness.symbolic.terms.functions import Function
from harness.symbolic.terms.node import Bool, Term


class Context:
    """What solvers share; to make one takes as long as a small query."""

    def __init__(self) -> None:
        self.z3 = z3.Context()
        self._booleans: dict[str, Any] = {}

    def boolean(self, name: str) -> Any:
        """A boolean constant; guards have the same names in all queries."""
        found = self._booleans.get(name)
        if found is None:
            found = self._booleans[name] = z3.Bool(name, self.z3)
        return found


@dataclass(frozen=True, slots=True)
class Z3Answer:
    """`unsat`, `sat` with a model, or `unknown` with a reason."""

    status: str
    reason: str = ""
    model: Z3Model | None = None
    core: tuple[str, ...] = ()
    """The guards that `unsat` rests on."""


def ask(
    text: str, limits: Limits, guards: Sequence[str] = (), context: Context | None = None
) -> Z3Answer:
    """Run Z3 on a query with a fixed seed; in a context of its own, if none is given.

    Args:
        guards: booleans that the text declares, which are taken to be true.
    """
    context = context or Context()
    solver = z3.SolverFor("QF_UFNIA", ctx=context.z3)
    solver.set("timeout", max(1, int(limits.seconds * 1000)))
    solver.set("random_seed", limits.seed)
    if limits.rlimit:
        solver.set("rlimit", limits.rlimit)
    try:
        solver.from_string(text)
        status = solver.check(*map(context.boolean, guards))
        if status == z3.unsat:
            core = tuple(each.decl().name() for each in solver.unsat_core()) if guards else ()
            return Z3Answer("unsat", core=core)
        if status == z3.sat:
            return Z3Answer("sat", "", Z3Model(solver.model()))
        return Z3Answer("unknown", f"z3: {solver.reason_unknown()}")
    except z3.Z3Exception as error:
        return Z3Answer("unknown", f"z3: {error}")


class Z3Model:
    """The values that a model gives to the variables and functions of a lowered query."""

    def __init__(self, model: Any) -> None:
        self.model = model
        self.declared = {decl.name(): decl for decl in model.decls()}

    def _number(self, expression: Any) -> int:
        value = self.model.eval(expression, model_completion=True)
        return int(value.as_long())

    def integer(self, name: str, lo: int | None, hi: int | None) -> int:
        """The value of an integer variable; one in its range if the model leaves it open."""
        if name in self.declared:
            return self._number(self.declared[name]())
        return clamp(0, lo, hi)

    def boolean(self, name: str) -> bool:
        """The value of a boolean variable; False if the model leaves it open."""
        if name not in self.declared:
            return False
        return bool(z3.is_true(self.model.eval(self.declared[name](), model_completion=True)))

    def apply(self, function: Function, args: tuple[int, ...]) -> int:
        """The value of a function at a point, brought into its range."""
        value = 0
        declared = self.declared.get(function.name)
        if declared is not None:
            context = self.model.ctx
            if args:
                value = self._number(declared(*(z3.IntVal(arg, context) for arg in args)))
            else:
                value = self._number(declared())
        return clamp(value, function.lo, function.hi)

    def assignment(self, lowering: Lowering, conditions: tuple[Bool, ...]) -> Assignment:
        """The assignment that the model stands for.

        Built-in functions get their exact meaning, whatever the model says of them. The
        tables of the others hold the points at which the conditions need them.
        """
        integers = {
            name: self.integer(name, node.lo, node.hi) for name, node in lowering.integers.items()
        }
        booleans = {name: self.boolean(name) for name in lowering.booleans}
        free = [f for f in lowering.functions.values() if f.exact is None]
        tables: dict[str, dict[tuple[int, ...], int]] = {f.name: {} for f in free}

        def meaning(function: Function) -> Any:
            def apply(*args: int) -> int:
                value = self.apply(function, args)
                tables[function.name][args] = value
                return value

            return apply

        recording = Assignment(integers, booleans, {f.name: meaning(f) for f in free})
        memo: dict[Term, Any] = {}
        for condition in conditions:
            evaluate(condition, recording, memo)
        defaults = {f.name: clamp(0, f.lo, f.hi) for f in free}
        return Assignment(integers, booleans, dict(tables), defaults)


def clamp(value: int, lo: int | None, hi: int | None) -> int:
    """The nearest value in [lo, hi]."""
    if lo is not None and value < lo:
        return lo
    return hi if hi is not None and value > hi else value
