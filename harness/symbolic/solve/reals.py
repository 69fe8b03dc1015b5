"""Queries over the reals: what follows there follows of whole numbers.

A polynomial inequality of several unknowns is decided over the reals, where over the integers no
solver has a procedure. So a query is weakened: unknowns and functions become reals in their ranges,
each quotient and each part of a word one with the inequalities that define it, and a comparison
that is negated keeps the unit by which whole numbers differ. `unsat` of that is a proof, if two
solvers agree on it; anything else says nothing.
"""

from __future__ import annotations

import os
import select
import signal
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final

import z3

from harness.symbolic.solve import cvc5_solver, z3_solver
from harness.symbolic.solve.query import Answer, Limits, Proved, Query, Unknown
from harness.symbolic.terms import interval
from harness.symbolic.terms.boolean import not_, or_
from harness.symbolic.terms.linear import bounds
from harness.symbolic.terms.node import (
    AND,
    APP,
    BVAR,
    CONST,
    DIV,
    EQ,
    GE,
    ITE,
    LE,
    LIN,
    MOD,
    MUL,
    NOT,
    OR,
    SLICE,
    TRUTH,
    VAR,
    Bool,
    Int,
    Term,
)

__all__ = ["Relaxed", "check_in_reals"]

_OPTIONS: Final = {"nl-ext": "none", "nl-cov": "true", "produce-models": "false"}
"""cvc5 decides polynomials by coverings alone."""

_NEAR: Final = (-1, 0)
"""Values of a quotient that are told exactly: those of a word that does not wrap, or once."""


class Relaxed:
    """Some conditions over the reals, and what defines the unknowns in them."""

    def __init__(self, conditions: Iterable[Bool]) -> None:
        self.declared: list[str] = []
        self.asserted: list[str] = []
        """Each condition, and each range and definition, in SMT-LIB."""
        self._texts: dict[Term, str] = {}
        self._quotients: dict[tuple[Int, int], str] = {}
        for condition in conditions:
            self.asserted.append(self._text(condition))

    def text(self, chosen: Iterable[str] | None = None) -> str:
        """A query about some of what is asserted, or all, from the logic to (check-sat)."""
        asserted = (f"(assert {each})" for each in (self.asserted if chosen is None else chosen))
        return "\n".join(("(set-logic QF_NRA)", *self.declared, *asserted, "(check-sat)", ""))

    def _text(self, term: Term) -> str:
        stack = [term]
        while stack:
            node = stack[-1]
            if node in self._texts:
                stack.pop()
                continue
            waiting = [child for child in node.args if child not in self._texts]
            if waiting and node.op != APP:
                stack.extend(waiting)
                continue
            stack.pop()
            self._texts[node] = self._lower(node)
        return self._texts[term]

    def _lower(self, node: Term) -> str:
        op, texts = node.op, [self._texts.get(child, "") for child in node.args]
        if op == CONST:
            return _real(node.data)
        if op == LIN:
            factors, constant = node.data
            parts = (f"(* {_real(f)} {text})" for f, text in zip(factors, texts, strict=True))
            return f"(+ {' '.join(parts)} {_real(constant)})"
        if op in (LE, GE, EQ):
            return f"({ {LE: '<=', GE: '>=', EQ: '='}[op] } {texts[0]} {_real(node.data)})"
        if op in (VAR, APP):
            assert isinstance(node, Int)
            return self._unknown(bounds(node))
        if op == BVAR:
            return self._declare("Bool")
        if op == TRUTH:
            return "true" if node.data else "false"
        if op == NOT:
            return self._not(node.args[0])
        if op in (DIV, MOD):
            return self._division(node)
        if op == SLICE:
            low, width = self._quotient(node.args[0], 1 << node.data[0]), node.data[1]
            if width is None:
                return low
            high = self._quotient(node.args[0], 1 << (node.data[0] + width))
            return self._among(f"(- {low} (* {_real(1 << width)} {high}))", 0, (1 << width) - 1)
        return f"({ {MUL: '*', ITE: 'ite', AND: 'and', OR: 'or'}[op] } {' '.join(texts)})"

    def _not(self, inner: Bool) -> str:
        """A negation. Whole numbers that differ do so by a unit."""
        text = self._texts[inner]
        if inner.op != EQ:
            return f"(not {text})"
        form, number = self._texts[inner.args[0]], inner.data
        return f"(or (<= {form} {_real(number - 1)}) (>= {form} {_real(number + 1)}))"

    def _declare(self, sort: str) -> str:
        name = f"$v{len(self.declared)}"
        self.declared.append(f"(declare-const {name} {sort})")
        return name

    def _unknown(self, range_: interval.Bounds) -> str:
        return self._among(self._declare("Real"), *range_)

    def _among(self, text: str, lo: int | None, hi: int | None) -> str:
        if lo is not None:
            self.asserted.append(f"(<= {_real(lo)} {text})")
        if hi is not None:
            self.asserted.append(f"(<= {text} {_real(hi)})")
        return text

    def _division(self, node: Term) -> str:
        a, b = node.args
        if b.op != CONST or b.data <= 0:
            assert isinstance(node, Int)
            return self._unknown(bounds(node))
        quotient = self._quotient(a, b.data)
        return (
            quotient if node.op == DIV else f"(- {self._texts[a]} (* {_real(b.data)} {quotient}))"
        )

    def _quotient(self, a: Int, divisor: int) -> str:
        """A quotient rounded down: what is left is a whole number less than the divisor."""
        if divisor == 1:
            return self._texts[a]
        known = self._quotients.get((a, divisor))
        if known is None:
            known = self._unknown(interval.floor_divide(bounds(a), (divisor, divisor)))
            self._among(f"(- {self._texts[a]} (* {_real(divisor)} {known}))", 0, divisor - 1)
            self._quotients[a, divisor] = known
            for whole in _NEAR:
                self.asserted.append(
                    f"(or (< {self._texts[a]} {_real(whole * divisor)}) "
                    f"(>= {self._texts[a]} {_real((whole + 1) * divisor)}) "
                    f"(= {known} {_real(whole)}))"
                )
        return known


