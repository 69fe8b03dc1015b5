"""crytic-compile's object for a compilation that was already done, for Slither."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crytic_compile import CryticCompile
from crytic_compile.compilation_unit import CompilationUnit
from crytic_compile.compiler.compiler import CompilerVersion
from crytic_compile.platform.solc_standard_json import SolcStandardJson
from crytic_compile.utils.naming import Filename
from crytic_compile.utils.natspec import Natspec

from harness.compile.imports import SourceSet
from harness.compile.settings import CompilerSettings

__all__ = ["RecordedOutput", "crytic_of"]


class RecordedOutput(SolcStandardJson):
    """A crytic-compile platform that takes a compilation that was already done.

    Args:
        sources: what was compiled.
        output: digested output, see `assemble.digest_output`.
        asts: syntax trees by source name.
        version: full compiler version.
        settings: settings of the compilation.
    """

    NAME = "Solc-json (recorded)"

    def __init__(
        self,
        sources: SourceSet,
        output: Mapping[str, Any],
        asts: Mapping[str, Any],
        version: str,
        settings: CompilerSettings,
    ) -> None:
        super().__init__({"settings": settings.to_standard_json()})
        self._target = str(sources.root)
        self.sources = sources
        self._output = output
        self._asts = asts
        self._version = version
        self._settings = settings

    def compile(self, crytic_compile: CryticCompile, **_kwargs: object) -> None:
        """Fills `crytic_compile` with one compilation unit."""
        unit = CompilationUnit(crytic_compile, "standard_json")
        unit.compiler_version = CompilerVersion(
            compiler="solc",
            version=self._version.partition("+")[0],
            optimized=self._settings.optimizer,
            optimize_runs=self._settings.optimizer_runs,
            via_ir=self._settings.via_ir,
        )
        # In the order of solc's numbers: crytic-compile numbers sources by their arrival.
        for name in sorted(self._output["ids"], key=self._output["ids"].__getitem__):
            unit.create_source_unit(self.filename(name)).ast = self._asts[name]
        for name, contracts in self._output["contracts"].items():
            filename = self.filename(name)
            source_unit = unit.create_source_unit(filename)
            for contract, raw in contracts.items():
                source_unit.add_contract_name(contract)
                unit.filename_to_contracts[filename].add(contract)
                init, runtime = raw["evm"]["bytecode"], raw["evm"]["deployedBytecode"]
                source_unit.abis[contract] = raw["abi"]
                source_unit.natspec[contract] = Natspec(raw["userdoc"], raw["devdoc"])
                source_unit.bytecodes_init[contract] = init["object"]
                source_unit.bytecodes_runtime[contract] = runtime["object"]
                source_unit.srcmaps_init[contract] = init["sourceMap"].split(";")
                source_unit.srcmaps_runtime[contract] = runtime["sourceMap"].split(";")

    def is_dependency(self, path: str) -> bool:
        """Whether a source comes from a package rather than from the project."""
        return "node_modules" in Path(path).parts or path.startswith("@")

    def filename(self, name: str) -> Filename:
        """crytic-compile's record of the paths of a source name."""
        path = self.sources.files[name]
        try:
            short = path.relative_to(self.sources.root).as_posix()
        except ValueError:
            short = path.as_posix()
        return Filename(absolute=path.as_posix(), used=name, relative=short, short=short)


def crytic_of(platform: RecordedOutput) -> CryticCompile:
    """crytic-compile's object of a recorded compilation, with the very texts that were compiled."""
    crytic = CryticCompile(platform)
    crytic.src_content = {
        platform.filename(name).absolute: text for name, text in platform.sources.texts.items()
    }
    return crytic
