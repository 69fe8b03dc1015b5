"""The machine as its users see it: hooks, refusals, unknown code, limits, joined paths."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from harness.symbolic.machine import (
    Account,
    Block,
    Call,
    Data,
    Exploration,
    Limits,
    Machine,
    NoHooks,
    OutgoingCall,
    Path,
    Point,
    Region,
    Setting,
    UnknownCode,
)
from harness.symbolic.terms import (
    Assignment,
    Int,
    compare,
    const,
    evaluate,
    term_scope,
    word_var,
)

MAIN = 0xAA
STORE = "5f35600155"
"""Slot 1 takes the first word of call data."""


@pytest.fixture(autouse=True)
def scope() -> Iterator[None]:
    with term_scope():
        yield


def setting(code: str, unknown: UnknownCode = UnknownCode.REFUSE) -> Setting:
    account = Account("main", MAIN, bytes.fromhex(code))
    return Setting("c", 1, {MAIN: account}, unknown_code=unknown)


def call(*words: Int) -> Call:
    return Call.symbolic(MAIN, Data.of_words(*words), value=const(0))


def run(code: str, *, limits: Limits | None = None, words: int = 2) -> Exploration:
    machine = Machine(setting(code), limits=limits)
    symbols = [word_var(f"x{i}") for i in range(words)]
    return machine.execute(call(*symbols), Block.symbolic("c"))


def test_hooks_see_loads_and_stores_and_may_assume() -> None:
    seen: list[tuple[str, str]] = []

    class Watch(NoHooks):
        def on_load(self, path: Path, region: Region, keys: tuple[Int, ...], word: Int) -> None:
            seen.append(("load", region.name))
            path.assume(compare.le(word, const(7)))
            path.ghosts["loads"] = path.ghosts.get("loads", 0) + 1

        def on_store(
            self, path: Path, region: Region, keys: tuple[Int, ...], old: Int, new: Int
        ) -> None:
            assert old is path.state.storage.read(region, keys, path.facts)
            seen.append(("store", str(new)))

    machine = Machine(setting("600154" + STORE + "00"), Watch())
    found = machine.execute(call(word_var("x0")), Block.symbolic("c"))
    assert seen == [("load", "main.slot(0x1)"), ("store", "x0")]
    (end,) = found.ends
    assert end.ghosts["loads"] == 1
    assert len(end.path) == 1


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("5f5f5ff0", "CREATE"),
        ("5f5f5f5ff5", "CREATE2"),
        ("5f3556", "symbolic destination"),
        ("5f3554", "unattributable storage slot"),
        ("5f5f5f5f5f5f355af1", "unknown code"),
        ("5f35515f5260205ff3", "memory"),
        ("5f3551595f5260205ff3", "MSIZE"),
        ("5f5f5f5f35 3c".replace(" ", ""), "EXTCODECOPY"),
    ],
)
def test_what_is_out_of_reach_is_refused_by_name(code: str, reason: str) -> None:
    found = run(code)
    reasons = [str(refusal.problem) for refusal in found.refusals]
    if reason == "memory":
        assert len(found.ends) == 1  # nothing was written: any address holds 0
    else:
        assert any(reason in text for text in reasons), reasons
        assert all("main, pc" in text for text in reasons)


def test_a_slot_that_is_not_attributed_is_never_zero() -> None:
    found = run("5f35545f5260205ff3")
    assert not found.ends
    assert len(found.refusals) == 1


def test_a_loop_without_bound_is_refused_beyond_the_limit() -> None:
    # for (i = 0; i < x0; i++) store i at slot 0: no row of words
    code = "5f5b5f35811015601357805f556001016001565b00"
    found = run(code, limits=Limits(iterations=5))
    (reason,) = {str(refusal.problem.reason) for refusal in found.refusals}
    assert reason == (
        "loop at pc 9 not bounded within 5, and not cut: "
        "a round does more than compute: opcode 0x55"
    )


def test_a_loop_over_a_row_of_words_is_done_at_once() -> None:
    # for (i = 0; i < x0; i += 32) memory[i] = i; return memory[0:i]
    code = "5f5b5f358110156013578080526020016001565b5ff3"
    found = run(code, limits=Limits(iterations=5), words=1)
    assert not found.refusals
    for limit in (0, 1, 33, 64):
        values = Assignment({"x0": limit})
        taken = [end for end in found.ends if all(evaluate(c, values) for c in end.path)]
        (end,) = taken
        expected = b"".join(i.to_bytes(32, "big") for i in range(0, limit, 32))
        assert end.output.concrete(values) == expected


def test_a_limit_on_steps() -> None:
    endless = run("5b5f56", limits=Limits(steps=50))
    assert "more than 50 instructions" in str(endless.refusals[0].problem)


def test_reverting_paths_are_kept_on_request() -> None:
    code = "5f3560065700 5b5f5ffd".replace(" ", "")
    machine = Machine(setting(code))
    dropped = machine.execute(call(word_var("x0")), Block.symbolic("c"))
    assert [end.success for end in dropped.ends] == [True]
    assert dropped.reverted == 1
    kept = machine.execute(call(word_var("x0")), Block.symbolic("c"), keep_reverts=True)
    assert sorted(end.success for end in kept.ends) == [False, True]


IF = "5f3560095760075f555b00"
"""Unless x0 is zero, jump over a store of 7 to slot 0."""


def test_paths_that_meet_are_joined() -> None:
    joined = run(IF)
    apart = run(IF, limits=Limits(merge=False))
    assert len(joined.ends) == 1
    assert len(apart.ends) == 2
    (writes,) = joined.ends[0].state.storage.writes.values()
    (write,) = writes
    assert isinstance(write, Point)
    assert str(write.value) == "(if (x0 == 0) 7 main.slot(0x0))"
    assert not joined.ends[0].path


def test_unknown_code_leaves_an_arbitrary_world() -> None:
    # store x0 at slot 1; call the address x1; return slot 1
    code = STORE + "5f5f5f5f5f6020355af1506001545f5260205ff3"
    calls: list[OutgoingCall] = []

    class Watch(NoHooks):
        def on_unknown_call(self, path: Path, call: OutgoingCall) -> None:
            assert path.state.storage.writes
            calls.append(call)

        def after_unknown_call(self, path: Path, call: OutgoingCall) -> None:
            assert not path.state.storage.writes

    machine = Machine(setting(code, UnknownCode.HAVOC), Watch())
    assumed = (compare.gt(word_var("x1"), const(0xFFFF)), compare.lt(word_var("x1"), const(2**160)))
    found = machine.execute(
        call(word_var("x0"), word_var("x1")), Block.symbolic("c"), assumptions=assumed
    )
    assert not found.refusals
    assert [one.kind for one in calls] == ["CALL"]
    outputs = {str(end.output.pieces[0].value) for end in found.ends}  # type: ignore[union-attr]
    assert "x0" in outputs
    assert any("~" in text for text in outputs)


def test_a_value_is_paid_by_the_caller_to_the_called() -> None:
    machine = Machine(setting("475f5260205ff3"))
    sent = Call.symbolic(MAIN, Data())
    (end,) = machine.execute(sent, Block.symbolic("c")).ends
    assert len(end.state.ether) == 2
    assert len(end.path) == 1  # the caller has what it sends


def test_three_paths_that_meet_are_joined() -> None:
    # if (x0 == 0 || x1 == 0) nothing, else store 7 at slot 0
    found = run("5f35156011576020351560115760075f555b00")
    assert len(found.ends) == 1
    (writes,) = found.ends[0].state.storage.writes.values()
    (write,) = writes
    assert isinstance(write, Point)
    for x0, x1, expected in ((0, 5, 1), (5, 0, 1), (0, 0, 1), (5, 5, 7)):
        values = Assignment({"x0": x0, "x1": x1, "main.slot(0x0)": 1})
        assert evaluate(write.value, values) == expected


def test_a_loop_whose_terms_grow_is_refused_early_if_it_cannot_be_cut() -> None:
    # for (i = x0; i > 0; i >>= 1) { x = x * x + 3; transient[0] = x }
    code = "6020355f355b8015601b5760011c908002600301805f5d90600556"
    found = run(code + "5b00", limits=Limits(growth=30))
    (reason,) = {str(refusal.problem.reason) for refusal in found.refusals}
    assert reason == (
        "loop at pc 10 not bounded, its terms grow with every round, and it is not cut: "
        "a round does more than compute: opcode 0x5d"
    )


AGAIN = "5f355f525f5f60205f{value}305a{kind}5f5500"
"""Call oneself with the first word of call data, and store at slot 0 whether that went well."""

CALL_SELF = AGAIN.format(value="6001", kind="f1")
LOOK_AT_SELF = AGAIN.format(value="", kind="fa")


class Reentries(NoHooks):
    """Notes calls that are not followed, and what state they meet."""

    def __init__(self) -> None:
        self.calls: list[OutgoingCall] = []

    def on_unknown_call(self, path: Path, call: OutgoingCall) -> None:
        assert not path.state.ether  # the value is still with the caller
        self.calls.append(call)


def enter(code: str, data: Data, unknown: UnknownCode) -> tuple[Exploration, Reentries]:
    watch = Reentries()
    machine = Machine(setting(code, unknown), watch)
    found = machine.execute(
        Call.symbolic(MAIN, data, value=const(0)), Block.symbolic("c"), keep_reverts=True
    )
    return found, watch


def test_unknown_call_data_into_a_running_contract_are_a_reentry() -> None:
    found, watch = enter(CALL_SELF, Data.of_words(word_var("x0")), UnknownCode.HAVOC)
    assert found.reentered == {("main", "main")}
    assert not found.refusals
    (made,) = watch.calls
    assert (made.kind, made.caller, made.reentered) == ("CALL", "main", "main")
    assert made.sender is const(MAIN)
    assert made.target is const(MAIN)
    # It may fail or not; where it went well, the world is another one.
    eras = {end.state.era for end in found.ends}
    assert "" in eras
    assert len(eras) == 2


def test_a_static_reentry_changes_nothing() -> None:
    found, watch = enter(LOOK_AT_SELF, Data.of_words(word_var("x0")), UnknownCode.HAVOC)
    assert found.reentered == frozenset()
    assert [made.static for made in watch.calls] == [True]
    assert {end.state.era for end in found.ends} == {""}


def test_a_reentry_is_refused_where_unknown_code_is() -> None:
    found, _ = enter(CALL_SELF, Data.of_words(word_var("x0")), UnknownCode.REFUSE)
    assert found.reentered == {("main", "main")}
    reasons = {str(refusal.problem.reason) for refusal in found.refusals}
    assert reasons == {"CALL to main, which runs already, with unknown call data"}


def test_known_functions_are_followed_into_themselves_some_levels_deep() -> None:
    data = Data.of_words(const(7 << 224))
    found, watch = enter(LOOK_AT_SELF, data, UnknownCode.HAVOC)
    assert len(watch.calls) == 1
    assert not found.refusals
    assert found.steps > 3 * 15


def test_an_unknown_selector_may_be_that_of_another_function() -> None:
    # With call data of a known selector, call oneself with the second word, once.
    code = "6020355f525f5f60205f5f305af15f5500"
    selector = const(0x11223344 << 224)
    found, watch = enter(code, Data.of_words(selector, word_var("x1")), UnknownCode.HAVOC)
    assert found.reentered == {("main", "main")}
    where = {
        evaluate(condition, Assignment({"x1": 0x11223344 << 224 | 5}))
        for end in found.ends
        for condition in end.path
        if "x1" in str(condition) and "balance" not in str(condition)
    }
    assert where == {True, False}
    assert all(made.reentered == "main" for made in watch.calls)
