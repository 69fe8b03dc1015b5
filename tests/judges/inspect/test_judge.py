"""From a claim to a verdict, and the judge as the command line asks it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness import Structure, Verdict, invariant, structure
from harness.errors import UsageError
from harness.judges.inspect import InspectJudge
from harness.judges.protocol import Case, Options, concerns
from harness.property import Property
from harness.structure import Breach, Claim, Site, every
from harness.targets import load_targets
from harness.verdict import ExitCode, JudgeName
from tests.cli import toy_project
from tests.judges.inspect.sources import Sources, judged

BROKEN = Claim(1, breaches=(Breach("it is broken", Site("a.sol", 3, "x = 1")),))
DOUBTED = Claim(1, doubts=("who knows",))
EMPTY = Claim(1, empty=("nothing is there",))
GOOD = Claim(2)

CHECKS = """
from harness import CallView, Claim, Deployment, Structure, System, chain_at, contract, structure
from harness import user


class Read(System):
    sources = ("contracts/Vault.sol",)
    l1 = chain_at(block=1, time=1_700_000_000)
    alice = user()
    vault = contract(l1, "Vault")

    @classmethod
    def deploy(cls, d: Deployment) -> None:
        d.create(cls.vault)


@structure("READ-S01", severity="high", source="here")
def deposits(code: Structure[Read]) -> Claim:
    \"\"\"Deposits are written by two functions.\"\"\"
    return code[Read.vault].written_by(WRITERS)
"""
RIGHT = '{"deposits": ["deposit", "withdraw"], "total": ["deposit", "withdraw"]}'
WRONG = '{"deposits": ["deposit"], "total": ["deposit", "withdraw"]}'


@pytest.mark.parametrize(
    ("claim", "verdict", "reason"),
    [
        (GOOD, Verdict.PROVED, None),
        (BROKEN, Verdict.REFUTED, "it is broken (a.sol:3: x = 1)"),
        (DOUBTED, Verdict.INCOMPLETE, "who knows"),
        (EMPTY, Verdict.VACUOUS, "nothing is there"),
        (Claim(), Verdict.VACUOUS, "it looks at nothing"),
        (GOOD & BROKEN & DOUBTED & EMPTY, Verdict.REFUTED, "it is broken (a.sol:3: x = 1)"),
        (GOOD & DOUBTED & EMPTY, Verdict.INCOMPLETE, "who knows"),
        (every(GOOD, [EMPTY, GOOD]), Verdict.VACUOUS, "nothing is there"),
        (every(GOOD, GOOD), Verdict.PROVED, None),
    ],
)
def test_what_a_claim_comes_to(claim: Claim, verdict: Verdict, reason: str | None) -> None:
    result = judged(lambda _: claim)
    assert (result.verdict, result.reason) == (verdict, reason)
    assert result.reached is (verdict is Verdict.PROVED)


def test_a_claim_is_no_bool() -> None:
    with pytest.raises(TypeError, match="join claims with &"):
        bool(GOOD)


def test_wrong_properties_are_errors_of_their_authors() -> None:
    no_claim = judged(lambda _: True)
    assert (no_claim.verdict, no_claim.exit_code) == (Verdict.ERROR, ExitCode.USAGE)
    assert "returned True, which is no Claim" in str(no_claim.reason)
    typo = judged(lambda code: code[Sources.writes].requires("asign", "x == 1"))
    assert (typo.verdict, typo.exit_code) == (Verdict.ERROR, ExitCode.USAGE)
    assert "no entry named 'asign'" in str(typo.reason)
    raises = judged(lambda _: 1 // 0)
    assert raises.exit_code is ExitCode.USAGE
    assert "ZeroDivisionError" in str(raises.reason)


def test_long_lists_are_cut() -> None:
    many = Claim(1, breaches=tuple(Breach(f"number {n}") for n in range(30)))
    lines = str(judged(lambda _: many).reason).splitlines()
    assert len(lines) == 21
    assert lines[-1] == "... 10 more"


def test_only_inspect_is_asked_about_structure() -> None:
    def stated(code: Structure[Sources]) -> Claim:
        """It holds."""
        return GOOD

    def other(w: Sources) -> bool:
        """It holds."""
        return True

    stated.__annotations__["code"] = Structure[Sources]
    other.__annotations__["w"] = Sources
    of_source = structure("S1", severity="low", source="test")(stated)
    of_runs = invariant("I1", severity="low", source="test")(other)
    assert isinstance(of_source, Property)
    assert isinstance(of_runs, Property)
    for judge in JudgeName:
        assert concerns(judge, of_source) is (judge is JudgeName.INSPECT)
        assert concerns(judge, of_runs) is (judge is not JudgeName.INSPECT)


@pytest.mark.parametrize("annotation", [Sources, Structure, list[Sources]])
def test_a_structure_says_of_which_system_it_speaks(annotation: object) -> None:
    def stated(code: object) -> Claim:
        """It holds."""
        return GOOD

    stated.__annotations__["code"] = annotation
    with pytest.raises(UsageError, match=r"write code: Structure\[YourSystem\]"):
        structure("S1", severity="low", source="test")(stated)


def test_the_judge_decides_in_a_worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = toy_project.make(tmp_path, monkeypatch, fake=False)
    project.write("other/read.py", CHECKS.replace("WRITERS", RIGHT))
    done = project.run("verify", "other", "--json", "-")
    [result] = json.loads(done.stdout)["results"]
    assert (result["judge"], result["verdict"]) == ("inspect", "PROVED")
    assert result["assumptions"] == [
        "structural properties speak of the source, as Slither reads it"
    ]
    assert done.exit_code == 0


def test_a_breach_is_printed_with_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = toy_project.make(tmp_path, monkeypatch, fake=False)
    project.write("other/read.py", CHECKS.replace("WRITERS", WRONG))
    done = project.run("verify", "other", "--judge", "inspect")
    assert done.exit_code == 1
    assert "REFUTED READ-S01: Deposits are written by two functions." in done.stdout
    assert "  vault.withdraw writes deposits (contracts/Vault.sol:" in done.stdout


def test_a_judge_that_nothing_is_for_is_a_mistake(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = toy_project.make(tmp_path, monkeypatch, fake=False)
    done = project.run("verify", "checks", "--judge", "inspect")
    assert done.exit_code == 2
    assert "no selected property is one for inspect" in done.stderr


def test_out_of_time_is_incomplete(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = toy_project.make(tmp_path, monkeypatch, fake=False)
    project.write("other/read.py", CHECKS.replace("WRITERS", RIGHT))
    (target,) = load_targets(["other"], project.root)
    from harness.compiled import compile_system

    case = Case(compile_system(target.system, target.root), target.properties, target.path)
    options = Options(budget=0.001)
    [result] = InspectJudge().judge(case, options, lambda _: None)
    assert (result.verdict, result.reason) == (Verdict.INCOMPLETE, "out of time")
    assert result.exit_code is ExitCode.INCOMPLETE
