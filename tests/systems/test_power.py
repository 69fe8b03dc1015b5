"""The power of the reservoirs on their bytecode: what is known of it for any number of blocks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from harness import Items, loop
from harness.chain.deployment import deploy_world
from harness.compiled import CompiledSystem, compile_system
from harness.errors import LookupProblem, UsageError
from harness.symbolic.machine import Block, Call, EndState, Machine, Setting, symbolic_call
from harness.symbolic.machine.data import Order
from harness.symbolic.machine.declared import Known, proved_laws
from harness.symbolic.products import Products
from harness.symbolic.solve import Counterexample, Limits, Proved, Query, check
from harness.symbolic.terms import (
    Assignment,
    Bool,
    Int,
    compare,
    const,
    evaluate,
    imply,
    term_scope,
    word_var,
)
from properties.gip_0034.no_overflow import MOST_BLOCKS, MOST_RATE, power
from properties.gip_0034.system import Gip0034
from specs.gip_0034.fixed_point import ONE
from tests.soundness.variants import ROOT


@cache
def compiled() -> CompiledSystem:
    return compile_system(Gip0034, ROOT)


@cache
def setting() -> Setting:
    return Setting.of_world(deploy_world(compiled()), "l1")


@pytest.fixture(autouse=True)
def scope() -> Iterator[None]:
    with term_scope():
        yield


def powers(at: Setting, *given: tuple[Int, Int]) -> list[EndState]:
    """The way on which `pow` gives a result, for each base and exponent."""
    function = compiled().abi("l1_reservoir").function("pow")
    names = [parameter.name for parameter in function.inputs]
    found = []
    for numbers in given:
        data = symbolic_call(function, "pow.", dict(zip(names, numbers, strict=True))).data
        call = Call.symbolic(int(compiled().address("l1_reservoir")), data, value=const(0))
        explored = Machine(at).execute(call, Block.symbolic("l1"))
        assert explored.refusals == ()
        (end,) = explored.successes
        found.append(end)
    return found


def result(end: EndState) -> Int:
    return end.output.word(const(0), Order(end.facts))


def follows(known: tuple[Bool, ...], goal: Bool) -> bool:
    """Whether both solvers prove a goal without products."""
    weaker = Products().without(Query(known, goal), known)
    assert weaker is not None
    answer = check(weaker.query, confirm=True)
    return isinstance(answer, Proved) and bool(answer.confirmed_by)


def is_refuted(known: tuple[Bool, ...], goal: Bool) -> bool:
    """Whether numbers are found of which the loop, as it runs, violates a goal."""
    return isinstance(check(Query(known, goal), Limits(seconds=5)), Counterexample)


def test_the_power_grows_with_the_blocks_exactly() -> None:
    x, n, m = word_var("x"), word_var("n"), word_var("m")
    few, many = powers(setting(), (x, n), (x, m))
    known = (*few.path, *many.path, compare.ge(x, const(ONE)))
    assert follows((*known, compare.le(n, m)), compare.le(result(few), result(many)))


def test_no_more_is_known_of_its_order_than_is_true() -> None:
    few, many = powers(setting(), (const(ONE), const(3)), (const(ONE), const(5)))
    assert is_refuted((*few.path, *many.path), compare.lt(result(few), result(many)))
    few, many = powers(setting(), (const(ONE // 2), const(3)), (const(ONE // 2), const(5)))
    assert is_refuted((*few.path, *many.path), compare.le(result(few), result(many)))


def test_the_power_has_its_ends_exactly() -> None:
    x, n = word_var("x"), word_var("n")
    (end,) = powers(setting(), (x, n))
    grown, from_one = result(end), compare.ge(x, const(ONE))
    assert follows((*end.path, compare.eq(n, const(0))), compare.eq(grown, const(ONE)))
    assert follows((*end.path, compare.eq(n, const(1))), compare.eq(grown, x))
    assert follows((*end.path, compare.eq(x, const(ONE))), compare.eq(grown, const(ONE)))
    some = compare.ge(n, const(1))
    assert follows((*end.path, from_one), compare.ge(grown, const(ONE)))
    assert follows((*end.path, from_one), imply(some, compare.ge(grown, x)))


def test_fewer_blocks_do_not_overflow_sooner() -> None:
    x, n, m = word_var("x"), word_var("n"), word_var("m")
    few, many = powers(setting(), (x, n), (x, m))
    known = (*many.path, compare.ge(x, const(ONE)))
    assert few.path
    for condition in few.path:
        assert follows((*known, compare.le(n, m)), condition)
    at = Assignment({"x": MOST_RATE, "n": 1 << 40, "m": 5})  # more blocks do, exactly as the EVM
    assert all(evaluate(each, at) for each in known)
    assert not all(evaluate(each, at) for each in few.path)


def test_within_six_years_no_allowed_rate_overflows() -> None:
    x, n = word_var("x"), word_var("n")
    (end,) = powers(setting(), (x, n))
    allowed = compare.ge(x, const(ONE)), compare.le(x, const(MOST_RATE))
    for condition in end.path:
        assert follows((*allowed, compare.lt(n, const(MOST_BLOCKS))), condition)
    later = Assignment({"x": MOST_RATE, "n": 8 * MOST_BLOCKS})
    assert all(evaluate(each, later) for each in allowed)
    assert not all(evaluate(each, later) for each in end.path)
    assert follows(
        (*end.path, *allowed, compare.lt(n, const(MOST_BLOCKS))),
        compare.lt(result(end), const(10**33)),
    )


@loop
def wrong(n: int, x: int, z: int) -> tuple[int, ...]:
    """The same loop, of which somebody says too much."""
    return power.meaning(n, x, z)


@wrong.over
def it_is_over(now: Items) -> Any:
    """The exponent is used up."""
    return now.n == 0


@wrong.invariant
def true_of_each_round(first: Items, now: Items) -> Any:
    """The exponent never grows; which is true."""
    return now.n <= first.n


@wrong.invariant
def not_true_at_first(first: Items, now: Items) -> Any:
    """The base is above what it was."""
    return now.x > first.x


@wrong.invariant
def not_kept_by_a_round(first: Items, now: Items) -> Any:
    """The result stays as it is."""
    return now.z == first.z


@wrong.relation
def not_kept_by_two_rounds(one: Items, other: Items) -> Any:
    """The result grows with the base, whatever the exponents."""
    return (one.x <= other.x) & (one.z <= other.z) & (one.x >= ONE) & (one.z >= ONE)


@wrong.relation
def not_kept_by_a_run_alone(one: Items, other: Items) -> Any:
    """From one base, more blocks give the same."""
    return (one.n <= other.n) & (one.z == other.z)


@wrong.relation
def true_of_two_runs(one: Items, other: Items) -> Any:
    """A run with the smaller exponent is over no later, if it does not revert."""
    return one.n <= other.n


@wrong.end
def not_reached(first: Items) -> Any:
    """Whatever the base, a run with a small exponent is over."""
    return first.n < 8


@wrong.round
def not_true_of_a_round(before: Items, after: Items) -> Any:
    """A round squares the base exactly."""
    return after.x * ONE == before.x * before.x


@loop
def other(n: int, x: int, z: int) -> tuple[int, int, int]:
    """Another loop, which adds."""
    return 0, x, z + n * x


def test_what_is_said_of_a_loop_is_used_only_if_it_is_proved(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[Known] = []

    def listening(*args: Any) -> tuple[Known, ...]:
        found = proved_laws(*args)
        told.extend(found)
        return found

    monkeypatch.setattr("harness.symbolic.machine.cuts.proved_laws", listening)
    powers(replace(setting(), loops=(other, wrong)), (word_var("x"), word_var("n")))
    (known,) = told
    assert known.loop is wrong
    assert [law.name for law in known.laws] == ["true_of_each_round", "true_of_two_runs"]
    assert known.ending == ()


def test_mistakes_in_a_law_are_told() -> None:
    with pytest.raises(LookupProblem, match="no item named 'y'"):
        power.at((1, 2, 3)).y  # noqa: B018  # the question is the mistake
    with pytest.raises(UsageError, match="it is not said when they are"):
        loop(power.meaning).relation(not_kept_by_two_rounds.body)
    with pytest.raises(UsageError, match="an end speaks of runs that are over"):
        loop(power.meaning).end(not_reached.body)
    with pytest.raises(UsageError, match="an end of a loop takes one set of items"):
        wrong.end(true_of_each_round.body)
    with pytest.raises(UsageError, match="needs a docstring"):
        loop(power.meaning).invariant(lambda first, now: True)
    with pytest.raises(UsageError, match="computes nothing"):
        loop(lambda: (1,))
