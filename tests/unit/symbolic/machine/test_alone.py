"""Internal functions run alone: what they give, what they read, and what they leave behind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from harness.compile import Artifact, CompilerSettings, compile_sources
from harness.symbolic.machine import Account, Block, Call, Data, Limits, Machine, Setting
from harness.symbolic.machine.alone import Alone, beyond, evaluate_alone
from harness.symbolic.machine.summaries import Internal, Summaries, Summary
from harness.symbolic.terms import FALSE, TRUE, Int, const, term_scope, word_var
from harness.symbolic.terms.functions import NotEvaluated

ROOT = Path(__file__).parents[3] / "fixtures" / "summaries"
MAIN = 0x1234


@cache
def artifact(name: str, *, via_ir: bool = False) -> Artifact:
    settings = CompilerSettings(via_ir=via_ir)
    return compile_sources([ROOT / "contracts"], root=ROOT, settings=settings)[name]


def setting(code: Artifact) -> Setting:
    account = Account("pool", MAIN, code.runtime_code, code.storage_layout, code)
    return Setting("c", 7, {MAIN: account})


def internal(code: Artifact, name: str, *, first_on_top: bool) -> Internal:
    """The function of a name that takes most, the last one in the source of these."""
    named = artifact(code.name).internal_functions(name)
    wanted = max(named, key=lambda each: (each.parameter_slots, each.ast_id)).ast_id
    (debug,) = (f for f in code.runtime_functions.values() if f.ast_id == wanted)
    assert debug.entry_pc is not None
    assert debug.parameter_slots is not None
    assert debug.return_slots is not None
    slots = debug.parameter_slots, debug.return_slots
    return Internal("pool", name, debug.entry_pc, *slots, first_on_top=first_on_top)


@pytest.fixture
def scope() -> Iterator[None]:
    with term_scope():
        yield


@pytest.mark.usefixtures("scope")
@pytest.mark.parametrize("via_ir", [False, True])
@pytest.mark.parametrize(
    ("of", "name", "args", "results"),
    [
        ("Pool", "_half", (9,), (4,)),
        ("Pool", "_part", (100, 1, 3), (33,)),
        ("Pool", "_part", (100, 3, 2), None),
        ("Pool", "_part", (100, 0, 0), None),
        ("Pool", "_part", (2**255, 2, 3), None),
        ("Pool", "_mix", (5, 3), (3, 5)),
        ("Odd", "_rank", (7,), (35,)),
    ],
)
def test_functions_give_what_their_source_says(
    via_ir: bool, of: str, name: str, args: tuple[int, ...], results: tuple[int, ...] | None
) -> None:
    code = artifact(of, via_ir=via_ir)
    function = internal(code, name, first_on_top=via_ir)
    assert evaluate_alone(setting(code), function, args, Limits()) == results


@pytest.mark.usefixtures("scope")
def test_what_depends_on_the_state_has_no_value() -> None:
    code = artifact("Odd")
    with pytest.raises(NotEvaluated, match="more than its arguments"):
        evaluate_alone(setting(code), internal(code, "_left", first_on_top=False), (3,), Limits())


def by_hand(body: str, *, free: int = 0x80) -> tuple[Setting, Internal, Call]:
    """A contract that returns f(x) - f(x) for the word x of its call data, f, and a call of it."""
    after, end = (12, 20), 28
    code = f"60{free:02x}604052"
    for back in after:
        code += f"60{back:02x}5f3560{end:02x}565b"
    code += "035f5260205ff3" + "5b" + body
    account = Account("main", MAIN, bytes.fromhex(code))
    return (
        Setting("c", 7, {MAIN: account}),
        Internal("main", "f", end, 1, 1),
        Call.symbolic(MAIN, Data.of_words(word_var("x")), value=const(0)),
    )


ADD_ONE = "6001019056"
"""f(n) = n + 1: with the return address below n."""


def lent(where: Setting, function: Internal) -> Summaries:
    def claim(args: Sequence[Int], results: Sequence[Int] | None) -> Any:
        return FALSE if results is None else TRUE

    def exact(args: tuple[int, ...]) -> tuple[int, ...] | None:
        return evaluate_alone(where, function, args, Limits())

    return Summaries([Summary(function, {"S": claim}, exact)])


@pytest.mark.usefixtures("scope")
def test_the_same_arguments_give_the_same() -> None:
    where, function, call = by_hand(ADD_ONE)
    summaries = lent(where, function)
    found = Machine(where, summaries=summaries).execute(call, Block.symbolic("c"))
    (end,) = found.ends
    assert summaries.used == {"S"}
    assert end.output.known_bytes() == bytes(32)


@pytest.mark.usefixtures("scope")
def test_a_function_is_followed_where_memory_is_not_as_solc_has_it() -> None:
    # Run alone, a function finds a free memory pointer that points behind solc's own words.
    where, function, call = by_hand(ADD_ONE, free=0)
    summaries = lent(where, function)
    Machine(where, summaries=summaries).execute(call, Block.symbolic("c"))
    assert not summaries.used


@pytest.mark.usefixtures("scope")
@pytest.mark.parametrize(
    ("body", "reads"),
    [
        ("604051019056", "free pointer"),
        ("608051019056", "memory.word"),
        ("3d019056", "returndata.length"),
        ("36019056", "calldata.length"),
        ("33019056", "msg.sender"),
        ("5f5c019056", "main.transient~before"),
        ("5a019056", "gas#"),
        ("42019056", "block.timestamp@c"),
        ("47019056", "balance@c~before"),
        ("82019056", "stack["),
        ("81019056", "return address"),
        ("81602010019056", "return address"),
    ],
)
def test_whatever_is_read_is_seen(body: str, reads: str) -> None:
    where, function, _ = by_hand(body)
    n = word_var("n")
    found = Alone(where).function(function, [n])
    (end,) = found.returned
    assert beyond((*end.path, *end.results), [n]).startswith(reads)


@pytest.mark.usefixtures("scope")
@pytest.mark.parametrize(
    ("body", "refused"),
    [
        ("805f5d9056", "changes storage"),
        ("5f5fa09056", "changes storage"),
        ("805f529056", "writes to memory"),
        ("809156", "leaves 2 items on the stack, not 1"),
        ("5f5f5f5f5f335af1509056", "unknown code"),
        ("5980019056", "MSIZE"),
        ("56", "symbolic destination"),
        ("00", "ends the call"),
    ],
)
def test_whatever_is_left_behind_is_refused(body: str, refused: str) -> None:
    where, function, _ = by_hand(body)
    found = Alone(where).function(function, [word_var("n")])
    assert not found.returned
    assert any(refused in str(each.problem) for each in found.refusals)


@pytest.mark.usefixtures("scope")
def test_the_stack_below_must_stay() -> None:
    # The caller's topmost item is replaced by 0, under the return address and n.
    where, function, _ = by_hand("5f92509056")
    found = Alone(where).function(function, [word_var("n")])
    (refusal,) = found.refusals
    assert "the stack of who called it" in refusal.problem.reason


def test_off_its_paths_a_term_may_be_no_word() -> None:
    # Such a number is no reason to run the code, which could take for ever.
    function = Internal("main", "f", 0, 1, 1)

    def exact(args: tuple[int, ...]) -> tuple[int, ...] | None:
        assert args == (5,)
        return (6,)

    made = Summary(function, {"S": lambda args, results: TRUE}, exact)
    assert made.results[0].exact is not None
    assert made.reverts.exact is not None
    assert made.results[0].exact(5) == 6
    assert made.results[0].exact(-1) == made.reverts.exact(2**256) == 0
