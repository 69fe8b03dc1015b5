"""Making witnesses short and plain, on steps that no chain runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.judges.minimise import minimise
from harness.step import CallStep, ClockStep, RelayStep, Step

ACTORS = ("alice", "bob", "carol")
Steps = tuple[Step, ...]


def call(function: str, *args: object, sender: str = "alice", value: int = 0) -> CallStep:
    return CallStep(sender, "box", function, args, value)


@dataclass
class Game:
    """Breaks at the first step after which ``broken`` says so; counts how often it was asked."""

    broken: Callable[[Steps], bool]
    asked: list[Steps] = field(default_factory=list)

    def attempt(self, steps: Steps) -> int | None:
        self.asked.append(steps)
        lengths = range(1, len(steps) + 1)
        return next((length for length in lengths if self.broken(steps[:length])), None)

    def shortest(self, *steps: Step) -> Steps:
        return minimise(steps, self.attempt, actors=ACTORS, sends=sends)


def sends(steps: Steps) -> Sequence[Sequence[tuple[str, int]]]:
    """Every call of ``send`` sends the next message of the channel ``down``."""
    count = 0
    sent: list[list[tuple[str, int]]] = []
    for step in steps:
        is_send = isinstance(step, CallStep) and step.function == "send"
        sent.append([("down", count)] if is_send else [])
        count += is_send
    return sent


def names(steps: Steps) -> list[str]:
    return [step.function for step in steps if isinstance(step, CallStep)]


def test_irrelevant_steps_go_and_those_after_the_break_too() -> None:
    game = Game(lambda steps: "open" in names(steps) and names(steps)[-1:] == ["steal"])
    noise: list[Step] = [call("wait"), ClockStep(5), call("look", 7)]
    short = game.shortest(*noise, call("open"), *noise, call("steal"), *noise, call("steal"))
    assert short == (call("open"), call("steal"))


def test_relays_are_renumbered_when_an_earlier_message_goes() -> None:
    def broken(steps: Steps) -> bool:
        marked = [
            number
            for number, step in enumerate(s for s in steps if names((s,)) == ["send"])
            if isinstance(step, CallStep) and step.args == (b"bad",)
        ]
        last = steps[-1]
        return isinstance(last, RelayStep) and last.message in marked

    def relay(number: int) -> RelayStep:
        return RelayStep("down", number, "deliver", "alice")

    before = (call("send", b"good"), call("send", b"fine"), relay(0), relay(1))
    short = Game(broken).shortest(*before, call("send", b"bad"), relay(2))
    assert short == (call("send", b"bad"), relay(0))


def test_amounts_become_the_least_that_break() -> None:
    """Arguments, wei and blocks alike, wherever the limit lies."""

    def broken(steps: Steps) -> bool:
        return any(
            isinstance(paid, CallStep)
            and isinstance(waited, ClockStep)
            and paid.args[0] >= 123_456_789
            and paid.value > 10**18
            and waited.blocks >= 7_201
            for paid, waited in pairwise(steps)
        )

    game = Game(broken)
    short = game.shortest(call("pay", 9 * 10**30, value=77 * 10**18), ClockStep(60_000, lag=9))
    assert short == (call("pay", 123_456_789, value=10**18 + 1), ClockStep(7_201))
    assert len(game.asked) < 500


def test_amounts_that_hang_together_all_become_small() -> None:
    def broken(steps: Steps) -> bool:
        calls = [step for step in steps if isinstance(step, CallStep)]
        return len(calls) == 2 and calls[0].value >= calls[1].args[0] > 0

    short = Game(broken).shortest(call("in", value=7 * 10**20), call("out", 5 * 10**19))
    assert short == (call("in", value=1), call("out", 1))


def test_small_numbers_flags_and_blobs_become_plain() -> None:
    game = Game(lambda steps: any(names((s,)) == ["f"] for s in steps))
    assert game.shortest(call("f", 17, True, b"abc", "text")) == (call("f", 0, False, b"", "text"),)


def test_numbers_that_must_stay_are_kept() -> None:
    """An address is no amount, and words of an encoding are not cut off."""
    step = call("f", 1 << 150, bytes(64))
    game = Game(lambda steps: any(names((s,)) == ["f"] for s in steps))
    assert game.shortest(step) == (step,)


def test_actors_are_unified_as_far_as_that_breaks() -> None:
    same = Game(lambda steps: names(steps) == ["a", "b", "c"])
    steps = [call("a", sender="carol"), call("b", sender="bob"), call("c", sender="governor")]
    assert same.shortest(*steps) == (call("a"), call("b"), call("c"))

    def two_people(steps: Steps) -> bool:
        who = [step.sender for step in steps if isinstance(step, CallStep)]
        return names(steps) == ["a", "b"] and who[0] != who[1]

    assert Game(two_people).shortest(*steps[:2]) == (call("a", sender="bob"), call("b"))


STEPS = st.lists(
    st.one_of(
        st.builds(
            lambda f, n, who, v: call(f, n, sender=who, value=v),
            st.sampled_from(("send", "take")),
            st.integers(0, 2**130),
            st.sampled_from((*ACTORS, "governor")),
            st.sampled_from((0, 1, 10**19)),
        ),
        st.builds(ClockStep, st.integers(0, 60_000), st.integers(0, 9)),
        st.builds(
            RelayStep,
            st.just("down"),
            st.integers(0, 3),
            st.sampled_from(("deliver", "expire")),
            st.sampled_from(ACTORS),
        ),
    ),
    min_size=1,
    max_size=12,
)


@given(STEPS, st.integers(1, 10**6), st.integers(1, 3))
def test_the_result_breaks_and_is_always_the_same(given: list[Step], least: int, most: int) -> None:
    """Whatever breaks is answered with something that breaks, no longer than it was."""

    def broken(steps: Steps) -> bool:
        large = [s for s in steps if isinstance(s, CallStep) and s.args[0] >= least]
        return len(large) >= most

    game, again = Game(broken), Game(broken)
    short = game.shortest(*given)
    if not broken(tuple(given)):
        assert short == tuple(given)
        return
    assert broken(short)
    assert len(short) == most
    assert short == again.shortest(*given)
    assert game.asked == again.asked
    assert len(game.asked) <= 800


@pytest.mark.parametrize("steps", [(), (ClockStep(1),)])
def test_what_breaks_nothing_is_given_back(steps: Steps) -> None:
    assert Game(lambda steps: False).shortest(*steps) == steps
