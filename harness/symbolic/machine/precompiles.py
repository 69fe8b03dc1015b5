"""Precompiled contracts: the identity exactly, hashes and ecrecover as unknown functions."""

from __future__ import annotations

from typing import Final

from harness.symbolic.machine.data import Data
from harness.symbolic.machine.hashing import ALGORITHMS
from harness.symbolic.machine.path import Path
from harness.symbolic.terms import Function, compare, const

__all__ = ["MODELLED", "PRECOMPILES", "SOME_PRECOMPILE", "run_precompile"]

PRECOMPILES: Final = {
    0x01: "ecrecover",
    0x02: "sha256",
    0x03: "ripemd160",
    0x04: "identity",
    0x05: "modexp",
    0x06: "bn254 addition",
    0x07: "bn254 multiplication",
    0x08: "bn254 pairing",
    0x09: "blake2f",
    0x0A: "point evaluation",
    0x0B: "bls12-381 G1 addition",
    0x0C: "bls12-381 G1 multi-scalar multiplication",
    0x0D: "bls12-381 G2 addition",
    0x0E: "bls12-381 G2 multi-scalar multiplication",
    0x0F: "bls12-381 pairing",
    0x10: "bls12-381 map to G1",
    0x11: "bls12-381 map to G2",
}
"""Address to name of each precompiled contract of Prague."""

MODELLED: Final = frozenset((0x01, 0x02, 0x03, 0x04))
"""Those whose result is modelled; what others return is unknown, and whether they fail."""

SOME_PRECOMPILE: Final = -1
"""Stands for a precompiled contract of which we do not know which one it is."""

_ECRECOVER: Final = Function("ecrecover", 4, 0, (1 << 160) - 1)


def run_precompile(path: Path, address: int, data: Data) -> Data:
    """What a modelled precompiled contract returns; these cannot fail.

    May fork, before anything changed.
    """
    name = PRECOMPILES[address]
    if name == "identity":
        return data
    if name == "ecrecover":
        return _ecrecover(path, data)
    return _digest(path, name, data)


def _ecrecover(path: Path, data: Data) -> Data:
    """The signer's address as a word; nothing for a bad signature."""
    path.flag("ecrecover is an unknown function of hash, v, r and s")
    signer = _ECRECOVER(*(data.word(const(32 * i), path.order) for i in range(4)))
    if path.decide(compare.eq(signer, const(0))):
        return Data()
    return Data.of_words(signer)


def _digest(path: Path, name: str, data: Data) -> Data:
    """A hash of all the data, as a word."""
    known = data.known_bytes()
    if known is not None:
        digest = ALGORITHMS[name](known)
        return Data.of_words(const(int.from_bytes(digest, "big")))
    path.flag(f"{name} is an unknown function of its data")
    return Data.of_words(path.machine.hashes.other(name, data))
