"""Nothing false is PROVED: not of a bug in a contract, and not with a fault in the prover.

Every fault that is planted here makes the prover prove something false, and the same checks that
guard the real one see it: a property that a variant breaks comes out as proved.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from harness import Address, invariant
from harness.judges.prove import attempts, endings, instances, prover, session, units
from harness.judges.prove.cases import cases_of, claim
from harness.judges.prove.induction import Induction
from harness.judges.prove.local import prove_here
from harness.judges.prove.report import Failure, Proof, Why
from harness.property import Property
from harness.symbolic.machine import Storage
from harness.symbolic.solve import Proved, Unknown
from harness.symbolic.terms import Bool, compare
from harness.symbolic.world import ledger, world
from tests.judges.prove.bank import VARIANTS, Variant, compiled, judged, properties, proves, target

BANK = target().system
BY_NAME = {variant.name: variant for variant in VARIANTS}
Plant = Callable[[pytest.MonkeyPatch], None]


def test_the_real_bank_is_proved() -> None:
    induction = judged()
    assert {each.id for each in properties() if induction.is_proved(each.id)} == {
        each.id for each in properties()
    }
    assert set(induction.never_succeeded()) == {"token.*", "vault.*"}


@pytest.mark.parametrize("variant", VARIANTS, ids=str)
def test_what_a_variant_breaks_is_not_proved(variant: Variant) -> None:
    induction = judged(variant)
    assert [name for name in variant.breaks if induction.is_proved(name)] == []


def test_what_the_machine_does_not_support_is_named() -> None:
    [(unit, failure)] = judged(BY_NAME["something-new"]).broken_units()
    assert unit == "vault.forward(address)"
    assert failure.why is Why.UNSUPPORTED
    assert "opcode CREATE (vault" in failure.reason
    assert "Vault.sol" in failure.reason


# Faults


def skip_a_function(patch: pytest.MonkeyPatch) -> None:
    real = units.units_of
    patch.setattr(
        "harness.judges.prove.session.units_of",
        lambda c: {name: unit for name, unit in real(c).items() if "mint" not in name},
    )


def ignore_a_path(patch: pytest.MonkeyPatch) -> None:
    real = endings.Executor.run

    def run(self: Any, unit: Any, **options: Any) -> Any:
        ends = real(self, unit, **options)
        return replace(ends, endings=ends.endings[:-1])

    patch.setattr(endings.Executor, "run", run)


def assume_the_goal(patch: pytest.MonkeyPatch) -> None:
    real = instances.Instances.upto

    def upto(self: Any, *args: Any, **named: Any) -> Any:
        found = real(self, *args, **named)
        for each in self._assumed.invariants:
            if not each.forall:
                after = each.system(self._ending.after)
                found[each.id, -1] = claim(cases_of(each, (after,)))
        return found

    patch.setattr(instances.Instances, "upto", upto)


def ignore_the_unsupported(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(prover._Work, "_refusals", lambda self, ends: Proof())


def ignore_calls_back(patch: pytest.MonkeyPatch) -> None:
    real = endings.Executor.run

    def run(self: Any, unit: Any, **options: Any) -> Any:
        return real(self, unit, **{**options, "quiet": True})

    patch.setattr(endings.Executor, "run", run)


def keep_what_failed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Induction, "settle", lambda self: frozenset())


def let_only_the_owner_call(patch: pytest.MonkeyPatch) -> None:
    def senders(compiled: Any, unit: Any, caller: Any, also: Any = ()) -> tuple[Bool, ...]:
        from harness.symbolic.terms import const

        return (compare.eq(caller, const(int(compiled.address("owner")))),)

    patch.setattr(endings, "senders", senders)


def forget_earlier_stores_in_sums(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(ledger, "Storage", lambda writes, era: Storage({}, era))


def read_the_old_storage(patch: pytest.MonkeyPatch) -> None:
    real = world.SymbolicWorld.load

    def load(self: Any, place: Any) -> Any:
        self._moments = {
            chain: replace(moment, state=type(moment.state)(chain))
            for chain, moment in self._moments.items()
        }
        return real(self, place)

    patch.setattr(world.SymbolicWorld, "load", load)


def take_unknown_for_proved(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(attempts, "check", lambda *_, **__: Proved(("nobody",)))


@pytest.mark.parametrize(
    ("plant", "variant", "property_id", "helpers"),
    [
        (skip_a_function, "anybody-mints", "BANK-010", ("BANK-001",)),
        (let_only_the_owner_call, "anybody-mints", "BANK-010", ("BANK-001",)),
        (ignore_a_path, "one-amount-is-not-burned", "BANK-001", ()),
        (assume_the_goal, "overflowing-mint", "BANK-001", ()),
        (ignore_the_unsupported, "something-new", "BANK-010", ("BANK-001",)),
        (ignore_calls_back, "reentrant-books", "BANK-003", ()),
        (keep_what_failed, "self-transfer", "BANK-005", ("BANK-001",)),
        (forget_earlier_stores_in_sums, "self-transfer", "BANK-001", ()),
        (read_the_old_storage, "anybody-mints", "BANK-010", ("BANK-001",)),
        (take_unknown_for_proved, "forgotten-withdrawal", "BANK-003", ()),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_a_fault_in_the_prover_is_seen(
    plant: Plant,
    variant: str,
    property_id: str,
    helpers: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bad = BY_NAME[variant]
    assert not judged(bad).is_proved(property_id)
    plant(monkeypatch)
    assert proves(bad, property_id, *helpers), "the fault changes nothing: plant another"


# The base case


def one_too_many(w: BANK) -> Any:  # type: ignore[valid-type]
    """The supply is one more than the sum of all balances."""
    return w.token.state.totalSupply == w.token.state.balanceOf.total + 1  # type: ignore[attr-defined]


def nobody_else_has_any(w: BANK, who: Address) -> Any:  # type: ignore[valid-type]
    """Nobody but the vault has tokens."""
    held = w.token.state.balanceOf[who]  # type: ignore[attr-defined]
    return who == w.vault.address or held == 0  # type: ignore[attr-defined]


def as_property(body: Any) -> Property:
    body.__annotations__["w"] = BANK
    made = invariant(body.__name__, severity="low", source="test")(body)
    assert isinstance(made, Property)
    return made


def test_what_is_inductive_but_never_true_is_not_proved(monkeypatch: pytest.MonkeyPatch) -> None:
    each = as_property(one_too_many)
    induction = prove_here(compiled(), (each,))
    base = induction.base[each.id]
    assert isinstance(base, Failure)
    assert base.why is Why.BASE
    assert not induction.is_proved(each.id)
    monkeypatch.setattr(session.Session, "base", lambda *_: (Proof(), True))
    assert prove_here(compiled(), (each,)).is_proved(each.id), "the base case is not what matters"


def test_a_base_case_for_all_values_looks_at_every_value() -> None:
    each = as_property(nobody_else_has_any)
    assert not prove_here(compiled(), (each,)).is_proved(each.id)


# Solvers


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Unknown("out of patience"), "out of patience"),
        (Proved((), "cvc5: timeout"), "cvc5 does not confirm the proof: cvc5: timeout"),
    ],
)
def test_an_answer_that_is_no_proof_proves_nothing(
    answer: Any, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempts, "check", lambda *_, **__: answer)
    induction = prove_here(compiled(), properties("BANK-001"))
    assert not induction.is_proved("BANK-001")
    failures = induction.failures("BANK-001")
    assert failures
    assert all(f.why is Why.UNKNOWN and reason in f.reason for _, f in failures)
    assert not induction.feasible


# Properties that Python would answer without asking


def by_identity(w: BANK) -> Any:  # type: ignore[valid-type]
    """The supply is not one particular number."""
    return w.token.state.totalSupply is not True  # type: ignore[attr-defined]


def by_type(w: BANK) -> Any:  # type: ignore[valid-type]
    """The supply is a number."""
    return isinstance(w.token.state.totalSupply, int)  # type: ignore[attr-defined]


@pytest.mark.parametrize(("body", "why"), [(by_identity, "`is`"), (by_type, "isinstance")])
def test_a_property_that_looks_at_the_python_object_is_refused(body: Any, why: str) -> None:
    each = as_property(body)
    induction = prove_here(compiled(), (each,))
    assert not induction.is_proved(each.id)
    failures = [failure for _, failure in induction.failures(each.id)]
    assert any(why in failure.reason for failure in failures)
