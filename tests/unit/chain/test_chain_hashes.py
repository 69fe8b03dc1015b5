"""The memo of hashes and preimages."""

from __future__ import annotations

from eth_hash.auto import keccak

from harness.chain.hashes import HashMemo


def word(data: bytes) -> int:
    return int.from_bytes(keccak(data))


def test_digest_and_preimage() -> None:
    """Right the first and the second time; keys of mappings are found again."""
    memo = HashMemo()
    for data in (b"", b"abc", bytes(32), bytes(64), bytes(100), bytes(300)):
        assert memo.digest(data) == memo.digest(data) == word(data)
    assert memo.preimage(word(bytes(64))) == bytes(64)
    assert memo.preimage(word(bytes(100))) == bytes(100)
    assert memo.preimage(word(b"abc")) is None
    assert memo.preimage(word(bytes(300))) is None


def test_slots_of_arrays_are_known_without_asking() -> None:
    """Compilers hash them in advance."""
    assert HashMemo().preimage(word((255).to_bytes(32))) == (255).to_bytes(32)
    assert HashMemo().preimage(word((256).to_bytes(32))) is None


def test_memory_is_bounded_and_keeps_what_is_in_use() -> None:
    """Two generations: asked for within the last one is never forgotten."""
    memo = HashMemo(generation=10)
    used = (1 << 200).to_bytes(64)
    for number in range(1000):
        memo.digest(number.to_bytes(64))
        memo.digest(used)
    assert memo.preimage(word(used)) == used
    assert memo.preimage(word((3).to_bytes(64))) is None
    assert len(memo._young) + len(memo._old) <= 20
    assert len(memo._young_back) + len(memo._old_back) <= 20