def _real(value: int) -> str:
    return f"{value}.0" if value >= 0 else f"(- {-value}.0)"


def check_in_reals(query: Query, limits: Limits) -> Answer:
    """`Proved` if both solvers find a query unsatisfiable over the reals, and else `Unknown`.

    Of functions, they know what the query says. Each part of the goal is asked by itself.
    """
    parts = query.goal.args if query.goal.op == AND else (query.goal,)
    if len(parts) > 1:
        answers = (check_in_reals(replace(query, goal=part), limits) for part in parts)
        return next((a for a in answers if not _is_proved(a)), Proved(("cvc5",)))
    relaxed = Relaxed(_simplified(query.conditions()))
    core = _excluded(relaxed, limits)
    if isinstance(core, Unknown):
        return core
    status, reason = _covered(relaxed.text(core), limits)
    return Proved(("cvc5",)) if status == "unsat" else Proved((), reason)


def _is_proved(answer: Answer) -> bool:
    return isinstance(answer, Proved) and bool(answer.confirmed_by)


def _excluded(relaxed: Relaxed, limits: Limits) -> list[str] | Unknown:
    """Some of what is asserted, as far as Z3 needs it to exclude it.

    Polynomials that do not matter keep it from an answer. So it begins with none, and each time is
    told what the point that it finds violates: sums at once, products one by one.
    """
    context = z3_solver.Context()
    parsed = z3.parse_smt2_string(relaxed.text(), ctx=context.z3)
    left: dict[str, Any] = dict(zip(relaxed.asserted, parsed, strict=True))
    chosen: list[str] = []
    while True:
        answer = z3_solver.ask(relaxed.text(chosen), limits, context=context, logic="QF_NRA")
        if answer.status == "unsat":
            return chosen
        if answer.model is None:
            return Unknown(f"over the reals: {answer.reason}")
        for each in chosen:
            left.pop(each, None)
        violated = [text for text, each in left.items() if not answer.model.satisfies(each)]
        if not violated:
            return Unknown("over the reals it does not follow")
        sums = [text for text in violated if not _has_product(left[text])]
        chosen += sums or [min(violated, key=len)]


def _has_product(expression: Any) -> bool:
    """Whether unknowns are multiplied in an expression of Z3."""
    children = expression.children()
    unknown = [each for each in children if not z3.is_rational_value(each)]
    return (z3.is_mul(expression) and len(unknown) > 1) or any(map(_has_product, unknown))


def _simplified(conditions: Iterable[Bool]) -> list[Bool]:
    """Conditions without the alternatives that others exclude."""
    known: dict[Bool, None] = {}
    waiting = list(conditions)
    while True:
        left: list[Bool] = []
        before = len(known)
        for condition in waiting:
            if condition.op == AND:
                left += condition.args
            elif condition.op == OR:
                left.append(or_(*(part for part in condition.args if not_(part) not in known)))
            else:
                known[condition] = None
        if len(known) == before and left == waiting:
            return [*known, *left]
        waiting = left


def _covered(text: str, limits: Limits) -> tuple[str, str]:
    """What cvc5 says, in a process of its own: coverings do not watch the clock."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        with suppress(BaseException):
            os.close(reading)
            os.write(writing, "\n".join(cvc5_solver.ask(text, limits, _OPTIONS)).encode()[:4096])
        os._exit(0)
    os.close(writing)
    try:
        ready, _, _ = select.select([reading], [], [], limits.milliseconds / 1000)
        said = os.read(reading, 4096).decode() if ready else ""
    finally:
        os.close(reading)
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    status, _, reason = said.partition("\n")
    return status or "unknown", reason or ("" if status else "cvc5: no answer in time")
