"""The judge: campaigns in worker processes, and the verdicts that follow from them."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from hypothesis.configuration import set_hypothesis_home_dir

from harness.compiled import compile_system
from harness.judges.fuzz.campaign import Campaign, Effort, run_campaign
from harness.judges.fuzz.lessons import Lessons
from harness.judges.fuzz.session import Counts
from harness.judges.goals import Goal
from harness.judges.protocol import Availability, Case, Options, Progress, assumptions_of
from harness.judges.workers import Failed, Finished, Limits, Send, Task, supervise
from harness.property import Property
from harness.targets import load_target
from harness.verdict import ExitCode, JudgeName, Result, Verdict, required_of

__all__ = ["FuzzJudge"]

CASES = 200
"""Cases of one system when no budget is given, over all workers together."""

STEPS = 50
_PATIENCE = 60.0
_EACH_SECOND = 0.25


@dataclass(frozen=True)
class _Assignment:
    """What a worker is to do.

    The system and its properties are named and loaded anew: a module that was found by path has no
    name that another process could import it by.
    """

    system: str
    root: Path
    properties: frozenset[str]
    effort: Effort
    target: str
    witnesses: Path
    database: Path
    goals: tuple[Goal, ...] = ()


class FuzzJudge:
    """Tries to refute properties on a real EVM; see the package for how."""

    name = JudgeName.FUZZ

    def availability(self) -> Availability:
        """Always there: its engines are dependencies of the harness itself."""
        versions = (("hypothesis", version("hypothesis")), ("py-evm", version("py-evm")))
        return Availability(self.name, versions)

    def judge(
        self, case: Case, options: Options, progress: Callable[[Progress], None]
    ) -> Iterator[Result]:
        """One result for each property, all at the end: any call may still refute any of them."""
        started = time.monotonic()
        tally = _Tally(len(case.properties), progress)
        jobs = max(1, options.jobs)
        tasks = [Task(_work, (assignment,)) for assignment in _assign(case, options, jobs)]
        patience = None if options.budget is None else options.budget + _PATIENCE
        outcomes = supervise(tasks, Limits(seconds=patience), jobs=jobs, on_message=tally.note)
        seconds = time.monotonic() - started
        verdicts = _Verdicts(case, options, outcomes, seconds)
        for each in case.properties:
            yield verdicts.on(each)


def _assign(case: Case, options: Options, jobs: int) -> list[_Assignment]:
    """The same task for each worker, but for the seed and its share of the cases."""
    return [
        _Assignment(
            case.compiled.name,
            case.compiled.root,
            frozenset(each.id for each in case.properties),
            Effort(
                cases=10**9 if options.budget is not None else -(-CASES // jobs),
                steps=STEPS,
                seed=options.seed * 1_000 + number,
                seconds=options.budget,
            ),
            case.target,
            options.witnesses,
            options.cache / "fuzz",
            tuple(goal for goals in case.goals.values() for goal in goals),
        )
        for number in range(jobs)
    ]


def _work(assignment: _Assignment, send: Send) -> Campaign:
    """Run a campaign in a worker."""
    last = 0.0

    def tell(counts: Counts, refuted: int) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last > _EACH_SECOND:
            last = now
            send((counts.cases, counts.steps, counts.transactions, counts.reverted, refuted))

    # Hypothesis keeps notes on the sources beside its database; not in the user's folder.
    set_hypothesis_home_dir(assignment.database.parent)
    target = load_target(assignment.system, assignment.target, assignment.root)
    compiled = compile_system(target.system, target.root)
    lessons = Lessons()
    lessons.aim(assignment.goals, {int(a.address): name for name, a in compiled.actors.items()})
    return run_campaign(
        compiled,
        tuple(each for each in target.properties if each.id in assignment.properties),
        assignment.effort,
        target=assignment.target,
        witnesses=assignment.witnesses,
        database=assignment.database,
        lessons=lessons,
        progress=tell,
    )


class _Tally:
    """Adds up what the workers say of their progress."""

    def __init__(self, properties: int, progress: Callable[[Progress], None]) -> None:
        self._properties = properties
        self._progress = progress
        self._latest: dict[int, tuple[int, ...]] = {}
        self._started = time.monotonic()

    def note(self, worker: int, message: Any) -> None:
        """Take in a worker's figures, and pass the sum on."""
        self._latest[worker] = message
        _, _, calls, reverted, _ = (
            sum(column) for column in zip(*self._latest.values(), strict=True)
        )
        refuted = max(row[4] for row in self._latest.values())
        elapsed = max(time.monotonic() - self._started, 1e-9)
        figures = {"calls": calls, "calls/s": round(calls / elapsed), "reverts": reverted}
        self._progress(Progress("fuzzing", refuted, self._properties, figures))


