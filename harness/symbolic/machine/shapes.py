"""Shapes of byte strings: what is left of them without their terms.

A shape is a tuple with one entry for each piece: the width of a literal, "0" for zeros, the source
of an extract, a pair of shapes for a choice between two strings.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeAlias

from harness.symbolic.terms import Int

__all__ = ["Shape", "bytes_of", "outline", "terms_in"]

Shape: TypeAlias = tuple[Any, ...]

_LONGEST: Final = 1 << 26
"""No gas limit pays for a longer byte string."""


def outline(shape: Shape) -> str:
    """A shape as a text that tells it from others."""
    texts = []
    for part in shape:
        if isinstance(part, int | str):
            texts.append(str(part))
        elif isinstance(part, tuple):
            texts.append(f"({outline(part[0])}/{outline(part[1])})")
        else:
            texts.append(part.name)
    return ",".join(texts)


def terms_in(shape: Shape) -> int:
    """How many terms a shape has."""
    count = 0
    for part in shape:
        if isinstance(part, int | str):
            count += 1
        elif isinstance(part, tuple):
            count += 1 + terms_in(part[0]) + terms_in(part[1])
        else:
            count += 2
    return count


def bytes_of(shape: Shape, values: list[int], read: Callable[[Int], int]) -> bytes:
    """The bytes of a shape, given the values of its terms; `read` evaluates those in sources.

    Raises ValueError for a length that cannot be: no path goes where it has that value.
    """
    parts: list[bytes] = []
    rest = list(values)
    for part in shape:
        if isinstance(part, int):
            parts.append(rest.pop(0).to_bytes(part, "big"))
        elif isinstance(part, str):
            parts.append(bytes(_length(rest.pop(0))))
        elif isinstance(part, tuple):
            first = rest.pop(0)
            middle = terms_in(part[0])
            last = middle + terms_in(part[1])
            chosen = (part[0], rest[:middle]) if first else (part[1], rest[middle:last])
            del rest[:last]
            parts.append(bytes_of(*chosen, read))
        else:
            offset, length = rest.pop(0), _length(rest.pop(0))
            parts.append(part.concrete(offset, length, read))
    return b"".join(parts)


def _length(value: int) -> int:
    if not 0 <= value <= _LONGEST:
        raise ValueError(f"a byte string cannot be {value} bytes long")
    return value
