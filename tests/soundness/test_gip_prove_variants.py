"""Known-bad variants of the reservoirs: what a variant breaks is not PROVED.

Each is judged on the calls that its bug is in, with every invariant that the proof of the real
system rests on assumed: one call of which the property is not proved is enough.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.compiled import compile_system
from harness.judges.prove.prover import INVARIANTS
from harness.judges.prove.report import Failure
from harness.judges.prove.session import Session
from harness.property import Property
from harness.targets import load_targets
from properties.gip_0034 import Gip0034
from tests.soundness.gip_variants import GIP_0034, GipVariant
from tests.soundness.variants import ROOT, write_variant

CALLS = {
    "snapshot-twice": "l1_reservoir.initialSnapshot",
    "nonce-unchecked": "l2_gateway.finalizeInboundTransfer",
    "stale-rate": "l2_gateway.finalizeInboundTransfer",
    "redeemer-alias-missing": "l2_gateway.finalizeInboundTransfer",
    "rewards-fall-without-signal": "l1_curation.mint",
    "minimum-signal-is-not-enough": "l1_curation.mint",
    "accumulator-reset": "l2_gateway.finalizeInboundTransfer",
}
"""The call that a variant's bug is in, for those of which one call says it at once."""

_ON_L1 = "GIP-0034-050"
"""What only a drip on L1 breaks, of those that a call on L2 breaks as well."""


@pytest.fixture(scope="module")
def properties() -> dict[str, Property]:
    """The properties that are proved call by call, by id."""
    [target] = [t for t in load_targets(["properties/gip_0034"], ROOT) if t.name == "gip_0034"]
    return {each.id: each for each in target.properties}


def broken(
    root: Path, call: str, names: tuple[str, ...], properties: dict[str, Property]
) -> list[str]:
    """Which of some properties are not proved of a call, given the books; contracts from a root."""
    own = [properties[name] for name in names]
    books = [p for p in properties.values() if p.kind in INVARIANTS and _is_bookkeeping(p)]
    assumed = frozenset(p.id for p in (*own, *books) if p.kind in INVARIANTS)
    session = Session(
        compile_system(Gip0034, root), list({p.id: p for p in (*own, *books)}.values())
    )
    [unit] = [name for name in session.units if name.partition("(")[0] == call]
    report = session.prove(unit, frozenset(names), assumed, frozenset())
    return [name for name in names if isinstance(report.goals[name], Failure)]


@pytest.mark.parametrize("variant", [v for v in GIP_0034 if v.name in CALLS], ids=str)
def test_what_a_variant_breaks_is_not_proved(
    variant: GipVariant, tmp_path: Path, properties: dict[str, Property]
) -> None:
    root = write_variant(variant, Gip0034.sources, tmp_path)
    names = tuple(name for name in variant.breaks if name != _ON_L1)
    found = broken(root, CALLS[variant.name], names, properties)
    assert found == list(names), f"{variant.bug}: it is proved"


@pytest.mark.parametrize("call", sorted(set(CALLS.values())))
def test_the_same_is_proved_of_the_real_contracts(
    call: str, properties: dict[str, Property]
) -> None:
    names = [n for v in GIP_0034 if CALLS.get(v.name) == call for n in v.breaks if n != _ON_L1]
    assert broken(ROOT, call, tuple(names), properties) == []


def _is_bookkeeping(each: Property) -> bool:
    """Whether an invariant is about supply, messages or who may do what, with little arithmetic."""
    books = ("005", "042", "069", "08", "10", "11", "12")
    return each.id.startswith(tuple(f"GIP-0034-{number}" for number in books))
