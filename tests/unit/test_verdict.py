"""Verdicts: their order, what may be asked of whom, and the exit code of a run."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from harness.verdict import BEST, ExitCode, JudgeName, Result, Verdict, exit_code, required_of

PROVED, BOUNDED, FUZZED = Verdict.PROVED, Verdict.BOUNDED, Verdict.FUZZED
INCOMPLETE, VACUOUS = Verdict.INCOMPLETE, Verdict.VACUOUS
REFUTED, ERROR = Verdict.REFUTED, Verdict.ERROR


def result(verdict: Verdict, required: Verdict = FUZZED, fault: ExitCode | None = None) -> Result:
    return Result("P", "s", JudgeName.FUZZ, verdict, required, fault=fault or ExitCode.INTERNAL)


def test_positive_verdicts_are_ordered_and_others_satisfy_only_themselves() -> None:
    order = (FUZZED, BOUNDED, PROVED)
    for weak, strong in itertools.combinations(order, 2):
        assert strong.satisfies(weak)
        assert not weak.satisfies(strong)
    for verdict, required in itertools.product(Verdict, Verdict):
        if verdict not in order or required not in order:
            assert verdict.satisfies(required) is (verdict is required)
        elif verdict is required:
            assert verdict.satisfies(required)


def test_every_verdict_says_what_it_claims_in_one_sentence() -> None:
    assert len({verdict.meaning for verdict in Verdict}) == len(Verdict)
    for verdict in Verdict:
        assert verdict.meaning.endswith(".")
        assert verdict.value == verdict.name


@pytest.mark.parametrize(
    ("judge", "required", "expected"),
    [
        (JudgeName.PROVE, PROVED, PROVED),
        (JudgeName.PROVE, FUZZED, FUZZED),
        (JudgeName.EXPLORE, PROVED, BOUNDED),
        (JudgeName.EXPLORE, FUZZED, FUZZED),
        (JudgeName.FUZZ, PROVED, FUZZED),
        (JudgeName.FUZZ, BOUNDED, FUZZED),
        (JudgeName.FUZZ, FUZZED, FUZZED),
        (JudgeName.INSPECT, PROVED, PROVED),
        # A property may be there to be refuted; no judge makes something else of that.
        (JudgeName.FUZZ, REFUTED, FUZZED),
    ],
)
def test_no_judge_is_asked_for_more_than_it_can_say(
    judge: JudgeName, required: Verdict, expected: Verdict
) -> None:
    assert required_of(judge, required) is expected
    assert BEST[judge].satisfies(required_of(judge, required))


@pytest.mark.parametrize(
    ("verdict", "required", "fault", "expected"),
    [
        (PROVED, PROVED, None, ExitCode.REACHED),
        (PROVED, FUZZED, None, ExitCode.REACHED),
        (FUZZED, FUZZED, None, ExitCode.REACHED),
        (FUZZED, PROVED, None, ExitCode.INCOMPLETE),
        (BOUNDED, PROVED, None, ExitCode.INCOMPLETE),
        (INCOMPLETE, FUZZED, None, ExitCode.INCOMPLETE),
        (VACUOUS, FUZZED, None, ExitCode.VACUOUS),
        (REFUTED, FUZZED, None, ExitCode.REFUTED),
        (ERROR, FUZZED, None, ExitCode.INTERNAL),
        (ERROR, FUZZED, ExitCode.USAGE, ExitCode.USAGE),
        (REFUTED, REFUTED, None, ExitCode.REACHED),
    ],
)
def test_the_exit_code_of_one_result(
    verdict: Verdict, required: Verdict, fault: ExitCode | None, expected: ExitCode
) -> None:
    assert result(verdict, required, fault).exit_code is expected
    assert exit_code([result(verdict, required, fault)]) is expected


@pytest.mark.parametrize(
    ("required", "fuzz", "prove", "expected"),
    [
        # The fuzzer says all that is required, so it is no matter that no proof was found.
        (FUZZED, FUZZED, INCOMPLETE, ExitCode.REACHED),
        (FUZZED, INCOMPLETE, PROVED, ExitCode.REACHED),
        (PROVED, FUZZED, INCOMPLETE, ExitCode.INCOMPLETE),
        (PROVED, INCOMPLETE, PROVED, ExitCode.REACHED),
        (PROVED, REFUTED, INCOMPLETE, ExitCode.REFUTED),
        (FUZZED, VACUOUS, PROVED, ExitCode.VACUOUS),
        (FUZZED, FUZZED, ERROR, ExitCode.INTERNAL),
    ],
)
def test_one_judge_may_say_what_another_leaves_open(
    required: Verdict, fuzz: Verdict, prove: Verdict, expected: ExitCode
) -> None:
    said = [
        Result("P", "s", judge, verdict, required_of(judge, required))
        for judge, verdict in ((JudgeName.FUZZ, fuzz), (JudgeName.PROVE, prove))
    ]
    assert exit_code(said) is expected
    assert exit_code(reversed(said)) is expected
    assert exit_code([*said, Result("Q", "s", JudgeName.PROVE, INCOMPLETE, PROVED)]) is not (
        ExitCode.REACHED
    )


def test_the_loudest_result_decides() -> None:
    loudest_first = [
        result(ERROR),
        result(REFUTED),
        result(ERROR, fault=ExitCode.USAGE),
        result(VACUOUS),
        result(INCOMPLETE),
        result(FUZZED),
    ]
    expected = [each.exit_code for each in loudest_first]
    for number, code in enumerate(expected):
        named = (replace(e, property_id=str(n)) for n, e in enumerate(loudest_first[number:]))
        assert exit_code(named) is code
    assert exit_code([]) is ExitCode.REACHED
    assert [int(code) for code in expected] == [5, 1, 2, 4, 3, 0]
