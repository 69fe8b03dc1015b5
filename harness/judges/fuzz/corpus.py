"""What broke a property before is tried first the next time.

A case is stored as the steps that it consists of, and not as the choices that Hypothesis made to
draw them: those mean something else as soon as the machine is built from other lessons.  Stored
cases are keyed by the contracts' code, their ABI and the property's source.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from hypothesis.database import DirectoryBasedExampleDatabase

from harness.compiled import CompiledSystem
from harness.errors import UsageError
from harness.property import Property
from harness.step import Step, step_from_json, step_to_json
from harness.witness import code_hash

__all__ = ["Corpus"]


class Corpus:
    """The cases that broke properties of one system, in a folder."""

    def __init__(self, folder: Path, compiled: CompiledSystem) -> None:
        self._cases = DirectoryBasedExampleDatabase(folder)
        digest = hashlib.sha256(code_hash(compiled).encode())
        for name in sorted(compiled.contracts):
            digest.update(repr(compiled.artifact(name).raw_abi).encode())
        self._system = digest.digest()

    def recall(self, each: Property) -> Iterator[tuple[Step, ...]]:
        """The cases that broke a property, shortest first."""
        for stored in sorted(self._cases.fetch(self._key(each)), key=lambda raw: (len(raw), raw)):
            try:
                yield tuple(step_from_json(raw) for raw in json.loads(stored))
            except (UsageError, ValueError):
                self._cases.delete(self._key(each), stored)

    def remember(self, each: Property, steps: tuple[Step, ...]) -> None:
        """Keep a case that breaks a property."""
        self._cases.save(self._key(each), _stored(steps))

    def forget(self, each: Property, steps: tuple[Step, ...]) -> None:
        """Drop a case that no longer breaks it."""
        self._cases.delete(self._key(each), _stored(steps))

    def _key(self, each: Property) -> bytes:
        return hashlib.sha256(self._system + f"{each.id}\0{each.code}".encode()).digest()


def _stored(steps: tuple[Step, ...]) -> bytes:
    return json.dumps([step_to_json(step) for step in steps]).encode()
