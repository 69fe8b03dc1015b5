"""One known-bad variant before one judge: whether it is caught, by what, and what that took."""

from __future__ import annotations

import resource
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path

from harness.compiled import CompiledSystem, compile_system
from harness.judges.explore.job import Job, pairs_of
from harness.judges.explore.order import ranked
from harness.judges.explore.reach import reach
from harness.judges.explore.report import JobReport
from harness.judges.explore.session import JUDGED, Session
from harness.judges.explore.work import all_jobs
from harness.judges.fuzz.campaign import Effort, run_campaign
from harness.judges.fuzz.lessons import Lessons
from harness.judges.inspect.judge import inspect_here, result_of
from harness.judges.prove.prover import PROVABLE
from harness.property import Kind, Property
from harness.system import System
from harness.targets import Target, load_targets
from harness.verdict import JudgeName, Verdict
from properties.escrow_mint.system import NewbornEscrowMint
from tests.soundness.gip_variants import GIP_0034, GipVariant
from tests.soundness.proving import judge_variant
from tests.soundness.structure_variants import STRUCTURE
from tests.soundness.variants import ESCROW_MINT, ROOT, Variant, write_variant

__all__ = ["SUITES", "Catch", "Suite", "catch", "caught", "target_of"]

FUZZ_CASES, STRUCTURE_CASES = 300, 30
"""Cases for a variant of which it is known what breaks, and for one whose source alone shows it."""

PROVE_CASES = 60
EXPLORE_PAIRS, EXPLORE_SECONDS = 12, 60.0
"""Pairs of calls of one variant, and seconds for the process that follows one of them."""
BASELINE = "contracts/slither-baseline.toml"


@dataclass(frozen=True)
class Suite:
    """Variants of one system."""

    name: str
    title: str
    system: str
    variants: tuple[Variant, ...]


SUITES = (
    Suite("escrow_mint", "Escrow and mint", "escrow_mint", ESCROW_MINT),
    Suite("gip_0034", "GIP-0034", "gip_0034", GIP_0034),
    Suite("structure", "Structure of escrow and mint", "escrow_mint", STRUCTURE),
)


@dataclass(frozen=True)
class Catch:
    """What a judge says of a variant."""

    caught: bool
    """Whether a property is REFUTED."""
    said: str
    """The verdict, and on which property; how long its witness is."""
    seconds: float
    """Processor time, compiling aside."""


@cache
def target_of(system: str) -> Target:
    """A system of this repository with its properties."""
    targets = load_targets([f"properties/{system}"], ROOT)
    return next(each for each in targets if each.name == system)


@cache
def _real(system: str) -> CompiledSystem:
    return compile_system(target_of(system).system, ROOT)


@cache
def _lessons(system: str) -> Lessons:
    """Which calls of the real system succeed."""
    some = next(p for p in target_of(system).properties if p.kind is Kind.INVARIANT)
    return run_campaign(_real(system), (some,), Effort(cases=60)).lessons


def _start(suite: Suite, variant: Variant) -> type[System]:
    """The deployment from which a variant is judged."""
    if isinstance(variant, GipVariant):
        return variant.start
    return NewbornEscrowMint if variant.at_birth else target_of(suite.system).system


def caught(variant: Variant, target: Target) -> dict[str, Verdict]:
    """The structural properties that are not PROVED on a variant, with their verdicts."""
    properties = [each for each in target.properties if each.kind is Kind.STRUCTURE]
    by_id = {each.id: each for each in properties}
    with tempfile.TemporaryDirectory() as folder:
        root = write_variant(variant, target.system.sources, Path(folder))
        shutil.copy(ROOT / BASELINE, root / BASELINE)
        compiled = compile_system(target.system, root)
        verdicts = {
            name: result_of(compiled, by_id[name], inspected).verdict
            for name, inspected in inspect_here(compiled, properties)
        }
    return {name: each for name, each in verdicts.items() if each is not Verdict.PROVED}


def catch(suite: Suite, variant: Variant, judge: JudgeName) -> Catch:
    """Put a variant before a judge."""
    if judge is JudgeName.INSPECT:
        return _timed(lambda: _inspected(suite, variant))
    with tempfile.TemporaryDirectory() as folder:
        system = _start(suite, variant)
        root = write_variant(variant, system.sources, Path(folder))
        compiled = compile_system(system, root)
        if judge is JudgeName.PROVE:
            _real(suite.system)
            return _timed(lambda: _proved(suite, variant, compiled))
        if judge is JudgeName.FUZZ:
            _lessons(suite.system)
            return _timed(lambda: _fuzzed(suite, variant, compiled))
        _real(suite.system)
        return _timed(lambda: _explored(suite, variant, compiled))


def _timed(ask: Callable[[], tuple[bool, str]]) -> Catch:
    before = _processor()
    found, said = ask()
    return Catch(found, said, _processor() - before)


