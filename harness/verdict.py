"""Judges, their verdicts, and what a run as a whole comes to.

A verdict is never a string that somebody might mistype: it is a member of :class:`Verdict`, and
each member says in one sentence what it claims and what it leaves open.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum, IntEnum
from pathlib import Path
from typing import Any


class ExitCode(IntEnum):
    """What the process returns; see ``DESIGN`` words in ``docs/architecture.md``."""

    REACHED = 0
    REFUTED = 1
    USAGE = 2
    INCOMPLETE = 3
    VACUOUS = 4
    INTERNAL = 5


class JudgeName(Enum):
    """The engines that can give a verdict, strongest first."""

    PROVE = "prove"
    EXPLORE = "explore"
    FUZZ = "fuzz"
    INSPECT = "inspect"


class Verdict(Enum):
    """What a judge says of a property."""

    PROVED = "PROVED"
    BOUNDED = "BOUNDED"
    FUZZED = "FUZZED"
    INCOMPLETE = "INCOMPLETE"
    VACUOUS = "VACUOUS"
    REFUTED = "REFUTED"
    ERROR = "ERROR"

    @property
    def meaning(self) -> str:
        """One sentence: what this verdict claims."""
        return _MEANING[self]

    def satisfies(self, required: Verdict) -> bool:
        """Whether this verdict is at least as strong as the required one."""
        if self not in _STRENGTH or required not in _STRENGTH:
            return self is required
        return _STRENGTH[self] >= _STRENGTH[required]


_MEANING = {
    Verdict.PROVED: "It holds after any number of calls by anyone, under the assumptions listed.",
    Verdict.BOUNDED: "It holds on every path within the bounds listed; no more is claimed.",
    Verdict.FUZZED: "No counterexample turned up in the calls listed: evidence, not proof.",
    Verdict.INCOMPLETE: "The judge could not finish, for the reason given; nothing is claimed.",
    Verdict.VACUOUS: "Nothing that the property speaks of ever happened, so it says nothing.",
    Verdict.REFUTED: "Calls that were replayed on an EVM break it, or places in the source do.",
    Verdict.ERROR: "The property could not be judged because it, or the harness, is at fault.",
}
_STRENGTH = {Verdict.PROVED: 3, Verdict.BOUNDED: 2, Verdict.FUZZED: 1}

BEST = {
    JudgeName.PROVE: Verdict.PROVED,
    JudgeName.EXPLORE: Verdict.BOUNDED,
    JudgeName.FUZZ: Verdict.FUZZED,
    JudgeName.INSPECT: Verdict.PROVED,
}
"""The strongest verdict that each judge can give."""


def required_of(judge: JudgeName, required: Verdict) -> Verdict:
    """What a judge must say where a property requires ``required``: no more than it can.

    A property that must be PROVED is asked of the fuzzer as FUZZED, and of explore as BOUNDED.
    """
    best = BEST[judge]
    return required if best.satisfies(required) else best


@dataclass(frozen=True, slots=True)
class Result:
    """One judge's verdict on one property.

    ``bounds`` holds what the verdict is limited to (calls, depth, seed), ``assumptions`` what it
    takes for granted, ``seconds`` the wall time that went into it, ``witness`` the file that
    replays a refutation.  ``fault`` is the exit code of an ERROR: USAGE where the property is at
    fault, INTERNAL where the harness is.
    """

    property_id: str
    system: str
    judge: JudgeName
    verdict: Verdict
    required: Verdict
    reason: str | None = None
    bounds: Mapping[str, Any] = field(default_factory=dict)
    assumptions: tuple[str, ...] = ()
    seconds: float = 0.0
    witness: Path | None = None
    fault: ExitCode = ExitCode.INTERNAL

    @property
    def reached(self) -> bool:
        """Whether the property got the verdict that it requires of this judge."""
        return self.verdict.satisfies(self.required)

    @property
    def exit_code(self) -> ExitCode:
        """The exit code that this result alone calls for."""
        if self.reached:
            return ExitCode.REACHED
        if self.verdict is Verdict.ERROR:
            return self.fault
        return _EXIT.get(self.verdict, ExitCode.INCOMPLETE)


_EXIT = {Verdict.REFUTED: ExitCode.REFUTED, Verdict.VACUOUS: ExitCode.VACUOUS}

_LOUDEST = (
    ExitCode.INTERNAL,
    ExitCode.REFUTED,
    ExitCode.USAGE,
    ExitCode.VACUOUS,
    ExitCode.INCOMPLETE,
)


def contradictions(results: Iterable[Result]) -> list[tuple[Result, Result]]:
    """The properties that one judge has PROVED and another has REFUTED: the two results of each."""
    by_property: dict[tuple[str, str], list[Result]] = {}
    for result in results:
        by_property.setdefault((result.system, result.property_id), []).append(result)
    found = []
    for said in by_property.values():
        proofs = [each for each in said if each.verdict is Verdict.PROVED]
        refutations = [each for each in said if each.verdict is Verdict.REFUTED]
        if proofs and refutations:
            found.append((proofs[0], refutations[0]))
    return found


def unreached(results: Iterable[Result]) -> list[Result]:
    """The verdicts that are not what their properties require.

    A judge that could not finish is no matter where another one has said all that the property
    requires of any of them.
    """
    results = list(results)
    wanted: dict[tuple[str, str], Verdict] = {}
    for each in results:
        about = each.system, each.property_id
        if not wanted.get(about, each.required).satisfies(each.required):
            wanted[about] = each.required
        wanted.setdefault(about, each.required)
    enough = {
        (each.system, each.property_id)
        for each in results
        if each.verdict.satisfies(wanted[each.system, each.property_id])
    }
    return [
        each
        for each in results
        if not each.reached
        and not (each.verdict is Verdict.INCOMPLETE and (each.system, each.property_id) in enough)
    ]


def exit_code(results: Iterable[Result], *, at_odds: bool = False) -> ExitCode:
    """The exit code of a run: that of its loudest result.

    ``at_odds`` says that judges contradict each other in something else than their verdicts.
    Internal errors come first, since they may hide anything, and judges that contradict each other
    are one; then refutations, wrong properties, vacuous ones, and what is incomplete.
    """
    results = list(results)
    if at_odds or contradictions(results):
        return ExitCode.INTERNAL
    seen = {result.exit_code for result in unreached(results)}
    return next((code for code in _LOUDEST if code in seen), ExitCode.REACHED)
