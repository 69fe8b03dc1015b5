"""Byte-addressed memory at known offsets: numbers and 8-bit expressions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from .expressions import concat, constant, extract, plain

__all__ = ["Bytes", "Memory", "bytes_of", "word_of"]

Bytes = tuple[Any, ...]
"""Bytes: numbers below 256 and 8-bit expressions."""


def bytes_of(value: Any, size: int = 32) -> Bytes:
    """The bytes of a word, the highest first."""
    if isinstance(value, int):
        return tuple((value & ((1 << (8 * size)) - 1)).to_bytes(size, "big"))
    return tuple(plain(extract(value, 8 * (size - 1 - at), 8), 8) for at in range(size))


def word_of(content: Sequence[Any]) -> Any:
    """Bytes side by side as one number or expression, of 8 bits each."""
    if all(isinstance(each, int) for each in content):
        return int.from_bytes(bytes(content), "big")
    parts = (constant(each, 8) if isinstance(each, int) else each for each in content)
    return plain(concat(*parts), 8 * len(content))


class Memory:
    """The memory of one frame; zero where nothing was written."""

    def __init__(self, content: dict[int, Any] | None = None) -> None:
        self._content = content if content is not None else {}

    def copy(self) -> Memory:
        """An independent copy."""
        return Memory(dict(self._content))

    def read(self, offset: int, size: int) -> Bytes:
        """Some bytes."""
        get = self._content.get
        return tuple(get(at, 0) for at in range(offset, offset + size))

    def write(self, offset: int, content: Iterable[Any]) -> None:
        """Put bytes somewhere."""
        for at, each in enumerate(content, start=offset):
            self._content[at] = each
