"""What happens to exceptions: every one becomes a message and an exit code.

HarnessError          its message on stderr, its own exit code; with -v the traceback too
a wrong command line  typer's message, exit 2
Ctrl-C                "interrupted", exit 3
anything else         one line, the traceback saved to .harness/crash-*.txt, exit 5
"""

from __future__ import annotations

import os
import sys
import time
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.text import Text
from typer import Abort, Context, Exit, TyperException
from typer.core import TyperGroup

from harness.cli.terminal import Terminal
from harness.errors import HarnessError
from harness.verdict import ExitCode

__all__ = ["GuardedGroup", "report_crash", "report_error", "terminal_of"]

_INTERRUPTED = 130


def terminal_of(context: Context) -> Terminal:
    """The terminal of the invocation that a command belongs to."""
    return context.ensure_object(Terminal)


class GuardedGroup(TyperGroup):
    """A group of commands out of which no exception escapes."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        """Run the command line and leave with its exit code; never returns."""
        try:
            code = super().main(args, prog_name, complete_var, False, windows_expand_args, **extra)
        except TyperException as wrong:
            show = getattr(wrong, "show", None)
            if show is not None:
                show()
            else:
                print(wrong.format_message(), file=sys.stderr)
            code = wrong.exit_code
        if code == _INTERRUPTED:
            print("interrupted", file=sys.stderr)
            code = ExitCode.INCOMPLETE
        sys.exit(int(code or 0))

    def invoke(self, ctx: Any) -> Any:
        """Run a command; its errors are told and become its exit code."""
        terminal = terminal_of(ctx)
        try:
            return super().invoke(ctx)
        except HarnessError as wrong:
            report_error(terminal, wrong)
            return wrong.exit_code
        except KeyboardInterrupt:
            terminal.error("interrupted")
            return ExitCode.INCOMPLETE
        except (TyperException, Abort, Exit):
            raise
        except Exception as wrong:  # noqa: BLE001  (this is where every bug ends)
            report_crash(terminal, wrong)
            return ExitCode.INTERNAL


def report_error(terminal: Terminal, wrong: HarnessError) -> None:
    """Tell of an error that the harness raised on purpose."""
    text = Text("error: ", style="bold red").append(str(wrong), style="not bold default")
    terminal.error(text)
    if terminal.verbose:
        terminal.error("".join(traceback.format_exception(wrong)).rstrip())


def report_crash(terminal: Terminal, wrong: BaseException) -> Path | None:
    """Tell of an error that nobody foresaw; returns where its traceback was saved."""
    shown = "".join(traceback.format_exception(wrong))
    first = (str(wrong).splitlines() or [""])[0]
    line = f"internal error: {type(wrong).__name__}: {first}".rstrip(": ")
    stamp = time.strftime("%Y%m%d-%H%M%S")
    path = terminal.root / ".harness" / f"crash-{stamp}-{os.getpid()}.txt"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{' '.join(sys.argv)}\n\n{shown}", encoding="utf-8")
    except OSError:
        terminal.error(f"{line}\n{shown}")
        return None
    terminal.error(f"{line}; the traceback is in {path}")
    if terminal.verbose:
        terminal.error(shown.rstrip())
    return path
