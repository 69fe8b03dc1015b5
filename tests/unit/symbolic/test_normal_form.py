"""What the constructors promise: equal terms are one object, bits and sums are structural."""

from __future__ import annotations

import pickle

import pytest

from harness.symbolic.terms import (
    FALSE,
    MAX_WORD,
    TRUE,
    Assignment,
    Function,
    Unassigned,
    and_,
    bool_var,
    concat,
    const,
    evaluate,
    iff,
    int_var,
    interned,
    is_word,
    ite,
    not_,
    or_,
    show,
    signed,
    slice_bits,
    substitute,
    term_scope,
    word_var,
    wrap,
)
from harness.symbolic.terms import words as w
from harness.symbolic.terms.compare import eq, ge, gt, le, lt, maximum, minimum, ne
from harness.symbolic.terms.functions import BAND
from harness.symbolic.terms.linear import add, scale, subtract, total
from harness.symbolic.terms.node import APP, SLICE
from harness.symbolic.terms.product import multiply

x, y, z = word_var("nx"), word_var("ny"), word_var("nz")
small = word_var("small", 64)
flag = bool_var("flag")


def test_equal_terms_are_one_object() -> None:
    assert w.add(x, y) is w.add(y, x)
    assert w.sub(w.add(x, y), y) is x
    assert add(scale(x, 3), subtract(y, x)) is add(add(x, x), y)
    assert multiply(subtract(x, y), z) is scale(multiply(z, subtract(y, x)), -1)
    assert and_(flag, not_(flag)) is FALSE
    assert or_(le(x, const(5)), gt(x, const(5))) is TRUE


def test_wrap_around_is_dropped_where_bounds_allow() -> None:
    assert w.add(small, small) is scale(small, 2)
    assert is_word(w.add(small, const(7)))
    assert w.add(x, const(1)).op == SLICE


def test_sums_modulo_a_word_cancel() -> None:
    assert w.sub(w.add(w.add(x, y), const(MAX_WORD)), w.sub(y, const(1))) is x
    assert w.not_(w.not_(x)) is x
    assert wrap(signed(x)) is x
    assert w.mul(x, const(2**255)) is w.shl(const(255), x)


def test_masks_and_shifts_are_slices() -> None:
    assert w.and_(x, const(2**160 - 1)) is slice_bits(x, 0, 160)
    assert w.shr(const(96), w.shl(const(96), x)) is slice_bits(x, 0, 160)
    assert w.div(x, const(2**96)) is w.shr(const(96), x)
    assert w.byte(const(0), x) is slice_bits(x, 248, 8)
    assert w.and_(w.shr(const(8), w.shr(const(8), x)), const(255)) is slice_bits(x, 16, 8)


def test_a_word_taken_apart_is_put_together_again() -> None:
    parts = [(w.byte(const(i), x), 8) for i in range(32)]
    assert concat(parts) is x
    assert w.or_(w.and_(x, const(MAX_WORD - 255)), w.and_(x, const(255))) is x
    middle = const((2**64 - 1) << 32)
    assert w.xor(w.and_(x, middle), x) is w.and_(x, w.not_(middle))


def test_packed_fields_are_read_back() -> None:
    owner, when = word_var("owner", 160), word_var("when", 40)
    slot = w.or_(w.shl(const(160), when), owner)
    assert w.and_(slot, const(2**160 - 1)) is owner
    assert w.and_(w.shr(const(160), slot), const(2**40 - 1)) is when
    later = w.or_(w.and_(slot, const(2**160 - 1)), w.mul(small, const(2**160)))
    assert slice_bits(later, 160, 64) is small
    assert w.and_(w.shl(const(160), when), owner) is const(0)


def test_a_packed_field_of_another_slot_is_replaced() -> None:
    old = word_var("old")
    cleared = w.and_(old, w.not_(const((2**64 - 1) << 96)))
    new = w.or_(cleared, w.shl(const(96), small))
    assert slice_bits(new, 96, 64) is small
    assert slice_bits(new, 0, 96) is slice_bits(old, 0, 96)
    assert slice_bits(new, 160, 96) is slice_bits(old, 160)


