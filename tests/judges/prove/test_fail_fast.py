"""Stopping at the first refutation: what was not finished by then is never PROVED."""

from __future__ import annotations

from pathlib import Path

from harness.judges.protocol import Case, Options
from harness.judges.prove import ProveJudge
from harness.verdict import Verdict
from tests.judges.prove.bank import VARIANTS, compiled, properties


def test_the_first_refutation_ends_the_run(tmp_path: Path) -> None:
    variant = next(each for each in VARIANTS if each.name == "one-amount-is-not-burned")
    case = Case(compiled(variant), properties(), "checks")
    options = Options(jobs=1, cached=False, fail_fast=True, witnesses=tmp_path)
    results = list(ProveJudge(cases=0).judge(case, options, lambda progress: None))
    refuted = [each for each in results if each.verdict is Verdict.REFUTED]
    assert refuted
    assert all(each.witness is not None for each in refuted)
    left = {each.verdict for each in results} - {Verdict.REFUTED}
    assert left == {Verdict.INCOMPLETE}
    assert any("refuted first" in (each.reason or "") for each in results)
