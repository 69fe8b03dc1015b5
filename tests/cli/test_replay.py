"""``harness replay``: a hand-written witness against the leaky vault, and what can be wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from harness.chain.deployment import deploy_world
from harness.judges.replay import StepProblem, first_violation, replay
from harness.step import CallStep, ClockStep, Step
from tests.cli import toy_project

STEPS: list[dict[str, Any]] = [
    {
        "kind": "call",
        "sender": "alice",
        "contract": "vault",
        "function": "deposit",
        "args": [],
        "value": 1,
    },
    {"kind": "clock", "blocks": 2, "lag": 0},
    {
        "kind": "call",
        "sender": "bob",
        "contract": "vault",
        "function": "withdraw",
        "args": [1],
        "value": 0,
    },
]


def witness(**changes: Any) -> dict[str, Any]:
    """A witness against LEAKY-001, with some fields changed."""
    return {
        "schema_version": 1,
        "property": "LEAKY-001",
        "statement": "The vault holds at least what it owes.",
        "system": "leaky_vault",
        "target": "leaky",
        "judge": "fuzz",
        "steps": STEPS,
        "forall": {},
        "readings": {},
        "accounts": {},
        "clocks": {"l1": {"block": 20_000_000, "time": 1_700_000_000}},
        "code": "0" * 64,
        **changes,
    }


def saved(project: toy_project.Project, **changes: Any) -> str:
    """The path of such a witness, saved where the harness saves them."""
    path = ".harness/witnesses/leaky_vault/LEAKY-001-hand.json"
    project.write(path, json.dumps(witness(**changes)))
    return path


def test_a_witness_that_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = toy_project.make(tmp_path, monkeypatch)
    done = project.run("replay", saved(project))
    assert done.exit_code == 1
    for line in (
        "1. alice calls vault.deposit() and sends 1 wei",
        "     vault.deposits[alice]: 0 -> 1",
        "     wei of vault: 0 -> 1",
        "     event vault.Deposited(who=alice, amount=1)",
        "2. time passes: 2 blocks (24 s)",
        "     l1 is at block 20_000_002, time 1_700_000_024",
        "3. bob calls vault.withdraw(amount=1)",
        "After step 3 this does not hold:",
        "LEAKY-001 does not hold: the witness stands.",
    ):
        assert line in done.stdout.splitlines()
    assert "the contracts' code has changed" in done.stderr


def test_a_witness_that_no_longer_breaks_anything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = toy_project.make(tmp_path, monkeypatch)
    done = project.run("replay", saved(project, steps=STEPS[:2]))
    assert done.exit_code == 0
    assert "LEAKY-001 holds after every step" in done.stdout


def test_steps_after_the_violation_are_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = toy_project.make(tmp_path, monkeypatch)
    done = project.run("replay", saved(project, steps=[*STEPS, *STEPS]))
    assert done.exit_code == 1
    assert "the witness stands (3 of its 6 steps were not needed)" in done.stdout


def test_reverted_calls_are_marked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = toy_project.make(tmp_path, monkeypatch)
    greedy = {**STEPS[2], "args": [5]}
    done = project.run("replay", saved(project, steps=[greedy]))
    assert done.exit_code == 0
    expected = "1. bob calls vault.withdraw(amount=5) -- REVERTS: TooMuch(who=bob, asked=5, has=0)"
    assert expected in done.stdout


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"system": "vanished"}, ["no system named 'vanished'", "leaky_vault"]),
        ({"property": "LEAKY-009"}, ["no property named 'LEAKY-009'", "LEAKY-001"]),
        ({"steps": [{**STEPS[0], "sender": "carol"}]}, ["step 1", "no account named 'carol'"]),
        ({"steps": [{**STEPS[0], "sender": "0xzz"}]}, ["step 1", "'0xzz' is no address"]),
        ({"steps": [{**STEPS[0], "contract": "safe"}]}, ["no contract named 'safe'"]),
        ({"steps": [{**STEPS[0], "function": "depositt"}]}, ["no function named 'depositt'"]),
        ({"steps": [{**STEPS[2], "args": ["much"]}]}, ["step 1 does not fit the system"]),
        ({"steps": [{**STEPS[2], "args": []}]}, ["step 1 does not fit the system"]),
        ({"steps": [{**STEPS[0], "value": -1}]}, ["-1 is no amount of wei"]),
        ({"steps": [{"kind": "clock", "blocks": -1, "lag": 0}]}, ["time cannot pass like this"]),
        (
            {
                "steps": [
                    {
                        "kind": "relay",
                        "channel": "up",
                        "message": 0,
                        "action": "deliver",
                        "sender": "bob",
                    }
                ]
            },
            ["no channel named 'up'"],
        ),
        ({"steps": [{"kind": "dance"}]}, ["not a step of a witness"]),
        ({"schema_version": 2}, ["not a witness of schema version 1 but of 2"]),
    ],
)
def test_a_witness_that_cannot_be_replayed(
    changes: dict[str, Any], expected: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = toy_project.make(tmp_path, monkeypatch)
    done = project.run("replay", saved(project, **changes))
    assert done.exit_code == 2
    for text in expected:
        assert text in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("text", ["{", "[]", "", '"steps"'])
def test_a_file_that_is_no_witness(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = toy_project.make(tmp_path, monkeypatch, compiled=False)
    project.write("odd.json", text)
    done = project.run("replay", "odd.json")
    assert done.exit_code == 2
    assert "odd.json" in done.stderr
    assert project.run("replay", "missing.json").exit_code == 2


def test_addresses_are_translated_to_those_of_now(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, compiled = toy_project.fixture_system(monkeypatch, "vault")
    del tmp_path
    from harness.judges.replay import relocated
    from harness.witness import Witness

    old = 0x1111111111111111111111111111111111111111
    step = CallStep("bob", "vault", "withdraw", (old, (old, b"\x00" + old.to_bytes(20, "big")), 7))
    made = Witness("P", "", "vault", "checks", "fuzz", (step,), (), (), {"alice": old}, {}, "")
    alice = int(compiled.address("alice"))
    (moved,) = relocated(made, compiled)
    assert isinstance(moved, CallStep)
    assert moved.args == (alice, (alice, b"\x00" + alice.to_bytes(20, "big")), 7)


def test_the_cheap_part_says_after_which_step(monkeypatch: pytest.MonkeyPatch) -> None:
    target, compiled = toy_project.fixture_system(monkeypatch, "leaky_vault")
    world = deploy_world(compiled)
    start = world.mark()
    steps: list[Step] = [
        CallStep("alice", "vault", "deposit", (), 5),
        CallStep("alice", "vault", "withdraw", (2,)),
    ]
    found = first_violation(world, target.properties, steps)
    assert found is not None
    assert (found.step, found.violation.property.id) == (2, "LEAKY-002")
    assert world.observers == []
    world.restore(start)
    assert first_violation(world, target.properties, steps[:1]) is None
    world.restore(start)
    assert replay(compiled, target.properties, steps, world=world).found == found


def test_a_transition_is_broken_by_a_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    target, compiled = toy_project.fixture_system(monkeypatch, "vault")
    steps: list[Step] = [
        CallStep("alice", "vault", "deposit", (), 5),
        ClockStep(1),
        CallStep("alice", "vault", "withdraw", (2,)),
        CallStep("bob", "vault", "withdraw", (2,)),
    ]
    made = replay(compiled, target.properties, steps)
    assert made.found is None
    assert [len(step.calls) for step in made.steps] == [1, 0, 1, 1]
    assert [step.moved for step in made.steps] == [(), ("l1",), (), ()]
    with pytest.raises(StepProblem, match="step 2 does not fit the system"):
        replay(compiled, [], [steps[0], CallStep("alice", "vault", "nothing")])
