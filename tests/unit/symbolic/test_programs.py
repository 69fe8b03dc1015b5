"""Random programs: every term is equal to what the EVM computes, under every assignment."""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.symbolic.terms import words
from harness.symbolic.terms.evaluate import Assignment, evaluate
from harness.symbolic.terms.node import Int, const, term_scope, word_var

from .patterns import PATTERNS, REFERENCE, TERMS
from .programs import Program, Tape
from .reference import WORD_OPS, W

BOUNDARY = (0, 1, 2, 7, 8, 31, 32, 255, 256, 2**128 - 1, 2**128, 2**255 - 1, 2**255, W - 2, W - 1)


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.binary(min_size=60, max_size=400))
def test_a_chosen_program(tape: bytes) -> None:
    with term_scope():
        Program(Tape(tape)).run().check()


def test_many_random_programs() -> None:
    cases = 0
    for seed in range(400):
        with term_scope():
            content = random.Random(seed).randbytes(300)
            cases += Program(Tape(content)).run().check()
    assert cases > 40_000


def test_rewriting_under_facts_changes_no_value() -> None:
    cases = 0
    for seed in range(350):
        with term_scope():
            content = random.Random(10**6 + seed).randbytes(300)
            cases += Program(Tape(content)).run().check_facts()
    assert cases > 10_000


@pytest.mark.parametrize("name", WORD_OPS)
def test_each_opcode_at_its_boundaries(name: str) -> None:
    """Operands as variables and as constants, in every combination."""
    arity, meaning = WORD_OPS[name]
    sampled = random.Random(name)
    with term_scope():
        variables = [word_var(f"x{i}") for i in range(arity)]
        for _ in range(250):
            values = [sampled.choice(BOUNDARY) for _ in range(arity)]
            known = [sampled.random() < 0.4 for _ in range(arity)]
            operands: list[Int] = [
                const(value) if fixed else variable
                for value, fixed, variable in zip(values, known, variables, strict=True)
            ]
            term = getattr(words, name)(*operands)
            assignment = Assignment({f"x{i}": value for i, value in enumerate(values)})
            assert evaluate(term, assignment) == meaning(*values), (operands, values)


def test_sign_extension_from_every_byte() -> None:
    with term_scope():
        x, index = word_var("x"), word_var("index")
        for size in range(34):
            for value in (0x80 << 8 * min(size, 31), 0x7F << 8 * min(size, 31), W // 3 * 2, W - 1):
                expected = WORD_OPS["signextend"][1](size, value)
                for operand in (const(size), index):
                    term = words.signextend(operand, x)
                    assert evaluate(term, Assignment({"x": value, "index": size})) == expected


@pytest.mark.parametrize("name", PATTERNS)
def test_each_pattern_at_its_boundaries(name: str) -> None:
    """Each pattern of solc, where the sum, difference or product just fits and just does not."""
    pattern = PATTERNS[name]
    with term_scope():
        term = pattern(TERMS, word_var("x"), word_var("y"))
        for x in BOUNDARY:
            near = {W - x, x, W // max(x, 1), 2**255 - x, 2**255 // max(x, 1), 10**40 // max(x, 1)}
            for y in {*BOUNDARY, *((n + d) % W for n in near for d in (-1, 0, 1))}:
                found = evaluate(term, Assignment({"x": x, "y": y}))
                assert found == pattern(REFERENCE, x, y), (term, x, y)
