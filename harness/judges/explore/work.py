"""What a worker of this judge does; it loads the system by its path."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from harness.compiled import CompiledSystem, compile_system
from harness.judges.explore.job import Job, jobs_of, pairs_of
from harness.judges.explore.reach import Reached, reach
from harness.judges.explore.report import JobReport
from harness.judges.explore.session import Session
from harness.judges.prove.units import units_of
from harness.judges.workers import Send
from harness.property import Property
from harness.step import Step
from harness.targets import load_target
from harness.witness import code_hash

__all__ = ["Assignment", "Order", "all_jobs", "confirm", "explore", "fingerprint"]

_HARNESS = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Assignment:
    """Which system a worker is to load."""

    system: str
    root: Path
    target: str
    properties: frozenset[str]


@dataclass(frozen=True)
class Order:
    """What a worker is to do next: a job, and the properties to judge on it."""

    job: str
    properties: tuple[str, ...]
    seconds: float
    """For Manticore's process."""
    heard: frozenset[str] = frozenset()
    """Properties of which it is known that they say something."""


def all_jobs(compiled: CompiledSystem, depth: int) -> list[Job]:
    """The jobs of a system by depth."""
    single = jobs_of(units_of(compiled))
    return single if depth == 1 else pairs_of(single)


def _load(assignment: Assignment) -> tuple[CompiledSystem, list[Property]]:
    target = load_target(assignment.system, assignment.target, assignment.root)
    chosen = [p for p in target.properties if p.id in assignment.properties]
    return compile_system(target.system, target.root), chosen


def explore(assignment: Assignment, send: Send) -> None:
    """Ask for orders and carry them out, until there are none.

    Every message is answered with the next order: ``None`` at first, then the report on the last.
    """
    compiled, properties = _load(assignment)
    session = Session(compiled, properties)
    jobs = {job.name: job for depth in (1, 2) for job in all_jobs(compiled, depth)}
    report: JobReport | None = None
    while True:
        order: Order | None = send(report)
        if order is None:
            return
        report = session.explore(jobs[order.job], order.properties, order.seconds, order.heard)


def confirm(
    assignment: Assignment,
    hits: Sequence[tuple[str, tuple[tuple[Step, ...], ...]]],
    witnesses: Path,
    send: Send,
) -> dict[str, Reached]:
    """Replay what may break properties; what does, made minimal and saved, by property."""
    compiled, properties = _load(assignment)
    known = {each.id: each for each in properties}
    found: dict[str, Reached] = {}
    for name, candidates in hits:
        reached = reach(compiled, known[name], candidates, assignment.target, witnesses)
        if reached is not None:
            found[name] = reached
            send((name, reached))
    return found


def fingerprint(compiled: CompiledSystem) -> str:
    """What a job's report depends on besides properties: code, wiring, and this judge."""
    digest = hashlib.sha256(code_hash(compiled).encode())
    digest.update(compiled.system.__qualname__.encode())
    digest.update(_sources())
    return digest.hexdigest()


@cache
def _sources() -> bytes:
    digest = hashlib.sha256()
    for file in sorted(_HARNESS.rglob("*.py")):
        digest.update(file.relative_to(_HARNESS).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.digest()
