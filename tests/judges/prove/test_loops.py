"""Loops that are cut: right for any number of rounds, and the same for the same inputs."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from harness.symbolic.machine import (
    Account,
    Block,
    Call,
    Data,
    EndState,
    Exploration,
    Limits,
    Machine,
    Setting,
)
from harness.symbolic.machine.bodies import Body, Laws, NoBody, body_of
from harness.symbolic.machine.data import Order
from harness.symbolic.machine.opcodes import NEEDS
from harness.symbolic.machine.program import Program
from harness.symbolic.solve import Counterexample, Proved, Query, Unknown, check
from harness.symbolic.terms import Assignment, Int, compare, const, evaluate, term_scope, word_var
from harness.symbolic.terms.functions import NotEvaluated

MAIN = 0x1000
X0, X1 = "5f35", "602035"
RETURN = "5f5260205ff3"
WORDS = (0, 1, 2, 5, 7, 1000, 2**128 + 3, 2**255 + 1, 2**256 - 1)


def squares(begin: int, more: str = "", step: str = "600301") -> str:
    """for (; i > 0; i >>= 1) { x = x * x + 3; more } with i and x on top of the stack.

    Its code begins at an offset; `more` finds x on top; x is on top in the end.
    """
    length = 13 + len(step + more) // 2
    back, end = f"61{begin:04x}", f"61{begin + length + 5:04x}"
    return f"5b8015{end}5760011c908002{step}{more}90{back}565b50".replace(" ", "")


def squared(i: int, x: int, step: int = 3) -> int:
    """What `squares` computes."""
    while i:
        x = (x * x + step) % 2**256
        i >>= 1
    return x


@pytest.fixture(autouse=True)
def scope() -> Iterator[None]:
    with term_scope():
        yield


def machine_of(code: str) -> Machine:
    account = Account("main", MAIN, bytes.fromhex(code))
    return Machine(Setting("c", 7, {MAIN: account}), limits=Limits(growth=30))


def explore(machine: Machine, *, keep_reverts: bool = False) -> Exploration:
    """Every path of a call with the words x0 and x1."""
    call = Call.symbolic(MAIN, Data.of_words(word_var("x0"), word_var("x1")), value=const(0))
    return machine.execute(call, Block.symbolic("c"), keep_reverts=keep_reverts)


def result(end: EndState) -> Int:
    """The word that a path returns."""
    return end.output.word(const(0), Order(end.facts))


def value(found: Exploration, x0: int, x1: int) -> int | None:
    """What the one path for two words returns; None if it reverts."""
    values = Assignment({"x0": x0, "x1": x1})
    (end,) = (end for end in found.ends if all(evaluate(c, values) for c in end.path))
    return evaluate(result(end), values) if end.success else None


def body(code: str, head: int = 0) -> Body:
    return body_of(Program(bytes.fromhex(code)), head, NEEDS)


def test_a_loop_that_only_computes_is_cut_and_keeps_its_meaning() -> None:
    machine = machine_of(X1 + X0 + squares(5) + RETURN)
    found = explore(machine)
    assert [head for _, head in machine.cuts] == [5]
    assert not found.refusals
    assert len(found.ends) == 1
    for x0 in WORDS:
        for x1 in WORDS:
            assert value(found, x0, x1) == squared(x0, x1)


@pytest.mark.parametrize(
    "claim",
    [
        lambda word: compare.ge(word, const(3)),
        lambda word: compare.eq(word, word_var("x1")),
        lambda word: compare.ne(word, const(7)),
    ],
)
def test_no_more_is_claimed_of_the_result_than_is_known(claim: Callable[[Int], object]) -> None:
    (end,) = explore(machine_of(X1 + X0 + squares(5) + RETURN)).ends
    answer = check(Query(end.path, claim(result(end))))  # type: ignore[arg-type]
    assert isinstance(answer, Counterexample)


def test_the_same_inputs_give_the_same_wherever_the_loop_stands() -> None:
    first = X1 + X0 + squares(5)
    second = X1 + X0 + squares(len(first) // 2 + 5)
    found = explore(machine_of(first + second + "03" + RETURN))
    assert not found.refusals
    (end,) = found.ends
    assert result(end) is const(0)


def test_loops_with_other_numbers_are_other_functions() -> None:
    first = X1 + X0 + squares(5)
    second = X1 + X0 + squares(len(first) // 2 + 5, step="600401")
    found = explore(machine_of(first + second + "03" + RETURN))
    (end,) = found.ends
    assert isinstance(check(Query(end.path, compare.eq(result(end), const(0)))), Counterexample)
    for x0 in WORDS:
        difference = squared(x0, 5, 4) - squared(x0, 5)
        assert value(found, x0, 5) == difference % 2**256


def test_what_a_round_only_reads_is_an_input() -> None:
    # x = x * x + y, where y lies below x
    found = explore(machine_of(X1 + X0 + X0 + squares(7, step="8201") + RETURN))
    assert not found.refusals
    assert body(squares(0, step="8201")).inputs == (0, 1, 2)
    assert body(squares(0, step="8201")).changed == (0, 1)
    for x0, x1 in ((0, 3), (9, 3), (2**200, 11)):
        expected, i = x0, x0
        while i:
            expected, i = (expected * expected + x1) % 2**256, i >> 1
        assert value(found, x0, x1) == expected


def test_a_round_that_reverts_is_an_end_of_its_own() -> None:
    # if (x == 7) revert(0, 0)
    before = X1 + X0
    start = len(before) // 2
    past = start + 27
    check_seven = f"80600718{f'61{past:04x}'}575f5ffd5b"
    code = before + squares(start, more=check_seven) + RETURN
    assert bytes.fromhex(code)[past] == 0x5B
    found = explore(machine_of(code), keep_reverts=True)
    assert not found.refusals
    assert sorted(end.success for end in found.ends) == [False, True]
    assert value(found, 1, 2) is None
    assert value(found, 2, 2) is None
    assert value(found, 1, 3) == 12
    assert value(found, 0, 2) == 2


@pytest.mark.parametrize(
    ("effect", "opcode"),
    [
        ("805f55", "0x55"),
        ("805f52", "0x52"),
        ("5f5fa0", "0xa0"),
        ("805f5d", "0x5d"),
        ("5f5450", "0x54"),
    ],
)
def test_a_loop_that_does_more_than_compute_is_refused(effect: str, opcode: str) -> None:
    found = explore(machine_of(X1 + X0 + squares(5, more=effect) + RETURN))
    reasons = {refusal.problem.reason for refusal in found.refusals}
    assert all(f"a round does more than compute: opcode {opcode}" in text for text in reasons)
    assert reasons


def test_what_rounds_read_elsewhere_makes_their_result_any_word() -> None:
    # x = x * x + the first word of call data
    found = explore(machine_of(X1 + X0 + squares(5, step="5f3501") + RETURN))
    assert not found.refusals
    (end,) = found.ends
    assert result(end) in end.fresh
    assert not body(squares(0, step="5f3501")).pure


def test_a_loop_that_leaves_its_count_of_items_is_no_loop() -> None:
    with pytest.raises(NoBody, match="no way back"):
        body("5b80600056")  # every round leaves one item more
    with pytest.raises(NoBody, match="no way back"):
        body("5b8056")  # where a jump goes that the stack decides is not seen


def test_a_loop_that_takes_too_long_to_evaluate_is_unknown() -> None:
    # while (i) i ^= 0
    code = "5b8015600b575f18600056" + "5b50"
    endless = body(code)
    with pytest.raises(NotEvaluated, match="more than"):
        endless.run((1,))
    assert endless.run((0,)) == (0,)
    (last,) = endless.functions(Laws)
    x = word_var("x")
    answer = check(Query((compare.eq(x, const(1)),), compare.eq(last(x), const(5))))
    assert isinstance(answer, Unknown)


def decreasing(begin: int, step: str) -> str:
    """for (; i > 0; i >>= 1) x = step(x), with i and x on top of the stack; x is left."""
    length = 11 + len(step) // 2
    back, end = f"61{begin:04x}", f"61{begin + length + 5:04x}"
    return f"5b8015{end}5760011c90{step}90{back}565b50"


def test_a_bound_that_every_round_keeps_is_known_of_the_result() -> None:
    # x = x - x / 2 + 10, which stays from 10 on where it begins there
    step = "8060011c9003600a01"
    found = explore(machine_of(X1 + X0 + decreasing(5, step) + RETURN))
    assert not found.refusals
    (end,) = found.ends
    known, word = compare.ge(word_var("x1"), const(10)), result(end)
    proved = check(Query((*end.path, known), compare.ge(word, const(10))), confirm=True)
    assert isinstance(proved, Proved)
    assert proved.confirmed_by
    assert not isinstance(check(Query(end.path, compare.ge(word, const(10)))), Proved)
    assert not isinstance(check(Query((*end.path, known), compare.ge(word, const(11)))), Proved)


def test_a_function_of_no_word_has_a_meaning_too() -> None:
    # A path that a model is not on may make a number negative that is a word where it counts.
    last = body(squares(0)).functions(Laws)[1]
    assert last.exact is not None
    assert last.exact(-1, 5) == last.exact(2**256 - 1, 5) == squared(2**256 - 1, 5)


def test_the_name_of_a_loop_depends_on_all_that_it_computes() -> None:
    same = {body(squares(at), at).name for at in (0,)} | {body("5b" * 9 + squares(9), 9).name}
    assert len(same) == 1
    others = {body(squares(0, step=step)).name for step in ("600301", "600401", "600302", "600303")}
    assert len(others | same) == 4
