"""The process in Manticore's environment: found, started, limited, and ended if it hangs."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

__all__ = ["ENVIRONMENT", "Installed", "Limits", "Outcome", "find_environment", "run_job"]

ENVIRONMENT = "HARNESS_EXPLORE_PYTHON"
"""Environment variable that names the interpreter to use instead of that of the set-up."""

_FOLDER = ".venv-explore"
_HERE = Path(__file__).parent
_TAIL = 400
_PROBE = "from importlib.metadata import version as v; print(v('manticore'), v('z3-solver'))"


@dataclass(frozen=True)
class Installed:
    """Manticore's environment, or why there is none."""

    python: Path | None
    manticore: str = ""
    z3: str = ""
    problem: str = ""


@dataclass(frozen=True)
class Limits:
    """What a process may use: wall time in seconds, and bytes of memory."""

    seconds: float
    memory: int = 4 << 30


@dataclass(frozen=True)
class Outcome:
    """What a process told until it ended; ``guard`` says why that may not be all."""

    lines: Sequence[Mapping[str, Any]]
    guard: str = ""
    reason: str = ""


@cache
def find_environment() -> Installed:
    """Manticore's environment: the interpreter that the variable names, else beside our own."""
    named = os.environ.get(ENVIRONMENT)
    candidates = [Path(named)] if named else []
    if not named:
        roots = (Path(sys.prefix).parent, _HERE.parents[2])
        candidates = [root / _FOLDER / "bin" / "python" for root in roots]
    python = next((each for each in candidates if each.exists()), None)
    if python is None:
        missing = named or _FOLDER
        return Installed(None, problem=f"Manticore's environment is not there: {missing}")
    try:
        done = subprocess.run(
            [str(python), "-c", _PROBE], capture_output=True, text=True, timeout=60, check=True
        )
    except (OSError, subprocess.SubprocessError) as wrong:
        return Installed(None, problem=f"{python} does not have Manticore: {wrong}")
    manticore, _, z3 = done.stdout.strip().partition(" ")
    return Installed(python, manticore, z3)


def run_job(
    job: Mapping[str, Any], limits: Limits, module: str = "worker", folder: Path = _HERE
) -> Outcome:
    """Do a job in a process of its own, and end it when its time is up.

    Args:
        module: what is run, in ``folder``; given the files of the job and
            of the result, and the bytes of memory that it may use.
    """
    python = find_environment().python
    if python is None:
        return Outcome((), "environment", find_environment().problem)
    with tempfile.TemporaryDirectory(prefix="harness-explore-") as name:
        place = Path(name)
        (place / "job.json").write_text(json.dumps(job))
        files = (str(place / "job.json"), str(place / "result"))
        command = [str(python), "-m", module, *files, str(limits.memory)]
        with (place / "log").open("wb") as log:
            process = subprocess.Popen(
                command,
                cwd=folder,
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            guard, reason = _await(process, limits)
        lines = _lines(place / "result")
        if not guard and not (lines and "end" in lines[-1]):
            last = (place / "log").read_bytes()[-_TAIL:].decode(errors="replace").strip()
            guard, reason = "killed", f"exit code {process.returncode}: {last or 'no output'}"
        return Outcome(lines, guard, reason)


def _environment() -> dict[str, str]:
    """Nothing of ours that would change what is imported there."""
    return {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}


def _await(process: subprocess.Popen[bytes], limits: Limits) -> tuple[str, str]:
    try:
        code = process.wait(limits.seconds)
    except subprocess.TimeoutExpired:
        return "hang", f"stopped after {limits.seconds:.0f} s"
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    if code < 0:
        return "killed", f"killed by {signal.Signals(-code).name}"
    return "", ""


def _lines(path: Path) -> list[Mapping[str, Any]]:
    """What was told completely."""
    if not path.exists():
        return []
    found = []
    for line in path.read_bytes().splitlines(keepends=True):
        if line.endswith(b"\n"):
            found.append(json.loads(line))
    return found
