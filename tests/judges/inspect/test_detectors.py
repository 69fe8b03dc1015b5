"""Slither's detectors against a baseline."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from slither import Slither
from slither.detectors.all_detectors import TxOrigin

from harness import System, Verdict, chain_at, contract
from harness.compiled import compile_system
from harness.errors import LookupProblem, UsageError
from harness.judges.inspect.source import SourceOfSystem
from tests.judges.inspect.sources import verdict_of

SOURCE = """// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity ^0.8.28;

contract Careless {
    address public owner = msg.sender;

    {comment}
    function close(address payable to) external {{
        require(tx.origin == owner);
        {more}to.transfer(address(this).balance);
    }}

    receive() external payable {{}}
}}
"""


class Careless(System):
    """A contract that a detector has something to say about."""

    sources = ("contracts",)
    l1 = chain_at(block=1, time=1)
    careless = contract(l1, "Careless")


def source_in(folder: Path, *, comment: str = "", more: str = "") -> SourceOfSystem:
    (folder / "contracts").mkdir(exist_ok=True)
    text = SOURCE.replace("{{", "{").replace("}}", "}")
    text = text.replace("{comment}", comment).replace("{more}", more)
    (folder / "contracts" / "Careless.sol").write_text(text)
    return SourceOfSystem(compile_system(Careless, folder))


def entry(source: SourceOfSystem, check: str, reason: str = "It is a test.") -> str:
    [found] = [each for each in source.findings if each.check == check]
    return (
        f'[[finding]]\ncheck = "{found.check}"\nwhere = "{found.where}"\n'
        f'id = "{found.id}"\nreason = "{reason}"\n'
    )


def complete(source: SourceOfSystem) -> str:
    return "\n".join(entry(source, check) for check in {each.check for each in source.findings})


def baseline(folder: Path, text: str) -> str:
    (folder / "baseline.toml").write_text(text)
    return "baseline.toml"


def test_a_finding_that_is_not_listed_is_refuted(tmp_path: Path) -> None:
    claim = source_in(tmp_path).no_new_findings(baseline(tmp_path, ""))
    assert verdict_of(claim) is Verdict.REFUTED
    [breach] = [each for each in claim.breaches if "tx-origin" in each.what]
    assert "contracts/Careless.sol: Careless.close(address)" in breach.what
    assert str(breach.site) == "contracts/Careless.sol:8"


def test_findings_that_are_listed_are_no_news_wherever_they_move(tmp_path: Path) -> None:
    known = baseline(tmp_path, complete(source_in(tmp_path)))
    assert verdict_of(source_in(tmp_path).no_new_findings(known)) is Verdict.PROVED
    moved = source_in(tmp_path, comment="// one\n    // two\n")
    assert verdict_of(moved.no_new_findings(known)) is Verdict.PROVED


def test_an_entry_whose_finding_is_gone_is_refuted(tmp_path: Path) -> None:
    source = source_in(tmp_path)
    stale = entry(source, "tx-origin").replace('id = "', 'id = "0')
    claim = source.no_new_findings(baseline(tmp_path, complete(source) + stale))
    assert ["stale entry of the baseline" in each.what for each in claim.breaches] == [True]


def test_comments_silence_nothing(tmp_path: Path) -> None:
    silenced = source_in(tmp_path, comment="// slither-disable-next-line all")
    assert "tx-origin" in {each.check for each in silenced.findings}


def test_hints_to_slither_are_refuted(tmp_path: Path) -> None:
    known = baseline(tmp_path, complete(source_in(tmp_path)))
    hinted = source_in(tmp_path, comment='/// @custom:security write-protection="onlyOwner()"')
    claim = hinted.no_new_findings(known)
    assert "a comment hides findings" in claim.breaches[-1].what


def test_results_of_earlier_runs_hide_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source_in(tmp_path)
    slither = Slither(compile_system(Careless, tmp_path).build.crytic())
    slither.register_detector(TxOrigin)
    [[raw]] = slither.run_detectors()
    again = source_in(tmp_path)
    (tmp_path / "slither.db.json").write_text(json.dumps([raw]))
    monkeypatch.chdir(tmp_path)
    assert "tx-origin" in {each.check for each in again.findings}


def test_a_detector_may_be_left_out_with_a_reason(tmp_path: Path) -> None:
    source = source_in(tmp_path)
    checks = sorted({each.check for each in source.findings})
    text = "\n".join(f'[[detector]]\ncheck = "{each}"\nreason = "A test."\n' for each in checks)
    claim = source.no_new_findings(baseline(tmp_path, text))
    assert verdict_of(claim) is Verdict.PROVED
    assert "Slither's tx-origin is left out" in claim.assumptions


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('[[finding]]\ncheck = "a"\nwhere = "b"\nid = "c"\nreason = " "', "has no reason"),
        ('[[finding]]\ncheck = "a"\nwhere = "b"\nreason = "d"', "has no id"),
        ('[[detector]]\ncheck = "tx-origin"', "has no reason"),
        ('[[detector]]\ncheck = "tx-origins"\nreason = "d"', "no detector named 'tx-origins'"),
        ('[[findings]]\ncheck = "a"', "no table named 'findings'"),
        ("[[finding", "this is not TOML"),
    ],
)
def test_a_baseline_that_explains_nothing_is_a_mistake(
    tmp_path: Path, text: str, what: str
) -> None:
    source = source_in(tmp_path)
    with pytest.raises((UsageError, LookupProblem), match=what):
        source.no_new_findings(baseline(tmp_path, text))


def test_a_missing_baseline_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot read the baseline"):
        source_in(tmp_path).no_new_findings("nowhere.toml")
