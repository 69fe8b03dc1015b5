"""What the workers of the prover do; each loads the system by its path."""

from __future__ import annotations

import gc
import hashlib
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.compiled import compile_system
from harness.judges.protocol import Case
from harness.judges.prove.report import Trial
from harness.judges.workers import Send
from harness.targets import load_target
from harness.witness import code_hash

if TYPE_CHECKING:
    from harness.judges.prove.reach import Reached
    from harness.judges.prove.session import Session

__all__ = ["IMPORTS", "Assignment", "Order", "fingerprint", "prove", "try_to_reach"]

IMPORTS = ("harness.judges.prove.session", "harness.judges.prove.reach")
"""What workers import: solvers and EVMs, which who orders work need not load if there is none."""

_YOUNG = 200_000
"""Objects that are made before the collector of cycles looks at them."""

_HARNESS = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Assignment:
    """Which system a worker is to load, and what it leaves of its queries."""

    system: str
    root: Path
    target: str
    properties: frozenset[str]
    dump: Path | None = None
    """The folder that every query is written to."""


@dataclass(frozen=True)
class Order:
    """What a worker is to do next: goals of a unit, or the base cases where no unit is named."""

    unit: str = ""
    goals: frozenset[str] = frozenset()
    assumed: frozenset[str] = frozenset()
    silent: frozenset[str] = frozenset()
    also: frozenset[str] = frozenset()
    """Contracts that may make the call."""
    trials: Mapping[str, tuple[Trial, ...]] = field(default_factory=dict)
    """If there are any: calls to try from deployment instead, by the property to break."""
    witnesses: Path = Path()
    """Where to save what breaks one."""


def _session(assignment: Assignment) -> Session:
    from harness.judges.prove.dump import Dump
    from harness.judges.prove.session import Session

    target = load_target(assignment.system, assignment.target, assignment.root)
    chosen = [p for p in target.properties if p.id in assignment.properties]
    asked = Dump(assignment.dump).asked if assignment.dump else None
    return Session(compile_system(target.system, target.root), chosen, asked)


def prove(assignment: Assignment, send: Send) -> None:
    """Ask for orders and carry them out, until there are none.

    Every message is answered with the next order: ``None`` at first, then what came of the last
    one: a :class:`UnitReport`, the base cases of all goals, or by property what was reached.
    """
    session = _session(assignment)
    # Terms are many, live as long as their unit, and are hardly ever part of a cycle.
    gc.freeze()
    gc.set_threshold(_YOUNG)
    found: Any = None
    while True:
        order: Order | None = send(found)
        if order is None:
            return
        if order.trials:
            found = _reach(session, assignment, order.trials, order.witnesses, effort=0)
        elif order.unit:
            found = session.prove(order.unit, order.goals, order.assumed, order.silent, order.also)
        else:
            found = session.bases()


def try_to_reach(
    assignment: Assignment,
    trials: Mapping[str, tuple[Trial, ...]],
    witnesses: Path,
    effort: int,
    send: Send,
) -> dict[str, Reached]:
    """Try to break properties from deployment, beginning with what broke the induction."""
    return _reach(_session(assignment), assignment, trials, witnesses, effort)


def _reach(
    session: Session,
    assignment: Assignment,
    trials: Mapping[str, tuple[Trial, ...]],
    witnesses: Path,
    effort: int,
) -> dict[str, Reached]:
    from harness.judges.prove.reach import reach

    properties = [session.properties[name] for name in trials]
    return reach(session.compiled, properties, trials, assignment.target, witnesses, effort=effort)


def fingerprint(case: Case) -> bytes:
    """What a proof depends on besides its goal: code, wiring, properties, and the prover.

    The wiring decides with which arguments contracts are deployed, so all of the project's own
    Python that was loaded counts.
    """
    compiled = case.compiled
    digest = hashlib.sha256(code_hash(compiled).encode())
    digest.update(_engine())
    digest.update(compiled.system.__qualname__.encode())
    for each in sorted(case.properties, key=lambda p: p.id):
        digest.update(f"{each.id}:{each.kind.value}:{each.on}:{each.at_rest}:{each.code}".encode())
    for name, module in sorted(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if file and Path(file).is_relative_to(compiled.root) and _is_source(file):
            digest.update(name.encode() + b"\0" + Path(file).read_bytes())
    for name, layout in sorted(compiled.contracts.items()):
        digest.update(f"{name}:{compiled.layout(name)!r}:{layout.source}".encode())
    return digest.digest()


def _is_source(file: str) -> bool:
    path = Path(file)
    own = path.is_relative_to(_HARNESS)
    return file.endswith(".py") and "site-packages" not in path.parts and not own


@cache
def _engine() -> bytes:
    """The prover's own version: its sources, and those of the solvers."""
    digest = hashlib.sha256()
    for package in ("z3-solver", "cvc5"):
        digest.update(version(package).encode())
    for file in sorted(_HARNESS.rglob("*.py")):
        digest.update(file.relative_to(_HARNESS).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.digest()
