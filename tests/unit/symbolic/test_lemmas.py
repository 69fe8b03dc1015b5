"""The lemmas of fixed point: proved by both solvers, true of numbers, and not of anything."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.errors import UsageError
from harness.symbolic import lemmas
from harness.symbolic.lemmas import FIXED_POINT, Claim, Lemma
from harness.symbolic.solve import Counterexample, Proved, Query, check
from harness.symbolic.terms import FALSE, TRUE, Int, const, word_var
from harness.symbolic.terms.compare import le
from harness.symbolic.terms.division import divide
from harness.symbolic.terms.linear import add, shift, subtract
from harness.symbolic.terms.product import multiply

BY_NAME = {lemma.name: lemma for lemma in FIXED_POINT}
AMOUNTS = st.one_of(st.integers(0, 3), st.integers(10**18 - 2, 10**18 + 2), st.integers(0, 10**40))


@pytest.mark.parametrize("lemma", FIXED_POINT, ids=str)
def test_both_solvers_prove_it(lemma: Lemma) -> None:
    assert check(lemma.query(), confirm=True) == Proved(("cvc5",))


@pytest.mark.parametrize("lemma", FIXED_POINT, ids=str)
def test_it_speaks_of_something(lemma: Lemma) -> None:
    query = lemma.query()
    assert isinstance(check(Query(query.assumptions, FALSE)), Counterexample)


@pytest.mark.parametrize("lemma", FIXED_POINT, ids=str)
@given(data=st.data())
@settings(max_examples=50, deadline=None)
def test_it_is_true_of_numbers(lemma: Lemma, data: Any) -> None:
    numbers = [const(data.draw(AMOUNTS, label=each)) for each in lemma.unknowns]
    assert lemma.about(*numbers) is TRUE


def test_a_tighter_bound_is_refuted() -> None:
    real = BY_NAME["drip keeps l2 solvent"]

    def one_wei(*terms: Int) -> Claim:
        claim = real.body(*terms)
        accrued, prepaid, ahead, old, new = terms
        due = add(multiply(new, ahead), multiply(old, accrued))
        sent = divide(subtract(due, multiply(old, prepaid)), lemmas.ONE)
        parts = add(lemmas.part_of_l2(accrued, old), lemmas.part_of_l2(ahead, new))
        earned = subtract(parts, lemmas.part_of_l2(prepaid, old))
        return Claim(claim.assumptions, le(earned, shift(sent, 1)))

    assert isinstance(check(replace(real, body=one_wei).query()), Counterexample)


def test_a_lemma_wants_all_of_its_terms() -> None:
    with pytest.raises(UsageError, match="is about 2 terms, not 1"):
        BY_NAME["product rounds"].about(word_var("alone"))
