"""What a path knows: bounds, decisions, and exact arithmetic, as solc's checks leave it."""

from __future__ import annotations

import pytest

from harness.symbolic.solve import Proved, Query, check
from harness.symbolic.terms import (
    FALSE,
    MAX_WORD,
    TRUE,
    Facts,
    Int,
    and_,
    bool_var,
    const,
    ite,
    not_,
    or_,
    signed,
    slice_bits,
    word_var,
)
from harness.symbolic.terms import words as w
from harness.symbolic.terms.compare import eq, ge, gt, le, lt, ne
from harness.symbolic.terms.division import divide
from harness.symbolic.terms.linear import add, negate, scale, shift, subtract
from harness.symbolic.terms.node import SIGN
from harness.symbolic.terms.product import multiply

from .patterns import PATTERNS, TERMS

x, y, z = word_var("fx"), word_var("fy"), word_var("fz")
sx, sy, sz = signed(x), signed(y), signed(z)
flag = bool_var("fact flag")


def passed(pattern: str, first: Int = x, second: Int = y) -> Facts:
    """The path on which a check of solc, which panics on non-zero, went well."""
    return Facts([not_(w.truth(PATTERNS[pattern](TERMS, first, second)))])


def test_a_passed_check_makes_the_sum_exact() -> None:
    assert passed("sum below operand").rewrite(w.add(x, y)) is add(x, y)
    assert passed("difference above").rewrite(w.sub(x, y)) is subtract(x, y)
    assert Facts([lt(x, const(MAX_WORD))]).rewrite(w.add(x, const(1))) is shift(x, 1)
    assert Facts([ne(x, const(0))]).rewrite(w.sub(x, const(1))) is shift(x, -1)


def test_a_passed_check_makes_the_product_exact() -> None:
    facts = Facts([w.truth(PATTERNS["product back"](TERMS, x, y))])
    assert facts.rewrite(w.mul(x, y)) is multiply(x, y)
    assert facts.rewrite(w.div(w.mul(x, y), const(10**18))) is divide(multiply(x, y), const(10**18))
    assert passed("factor above quotient").rewrite(w.mul(x, y)) is multiply(x, y)


def test_signed_checks_make_signed_results_exact() -> None:
    facts = passed("int add")
    assert facts.rewrite(signed(w.add(x, y))) is add(sx, sy)
    assert passed("int sub").rewrite(signed(w.sub(x, y))) is subtract(sx, sy)
    fits = Facts([w.truth(PATTERNS["int mul"](TERMS, x, y))])
    product = Facts([*fits.path, or_(eq(x, const(0)), *fits.path)])
    assert product.rewrite(signed(w.mul(x, y))).op == multiply(sx, sy).op


def test_a_third_operand_is_checked_against_the_exact_sum() -> None:
    facts = passed("int add")
    total = facts.rewrite(w.add(x, y))
    facts = facts.assume(
        *(facts.rewrite(fact) for fact in passed("int sub", total, z).path),
    )
    result = facts.rewrite(signed(w.sub(total, z)))
    assert result is subtract(add(sx, sy), sz)


def test_small_types_are_cleaned_and_exact() -> None:
    clean = Facts([w.truth(PATTERNS["int128 clean"](TERMS, v, v)) for v in (x, y)])
    assert clean.bounds(sx) == (-(2**127), 2**127 - 1)
    assert clean.rewrite(w.signextend(const(15), x)) is x
    assert clean.rewrite(signed(w.add(x, y))) is add(sx, sy)
    assert clean.rewrite(signed(w.mul(x, y))) is multiply(sx, sy)
    unsigned = Facts([w.truth(PATTERNS["uint128 clean"](TERMS, v, v)) for v in (x, y)])
    assert unsigned.rewrite(w.and_(x, const(2**128 - 1))) is x
    assert unsigned.rewrite(w.add(x, y)) is add(x, y)
    assert unsigned.rewrite(w.mul(x, y)) is multiply(x, y)
    within = unsigned.assume(le(add(x, y), const(2**128 - 1)))
    assert within.rewrite(w.and_(w.add(x, y), const(2**128 - 1))) is add(x, y)


def test_negation_and_constants() -> None:
    facts = Facts([ne(x, const(SIGN))])
    assert facts.rewrite(signed(w.sub(const(0), x))) is negate(sx)
    facts = Facts([ne(x, const(SIGN - 1))])
    assert facts.rewrite(signed(w.add(x, const(1)))) is shift(sx, 1)
    facts = Facts([le(x, const(9)), ne(x, const(9)), ne(x, const(8))])
    assert facts.bounds(x) == (0, 7)
    facts = Facts([ne(x, const(9)), ne(x, const(8)), le(x, const(9))])
    assert facts.bounds(x) == (0, 7)


