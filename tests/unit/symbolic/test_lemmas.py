"""The lemmas of fixed point: proved by both solvers, true of numbers, and not of anything."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness import Lemma, lemma
from harness.errors import UsageError
from harness.fixed_point import FIXED_POINT, ONE, product_rounds, share, share_is_monotone
from harness.symbolic.explore import explore
from harness.symbolic.lemmas import about, cite, is_proved, queries
from harness.symbolic.machine import Unsupported
from harness.symbolic.solve import Counterexample, Proved, Query, check
from harness.symbolic.terms import FALSE, TRUE, and_, compare, const, imply, int_var, term_scope
from harness.symbolic.values import SymInt

AMOUNTS = st.one_of(st.integers(0, 3), st.integers(10**18 - 2, 10**18 + 2), st.integers(0, 10**40))


@pytest.fixture(autouse=True)
def scope() -> Iterator[None]:
    with term_scope():
        yield


@pytest.mark.parametrize("each", FIXED_POINT, ids=str)
def test_both_solvers_prove_it(each: Lemma) -> None:
    assert is_proved(each)


@pytest.mark.parametrize("each", FIXED_POINT, ids=str)
def test_it_speaks_of_something(each: Lemma) -> None:
    (query, *_) = queries(each)
    assert isinstance(check(Query(query.assumptions, FALSE)), Counterexample)


@pytest.mark.parametrize("each", FIXED_POINT, ids=str)
@given(data=st.data())
@settings(max_examples=50, deadline=None)
def test_it_is_true_of_numbers(each: Lemma, data: Any) -> None:
    numbers = [data.draw(AMOUNTS, label=name) for name in each.parameters]
    each(*numbers)
    assert about(each, [const(number) for number in numbers]) is TRUE


@lemma
def a_share_loses_nothing(amount: Any, fraction: Any) -> Any:
    """A share is exact; which is false."""
    return share(amount, fraction) * ONE == amount * fraction


@lemma
def two_wei_are_one(accrued: Any, old: Any) -> Any:
    """Two shares lose no wei together; which is false."""
    return None if old > ONE else share(accrued, old) + share(accrued, ONE - old) >= accrued


@pytest.mark.parametrize("wrong", [a_share_loses_nothing, two_wei_are_one], ids=str)
def test_what_is_false_is_not_proved_and_cannot_be_cited(wrong: Lemma) -> None:
    assert not is_proved(wrong)
    values = [SymInt(int_var(name, 0)) for name in wrong.parameters]
    with pytest.raises(Unsupported, match=f"{wrong.name}' is cited, and two solvers do not prove"):
        explore(lambda: cite(wrong, values))


def test_a_citation_is_known_on_the_path() -> None:
    amount, few, many = (int_var(name, 0) for name in ("amount", "few", "many"))

    def body() -> Any:
        share_is_monotone(SymInt(amount), SymInt(few), SymInt(many))
        return share(SymInt(amount), SymInt(few)) <= share(SymInt(amount), SymInt(many))

    (path,) = explore(body)
    assert path.result is not None
    less = compare.le(few, many)
    known = imply(and_(less, *path.condition), path.result.term)
    assert isinstance(check(Query((), known), confirm=True), Proved)
    assert not isinstance(check(Query((), path.result.term)), Proved)


def test_a_citation_of_numbers_checks_it() -> None:
    product_rounds(3, 5)
    with pytest.raises(UsageError, match="'a_share_loses_nothing' is false of 3, 5"):
        a_share_loses_nothing(3, 5)


def test_a_lemma_wants_all_of_its_numbers() -> None:
    with pytest.raises(UsageError, match="is about 2 numbers, not 1"):
        product_rounds(1)


def test_a_lemma_says_what_it_is_about() -> None:
    with pytest.raises(UsageError, match="needs a docstring"):
        lemma(lambda a: True)
