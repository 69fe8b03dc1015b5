"""Counts the cases of conformance, and tells of them at the end of the run."""

from __future__ import annotations

from collections.abc import Callable

import pytest

_CASES = "conformance cases"


@pytest.fixture
def count_cases(record_property: Callable[[str, object], None]) -> Callable[[int], None]:
    """Add to the number of cases that were compared with py-evm."""
    return lambda cases: record_property(_CASES, cases)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How many cases were compared, by all workers together."""
    passed = terminalreporter.getreports("passed")
    counts = [n for each in passed for name, n in each.user_properties if name == _CASES]
    if counts:
        cases = sum(int(str(count)) for count in counts)
        terminalreporter.write_line(f"conformance: {cases:_} cases compared with py-evm")
