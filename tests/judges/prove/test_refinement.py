"""Refinement by proof: a right specification is proved whole, and no wrong one is.

The vault is that of ``tests/fixtures/vault``; wrong are its specification, or the contract itself.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp

import pytest

from harness.compiled import compile_system
from harness.judges.protocol import Case
from harness.judges.prove.cache import Cache
from harness.judges.prove.induction import Induction
from harness.judges.prove.local import prove_here
from harness.judges.prove.report import STRUCTURE, Failure, Proof, UnitReport, Why
from harness.judges.prove.verdicts import OF_SPECIFICATIONS, Verdicts
from harness.verdict import Result, Verdict
from specs.model import Call, Contract, payable, require, step, transition, uint256
from tests.judges import toy
from tests.judges.toy import Vault, VaultSpec, refines

DEPOSIT, WITHDRAW, OTHER = "vault.deposit()", "vault.withdraw(uint256)", "vault.*"


@dataclass(kw_only=True)
class Exact(VaultSpec):
    """What the vault does, also where its arithmetic overflows."""

    @payable
    def deposit(self, call: Call) -> None:
        """Take wei in."""
        self.deposits[call.sender] = uint256(self.deposits.get(call.sender, 0) + call.value)
        self.total = uint256(self.total + call.value)
        self.emit("Deposited", amount=call.value)

    @transition
    def withdraw(self, call: Call, amount: int) -> None:
        """Pay the caller's wei out."""
        has = self.deposits.get(call.sender, 0)
        require(amount <= has, "TooMuch")
        self.deposits[call.sender] = has - amount
        self.total = uint256(self.total - amount)
        self.emit("Withdrawn", amount=amount)
        self.send_ether(call, call.sender, amount)


_JUDGED: dict[tuple[str, Path | None], Induction] = {}


def judged(kind: type[Contract], folder: Path | None = None) -> Induction:
    """What comes of the refinement by a specification, of the vault or of a changed one."""
    key = kind.__name__, folder
    if key not in _JUDGED:
        system = toy.compiled(Vault) if folder is None else compile_system(Vault, folder)
        _JUDGED[key] = prove_here(system, (refines(kind),))
    return _JUDGED[key]


def failures(found: Induction) -> dict[str, Failure]:
    """The calls that were not proved."""
    return dict(found.failures("SPEC"))


def changed(old: str, new: str) -> Path:
    """A project whose vault has another text in one place."""
    folder = Path(mkdtemp())
    shutil.copytree(toy.ROOT, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".*"))
    path = folder / "contracts" / "Vault.sol"
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))
    return folder


def test_the_right_specification_is_proved_whole() -> None:
    found = judged(Exact)
    assert found.is_proved("SPEC")
    assert failures(found) == {}
    assert set(found.goals) >= {DEPOSIT, WITHDRAW, OTHER}
    assert "SPEC" in found.spoke


# Wrong specifications


@dataclass(kw_only=True)
class OffByOne(Exact):
    """Lets one wei less go."""

    @transition
    def withdraw(self, call: Call, amount: int) -> None:
        require(amount < self.deposits.get(call.sender, 0), "TooMuch")
        super().withdraw(call, amount)


@dataclass(kw_only=True)
class RevertsLess(Exact):
    """Does nothing where the vault reverts."""

    @transition
    def withdraw(self, call: Call, amount: int) -> None:
        if amount <= self.deposits.get(call.sender, 0):
            super().withdraw(call, amount)


@dataclass(kw_only=True)
class OtherEvent(Exact):
    """Logs one wei more in one case."""

    def emit(self, event: str, **amounts: int) -> None:
        more = 1 if amounts.get("amount", 0) == 12345 else 0
        super().emit(event, **{name: amount + more for name, amount in amounts.items()})


@dataclass(kw_only=True)
class NoEvent(Exact):
    """Logs no withdrawal."""

    def emit(self, event: str, **amounts: int) -> None:
        if event != "Withdrawn":
            super().emit(event, **amounts)


