"""Witness files: what is saved is loaded again, and other files are refused with a reason."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.errors import UsageError
from harness.step import CallStep, ClockStep, RelayStep
from harness.witness import Witness, code_hash, load_witness, save_witness
from tests.judges.toy import LeakyVault, Vault, compiled

WITNESS = Witness(
    property_id="BOX-001",
    statement="The box is shut.",
    system="box",
    target="checks",
    judge="fuzz",
    steps=(
        CallStep("alice", "box", "open", (2**255, b"\x00\xff", (True, "é")), 10**18),
        RelayStep("down", 0, "deliver", "bob"),
        ClockStep(7, 2),
    ),
    forall=(("who", 2**159), ("id", 0)),
    readings=(("w.box.state.shut", False), ("w.box.state.seal", b"\x01")),
    accounts={"alice": 1, "box": 2**160 - 1},
    clocks={"l1": (20_000_000, 1_700_000_000)},
    code="c0de",
)


def test_a_witness_survives_its_file(tmp_path: Path) -> None:
    path = save_witness(WITNESS, tmp_path)
    assert path.parent == tmp_path / "box"
    assert load_witness(path) == WITNESS
    assert save_witness(WITNESS, tmp_path) == path
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_the_name_tells_witnesses_apart_by_property_steps_and_code() -> None:
    others = [
        replace(WITNESS, property_id="BOX-002"),
        replace(WITNESS, steps=WITNESS.steps[:2]),
        replace(WITNESS, code="other"),
    ]
    assert len({each.file_name for each in (WITNESS, *others)}) == 4
    assert replace(WITNESS, readings=()).file_name == WITNESS.file_name


def test_the_code_hash_is_of_the_bytecode() -> None:
    assert code_hash(compiled(Vault)) == code_hash(compiled(Vault))
    assert code_hash(compiled(Vault)) != code_hash(compiled(LeakyVault))


def damaged(change: dict[str, Any]) -> str:
    return json.dumps({**WITNESS.to_json(), **change})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{", "this is not JSON"),
        ("[]", "not a witness of schema version 1 but of None"),
        (damaged({"schema_version": 2}), "not a witness of schema version 1 but of 2"),
        (damaged({"steps": [{"kind": "jump"}]}), "this is not a step of a witness"),
        (damaged({"steps": 5}), "lacks something, or it does not fit"),
        (damaged({"accounts": {"alice": "xyz"}}), "lacks something, or it does not fit"),
        (damaged({"clocks": {"l1": {}}}), "lacks something, or it does not fit: KeyError"),
        ('{"schema_version": 1}', "lacks something, or it does not fit: KeyError"),
    ],
)
def test_files_that_are_no_witness(text: str, expected: str, tmp_path: Path) -> None:
    path = tmp_path / "witness.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError) as wrong:
        load_witness(path)
    assert expected in str(wrong.value)


def test_a_file_that_is_not_there_or_no_text(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot read the witness: No such file"):
        load_witness(tmp_path / "gone.json")
    with pytest.raises(UsageError, match="cannot read the witness: Is a directory"):
        load_witness(tmp_path)
    (tmp_path / "binary.json").write_bytes(b"\xff\xfe{}")
    with pytest.raises(UsageError, match="this is not JSON"):
        load_witness(tmp_path / "binary.json")
