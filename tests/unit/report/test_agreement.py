"""The matrix of judges, compared with a golden file, and what a contradiction leaves behind.

``REGENERATE_GOLDEN=1 pytest tests/unit/report`` writes the file anew; look at the difference.
"""

from __future__ import annotations

import io
import json
import os
from pathlib import Path

import pytest
from rich.console import Console

from harness.report.agreement import (
    contradiction_lines,
    judges_of,
    matrix,
    save_contradictions,
    unasked,
)
from harness.verdict import (
    ExitCode,
    JudgeName,
    Result,
    Verdict,
    contradictions,
    exit_code,
    required_of,
)

GOLDEN = Path(__file__).parent / "golden" / "agreement.txt"

PROVE, EXPLORE, FUZZ, INSPECT = JudgeName

SAID = {
    "TOKEN-001": {PROVE: "PROVED", EXPLORE: "BOUNDED", FUZZ: "FUZZED"},
    "TOKEN-002": {PROVE: "PROVED", EXPLORE: "BOUNDED", FUZZ: "REFUTED"},
    "TOKEN-003": {PROVE: "REFUTED", EXPLORE: "INCOMPLETE", FUZZ: "REFUTED"},
    "TOKEN-004": {PROVE: "INCOMPLETE", EXPLORE: "BOUNDED", FUZZ: "FUZZED"},
    "TOKEN-005": {PROVE: "VACUOUS", EXPLORE: "INCOMPLETE", FUZZ: "VACUOUS"},
    "TOKEN-006": {PROVE: "INCOMPLETE", EXPLORE: "BOUNDED", FUZZ: "REFUTED"},
    "TOKEN-S01": {INSPECT: "PROVED"},
    "TOKEN-S02": {INSPECT: "REFUTED"},
}


def results(witness: Path | None = None) -> list[Result]:
    return [
        Result(
            name,
            "bank",
            judge,
            Verdict[said],
            required_of(judge, Verdict.PROVED),
            "because",
            {"calls": 7},
            ("it rains",),
            witness=witness if said == "REFUTED" and judge is FUZZ else None,
        )
        for name, row in SAID.items()
        for judge, said in row.items()
    ]


def printed(given: list[Result]) -> str:
    out = io.StringIO()
    Console(file=out, width=100, no_color=True).print(matrix(given))
    return out.getvalue() + unasked(given) + "\n"


def test_the_matrix() -> None:
    text = "\n".join(line.rstrip() for line in printed(results()).splitlines()) + "\n"
    if os.environ.get("REGENERATE_GOLDEN"):
        GOLDEN.write_text(text, encoding="utf-8")
    assert text == GOLDEN.read_text(encoding="utf-8")


def test_only_judges_that_spoke_have_a_column() -> None:
    fuzzed = [each for each in results() if each.judge is FUZZ]
    assert judges_of(fuzzed) == [FUZZ]
    assert unasked(fuzzed) == ""
    assert judges_of(results()) == list(JudgeName)


def test_only_a_proof_against_a_refutation_is_a_contradiction() -> None:
    found = contradictions(results())
    assert [(p.property_id, p.judge, r.judge) for p, r in found] == [("TOKEN-002", PROVE, FUZZ)]
    assert exit_code(results()) is ExitCode.INTERNAL
    others = [each for each in results() if each.property_id != "TOKEN-002"]
    assert contradictions(others) == []
    assert exit_code(others) is ExitCode.REFUTED


@pytest.mark.parametrize("weaker", [Verdict.BOUNDED, Verdict.FUZZED, Verdict.INCOMPLETE])
def test_what_was_only_not_found_contradicts_nothing(weaker: Verdict) -> None:
    said = [
        Result("P", "bank", PROVE, Verdict.REFUTED, Verdict.PROVED),
        Result("P", "bank", FUZZ, weaker, Verdict.FUZZED),
    ]
    assert contradictions(said) == []
    elsewhere = Result("P", "other_bank", FUZZ, Verdict.PROVED, Verdict.FUZZED)
    assert contradictions([*said, elsewhere]) == []


def test_both_artefacts_are_kept(tmp_path: Path) -> None:
    witness = tmp_path / "witness.json"
    witness.write_text('{"steps": []}')
    [found] = save_contradictions(results(witness), {}, {}, tmp_path / ".harness", tmp_path)
    assert found.folder == tmp_path / ".harness" / "contradictions" / "bank" / "TOKEN-002"
    kept = {path.name: json.loads(path.read_text()) for path in found.folder.iterdir()}
    assert set(kept) == {"proof.json", "refutation.json", "witness.json"}
    assert kept["proof.json"]["result"]["verdict"] == "PROVED"
    assert kept["proof.json"]["result"]["assumptions"] == ["it rains"]
    assert kept["refutation.json"]["result"]["judge"] == "fuzz"
    assert kept["witness.json"] == {"steps": []}
    first, *_, last = contradiction_lines(found, "here")
    assert first == "CONTRADICTION TOKEN-002: prove says PROVED, fuzz says REFUTED."
    assert "Both are kept in here" in last


def test_a_folder_that_cannot_be_written_is_told_of(tmp_path: Path) -> None:
    (tmp_path / ".harness").write_text("a file")
    [found] = save_contradictions(results(), {}, {}, tmp_path / ".harness", tmp_path)
    assert "They could not be kept: cannot write" in contradiction_lines(found, "here")[-1]