class _Verdicts:
    """Reads the outcomes of all workers as one verdict for each property."""

    def __init__(
        self,
        case: Case,
        options: Options,
        outcomes: Sequence[Finished | Failed],
        seconds: float,
    ) -> None:
        self._case = case
        self._seconds = seconds
        self._campaigns: list[Campaign] = [o.value for o in outcomes if isinstance(o, Finished)]
        self._failures = [o for o in outcomes if isinstance(o, Failed)]
        self._assumptions = assumptions_of(case.compiled.system)
        counts = [campaign.counts for campaign in self._campaigns]
        successes = sum((c.successes for c in counts), Counter[str]())
        self._bounds: dict[str, Any] = {
            "calls": sum(c.transactions for c in counts),
            "reverted": sum(c.reverted for c in counts),
            "cases": sum(c.cases for c in counts),
            "steps_per_case": STEPS,
            "seed": options.seed,
            "never_succeeded": sorted(
                f"{contract}.{function.name}"
                for contract, function in case.compiled.transactions()
                if not successes[f"{contract}.{function.name}"]
            ),
        }

    def on(self, each: Property) -> Result:
        """The verdict on a property."""
        for campaign in self._campaigns:
            if each.id in campaign.faults:
                fault = campaign.faults[each.id]
                return self._result(each, Verdict.ERROR, str(fault), fault=ExitCode.USAGE)
        refutations = [c.refuted[each.id] for c in self._campaigns if each.id in c.refuted]
        if refutations:
            best = min(refutations, key=lambda r: len(r.steps))
            calls = f"{len(best.steps)} step{'s' if len(best.steps) != 1 else ''}"
            return self._result(each, Verdict.REFUTED, f"broken by {calls}", witness=best.path)
        if self._failures:
            return self._unfinished(each, self._failures[0])
        spoke = sum(c.spoke.get(each.id, 0) for c in self._campaigns)
        evaluated = sum(c.evaluated.get(each.id, 0) for c in self._campaigns)
        if not spoke:
            return self._vacuous(each, evaluated)
        return self._result(each, Verdict.FUZZED, None, evaluations=spoke)

    def _vacuous(self, each: Property, evaluated: int) -> Result:
        if each.on and not evaluated:
            reason = f"{each.on} was never called"
        elif evaluated:
            reason = f"it said nothing (None) in all of its {evaluated} evaluations"
        else:
            reason = "it was never evaluated: no call that it speaks of succeeded"
        return self._result(each, Verdict.VACUOUS, reason)

    def _unfinished(self, each: Property, failure: Failed) -> Result:
        verdict, reason, fault = failure.verdict()
        return self._result(each, verdict, reason, fault=fault)

    def _result(
        self,
        each: Property,
        verdict: Verdict,
        reason: str | None,
        *,
        witness: Path | None = None,
        fault: ExitCode = ExitCode.INTERNAL,
        evaluations: int | None = None,
    ) -> Result:
        extra = {} if evaluations is None else {"evaluations": evaluations}
        if each.id in self._case.goals:
            extra["goals"] = len(self._case.goals[each.id])
        return Result(
            property_id=each.id,
            system=self._case.compiled.name,
            judge=JudgeName.FUZZ,
            verdict=verdict,
            required=required_of(JudgeName.FUZZ, each.required),
            reason=reason,
            bounds={**self._bounds, **extra},
            assumptions=self._assumptions,
            seconds=self._seconds,
            witness=witness,
            fault=fault,
        )
