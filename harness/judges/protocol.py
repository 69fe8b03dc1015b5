"""What a judge is: an engine that gives verdicts on properties of a system."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from harness.compiled import CompiledSystem
from harness.judges.goals import Goals
from harness.property import Kind, Property
from harness.system import Actor, System
from harness.verdict import JudgeName, Result

__all__ = ["Availability", "Case", "Judge", "Options", "Progress", "concerns"]


@dataclass(frozen=True)
class Case:
    """A system and the properties of it that are to be judged.

    ``target`` is the path, relative to the project, that the system was loaded from, ``goals`` what
    judges that were asked before could not reach.
    """

    compiled: CompiledSystem
    properties: tuple[Property, ...]
    target: str
    goals: Goals = field(default_factory=dict)


@dataclass(frozen=True)
class Options:
    """How hard to try.

    ``budget`` is the wall time in seconds that a judge may spend on one system, ``None`` for as
    long as its own bounds take; ``jobs`` the number of worker processes; ``witnesses`` and
    ``cache`` the folders to keep things in; ``cached`` whether proofs of earlier runs count;
    ``dump_smt`` a folder for every query to a solver, in SMT-LIB; ``ablation`` whether to find out
    on which invariants each proof really rests; ``fail_fast`` whether a judge may stop at the first
    property that it refutes.
    """

    seed: int = 0
    jobs: int = 1
    budget: float | None = None
    witnesses: Path = Path(".harness/witnesses")
    cache: Path = Path(".harness/cache")
    cached: bool = True
    dump_smt: Path | None = None
    ablation: bool = False
    fail_fast: bool = False


@dataclass(frozen=True)
class Progress:
    """How far a judge is: what it is doing, how much is done, and figures of its own."""

    doing: str
    done: int = 0
    of: int = 0
    figures: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Availability:
    """Whether a judge can run here; if not, ``fix`` says how to get what is missing."""

    name: JudgeName
    versions: tuple[tuple[str, str], ...]
    missing: str = ""
    fix: str = ""


class Judge(Protocol):
    """An engine that gives verdicts."""

    name: JudgeName

    def availability(self) -> Availability:
        """Whether and with which versions the judge can run on this machine."""

    def judge(
        self, case: Case, options: Options, progress: Callable[[Progress], None]
    ) -> Iterable[Result]:
        """One result for each property of the case, as soon as it is known."""


def concerns(judge: JudgeName, each: Property) -> bool:
    """Whether a judge is asked about a property.

    *inspect* reads sources and runs nothing; the others run code and read no sources.  What an
    internal function gives is a matter of *prove*: no transaction shows it by itself.
    """
    if each.kind is Kind.SUMMARY:
        return judge is JudgeName.PROVE
    return (each.kind is Kind.STRUCTURE) is (judge is JudgeName.INSPECT)


def assumptions_of(system: type[System]) -> tuple[str, ...]:
    """What every verdict on a system takes for granted: its trusted actors and its transports."""
    trusted = [
        f"{actor.name} is trusted ({actor.trust}) never to call {', '.join(actor.refrains)}"
        for actor in system.declared(Actor).values()
        if actor.trust
    ]
    carried = [line for each in system.transports for line in each.assumptions]
    return tuple(trusted + carried)
