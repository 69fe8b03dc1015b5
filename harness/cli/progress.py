"""Showing on stderr how far a run is.

In a terminal one line is redrawn; elsewhere a plain line is printed now and then.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from rich.live import Live
from rich.text import Text

from harness.cli.terminal import Terminal
from harness.judges.protocol import Progress
from harness.report.terminal import verdict_text
from harness.verdict import Result, Verdict

__all__ = ["Display"]

_EVERY = 10.0
"""Seconds between plain lines."""
_PER_SECOND = 8


class Display:
    """What a run is doing now; a context manager.

    ``of`` is the number of verdicts that the run will give.
    """

    def __init__(self, terminal: Terminal, of: int) -> None:
        self._terminal = terminal
        self._of = of
        self._done = 0
        self._task = ""
        self._progress = Progress("")
        self._started = time.monotonic()
        self._printed = self._started
        self._said = ""
        live = terminal.err.is_terminal and not terminal.quiet
        self._live = (
            Live(
                console=terminal.err,
                transient=True,
                refresh_per_second=_PER_SECOND,
                get_renderable=self._line,
                redirect_stdout=False,
                redirect_stderr=False,
            )
            if live
            else None
        )

    def __enter__(self) -> Display:
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._live is not None:
            self._live.stop()

    def task(self, name: str) -> None:
        """Another piece of work has begun: a compilation, a judge on a system."""
        self._task = name
        self._progress = Progress("")
        self._plain()

    def progress(self, progress: Progress) -> None:
        """The judge that now runs tells how far it is."""
        self._progress = progress
        if time.monotonic() - self._printed >= _EVERY:
            self._plain()

    def result(self, result: Result) -> None:
        """A verdict is there; one that is not as required is told at once."""
        self._done += 1
        if result.verdict in (Verdict.REFUTED, Verdict.ERROR):
            said = verdict_text(result.verdict)
            self._terminal.note(
                said.append(
                    f" {result.property_id} by {result.judge.value}", style="not bold default"
                )
            )

    def _plain(self) -> None:
        if self._live is None and self._task:
            text = self._words()
            if text != self._said:
                self._said = text
                self._printed = time.monotonic()
                self._terminal.note(text)

    def _words(self) -> str:
        now = self._progress
        parts = [f"{self._task}: {self._done} of {self._of} verdicts"]
        if now.doing:
            parts.append(now.doing + (f" {now.done}/{now.of}" if now.of else ""))
        return ", ".join([*parts, *_figures(now.figures)])

    def _line(self) -> Text:
        seconds = int(time.monotonic() - self._started)
        clock = f"{seconds // 60}:{seconds % 60:02d}"
        return Text(f"{clock}  {self._words()}", style="dim", no_wrap=True, overflow="ellipsis")


def _figures(figures: Mapping[str, Any]) -> list[str]:
    return [f"{_figure(value)} {name}" for name, value in figures.items()]


def _figure(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.0f}" if value >= 10 else f"{value:.1f}"
    return f"{value:_}" if isinstance(value, int) else str(value)
