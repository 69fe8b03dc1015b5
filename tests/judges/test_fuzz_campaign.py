"""Campaigns on the toy vaults: what is found, that it is minimal, and that it is repeatable."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from harness import CallView, invariant, rule, transition
from harness.judges.fuzz.campaign import Campaign, Effort, run_campaign
from harness.judges.fuzz.corpus import Corpus
from harness.judges.fuzz.session import Session
from harness.judges.replay import replay
from harness.property import Property
from harness.step import CallStep
from harness.witness import load_witness
from tests.judges.toy import (
    LeakyVault,
    Vault,
    VaultSpec,
    as_property,
    compiled,
    deposit,
    refines,
    withdraw,
)

LITTLE = Effort(cases=20, steps=20, seed=3)


def declared(id: str, body: Any, make: Any = invariant, **more: Any) -> Property:
    return as_property(make(id, severity="low", source="test", **more)(body))


def solvent(w: LeakyVault) -> bool:
    """The vault holds at least what it owes."""
    return bool(w.vault.ether >= w.vault.state.deposits.total)


def counted(w: LeakyVault) -> bool:
    """The total is the sum of all deposits."""
    return bool(w.vault.state.total == w.vault.state.deposits.total)


def modest(before: LeakyVault, call: CallView, after: LeakyVault) -> bool:
    """Nobody ever deposits more than 1,234 wei at once."""
    return bool(call.value <= 10**15)


SOLVENT, COUNTED = declared("SOLVENT", solvent), declared("COUNTED", counted)


def test_each_property_gets_its_minimal_witness_that_replays(tmp_path: Path) -> None:
    unlike = refines(VaultSpec, LeakyVault)
    under = (SOLVENT, COUNTED, declared("MODEST", modest, transition), unlike)
    campaign = run_campaign(compiled(LeakyVault), under, LITTLE, witnesses=tmp_path)
    steps = {name: found.steps for name, found in campaign.refuted.items()}
    assert steps["COUNTED"] == (deposit(1), withdraw(1))
    assert steps["MODEST"] == (deposit(10**15 + 1),)
    assert steps["SPEC"] in [(deposit(1), withdraw(1)), (deposit(1), withdraw(2))]
    # Somebody else must have wei there for one more to be paid than was deposited.
    assert [type(step) for step in steps["SOLVENT"]] == [CallStep, CallStep]
    assert {step.value for step in steps["SOLVENT"] if isinstance(step, CallStep)} == {0, 1}
    assert len(list((tmp_path / "leaky_vault").iterdir())) == len(under)
    for each in under:
        path = campaign.refuted[each.id].path
        assert path is not None
        again = replay(compiled(LeakyVault), (each,), load_witness(path))
        assert again.found is not None
        assert again.found.violation.property is each
        assert again.found.step == len(steps[each.id])


def test_the_good_vault_withstands() -> None:
    good = tuple(_on_the_good_vault(each) for each in (solvent, counted))
    campaign = run_campaign(compiled(Vault), (*good, refines(VaultSpec)), LITTLE)
    assert (campaign.refuted, campaign.faults) == ({}, {})
    counts = campaign.counts
    assert counts.cases == LITTLE.cases
    assert 0 < counts.reverted < counts.transactions
    assert set(counts.successes) == {"vault.deposit", "vault.withdraw"}
    assert campaign.spoke["SPEC"] == counts.transactions
    assert sum(counts.calls.values()) == counts.transactions


def test_a_specification_is_set_up_once_whatever_was_judged_before() -> None:
    each = refines(VaultSpec)
    session = Session(compiled(Vault), (each,))
    assert session.attempt((deposit(5),)) == []
    for under in ((), (each,), (refines(VaultSpec, id="LATE"),)):
        session.judge(under)
        assert session.attempt((deposit(3), withdraw(1))) == []


def _on_the_good_vault(body: Any) -> Property:
    def same(w: Vault) -> bool:
        """The same of the good vault."""
        return bool(body(w))

    return declared(body.__name__.upper(), same)


def summary(campaign: Campaign) -> Any:
    found = {name: (each.steps, each.readings) for name, each in campaign.refuted.items()}
    return campaign.counts, found, campaign.spoke, campaign.evaluated


@pytest.mark.parametrize("system", [Vault, LeakyVault])
def test_the_same_seed_does_the_same(system: Any) -> None:
    under = (refines(VaultSpec, system),)
    first, again = (run_campaign(compiled(system), under, LITTLE) for _ in range(2))
    assert summary(first) == summary(again)
    other = run_campaign(compiled(system), under, Effort(cases=20, steps=20, seed=4))
    assert summary(first) != summary(other)


def test_broken_at_the_start() -> None:
    def rich(w: Vault) -> bool:
        """The vault is never empty."""
        return bool(w.vault.state.total > 0)

    campaign = run_campaign(compiled(Vault), (declared("RICH", rich),), LITTLE)
    assert campaign.refuted["RICH"].steps == ()
    assert campaign.counts.steps == 0


def test_a_faulty_property_does_not_keep_others_from_being_judged() -> None:
    def typo(w: LeakyVault) -> bool:
        """A name is misspelt."""
        return bool(w.vault.state.totl == 0)

    def sometimes(before: LeakyVault, call: CallView, after: LeakyVault) -> bool:
        """It raises once something was withdrawn."""
        return 1 // int(call.function != "withdraw") == 1

    wrong = (
        declared("TYPO", typo),
        declared("SOMETIMES", sometimes, transition),
        declared("NOWHERE", sometimes, rule, on="vault.withdrawl"),
        declared("NOBODY", sometimes, rule, on="volt.withdraw"),
    )
    campaign = run_campaign(compiled(LeakyVault), (*wrong, COUNTED), LITTLE)
    assert set(campaign.faults) == {"TYPO", "SOMETIMES", "NOWHERE", "NOBODY"}
    assert "no function named 'withdrawl'" in campaign.faults["NOWHERE"].what
    assert str(campaign.faults["NOWHERE"].fix).startswith("use one of: withdraw")
    assert "no contract named 'volt'" in campaign.faults["NOBODY"].what
    assert campaign.refuted["COUNTED"].steps == (deposit(1), withdraw(1))
    assert "return bool(w.vault.state.totl == 0)" in str(campaign.faults["TYPO"].where)


def test_what_never_speaks_is_counted() -> None:
    def silent(w: Vault) -> None:
        """It says nothing."""

    def never(before: Vault, call: CallView, after: Vault) -> bool:
        """It is about a function that nobody calls."""
        return True

    quiet = (declared("SILENT", silent), declared("NEVER", never, rule, on="vault.total"))
    campaign = run_campaign(compiled(Vault), quiet, LITTLE)
    assert campaign.spoke == {}
    assert set(campaign.evaluated) == {"SILENT"}
    assert campaign.refuted == {}


def test_what_broke_is_kept_by_code_and_property(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A failing case is tried first the next time, but only on the same code and properties."""
    monkeypatch.delenv("CI", raising=False)

    def rare(w: LeakyVault) -> bool:
        """What was paid out and not counted is never exactly half of what came in."""
        s = w.vault.state
        return bool(s.total != 2 * s.deposits.total or s.total < 10)

    def cases(id: str, seed: int, database: Path | None) -> int:
        effort = Effort(cases=200, steps=20, seed=seed)
        each = declared(id, rare)
        campaign = run_campaign(compiled(LeakyVault), (each,), effort, database=database)
        assert id in campaign.refuted
        return campaign.counts.cases

    assert cases("RARE", 1, tmp_path) > 0
    assert list(tmp_path.rglob("*"))
    assert cases("RARE", 2, None) > 0
    assert cases("RARE", 2, tmp_path) == 0
    assert cases("OTHER", 2, tmp_path) > 0
    with monkeypatch.context() as changed:
        changed.setattr("harness.judges.fuzz.corpus.code_hash", lambda compiled: "other code")
        assert cases("RARE", 3, tmp_path) > 0
    monkeypatch.setenv("CI", "1")
    assert cases("RARE", 2, tmp_path) > 0


def test_what_no_longer_breaks_is_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CI", raising=False)
    corpus, good = Corpus(tmp_path, compiled(Vault)), _on_the_good_vault(counted)
    corpus.remember(good, (deposit(1), withdraw(1)))
    assert list(corpus.recall(good)) == [(deposit(1), withdraw(1))]
    campaign = run_campaign(compiled(Vault), (good,), LITTLE, database=tmp_path)
    assert campaign.refuted == {}
    assert list(corpus.recall(good)) == []


def test_first_only_stops_at_the_first() -> None:
    effort = Effort(cases=20, steps=20, seed=3, first_only=True)
    assert len(run_campaign(compiled(LeakyVault), (SOLVENT, COUNTED), effort).refuted) == 1
