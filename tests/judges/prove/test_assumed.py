"""What may be assumed where: invariants at rest, and what calls of unknown code leave as it was."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from harness import CallView, invariant, transition
from harness.errors import UsageError
from harness.judges.prove.assumed import Assumed, stable
from harness.judges.prove.local import induction_of, prove_here
from harness.judges.prove.relevance import Relevance
from harness.judges.prove.session import Session
from harness.judges.prove.stable import composes, ignores_the_call
from harness.property import Property
from harness.symbolic.products import Products
from harness.symbolic.solve import Proved, Query, check
from harness.symbolic.terms import compare, const, int_var, term_scope
from harness.symbolic.terms.product import multiply
from tests.judges.prove.bank import VARIANTS, Variant, compiled, properties, target

BANK = target().system
REENTRANT = next(v for v in VARIANTS if v.name == "reentrant-books")


def declared(body: Any) -> Property:
    body.__annotations__ |= {"before": BANK, "call": CallView, "after": BANK}
    made = transition(body.__name__, severity="low", source="test")(body)
    assert isinstance(made, Property)
    return made


def never_falls(before: Any, call: Any, after: Any) -> Any:
    """The supply never falls."""
    return after.token.state.totalSupply >= before.token.state.totalSupply


def moves_little(before: Any, call: Any, after: Any) -> Any:
    """The supply moves by one at most."""
    return after.token.state.totalSupply <= before.token.state.totalSupply + 1


def always_grows(before: Any, call: Any, after: Any) -> Any:
    """The supply always grows."""
    return after.token.state.totalSupply > before.token.state.totalSupply


def looks_at_the_call(before: Any, call: Any, after: Any) -> Any:
    """The supply does not fall in calls without wei."""
    return call.value > 0 or never_falls(before, call, after)


def passes_the_call_on(before: Any, call: Any, after: Any) -> Any:
    """The supply never falls, as another function says."""
    return (lambda: never_falls(before, call, after))()


def test_a_transition_that_mentions_its_call_does_not_ignore_it() -> None:
    assert ignores_the_call(declared(never_falls))
    assert not ignores_the_call(declared(looks_at_the_call))
    assert not ignores_the_call(declared(passes_the_call_on))
    assert not any(ignores_the_call(each) for each in properties("BANK-001"))


@pytest.mark.parametrize(
    ("body", "holds"), [(never_falls, True), (moves_little, False), (always_grows, False)]
)
def test_only_what_is_reflexive_and_transitive_composes(body: Any, holds: bool) -> None:
    session = Session(compiled(), properties())
    assert composes(declared(body), session.blank) is holds


def test_what_composes_is_assumed_only_while_every_unit_keeps_it() -> None:
    each = declared(never_falls)
    induction = induction_of(Session(compiled(), (each,)).units, (each,))
    assert induction.assumed == {stable(each.id)}
    found = prove_here(compiled(), (each,))
    assert not found.assumed
    assert [unit for unit, _ in found.failures(stable(each.id))] == ["token.burn(uint256)"]


@pytest.mark.parametrize("variant", [None, REENTRANT], ids=str)
def test_nothing_at_rest_is_known_of_what_unknown_code_leaves(variant: Variant | None) -> None:
    [books] = properties("BANK-003")
    found = prove_here(compiled(variant), (replace(books, at_rest=True),))
    assert [unit for unit, _ in found.failures(books.id)] == ["vault.forward(address)"]


def test_an_ordinary_invariant_is_never_proved_from_one_at_rest() -> None:
    [adds_up, no_more] = properties("BANK-001", "BANK-005")
    together = prove_here(compiled(), (adds_up, no_more))
    assert together.is_proved(no_more.id)
    resting = prove_here(compiled(), (replace(adds_up, at_rest=True), no_more))
    for unit in resting.goals:
        found = resting.reports.get((unit, no_more.id))
        assert adds_up.id not in getattr(found, "needs", ())


def test_assumptions_are_sorted_by_what_they_are() -> None:
    adds_up, [solvent] = replace(properties("BANK-001")[0], at_rest=True), properties("BANK-002")
    kept = declared(never_falls)
    known = {each.id: each for each in (adds_up, solvent, kept)}
    found = Assumed.of([adds_up.id, solvent.id, stable(kept.id)], known)
    assert (found.invariants, found.at_rest, found.stable) == ((solvent,), (adds_up,), (kept,))
    assert found.names == {adds_up.id, solvent.id, stable(kept.id)}


def test_no_other_states_than_those_at_rest_have_a_name() -> None:
    with pytest.raises(UsageError, match="noon"):
        invariant("X-1", severity="low", source="test", at="noon")


# Queries that say less


def test_without_products_a_query_says_less_and_nothing_else() -> None:
    with term_scope():
        x, y, z = (int_var(name, 0, 10) for name in "xyz")
        product = multiply(x, y)
        follows = Query((compare.le(product, z),), compare.le(product, const(10)))
        weaker = Products().without(follows)
        assert weaker is not None
        assert isinstance(check(weaker.query), Proved)
        beyond = Query((), compare.ne(multiply(x, x), const(7)))
        weaker = Products("another ").without(beyond)
        assert weaker is not None
        assert not isinstance(check(weaker.query), Proved)
        assert Products("a third ").without(Query((compare.le(x, y),), compare.le(x, z))) is None


def test_facts_about_other_things_are_left_out() -> None:
    with term_scope():
        x, y, z, w = (int_var(name, 0, 10) for name in "xyzw")
        near, further, beside = compare.le(x, y), compare.le(y, z), compare.ge(w, const(1))
        found = Relevance().among([beside, further, near], [compare.ge(x, const(1))])
        assert found == [near, further]
