"""Compiling a target to a Build.

>>> build = compile_sources("contracts/vault")
>>> build = compile_sources({"A.sol": "contract A { uint256 public x; }"})
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.compile import assemble as assemble_module
from harness.compile.assemble import assemble, digest_output
from harness.compile.build import Build
from harness.compile.bytecode import strip_metadata
from harness.compile.cache import CompileCache, cache_folder
from harness.compile.pragma import parse_version
from harness.compile.settings import CompilerSettings
from harness.compile.solc import Solc, find_solc, run_standard_json
from harness.compile.targets import Request, Target, read_target
from harness.errors import CompileError, EnvironmentProblem

if TYPE_CHECKING:
    from crytic_compile import CryticCompile

__all__ = ["compile_sources"]

_PRAGUE_BY_DEFAULT = (0, 8, 30)
"""First compiler whose own default is at least the EVM version of `CompilerSettings()`."""


def compile_sources(
    target: Target,
    settings: CompilerSettings | None = None,
    *,
    root: str | Path | None = None,
    use_cache: bool = True,
) -> Build:
    """Compiles a target, with everything that it imports, in one run of the compiler.

    Args:
        target: a .sol file, a folder of them, several of both, or source texts by name; or what
            else crytic-compile knows: a Foundry or Hardhat project, a standard JSON input, a zip
            or JSON export.
        settings: compiler settings; by default those of `CompilerSettings()`, or the target's
            own where it has some.
        root: folder that source names are relative to; by default the project around the target.
        use_cache: whether to look into the cache; the result is stored there in any case.

    Returns:
        The artifacts of all sources, imported ones included.

    Raises:
        UsageError: there is no such target.
        CompileError: the sources do not compile (the compiler's messages with file and line), or
            the bytecode differs from what the target itself states.
        EnvironmentProblem: no compiler fits.
    """
    request = read_target(target, settings, root)
    sources = request.sources
    solc = find_solc(sources.root, sources.pragmas, request.settings.version)
    is_default = settings is None and not request.has_own_settings
    if is_default and parse_version(solc.version) < _PRAGUE_BY_DEFAULT:
        # The compiler may not know that EVM version; all of its own are known to the harness.
        request = replace(request, settings=replace(request.settings, evm_version=None))
    build = _Compilation(request, solc).build(use_cache=use_cache)
    _compare(build, request.expected)
    return build


class _Compilation:
    """One compilation, from the cache or from the compiler."""

    def __init__(self, request: Request, solc: Solc) -> None:
        self.request = request
        self.solc = solc
        self.cache = CompileCache(cache_folder(request.sources.root) / "compile")
        self.source_input = {
            "language": "Solidity",
            "sources": {name: {"content": text} for name, text in request.sources.texts.items()},
            "settings": request.settings.to_standard_json(),
        }
        digester = Path(assemble_module.__file__).read_text(encoding="utf-8")
        identity = {"input": self.source_input, "solc": solc.version, "digester": digester}
        text = json.dumps(identity, sort_keys=True)
        self.key = hashlib.sha256(text.encode()).hexdigest()

    def run(self) -> dict[str, Any]:
        """Compiles and stores; the digested output."""
        output, asts = digest_output(run_standard_json(self.solc, self.source_input))
        self.cache.store(self.key, output, asts)
        return output

    def build(self, *, use_cache: bool) -> Build:
        """The model of this compilation."""
        output = self.cache.load(self.key) if use_cache else None
        return assemble(
            self.run() if output is None else output,
            texts=self.request.sources.texts,
            load_asts=self.load_asts,
            load_crytic=self.load_crytic,
            content_hash=self.key,
            compiler_version=self.solc.version,
            settings=self.request.settings,
        )

    def load_asts(self) -> Mapping[str, Any]:
        """The trees; compiled again where the cache has lost them."""
        return self._stored(self.cache.load_asts)

    def load_crytic(self) -> CryticCompile:
        """crytic-compile's object; compiled again where the cache has lost the output."""
        # crytic-compile takes a third of a second to import, and most runs do not need it.
        from harness.compile.crytic import RecordedOutput, crytic_of

        output, asts = self._stored(self.cache.load), self.load_asts()
        settings, version = self.request.settings, self.solc.version
        return crytic_of(RecordedOutput(self.request.sources, output, asts, version, settings))

    def _stored(self, load: Callable[[str], dict[str, Any] | None]) -> dict[str, Any]:
        found = load(self.key)
        if found is None:
            self.run()
            found = load(self.key)
        if found is None:
            raise EnvironmentProblem(
                "a compilation that was just stored cannot be read back",
                where=str(self.cache.folder / self.key),
                fix="see that the folder is writable and the disk is not full",
            )
        return found


def _compare(build: Build, expected: Mapping[str, bytes]) -> None:
    differing = []
    for name, code in expected.items():
        artifact = build.artifacts.get(name)
        if artifact is None or artifact.bare_runtime != strip_metadata(code):
            differing.append(name)
    if differing:
        raise CompileError(
            f"compiled again, {len(differing)} contracts have other bytecode than the target "
            f"states, the first of them {differing[0]}",
            fix="pass the settings that the target was compiled with, its EVM version included",
        )
