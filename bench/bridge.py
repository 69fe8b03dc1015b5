"""The prover next to halmos on a bridge between two chains, as it should be and with five bugs.

    python bench/bridge.py                   both tools; halmos is installed on the first run
    python bench/bridge.py --without-halmos  our figures alone
    python bench/bridge.py b3 b5             some variants

Each verdict is reached by a process of its own, with contracts and Python compiled beforehand;
what counts is its CPU time with that of its children.  The prover looks at any number of
transactions, halmos at two in a row; either stops at the first counterexample.
Exits with 1 where a verdict of ours is not the one that a variant should get.
"""

from __future__ import annotations

import compileall
import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from two_chains import artifacts
from two_chains.variants import VARIANTS, Variant, write

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "build" / "two_chains"
HALMOS = ROOT / ".venv-halmos"
HALMOS_VERSION = "0.3.3"
DEPTH = 2
"""Transactions in a row that halmos tries."""

PATIENCE = 900
"""Seconds of wall time after which a tool is stopped."""


@dataclass(frozen=True)
class Timed:
    """What a tool said of a variant, and what it cost."""

    said: str
    cpu: float
    """Seconds of the process and its children."""


def timed(command: list[str], folder: Path, path: Path | None = None) -> tuple[str, float]:
    """What a command prints, both streams, and its CPU seconds; "" where it was stopped."""
    environment = dict(os.environ, PYTHONPATH=str(ROOT))
    if path is not None:
        environment["PATH"] = f"{path}{os.pathsep}{environment['PATH']}"
        del environment["PYTHONPATH"]
    before = os.times()
    try:
        said = subprocess.run(
            command,
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=PATIENCE,
            check=False,
        ).stdout
    except subprocess.TimeoutExpired:
        said = ""
    after = os.times()
    used = after.children_user + after.children_system
    return said, used - before.children_user - before.children_system


def ours(variant: Variant, project: Path) -> Timed:
    """The prover's verdict: REFUTED at the first property that is, PROVED if all of them are."""
    command = [sys.executable, str(ROOT / "bench" / "two_chains" / "judge.py"), str(project)]
    said, cpu = timed(command, project)
    try:
        verdicts = json.loads(said.splitlines()[-1])
    except (IndexError, ValueError):
        raise SystemExit(f"bench: the prover did not finish on {variant.name}:\n{said}") from None
    said_of_any = {verdict for verdict, _ in verdicts.values()}
    if "REFUTED" in said_of_any:
        return Timed("REFUTED", cpu)
    return Timed(min(said_of_any - {"PROVED"}, default="PROVED"), cpu)


def theirs(project: Path) -> Timed:
    """The verdict of halmos on the invariant of its own test, in sequences of two calls."""
    command = [str(HALMOS / "bin" / "halmos"), "--contract", "BridgeTest", "--no-status"]
    command += ["--invariant-depth", str(DEPTH), "--early-exit"]
    said, cpu = timed(command, project, path=project / "bin")
    found = re.search(r"\[(PASS|FAIL|ERROR|TIMEOUT)\]", re.sub(r"\x1b\[[0-9;]*m", "", said))
    meaning = {"PASS": f"holds for {DEPTH} calls", "FAIL": "REFUTED"}
    verdict = found.group(1) if found else f"stopped after {PATIENCE} s"
    return Timed(meaning.get(verdict, verdict), cpu)


def halmos_is_there() -> bool:
    """Whether halmos can be run; installs it into an environment of its own the first time."""
    program = HALMOS / "bin" / "halmos"
    if program.exists():
        return True
    print(f"installing halmos {HALMOS_VERSION} into {HALMOS.name}", file=sys.stderr)
    for command in (
        [sys.executable, "-m", "venv", str(HALMOS)],
        [str(HALMOS / "bin" / "pip"), "install", "--quiet", f"halmos=={HALMOS_VERSION}"],
    ):
        if subprocess.run(command, check=False).returncode:
            return False
    return program.exists()


def rows(variants: list[Variant], with_halmos: bool) -> bool:
    """Print a row for each tool and variant; whether all of our verdicts are as they should be."""
    print(f"{'tool':<8} {'variant':<38} {'verdict':<20} {'CPU s':>7} {'ratio':>6}")
    good = True
    for variant in variants:
        project = write(variant, BUILD)
        title = f"{variant.name}: {variant.title}"
        # Once before it counts: the compiler's output is kept.
        subprocess.run(
            [sys.executable, "-c", _COMPILE, str(project)], cwd=ROOT, check=True, env=_environment()
        )
        own = ours(variant, project)
        good &= own.said == ("REFUTED" if variant.breaks else "PROVED")
        print(f"{'prove':<8} {title:<38} {own.said:<20} {own.cpu:>7.2f} {1:>6.1f}", flush=True)
        if with_halmos:
            artifacts.prepare(project)
            other = theirs(project)
            ratio = other.cpu / own.cpu
            print(f"{'halmos':<8} {title:<38} {other.said:<20} {other.cpu:>7.2f} {ratio:>6.1f}")
    return good


_COMPILE = """
import sys
from pathlib import Path
from harness.compiled import compile_system
from harness.targets import load_targets
project = Path(sys.argv[1])
(target,) = load_targets([str(project / "checks")], project)
compile_system(target.system, project)
"""


def _environment() -> dict[str, str]:
    return dict(os.environ, PYTHONPATH=str(ROOT))


def main() -> None:
    """Print the table."""
    arguments = sys.argv[1:]
    names = [each for each in arguments if not each.startswith("-")]
    unknown = set(names) - {variant.name for variant in VARIANTS}
    if unknown or set(arguments) - set(names) - {"--without-halmos"}:
        raise SystemExit(f"bench: usage:\n{__doc__}")
    # As pip does with what it installs, halmos too: not every environment lets Python do so itself.
    compileall.compile_dir(ROOT / "harness", quiet=1)
    with_halmos = "--without-halmos" not in arguments and halmos_is_there()
    chosen = [variant for variant in VARIANTS if not names or variant.name in names]
    good = rows(chosen, with_halmos)
    if not with_halmos:
        print(f"halmos {HALMOS_VERSION} was not run: it is not installed in {HALMOS.name}")
    raise SystemExit(0 if good else 1)


if __name__ == "__main__":
    main()
