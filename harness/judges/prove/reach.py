"""From a counterexample to induction to a real one: is the bad state reached from deployment?

The call of the model is made on the deployed contracts, by its own sender and by the actors; then
the fuzzer looks on, with that call as its goal.  Only what breaks the property on py-evm counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from harness.compiled import CompiledSystem
from harness.judges.fuzz.lessons import Lessons
from harness.judges.fuzz.session import Session
from harness.judges.goals import Goal
from harness.judges.prove.report import Trial
from harness.judges.refuting import Reached, keyless, refute
from harness.property import Property
from harness.step import CallStep, Step
from harness.verdict import JudgeName

__all__ = ["Reached", "aimed", "reach"]

_MOST_CANDIDATES = 40
_AMOUNTS = (1, 10**18)
_NO_AMOUNT = 1 << 128
"""From here on, a number is more likely an address than an amount."""


def reach(
    compiled: CompiledSystem,
    properties: Sequence[Property],
    trials: Mapping[str, tuple[Trial, ...]],
    target: str,
    witnesses: Path,
    *,
    effort: int,
) -> dict[str, Reached]:
    """Which of some properties break from deployment; by id.

    Args:
        trials: the calls of the counterexamples to induction, by property.
        effort: cases that the fuzzer may try for all properties together; 0 for none.
    """
    found: dict[str, tuple[Step, ...]] = {}
    left: list[Property] = []
    for each in properties:
        session = Session(compiled, (each,))
        steps = () if session.check_start() else _first(session, trials.get(each.id, ()))
        if steps is None:
            left.append(each)
        else:
            found[each.id] = steps
    if effort:
        found.update(_searched(compiled, left, trials, effort))
    known = {each.id: each for each in properties}
    return {
        name: refute(compiled, known[name], steps, target, witnesses, JudgeName.PROVE)
        for name, steps in found.items()
    }


def _searched(
    compiled: CompiledSystem,
    properties: Sequence[Property],
    trials: Mapping[str, tuple[Trial, ...]],
    effort: int,
) -> dict[str, tuple[Step, ...]]:
    """What breaks properties when the fuzzer looks on from their counterexamples; by id."""
    # Not at the top: Hypothesis takes its time to load, and is mostly not needed.
    from harness.judges.fuzz.campaign import Effort, run_campaign

    found: dict[str, tuple[Step, ...]] = {}
    goals = [trial for each in properties for trial in trials.get(each.id, ())]
    # What comes before the call of a counterexample may be far from it: half of the cases go
    # without a goal.
    for lessons in (aimed(compiled, goals), Lessons()):
        open_yet = tuple(each for each in properties if each.id not in found)
        if open_yet:
            cases = Effort(cases=max(1, effort // 2))
            campaign = run_campaign(compiled, open_yet, cases, lessons=lessons)
            found.update({name: refuted.steps for name, refuted in campaign.refuted.items()})
    return found


def aimed(compiled: CompiledSystem, trials: Sequence[Trial]) -> Lessons:
    """What makes the fuzzer try the calls of counterexamples often, with their values."""
    lessons = Lessons()
    goals = [
        Goal(t.contract, t.function, t.sender, t.value, t.args) for t in trials if t.replayable
    ]
    actors = compiled.actors.values()
    lessons.aim(goals, {int(a.address): a.name for a in actors if not a.trust})
    return lessons


def _first(session: Session, trials: Sequence[Trial]) -> tuple[Step, ...] | None:
    """The first candidate that breaks the session's property."""
    for trial in trials:
        for number, step in enumerate(_candidates(session.compiled, trial)):
            if number == _MOST_CANDIDATES:
                break
            if session.attempt((step,)):
                return (step,)
    return None


def _candidates(compiled: CompiledSystem, trial: Trial) -> Iterator[CallStep]:
    """The call of a model, then the same by the system's actors and for other amounts."""
    if not trial.replayable:
        return
    call = CallStep(
        f"0x{trial.sender:040x}", trial.contract, trial.function, trial.args, trial.value
    )
    if trial.sender not in keyless(compiled):
        yield call
    people = [name for name, actor in compiled.actors.items() if not actor.trust]
    for who in people:
        yield replace(call, sender=who)
    for who in people:
        for amount in _AMOUNTS:
            args = tuple(amount if _is_amount(arg) else arg for arg in trial.args)
            yield replace(call, sender=who, args=args)


def _is_amount(arg: object) -> bool:
    return isinstance(arg, int) and not isinstance(arg, bool) and 0 <= arg < _NO_AMOUNT
