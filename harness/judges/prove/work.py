"""What the workers of the prover do; each loads the system by its path."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

from harness.compiled import compile_system
from harness.judges.prove.cache import Cache
from harness.judges.prove.reach import Reached, reach
from harness.judges.prove.report import Goal, Trial
from harness.judges.prove.session import Session
from harness.judges.workers import Send
from harness.property import Kind
from harness.targets import load_targets
from harness.witness import code_hash

__all__ = ["Assignment", "base_cases", "prove_units", "try_to_reach"]


@dataclass(frozen=True)
class Assignment:
    """Which system a worker is to load."""

    system: str
    root: Path
    target: str
    properties: frozenset[str]
    cache: Path | None


def _session(assignment: Assignment) -> Session:
    targets = load_targets([assignment.target], assignment.root)
    target = next(each for each in targets if each.name == assignment.system)
    chosen = [p for p in target.properties if p.id in assignment.properties]
    return Session(compile_system(target.system, target.root), chosen)


def base_cases(assignment: Assignment, send: Send) -> tuple[dict[str, Goal], frozenset[str]]:
    """The base case of every property, and which said something right after deployment."""
    session = _session(assignment)
    found = {
        name: session.base(each)
        for name, each in session.properties.items()
        if each.kind is not Kind.REFINEMENT
    }
    spoke = frozenset(name for name, (_, said) in found.items() if said)
    return {name: goal for name, (goal, _) in found.items()}, spoke


def prove_units(
    assignment: Assignment,
    units: Mapping[str, frozenset[str]],
    assumed: frozenset[str],
    silent: frozenset[str],
    send: Send,
) -> None:
    """Prove goals of some units, one after the other; sends ``("begin", name)``, then a report."""
    session = _session(assignment)
    store = Cache(assignment.cache, fingerprint(session)) if assignment.cache else None
    invariants = [session.properties[name] for name in sorted(assumed)]
    for name, goals in units.items():
        send(("begin", name))
        report = store.load(name, goals, assumed, silent) if store else None
        if report is None:
            chosen = [session.properties[each] for each in sorted(goals)]
            report = session.prover.unit(session.units[name], chosen, invariants, silent)
            if store:
                store.save(report)
        send(("unit", report))


def try_to_reach(
    assignment: Assignment,
    trials: Mapping[str, tuple[Trial, ...]],
    witnesses: Path,
    effort: int,
    send: Send,
) -> dict[str, Reached]:
    """Try to break properties from deployment, beginning with what broke the induction."""
    session = _session(assignment)
    properties = [session.properties[name] for name in trials]
    return reach(session.compiled, properties, trials, assignment.target, witnesses, effort=effort)


def fingerprint(session: Session) -> bytes:
    """What a proof depends on besides its goal: code, deployment, properties, and the prover."""
    digest = hashlib.sha256(code_hash(session.compiled).encode())
    digest.update(_engine())
    digest.update(session.compiled.system.__qualname__.encode())
    for name, module in sorted(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if file and Path(file).is_relative_to(session.compiled.root) and _is_source(file):
            digest.update(name.encode() + b"\0" + Path(file).read_bytes())
    for chain, one in sorted(session.world.chains.items()):
        for contract, declared in sorted(session.compiled.contracts.items()):
            if declared.chain.name == chain:
                address = int(declared.address)
                digest.update(f"{contract}@{address:x}".encode() + one.code(address))
    for name, layout in sorted(session.compiled.contracts.items()):
        digest.update(f"{name}:{session.compiled.layout(name)!r}:{layout.source}".encode())
    return digest.digest()


def _is_source(file: str) -> bool:
    return file.endswith(".py") and "site-packages" not in Path(file).parts


@cache
def _engine() -> bytes:
    """The prover's own version: its sources, and those of the solvers."""
    digest = hashlib.sha256()
    for package in ("z3-solver", "cvc5"):
        digest.update(version(package).encode())
    here = Path(__file__).resolve().parents[2]
    for file in sorted(here.rglob("*.py")):
        digest.update(file.relative_to(here).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.digest()
