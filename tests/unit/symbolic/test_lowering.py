"""Lowered text means what the terms mean: solvers and the evaluator agree."""

from __future__ import annotations

import random

import pytest

from harness.symbolic.solve import (
    Counterexample,
    Limits,
    Lowering,
    Proved,
    Query,
    check,
    cvc5_solver,
    satisfiable,
    z3_solver,
)
from harness.symbolic.terms import (
    Assignment,
    Bool,
    Function,
    and_,
    bool_var,
    const,
    evaluate,
    ite,
    not_,
    term_scope,
    word_var,
)
from harness.symbolic.terms import words as w
from harness.symbolic.terms.compare import eq, ge, le, lt
from harness.symbolic.terms.division import divide, modulo
from harness.symbolic.terms.linear import shift, subtract
from harness.symbolic.terms.node import Int, int_var
from harness.symbolic.terms.product import multiply

from .programs import Program, Tape

LIMITS = Limits(seconds=20, refinements=20)


def inputs_of(program: Program, index: int) -> list[Bool]:
    """Equations that fix every variable of a program to its value."""
    assignment = program.assignments[index]
    fixed: list[Bool] = []
    for term, values in [*program.words[:7], *program.exact[:1]]:
        fixed.append(eq(term, const(values[index])))
    flag = program.bools[0][0]
    fixed.append(flag if assignment.booleans["p"] else not_(flag))
    return fixed


@pytest.mark.parametrize("seed", range(120))
def test_z3_computes_what_the_evaluator_computes(seed: int) -> None:
    """With all inputs fixed, the solver can derive the true value of every term."""
    with term_scope():
        program = Program(Tape(random.Random(seed).randbytes(130))).run(1)
        claims = [eq(term, const(values[0])) for term, values in program.words[7:]]
        claims += [eq(term, const(values[0])) for term, values in program.exact[1:]]
        claims += [term if values[0] else not_(term) for term, values in program.bools]
        inputs = inputs_of(program, 0)
        assert isinstance(check(Query(tuple(inputs), and_(*claims)), LIMITS), Proved)
        # And nothing that the text adds excludes the true values.
        assert isinstance(check(satisfiable(*inputs, *claims), LIMITS), Counterexample)


@pytest.mark.parametrize("seed", range(60))
def test_free_queries_agree_with_sampled_values(seed: int) -> None:
    """A condition that some assignment satisfies is never proved to be impossible."""
    with term_scope():
        program = Program(Tape(random.Random(500 + seed).randbytes(110))).run(2)
        for truth, values in program.bools[-4:]:
            answer = check(Query((), truth), Limits(seconds=3, refinements=3))
            if isinstance(answer, Proved):
                assert all(values)
            elif isinstance(answer, Counterexample):
                assert not evaluate(truth, answer.assignment)


@pytest.mark.parametrize("seed", range(40))
def test_both_solvers_give_the_same_answer(seed: int) -> None:
    """On the very same text, for a claim that is true and for one that is not."""
    with term_scope():
        program = Program(Tape(random.Random(900 + seed).randbytes(90))).run(1)
        term, values = program.words[-1]
        for claimed in (values[0], (values[0] + 1) % 2**256):
            query = Query(tuple(inputs_of(program, 0)), eq(term, const(claimed)))
            text = query.smtlib()
            first = z3_solver.ask(text, LIMITS).status
            second, reason = cvc5_solver.ask(text, LIMITS)
            assert second == first, (term, reason)


x, y = word_var("lx"), word_var("ly")
free = int_var("free")


DIVISORS: dict[str, Int] = {
    "any sign": int_var("divisor"),
    "a word": y,
    "negative or zero": subtract(const(0), y),
    "positive": shift(y, 1),
    "constant": const(7),
    "negative constant": const(-7),
}