def test_slices_go_through_choices() -> None:
    chosen = ite(flag, concat([(small, 64), (const(5), 8)]), x)
    assert slice_bits(chosen, 8, 64) is ite(flag, small, slice_bits(x, 8, 64))


def test_unknown_bits_stay_one_function() -> None:
    both = w.and_(x, y)
    assert both.op == APP
    assert both.data is BAND
    assert w.or_(x, y) is subtract(add(x, y), both)
    assert w.and_(small, y) is w.and_(slice_bits(y, 0, 64), small)


def test_comparisons_are_decided_by_bounds() -> None:
    assert le(small, const(2**64 - 1)) is TRUE
    assert lt(x, const(0)) is FALSE
    assert w.lt(w.and_(x, const(255)), const(256)) is const(1)
    assert eq(scale(x, 2), const(7)) is FALSE
    assert le(scale(x, 2), const(7)) is le(x, const(3))
    assert ne(x, const(0)) is gt(x, const(0))
    assert lt(x, const(MAX_WORD)) is ne(x, const(MAX_WORD))


def test_shifted_values_compare_as_the_value() -> None:
    assert eq(w.shr(const(160), x), const(0)) is le(x, const(2**160 - 1))
    assert eq(x, w.and_(x, const(2**160 - 1))) is le(x, const(2**160 - 1))
    assert lt(w.div(x, const(10)), const(3)) is lt(x, const(30))
    assert eq(multiply(x, y), const(0)) is or_(eq(x, const(0)), eq(y, const(0)))


def test_conditions_pass_through_words() -> None:
    assert w.truth(w.iszero(w.iszero(w.lt(x, y)))) is lt(x, y)
    assert w.truth(w.and_(w.lt(x, y), w.eq(x, z))) is and_(lt(x, y), eq(x, z))
    assert w.truth(w.or_(w.lt(x, y), w.eq(x, z))) is or_(lt(x, y), eq(x, z))
    assert w.mul(w.lt(x, y), z) is ite(lt(x, y), z, const(0))


def test_bounds_on_one_form_merge() -> None:
    assert and_(le(x, const(9)), le(x, const(5))) is le(x, const(5))
    assert and_(le(x, const(9)), ge(x, const(9))) is eq(x, const(9))
    assert and_(le(x, const(9)), ge(x, const(10))) is FALSE
    assert and_(le(x, y), le(y, x)) is eq(x, y)
    assert and_(ne(x, const(9)), le(x, const(9))) is le(x, const(8))


def test_literals_act_inside_disjunctions() -> None:
    other = bool_var("other")
    assert and_(flag, or_(not_(flag), other)) is and_(flag, other)
    assert or_(flag, and_(not_(flag), other)) is or_(flag, other)
    assert and_(le(x, const(3)), or_(gt(x, const(7)), other)) is and_(le(x, const(3)), other)
    assert iff(flag, flag) is TRUE


def test_bounds_that_follow_are_dropped() -> None:
    assert and_(le(add(x, y), const(5)), le(x, const(9))) is le(add(x, y), const(5))
    assert or_(eq(x, const(0)), le(multiply(x, y), const(9))) is le(multiply(x, y), const(9))


def test_choices_merge_and_bound() -> None:
    assert ite(flag, x, ite(flag, y, z)) is ite(flag, x, z)
    assert ite(not_(flag), x, y) is ite(flag, y, x)
    assert ite(flag, x, x) is x
    assert ite(eq(x, y), x, y) is y
    assert ite(ne(x, y), x, y) is x
    assert ite(eq(x, const(5)), x, const(6)) is not const(6)
    assert ite(eq(x, y), x, z) is not z
    saturated = ite(le(x, y), const(0), subtract(x, y))
    assert saturated.lo == 0
    assert minimum(x, small).hi == 2**64 - 1
    assert maximum(x, const(7)).lo == 7


