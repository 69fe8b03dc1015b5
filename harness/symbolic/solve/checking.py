"""Answering a query: Z3 decides, exact evaluation checks models, cvc5 confirms proofs."""

from __future__ import annotations

from typing import Any

from harness.symbolic.solve import cvc5_solver, z3_solver
from harness.symbolic.solve.axioms import instances, table
from harness.symbolic.solve.growing import Growing
from harness.symbolic.solve.lower import Lowering
from harness.symbolic.solve.query import Answer, Counterexample, Limits, Proved, Query, Unknown
from harness.symbolic.terms.evaluate import Assignment, evaluate
from harness.symbolic.terms.functions import NotEvaluated
from harness.symbolic.terms.node import Bool, Term

_MANY = 60
"""Assumptions from which on few of them are tried first."""


def check(
    query: Query,
    limits: Limits | None = None,
    *,
    confirm: bool = False,
    context: z3_solver.Context | None = None,
) -> Answer:
    """Whether the goal of a query follows from its assumptions.

    `Proved` is given for `unsat` from Z3 and for nothing else. A model is evaluated exactly:
    if it violates the goal it is a `Counterexample`; if not, the exact values of the opaque
    functions that it got wrong are added, and Z3 is asked again. With `confirm`, a proof is
    put to cvc5 as well; if cvc5 finds a model instead, the answer is `Unknown`. So it is if a model
    cannot be evaluated.

    Args:
        context: shared with other queries, which makes each of them cheaper.
    """
    try:
        return _checked(query, limits or Limits(), confirm, context)
    except NotEvaluated as problem:
        return Unknown(f"a model is not evaluated: {problem}")


def _checked(
    query: Query, limits: Limits, confirm: bool, context: z3_solver.Context | None
) -> Answer:
    if len(query.assumptions) > _MANY:
        grown = _grown(query, limits, confirm, context)
        if grown is not None:
            return grown
    lemmas: list[Bool] = []
    for attempt in range(limits.refinements + 1):
        # Only a confirmation has use for what a proof rests on.
        lowering = query.lower(lemmas, guarded=confirm)
        answer = _asked(lowering, query.name, limits, context)
        if answer.status == "unknown" and lowering.guards:
            # Without guards, Z3 has tactics that it does not use with them.
            lowering = query.lower(lemmas)
            answer = _asked(lowering, query.name, limits, context)
        if answer.status == "unsat":
            core = [lowering.guards[guard] for guard in answer.core]
            return _confirmed(query, core, lemmas, limits) if confirm else Proved()
        if answer.model is None:
            return Unknown(answer.reason)
        conditions = (*query.conditions(), *lemmas)
        assignment, values = answer.model.assignment(lowering, conditions)
        if all(values[condition] for condition in query.conditions()):
            return Counterexample(assignment, attempt)
        found = corrections(lowering, answer.model, assignment, values, whole=attempt > 0)
        new = [lemma for lemma in dict.fromkeys(found) if lemma not in lemmas]
        if not new:
            return Unknown("spurious model: it does not evaluate to a violation")
        lemmas.extend(new)
    return Unknown(f"spurious model: {limits.refinements} refinements did not exclude it")


def _grown(
    query: Query, limits: Limits, confirm: bool, context: z3_solver.Context | None
) -> Answer | None:
    """The answer to a query of which few conditions are enough for one; None if they are not."""
    growing = Growing(query.conditions())
    lemmas: list[Bool] = []
    for refinements in range(limits.refinements + 1):
        while True:
            lowering = Lowering()
            lowering.add(growing.given, lemmas)
            answer = _asked(lowering, query.name, limits, context)
            if answer.status == "unsat":
                given = growing.given
                return _confirmed(query, given, lemmas, limits) if confirm else Proved()
            if answer.model is None:
                return None
            conditions = (*growing.given, *lemmas)
            assignment, values = answer.model.assignment(lowering, conditions)
            if not growing.grow(assignment):
                break
        if growing.model is not None and growing.model.satisfies(query.conditions()):
            return Counterexample(growing.model.assignment, refinements)
        found = corrections(lowering, answer.model, assignment, values, whole=refinements > 0)
        new = [lemma for lemma in dict.fromkeys(found) if lemma not in lemmas]
        if not new:
            return None
        lemmas.extend(new)
    return None


def _asked(
    lowering: Lowering, name: str, limits: Limits, context: z3_solver.Context | None
) -> z3_solver.Z3Answer:
    return z3_solver.ask(lowering.text(name), limits, tuple(lowering.guards), context)


def _confirmed(query: Query, core: list[Bool], lemmas: list[Bool], limits: Limits) -> Answer:
    """A proof by Z3 after cvc5 has seen it: the few conditions that Z3 used, or all of them.

    Where some conditions exclude each other, so do all.  What Z3 used may go beyond its core, by
    definitions and axioms of the other conditions: the core alone settles nothing but `unsat`.
    """
    if core:
        lowering = Lowering()
        lowering.add(core, lemmas)
        if cvc5_solver.ask(lowering.text(query.name), limits)[0] == "unsat":
            return Proved(("cvc5",), used=frozenset(core))
    status, reason = cvc5_solver.ask(query.lower(lemmas).text(query.name), limits)
    if status == "unsat":
        return Proved(("cvc5",))
    if status == "sat":
        return Unknown("the solvers disagree: z3 says unsat, cvc5 says sat")
    return Proved((), reason)


def holds(conditions: tuple[Bool, ...], assignment: Assignment) -> bool:
    """Whether an assignment satisfies every condition, by exact evaluation."""
    memo: dict[Term, Any] = {}
    return all(evaluate(condition, assignment, memo) for condition in conditions)


def corrections(
    lowering: Lowering,
    model: z3_solver.Z3Model,
    assignment: Assignment,
    values: dict[Term, Any],
    *,
    whole: bool,
) -> list[Bool]:
    """Exact facts about the built-in functions to which a model gives wrong values.

    Args:
        values: what terms evaluate to under the assignment, as far as is known.
        whole: give functions of one small unknown in full at once.
    """
    found: list[Bool] = []
    for application in lowering.applications:
        function = application.data
        if function.exact is None:
            continue
        args = tuple(evaluate(arg, assignment, values) for arg in application.args)
        if model.apply(function, args) != function.exact(*args):
            found.extend(instances(application, args))
            if whole:
                found.extend(table(application))
    return found
