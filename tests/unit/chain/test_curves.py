"""Precompiles of elliptic curves are loaded when they are called, and answer as they should."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import py_ecc
import pytest
from py_ecc.bls.hash_to_curve import clear_cofactor_G1, map_to_curve_G1

from harness.chain import Chain, Failure, Transaction
from harness.chain.curves import DEFERRED

bls: Any = py_ecc.bls12_381
optimized: Any = py_ecc.optimized_bls12_381

CALLER = 0xCA11

BN_G1 = (1, 2)
BN_MINUS_G1 = (1, 21888242871839275222246405745257275088696311157297823662689037894645226208581)
BN_TWO_G1 = (  # EIP-196's generator, doubled
    0x030644E72E131A029B85045B68181585D97816A916871CA8D3C208C16D87CFD3,
    0x15ED738C0E0A7C92E7845F96B2AE9C0A68A6A449E3538FC7FF3EBF7A5A18A2C4,
)
BN_G2 = (  # imaginary parts first, as EIP-197 has them
    0x198E9393920D483A7260BFB731FB5D25F1AA493335A9E71297E485B7AEF312C2,
    0x1800DEEF121F1E76426A00665E5C4479674322D4F75EDADD46DEBD5CD992F6ED,
    0x090689D0585FF075EC9E99AD690C3395BC4B313370B38EF355ACDADCD122975B,
    0x12C85EA5DB8C6DEB4AAB71808DCB408FE3D1E7690C43D37B4CE6CC0166FA7DAA,
)

ECADD, ECMUL, ECPAIRING, POINT_EVALUATION = 0x06, 0x07, 0x08, 0x0A
G1_ADD, G1_MSM, G2_ADD, G2_MSM, PAIRING, MAP_FP, MAP_FP2 = range(0x0B, 0x12)


def words(*numbers: int) -> bytes:
    return b"".join(each.to_bytes(32, "big") for each in numbers)


def fields(*numbers: Any) -> bytes:
    """Elements of BLS12-381's base field, 64 bytes each."""
    return b"".join(int(each).to_bytes(64, "big") for each in numbers)


def g1(point: Any) -> bytes:
    return fields(*point)


def g2(point: Any) -> bytes:
    x, y = point
    return fields(*x.coeffs, *y.coeffs)


def precompile(number: int, data: bytes, fork: str = "prague") -> bytes:
    """What a precompile answers to a transaction."""
    receipt = Chain("L1", 1, fork).execute(Transaction(CALLER, number, data=data))
    assert receipt.success
    return receipt.output


def test_additions_and_multiplications_of_bn128() -> None:
    assert precompile(ECADD, words(*BN_G1, *BN_G1)) == words(*BN_TWO_G1)
    assert precompile(ECMUL, words(*BN_G1, 2)) == words(*BN_TWO_G1)
    assert precompile(ECADD, words(*BN_G1, *BN_MINUS_G1)) == words(0, 0)


def test_pairings_of_bn128() -> None:
    opposite = words(*BN_G1, *BN_G2, *BN_MINUS_G1, *BN_G2)
    assert precompile(ECPAIRING, opposite) == words(1)
    assert precompile(ECPAIRING, words(*BN_G1, *BN_G2)) == words(0)


def test_costs_are_those_of_the_fork() -> None:
    used = {
        number: Chain("L1", 1).execute(Transaction(CALLER, number, data=b"")).gas_used
        for number in (ECADD, ECMUL, ECPAIRING)
    }
    assert used == {ECADD: 150, ECMUL: 6_000, ECPAIRING: 45_000}  # EIP-1108


def test_what_is_no_point_is_refused() -> None:
    receipt = Chain("L1", 1).execute(Transaction(CALLER, ECADD, data=words(1, 3, *BN_G1)))
    assert (receipt.success, receipt.error) == (False, Failure.PRECOMPILE)


def test_additions_and_sums_of_products_of_bls() -> None:
    one, two = bls.G1, bls.double(bls.G1)
    assert precompile(G1_ADD, g1(one) + g1(one)) == g1(two)
    assert precompile(G1_MSM, g1(one) + words(2)) == g1(two)
    far, further = bls.G2, bls.double(bls.G2)
    assert precompile(G2_ADD, g2(far) + g2(far)) == g2(further)
    assert precompile(G2_MSM, g2(far) + words(2)) == g2(further)


def test_pairings_of_bls() -> None:
    data = g1(bls.G1) + g2(bls.G2)
    assert precompile(PAIRING, data + g1(bls.neg(bls.G1)) + g2(bls.G2)) == words(1)
    assert precompile(PAIRING, data) == words(0)


def test_maps_to_the_curves_of_bls() -> None:
    mapped = clear_cofactor_G1(map_to_curve_G1(optimized.FQ(5)))
    assert precompile(MAP_FP, fields(5)) == g1(optimized.normalize(mapped))
    answer = precompile(MAP_FP2, fields(5, 7))
    x, y = answer[:128], answer[128:]
    point = tuple(
        bls.FQ2([int.from_bytes(part[:64], "big"), int.from_bytes(part[64:], "big")])
        for part in (x, y)
    )
    assert bls.is_on_curve(point, bls.b2)
    assert bls.multiply(point, bls.curve_order) is None


def test_a_point_evaluation() -> None:
    """The polynomial 0: its commitment and its proof are the point at infinity."""
    infinity = b"\xc0" + bytes(47)
    versioned = bytes.fromhex("010657f37554c781402a22917dee2f75def7ab966d7b770905398eba3c444014")
    data = versioned + words(5, 0) + infinity + infinity
    modulus = 0x73EDA753299D7D483339D80809A1D80553BDA402FFFE5BFEFFFFFFFF00000001
    assert precompile(POINT_EVALUATION, data) == words(4096, modulus)


@pytest.mark.parametrize("module", DEFERRED)
def test_py_evm_has_the_real_functions_once_they_were_called(module: str) -> None:
    script = f"""
import sys
import harness.chain.world, harness.chain.curves as curves
from harness.chain import Chain, Transaction
import eth.precompiles as package
assert not any(each.startswith("py_ecc") for each in sys.modules), "loaded at once"
assert not any(each in sys.modules for each in curves.DEFERRED), "stand-ins are left behind"
number = {{"ecadd": 6, "ecmul": 7, "ecpairing": 8, "bls12_381": 15}}["{module}".rpartition(".")[2]]
Chain("L1", 1).execute(Transaction(1, number, data=b""))
for name in curves.DEFERRED["{module}"]:
    real = getattr(sys.modules["{module}"], name)
    assert getattr(package, name) is real and not isinstance(real, curves._Precompile), name
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert not done.returncode, done.stderr
