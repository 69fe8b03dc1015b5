"""Targets that are not plain Solidity, and crytic-compile's view of a build."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from crytic_compile import save_to_zip
from slither import Slither

from harness.compile import Artifact, Build, CompilerSettings, compile_sources, find_solc
from harness.compile.solc import run_standard_json
from harness.errors import CompileError, EnvironmentProblem, UsageError

from .conftest import FIXTURES

ROOT = Path(__file__).parents[3]
SETTINGS = {
    "optimizer": {"enabled": True, "runs": 7},
    "evmVersion": "london",
    "metadata": {"bytecodeHash": "none"},
}
SOURCE = "pragma solidity ^0.8.0;\ncontract A { uint256 public x; }"


def standard_json(**changes: Any) -> dict[str, Any]:
    sources = {"src/A.sol": {"content": SOURCE}}
    return {"language": "Solidity", "sources": sources, "settings": SETTINGS} | changes


def test_standard_json_input_brings_its_settings(tmp_path: Path) -> None:
    path = tmp_path / "input.json"
    path.write_text(json.dumps(standard_json()))
    build = compile_sources(path)
    assert build["A"].path == "src/A.sol"
    assert build.settings.evm_version == "london"
    assert b"ipfs" not in build["A"].runtime_code


def test_standard_json_sources_by_url(tmp_path: Path) -> None:
    (tmp_path / "A.sol").write_text(SOURCE)
    path = tmp_path / "input.json"
    path.write_text(json.dumps(standard_json(sources={"A.sol": {"urls": ["A.sol"]}})))
    assert compile_sources(path)["A"].abi.function("x").is_view
    path.write_text(json.dumps(standard_json(sources={"A.sol": {"urls": ["B.sol"]}})))
    with pytest.raises(CompileError, match="none of its urls is a file"):
        compile_sources(path)


def test_other_languages_and_broken_json_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "input.json"
    path.write_text(json.dumps(standard_json(language="Yul")))
    with pytest.raises(UsageError, match="language 'Yul' is not supported"):
        compile_sources(path)
    path.write_text("{")
    with pytest.raises(CompileError, match="not a JSON document"):
        compile_sources(path)
    path.write_text("[]")
    with pytest.raises(CompileError, match=r"not the expected format '\.sol'"):
        compile_sources(path)


def test_zip_export_is_compiled_again_with_all_outputs(
    build: Build, layout: Artifact, tmp_path: Path
) -> None:
    path = tmp_path / "export.zip"
    save_to_zip([build.crytic()], str(path))
    settings = CompilerSettings(version=build.compiler_version)
    again = compile_sources(path, settings)
    assert set(again) == set(build)
    assert again["Layout"].bare_runtime == layout.bare_runtime
    assert again["Layout"].storage_layout.variable("Layout.hidden").slot == 1


def test_bytecode_that_is_not_reproduced_is_refused(tmp_path: Path) -> None:
    old = compile_sources(
        {"A.sol": SOURCE}, CompilerSettings(evm_version="london"), root=tmp_path / "old"
    )
    path = tmp_path / "export.zip"
    save_to_zip([old.crytic()], str(path))
    with pytest.raises(CompileError, match=r"1 contracts have other bytecode(?s:.)*EVM version"):
        compile_sources(path)
    assert compile_sources(path, old.settings)["A"].bare_runtime == old["A"].bare_runtime


# --- frameworks -------------------------------------------------------------------------

FORGE = """#!/bin/sh
case "$1" in
    --version) echo 'forge Version: 1.7.1' ;;
    config) cat config.json ;;
    build) mkdir -p out/build-info && cp recorded.json out/build-info/0123.json ;;
esac
"""


@pytest.fixture
def foundry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Foundry project whose forge replays a recorded build."""
    root = tmp_path / "project"
    (root / "src").mkdir(parents=True)
    (root / "foundry.toml").write_text("[profile.default]\n")
    (root / "src" / "A.sol").write_text(SOURCE)
    solc = find_solc(ROOT, ["^0.8.0"])
    given = standard_json()
    outputs = {"*": {"*": ["abi", "evm.bytecode", "evm.deployedBytecode"], "": ["ast"]}}
    output = run_standard_json(solc, given | {"settings": SETTINGS | {"outputSelection": outputs}})
    version = solc.version.partition("+")[0]
    recorded = {"solcVersion": version, "input": given, "output": output}
    (root / "recorded.json").write_text(json.dumps(recorded))
    config = {"src": "src", "out": "out", "test": "test", "script": "script", "libs": ["lib"]}
    more = {"remappings": [], "optimizer": True, "optimizer_runs": 7, "evm_version": "london"}
    (root / "config.json").write_text(json.dumps(config | more))
    forge = tmp_path / "bin" / "forge"
    forge.parent.mkdir()
    forge.write_text(FORGE)
    forge.chmod(0o755)
    monkeypatch.setenv("PATH", f"{forge.parent}{os.pathsep}{os.environ['PATH']}")
    return root


def test_foundry_project_is_built_by_its_own_settings(foundry: Path) -> None:
    build = compile_sources(foundry)
    assert build["A"].full_name == "src/A.sol:A"
    assert build.settings.optimizer_runs == 7
    assert build.settings.evm_version == "london"
    assert build["A"].storage_layout.locate("x").slot == 0


def test_framework_whose_tool_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "foundry.toml").write_text("")
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(EnvironmentProblem, match=r"build tool cannot be run(?s:.)*install"):
        compile_sources(tmp_path)


# --- crytic-compile and Slither -----------------------------------------------------------


def test_slither_reads_the_same_compilation(build: Build, layout: Artifact) -> None:
    crytic = build.crytic()
    assert crytic is build.crytic()
    slither = Slither(crytic)
    (found,) = slither.get_contract_from_name("Layout")
    names = [v.name for v in found.state_variables_ordered if not v.is_immutable]
    assert [v.label for v in layout.storage_layout.variables] == [
        name for name in names if name != "lock"
    ]
    assert str(found.source_mapping).startswith("tests/unit/compile/fixtures/Layout.sol#")
    assert crytic.is_dependency("node_modules/@openzeppelin/contracts/token/ERC20/ERC20.sol")
    (token,) = slither.get_contract_from_name("Token")
    assert not token.is_from_dependency()
    assert token.inheritance[0].is_from_dependency()


def test_crytic_compile_has_the_bytecode(build: Build, layout: Artifact) -> None:
    (unit,) = build.crytic().compilation_units.values()
    codes = {
        name: source.bytecode_runtime(name)
        for source in unit.source_units.values()
        for name in source.contracts_names
    }
    assert codes["Layout"] == layout.runtime_code.hex()
    assert unit.compiler_version.version == build.compiler_version.partition("+")[0]


def test_fixture_texts_are_those_on_disk(build: Build) -> None:
    text = (FIXTURES / "Calls.sol").read_text()
    assert build.sources.texts["tests/unit/compile/fixtures/Calls.sol"] == text
