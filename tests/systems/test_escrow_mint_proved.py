"""Escrow-and-mint proved whole: for any number of calls, messages and clock ticks by anybody."""

from __future__ import annotations

from pathlib import Path

from harness.judges.protocol import Case, Options
from harness.judges.prove import ProveJudge
from harness.property import Kind
from harness.verdict import Verdict
from tests.systems.running import compiled, properties

JUDGED = (Kind.INVARIANT, Kind.BOUND, Kind.TRANSITION, Kind.RULE)


def test_every_invariant_transition_and_rule_is_proved(tmp_path: Path) -> None:
    own = tuple(each for each in properties() if each.kind in JUDGED)
    case = Case(compiled(), own, "properties/escrow_mint")
    options = Options(jobs=2, cached=False, witnesses=tmp_path)
    results = list(ProveJudge().judge(case, options, lambda progress: None))
    assert len(results) == len(own) > 60
    assert [(r.property_id, r.reason) for r in results if r.verdict is not Verdict.PROVED] == []
