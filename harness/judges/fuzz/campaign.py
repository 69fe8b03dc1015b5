"""A campaign: Hypothesis runs the state machine until every property was tried or refuted.

The first break of a property ends the run that found it.  Its witness is saved at once as it was
found, then made minimal, replayed, and saved again; the campaign goes on with what is left.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, Verbosity, settings
from hypothesis import seed as seeded
from hypothesis.errors import Flaky
from hypothesis.stateful import run_state_machine_as_test

from harness.compiled import CompiledSystem
from harness.errors import InternalError
from harness.judges.evaluate import PropertyFault, Reading, Violation
from harness.judges.fuzz.corpus import Corpus
from harness.judges.fuzz.lessons import Lessons
from harness.judges.fuzz.machine import Found, build_machine
from harness.judges.fuzz.session import Counts, Session
from harness.judges.minimise import minimise
from harness.property import Property
from harness.step import Step
from harness.witness import Witness, code_hash, save_witness

__all__ = ["Campaign", "Effort", "Refutation", "run_campaign"]

_ROUND = 15
"""Cases between two times that the machine is built with what was learnt."""

_COMMON = {
    "deadline": None,
    "phases": (Phase.explicit, Phase.reuse, Phase.generate),
    "report_multiple_bugs": False,
    "suppress_health_check": list(HealthCheck),
    "verbosity": Verbosity.quiet,
    "print_blob": False,
    "database": None,  # what broke is kept as steps: see corpus
}
settings.register_profile("harness", settings(**_COMMON))  # type: ignore[arg-type]  # mixed values
settings.register_profile(
    "harness-ci",
    settings(**_COMMON, derandomize=True),  # type: ignore[arg-type]  # mixed values
)


@dataclass(frozen=True, slots=True)
class Effort:
    """How much to try: cases, steps in each, and the wall time in seconds to stop after.

    ``first_only`` stops at the first refutation instead of going on with the other properties.
    """

    cases: int = 60
    steps: int = 50
    seed: int = 0
    seconds: float | None = None
    first_only: bool = False


@dataclass(frozen=True)
class Refutation:
    """How a property broke: by which minimal steps, for which values, and what it read then."""

    forall: tuple[tuple[str, Any], ...]
    readings: tuple[Reading, ...]
    steps: tuple[Step, ...]
    found_after: int
    """Steps that the session had made when it broke."""
    path: Path | None
    """Where the witness was saved."""


@dataclass
class Campaign:
    """What came of a campaign."""

    counts: Counts
    refuted: dict[str, Refutation] = field(default_factory=dict)
    faults: dict[str, PropertyFault] = field(default_factory=dict)
    lessons: Lessons = field(default_factory=Lessons)
    spoke: dict[str, int] = field(default_factory=dict)
    evaluated: dict[str, int] = field(default_factory=dict)


def _settings(effort: Effort, cases: int) -> settings:
    base = settings.get_profile("harness-ci" if os.environ.get("CI") else "harness")
    return settings(base, max_examples=cases, stateful_step_count=effort.steps)


def run_campaign(
    compiled: CompiledSystem,
    properties: tuple[Property, ...],
    effort: Effort,
    *,
    target: str = "",
    witnesses: Path | None = None,
    database: Path | None = None,
    lessons: Lessons | None = None,
    progress: Callable[[Counts, int], None] = lambda counts, refuted: None,
) -> Campaign:
    """Try to refute properties of a system.

    ``witnesses`` is the folder that witnesses are saved to, ``database`` that of the corpus,
    ``lessons`` what another campaign on the same system taught;
    ``progress`` is told of the counts and the number of refutations at the start of each case.
    """
    session = Session(compiled, properties)
    campaign = Campaign(session.counts)
    corpus = None if database is None or os.environ.get("CI") else Corpus(database, compiled)
    hunt = _Hunt(session, campaign, target, witnesses, corpus)
    if lessons is not None:
        session.lessons = lessons.copy()
    session.on_begin = lambda: progress(session.counts, len(campaign.refuted))
    if effort.seconds is not None:
        session.deadline = time.monotonic() + effort.seconds
    remaining = hunt.recall(hunt.at_the_start(properties))
    turn = 0
    while remaining and session.counts.cases < effort.cases and not session.is_over():
        session.judge(remaining)
        machine = build_machine(session)
        machine = seeded(effort.seed * 1_000 + turn)(machine)
        cases = min(_ROUND, effort.cases - session.counts.cases)
        turn += 1
        session.found = ((), [])
        try:
            run_state_machine_as_test(machine, settings=_settings(effort, cases))
        except (Found, Flaky):
            if session.is_over() and not session.found[1]:
                break  # No steps are made any more, which Hypothesis takes for flakiness.
            remaining = hunt.close(remaining)
            if effort.first_only:
                break
    campaign.lessons = session.lessons
    campaign.faults = dict(session.faults)
    campaign.spoke = dict(session.checker.spoke)
    campaign.evaluated = dict(session.checker.evaluated)
    return campaign


class _Hunt:
    """Turns what a session found into refutations."""

    def __init__(
        self,
        session: Session,
        campaign: Campaign,
        target: str,
        witnesses: Path | None,
        corpus: Corpus | None,
    ) -> None:
        self._session = session
        self._campaign = campaign
        self._target = target
        self._witnesses = witnesses
        self._corpus = corpus

    def at_the_start(self, properties: tuple[Property, ...]) -> tuple[Property, ...]:
        """Refute what does not even hold after deployment; the properties that are left."""
        for violation in self._session.check_start():
            self._note(violation, ())
        return self._left(properties)

    def recall(self, properties: tuple[Property, ...]) -> tuple[Property, ...]:
        """Try what broke properties in earlier campaigns; the properties that are left."""
        for each in properties if self._corpus is not None else ():
            assert self._corpus is not None
            for steps in self._corpus.recall(each):
                if self._breaks(each, steps):
                    self._refute(each, steps)
                    break
                self._corpus.forget(each, steps)
        return self._left(properties)

    def _breaks(self, each: Property, steps: tuple[Step, ...]) -> bool:
        session = self._session
        session.judge((each,))
        session.counting = False
        try:
            return bool(session.attempt(steps))
        finally:
            session.counting = True

    def close(self, properties: tuple[Property, ...]) -> tuple[Property, ...]:
        """Refute what the last case broke; the properties that are left."""
        steps, violations = self._session.found
        if not violations:
            raise InternalError("a case failed and left no violation behind")
        for violation in violations:
            if self._witnesses is not None:
                self._save(violation, steps)
            self._refute(violation.property, steps)
        return self._left(properties)

    def _left(self, properties: tuple[Property, ...]) -> tuple[Property, ...]:
        gone = {*self._campaign.refuted, *self._session.faults}
        return tuple(each for each in properties if each.id not in gone)

    def _refute(self, each: Property, steps: tuple[Step, ...]) -> None:
        session = self._session
        session.judge((each,))
        session.counting = False

        def breaks(candidate: tuple[Step, ...]) -> int | None:
            return len(session.steps) if session.attempt(candidate) else None

        try:
            actors = [a.name for a in session.compiled.actors.values() if not a.trust]
            short = minimise(steps, breaks, actors=actors, sends=session.sends)
        finally:
            session.counting = True
        # What was found in translated bytecode counts only if py-evm's own opcodes agree.
        violations = Session(session.compiled, (each,), translate=False).attempt(short)
        if not violations:
            raise InternalError(f"the witness against {each.id} does not replay")
        if self._corpus is not None:
            self._corpus.remember(each, short)
        self._note(violations[0], short, raw=steps)

    def _note(
        self, violation: Violation, steps: tuple[Step, ...], raw: tuple[Step, ...] = ()
    ) -> None:
        path = None
        if self._witnesses is not None:
            path = self._save(violation, steps)
            if raw and raw != steps:
                beside = self._witnesses / self._session.compiled.name
                (beside / self._witness(violation, raw).file_name).unlink(missing_ok=True)
        self._campaign.refuted[violation.property.id] = Refutation(
            violation.forall, violation.readings, steps, self._session.counts.steps, path
        )

    def _save(self, violation: Violation, steps: tuple[Step, ...]) -> Path:
        assert self._witnesses is not None
        return save_witness(self._witness(violation, steps), self._witnesses)

    def _witness(self, violation: Violation, steps: tuple[Step, ...]) -> Witness:
        compiled = self._session.compiled
        return Witness(
            property_id=violation.property.id,
            statement=violation.property.statement,
            system=compiled.name,
            target=self._target,
            judge="fuzz",
            steps=steps,
            forall=violation.forall,
            readings=tuple((r.name, r.value) for r in violation.readings),
            accounts={name: int(compiled.address(name)) for name in compiled.names},
            clocks={name: (d.block, d.time) for name, d in compiled.chains.items()},
            code=code_hash(compiled),
        )
