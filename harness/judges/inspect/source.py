"""The source of a system: its contracts by their declarations, as Slither reads them."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

from slither import Slither
from slither.exceptions import SlitherException

from harness.compiled import CompiledSystem
from harness.errors import InternalError, LookupProblem, UsageError
from harness.judges.inspect.contract import SourceOfContract
from harness.judges.inspect.detectors import Finding, compare, findings, read_baseline
from harness.structure import Breach, Claim, ContractCode, Site, Structure
from harness.system import ContractDecl, System
from harness.writers import Possible

__all__ = ["SourceOfSystem"]


class SourceOfSystem(Structure[System]):
    """The source of one system, read once."""

    def __init__(self, compiled: CompiledSystem) -> None:
        self._compiled = compiled
        self._contracts: dict[str, SourceOfContract] = {}

    @cached_property
    def _slither(self) -> Any:
        try:
            with _quiet():
                # A file of earlier results in the working directory would hide findings.
                return Slither(
                    self._compiled.build.crytic(),
                    triage_database=os.devnull,
                    show_ignored_findings=True,
                    disallow_partial=True,
                )
        except SlitherException as wrong:
            raise UsageError(
                f"Slither cannot read the sources: {wrong}", where=self._compiled.name
            ) from wrong

    @cached_property
    def _by_place(self) -> dict[tuple[str, str], Any]:
        return {
            (str(each.source_mapping.filename.absolute), each.name): each
            for unit in self._slither.compilation_units
            for each in unit.contracts
        }

    @cached_property
    def findings(self) -> list[Finding]:
        """What Slither's detectors find."""
        with _quiet():
            return findings(self._slither)

    def __getitem__(self, contract: ContractDecl) -> ContractCode:
        """See the base class."""
        declared = self._compiled.contracts.get(contract.name)
        if declared is not contract:
            raise LookupProblem.unknown(
                "contract", contract.name, self._compiled.contracts, self._compiled.name
            )
        return self._known(contract.name)

    def possible(self) -> Possible:
        """Which functions of the system's contracts can write which variables."""
        found = [self._known(name).possible() for name in self._compiled.contracts]
        return Possible(
            frozenset().union(*(each.writers for each in found)),
            {name: why for each in found for name, why in each.doubts.items()},
        )

    def _known(self, name: str) -> SourceOfContract:
        known = self._contracts.get(name)
        if known is None:
            known = self._contracts[name] = self._read(name)
        return known

    def _read(self, name: str) -> SourceOfContract:
        artifact = self._compiled.artifact(name)
        path, _, short = artifact.full_name.rpartition(":")
        file = (self._compiled.root / path).resolve().as_posix()
        found = self._by_place.get((file, short))
        if found is None:
            raise InternalError(f"Slither knows no contract {artifact.full_name}", where=name)
        return SourceOfContract(name, found, artifact.full_name, self._compiled.build)

    def no_new_findings(self, baseline: str) -> Claim:
        """See the base class."""
        entries = read_baseline(self._compiled.root / baseline)
        files = frozenset(
            str(each.source_mapping.filename.relative) for each in self._by_place.values()
        )
        return compare(self.findings, entries, files) & Claim(breaches=tuple(self._hints()))

    def _hints(self) -> Iterator[Breach]:
        """Comments that make Slither's detectors skip a function or a variable."""
        for path, text in self._compiled.build.sources.texts.items():
            if "node_modules" in Path(path).parts or path.startswith("@"):
                continue
            for number, line in enumerate(text.splitlines(), 1):
                if "@custom:security" in line:
                    what = "a comment hides findings; list them in the baseline instead"
                    yield Breach(what, Site(path, number, line.strip()))


@contextmanager
def _quiet() -> Iterator[None]:
    """Slither logs what it reports anyway; stdout and stderr are the harness's own."""
    known = [logging.getLogger(name) for name in logging.root.manager.loggerDict]
    before = [(each, each.disabled) for each in known]
    for each in known:
        if each.name.split(".")[0].lower() in ("slither", "crytic-compile", "cryticcompile"):
            each.disabled = True
    try:
        yield
    finally:
        for each, was in before:
            each.disabled = was
