"""Keccak-256 on terms, and what was hashed to a constant.

A hash is the application of a function of the hashed terms: `keccak(32,32)` takes the two words
that a mapping's slot is the hash of. Its meaning is known exactly, so that constants hash to
constants; digests of constants are remembered with what they are the hash of.

Assumed, and printed with every proof: no hash is below 2^64 or above 2^256 - 2^64, and different
words never hash to the same.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right, insort
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from Crypto.Hash import RIPEMD160

from harness.compile import keccak256
from harness.symbolic.machine.data import WORD_BYTES, Data
from harness.symbolic.machine.shapes import Shape, bytes_of
from harness.symbolic.machine.sources import Evaluator
from harness.symbolic.terms import Assignment, Function, Int, const
from harness.symbolic.terms.node import APP

__all__ = ["ALGORITHMS", "Hashes", "Preimage", "preimage_of"]

_MARGIN: Final = 1 << 64
_LEAST, _MOST = _MARGIN, (1 << 256) - _MARGIN
_PREFIX = "keccak"
_FAR = 1 << 32
"""A slot this far behind the start of an array still belongs to it."""


ALGORITHMS: Final[Mapping[str, Callable[[bytes], bytes]]] = {
    _PREFIX: keccak256,
    "sha256": lambda content: hashlib.sha256(content).digest(),
    "ripemd160": lambda content: RIPEMD160.new(content).digest(),
}


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


@dataclass(frozen=True, slots=True)
class Preimage:
    """What a slot is the hash of: a slot alone, or a mapping's key and its slot."""

    slot: Int
    key: Int | None = None
    width: int = 32
    """Bytes of the key."""


def preimage_of(term: Int) -> Preimage | None:
    """What a hash term is the hash of, if it can be a storage slot; None for other terms."""
    if term.op != APP or not _is_hash(term.data):
        return None
    function: Function = term.data
    if function is _function((32,)):
        return Preimage(term.args[0])
    if function.arity == 2 and function.name.endswith(",32)"):
        width = int(function.name[len(_PREFIX) + 1 : -1].split(",")[0])
        return Preimage(term.args[1], term.args[0], width)
    return None


def _opaque_digest(name: str, arity: int) -> Function:
    """An uninterpreted hash of data with opaque parts; see `Hashes.meanings`."""
    return Function(f"{_PREFIX}[{name}]", arity, _LEAST, _MOST)


class Hashes:
    """Hashes of one exploration: preimages of constant digests, and the opaque ones by name.

    Everything in it is plain Python or grows only, so that paths share one.
    """

    def __init__(self) -> None:
        self._preimages: dict[int, bytes] = {}
        self._sorted: list[int] = []
        self.opaque: dict[str, Shape] = {}
        """Name of each uninterpreted hash function to the shape of what it hashes."""

    def note(self, content: bytes) -> int:
        """The digest of constant bytes, remembered if it can be a storage slot."""
        digest = int.from_bytes(keccak256(content), "big")
        if digest not in self._preimages and len(content) >= WORD_BYTES:
            self._preimages[digest] = content
            insort(self._sorted, digest)
        return digest

    def preimage_near(self, slot: int) -> tuple[Preimage, int] | None:
        """The preimage of a digest at most a little below a constant slot, and the distance."""
        index = bisect_right(self._sorted, slot) - 1
        if index < 0 or slot - self._sorted[index] >= _FAR:
            return None
        digest = self._sorted[index]
        content = self._preimages[digest]
        inner = const(int.from_bytes(content[-WORD_BYTES:], "big"))
        width = len(content) - WORD_BYTES
        key = const(int.from_bytes(content[:width], "big")) if width else None
        return Preimage(inner, key, width), slot - digest

    def digest(self, data: Data) -> Int:
        """Keccak-256 of a byte string."""
        known = data.known_bytes()
        if known is not None:
            return const(self.note(known))
        shape = data.shape
        if all(isinstance(part, int) for part in shape):
            return _function(tuple(part for part in shape if isinstance(part, int)))(*data.terms())
        function = _opaque_digest(data.outline, len(data.terms()))
        self.opaque[function.name] = shape
        return function(*data.terms())

    def other(self, name: str, data: Data) -> Int:
        """Another hash function than Keccak-256 of a byte string, uninterpreted."""
        shape = data.shape
        most = (1 << 160) - 1 if name == "ripemd160" else (1 << 256) - 1
        function = Function(f"{name}[{data.outline}]", len(data.terms()), 0, most)
        self.opaque[function.name] = shape
        return function(*data.terms())

    def meanings(self, assignment: Assignment) -> dict[str, Callable[..., int]]:
        """The true hash for each uninterpreted hash function, under an assignment that gives
        the opaque byte strings their meaning."""

        def meaning(name: str, shape: Shape) -> Callable[..., int]:
            read = Evaluator(assignment)
            hashed = ALGORITHMS[name.partition("[")[0]]

            def digest(*values: int) -> int:
                try:
                    content = bytes_of(shape, list(values), read)
                except ValueError:
                    return _LEAST  # no path has data of such a length
                return int.from_bytes(hashed(content), "big")

            return digest

        return {name: meaning(name, shape) for name, shape in self.opaque.items()}

    def fold(self, slots: Iterable[int], keys: Iterable[int]) -> None:
        """Recognise digests that the optimizer has computed: arrays at, and constant keys of
        mappings at, some small slots."""
        known = list(keys)
        for slot in slots:
            tail = slot.to_bytes(WORD_BYTES, "big")
            self.note(tail)
            for key in known:
                self.note(key.to_bytes(WORD_BYTES, "big") + tail)