def test_the_via_ir_form_of_a_cast_check() -> None:
    facts = Facts([le(x, const(2**64 - 1)), le(y, const(2**64 - 1))])
    checked = facts.rewrite(w.truth(PATTERNS["ir product"](TERMS, x, y)))
    assert checked is gt(multiply(x, y), const(2**64 - 1))


def test_sums_of_unchecked_sums() -> None:
    total = w.add(x, y)
    facts = Facts([not_(lt(w.add(total, z), total))])
    assert facts.rewrite(w.add(total, z)) is add(total, z)


def test_bounds_combine_over_shared_atoms() -> None:
    facts = Facts([ge(x, y), le(z, const(5))])
    assert facts.bounds(add(subtract(x, y), z)) == (0, MAX_WORD + 5)
    assert facts.bounds(scale(subtract(y, x), 2))[1] == 0
    assert facts.decide(le(y, add(x, z))) is True
    assert facts.decide(lt(x, shift(y, -1))) is False
    assert facts.decide(le(x, z)) is None


def test_choices_close_when_all_but_one_alternative_is_out() -> None:
    facts = Facts([or_(le(x, const(3)), le(y, const(4)), flag)])
    assert facts.bounds(y)[1] == MAX_WORD
    facts = facts.assume(gt(x, const(7)), not_(flag))
    assert facts.bounds(y)[1] == 4
    assert facts.decide(or_(flag, le(y, const(4)))) is True


def test_branches_and_slices_are_decided() -> None:
    facts = Facts([flag, le(x, const(255)), ge(y, const(1))])
    assert facts.rewrite(ite(flag, x, z)) is x
    assert facts.rewrite(w.and_(x, const(255))) is x
    assert facts.rewrite(slice_bits(x, 8)) is const(0)
    assert facts.rewrite(w.div(w.mul(x, const(0)), y)) is const(0)
    assert facts.rewrite(divide(multiply(z, y), y)) is z
    assert facts.rewrite(w.mod(x, const(256))) is x
    assert facts.rewrite(lt(x, const(256))) is TRUE
    assert facts.rewrite(eq(x, const(256))) is FALSE
    assert facts.assume(eq(z, const(7))).rewrite(w.add(z, const(1))) is const(8)


def test_facts_keep_what_they_were_given() -> None:
    overflow = le(add(x, y), const(MAX_WORD))
    facts = Facts([overflow])
    later = facts.assume(le(w.add(x, y), z))
    assert later.path == (overflow, le(w.add(x, y), z))
    assert facts.path == (overflow,)
    assert "Facts(" in repr(facts)


@pytest.mark.parametrize("name", ["int add", "int sub", "sum below operand", "difference above"])
def test_rewriting_is_confirmed_by_the_solver(name: str) -> None:
    facts = passed(name)
    for term in (w.add(x, y), w.sub(x, y), signed(w.add(x, y)), signed(w.sub(x, y))):
        claim = eq(term, facts.rewrite(term))
        assert isinstance(check(Query(facts.path, claim)), Proved)


def test_an_impossible_path_is_seen_or_harmless() -> None:
    facts = Facts([le(x, const(3)), ge(x, const(4))])
    lo, hi = facts.bounds(x)
    assert lo is not None
    assert hi is not None
    assert lo > hi
    facts.rewrite(w.div(y, w.add(x, y)))
    divided = Facts([eq(x, const(0))]).rewrite(divide(sy, x))
    assert divided is const(0)
    assert Facts([and_(flag, le(x, y))]).decide(flag) is True


def test_the_first_bytes_of_a_word_leave_the_rest_zero() -> None:
    """As solc packs a string of up to 31 bytes with its length."""
    size = word_var("size", 32)
    ones = const(2**256 - 1)
    mask = w.not_(w.shr(w.mul(const(8), size), ones))
    kept = w.and_(x, mask)
    facts = Facts([le(size, const(31))])
    head = facts.rewrite(w.or_(facts.rewrite(kept), w.mul(const(2), size)))
    assert slice_bits(head, 0, 1) is const(0)
    assert facts.rewrite(slice_bits(head, 1, 7)) is size
    assert facts.rewrite(slice_bits(facts.rewrite(kept), 0, 8)) is const(0)
    whole = Facts([ge(size, const(32))])
    assert whole.rewrite(kept) is x
    nothing = Facts([eq(size, const(0))])
    assert nothing.rewrite(kept) is const(0)
