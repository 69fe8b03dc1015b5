"""Compiler settings, and what the harness asks a compiler for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harness.errors import UsageError

__all__ = ["OUTPUT_SELECTION", "CompilerSettings"]

OUTPUT_SELECTION: Mapping[str, Mapping[str, list[str]]] = {
    "*": {
        "*": [
            "abi",
            "devdoc",
            "userdoc",
            "storageLayout",
            "transientStorageLayout",
            "evm.bytecode.object",
            "evm.bytecode.sourceMap",
            "evm.bytecode.linkReferences",
            "evm.bytecode.functionDebugData",
            "evm.bytecode.generatedSources",
            "evm.deployedBytecode.object",
            "evm.deployedBytecode.sourceMap",
            "evm.deployedBytecode.linkReferences",
            "evm.deployedBytecode.immutableReferences",
            "evm.deployedBytecode.functionDebugData",
            "evm.deployedBytecode.generatedSources",
            "evm.methodIdentifiers",
        ],
        "": ["ast"],
    }
}
"""`outputSelection` of the standard JSON input: all that the artifact model needs."""


@dataclass(frozen=True)
class CompilerSettings:
    """How Solidity is compiled.

    >>> CompilerSettings(optimizer_runs=1_000_000, via_ir=True)
    """

    optimizer: bool = True
    """Whether the optimizer runs."""

    optimizer_runs: int = 200
    """How often each opcode is expected to run over the life of the contract."""

    evm_version: str | None = "prague"
    """Hard fork whose opcodes may be used; None for the compiler's own default, which
    `compile_sources` also takes for a compiler older than 0.8.30 if it is given no settings."""

    via_ir: bool = False
    """Whether code is generated through Yul."""

    version: str | None = None
    """Exact compiler version, such as `0.8.37`; None for what the sources' pragmas allow."""

    remappings: tuple[str, ...] = ()
    """Import remappings `context:prefix=target`, targets relative to the project's root."""

    extra: str = "{}"
    """Further keys of the standard JSON `settings` as canonical JSON; those above win."""

    def __post_init__(self) -> None:
        if not 0 <= self.optimizer_runs <= 2**32 - 1:
            raise UsageError(
                f"optimizer_runs is {self.optimizer_runs}", fix="give a number from 0 to 4294967295"
            )
        for remapping in self.remappings:
            if "=" not in remapping:
                raise UsageError(f"remapping {remapping!r} has no '='", fix="write prefix=target")

    @classmethod
    def from_standard_json(
        cls, settings: Mapping[str, Any], version: str | None = None
    ) -> CompilerSettings:
        """Reads the `settings` object of a standard JSON input; its output selection is ignored.

        Args:
            settings: the object.
            version: exact compiler version, if the input belongs to one.
        """
        optimizer = dict(settings.get("optimizer") or {})
        known = ("optimizer", "evmVersion", "viaIR", "remappings", "outputSelection")
        extra = {key: value for key, value in settings.items() if key not in known}
        enabled, runs = optimizer.pop("enabled", False), optimizer.pop("runs", 200)
        if optimizer:
            extra["optimizer"] = optimizer
        return cls(
            optimizer=bool(enabled),
            optimizer_runs=int(runs),
            evm_version=settings.get("evmVersion"),
            via_ir=bool(settings.get("viaIR", False)),
            version=version,
            remappings=tuple(settings.get("remappings") or ()),
            extra=json.dumps(extra, sort_keys=True),
        )

    def to_standard_json(self) -> dict[str, Any]:
        """The `settings` object of solc's standard JSON input."""

        settings: dict[str, Any] = json.loads(self.extra)
        settings["optimizer"] = {
            **settings.get("optimizer", {}),
            "enabled": self.optimizer,
            "runs": self.optimizer_runs,
        }
        if self.via_ir:
            # Compilers before 0.7.5 do not know the key.
            settings["viaIR"] = True
        settings["remappings"] = list(self.remappings)
        settings["outputSelection"] = OUTPUT_SELECTION
        if self.evm_version is not None:
            settings["evmVersion"] = self.evm_version
        return settings
