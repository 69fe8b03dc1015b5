"""Answers: proofs, counterexamples that evaluate, and everything else is Unknown."""

from __future__ import annotations

from typing import Any

import pytest

from harness.symbolic.solve import (
    Answer,
    Counterexample,
    Limits,
    Proved,
    Query,
    Unknown,
    check,
    cvc5_solver,
    holds,
    satisfiable,
    z3_solver,
)
from harness.symbolic.terms import (
    FALSE,
    TRUE,
    Assignment,
    Bool,
    Function,
    Int,
    and_,
    const,
    evaluate,
    ite,
    not_,
    word_var,
)
from harness.symbolic.terms import words as w
from harness.symbolic.terms.bitwise import head
from harness.symbolic.terms.compare import eq, ge, gt, le, lt, ne
from harness.symbolic.terms.division import divide
from harness.symbolic.terms.functions import BAND, CLZ, EXP, POW2
from harness.symbolic.terms.linear import add, scale, shift, subtract
from harness.symbolic.terms.product import multiply
from harness.symbolic.terms.slices import slice_bits

x, y, z, k, s = (word_var(f"q{name}") for name in "xyzks")
ONE = const(1)
WAD = const(10**18)


def vault_round_trip() -> Query:
    """Depositing and redeeming at once never pays out more than was paid in."""
    assets, supply, held = x, y, z
    shares = divide(multiply(assets, supply), held)
    back = divide(multiply(shares, add(held, assets)), add(supply, shares))
    return Query((ge(held, ONE), ge(supply, ONE)), le(back, assets), "vault round trip")


def constant_product_with_fee() -> Query:
    """A swap with 0.3 % fee does not lower x * y."""
    paid = scale(z, 997)
    out = divide(multiply(y, paid), add(scale(x, 1000), paid))
    after = multiply(add(x, z), subtract(y, out))
    return Query((ge(x, ONE), ge(y, ONE)), ge(after, multiply(x, y)), "constant product")


def share_price() -> Query:
    """A withdrawal, rounded down, does not lower the price of the shares that remain."""
    taken = divide(multiply(x, z), y)
    kept = multiply(subtract(z, taken), y)
    return Query((ge(y, ONE), le(x, y)), ge(kept, multiply(z, subtract(y, x))), "share price")


NONLINEAR = {
    "mulDiv is monotone": Query(
        (le(x, y), ge(k, ONE)), le(divide(multiply(x, z), k), divide(multiply(y, z), k))
    ),
    "mulDiv is bounded": Query((le(x, k), ge(k, ONE)), le(divide(multiply(x, z), k), z)),
    "wad product is bounded": Query((le(x, WAD),), le(divide(multiply(x, y), WAD), y)),
    "rounding up is above rounding down": Query(
        (ge(k, ONE),),
        le(divide(multiply(x, y), k), divide(add(multiply(x, y), shift(k, -1)), k)),
    ),
    "a fee is at most the amount": Query(
        (le(y, const(10_000)),), le(divide(multiply(x, y), const(10_000)), x)
    ),
    "vault round trip": vault_round_trip(),
    "constant product with fee": constant_product_with_fee(),
    "share price": share_price(),
}


@pytest.mark.parametrize("name", NONLINEAR)
def test_products_and_quotients_are_proved_by_both_solvers(name: str) -> None:
    assert check(NONLINEAR[name], confirm=True) == Proved(("cvc5",))


@pytest.mark.parametrize("name", NONLINEAR)
def test_without_its_assumption_a_claim_is_refuted_or_needs_none(name: str) -> None:
    query = NONLINEAR[name]
    answer = check(Query((), not_(query.goal)))
    assert isinstance(answer, Counterexample)
    assert evaluate(query.goal, answer.assignment)


def test_a_counterexample_is_exact() -> None:
    query = Query((lt(x, const(100)),), lt(w.mul(x, x), const(9000)))
    answer = check(query)
    assert isinstance(answer, Counterexample)
    value = answer.assignment.integers["qx"]
    assert value < 100
    assert value * value >= 9000


OPAQUE: dict[str, tuple[Bool, ...]] = {
    "and": (eq(w.and_(x, y), const(0xFF00FF)), gt(x, y)),
    "or": (eq(w.or_(x, y), const(12)), ne(x, const(12)), ne(y, const(12))),
    "xor": (eq(w.xor(x, y), const(5)), lt(x, const(1000))),
    "shl": (eq(w.shl(s, const(3)), const(3 << 77)),),
    "shr": (eq(w.shr(s, x), const(77)), gt(x, const(2**200))),
    "sar": (eq(w.sar(s, x), const(2**256 - 9)), ge(s, const(3))),
    "byte": (eq(w.byte(s, x), const(9)), eq(w.byte(const(3), x), const(7))),
    "clz": (eq(w.clz(x), const(17)), gt(w.and_(x, const(5)), const(4))),
    "exp": (eq(w.exp(const(10), x), WAD),),
    "exp, base": (eq(w.exp(x, const(7)), const(3**7)), lt(x, const(9))),
    "signextend": (eq(w.signextend(s, const(0x80FF)), const(2**256 - 1)),),
}