@dataclass(kw_only=True)
class MissingWrite(Exact):
    """Forgets the total."""

    @payable
    def deposit(self, call: Call) -> None:
        before = self.total
        super().deposit(call)
        self.total = before


@dataclass(kw_only=True)
class ExtraWrite(Exact):
    """Writes an entry of somebody else, too."""

    @payable
    def deposit(self, call: Call) -> None:
        super().deposit(call)
        self.deposits[7] = self.deposits.get(7, 0) + 1


@dataclass(kw_only=True)
class OtherSender(Exact):
    """Credits the vault."""

    @payable
    def deposit(self, call: Call) -> None:
        has = self.deposits.get(call.sender, 0)
        super().deposit(call)
        self.deposits[call.sender] = has
        self.deposits[self.address] = uint256(self.deposits.get(self.address, 0) + call.value)


@dataclass(kw_only=True)
class OtherWei(Exact):
    """Pays one wei to somebody else."""

    @transition
    def withdraw(self, call: Call, amount: int) -> None:
        super().withdraw(call, amount)
        self.system.move_ether("l1", self.address, 0xDEAD, 1)


@dataclass(kw_only=True)
class MergedWrongly(Exact):
    """A step that is wrong on one of its ways."""

    @payable
    def deposit(self, call: Call) -> None:
        super().deposit(call)
        self.settle(call.value)

    @step
    def settle(self, value: int) -> None:
        """Lose some wei of the total now and then."""
        if value == 12345:
            self.total -= 1


@pytest.mark.parametrize(
    ("kind", "unit", "differs"),
    [
        (OffByOne, WITHDRAW, "difference"),
        (RevertsLess, WITHDRAW, "difference"),
        (OtherEvent, DEPOSIT, "total amount of vault Deposited"),
        (NoEvent, WITHDRAW, "number of vault Withdrawn"),
        (MissingWrite, DEPOSIT, "vault.total"),
        (ExtraWrite, DEPOSIT, "vault.deposits[7]"),
        (OtherSender, DEPOSIT, "vault.deposits["),
        (OtherWei, WITHDRAW, "wei of "),
        (MergedWrongly, DEPOSIT, "vault.total"),
    ],
)
def test_a_wrong_specification_is_not_proved(kind: type[Contract], unit: str, differs: str) -> None:
    found = judged(kind)
    assert not found.is_proved("SPEC")
    failure = failures(found)[unit]
    assert failure.why is Why.INDUCTION
    assert failure.trial is not None
    assert any(differs in name for name, _ in failure.trial.readings)


# Wrong contracts


@pytest.mark.parametrize(
    ("old", "new", "unit"),
    [
        ("if (amount > has)", "if (amount > has + 1)", WITHDRAW),
        ("if (amount > has)", "if (amount >= has)", WITHDRAW),
        ("        total -= amount;\n", "", WITHDRAW),
        ("total += msg.value;", "total += msg.value; deposits[address(9)] += 1;", DEPOSIT),
        ("emit Deposited(msg.sender, msg.value)", "emit Deposited(msg.sender, total)", DEPOSIT),
        ("emit Deposited", "emit Withdrawn(msg.sender, 0); emit Deposited", DEPOSIT),
        ("deposits[msg.sender] += msg.value", "deposits[tx.origin] += msg.value", DEPOSIT),
        ("call{value: amount}", "call{value: amount / 2}", WITHDRAW),
        ("    function deposit", "    receive() external payable {}\n    function deposit", OTHER),
        ("total -= amount;", "total -= amount; assembly { sstore(99, amount) }", WITHDRAW),
    ],
)
def test_a_wrong_contract_is_not_proved(old: str, new: str, unit: str) -> None:
    found = judged(Exact, changed(old, new))
    assert not found.is_proved("SPEC")
    assert unit in failures(found)


def test_what_one_call_fails_of_leaves_the_others_proved() -> None:
    found = judged(OffByOne)
    assert set(failures(found)) == {WITHDRAW}
    assert found.stands(DEPOSIT, "SPEC")
    assert found.stands(OTHER, "SPEC")


# What cannot be followed