def _processor() -> float:
    """Seconds of processor time, of this process and of those that it waited for."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in used)


def _behaviour(suite: Suite, variant: Variant) -> list[Property]:
    """What the variant breaks; where that shows in its source alone, all that speaks of calls."""
    known = {p.id: p for p in target_of(suite.system).properties}
    own = [known[name] for name in variant.breaks if known[name].kind is not Kind.STRUCTURE]
    return own or [p for p in known.values() if p.kind is not Kind.STRUCTURE]


def _inspected(suite: Suite, variant: Variant) -> tuple[bool, str]:
    found = caught(variant, target_of(suite.system))
    said = ", ".join(f"{name} {verdict.value}" for name, verdict in found.items())
    return Verdict.REFUTED in found.values(), said or "passed"


def _proved(suite: Suite, variant: Variant, compiled: CompiledSystem) -> tuple[bool, str]:
    behaviour = [p for p in _behaviour(suite, variant) if p.kind in PROVABLE]
    names = [p.id for p in behaviour if p.kind is not Kind.REFINEMENT]
    if not names:
        return False, "only a comparison with the specification shows it"
    known = {p.id: p for p in target_of(suite.system).properties}
    target = f"properties/{suite.system}"
    changed = all(known[name].kind is Kind.STRUCTURE for name in variant.breaks)
    with tempfile.TemporaryDirectory() as folder:
        judged = judge_variant(
            names,
            compiled,
            known,
            _real(suite.system),
            target=target,
            folder=Path(folder),
            cases=PROVE_CASES,
            changed_only=changed,
        )
    if judged.verdict is Verdict.REFUTED:
        return True, f"{judged.property_id} REFUTED, {_steps(judged.steps)}"
    if judged.verdict is Verdict.PROVED:
        return False, "passed, in the units of the changed contracts" if changed else "passed"
    return False, f"{judged.property_id} INCOMPLETE ({judged.reason.rpartition(': ')[2]})"


def _fuzzed(suite: Suite, variant: Variant, compiled: CompiledSystem) -> tuple[bool, str]:
    campaign = run_campaign(
        compiled,
        tuple(_behaviour(suite, variant)),
        Effort(cases=STRUCTURE_CASES if suite.name == "structure" else FUZZ_CASES, first_only=True),
        lessons=_lessons(suite.system),
    )
    for name, refuted in campaign.refuted.items():
        return True, f"{name} REFUTED, {_steps(len(refuted.steps))}"
    return False, f"passed, {campaign.counts.steps:_} steps"


def _explored(suite: Suite, variant: Variant, compiled: CompiledSystem) -> tuple[bool, str]:
    """One call of the changed contracts from deployment, then the most promising two."""
    behaviour = {p.id: p for p in _behaviour(suite, variant) if p.kind in JUDGED}
    if not behaviour:
        return False, "only a comparison with the specification shows it"
    changed = _changed(compiled, _real(suite.system))
    single = [job for job in all_jobs(compiled, 1) if job.unit.contract in changed]
    session = Session(compiled, list(behaviour.values()))
    reports: dict[str, JobReport] = {}

    def refuted(jobs: Iterable[Job]) -> Iterator[tuple[str, int]]:
        for job in jobs:
            found = reports[job.name] = session.explore(job, list(behaviour), EXPLORE_SECONDS)
            for name, rows in found.broken.items():
                with tempfile.TemporaryDirectory() as folder:
                    target = f"properties/{suite.system}"
                    reached = reach(compiled, behaviour[name], rows, target, Path(folder))
                if reached is not None:
                    yield name, reached.steps

    def pairs() -> Iterator[Job]:
        known = {name: [each] for name, each in reports.items()}
        two = [job for job in pairs_of(single) if reports[job.first].effective]
        yield from islice(ranked(two, lambda name: known.get(name, ()), {}), EXPLORE_PAIRS)

    for jobs in (single, pairs()):
        for name, steps in refuted(jobs):
            return True, f"{name} REFUTED, {_steps(steps)}"
    paths = sum(each.paths for each in reports.values())
    tripped = {g.guard for r in reports.values() for g in (*r.guards, *r.doubts.values())}
    if any(each.broken for each in reports.values()):
        tripped.add("replay")
    if tripped:
        return False, f"INCOMPLETE ({', '.join(sorted(tripped))}), {paths} paths"
    return False, f"passed, {paths} paths"


def _changed(compiled: CompiledSystem, real: CompiledSystem) -> set[str]:
    """The contracts that differ from the real ones."""
    return {
        name
        for name in real.contracts
        if compiled.artifact(name).runtime_code != real.artifact(name).runtime_code
    }


def _steps(count: int) -> str:
    return f"{count} step{'s' if count != 1 else ''}"
