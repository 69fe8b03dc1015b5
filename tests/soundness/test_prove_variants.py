"""Known-bad variants of escrow-and-mint: what a variant breaks is not PROVED, and mostly REFUTED.

The induction runs over all that can happen, calls of changed contracts first, with every invariant
of the real system assumed, until something fails of what the variant breaks.  Its counterexample is
tried from deployment, by search and by the fuzzer.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.compiled import CompiledSystem, compile_system
from harness.judges.fuzz.session import Session as Fuzzed
from harness.judges.replay import replay
from harness.property import Property
from harness.verdict import Verdict
from harness.witness import load_witness
from properties.escrow_mint import EscrowMint
from tests.soundness.proving import judge_variant
from tests.soundness.test_fuzz_refutes import compiled_variant
from tests.soundness.variants import ESCROW_MINT, Patch, Variant, write_variant

TARGET = "properties/escrow_mint"
CASES = 40
"""That the fuzzer may try on each variant; more would be the fuzzer's own work."""

REACHED = frozenset(
    (
        "unchecked-burn",
        "ignored-transfer-result",
        "open-finalise",
        "burn-of-others",
        "open-migrate-stake",
        "delegate-of-others",
        "overwritten-lock",
        "still-registered",
        "open-l1-mint",
    )
)
"""Variants whose counterexamples the search from deployment reaches at once."""

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


@pytest.mark.parametrize("variant", [v for v in ESCROW_MINT if v.breaks != SPEC], ids=str)
def test_what_a_variant_breaks_is_not_proved(
    variant: Variant,
    tmp_path: Path,
    escrow_mint: CompiledSystem,
    escrow_mint_properties: dict[str, Property],
) -> None:
    compiled = compiled_variant(variant, tmp_path)
    judged = judge_variant(
        variant.breaks,
        compiled,
        escrow_mint_properties,
        escrow_mint,
        target=TARGET,
        folder=tmp_path / "witnesses",
        cases=CASES,
    )
    said = f"{variant.name}: {judged.property_id} {judged.verdict.value} {judged.reason}"
    print(f"{said}, {judged.steps} steps, {judged.seconds:.1f} s")
    assert judged.verdict in (Verdict.REFUTED, Verdict.INCOMPLETE), said
    assert judged.reason
    if judged.witness is not None:
        witness = load_witness(judged.witness)
        broken = (escrow_mint_properties[judged.property_id],)
        assert judged.property_id in variant.breaks
        assert replay(compiled, broken, witness).found is not None
        survives = Fuzzed(escrow_mint, broken).attempt(witness.steps)
        assert not survives, "the same steps break the real contracts"
    assert (judged.witness is not None) is (judged.verdict is Verdict.REFUTED)
    if variant.name in REACHED:
        assert judged.verdict is Verdict.REFUTED, said


def test_an_amount_that_nobody_guesses_is_refuted_with_a_witness(
    tmp_path: Path, escrow_mint: CompiledSystem, escrow_mint_properties: dict[str, Property]
) -> None:
    [name] = UNGUESSABLE.breaks
    compiled = compile_system(EscrowMint, write_variant(UNGUESSABLE, EscrowMint.sources, tmp_path))
    known = {each: escrow_mint_properties[each] for each in (name, "ESCROW-MINT-009")}
    judged = judge_variant(
        (name,),
        compiled,
        known,
        escrow_mint,
        target=TARGET,
        folder=tmp_path / "witnesses",
        cases=0,
    )
    print(f"{judged.seconds:.1f} s of processor time")
    assert judged.witness is not None, judged.reason
    witness = load_witness(judged.witness)
    assert AMOUNT in witness.steps[0].args  # type: ignore[union-attr]
    assert replay(compiled, (known[name],), witness).found is not None