def test_deep_terms_do_not_exhaust_the_stack() -> None:
    term, condition = x, flag
    for index in range(1500):
        term = w.add(w.mul(term, y), const(index))
        condition = or_(and_(condition, lt(term, z)), eq(term, const(index)))
    inputs = Assignment({"nx": 3, "ny": 5, "nz": 7}, {"flag": True})
    value, truth = 3, True
    for index in range(1500):
        value = (value * 5 + index) % 2**256
        truth = (truth and value < 7) or value == index
    assert evaluate(term, inputs) == value
    assert evaluate(condition, inputs) is truth
    assert evaluate(not_(condition), inputs) is not truth
    assert evaluate(substitute(condition, {x: const(3)}), inputs) is truth


def test_substitution_brings_back_the_normal_form() -> None:
    assert substitute(w.add(x, y), {y: const(0)}) is x
    assert substitute(w.and_(x, y), {y: const(255)}) is slice_bits(x, 0, 8)
    assert substitute(lt(w.add(x, y), z), {x: z, y: const(0)}) is FALSE
    assert substitute(w.exp(x, y), {x: const(2), y: const(10)}) is const(1024)
    assert substitute(w.shl(y, x), {y: const(8)}) is w.shl(const(8), x)


def test_evaluation_reports_what_is_missing_or_out_of_range() -> None:
    read = Function("read", 1)
    with pytest.raises(Unassigned, match="'nx' has no value"):
        evaluate(x, Assignment())
    with pytest.raises(Unassigned, match="read"):
        evaluate(read(const(1)), Assignment())
    with pytest.raises(ValueError, match="outside"):
        evaluate(small, Assignment({"small": 2**64}))
    with pytest.raises(ValueError, match="outside"):
        evaluate(read(const(1)), Assignment(functions={"read": {(1,): -1}}))
    tables = Assignment(functions={"read": {(1,): 7}}, defaults={"read": 9})
    assert evaluate(add(read(const(1)), read(const(2))), tables) == 16
    assert evaluate(read(const(4)), Assignment(functions={"read": lambda key: key * 2})) == 8


def test_misuse_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="cannot become"):
        word_var("nx", 8)
    with pytest.raises(ValueError, match="empty range"):
        int_var("nothing", 3, 2)
    with pytest.raises(ValueError, match="1 to 256 bits, not 257"):
        word_var("wide", 257)
    with pytest.raises(ValueError, match="offset and width"):
        slice_bits(x, -1, 8)
    with pytest.raises(TypeError, match="takes 1 arguments, not 2"):
        Function("read", 1)(x, y)
    with pytest.raises(TypeError, match="no truth value"):
        bool(lt(x, y))
    with pytest.raises(TypeError, match="cannot be pickled"):
        pickle.dumps(x)


def test_a_scope_has_its_own_terms_and_drops_them() -> None:
    before = interned()
    with term_scope():
        assert interned() == 0
        inner = word_var("nx", 8)
        assert inner is not x
        first = w.add(inner, const(1)).id
    with term_scope():
        assert w.add(word_var("nx", 8), const(1)).id == first
    assert interned() == before
    assert word_var("nx") is x
    assert w.add(x, y) is w.add(y, x)


def test_terms_print_short() -> None:
    assert repr(subtract(scale(x, 3), add(y, const(5)))) == "(3*nx - ny - 5)"
    assert repr(w.and_(x, const(255))) == "nx[0:8]"
    assert repr(w.shr(const(160), x)) == "nx[160:]"
    assert repr(and_(flag, lt(x, y))) == "(and flag ((nx - ny) <= -1))"
    assert repr(w.div(x, y)) == "(div nx ny)"
    assert repr(const(2**256 - 1)) == "(2^256-1)"
    assert repr(const(-(2**255))) == "-2^255"
    assert "..." in repr(total(multiply(word_var(f"v{i}"), x) for i in range(80)))
    assert show(w.and_(x, y)) == "(band nx ny)"
