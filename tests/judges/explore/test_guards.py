"""Guards: each of them trips, and the verdict is INCOMPLETE with its name and the reason."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness import invariant
from harness.compiled import compile_system
from harness.judges.explore import judging, process, session
from harness.judges.explore.guards import GUARDS, Trip
from harness.judges.explore.job import Job
from harness.judges.explore.report import JobReport
from harness.judges.explore.translate import Translation
from harness.judges.explore.verdicts import Verdicts
from harness.judges.protocol import Case
from harness.judges.prove.units import ENVIRONMENT, Unit
from harness.symbolic.machine import Machine, Setting
from harness.symbolic.solve import Limits
from harness.symbolic.terms import term_scope
from harness.targets import load_targets
from harness.verdict import Result, Verdict
from tests.judges.explore.raw import (
    NEEDED,
    WITHDRAW,
    Raw,
    code,
    compiled,
    explored,
    holds,
    job_named,
    patched,
    verdict,
)
from tests.judges.toy import ROOT, as_property

PROVE = ROOT.parent / "prove"
ARGUMENT = code(4, "35")
"""CALLDATALOAD of the argument."""
STOP = "00"
SELF = "30"

TOTAL_FROM_SUM = code(ARGUMENT.hex(), 7, "01", 0xFF, "16", 1, "55", STOP)


def incomplete(report: JobReport, guard: str) -> Result:
    """The verdict on a report in which a guard has tripped, and no other."""
    found = verdict(report)
    assert {each.guard for each in (*report.guards, *report.doubts.values())} == {guard}
    assert found.verdict is Verdict.INCOMPLETE
    assert found.reason is not None
    assert f"guard {guard} ({GUARDS[guard]})" in found.reason
    return found


@NEEDED
def test_nothing_trips_where_all_can_be_followed() -> None:
    report = explored(TOTAL_FROM_SUM)
    assert (report.guards, report.doubts, report.replayed) == ([], {}, 1)
    assert verdict(report).verdict is Verdict.BOUNDED


@NEEDED
@pytest.mark.parametrize(
    ("guard", "content"),
    [
        ("opcode", code(0, "49", STOP)),  # BLOBHASH
        ("precompile", code(0, 0, 32, 0, 2, "5afa", STOP)),  # STATICCALL of SHA-256
        ("exp", code(ARGUMENT.hex(), 3, "0a", 0, "55", STOP)),
        ("values", code(ARGUMENT.hex(), "35", 0, "55", STOP)),  # CALLDATALOAD anywhere
        ("account", code(0xABCDEF, "31", 0, "55", STOP)),  # BALANCE
        ("create", code(0, 0, 0, "f0", STOP)),
        ("slot", code(1, ARGUMENT.hex(), "55", STOP)),
        ("gas", code("59", 0, "55", STOP)),  # MSIZE
        ("depth", code(0, 0, 0, 0, 0, SELF, "5af1", STOP)),
    ],
)
def test_code_that_cannot_be_followed(guard: str, content: bytes) -> None:
    incomplete(explored(content), guard)


@NEEDED
def test_a_path_that_nobody_can_take_trips_nothing() -> None:
    # CREATE where the argument is less than 5 and more than 9.
    less = code(5, ARGUMENT.hex(), "1015", 0x20, "57")
    more = code(9, ARGUMENT.hex(), "1115", 0x20, "57")
    content = (less + more + code(0, 0, 0, "f0")).ljust(0x20, b"\0") + b"\x5b\x00"
    report = explored(content)
    assert (report.guards, report.doubts) == ([], {})


@NEEDED
def test_a_path_of_too_many_instructions() -> None:
    incomplete(explored(bytes.fromhex("5b600056"), steps=1000), "steps")


@NEEDED
def test_too_many_paths() -> None:
    jumps = code(ARGUMENT.hex(), 0x10, "57").ljust(0x10, b"\0") + b"\x5b\x00"
    incomplete(explored(jumps, paths=1), "paths")


@NEEDED
def test_a_process_that_never_ends_is_stopped() -> None:
    found = incomplete(explored(b"", run=patched("endless"), seconds=0.5), "hang")
    assert "stopped after" in (found.reason or "")


@NEEDED
def test_a_process_that_is_killed() -> None:
    found = incomplete(explored(b"", run=patched("suicidal")), "killed")
    assert "SIGKILL" in (found.reason or "")


@NEEDED
def test_a_process_that_runs_out_of_memory() -> None:
    run = patched("hungry")
    report = explored(b"", run=lambda job, limits: run(job, replace(limits, memory=1 << 28)))
    assert "MemoryError" in (incomplete(report, "killed").reason or "")


@NEEDED
def test_an_internal_error_ends_one_path_and_hides_nothing() -> None:
    found = incomplete(explored(TOTAL_FROM_SUM, run=patched("faulty")), "died")
    assert "an internal error" in (found.reason or "")


@NEEDED
def test_what_manticore_gets_wrong_is_seen_on_the_evm() -> None:
    found = incomplete(explored(TOTAL_FROM_SUM, run=patched("wrong")), "fidelity")
    assert "slot 0x1" in (found.reason or "")


@NEEDED
def test_what_it_prints_is_no_result() -> None:
    report = explored(TOTAL_FROM_SUM, run=patched("noisy"))
    assert (report.guards, report.paths) == ([], 1)


@NEEDED
def test_the_solver_gives_up() -> None:
    # A jump to where only the solver could tell.
    incomplete(explored(code(ARGUMENT.hex(), "56"), rlimit=1), "solver")


@NEEDED
def test_no_path_is_possible() -> None:
    # Whom it calls can only be a precompiled contract, which is outside of the bounds.
    callee = code(ARGUMENT.hex(), 7, "16", 1, "17")
    report = explored(code(0, 0, 0, 0, 0) + callee + code("5af1", STOP))
    incomplete(report, "vacuous")


@NEEDED
def test_more_lengths_than_are_tried() -> None:
    job = replace(job_named(), complete=False)
    incomplete(explored(TOTAL_FROM_SUM, job=job), "bounds")


@as_property
@invariant("RAW-002", severity="low", source="test")
def never_set(w: Raw) -> Any:
    """The total stays zero."""
    return w.vault.state.total == 0


@NEEDED
def test_a_counterexample_that_is_not_replayed() -> None:
    # Writes only where gas is a number that it hardly ever is.
    content = code("5a", 123456789, "14", 0x10, "5700").ljust(0x10, b"\0") + code(
        "5b", 1, 1, "5500"
    )
    report = explored(content, never_set)
    assert list(report.broken) == ["RAW-002"]
    found = verdict(report, never_set)
    assert found.verdict is Verdict.INCOMPLETE
    assert "guard replay" in (found.reason or "")


@as_property
@invariant("RAW-003", severity="low", source="test")
def looks_away(w: Raw) -> Any:
    """It asks what a value is rather than how much."""
    return isinstance(w.vault.state.total, int)


@NEEDED
def test_a_property_that_cannot_be_evaluated() -> None:
    report = explored(TOTAL_FROM_SUM, looks_away)
    assert report.doubts["RAW-003"].guard == "property"
    assert verdict(report, looks_away).verdict is Verdict.INCOMPLETE


@NEEDED
def test_the_solver_gives_no_answer_on_a_property(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging, "_SOLVING", Limits(seconds=10, rlimit=1))
    report = explored(code(ARGUMENT.hex(), 1, "5500"))
    incomplete(report, "undecided")


def test_an_expression_without_a_counterpart() -> None:
    with term_scope():
        translation = Translation(Machine(Setting("l1", 1)), "l1")
        translation.extend([["var", 8, "a"], ["var", 8, "b"]])
        with pytest.raises(Trip, match="an operation on 8 bits"):
            translation.extend([["sdiv", 8, 0, 1]])
        with pytest.raises(Trip, match="the operation unheard"):
            translation.extend([["unheard", 8, 0, 1]])


@NEEDED
def test_a_path_that_has_no_counterpart_in_terms() -> None:
    report = explored(TOTAL_FROM_SUM, run=patched("strange"))
    assert [each.guard for each in report.guards] == ["killed", "hash"]
    found = verdict(report)
    assert found.verdict is Verdict.INCOMPLETE
    assert "guard hash" in (found.reason or "")
    assert "the operation unheard" in (found.reason or "")


def test_a_message_that_is_due() -> None:
    letters = next(t for t in load_targets(["letters"], PROVE) if t.name == "letters")
    mail: Any = type(letters.system.transports[0])
    # What is handed in stays due, since nobody tries it.
    idle = type("Idle", (mail,), {"after": lambda *_: None})
    late = type("Late", (letters.system,), {"transports": (idle(),)})
    each = next(p for p in letters.properties if p.id == "MAIL-011")
    found = compile_system(late, PROVE)
    job = Job(Unit(ENVIRONMENT))
    report = session.Session(found, [each]).explore(job, [each.id], 60)
    assert [guard.guard for guard in report.guards] == ["messages"]
    said = Verdicts(Case(found, (each,), ""), {1: [job]}, [report], {}, None, 0.0).on(each)
    assert said.verdict is Verdict.INCOMPLETE
    assert "message 0 of down is due" in (said.reason or "")


def test_whether_a_property_says_anything_may_stay_open() -> None:
    report = JobReport(WITHDRAW, judged=[holds.id], unsure=[holds.id])
    found = verdict(report)
    assert found.verdict is Verdict.INCOMPLETE
    assert "guard undecided" in (found.reason or "")


def test_a_job_that_was_not_done_is_out_of_budget() -> None:
    case = Case(compiled(), (holds,), "")
    found = Verdicts(case, {1: [job_named()]}, [], {}, None, 0.0).on(holds)
    assert found.verdict is Verdict.INCOMPLETE
    assert f"guard budget ({GUARDS['budget']}): 1 not reached: {WITHDRAW}" in (found.reason or "")


def test_every_guard_trips_in_a_test() -> None:
    known = {
        node.value.removeprefix("guard ")
        for file in Path(__file__).parent.glob("test_*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert set(GUARDS) - known == set()


def test_without_manticore(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(process.ENVIRONMENT, "/nowhere/python")
    process.find_environment.cache_clear()
    try:
        case = Case(compiled(), (holds,), "")
        found = Verdicts(case, {}, [], {}, None, 0.0).on(holds)
    finally:
        process.find_environment.cache_clear()
    assert found.verdict is Verdict.INCOMPLETE
    assert "guard environment" in (found.reason or "")
    assert "make setup" in (found.reason or "")
