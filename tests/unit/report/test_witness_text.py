"""Printed witnesses, compared with golden files.

``REGENERATE_GOLDEN=1 pytest tests/unit/report`` writes the files anew; look at the difference.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import cast

import pytest

from harness import System, chain_at, contract, user
from harness.address import Address, address_of
from harness.chain.narrative import Change, ReplayedCall, ReplayedStep
from harness.compile import Build
from harness.compiled import CompiledSystem
from harness.judges.replay import Replay, replay
from harness.report.witness_text import conclusion, ending, replay_text, steps_text
from harness.step import CallStep, ClockStep, RelayStep, Step
from harness.transport import Event
from harness.witness import Witness
from harness.world import Message
from tests.cli import toy_project

GOLDEN = Path(__file__).parent / "golden"


def matches(name: str, lines: list[str]) -> None:
    """Compare with a golden file, or write it."""
    text = "\n".join(lines) + "\n"
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("REGENERATE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


STEPS: tuple[Step, ...] = (
    CallStep("alice", "vault", "deposit", (), 5 * 10**18),
    ClockStep(50),
    CallStep("bob", "vault", "withdraw", (6,)),
    CallStep("bob", "vault", "", (), 1),
    CallStep("bob", "vault", "withdraw", (1,)),
)


def test_a_replay_on_the_real_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    target, compiled = toy_project.fixture_system(monkeypatch, "leaky_vault")
    made = replay(compiled, target.properties, STEPS)
    matches("leaky_replay", [*replay_text(made), "", *ending(made)])


def test_the_short_form(monkeypatch: pytest.MonkeyPatch) -> None:
    _, compiled = toy_project.fixture_system(monkeypatch, "leaky_vault")
    alice = int(compiled.address("alice"))
    witness = Witness(
        property_id="LEAKY-001",
        statement="The vault holds at least what it owes.",
        system="leaky_vault",
        target="leaky",
        judge="fuzz",
        steps=STEPS,
        forall=(("who", alice), ("round", 3)),
        readings=(("w.vault.ether", 2**256 - 1), ("w.vault.owner", alice), ("w.x", b"\x01")),
        accounts={},
        clocks={},
        code="",
    )
    matches("leaky_short", steps_text(witness, compiled))


class Pair(System):
    """Two chains, for what one chain cannot show; it is never compiled."""

    sources = ("nowhere",)
    l1 = chain_at(block=100, time=1_000, block_time=12)
    l2 = chain_at(block=90, time=1_000, follows=l1, lag=10)
    alice = user()
    gateway = contract(l1, "Gateway")
    counterpart = contract(l2, "Counterpart")


def delivered(compiled: CompiledSystem, *, succeeded: bool) -> ReplayedCall:
    """A delivery that mints, and sends a message back."""
    alice = compiled.address("alice")
    stranger = address_of("stranger")
    reply = Message(
        "l2_to_l1", 0, 0, int(alice), 0, b"", 0, "gateway", "done", (("to", alice), ("amount", 7))
    )
    wild = Message("l2_to_l1", 1, 0, int(stranger), 0, b"\x01", 0)
    return ReplayedCall(
        chain="l2",
        contract="counterpart",
        function="finalize",
        arguments=(("to", alice), ("amounts", (1, 10**18)), ("data", bytes(80)), ("ok", True)),
        data=b"",
        sender=stranger,
        target=compiled.address("counterpart"),
        value=3,
        relayed=True,
        succeeded=succeeded,
        reason="" if succeeded else f"NotAllowed(who=0x{int(alice):040x})",
        events=(Event("counterpart", "Minted", {"to": alice, "note": "hi"}),) if succeeded else (),
        changes=(Change("counterpart.owner", Address(0), alice),) if succeeded else (),
        ether=(Change("counterpart", 0, 3),) if succeeded else (),
        sent=(reply, wild) if succeeded else (),
    )


def test_messages_between_two_chains() -> None:
    compiled = CompiledSystem(Pair, cast(Build, None), Path())
    clocks = {"l1": (100, 1_000), "l2": (90, 1_000)}
    later = {"l1": (50_500, 605_800), "l2": (50_490, 605_800)}
    plain = ReplayedCall(
        "l1", "", "", (), b"", address_of("stranger"), address_of("stranger"), 9, True, True, "",
        (), (), (), (),
    )  # fmt: skip
    steps = (
        ReplayedStep(
            1,
            RelayStep("l1_to_l2", 0, "deliver", "alice"),
            (delivered(compiled, succeeded=True), plain),
            clocks,
            (),
        ),
        ReplayedStep(
            2,
            RelayStep("l1_to_l2", 1, "retry_out_of_gas", "alice"),
            (delivered(compiled, succeeded=False),),
            clocks,
            (),
        ),
        ReplayedStep(3, ClockStep(50_400, 10), (), later, ("l1", "l2")),
        ReplayedStep(4, RelayStep("l2_to_l1", 0, "pass", "alice"), (), later, ()),
    )
    made = Replay(compiled, steps, None, 4)
    start = conclusion("It holds.", 0, (), (("w.x", 1),), compiled.names)
    matches("two_chains", [*replay_text(made), "", *start])
