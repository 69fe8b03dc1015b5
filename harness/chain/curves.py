"""py-evm, imported without the tables of elliptic curves; they are made when a contract needs them.

Of the time that py-evm takes to import, half goes into powers for pairings, which py_ecc computes
at once and hardly any contract asks for.  So this module imports py-evm, with functions in the
place of those precompiles that load the real ones when they are called.  Everything of py-evm must
come after it, which is why ``harness.chain`` imports it first.  Where py-evm was imported before,
by somebody else, nothing is left to do.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Mapping
from types import ModuleType
from typing import Any, Final

__all__ = ["DEFERRED"]

_PACKAGE = "eth.precompiles"

DEFERRED: Final[Mapping[str, tuple[str, ...]]] = {
    f"{_PACKAGE}.ecadd": ("ecadd",),
    f"{_PACKAGE}.ecmul": ("ecmul",),
    f"{_PACKAGE}.ecpairing": ("ecpairing",),
    f"{_PACKAGE}.bls12_381": (
        "bls12_g1_add",
        "bls12_g1_msm",
        "bls12_map_fp_to_g1",
        "bls12_g2_add",
        "bls12_g2_msm",
        "bls12_map_fp2_to_g2",
        "bls12_pairing_check",
    ),
}
"""The modules of py-evm that are loaded late, with the functions that its package takes of each."""


class _Precompile:
    """What stands for a precompile: called with keywords alone it takes note of them, as the
    curried functions of py-evm do, and with a computation it is the real one."""

    def __init__(self, module: str, name: str, given: Mapping[str, Any]) -> None:
        self._module = module
        self._name = name
        self._given = given

    def __call__(self, *computation: Any, **given: Any) -> Any:
        given = {**self._given, **given}
        if not computation:
            return _Precompile(self._module, self._name, given)
        return _loaded(self._module, self._name)(*computation, **given)


def _loaded(module: str, name: str) -> Any:
    """The real precompile; py-evm's package has it from then on, too."""
    real = importlib.import_module(module)
    package = sys.modules[_PACKAGE]
    for each in DEFERRED[module]:
        setattr(package, each, getattr(real, each))
    return getattr(real, name)


def _import_without() -> None:
    """Import py-evm with stand-ins for what is loaded late; nobody else gets to see them."""
    for module, names in DEFERRED.items():
        stand_in = ModuleType(module)
        for name in names:
            setattr(stand_in, name, _Precompile(module, name, {}))
        sys.modules[module] = stand_in
    try:
        importlib.import_module("eth")
    finally:
        for module in DEFERRED:
            del sys.modules[module]


if "eth" not in sys.modules:
    _import_without()
