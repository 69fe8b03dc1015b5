"""compile_sources: targets, errors, settings."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from harness.compile import Build, CompilerSettings, compile_sources
from harness.compile.targets import Target
from harness.errors import CompileError, EnvironmentProblem, LookupProblem, UsageError

from .conftest import FIXTURES

ROOT = Path(__file__).parents[3]


def test_imports_of_packages_are_compiled_too(build: Build) -> None:
    token = build["Token"]
    assert "@openzeppelin/contracts/token/ERC20/ERC20.sol:ERC20" in build
    assert token.storage_layout.variable("_balances").declared_in.endswith("ERC20.sol:ERC20")
    assert token.full_name == "tests/unit/compile/fixtures/Token.sol:Token"
    assert build["tests/unit/compile/fixtures/Token.sol:Token"] is token
    assert build.compiler_version.startswith("0.8.")
    assert {artifact.name for artifact in build.deployable} >= {"Token", "Calls", "Layout"}


def test_builds_travel_between_processes(build: Build) -> None:
    copy = pickle.loads(pickle.dumps(build))
    assert copy == build
    assert len({*copy.values(), *build.values()}) == len(build)
    assert copy["Calls"].ast == build["Calls"].ast
    assert copy["Layout"].storage_layout.locate("node", "children", 1, "value") == build[
        "Layout"
    ].storage_layout.locate("node", "children", 1, "value")


def test_warnings_are_kept(tmp_path: Path) -> None:
    source = {"A.sol": "pragma solidity ^0.8.0; contract A { function f() external {} }"}
    (first, *_) = compile_sources(source, root=tmp_path).warnings
    assert "SPDX" in first
    assert "A.sol" in first


def test_names_are_looked_up(tmp_path: Path) -> None:
    source = "pragma solidity ^0.8.0; contract A {}"
    build = compile_sources({"one.sol": source, "two.sol": source}, root=tmp_path)
    with pytest.raises(LookupProblem, match=r"ambiguous(?s:.)*one\.sol:A, two\.sol:A"):
        build["A"]
    with pytest.raises(LookupProblem, match=r"no contract named 'B'(?s:.)*use one of: A"):
        build["B"]
    assert list(build) == ["one.sol:A", "two.sol:A"]
    assert "B" not in build


def test_compile_error_is_the_compilers_own(tmp_path: Path) -> None:
    source = {"A.sol": "pragma solidity ^0.8.0;\ncontract A { uint256 x = true; }"}
    with pytest.raises(CompileError, match=r"TypeError(?s:.)*--> A\.sol:2:\d+"):
        compile_sources(source, root=tmp_path)


def test_missing_import_is_reported_with_its_line(tmp_path: Path) -> None:
    source = {"A.sol": "pragma solidity ^0.8.0;\nimport './Missing.sol';"}
    with pytest.raises(CompileError, match=r"Missing\.sol(?s:.)*--> A\.sol:2"):
        compile_sources(source, root=tmp_path)


def test_no_compiler_fits(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentProblem, match=r"\^0\.3\.0; found(?s:.)*make setup"):
        compile_sources({"A.sol": "pragma solidity ^0.3.0;"}, root=tmp_path)
    with pytest.raises(EnvironmentProblem, match=r"for 0\.1\.2; found"):
        compile_sources({"A.sol": ""}, CompilerSettings(version="0.1.2"), root=tmp_path)


def test_wrong_targets_are_rejected(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "a.txt").write_text("")
    cases: list[tuple[Target, str]] = [
        (tmp_path / "missing", "does not exist"),
        (tmp_path / "empty", r"holds no \.sol file"),
        ([], "nothing to compile"),
        ([tmp_path / "a.txt", tmp_path / "a.txt"], "is no Solidity source"),
    ]
    for target, message in cases:
        with pytest.raises(UsageError, match=message):
            compile_sources(target)


def test_file_folder_and_list_agree(build: Build) -> None:
    by_file = compile_sources(str(FIXTURES / "Calls.sol"))
    by_list = compile_sources([FIXTURES / "Calls.sol", FIXTURES / "Layout.sol"])
    assert by_file["Calls"].bare_runtime == build["Calls"].bare_runtime
    assert by_list["Layout"].bare_runtime == build["Layout"].bare_runtime
    assert by_file["Calls"].path == build["Calls"].path


def test_settings_reach_the_compiler(tmp_path: Path) -> None:
    # A library, as the compiler treats its address differently through Yul.
    text = "library A { function f(uint256[] storage list) external { list.push(3); } }"
    source = {"A.sol": f"pragma solidity ^0.8.0; {text}"}
    plain = compile_sources(source, CompilerSettings(optimizer=False), root=tmp_path)
    by_ir = compile_sources(source, CompilerSettings(via_ir=True), root=tmp_path)
    assert plain["A"].bare_runtime != by_ir["A"].bare_runtime
    assert plain["A"].settings.evm_version == "prague"
    assert by_ir.settings.via_ir
    assert [i.name for i in by_ir["A"].immutables] == ["library_deploy_address"]


def test_wrong_settings_are_rejected() -> None:
    with pytest.raises(UsageError, match="optimizer_runs is -1"):
        CompilerSettings(optimizer_runs=-1)
    with pytest.raises(UsageError, match="has no '='"):
        CompilerSettings(remappings=("a",))


def test_settings_of_a_standard_json_input_survive() -> None:
    raw = {
        "optimizer": {"enabled": True, "runs": 7, "details": {"yul": False}},
        "evmVersion": "london",
        "metadata": {"bytecodeHash": "none"},
        "remappings": ["a=b"],
        "outputSelection": {"*": {"*": ["abi"]}},
    }
    made = CompilerSettings.from_standard_json(raw).to_standard_json()
    assert made.pop("outputSelection") != raw.pop("outputSelection")
    assert made == raw
