"""The fuzz judge as the command line asks it: worker processes, one verdict for each property."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.compiled import compile_system
from harness.errors import UsageError
from harness.judges.fuzz import judge
from harness.judges.fuzz.campaign import Campaign
from harness.judges.fuzz.judge import CASES, STEPS, FuzzJudge
from harness.judges.fuzz.session import Counts
from harness.judges.protocol import Case, Options, Progress
from harness.judges.workers import Failed, Finished, Limits, Outcome, Task
from harness.targets import load_targets
from harness.verdict import ExitCode, JudgeName, Result, Verdict
from harness.witness import load_witness
from tests.cli import toy_project

ODD = '''
"""Every kind of property that a judge may meet, on the vault that leaks."""

from harness import CallView, invariant, rule, transition
from leaky.leaky import LeakyVault


@invariant("A-GOOD", severity="low", source="here")
def good(w: LeakyVault):
    """What the vault holds is what came in less what went out."""
    return w.vault.ether >= 0


@invariant("B-BROKEN", severity="low", source="here")
def broken(w: LeakyVault):
    """The total is the sum of all deposits."""
    return w.vault.state.total == w.vault.state.deposits.total


@invariant("C-TYPO", severity="low", source="here")
def typo(w: LeakyVault):
    """A name is misspelt."""
    return w.vault.state.totl >= 0


@transition("D-RAISES", severity="low", source="here")
def raises(before: LeakyVault, call: CallView, after: LeakyVault):
    """It raises."""
    return {}["nothing"]


@invariant("E-SILENT", severity="low", source="here")
def silent(w: LeakyVault):
    """It says nothing."""


@rule("F-NEVER", on="vault.deposits", severity="low", source="here")
def never(before: LeakyVault, call: CallView, after: LeakyVault):
    """It is about what nobody calls in a transaction."""
    return True
'''


@pytest.fixture
def case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Case:
    project = toy_project.make(tmp_path, monkeypatch, fake=False)
    project.write("odd.py", ODD)
    targets = load_targets(["odd.py", "leaky"], project.root)
    (target,) = (each for each in targets if each.name == "leaky_vault")
    own = tuple(p for p in target.properties if not p.id.startswith("LEAKY"))
    return Case(compile_system(target.system, target.root), own, target.path)


def options(case: Case, **more: Any) -> Options:
    root = case.compiled.root
    return Options(witnesses=root / "witnesses", cache=root / ".harness/cache", **more)


def judged(case: Case, given: Options) -> dict[str, Result]:
    told: list[Progress] = []
    results = {each.property_id: each for each in FuzzJudge().judge(case, given, told.append)}
    assert list(results) == [each.id for each in case.properties]
    assert all(each.judge is JudgeName.FUZZ for each in results.values())
    return results


def test_every_kind_of_verdict_in_one_run(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judge, "CASES", 40)
    results = judged(case, options(case, jobs=2, seed=5))
    good, broken, typo, raised, silent, never = results.values()
    assert (good.verdict, good.required) == (Verdict.FUZZED, Verdict.FUZZED)
    assert good.exit_code is ExitCode.REACHED
    assert good.bounds["cases"] == 40
    assert good.bounds["never_succeeded"] == []
    assert good.bounds["evaluations"] > 0
    assert good.bounds["seed"] == 5

    assert (broken.verdict, broken.exit_code) == (Verdict.REFUTED, ExitCode.REFUTED)
    assert broken.reason == "broken by 2 steps"
    assert broken.witness is not None
    assert len(load_witness(broken.witness).steps) == 2

    for wrong, expected in ((typo, "no state variable named 'totl'"), (raised, "KeyError")):
        assert (wrong.verdict, wrong.exit_code) == (Verdict.ERROR, ExitCode.USAGE)
        assert expected in str(wrong.reason)
        assert "odd.py:" in str(wrong.reason)

    for vacuous in (silent, never):
        assert (vacuous.verdict, vacuous.exit_code) == (Verdict.VACUOUS, ExitCode.VACUOUS)
    assert str(silent.reason).startswith("it said nothing (None) in all of its")
    assert never.reason == "vault.deposits was never called"


Outcomes = list[Outcome]


def with_workers_that(
    monkeypatch: pytest.MonkeyPatch, outcomes: Outcomes
) -> list[tuple[list[Task], Limits]]:
    """Let workers come to these ends; what was asked of them."""
    asked: list[tuple[list[Task], Limits]] = []

    def supervise(
        tasks: list[Task], limits: Limits, *, jobs: int, on_message: Callable[[int, Any], None]
    ) -> Outcomes:
        asked.append((tasks, limits))
        for number in range(jobs):
            on_message(number, (1, 50, 60, 10, number))
        return outcomes

    monkeypatch.setattr(judge, "supervise", supervise)
    return asked


ENDS = [
    (Failed("out of time"), Verdict.INCOMPLETE, ExitCode.INCOMPLETE, "out of time"),
    (
        Failed("the worker was killed by SIGKILL"),
        Verdict.INCOMPLETE,
        ExitCode.INCOMPLETE,
        "the worker was killed by SIGKILL",
    ),
    (Failed("KeyError: 1", None, "trace"), Verdict.ERROR, ExitCode.INTERNAL, "KeyError: 1\ntrace"),
    (Failed("bad", UsageError("bad")), Verdict.ERROR, ExitCode.USAGE, "bad"),
]


@pytest.mark.parametrize(("end", "verdict", "code", "reason"), ENDS)
def test_one_dead_worker_leaves_nothing_fuzzed(
    end: Failed,
    verdict: Verdict,
    code: ExitCode,
    reason: str,
    case: Case,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    spoken = {each.id: 9 for each in case.properties}
    alive = Finished(Campaign(Counts(), spoke=spoken, evaluated=spoken))
    with_workers_that(monkeypatch, [alive, end])
    for result in judged(case, options(case, jobs=2)).values():
        assert (result.verdict, result.exit_code, result.reason) == (verdict, code, reason)


def test_how_the_work_is_shared(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = with_workers_that(monkeypatch, [])
    judged(case, options(case, jobs=3, seed=7))
    judged(case, options(case, jobs=2, budget=20.0))
    (shared, unlimited), (timed, limited) = asked
    efforts = [task.args[0].effort for task in shared]
    assert [effort.seed for effort in efforts] == [7_000, 7_001, 7_002]
    assert sum(effort.cases for effort in efforts) >= CASES
    assert {effort.steps for effort in efforts} == {STEPS}
    assert unlimited.seconds is None
    assert {task.args[0].effort.seconds for task in timed} == {20.0}
    assert limited.seconds is not None
    assert limited.seconds > 20


def test_progress_adds_up_the_workers(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    with_workers_that(monkeypatch, [])
    told: list[Progress] = []
    list(FuzzJudge().judge(case, options(case, jobs=2), told.append))
    assert [each.figures["calls"] for each in told] == [60, 120]
    assert [each.figures["reverts"] for each in told] == [10, 20]
    assert told[-1].done == 1
    assert told[-1].of == len(case.properties)
