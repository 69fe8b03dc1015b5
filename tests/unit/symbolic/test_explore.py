"""Exploring Python functions on symbolic values: every path once, nothing hidden."""

from __future__ import annotations

import itertools

import pytest

from harness.symbolic.explore import NotDeterministic, OutsideExplore, TooManyPaths, explore
from harness.symbolic.solve import Counterexample, Limits, Proved, Query, check, satisfiable
from harness.symbolic.terms import (
    Assignment,
    Bool,
    and_,
    bool_var,
    const,
    evaluate,
    int_var,
    or_,
    word_var,
)
from harness.symbolic.terms.compare import eq, ge, le
from harness.symbolic.values import SymBool, SymInt, choose, imply, int_term

X, Y, Z = int_var("ex"), int_var("ey"), int_var("ez")
x, y, z = SymInt(X), SymInt(Y), SymInt(Z)
SMALL = [and_(ge(v, const(-4)), le(v, const(4))) for v in (X, Y, Z)]


def feasible(conditions: tuple[Bool, ...]) -> bool:
    return not isinstance(check(satisfiable(*conditions), Limits(seconds=5)), Proved)


def middle(a: int, b: int, c: int) -> int:
    """The same on Python's integers and on symbolic ones."""
    if a <= b <= c or c <= b <= a:
        return b
    return max(min(a, c), min(b, max(a, c))) if not (b <= a <= c or c <= a <= b) else a


def test_every_input_is_on_exactly_one_path_with_the_right_result() -> None:
    paths = explore(lambda: middle(x, y, z), assumptions=SMALL)  # type: ignore[arg-type]
    for a, b, c in itertools.product(range(-4, 5, 2), repeat=3):
        at = Assignment({"ex": a, "ey": b, "ez": c})
        taken = [path for path in paths if all(evaluate(fact, at) for fact in path.condition)]
        assert len(taken) == 1
        result = taken[0].result
        assert result is not None
        assert evaluate(int_term(result), at) == middle(a, b, c)


def test_the_paths_together_cover_everything() -> None:
    paths = explore(lambda: middle(x, y, z), feasible=feasible)  # type: ignore[arg-type]
    covered = or_(*(and_(*path.condition) for path in paths))
    assert isinstance(check(Query((), covered)), Proved)
    for path in paths:
        assert isinstance(check(satisfiable(*path.condition)), Counterexample)


def test_dead_branches_are_not_taken() -> None:
    word = SymInt(word_var("ew"))

    def function() -> str:
        if word < 0:
            return "negative word"
        if word > 10 and word < 5:
            return "nowhere"
        if word * word < word:
            return "only by a solver"
        return "here"

    by_intervals = [path.result for path in explore(function)]
    assert "negative word" not in by_intervals
    assert "nowhere" not in by_intervals
    assert "only by a solver" in by_intervals
    assert {path.result for path in explore(function, feasible=feasible)} == {"here"}


def test_exploration_is_deterministic() -> None:
    def function() -> SymInt:
        return x // y if y > 3 or y < x else abs(x - y)

    first, second = (
        explore(function, assumptions=[ge(Y, const(1))]),
        explore(function, assumptions=[ge(Y, const(1))]),
    )
    assert [path.condition for path in first] == [path.condition for path in second]


def test_an_assertion_surfaces_as_it_is() -> None:
    def function() -> None:
        assert x != 3, "x is three"

    with pytest.raises(AssertionError, match="x is three") as raised:
        explore(function)
    assert "on the path" in raised.value.__notes__[0]


def test_caught_exceptions_are_the_outcome_of_their_path() -> None:
    def function() -> SymInt:
        if x > 100:
            raise ValueError("too large")
        return x

    paths = explore(function, catch=(ValueError,))
    assert [(str(path.error), path.result is None) for path in paths] == [
        ("too large", True),
        ("None", False),
    ]


