"""The judge as a whole, on the toy vaults: what it finds, what it does not, and what it keeps."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from harness.compiled import compile_system
from harness.judges.explore import ExploreJudge
from harness.judges.explore.job import Job
from harness.judges.explore.judge import _Run
from harness.judges.explore.session import Session
from harness.judges.goals import Goal
from harness.judges.protocol import Case, Options, Progress
from harness.judges.replay import replay
from harness.targets import load_targets
from harness.verdict import Result, Verdict
from harness.witness import load_witness
from tests.judges.explore.raw import NEEDED, WITHDRAW
from tests.judges.toy import ROOT
from tests.modules import forget


def case_of(target: str) -> Case:
    """The vault of a target."""
    forget(target)
    (found,) = load_targets([target], ROOT)
    return Case(compile_system(found.system, found.root), found.properties, target)


def options(folder: Path, **more: float) -> Options:
    """Options that keep everything in a folder."""
    return Options(
        jobs=2, witnesses=folder / "witnesses", cache=folder / "cache", budget=more.get("budget")
    )


def judged(case: Case, folder: Path, depth: int, **more: float) -> dict[str, Result]:
    """The verdicts by property."""
    judge = ExploreJudge(deepest=depth)

    def ignore(_: Progress) -> None:
        """Nobody looks on."""

    found = judge.judge(case, options(folder, **more), ignore)
    return {result.property_id: result for result in found}


@NEEDED
def test_a_good_vault_is_bounded(tmp_path: Path) -> None:
    found = judged(case_of("checks"), tmp_path, 1)
    assert {result.verdict for result in found.values()} == {Verdict.BOUNDED}
    bounds = found["VAULT-001"].bounds
    assert bounds["transactions"] == 1
    assert bounds["paths"] == 8
    assert bounds["replayed"] == 6
    assert any("have no code" in each for each in found["VAULT-001"].assumptions)


@NEEDED
def test_a_leak_takes_two_transactions(tmp_path: Path) -> None:
    case = case_of("leaky")
    once = judged(case, tmp_path, 1)
    assert {result.verdict for result in once.values()} == {Verdict.BOUNDED}
    twice = judged(case, tmp_path, 2)
    assert {result.verdict for result in twice.values()} == {Verdict.REFUTED}
    path = twice["LEAKY-001"].witness
    assert path is not None
    witness = load_witness(path)
    assert witness.judge == "explore"
    each = next(p for p in case.properties if p.id == "LEAKY-001")
    assert replay(case.compiled, [each], witness).found is not None


@NEEDED
def test_a_rerun_takes_up_where_it_was_stopped(tmp_path: Path) -> None:
    case = case_of("checks")
    judged(case, tmp_path, 1)
    (book,) = (tmp_path / "explore").iterdir()
    lines = book.read_text().splitlines()
    # Stopped in the middle of a line, with two jobs to go.
    book.write_text("\n".join(lines[:-2]) + "\n" + lines[-2][:40])
    found = judged(case, tmp_path, 1)
    assert {result.verdict for result in found.values()} == {Verdict.BOUNDED}
    kept = book.read_text().splitlines()
    assert kept[: len(lines) - 2] == lines[:-2]
    jobs = [json.loads(line)["job"] for line in kept if line != lines[-2][:40]]
    assert sorted(jobs) == sorted(json.loads(line)["job"] for line in lines)


@NEEDED
def test_what_is_not_reached_is_out_of_budget(tmp_path: Path) -> None:
    found = judged(case_of("checks"), tmp_path, 1, budget=0.0)
    assert {result.verdict for result in found.values()} == {Verdict.INCOMPLETE}
    assert "guard budget" in (found["VAULT-001"].reason or "")


@NEEDED
def test_what_the_prover_could_not_reach_is_tried_first(tmp_path: Path) -> None:
    plain = case_of("leaky")
    goal = Goal("vault", WITHDRAW.partition(".")[2], 0, 0, (5,))
    case = replace(plain, goals={"LEAKY-001": (goal,)})
    once = judged(case, tmp_path, 1)["LEAKY-001"]
    assert (once.verdict, once.bounds["goals"]) == (Verdict.BOUNDED, 1)

    def first(each: Case) -> list[Job]:
        run = _Run(each, options(tmp_path), lambda _: None)
        return [job for job in run._jobs(2)[:2] if job.last == WITHDRAW]

    # One of the two pairs that are tried first is the leak.
    broken = [
        Session(case.compiled, case.properties).explore(job, ["LEAKY-001"], 60).broken
        for job in first(case)
    ]
    assert any(broken)
