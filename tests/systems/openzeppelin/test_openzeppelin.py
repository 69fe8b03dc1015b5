"""OpenZeppelin's contracts, which nobody here wrote: what is proved of their bytecode."""

from __future__ import annotations

from functools import cache

import pytest

from harness.compiled import CompiledSystem, compile_system
from harness.judges.prove.local import prove_here
from harness.judges.prove.report import Failure
from harness.judges.prove.session import Session
from harness.property import Kind
from harness.symbolic.machine import Block, Call, Machine, Setting, symbolic_call
from harness.symbolic.machine.data import Order
from harness.symbolic.solve import Limits
from harness.symbolic.terms import const, term_scope
from harness.symbolic.terms.functions import BAND
from harness.symbolic.terms.show import show
from harness.targets import Target, load_targets
from tests.soundness.variants import ROOT

HARD = {
    "OZ-VAULT-004": "on vault.mint, a product with a quotient of products that is rounded up: the "
    "price of all shares afterwards",
    "OZ-VESTING-001": "a time multiplied with a balance that is one of several: the owner may be "
    "the wallet itself, which pays itself then",
}
"""Properties that Z3 proves and cvc5 does not confirm with what it may spend, so that they are
INCOMPLETE; and what is hard about them."""

SYSTEMS = ("oz_token", "oz_vault", "oz_vesting")


@cache
def targets() -> dict[str, Target]:
    found = load_targets(["tests/fixtures/openzeppelin/checks"], ROOT)
    return {target.name: target for target in found}


@cache
def compiled(name: str) -> CompiledSystem:
    return compile_system(targets()[name].system, ROOT)


@pytest.mark.parametrize("name", SYSTEMS)
def test_everything_is_proved_but_for_what_is_hard(name: str) -> None:
    chosen = tuple(each for each in targets()[name].properties if each.id not in HARD)
    induction = prove_here(compiled(name), chosen)
    assert induction.broken_units() == []
    assert {each.id for each in chosen if not induction.is_proved(each.id)} == set()


@pytest.mark.parametrize("function", ["deposit", "mint", "withdraw", "redeem"])
def test_division_of_two_words_is_followed_exactly(function: str) -> None:
    """No path is refused, and nothing is left of the bits that `Math.mulDiv` works with."""
    vault = compiled("oz_vault")
    with term_scope():
        machine = Machine(Setting.of_world(Session(vault, ()).world, "l1"))
        data = symbolic_call(vault.abi("vault").function(function)).data
        call = Call.symbolic(int(vault.address("vault")), data)
        found = machine.execute(call, Block.symbolic("l1"))
        assert found.refusals == ()
        assert found.successes
        for end in found.successes:
            result = end.output.word(const(0), Order(end.facts))
            assert BAND.name not in show(result)


def test_what_is_hard_is_left_open_and_the_reason_names_it() -> None:
    known = {each.id: each for each in targets()["oz_vesting"].properties}
    session = Session(compiled("oz_vesting"), tuple(known.values()), limits=Limits(seconds=0.5))
    assumed = frozenset(name for name, each in known.items() if each.kind is Kind.INVARIANT)
    goals = frozenset({"OZ-VESTING-001"})
    report = session.prove("wallet.release()", goals, assumed, frozenset())
    failure = report.goals["OZ-VESTING-001"]
    assert isinstance(failure, Failure)
    assert "products or quotients of unknowns: (* " in failure.reason
