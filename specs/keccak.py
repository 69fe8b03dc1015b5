"""Keccak-256, the hash of Ethereum.

The standard library's SHA3-256 is the same permutation with another padding, so it will not do.
The state is 25 lanes of 64 bits; lane (x, y) has the index x + 5 * y.
Source: the Keccak reference, version 3.0.
"""

from __future__ import annotations

from functools import lru_cache

RATE = 136
"""Bytes absorbed between two permutations."""

LANE = 2**64 - 1


def _round_constants() -> tuple[int, ...]:
    """The constants of the 24 rounds: bit 2**j - 1 of round i is step j + 7 * i of a register."""
    register, constants = 1, []
    for _ in range(24):
        constant = 0
        for j in range(7):
            if register & 1:
                constant |= 1 << (2**j - 1)
            register = (register << 1) ^ (0x171 if register & 0x80 else 0)
        constants.append(constant)
    return tuple(constants)


def _moves() -> tuple[tuple[int, int, int], ...]:
    """Where each lane goes and how far it turns on its way: (from, to, bits)."""
    moves, x, y = [(0, 0, 0)], 1, 0
    for step in range(24):
        turn = (step + 1) * (step + 2) // 2 % 64
        moves.append((x + 5 * y, y + 5 * ((2 * x + 3 * y) % 5), turn))
        x, y = y, (2 * x + 3 * y) % 5
    return tuple(moves)


ROUND_CONSTANTS = _round_constants()
MOVES = _moves()


def _permute(lanes: list[int]) -> list[int]:
    """Keccak-f[1600]."""
    for constant in ROUND_CONSTANTS:
        column = [
            lanes[x] ^ lanes[x + 5] ^ lanes[x + 10] ^ lanes[x + 15] ^ lanes[x + 20]
            for x in range(5)
        ]
        spread = [
            column[x - 1] ^ (column[x - 4] << 1 & LANE | column[x - 4] >> 63) for x in range(5)
        ]
        moved = [0] * 25
        for source, target, turn in MOVES:
            lane = lanes[source] ^ spread[source % 5]
            moved[target] = (lane << turn & LANE) | lane >> (64 - turn)
        lanes = [
            moved[i] ^ (~moved[i - i % 5 + (i + 1) % 5] & moved[i - i % 5 + (i + 2) % 5] & LANE)
            for i in range(25)
        ]
        lanes[0] ^= constant
    return lanes


@lru_cache(maxsize=1 << 12)
def keccak256(data: bytes) -> bytes:
    """The 32 bytes of the hash of ``data``.

    >>> keccak256(b"").hex()[:16]
    'c5d2460186f7233c'
    """
    padding = bytearray(RATE - len(data) % RATE)
    padding[0] = 0x01
    padding[-1] |= 0x80
    padded = data + padding
    lanes = [0] * 25
    for start in range(0, len(padded), RATE):
        for lane in range(RATE // 8):
            at = start + 8 * lane
            lanes[lane] ^= int.from_bytes(padded[at : at + 8], "little")
        lanes = _permute(lanes)
    return b"".join(lane.to_bytes(8, "little") for lane in lanes[:4])
