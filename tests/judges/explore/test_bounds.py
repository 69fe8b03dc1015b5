"""What is followed in part, as the verdict says; what comes first; what need not be judged."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from harness.chain.deployment import deploy_world
from harness.compiled import compile_system
from harness.judges.explore.job import job_of
from harness.judges.explore.judge import _Run
from harness.judges.explore.order import ranked
from harness.judges.explore.reach import reach
from harness.judges.explore.report import JobReport
from harness.judges.explore.session import WORKER_LIMITS, Session
from harness.judges.explore.work import all_jobs
from harness.judges.fuzz.session import Session as FuzzSession
from harness.judges.goals import Goal
from harness.step import CallStep
from harness.targets import load_targets
from harness.verdict import Verdict
from tests.judges.explore.raw import NEEDED, code, compiled, explored, holds, job_named, verdict
from tests.judges.explore.test_judge import case_of, options
from tests.judges.toy import ROOT

PROVE = ROOT.parent / "prove"
DEPLOYED = 20_000_000
ARGUMENT = code(4, "35")


def halved(number: bytes) -> bytes:
    """Code that halves a number until it is 0, and then adds 1 to the first byte of the total."""
    head = number
    loop = len(head)
    turn = "5b80" + "15" + f"60{loop + 14:02x}" + "57" + "6001" + "1c" + f"60{loop:02x}" + "56"
    body = bytes.fromhex(turn).ljust(14, b"\0")
    return head + body + code("5b", 1, 1, "55", "00")


@NEEDED
def test_a_loop_over_an_unknown_is_followed_for_some_rounds() -> None:
    report = explored(halved(ARGUMENT))
    assert report.guards == []
    # The numbers 0, 1, and 2 to 3.
    assert (report.paths, report.replayed) == (2, 2)
    assert report.cut
    found = verdict(report)
    assert found.verdict is Verdict.BOUNDED
    assert "2 of loops that depend on unknowns" in found.bounds["rounds"]


@NEEDED
def test_a_loop_over_the_clock_goes_on_at_some_moments() -> None:
    report = explored(halved(code(DEPLOYED, "4303")))
    assert report.guards == []
    # As above, and a week after deployment.
    assert (report.paths, report.replayed) == (3, 3)


@NEEDED
def test_without_such_a_loop_there_is_no_such_bound() -> None:
    report = explored(code(1, 1, "55", "00"))
    assert report.cut == 0
    assert "rounds" not in verdict(report).bounds


@NEEDED
def test_what_changes_nothing_that_a_property_reads_is_left_to_the_passing_of_time() -> None:
    elsewhere = explored(code(ARGUMENT.hex(), 0, "55", "00"))
    assert (elsewhere.guards, elsewhere.spoke) == ([], [])
    here = explored(code(ARGUMENT.hex(), 0xFF, "16", 1, "55", "00"))
    assert here.spoke == [holds.id]


@NEEDED
def test_the_total_is_broken_where_it_is_written() -> None:
    report = explored(code(ARGUMENT.hex(), 1, "55", "00"))
    assert list(report.broken) == [holds.id]


def test_pairs_come_first_where_the_second_reads_what_the_first_writes() -> None:
    jobs = all_jobs(compiled(), 2)
    deposit, withdraw = "vault.deposit()", "vault.withdraw(uint256)"
    reports = {
        deposit: JobReport(deposit, written=["0x1[0x0]"], read=["0x1[0x1]"], seconds=1.0),
        withdraw: JobReport(withdraw, written=["0x1[0x7]"], read=["0x1[0x0]"], seconds=2.0),
    }

    def known(name: str) -> list[JobReport]:
        return [reports[name]] if name in reports else []

    first = ranked(jobs, known, {})[0]
    assert (first.first, first.last) == (deposit, withdraw)
    goal = Goal("vault", "deposit()", 0, 0, ())
    assert ranked(jobs, known, {"P": (goal,)})[0].last == deposit


def test_goals_come_first(tmp_path: Path) -> None:
    case = case_of("checks")
    goal = Goal("vault", "withdraw(uint256)", 0, 0, (5,))
    aimed = replace(case, goals={"VAULT-001": (goal,)})

    def orders(each: object) -> list[str]:
        run = _Run(each, options(tmp_path), lambda _: None)  # type: ignore[arg-type]
        run.jobs[1] = run._jobs(1)
        return [order.job for order in run._orders(1)]

    assert orders(aimed)[0] == "vault.withdraw(uint256)"
    assert orders(case)[0] != "vault.withdraw(uint256)"
    assert sorted(orders(aimed)) == sorted(orders(case))


def test_nobody_acts_for_a_transport_in_the_first_of_two() -> None:
    letters = next(t for t in load_targets(["letters"], PROVE) if t.name == "letters")
    found = compile_system(letters.system, PROVE)
    world = deploy_world(found)
    job = next(each for each in all_jobs(found, 2) if each.unit.chain == "l2")
    told = job_of(world, job.transactions, dict.fromkeys(found.contracts, ()), WORKER_LIMITS)
    first, last = (each["barred"] for each in told["transactions"])
    carrier = hex(int(found.address("carrier")))
    assert carrier in first
    assert carrier not in last


def test_what_nobody_can_call_is_no_witness(tmp_path: Path) -> None:
    letters = next(t for t in load_targets(["letters"], PROVE) if t.name == "letters")
    found = compile_system(letters.system, PROVE)
    each = next(p for p in letters.properties if p.id == "MAIL-001")
    bank = f"{int(found.address('bank')):#042x}"
    step = CallStep(bank, "counter", "credit(uint256)", (7,), 0)
    # It breaks the property if it is made.
    assert FuzzSession(found, (each,)).attempt((step,))
    assert reach(found, each, [(step,)], "letters", tmp_path) is None


@NEEDED
def test_what_a_transport_does_after_a_call_is_not_part_of_the_path() -> None:
    letters = next(t for t in load_targets(["letters"], PROVE) if t.name == "letters")
    mail: Any = letters.system

    def deploy(cls: Any, d: Any) -> None:
        mail.deploy(d)
        d.send(cls.carrier, cls.box, "handIn", 1, cls.bank, cls.counter)

    # Opening it has the carrier finish, who writes what opening has written.
    handed = type("Handed", (mail,), {"deploy": classmethod(deploy)})
    found = compile_system(handed, PROVE)
    job = next(each for each in all_jobs(found, 1) if each.unit.name == "box.open(uint256)")
    report = Session(found, []).explore(job, [], 60)
    assert (report.guards, report.paths, report.replayed) == ([], 3, 3)
    assert report.effective


@NEEDED
def test_variables_that_are_read_and_written_are_told() -> None:
    # Writes the slot of its argument's entry in the mapping at slot 0, and reads slot 1.
    entry = code(ARGUMENT.hex(), 0, "52", 0, 0x20, "52", 0x40, 0, "20")
    report = explored(code(1, "54") + entry + code("55", "00"))
    session = Session(compiled(), [holds])
    address = hex(int(session.compiled.address("vault")))
    assert report.read == [f"{address}[0x1]"]
    assert report.written == [f"{address}[0x0]"]
    assert job_named().name == report.job
