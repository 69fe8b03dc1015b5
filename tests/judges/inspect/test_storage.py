"""Who writes which variable, by whatever way; layouts; foreign code."""

from __future__ import annotations

import pytest

from harness import Verdict
from harness.errors import LookupProblem
from harness.system import ContractDecl
from tests.judges.inspect.sources import Sources, code, verdict_of

WRITERS = {
    "plain": ["assign", "tuple"],
    "other": ["tuple", "viaModifier", "receive"],
    "list": ["pushed", "library_"],
    "lones": ["pointer", "returned"],
    "flags": ["deleted"],
}


def test_every_way_to_write_is_seen_and_no_other() -> None:
    assert verdict_of(code()[Sources.writes].written_by(WRITERS)) is Verdict.PROVED


@pytest.mark.parametrize(
    ("variable", "writer"), [(name, each) for name, by in WRITERS.items() for each in by]
)
def test_a_writer_that_is_not_listed_is_refuted(variable: str, writer: str) -> None:
    fewer = {**WRITERS, variable: [each for each in WRITERS[variable] if each != writer]}
    claim = code()[Sources.writes].written_by(fewer)
    assert [each.what for each in claim.breaches] == [f"writes.{writer} writes {variable}"]
    assert verdict_of(claim) is Verdict.REFUTED


def test_a_writer_that_writes_no_more_is_refuted() -> None:
    more = {**WRITERS, "plain": ["assign", "tuple", "copies"]}
    claim = code()[Sources.writes].written_by(more)
    [breach] = claim.breaches
    assert breach.what == "writes.copies is said to write plain, and does not"


def test_a_pointer_that_may_lead_to_two_variables_leaves_doubt() -> None:
    ambiguous = code()[Sources.ambiguous]
    claim = ambiguous.written_by({"first": ["pointer"]})
    assert "perhaps ambiguous.pointer writes second" in claim.doubts[0]
    assert verdict_of(claim) is Verdict.INCOMPLETE
    both = ambiguous.written_by({"first": ["pointer"], "second": ["pointer"]})
    assert verdict_of(both) is Verdict.PROVED


@pytest.mark.parametrize(
    ("name", "why"),
    [("assembly", "sstore"), ("delegating", "delegatecall"), ("guards", "function pointer")],
)
def test_what_may_write_anything_leaves_doubt(name: str, why: str) -> None:
    contract = Sources.declared(ContractDecl)[name]
    assert any(why in each for each in code()[contract].written_by({}).doubts)


def test_assembly_that_stores_is_no_proof() -> None:
    assert (
        verdict_of(code()[Sources.assembly].written_by({"plain": ["store"]})) is Verdict.INCOMPLETE
    )


def test_an_overridden_hook_of_a_base_is_followed() -> None:
    diamond, straight = code()[Sources.diamond], code()[Sources.straight]
    assert verdict_of(diamond.written_by({"y": ["run"], "z": ["run"]})) is Verdict.PROVED
    assert verdict_of(diamond.written_by({"y": ["run"]})) is Verdict.REFUTED
    assert verdict_of(straight.written_by({"z": ["run"]})) is Verdict.PROVED
    assert verdict_of(straight.written_by({"y": ["run"], "z": ["run"]})) is Verdict.REFUTED


def test_names_that_do_not_exist_are_mistakes() -> None:
    with pytest.raises(LookupProblem, match="no storage variable named 'plan'"):
        code()[Sources.writes].written_by({"plan": ["assign"]})
    with pytest.raises(LookupProblem, match="no entry named 'asign'"):
        code()[Sources.writes].written_by({"plain": ["asign"]})


def test_foreign_code_and_its_absence() -> None:
    assert verdict_of(code()[Sources.writes].delegates_nothing()) is Verdict.PROVED
    assert verdict_of(code()[Sources.delegating].delegates_nothing()) is Verdict.REFUTED
    assert verdict_of(code()[Sources.ending].delegates_nothing()) is Verdict.REFUTED


def test_layouts() -> None:
    old = "contracts/Writes.sol:Version1"
    assert verdict_of(code()[Sources.version2].layout_extends(old)) is Verdict.PROVED
    swapped = code()[Sources.swapped].layout_extends(old)
    assert "holds low in the older, high in the newer" in swapped.breaches[0].what
    assert verdict_of(swapped) is Verdict.REFUTED
    retyped = code()[Sources.retyped].layout_extends(old).breaches
    assert [each.what.split(" at ")[0] for each in retyped] == ["high", "accounts"]
    with pytest.raises(LookupProblem, match="Version3"):
        code()[Sources.version2].layout_extends("contracts/Writes.sol:Version3")