@dataclass(kw_only=True)
class AsksForEntries(Exact):
    """Asks whether there is an entry."""

    @payable
    def deposit(self, call: Call) -> None:
        if call.sender in self.deposits:
            super().deposit(call)


@dataclass(kw_only=True)
class AsksForTypes(Exact):
    """Asks for the type of a number."""

    @payable
    def deposit(self, call: Call) -> None:
        if isinstance(call.value, int):
            super().deposit(call)


@dataclass(kw_only=True)
class AsksForIdentity(Exact):
    """Compares which objects two numbers are."""

    @payable
    def deposit(self, call: Call) -> None:
        if call.sender is call.value:
            super().deposit(call)


@dataclass(kw_only=True)
class OtherDefault(Exact):
    """Takes a missing entry for 1."""

    @payable
    def deposit(self, call: Call) -> None:
        if self.deposits.get(call.sender, 1) != 1:
            super().deposit(call)


@dataclass(kw_only=True)
class Counts(Exact):
    """Counts one by one."""

    @payable
    def deposit(self, call: Call) -> None:
        for _ in range(call.value):
            self.total += 1


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        (AsksForEntries, "asks whether there is an entry"),
        (AsksForTypes, "isinstance"),
        (AsksForIdentity, "AsksForIdentity.deposit: is"),
        (OtherDefault, "read with 1 for a missing entry"),
        (Counts, "cannot index, count or size anything (in deposit: for _ in range"),
    ],
)
def test_what_terms_cannot_follow_is_said(kind: type[Contract], reason: str) -> None:
    failure = failures(judged(kind))[DEPOSIT]
    assert failure.why is Why.UNFOLLOWED
    assert reason in failure.reason


@dataclass(kw_only=True)
class Late(Exact):
    """Begins in another state."""

    total: int = field(default=5)


def test_states_that_differ_after_deployment_are_the_base_case() -> None:
    base = judged(Late).base["SPEC"]
    assert isinstance(base, Failure)
    assert base.why is Why.BASE
    assert "vault.total" in base.reason


# Steps


@dataclass(kw_only=True)
class Stepwise(Exact):
    """The same in steps, which have ways of their own."""

    @payable
    def deposit(self, call: Call) -> None:
        self.credit(call.sender, call.value)
        self.total = uint256(self.total + call.value)
        self.emit("Deposited", amount=call.value)

    @step
    def credit(self, who: int, value: int) -> None:
        """Credit somebody."""
        if value != 0:
            self.deposits[who] = uint256(self.deposits.get(who, 0) + value)


def test_steps_leave_one_state() -> None:
    assert isinstance(judged(Stepwise).reports[DEPOSIT, "SPEC"], Proof)


# What is told


def verdict(kind: type[Contract]) -> Result:
    """The verdict on a refinement."""
    each = refines(kind)
    case = Case(toy.compiled(Vault), (each,), "toy")
    return Verdicts(case, judged(kind), {}, None, 0.0).on(each)


def test_a_proved_refinement_lists_what_it_takes_for_granted() -> None:
    result = verdict(Exact)
    assert result.verdict is Verdict.PROVED
    assert OF_SPECIFICATIONS in result.assumptions
    assert result.bounds["not_proved"] == {}


def test_what_is_not_proved_is_listed_call_by_call() -> None:
    result = verdict(AsksForEntries)
    assert result.verdict is Verdict.INCOMPLETE
    assert result.reason is not None
    assert result.reason.startswith("2 of 3 calls are proved; vault.deposit(): ")
    assert list(result.bounds["not_proved"]) == [DEPOSIT]


def test_what_could_not_be_followed_is_kept_for_the_next_run(tmp_path: Path) -> None:
    cache = Cache(tmp_path, b"same")
    failure = Failure(Why.UNFOLLOWED, "why")
    cache.save(UnitReport(DEPOSIT, {STRUCTURE: Proof(), "SPEC": failure}))
    known = cache.load(DEPOSIT, frozenset({"SPEC"}), frozenset(), frozenset())
    assert known is not None
    assert known.goals["SPEC"] == failure
