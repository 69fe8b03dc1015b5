"""Steps that break a property as a witness: minimal, run again from deployment, saved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.compiled import CompiledSystem
from harness.judges.evaluate import Violation
from harness.judges.fuzz.session import Session
from harness.judges.minimise import minimise
from harness.property import Property
from harness.step import Step
from harness.system import MessagesDecl
from harness.verdict import JudgeName
from harness.witness import Witness, code_hash, save_witness

__all__ = ["Reached", "keyless", "refute"]


@dataclass(frozen=True)
class Reached:
    """A property that is broken by steps from deployment, and where the witness was saved."""

    steps: int
    witness: Path


def refute(
    compiled: CompiledSystem,
    each: Property,
    steps: tuple[Step, ...],
    target: str,
    witnesses: Path,
    judge: JudgeName,
) -> Reached:
    """Make steps that break a property minimal, run them again from deployment, and save them."""
    session = Session(compiled, (each,))
    short: tuple[Step, ...] = ()
    violations: Sequence[Violation] = session.check_start()
    if not violations:
        actors = [name for name, actor in compiled.actors.items() if not actor.trust]

        def breaks(candidate: tuple[Step, ...]) -> int | None:
            return len(session.steps) if session.attempt(candidate) else None

        short = minimise(steps, breaks, actors=actors, sends=session.sends)
        violations = session.attempt(short)
    violation = violations[0]
    witness = Witness(
        property_id=each.id,
        statement=each.statement,
        system=compiled.name,
        target=target,
        judge=judge.value,
        steps=short,
        forall=violation.forall,
        readings=tuple((r.name, r.value) for r in violation.readings),
        accounts={name: int(compiled.address(name)) for name in compiled.names},
        clocks={name: (d.block, d.time) for name, d in compiled.chains.items()},
        code=code_hash(compiled),
    )
    return Reached(len(short), save_witness(witness, witnesses))


def keyless(compiled: CompiledSystem) -> frozenset[int]:
    """Who makes no call by himself: contracts, the environment, in whose name messages call.

    What a model lets them do is theirs to do in its state only, with the messages that it has.
    """
    contracts = (declared.address for declared in compiled.contracts.values())
    kinds = (declared.kind for declared in compiled.system.declared(MessagesDecl).values())
    senders = (kind.sender for kind in kinds if kind.sender is not None)
    return frozenset(map(int, (*compiled.environment, *contracts, *senders, 0)))
