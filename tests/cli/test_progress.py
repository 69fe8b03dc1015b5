"""Progress on stderr: one line redrawn in a terminal, plain lines elsewhere."""

from __future__ import annotations

import io

from rich.console import Console

from harness.cli.progress import Display
from harness.cli.terminal import Terminal
from harness.judges.protocol import Progress
from harness.verdict import JudgeName, Result, Verdict

REFUTED = Result("P-1", "s", JudgeName.FUZZ, Verdict.REFUTED, Verdict.FUZZED)
FUZZED = Result("P-2", "s", JudgeName.FUZZ, Verdict.FUZZED, Verdict.FUZZED)
FIGURES = {"calls": 12_345, "calls/s": 410.4, "reverts": 7, "share": 0.5}


def shown(*, terminal: bool, quiet: bool = False) -> str:
    """What a run prints to stderr."""
    stream = io.StringIO()
    target = Terminal(quiet=quiet)
    target.__dict__["err"] = Console(file=stream, force_terminal=terminal, width=120)
    with Display(target, 2) as display:
        display.task("fuzz vault")
        display.result(REFUTED)
        display.result(FUZZED)
        display.progress(Progress("fuzzing", 3, 9, FIGURES))
    return stream.getvalue()


def test_a_terminal_has_a_live_line() -> None:
    text = shown(terminal=True)
    line = "fuzz vault: 2 of 2 verdicts, fuzzing 3/9, 12_345 calls, 410 calls/s, 7 reverts, 0.5"
    assert line in text
    assert "P-1 by fuzz" in text
    assert "\x1b[?25h" in text


def test_elsewhere_lines_are_plain() -> None:
    assert shown(terminal=False).splitlines() == [
        "fuzz vault: 0 of 2 verdicts",
        "REFUTED P-1 by fuzz",
    ]


def test_quiet_shows_nothing() -> None:
    assert shown(terminal=True, quiet=True) == ""
