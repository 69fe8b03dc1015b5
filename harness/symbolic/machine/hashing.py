"""Keccak-256 on terms, and what was hashed to a constant.

A hash is the application of a function of the hashed terms: `keccak(32,32)` takes the two words
that a mapping's slot is the hash of. Its meaning is known exactly, so that constants hash to
constants; digests of constants are remembered with what they are the hash of.

Assumed, and printed with every proof: no hash is below 2^64 or above 2^256 - 2^64, and different
words never hash to the same.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, Final

from harness.compile import keccak256
from harness.symbolic.machine.data import Data, Source
from harness.symbolic.terms import Assignment, Function, Int, const, evaluate
from harness.symbolic.terms.node import APP

__all__ = ["Hashes", "hashed_words", "opaque_digest"]

_MARGIN: Final = 1 << 64
_LEAST, _MOST = _MARGIN, (1 << 256) - _MARGIN
_PREFIX = "keccak"
_FAR = 1 << 32
"""A slot this far behind the start of an array still belongs to it."""


@cache
def _function(widths: tuple[int, ...]) -> Function:
    """Keccak-256 of numbers of the given widths in bytes, side by side."""

    def exact(*values: int) -> int:
        parts = (
            (value % (1 << (8 * width))).to_bytes(width, "big")
            for value, width in zip(values, widths, strict=True)
        )
        return int.from_bytes(keccak256(b"".join(parts)), "big")

    name = f"{_PREFIX}({','.join(map(str, widths))})"
    return Function(name, len(widths), _LEAST, _MOST, exact)


@cache
def _is_hash(function: Function) -> bool:
    return function.exact is not None and function.name.startswith(_PREFIX)


def hashed_words(term: Int) -> tuple[Int, ...] | None:
    """What a hash term is the hash of, if that is one or two words; None for other terms."""
    if term.op == APP and _is_hash(term.data):
        if term.data is _function((32,)) or term.data is _function((32, 32)):
            return term.args
    return None


def opaque_digest(name: str, arity: int) -> Function:
    """An uninterpreted hash of data with opaque parts; see `Hashes.meanings`."""
    return Function(f"{_PREFIX}[{name}]", arity, _LEAST, _MOST)


class Hashes:
    """Hashes of one exploration: preimages of constant digests, and the opaque ones by name.

    Everything in it is plain Python or grows only, so that paths share one.
    """

    def __init__(self) -> None:
        self._preimages: dict[int, tuple[int, ...]] = {}
        self._sorted: list[int] = []
        self.opaque: dict[str, tuple[int | str | Source, ...]] = {}
        """Name of each uninterpreted hash function to the shape of what it hashes."""

    def note(self, *words: int) -> int:
        """The digest of one or two constant words, remembered."""
        digest = int.from_bytes(
            keccak256(b"".join(word.to_bytes(32, "big") for word in words)), "big"
        )
        if digest not in self._preimages:
            self._preimages[digest] = words
            insort(self._sorted, digest)
        return digest

    def preimage_near(self, slot: int) -> tuple[tuple[int, ...], int] | None:
        """The words whose digest is at most a little below a slot, and the distance."""
        index = bisect_right(self._sorted, slot) - 1
        if index < 0 or slot - self._sorted[index] >= _FAR:
            return None
        digest = self._sorted[index]
        return self._preimages[digest], slot - digest

    def digest(self, data: Data) -> Int:
        """Keccak-256 of a byte string."""
        known = data.known_bytes()
        if known is not None:
            if len(known) in (32, 64):
                parts = (known[i : i + 32] for i in range(0, len(known), 32))
                return const(self.note(*(int.from_bytes(part, "big") for part in parts)))
            return const(int.from_bytes(keccak256(known), "big"))
        shape = data.shape
        if all(isinstance(part, int) for part in shape):
            return _function(tuple(part for part in shape if isinstance(part, int)))(*data.terms())
        name = ",".join(str(p) if isinstance(p, int | str) else p.name for p in shape)
        function = opaque_digest(name, len(data.terms()))
        self.opaque[function.name] = shape
        return function(*data.terms())

    def meanings(self, assignment: Assignment) -> dict[str, Callable[..., int]]:
        """The true hash for each uninterpreted hash function, under an assignment that gives
        the opaque byte strings their meaning."""

        def meaning(shape: tuple[int | str | Source, ...]) -> Callable[..., int]:
            return lambda *values: int.from_bytes(
                keccak256(_bytes_of(shape, values, assignment)), "big"
            )

        return {name: meaning(shape) for name, shape in self.opaque.items()}

    def fold(self, slots: Iterable[int], keys: Iterable[int]) -> None:
        """Recognise digests that the optimizer has computed: arrays at, and constant keys of
        mappings at, some small slots."""
        known = list(keys)
        for slot in slots:
            self.note(slot)
            for key in known:
                self.note(key, slot)


def _bytes_of(
    shape: tuple[int | str | Source, ...], values: tuple[int, ...], assignment: Assignment
) -> bytes:
    memo: dict[Any, Any] = {}
    parts: list[bytes] = []
    rest = list(values)
    for part in shape:
        if isinstance(part, int):
            parts.append(rest.pop(0).to_bytes(part, "big"))
        elif isinstance(part, str):
            parts.append(bytes(rest.pop(0)))
        else:
            offset, length = rest.pop(0), rest.pop(0)
            parts.append(
                part.concrete(offset, length, lambda term: evaluate(term, assignment, memo))
            )
    return b"".join(parts)
