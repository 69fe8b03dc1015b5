"""keccak-256 with a memory.

It remembers results, because hashing is slow, and preimages, because slots of mappings and dynamic
arrays are hashes, and only the preimage tells which key they belong to.
"""

from __future__ import annotations

from functools import cache

from eth_hash.auto import keccak

__all__ = ["HashMemo"]

_GENERATION = 1 << 17
_SHORTEST = 32
_LONGEST = 256


@cache
def _slots() -> dict[int, bytes]:
    words = (slot.to_bytes(32) for slot in range(256))
    return {int.from_bytes(keccak(word)): word for word in words}


class HashMemo:
    """A bounded memo from bytes to their hash as an int, and back.

    It has two generations. An entry that was not asked for while `generation` new ones came in is
    forgotten, so what is in use stays.
    """

    def __init__(self, generation: int = _GENERATION) -> None:
        self._generation = generation
        self._young: dict[bytes, int] = {}
        self._old: dict[bytes, int] = {}
        self._young_back: dict[int, bytes] = {}
        self._old_back: dict[int, bytes] = {}

    def digest(self, data: bytes) -> int:
        """keccak-256 of the data, as a word."""
        found = self._young.get(data)
        return self._remember(data) if found is None else found

    def preimage(self, digest: int) -> bytes | None:
        """The 32 to 256 bytes with this hash, if `digest` saw them and has not forgotten.

        Those of the words 0 to 255 are always known: compilers hash the slots of dynamic arrays
        in advance, so that no contract ever does.
        """
        for known in (self._young_back, self._old_back, _slots()):
            if digest in known:
                return known[digest]
        return None

    def _remember(self, data: bytes) -> int:
        result = self._old.get(data)
        if result is None:
            result = int.from_bytes(keccak(data))
        if len(data) <= _LONGEST:
            if len(self._young) >= self._generation:
                self._old, self._young = self._young, {}
                self._old_back, self._young_back = self._young_back, {}
            self._young[data] = result
            if len(data) >= _SHORTEST:
                self._young_back[result] = data
        return result
