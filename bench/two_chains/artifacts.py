"""The output folder that halmos reads, made by our own compiler: no forge is needed.

halmos asks for a program ``forge`` and runs it to build; the one put before it here does nothing,
since ``out/`` is there already, in forge's layout: ``out/<file>.sol/<contract>.json``.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from harness.compile import find_solc
from harness.compile.solc import run_standard_json

__all__ = ["prepare"]

_TEST = "halmos/BridgeTest.sol"
_BRIDGE = "contracts/Bridge.sol"


def prepare(project: Path) -> Path:
    """Compile a project's test for halmos into ``out/``; the folder to put first on PATH."""
    sources = {name: {"content": (project / name).read_text()} for name in (_TEST, _BRIDGE)}
    kinds = ["abi", "metadata", "evm.bytecode", "evm.deployedBytecode", "evm.methodIdentifiers"]
    output = run_standard_json(
        find_solc(project),
        {
            "language": "Solidity",
            "sources": sources,
            "settings": {
                "optimizer": {"enabled": True, "runs": 200},
                "outputSelection": {"*": {"*": kinds, "": ["ast"]}},
            },
        },
    )
    for path, contracts in output["contracts"].items():
        ast = output["sources"][path]["ast"]
        for name, made in contracts.items():
            _write(project / "out" / Path(path).name / f"{name}.json", _artifact(made, ast))
    return _stand_in(project)


def _artifact(made: dict[str, Any], ast: dict[str, Any]) -> dict[str, Any]:
    evm = made["evm"]
    return {
        "abi": made["abi"],
        "ast": ast,
        "bytecode": _code(evm["bytecode"]),
        "deployedBytecode": _code(evm["deployedBytecode"]),
        "metadata": json.loads(made["metadata"]),
        "methodIdentifiers": evm["methodIdentifiers"],
    }


def _code(made: dict[str, Any]) -> dict[str, Any]:
    return {**made, "object": "0x" + made["object"]}


def _write(path: Path, content: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))


def _stand_in(project: Path) -> Path:
    folder = project / "bin"
    folder.mkdir(exist_ok=True)
    program = folder / "forge"
    program.write_text("#!/bin/sh\n# out/ is there already.\nexit 0\n")
    program.chmod(0o755)
    return folder
