"""A witness: the counterexample to a property, as a file that anybody can replay.

It holds all that a replay needs: which system and target, the addresses and clocks at deployment,
every step with its sender and decoded arguments, the property and what it saw.  The contracts'
code is named by its hash: a witness that is replayed on other code says so.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.compiled import CompiledSystem
from harness.errors import UsageError
from harness.step import Step, from_json, step_from_json, step_to_json, to_json

__all__ = ["SCHEMA_VERSION", "Witness", "code_hash", "load_witness", "save_witness"]

SCHEMA_VERSION = 1


@dataclass(frozen=True)
class Witness:
    """A sequence of steps after which a property does not hold.

    ``target`` is the module or folder, relative to the project, that defines the system;
    ``forall`` the values of the property's *for all* parameters; ``readings`` what the property
    read when it failed; ``accounts`` the addresses by name; ``clocks`` maps chain to (block, time
    in seconds) at deployment; ``code`` is the :func:`code_hash` of the contracts.
    """

    property_id: str
    statement: str
    system: str
    target: str
    judge: str
    steps: tuple[Step, ...]
    forall: tuple[tuple[str, Any], ...]
    readings: tuple[tuple[str, Any], ...]
    accounts: Mapping[str, int]
    clocks: Mapping[str, tuple[int, int]]
    code: str

    def to_json(self) -> dict[str, Any]:
        """The witness as one JSON document."""
        return {
            "schema_version": SCHEMA_VERSION,
            "property": self.property_id,
            "statement": self.statement,
            "system": self.system,
            "target": self.target,
            "judge": self.judge,
            "steps": [step_to_json(step) for step in self.steps],
            "forall": {name: to_json(value) for name, value in self.forall},
            "readings": {name: to_json(value) for name, value in self.readings},
            "accounts": {name: f"0x{value:040x}" for name, value in self.accounts.items()},
            "clocks": {
                name: {"block": block, "time": time} for name, (block, time) in self.clocks.items()
            },
            "code": self.code,
        }

    @property
    def file_name(self) -> str:
        """A name that no other witness of the same property and steps has."""
        steps = json.dumps([step_to_json(step) for step in self.steps], sort_keys=True)
        digest = hashlib.sha256((self.code + steps).encode()).hexdigest()[:12]
        return f"{self.property_id}-{digest}.json"


def save_witness(witness: Witness, folder: Path) -> Path:
    """Write a witness into ``folder/system/``; returns its path.

    Written beside and moved into place, so that a reader never sees half a file.
    """
    path = folder / witness.system / witness.file_name
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(witness.to_json(), indent=2) + "\n"
    handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    Path(temporary).replace(path)
    return path


def load_witness(path: Path) -> Witness:
    """Read a witness; :class:`UsageError` where the file is none."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except OSError as wrong:
        raise UsageError(f"cannot read the witness: {wrong.strerror}", where=str(path)) from wrong
    except ValueError as wrong:
        raise UsageError(f"this is not JSON: {wrong}", where=str(path)) from wrong
    if not isinstance(raw, dict) or raw.get("schema_version") != SCHEMA_VERSION:
        version = raw.get("schema_version") if isinstance(raw, dict) else None
        raise UsageError(
            f"this is not a witness of schema version {SCHEMA_VERSION} but of {version!r}",
            where=str(path),
            fix="pass a file that `harness verify` wrote",
        )
    try:
        return Witness(
            property_id=raw["property"],
            statement=raw["statement"],
            system=raw["system"],
            target=raw["target"],
            judge=raw["judge"],
            steps=tuple(step_from_json(step) for step in raw["steps"]),
            forall=tuple((name, from_json(value)) for name, value in raw["forall"].items()),
            readings=tuple((name, from_json(value)) for name, value in raw["readings"].items()),
            accounts={name: int(value, 16) for name, value in raw["accounts"].items()},
            clocks={name: (at["block"], at["time"]) for name, at in raw["clocks"].items()},
            code=raw["code"],
        )
    except (KeyError, TypeError, ValueError, AttributeError) as wrong:
        raise UsageError(
            f"the witness lacks something, or it does not fit: {wrong!r}", where=str(path)
        ) from wrong


def code_hash(compiled: CompiledSystem) -> str:
    """A hash of the runtime bytecode of every contract of a system."""
    digest = hashlib.sha256()
    for name in sorted(compiled.contracts):
        digest.update(name.encode() + b"\0" + compiled.artifact(name).runtime_code)
    return digest.hexdigest()
