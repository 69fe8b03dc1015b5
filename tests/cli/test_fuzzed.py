"""The whole way with the real fuzzer: a bug is found and replayed, wrong properties are told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli import toy_project

HEAD = """
from harness import CallView, Deployment, System, Verdict, chain_at, contract, invariant, rule, user


class Other(System):
    sources = ("contracts/Vault.sol",)
    l1 = chain_at(block=1, time=1_700_000_000)
    alice = user()
    vault = contract(l1, "Vault")

    @classmethod
    def deploy(cls, d: Deployment) -> None:
        d.create(cls.vault)

"""
TYPO = '''
@invariant("ODD-TYPO", severity="low", source="here")
def typo(w: Other):
    """The name of a variable is misspelt."""
    return w.vault.state.totl >= 0
'''
RAISES = '''
@invariant("ODD-RAISES", severity="low", source="here")
def raises(w: Other):
    """Division by zero."""
    return 1 // w.vault.state.total > 0
'''
SILENT = '''
@rule("ODD-SILENT", on="vault.withdraw", severity="low", source="here")
def silent(before: Other, call: CallView, after: Other):
    """Nothing is ever said."""
    return None
'''


def test_a_bug_is_found_and_replayed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = toy_project.make(tmp_path, monkeypatch, fake=False)
    done = project.spawn("verify", "leaky", "--json", "out.json")
    assert done.returncode == 1
    results = json.loads((project.root / "out.json").read_text())["results"]
    assert {r["verdict"] for r in results} == {"REFUTED"}
    for result in results:
        again = project.run("replay", result["witness"])
        assert again.exit_code == 1
        assert f"{result['property']} does not hold: the witness stands." in again.stdout
        assert again.stderr == ""
    assert results[0]["witness"] in project.run("explain", "LEAKY-001", "leaky").stdout


@pytest.mark.parametrize(
    ("text", "code", "expected"),
    [
        (TYPO, 2, ["ERROR ODD-TYPO", "no state variable named 'totl'", "total", "odd.py:"]),
        (RAISES, 2, ["ERROR ODD-RAISES", "ZeroDivisionError", "1 // w.vault.state.total"]),
        (SILENT, 4, ["VACUOUS", "Nothing that the property speaks of ever happened"]),
    ],
)
def test_a_wrong_property(
    text: str,
    code: int,
    expected: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    project = toy_project.make(tmp_path, monkeypatch, fake=False)
    project.write("odd.py", HEAD + text)
    done = project.spawn("verify", "odd.py", "--budget", "1")
    assert done.returncode == code
    for part in expected:
        assert part in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