@pytest.mark.parametrize("name", OPAQUE)
def test_opaque_operations_are_refined_to_true_models(name: str) -> None:
    answer = check(satisfiable(*OPAQUE[name]), Limits(refinements=30))
    assert isinstance(answer, Counterexample)
    assert holds(OPAQUE[name], answer.assignment)


IMPOSSIBLE: dict[str, tuple[Bool, ...]] = {
    "and above operand": (gt(w.and_(x, y), x),),
    "and of or": (eq(w.or_(x, y), const(12)), eq(w.and_(x, y), const(16))),
    "power of ten": (eq(w.exp(const(10), x), WAD), ne(x, const(18)), lt(x, const(70))),
    "power of seven": (eq(w.exp(const(7), x), const(10)), lt(x, const(30))),
    "shift of one": (eq(w.shl(s, ONE), const(3)),),
    "leading zeros": (gt(w.clz(x), const(256)),),
    "shift is zero": (eq(w.shl(s, ONE), const(0)), lt(s, const(256))),
}


@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_opaque_operations_allow_proofs(name: str) -> None:
    assert isinstance(check(satisfiable(*IMPOSSIBLE[name])), Proved)


def test_the_axioms_of_opaque_functions_are_true() -> None:
    """Every axiom and every refinement evaluates to true, at and around the boundaries."""
    from harness.symbolic.solve.axioms import axioms_of, instances, table

    values = (0, 1, 2, 5, 16, 127, 255, 256, 2**128, 2**255 - 1, 2**255, 2**256 - 1)
    for function in (BAND, POW2, EXP, CLZ):
        args = [x, y][: function.arity]
        fixed = [const(7), y] if function.arity == 2 else args
        for application in (function(*args), function(*fixed)):
            for one in values:
                for two in values:
                    at = Assignment({"qx": one, "qy": two})
                    point = tuple(evaluate(arg, at) for arg in application.args)
                    for fact in [*axioms_of(application), *instances(application, point)]:
                        assert evaluate(fact, at) is True, (fact, one, two)
                if one < 300 or one == values[-1]:
                    at = Assignment({"qx": one, "qy": one})
                    assert all(evaluate(fact, at) for fact in table(application))


def test_functions_of_the_caller_come_with_their_tables() -> None:
    read = Function("stored", 2, 0, 1000)
    conditions = (gt(read(x, y), add(read(y, x), const(5))), ne(x, y))
    answer = check(satisfiable(*conditions))
    assert isinstance(answer, Counterexample)
    table = answer.assignment.functions["stored"]
    assert not callable(table)
    assert len(table) == 2
    assert holds(conditions, answer.assignment)


def test_no_resources_is_unknown_and_never_proved() -> None:
    hard = Query(
        (), ne(add(multiply(multiply(x, x), x), multiply(multiply(y, y), y)), const(33**9))
    )
    answer = check(hard, Limits(rlimit=50))
    assert isinstance(answer, Unknown)
    assert answer.reason.startswith("z3: ")