@pytest.mark.parametrize("name", DIVISORS)
def test_division_and_remainder_are_defined_for_every_divisor(name: str) -> None:
    """The text has the one quotient and remainder that the evaluator has, 0 for a zero divisor."""
    divisor = DIVISORS[name]
    quotient, rest = divide(free, divisor), modulo(free, divisor)
    for value in (-9, -7, 0, 5, 14):
        for by in (-2, 0, 3):
            values = Assignment({"free": value, "ly": abs(by), "divisor": by})
            facts = (eq(free, const(value)), eq(divisor, const(evaluate(divisor, values))))
            expected = const(evaluate(quotient, values)), const(evaluate(rest, values))
            claim = and_(eq(quotient, expected[0]), eq(rest, expected[1]))
            assert isinstance(check(Query(facts, claim)), Proved), (value, by)


def test_the_text_is_complete_and_stable() -> None:
    read = Function("read", 1)
    condition = and_(lt(w.add(x, y), read(x)), eq(w.and_(x, const(255)), const(7)), bool_var("on"))
    query = Query((condition,), le(w.div(x, y), const(3)), "an example")
    text = query.smtlib()
    assert text == query.smtlib()
    assert text.startswith(
        "; an example: unsat means that the goal follows\n(set-logic QF_UFNIA)\n"
    )
    assert text.endswith("(check-sat)\n")
    for part in ("(declare-const |lx| Int)", "(declare-fun |read| (Int) Int)", "|on| Bool"):
        assert part in text


def test_shared_terms_are_written_once() -> None:
    term = x
    for _ in range(300):
        term = w.add(w.mul(term, term), y)
    text = Query((), eq(term, const(5))).smtlib()
    assert len(text) < 400_000


def test_names_that_would_break_the_text_are_refused() -> None:
    for name in ("a|b", "a\\b", "$q1", ""):
        with pytest.raises(ValueError, match="cannot name a variable"):
            Query((), eq(word_var(name), const(1))).smtlib()
    with pytest.raises(ValueError, match="two different"):
        Query((bool_var("lx"),), eq(x, const(1))).smtlib()
    both = eq(Function("twice", 1)(x), Function("twice", 1, 0, 9)(y))
    with pytest.raises(ValueError, match="two different functions are named 'twice'"):
        Query((), both).smtlib()


def test_names_of_any_script_survive_both_solvers() -> None:
    strange = word_var("balanceOf[0xab].é (alt)")
    query = Query((ge(strange, const(3)),), ge(strange, const(2)))
    assert isinstance(check(query, confirm=True), Proved)
    answer = check(Query((), ge(strange, const(2))))
    assert isinstance(answer, Counterexample)
    assert answer.assignment.integers["balanceOf[0xab].é (alt)"] < 2


def test_hints_about_quotients_are_sound() -> None:
    """Two products over one divisor: each claim is false, and must stay refutable."""
    z, k = word_var("lz"), word_var("lk")
    one, two = divide(multiply(x, z), k), divide(multiply(y, z), k)
    for goal in (le(one, two), le(one, z), le(z, one), eq(one, two)):
        assert isinstance(check(Query((ge(k, const(1)),), goal)), Counterexample)
    assert isinstance(check(Query((ge(k, x), le(y, x)), le(two, z)), confirm=True), Proved)


@pytest.mark.parametrize("divisor", [0, 1, 2, 3, 5, 7])
def test_hints_about_quotients_exclude_no_true_values(divisor: int) -> None:
    """Every small mulDiv, with a second one over the same divisor, is satisfiable as it is."""
    z, k = word_var("lz"), word_var("lk")
    one, two = divide(multiply(x, y), k), divide(multiply(x, z), k)
    fixed = divide(multiply(x, y), const(divisor))
    for a in (0, 1, 3, divisor, divisor + 1):
        for b, c in ((0, 3), (divisor, divisor), (5, 4), (1, divisor)):
            at = Assignment({"lx": a, "ly": b, "lz": c, "lk": divisor})
            true = [eq(term, const(evaluate(term, at))) for term in (x, y, z, k, one, two, fixed)]
            assert isinstance(check(satisfiable(*true)), Counterexample), at


def test_a_lowering_collects_what_a_model_needs() -> None:
    lowering = Lowering()
    read = Function("read", 1)
    lowering.add([eq(ite(bool_var("on"), x, read(y)), const(4))])
    assert set(lowering.integers) == {"lx", "ly"}
    assert set(lowering.booleans) == {"on"}
    assert set(lowering.functions) == {"read"}
    assert [node.data.name for node in lowering.applications] == ["read"]
