"""The judge: structural properties decided on the source, in a supervised process."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import harness
from harness.compiled import CompiledSystem, compile_system
from harness.errors import HarnessError
from harness.judges.protocol import Availability, Case, Options, Progress
from harness.judges.workers import Failed, Limits, Send, Task, supervise
from harness.property import Property
from harness.structure import Claim
from harness.targets import load_target
from harness.verdict import ExitCode, JudgeName, Result, Verdict, required_of
from harness.writers import Possible

__all__ = ["InspectJudge", "Inspected", "inspect_here"]

_PATIENCE = 600.0
"""Seconds that reading one system may take when no budget is given."""

_HARNESS = Path(harness.__file__).parent

_SHOWN = 20
"""Breaches or doubts of one property that are printed."""


@dataclass(frozen=True)
class Inspected:
    """What was found about one property: a claim, or an error with the exit code it calls for."""

    claim: Claim | None
    seconds: float
    error: str = ""
    fault: ExitCode = ExitCode.USAGE


@dataclass(frozen=True)
class _Assignment:
    """What the worker is to do; it loads the properties anew, as they have no importable name."""

    system: str
    root: Path
    properties: frozenset[str]
    target: str


class InspectJudge:
    """Decides structural properties; see the package for how."""

    name = JudgeName.INSPECT

    def __init__(self) -> None:
        self._possible: dict[str, Possible] = {}

    def possible(self, system: str) -> Possible | None:
        """Who can write what in a system that was judged."""
        return self._possible.get(system)

    def availability(self) -> Availability:
        """Always there: Slither is a dependency of the harness itself."""
        return Availability(self.name, (("slither-analyzer", version("slither-analyzer")),))

    def judge(
        self, case: Case, options: Options, progress: Callable[[Progress], None]
    ) -> Iterator[Result]:
        """One result for each property."""
        found: dict[str, Inspected] = {}

        def note(_: int, message: tuple[str, Inspected] | Possible) -> None:
            if isinstance(message, Possible):
                self._possible[case.compiled.name] = message
                return
            found[message[0]] = message[1]
            progress(Progress("reading", len(found), len(case.properties)))

        assignment = _Assignment(
            case.compiled.name,
            case.compiled.root,
            frozenset(each.id for each in case.properties),
            case.target,
        )
        limits = Limits(seconds=options.budget or _PATIENCE)
        started = time.monotonic()
        (outcome,) = supervise([Task(_work, (assignment,))], limits, jobs=1, on_message=note)
        seconds = time.monotonic() - started
        for each in case.properties:
            inspected = found.get(each.id)
            if inspected is not None:
                yield result_of(case.compiled, each, inspected)
            elif isinstance(outcome, Failed):
                yield _unfinished(case.compiled, each, outcome, seconds)


def _work(assignment: _Assignment, send: Send) -> None:
    target = load_target(assignment.system, assignment.target, assignment.root)
    compiled = compile_system(target.system, target.root)
    chosen = [each for each in target.properties if each.id in assignment.properties]
    # Imported here: the supervisor needs no Slither.
    from harness.judges.inspect.source import SourceOfSystem

    code = SourceOfSystem(compiled)
    for name, inspected in _inspected(code, chosen):
        send((name, inspected))
    send(code.possible())


def inspect_here(
    compiled: CompiledSystem, properties: Sequence[Property]
) -> Iterator[tuple[str, Inspected]]:
    """What is found about structural properties, in this process, one after the other."""
    from harness.judges.inspect.source import SourceOfSystem

    return _inspected(SourceOfSystem(compiled), properties)


def _inspected(code: object, properties: Sequence[Property]) -> Iterator[tuple[str, Inspected]]:
    for each in properties:
        started = time.monotonic()
        claim, error, fault = _claim_of(each, code)
        yield each.id, Inspected(claim, time.monotonic() - started, error, fault)


def _claim_of(each: Property, code: object) -> tuple[Claim | None, str, ExitCode]:
    try:
        claim = each(code)
    except HarnessError as wrong:
        return None, str(wrong), ExitCode(wrong.exit_code)
    except Exception as wrong:  # noqa: BLE001  (a property's bug must not hide others' verdicts)
        last = traceback.extract_tb(wrong.__traceback__)[-1]
        where = f"{last.filename}:{last.lineno}"
        ours = (
            Path(last.filename).is_relative_to(_HARNESS) or "slither" in Path(last.filename).parts
        )
        fault = ExitCode.INTERNAL if ours else ExitCode.USAGE
        return None, f"{type(wrong).__name__}: {wrong}\n  where: {where}", fault
    if not isinstance(claim, Claim):
        what = f"it returned {claim!r}, which is no Claim\n  where: {each.file}:{each.line}"
        return None, what, ExitCode.USAGE
    return claim, "", ExitCode.USAGE


def result_of(compiled: CompiledSystem, each: Property, inspected: Inspected) -> Result:
    """The verdict that follows from what was found.

    A breach breaks the claim whatever else is in doubt; a doubt leaves it open; a claim on what is
    not there is vacuous.
    """
    claim = inspected.claim
    if claim is None:
        verdict, reason = Verdict.ERROR, inspected.error
    elif claim.breaches:
        verdict, reason = Verdict.REFUTED, _list(claim.breaches)
    elif claim.doubts:
        verdict, reason = Verdict.INCOMPLETE, _list(claim.doubts)
    elif claim.empty or not claim.looked_at:
        verdict = Verdict.VACUOUS
        reason = _list(claim.empty) or "it looks at nothing"
    else:
        verdict, reason = Verdict.PROVED, None
    return Result(
        property_id=each.id,
        system=compiled.name,
        judge=JudgeName.INSPECT,
        verdict=verdict,
        required=required_of(JudgeName.INSPECT, each.required),
        reason=reason,
        bounds={} if claim is None else {"facts": claim.looked_at},
        assumptions=() if claim is None else (_OF_THE_SOURCE, *claim.assumptions),
        seconds=inspected.seconds,
        fault=inspected.fault,
    )


_OF_THE_SOURCE = "structural properties speak of the source, as Slither reads it"


def _list(items: Sequence[object]) -> str:
    shown = [str(each) for each in items[:_SHOWN]]
    more = len(items) - len(shown)
    return "\n".join([*shown, *([f"... {more} more"] if more else [])])


def _unfinished(
    compiled: CompiledSystem, each: Property, failure: Failed, seconds: float
) -> Result:
    verdict, reason, fault = failure.verdict()
    return Result(
        property_id=each.id,
        system=compiled.name,
        judge=JudgeName.INSPECT,
        verdict=verdict,
        required=required_of(JudgeName.INSPECT, each.required),
        reason=reason,
        seconds=seconds,
        fault=fault,
    )
