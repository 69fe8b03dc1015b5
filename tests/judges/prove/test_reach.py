"""From a counterexample to induction to a witness: only what happens from deployment is one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from harness.chain.deployment import deploy_world
from harness.compiled import CompiledSystem, compile_system
from harness.judges.fuzz.session import Session
from harness.judges.prove.grounded import Grounded
from harness.judges.prove.reach import aimed, reach
from harness.judges.prove.report import Trial
from harness.property import Property
from harness.step import CallStep
from harness.symbolic.solve import Query
from harness.symbolic.terms import compare, const, term_scope, word_var
from harness.system import MessagesDecl
from harness.targets import load_targets
from properties.escrow_mint import EscrowMint

ROOT = Path(__file__).parents[3]
FORGED = "ESCROW-MINT-003"
"""What a delivery that no message asks for would break."""


@pytest.fixture(scope="module")
def escrow_mint() -> CompiledSystem:
    return compile_system(EscrowMint, ROOT)


@pytest.fixture(scope="module")
def forged() -> Property:
    targets = load_targets(["properties/escrow_mint"], ROOT)
    return next(p for target in targets for p in target.properties if p.id == FORGED)


def a_delivery(compiled: CompiledSystem) -> Trial:
    """A deposit that the sender of deposits finishes, as a model has it that has a message."""
    [kind] = [
        each.kind
        for name, each in compiled.system.declared(MessagesDecl).items()
        if name == "deposits"
    ]
    function = compiled.abi(kind.contract).function(kind.function)
    args = (int(compiled.address("l1_token")), 5, 7, 10**18, b"")
    names = tuple(p.name for p in function.inputs)
    assert kind.sender is not None
    sender = int(kind.sender)
    return Trial(kind.contract, function.signature, sender, 0, args, names, (), ())


def test_a_call_in_the_name_of_a_sender_of_messages_is_no_witness(
    escrow_mint: CompiledSystem, forged: Property, tmp_path: Path
) -> None:
    trial = a_delivery(escrow_mint)
    call = CallStep(f"0x{trial.sender:040x}", trial.contract, trial.function, trial.args)
    assert Session(escrow_mint, (forged,)).attempt((call,)), "it would break the property"
    trials = {FORGED: (trial,)}
    assert reach(escrow_mint, [forged], trials, "", tmp_path, effort=0) == {}
    assert not list(tmp_path.iterdir())


def test_a_search_from_deployment_calls_by_actors_alone(escrow_mint: CompiledSystem) -> None:
    grounded = Grounded(deploy_world(escrow_mint))
    anybody = next(a for a in escrow_mint.actors.values() if not a.trust)
    with term_scope():
        sender = word_var("msg.sender", 160)

        def calls(who: int) -> bool:
            never = compare.ne(sender, const(who))
            return grounded.call(Query((), never, "who calls")) is not None

        assert calls(int(anybody.address))
        assert not calls(a_delivery(escrow_mint).sender)
        assert not calls(int(escrow_mint.address("l1_gateway")))
        assert not calls(0)


def test_the_fuzzer_has_the_calls_of_counterexamples_as_its_goals(
    escrow_mint: CompiledSystem,
) -> None:
    anybody = next(a for a in escrow_mint.actors.values() if not a.trust)
    call = replace(a_delivery(escrow_mint), sender=int(anybody.address))
    lessons = aimed(escrow_mint, [call, replace(call, args=(), replayable=False)])
    lesson = lessons.about(call.contract, "finalizeInboundTransfer")
    assert lesson.senders[anybody.name] == 1
    assert [lesson.promising(at) for at in range(5)] == [(value,) for value in call.args]
    weights = [
        lessons.weight(call.contract, function.name)
        for function in escrow_mint.abi(call.contract).functions
    ]
    assert sorted(weights)[-2] < max(weights) == lessons.weight(call.contract, lesson_of(call))


def lesson_of(call: Trial) -> str:
    """The name of the called function."""
    return call.function.partition("(")[0]