def test_a_trivial_goal_still_goes_to_z3(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def silent(text: str, limits: Limits, *_: object) -> z3_solver.Z3Answer:
        asked.append(text)
        return z3_solver.Z3Answer("unknown", "z3: gave up")

    monkeypatch.setattr(z3_solver, "ask", silent)
    assert check(Query((), TRUE)) == Unknown("z3: gave up")
    assert check(Query((FALSE,), lt(x, y))) == Unknown("z3: gave up")
    assert len(asked) == 2


def test_a_model_that_does_not_evaluate_is_spurious(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = z3_solver.Z3Model.integer

    def lying(model: z3_solver.Z3Model, name: str, lo: int | None, hi: int | None) -> int:
        return honest(model, name, lo, hi) ^ 1

    monkeypatch.setattr(z3_solver.Z3Model, "integer", lying)
    answer = check(Query((eq(x, const(4)),), ne(x, const(4))))
    assert isinstance(answer, Unknown)
    assert "spurious model" in answer.reason


def test_refinement_gives_up_with_a_reason() -> None:
    answer = check(satisfiable(eq(w.exp(x, y), const(3**40)), gt(x, y)), Limits(refinements=0))
    assert isinstance(answer, Unknown)
    assert "0 refinements" in answer.reason


def test_a_disagreement_of_the_solvers_is_not_a_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    query = Query((lt(x, y),), lt(x, add(y, ONE)))
    assert check(query, confirm=True) == Proved(("cvc5",))
    monkeypatch.setattr(cvc5_solver, "ask", lambda text, limits: ("sat", ""))
    answer = check(query, confirm=True)
    assert isinstance(answer, Unknown)
    assert "disagree" in answer.reason
    monkeypatch.setattr(cvc5_solver, "ask", lambda text, limits: ("unknown", "cvc5: slow"))
    assert check(query, confirm=True) == Proved((), "cvc5: slow")


def test_answers_are_repeatable() -> None:
    def once() -> Answer:
        return check(Query((le(x, const(10**6)),), ne(w.mul(x, y), const(123_456))))

    first = once()
    assert isinstance(first, Counterexample)
    assert all(once() == first for _ in range(3))


def test_cvc5_reports_what_it_cannot_read() -> None:
    status, reason = cvc5_solver.ask("(assert (=> 1", Limits())
    assert status == "unknown"
    assert reason.startswith("cvc5: ")
    assert z3_solver.ask("(assert (=> 1", Limits()).status == "unknown"


def test_a_chain_of_aliasing_stores() -> None:
    """Five transfers between accounts that may be equal: reads through an ite chain."""
    base = Function("balances", 1)
    accounts = [word_var(f"acc{i}", 160) for i in range(6)]

    def read(stores: list[tuple[Int, Int]], key: Int) -> Int:
        value: Int = base(key)
        for at, stored in stores:
            value = ite(eq(key, at), stored, value)
        return value

    stores: list[tuple[Int, Int]] = []
    facts: list[Bool] = []
    moved = const(0)
    for index in range(5):
        amount = word_var(f"amount{index}", 96)
        sender, receiver = accounts[index], accounts[index + 1]
        before = read(stores, sender)
        facts.append(ge(before, amount))
        stores.append((sender, subtract(before, amount)))
        after = read(stores, receiver)
        stores.append((receiver, add(after, amount)))
        moved = add(moved, subtract(read(stores, receiver), after))
        moved = add(moved, subtract(subtract(before, amount), before))
    assert isinstance(check(Query(tuple(facts), eq(moved, const(0)))), Proved)
    claim = and_(*(ge(read(stores, account), const(0)) for account in accounts))
    assert isinstance(check(Query(tuple(facts), claim), confirm=True), Proved)


def test_the_first_bytes_of_a_word_are_known_to_the_solvers() -> None:
    word, size = word_var("hw"), word_var("hs", 16)
    kept = head(word, scale(size, 8))
    assert isinstance(check(Query((), le(kept, word)), confirm=True), Proved)
    exact = Query(
        (eq(word, const(0x1234 << 240)), eq(size, const(1))), eq(kept, const(0x12 << 248))
    )
    assert isinstance(check(exact), Proved)
    known = Query((eq(size, const(2)),), eq(slice_bits(kept, 0, 240), const(0)))
    assert isinstance(check(known), Proved)
    assert isinstance(check(Query((), eq(kept, word))), Counterexample)


def test_a_confirmed_proof_tells_what_it_used() -> None:
    small, unrelated = lt(x, y), lt(y, const(1000))
    query = Query((unrelated, small), lt(x, add(y, ONE)))
    answer = check(query, confirm=True)
    assert isinstance(answer, Proved)
    assert answer.confirmed_by == ("cvc5",)
    assert answer.used == frozenset({small, not_(query.goal)})
    assert isinstance(check(Query((unrelated,), query.goal), confirm=True), Counterexample)


def test_a_core_that_is_not_confirmed_gives_way_to_the_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    query = Query((lt(y, const(1000)), lt(x, y)), lt(x, add(y, ONE)))
    asked: list[str] = []

    def partly(text: str, limits: Limits) -> tuple[str, str]:
        asked.append(text)
        return ("sat", "") if len(asked) == 1 else ("unsat", "")

    monkeypatch.setattr(cvc5_solver, "ask", partly)
    answer = check(query, confirm=True)
    assert isinstance(answer, Proved)
    assert answer.confirmed_by == ("cvc5",)
    assert answer.used is None
    assert len(asked[0]) < len(asked[1])
    assert asked[1] == query.lower().text(query.name)


def test_what_z3_cannot_answer_with_guards_it_is_asked_without(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    honest, guarded = z3_solver.ask, []

    def plain(text: str, limits: Limits, guards: tuple[str, ...], *rest: Any) -> Any:
        guarded.append(bool(guards))
        if guards:
            return z3_solver.Z3Answer("unknown", "z3: gave up")
        return honest(text, limits, guards, *rest)

    monkeypatch.setattr(z3_solver, "ask", plain)
    answer = check(Query((lt(x, y),), lt(x, add(y, ONE))), confirm=True)
    assert isinstance(answer, Proved)
    assert answer.used is None
    assert guarded == [True, False]


def test_queries_that_share_a_context_do_not_hear_of_each_other() -> None:
    context = z3_solver.Context()
    less, more = lt(x, y), lt(y, x)
    for _ in range(2):
        for known, goal in ((less, less), (more, more)):
            said = check(Query((known,), goal), confirm=True, context=context)
            assert isinstance(said, Proved)
        for known, goal in ((less, more), (more, less)):
            said = check(Query((known,), goal), confirm=True, context=context)
            assert isinstance(said, Counterexample)
