"""What one judge hands to the next: calls that break a property, if only their state is reached."""

from __future__ import annotations

from harness.judges.fuzz.lessons import Lessons
from harness.judges.goals import Goal, Goals, goals_of
from harness.step import CallStep

ALICE = 0xA11CE
GOAL = Goal("vault", "take(uint256,address)", ALICE, 0, (77, 5))


class Sets:
    """A judge that knows goals for one system."""

    def __init__(self, **goals: tuple[Goal, ...]) -> None:
        self._goals = goals

    def goals(self, system: str) -> Goals:
        return self._goals if system == "vault" else {}


def test_goals_of_several_judges_are_taken_together() -> None:
    judges = [Sets(A=(GOAL,)), object(), Sets(A=(GOAL,), B=(GOAL,))]
    assert goals_of(judges, "vault") == {"A": (GOAL, GOAL), "B": (GOAL,)}
    assert goals_of(judges, "bank") == {}


def test_the_fuzzer_aims_at_goals() -> None:
    lessons = Lessons()
    for _ in range(20):
        lessons.learn(CallStep("bob", "vault", "put", (9,)), succeeded=True)
        lessons.learn(CallStep("bob", "vault", "take", (9, 9)), succeeded=False)
    assert lessons.weight("vault", "take") < lessons.weight("vault", "put")
    lessons.aim([GOAL], {ALICE: "alice"})
    assert lessons.weight("vault", "take") > lessons.weight("vault", "put")
    lesson = lessons.about("vault", "take")
    assert (lesson.promising(0), lesson.promising(1)) == ((77,), (5,))
    assert set(lesson.senders) == {"alice"}
