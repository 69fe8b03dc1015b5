"""Known-bad variants of escrow-and-mint: what a variant breaks is not PROVED.

The induction runs over all that can happen, calls of changed contracts first, with every invariant
of the real system assumed, until the first proof that fails of what the variant breaks: one is
enough.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.compiled import CompiledSystem, compile_system
from harness.judges.prove.local import induction_of
from harness.judges.prove.reach import reach
from harness.judges.prove.report import Failure, Proof
from harness.judges.prove.session import Session
from harness.judges.replay import replay
from harness.property import Property
from harness.witness import load_witness
from properties.escrow_mint import EscrowMint
from tests.soundness.test_fuzz_refutes import compiled_variant
from tests.soundness.variants import ESCROW_MINT, Patch, Variant, write_variant

SPEC = ("ESCROW-MINT-SPEC",)
"""What only a comparison with the specification shows: prove claims nothing of refinements."""

AMOUNT = 123_456_789_012_345_678_901

_PULL = "        pullLpt(l1Token, msg.sender, address(this), amount);\n"

UNGUESSABLE = Variant(
    "one-amount-skips-the-escrow",
    "a deposit of one particular amount takes nothing into escrow",
    (
        Patch(
            "contracts/escrow_mint/l1/LPTGateway.sol",
            _PULL,
            f"        if (amount * 3 + 7 != {3 * AMOUNT + 7}) {_PULL.strip()}\n",
        ),
    ),
    ("ESCROW-MINT-001",),
)


def likely_first(session: Session, real: CompiledSystem) -> list[str]:
    """What can happen in the system, calls of contracts that differ from the real ones first."""
    changed = {
        name
        for name in real.contracts
        if session.compiled.artifact(name).runtime_code != real.artifact(name).runtime_code
    }
    return sorted(session.units, key=lambda name: session.units[name].contract not in changed)


def failures_of(
    session: Session, names: tuple[str, ...], real: CompiledSystem
) -> Iterator[tuple[str, Failure]]:
    """What is not proved of some properties, as the induction finds it out; with the unit.

    Proved are they and, one after the other, what their proofs rest on.
    """
    induction = induction_of(session.units, list(session.properties.values()))
    base, _ = session.bases()
    induction.begin(base)
    for name in names:
        if isinstance(known := base[name], Failure):
            yield "deployment", known
    wanted = set(names)
    order = likely_first(session, real)
    while pending := {u: g & wanted for u, g in induction.pending().items() if g & wanted}:
        for unit in (unit for unit in order if unit in pending):
            goals, also = pending[unit], induction.callers_of(unit)
            report = session.prove(unit, goals, induction.assumed, frozenset(), also)
            induction.note(report)
            induction.settle()
            for name in names:
                yield from induction.failures(name)
            yield from induction.broken_units()
        for proof in (found for found in induction.reports.values() if isinstance(found, Proof)):
            wanted |= proof.needs


@pytest.mark.parametrize("variant", [v for v in ESCROW_MINT if v.breaks != SPEC], ids=str)
def test_what_a_variant_breaks_is_not_proved(
    variant: Variant,
    tmp_path: Path,
    escrow_mint: CompiledSystem,
    escrow_mint_properties: dict[str, Property],
) -> None:
    compiled = compiled_variant(variant, tmp_path)
    session = Session(compiled, list(escrow_mint_properties.values()))
    found = next(failures_of(session, variant.breaks, escrow_mint), None)
    assert found is not None, f"{variant.bug}: {', '.join(variant.breaks)} is proved"


def test_an_amount_that_nobody_guesses_is_refuted_with_a_witness(
    tmp_path: Path, escrow_mint: CompiledSystem, escrow_mint_properties: dict[str, Property]
) -> None:
    [name] = UNGUESSABLE.breaks
    each = escrow_mint_properties[name]
    compiled = compile_system(EscrowMint, write_variant(UNGUESSABLE, EscrowMint.sources, tmp_path))
    helpers = [each, escrow_mint_properties["ESCROW-MINT-009"]]
    failures = failures_of(Session(compiled, helpers), (name,), escrow_mint)
    trials = (f.trial for _, f in failures if f.trial and f.trial.function.startswith("outbound"))
    trial = next(trials)
    target = "properties/escrow_mint"
    reached = reach(compiled, [each], {name: (trial,)}, target, tmp_path / "witnesses", effort=0)
    witness = load_witness(reached[name].witness)
    assert AMOUNT in witness.steps[0].args  # type: ignore[union-attr]
    assert replay(compiled, (each,), witness).found is not None
