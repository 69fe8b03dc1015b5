"""What cannot be proved is INCOMPLETE, with its reason and exit code 3, on the command line.

Every cause is a real one: a theorem that no solver finds, a worker that dies, more memory than
there is, an opcode that the machine refuses, a storage slot that belongs to no variable.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[3]

HEAD = '''
import os
from typing import Any

from harness import CallView, Deployment, System, chain_at, contract, invariant, transition, user


class Things(System):
    """One contract."""

    sources = ("contracts",)
    l1 = chain_at(block=1, time=1_700_000_000)
    alice = user()
    thing = contract(l1, "Thing")

    @classmethod
    def deploy(cls, d: Deployment) -> None:
        """Deploy it."""
        d.create(cls.thing)

'''

CONTRACT = """// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Thing {{
    uint64 public x;
    uint64 public y;
    uint64 public z;

    {function}
}}

contract Other {{}}
"""

SETS = """function set(uint64 x_, uint64 y_, uint64 z_) external {
        (x, y, z) = (x_, y_, z_);
    }"""

TRUE = '''
@invariant("THING-001", severity="low", source="here")
def positive(w: Things) -> Any:
    """It holds."""
    return w.thing.state.x >= 0
'''


@dataclass(frozen=True)
class Guard:
    """A cause, as a contract and a property, and what the reason must say."""

    name: str
    function: str
    about: str
    said: tuple[str, ...]

    def __str__(self) -> str:
        return self.name


GUARDS = (
    Guard(
        "unknown-answer",
        SETS,
        '''
@invariant("THING-001", severity="low", source="Fermat")
def no_cubes(w: Things) -> Any:
    """No two cubes add up to a third."""
    x, y, z = w.thing.state.x, w.thing.state.y, w.thing.state.z
    if x == 0 or y == 0:
        return True
    return x * x * x + y * y * y != z * z * z
''',
        ("thing.set(uint64,uint64,uint64): the solvers give no answer: z3: ",),
    ),
    Guard(
        "killed-worker",
        SETS,
        '''
@transition("THING-001", severity="low", source="here")
def kills(before: Things, call: CallView, after: Things) -> Any:
    """Kills the worker that looks at a call of the function."""
    if call.is_to("thing.set"):
        os.kill(os.getpid(), 9)
    return True
''',
        ("thing.set(uint64,uint64,uint64): the worker was killed by SIGKILL",),
    ),
    Guard(
        "no-memory-at-deployment",
        SETS,
        '''
@invariant("THING-001", severity="low", source="here")
def eats(w: Things) -> Any:
    """Takes more memory than a worker may have."""
    return len(bytearray(1 << 40)) > 0 and w.thing.state.x >= 0
''',
        ("out of memory",),
    ),
    Guard(
        "no-memory-in-a-unit",
        SETS,
        '''
@transition("THING-001", severity="low", source="here")
def eats(before: Things, call: CallView, after: Things) -> Any:
    """Takes more memory than a worker may have when it looks at a call of the function."""
    if call.is_to("thing.set"):
        return len(bytearray(1 << 40)) > 0
    return True
''',
        ("thing.set(uint64,uint64,uint64): out of memory",),
    ),
    Guard(
        "unknown-opcode",
        "function make() external { new Other(); x += 1; }",
        TRUE,
        ("thing.make(): opcode CREATE (thing, pc ", "contracts/Thing.sol:9"),
    ),
    Guard(
        "unattributable-slot",
        "function write(uint256 slot) external { assembly { sstore(slot, 1) } }",
        TRUE,
        ("thing.write(uint256): unattributable storage slot ", "contracts/Thing.sol:9"),
    ),
)


def project(folder: Path, guard: Guard) -> Path:
    """A project of one contract and one property."""
    (folder / "contracts").mkdir()
    (folder / "contracts" / "Thing.sol").write_text(CONTRACT.format(function=guard.function))
    (folder / "pyproject.toml").write_text('[project]\nname = "guards"\nversion = "0"\n')
    (folder / "checks.py").write_text(HEAD + guard.about)
    (folder / "node_modules").symlink_to(REPOSITORY / "node_modules")
    return folder


@pytest.mark.parametrize("guard", GUARDS, ids=str)
def test_is_incomplete_with_its_reason(guard: Guard, tmp_path: Path) -> None:
    command = ("verify", "checks.py", "--judge", "prove", "--jobs", "1", "--json", "out.json")
    root = project(tmp_path, guard)
    done = subprocess.run(
        [sys.executable, "-m", "harness.cli", *command],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3, done.stdout + done.stderr
    assert "1 property: 1 INCOMPLETE; 1 not as required" in done.stdout
    [result] = json.loads((root / "out.json").read_text())["results"]
    assert result["verdict"] == "INCOMPLETE"
    for part in guard.said:
        assert part in result["reason"]
