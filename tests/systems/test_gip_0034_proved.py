"""What is proved of the reservoirs: every property, of calls that cost little.

The whole is a run of minutes: ``harness verify properties/gip_0034 --judge prove``.
"""

from __future__ import annotations

import pytest

from harness.compiled import compile_system
from harness.judges.prove.assumed import is_stable
from harness.judges.prove.prover import INVARIANTS, PROVABLE, speaks_of
from harness.judges.prove.report import STRUCTURE, Failure
from harness.judges.prove.session import Session
from harness.property import Property
from harness.targets import load_targets
from harness.verdict import Verdict
from properties.gip_0034 import Gip0034
from tests.soundness.variants import ROOT

MISSING = ("GIP-0034-060", "GIP-0034-061", "GIP-0034-SPEC")
"""What is not proved, for the reasons that docs/gip-0034.md names."""

UNITS = (
    "l1_reservoir.setIssuanceRate",
    "l1_token.transfer",
    "l2_reservoir.setNextDripNonce",
    "l2_retryables.redeem",
)


@pytest.fixture(scope="module")
def session() -> Session:
    [target] = [t for t in load_targets(["properties/gip_0034"], ROOT) if t.name == "gip_0034"]
    return Session(compile_system(Gip0034, ROOT), [p for p in target.properties if _is_ours(p)])


def _is_ours(each: Property) -> bool:
    wanted = each.required is Verdict.PROVED and each.kind in PROVABLE
    return wanted and each.id not in MISSING


def test_every_invariant_holds_after_deployment(session: Session) -> None:
    base, _ = session.bases()
    assert [g for g in base if isinstance(base[g], Failure) and not is_stable(g)] == []


@pytest.mark.parametrize("name", UNITS)
def test_every_property_is_proved_of_a_unit(session: Session, name: str) -> None:
    [unit] = [each for each in session.units if each.partition("(")[0] == name]
    own = [p for p in session.properties.values() if speaks_of(p, session.units[unit])]
    assumed = frozenset(p.id for p in session.properties.values() if p.kind in INVARIANTS)
    report = session.prove(unit, frozenset(p.id for p in own), assumed, frozenset())
    failures = {g: found.reason for g, found in report.goals.items() if isinstance(found, Failure)}
    assert failures == {}
    assert set(report.goals) == {STRUCTURE, *(p.id for p in own)}
