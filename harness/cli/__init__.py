"""The command line: ``harness verify | list | explain | replay | doctor``.

stdout carries the result only; progress and diagnostics go to stderr.  Nothing heavy is imported
before a command needs it.
"""

from harness.cli.app import app, main

__all__ = ["app", "main"]
