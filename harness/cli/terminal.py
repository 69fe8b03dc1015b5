"""The two streams of a command: the result on stdout, everything else on stderr."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import IO, Any

from rich.console import Console

__all__ = ["Terminal"]

_WIDTH = 120
"""Columns where the output is no terminal and COLUMNS does not say."""


class _Console(Console):
    """A console that falls silent when nobody reads it any more, instead of ending the process.

    The exit code of a run is that of its verdicts, even where ``head`` read only its first lines.
    """

    def on_broken_pipe(self) -> None:
        """Send the rest nowhere."""
        self.quiet = True
        _abandon(self.file)


def _abandon(stream: IO[str]) -> None:
    """Point a stream's descriptor at nothing, so that flushing it at exit cannot fail either."""
    try:
        descriptor = stream.fileno()
    except (OSError, ValueError):
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, descriptor)
    os.close(nowhere)


@dataclass
class Terminal:
    """Where a command prints to, and how much.

    ``quiet`` leaves out progress and notes, ``verbose`` adds tracebacks and details.  ``root`` is
    the project, once it is known.
    """

    quiet: bool = False
    verbose: bool = False
    root: Path = field(default_factory=Path.cwd)

    @cached_property
    def out(self) -> Console:
        """The result."""
        return _console(sys.stdout)

    @cached_property
    def err(self) -> Console:
        """Progress and diagnostics."""
        return _console(sys.stderr)

    def write(self, text: str) -> None:
        """Write text to stdout as it is, without wrapping: a document for a program."""
        try:
            sys.stdout.write(text)
            sys.stdout.flush()
        except BrokenPipeError:
            _abandon(sys.stdout)

    def line(self, text: Any = "") -> None:
        """A line of the result; long ones are left to the terminal to wrap."""
        self.out.print(text, highlight=False, markup=False, soft_wrap=True)

    def note(self, text: Any) -> None:
        """A remark on stderr, unless quiet."""
        if not self.quiet:
            self.err.print(text, highlight=False, markup=False, soft_wrap=True)

    def error(self, text: Any) -> None:
        """An error on stderr."""
        self.err.print(text, highlight=False, markup=False, soft_wrap=True)


def _console(stream: IO[str]) -> Console:
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        # A name that the terminal's encoding cannot show must not end the run.
        reconfigure(errors="replace")
    width = None if stream.isatty() or os.environ.get("COLUMNS") else _WIDTH
    return _Console(file=stream, width=width, highlight=False)
