"""Targets that crytic-compile reads: projects of other frameworks, exports, chains.

crytic-compile runs the framework or reads the export. Neither keeps storage layouts or
debug data, so its sources are compiled once more with all outputs, by the same compiler
version and settings, and the bytecode has to come out the same.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from crytic_compile import CryticCompile, InvalidCompilation, compile_all
from crytic_compile.compilation_unit import CompilationUnit

from harness.compile.imports import find_root
from harness.compile.settings import CompilerSettings
from harness.compile.targets import Request, read_standard_json
from harness.errors import CompileError, EnvironmentProblem, UsageError

__all__ = ["read_foreign"]


def read_foreign(target: str, settings: CompilerSettings | None) -> Request:
    """Runs crytic-compile on `target` and gives the request that reproduces its compilation.

    Args:
        target: whatever crytic-compile accepts.
        settings: the caller's settings; None for the target's own.

    Raises:
        CompileError: crytic-compile fails; its own message.
        EnvironmentProblem: the framework's own tool is not installed.
        UsageError: several compilations with different settings, or another language.
    """
    units = [(crytic, unit) for crytic in _run(target) for unit in _units(crytic)]
    if not units:
        raise UsageError(f"{target!r} holds no compilation", fix="build the project first")
    inputs = [_standard_json(crytic, unit) for crytic, unit in units]
    versions = {str(unit.compiler_version.version) for _, unit in units}
    shared = {json.dumps(made["settings"], sort_keys=True) for made in inputs}
    if len(versions) > 1 or len(shared) > 1:
        raise UsageError(
            f"{target!r} is {len(units)} compilations with different compilers or settings",
            where=", ".join(sorted(versions)),
            fix="name the sources of one of them",
        )
    merged = inputs[0] | {"sources": {k: v for made in inputs for k, v in made["sources"].items()}}
    root = find_root(Path(target)) if Path(target).exists() else Path.cwd()
    request = read_standard_json(merged, root, settings, version=versions.pop())
    expected: dict[str, bytes] = {}
    if settings is None:
        for crytic, unit in units:
            expected |= _runtimes(crytic, unit)
    return replace(request, expected=expected)


def _run(target: str) -> list[CryticCompile]:
    try:
        return compile_all(target)
    except InvalidCompilation as error:
        text = str(error)
        if "No such file" in text or "not found" in text:
            raise EnvironmentProblem(
                f"the project's own build tool cannot be run: {text}",
                where=target,
                fix="install the tool, or name the folder with the project's sources",
            ) from error
        raise CompileError(text, where=target) from error
    except FileNotFoundError as error:
        raise EnvironmentProblem(
            f"the project's own build tool cannot be run: {error}",
            where=target,
            fix="install the tool, or name the folder with the project's sources",
        ) from error
    except (AssertionError, KeyError, ValueError) as error:
        # What crytic-compile raises on input that none of its platforms takes.
        raise UsageError(
            f"crytic-compile cannot read it: {type(error).__name__}: {error}", where=target
        ) from error


def _units(crytic: CryticCompile) -> list[CompilationUnit]:
    units = list(crytic.compilation_units.values())
    for unit in units:
        if not unit.compiler_version.compiler.startswith("solc"):
            raise UsageError(
                f"compiled by {unit.compiler_version.compiler}", fix="name Solidity sources"
            )
    return units


def _standard_json(crytic: CryticCompile, unit: CompilationUnit) -> dict[str, Any]:
    """The standard JSON input of a compilation: the recorded one, or else one put together."""
    if Path(crytic.target).is_dir():
        for path in Path(crytic.target).glob(f"*/build-info/{unit.unique_id}.json"):
            recorded = json.loads(path.read_bytes())
            if "input" in recorded:
                return dict(recorded["input"])
    version = unit.compiler_version
    settings: dict[str, Any] = {
        "optimizer": {"enabled": bool(version.optimized), "runs": version.optimize_runs or 200},
        "remappings": [],
    }
    if version.via_ir:
        settings["viaIR"] = True
    sources: dict[str, Any] = {}
    for filename, source_unit in unit.source_units.items():
        name = source_unit.ast["absolutePath"]
        sources[name] = {"content": crytic.src_content[filename.absolute]}
        settings["remappings"] += _remappings(name, source_unit.ast)
    return {"language": "Solidity", "sources": sources, "settings": settings}


def _remappings(importer: str, ast: Mapping[str, Any]) -> list[str]:
    """Remappings that send each import where the recorded compilation found it."""
    return [
        f"{importer}:{node['file']}={node['absolutePath']}"
        for node in ast["nodes"]
        if node["nodeType"] == "ImportDirective"
        and not node["file"].startswith(("./", "../"))
        and node["file"] != node["absolutePath"]
    ]


def _runtimes(crytic: CryticCompile, unit: CompilationUnit) -> dict[str, bytes]:
    """Runtime bytecode by `path:Contract`; those with libraries to link are left out."""
    found: dict[str, bytes] = {}
    for source_unit in unit.source_units.values():
        for name in source_unit.contracts_names:
            code = source_unit.bytecode_runtime(name)
            if code and "_" not in code:
                found[f"{source_unit.ast['absolutePath']}:{name}"] = bytes.fromhex(code)
    return found
