"""A bug that no fuzzer guesses is found by one that is given a counterexample as its goal."""

from __future__ import annotations

from pathlib import Path

from harness.compiled import CompiledSystem, compile_system
from harness.judges.fuzz.campaign import Effort, run_campaign
from harness.judges.fuzz.lessons import Lessons
from harness.judges.goals import Goal
from harness.property import Property
from harness.step import CallStep
from properties.escrow_mint import EscrowMint
from tests.soundness.test_prove_variants import AMOUNT, UNGUESSABLE
from tests.soundness.variants import write_variant


def test_a_goal_lets_the_fuzzer_find_what_nobody_guesses(
    tmp_path: Path, escrow_mint_properties: dict[str, Property]
) -> None:
    compiled = compile_system(EscrowMint, write_variant(UNGUESSABLE, EscrowMint.sources, tmp_path))
    properties = (escrow_mint_properties["ESCROW-MINT-001"],)
    effort = Effort(cases=15, first_only=True)
    assert not run_campaign(compiled, properties, effort).refuted
    lessons = Lessons()
    lessons.aim([_deposit(compiled)], {})
    found = run_campaign(compiled, properties, effort, lessons=lessons).refuted
    steps = found["ESCROW-MINT-001"].steps
    assert any(isinstance(step, CallStep) and AMOUNT in step.args for step in steps)


def _deposit(compiled: CompiledSystem) -> Goal:
    """A deposit of the amount, as a counterexample to induction would have it."""
    token, somebody = compiled.address("l1_token"), compiled.address("bob")
    function = compiled.abi("l1_gateway").function("outboundTransfer")
    data = b"".join(word.to_bytes(32, "big") for word in (10**14, 64, 0))
    args = (int(token), int(somebody), AMOUNT, 0, 10**9, data)
    return Goal("l1_gateway", function.signature, 0, 0, args)
