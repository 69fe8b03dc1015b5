"""Z3 on SMT-LIB text: an answer, and the exact assignment that a model stands for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import z3

from harness.symbolic.solve.lower import Lowering
from harness.symbolic.solve.models import clamp
from harness.symbolic.solve.query import Limits
from harness.symbolic.terms.evaluate import Assignment, evaluate
from harness.symbolic.terms.functions import Function
from harness.symbolic.terms.node import Bool, Term

_MOST_UNITS = (1 << 32) - 1
"""Z3 counts in 32 bits."""


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
    text: str,
    limits: Limits,
    guards: Sequence[str] = (),
    context: Context | None = None,
    logic: str = "QF_UFNIA",
) -> Z3Answer:
    """Run Z3 on a query with a fixed seed; in a context of its own, if none is given.

    Args:
        guards: booleans that the text declares, which are taken to be true.
        logic: what Z3 chooses its procedures for.
    """
    context = context or Context()
    solver = z3.SolverFor(logic, ctx=context.z3)
    solver.set("rlimit", min(limits.z3_units, _MOST_UNITS))
    solver.set("timeout", limits.milliseconds)
    solver.set("random_seed", limits.seed)
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


class _Table:
    """What a model says of a function: points, and what it is everywhere else."""

    def __init__(self, model: Any, declared: Any, interpretation: Any) -> None:
        self._model = model
        self._declared = declared
        self._points: dict[tuple[int, ...], int] = {}
        for number in range(interpretation.num_entries()):
            entry = interpretation.entry(number)
            point = tuple(entry.arg_value(i).as_long() for i in range(entry.num_args()))
            self._points[point] = entry.value().as_long()

    @classmethod
    def of(cls, model: Any, function: Function) -> _Table | None:
        """The table of a function; None if the model leaves it open."""
        sorts = [z3.IntSort(model.ctx)] * (function.arity + 1)
        declared = z3.Function(function.name, *sorts)
        found = model.get_interp(declared)
        return None if found is None else cls(model, declared, found)

    def at(self, args: tuple[int, ...]) -> int:
        """The value at a point."""
        value = self._points.get(args)
        if value is None:
            numbers = (z3.IntVal(arg, self._model.ctx) for arg in args)
            applied = self._model.eval(self._declared(*numbers), model_completion=True)
            value = self._points[args] = int(applied.as_long())
        return value


class Z3Model:
    """The values that a model gives to the variables and functions of a lowered query."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self._tables: dict[str, _Table | None] = {}

    def satisfies(self, condition: Any) -> bool:
        """Whether a condition of Z3's own is true in the model."""
        return bool(z3.is_true(self._model.eval(condition, model_completion=True)))

    def integer(self, name: str, lo: int | None, hi: int | None) -> int:
        """The value of an integer variable; one in its range if the model leaves it open."""
        value = self._model.get_interp(z3.Int(name, self._model.ctx).decl())
        return clamp(0 if value is None else int(value.as_long()), lo, hi)

    def boolean(self, name: str) -> bool:
        """The value of a boolean variable; False if the model leaves it open."""
        value = self._model.get_interp(z3.Bool(name, self._model.ctx).decl())
        return value is not None and bool(z3.is_true(value))

    def apply(self, function: Function, args: tuple[int, ...]) -> int:
        """The value of a function at a point, brought into its range."""
        if not args:
            return self.integer(function.name, function.lo, function.hi)
        if function.name not in self._tables:
            self._tables[function.name] = _Table.of(self._model, function)
        table = self._tables[function.name]
        return clamp(0 if table is None else table.at(args), function.lo, function.hi)

    def assignment(
        self, lowering: Lowering, conditions: tuple[Bool, ...]
    ) -> tuple[Assignment, dict[Term, Any]]:
        """The assignment that the model stands for, and what the conditions evaluate to under it.

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
        return Assignment(integers, booleans, dict(tables), defaults), memo
