"""The power of the reservoirs on their bytecode: what is known of it for any number of blocks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from functools import cache
from typing import Any

import pytest

from harness import Items, Number, loop, summary
from harness.chain.deployment import deploy_world
from harness.compiled import CompiledSystem, compile_system
from harness.errors import LookupProblem, UsageError
from harness.judges.prove.report import Proof
from harness.judges.prove.summary_proof import SummaryProofs
from harness.loop import LawKind, Loop
from harness.symbolic.machine import Block, Call, EndState, Machine, Setting, symbolic_call
from harness.symbolic.machine.bodies import Body
from harness.symbolic.machine.companions import beside
from harness.symbolic.machine.data import Order
from harness.symbolic.machine.declared import Known, names_of, proved_laws
from harness.symbolic.products import Products
from harness.symbolic.solve import Counterexample, Limits, Proved, Query, check
from harness.symbolic.terms import Bool, Int, compare, const, imply, term_scope, word_var
from harness.world import Value
from properties.gip_0034.exact import (
    a_power_is_off_by_its_products,
    new_rewards_are_off_by_their_products,
)
from properties.gip_0034.power import UNITS, power
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


def surviving(*said: Loop) -> list[str]:
    """The names of the laws that are proved of those of some loops which is in the bytecode."""
    told: list[Known] = []

    def listening(*args: Any) -> tuple[Known, ...]:
        found = proved_laws(*args)
        told.extend(found)
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("harness.symbolic.machine.cuts.proved_laws", listening)
        powers(replace(setting(), loops=said), (word_var("x"), word_var("n")))
    (known,) = told
    return [law.name for law in known.laws]


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


@wrong.round
def not_true_of_a_round(before: Items, after: Items) -> Any:
    """A round squares the base exactly."""
    return after.x * ONE == before.x * before.x


@loop
def other(n: int, x: int, z: int) -> tuple[int, int, int]:
    """Another loop, which adds."""
    return 0, x, z + n * x


def test_what_is_said_of_a_loop_is_used_only_if_it_is_proved() -> None:
    assert surviving(other, wrong) == ["true_of_each_round"]


# The exact power

EXACT = (a_power_is_off_by_its_products, new_rewards_are_off_by_their_products)


def proved(*summaries: Any, loops: tuple[Loop, ...] = (power,)) -> list[bool]:
    """Whether summaries are proved of the bytecode, with some loops declared."""
    chains = {"l1": replace(setting(), loops=loops)}
    proofs = SummaryProofs(compiled(), chains, summaries)
    reports = [proofs.prove(unit, frozenset()) for unit in proofs.units]
    return [
        isinstance(report.goals[each.id], Proof) and report.feasible and each.id in report.spoke
        for report, each in zip(reports, summaries, strict=True)
    ]


def test_the_power_is_as_near_to_the_exact_one_as_its_bound_says() -> None:
    assert proved(*EXACT) == [True, True]


def test_without_what_is_said_of_the_loop_nothing_is_known_of_that() -> None:
    assert proved(EXACT[0], loops=()) == [False]


@summary("TIGHT", of=EXACT[0].on, severity="low", source="test", followed=True)  # type: ignore[attr-defined]
def one_product_too_few(w: Gip0034, x: Number, n: Number, z: Number) -> Value | None:
    """The power is off by less than it may be; which is false of 2 blocks: their square rounds."""
    if x < ONE or n < 2:
        return None
    exact, unit, left = x**n, ONE**n, UNITS - (n - 2)
    return (z * unit * left <= exact * ONE * UNITS) & (exact * ONE * left <= z * unit * UNITS)


def test_a_bound_that_is_one_product_too_tight_is_not_proved() -> None:
    assert proved(one_product_too_few) == [False]
    rate = ONE + 1
    rounded = power.meaning(1, rate, ONE)[2]
    assert one_product_too_few.body(None, rate, 2, rounded) is False  # type: ignore[attr-defined]
    assert EXACT[0].body(None, rate, 2, rounded) is True  # type: ignore[attr-defined]


def stale_base(now: Items, after: Items) -> Any:
    """The exact result, by the base before the square: not what the loop does."""
    return now.exact if now.n % 2 == 0 else now.exact * now.base


def free_products(now: Items, after: Items) -> Any:
    """Errors of the result that leave out those of the product itself."""
    return now.errors if now.n % 2 == 0 else now.errors + after.base_errors


WRONG = {
    "exact": (stale_base, "the_numerator_is_a_power"),
    "errors": (free_products, "the_result_is_not_far_above"),
}
NEEDED = (
    "nothing_falls",
    "bases_are_positive",
    "results_are_positive",
    "the_base_is_not_far_above",
)
"""What the laws of the results are proved from, with the rounds."""


def with_companion(name: str, step: Any, last: str) -> Loop:
    """The loop with another companion, and as few laws as one of them needs."""
    said = loop(power.meaning)
    wanted = {*NEEDED, last}
    said.laws += [law for law in power.laws if law.name in wanted or law.kind is LawKind.ROUND]
    said.beside += [replace(c, step=step) if c.name == name else c for c in power.beside]
    return said


@pytest.mark.parametrize("name", WRONG)
def test_laws_of_a_wrong_companion_are_not_proved(name: str) -> None:
    step, lost = WRONG[name]
    assert lost not in surviving(with_companion(name, step, lost))


def test_laws_of_the_right_companions_need_no_more() -> None:
    lost = "the_result_is_not_far_above"
    assert {*NEEDED, lost} <= set(surviving(with_companion("", None, lost)))


def test_companions_are_what_a_run_makes_of_them() -> None:
    body = next(iter(bodies()))
    places = names_of(body, power)
    assert places is not None
    found = beside(body, power, places).last
    assert [each.name.partition(".")[2] for each in found] == [c.name for c in power.beside]
    first = (5, ONE + 7, ONE)
    inputs = tuple(first[place] for place in map(places.index, range(3)))
    exact = dict(zip((c.name for c in power.beside), found, strict=True))
    values = {name: each.exact(*inputs) for name, each in exact.items() if each.exact}
    assert Fraction(values["exact"], values["scale"]) == Fraction(ONE + 7, ONE) ** 10
    assert values["errors"] == 9


def bodies() -> list[Body]:
    """The loops of the bytecode that were cut."""
    told: list[Body] = []

    def listening(body: Body, *args: Any) -> tuple[Known, ...]:
        told.append(body)
        return ()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("harness.symbolic.machine.cuts.proved_laws", listening)
        powers(replace(setting(), loops=(loop(power.meaning),)), (word_var("x"), word_var("n")))
    return told


def test_mistakes_in_a_law_are_told() -> None:
    with pytest.raises(LookupProblem, match="no item named 'y'"):
        power.at((1, 2, 3)).y  # noqa: B018  # the question is the mistake
    with pytest.raises(UsageError, match="it is not said when they are"):
        loop(power.meaning).relation(not_kept_by_two_rounds.body)
    with pytest.raises(UsageError, match="a companion named 'errors' already"):
        power.companion(lambda first: 0)(next(c.step for c in power.beside if c.name == "errors"))
    with pytest.raises(UsageError, match="needs a docstring"):
        loop(power.meaning).invariant(lambda first, now: True)
    with pytest.raises(UsageError, match="computes nothing"):
        loop(lambda: (1,))