def test_division_by_zero_is_a_path_of_its_own() -> None:
    paths = explore(lambda: (x // y, x % y), catch=(ZeroDivisionError,))
    assert [type(path.error).__name__ for path in paths] == ["ZeroDivisionError", "NoneType"]
    assert paths[0].condition == (eq(Y, const(0)),)
    with pytest.raises(ZeroDivisionError):
        explore(lambda: x // 0)


def test_the_number_of_paths_is_limited() -> None:
    flags = [SymBool(bool_var(f"e{i}")) for i in range(8)]
    assert len(explore(lambda: [bool(flag) for flag in flags], max_paths=256)) == 256
    with pytest.raises(TooManyPaths, match="255 paths are explored and 1 or more are left"):
        explore(lambda: [bool(flag) for flag in flags], max_paths=255)


def test_a_function_that_keeps_state_is_refused() -> None:
    seen: list[int] = []

    def function() -> bool:
        seen.append(len(seen))
        return bool(x > len(seen)) and bool(y > 0)

    with pytest.raises(NotDeterministic, match="asked for"):
        explore(function)


def test_truth_outside_of_exploration_is_refused() -> None:
    with pytest.raises(OutsideExplore, match="only inside explore"):
        bool(x > y)
    assert bool(x - x == 0) is True


def test_decisions_are_kept_apart_from_those_of_other_explorations() -> None:
    def function() -> int:
        inner = explore(lambda: bool(y > 0))
        return len(inner) if x > 0 else 0

    assert [path.result for path in explore(function)] == [2, 0]


def test_operators_agree_with_python() -> None:
    def everything(a: int, b: int) -> list[int]:
        return [a + b, a - b, a * b, -a, +a, abs(a), a // b, a % b, a**3, a << 2, a >> 1,
                7 - a, 7 + a, 7 * a, 7 // b, 7 % b, *divmod(a, b), int(bool(a))]  # fmt: skip

    def compared(a: int, b: int) -> list[bool]:
        return [a < b, a <= b, a > b, a >= b, a == b, a != b, (a < b) & (b < 3), (a < b) | (b < 3),
                (a < b) ^ (b < 3), (a < b) == (b < 3), (a < b) != (b < 3)]  # fmt: skip

    for a, b in itertools.product((-5, -1, 0, 2, 9), (-3, 1, 4)):
        known = SymInt(const(a)), SymInt(const(b))
        assert [int(v) for v in everything(*known)] == everything(a, b)  # type: ignore[arg-type]
        assert [bool(v) for v in compared(*known)] == compared(a, b)  # type: ignore[arg-type]
        at = Assignment({"ex": a, "ey": b})
        sign = [and_(*(path.condition)) for path in explore(lambda: bool(x))]
        assert sum(evaluate(condition, at) for condition in sign) == 1


def test_choosing_and_implying_do_not_fork() -> None:
    larger = choose(x > y, x, y)
    assert evaluate(larger.term, Assignment({"ex": 3, "ey": 8})) == 8
    assert len(explore(lambda: imply(x > y, larger == x))) == 1
    both = choose(x > y, SymBool(bool_var("ep")), SymBool(bool_var("eq")))
    at = Assignment({"ex": 3, "ey": 2}, {"ep": True, "eq": False})
    assert evaluate(both.term, at) is True
    assert evaluate((~both).term, at) is False


def test_misuse_of_values_is_refused_at_once() -> None:
    with pytest.raises(TypeError, match="use // to divide"):
        x / 2
    with pytest.raises(TypeError, match="powers from 0 to 8, not -1"):
        x**-1
    with pytest.raises(TypeError, match="it cannot index"):
        range(x)
    with pytest.raises(TypeError, match="it has no float"):
        float(x)
    with pytest.raises(TypeError, match="unhashable"):
        assert {x: 1}
    with pytest.raises(TypeError, match="expected an integer, got 'three'"):
        x + "three"  # type: ignore[operator]
    with pytest.raises(TypeError, match="expected a truth value, got 1"):
        (x > y) & 1  # type: ignore[operator]
    with pytest.raises(TypeError, match="cannot choose between"):
        choose(x > y, x > y, x)  # type: ignore[call-overload]
    assert x.__eq__("three") is NotImplemented
    assert repr(x + 1) == "SymInt((ex + 1))"
    assert repr(x > 1) == "SymBool((ex >= 2))"
    assert list(range(SymInt(const(3)))) == [0, 1, 2]
