"""Version pragmas: which compilers a source accepts.

solc's own grammar (that of npm's semver without pre-releases): comparators such as
`^0.8.20`, `>=0.8.0 <0.9.0`, `~0.8.1`, `0.8.x`, ranges `0.8.0 - 0.8.9`, alternatives
by `||`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from harness.errors import CompileError

__all__ = ["Version", "parse_version", "satisfies", "satisfies_all"]

Version = tuple[int, int, int]
"""Major, minor and patch number."""

_VERSION = re.compile(r"v?(\d+)(?:\.(\d+|[xX*]))?(?:\.(\d+|[xX*]))?(?:[-+].*)?$")
_HYPHEN = re.compile(r"(\S+)\s+-\s+(\S+)")
_SPACED_OPERATOR = re.compile(r"([<>=^~]+)\s+")
_COMPARATOR = re.compile(r"(\^|~|>=|<=|>|<|=)?(.+)$")


def parse_version(text: str) -> Version:
    """The numbers of a full version such as `0.8.37+commit.2a1b3c4d`.

    Raises:
        CompileError: not a version.
    """
    match = _VERSION.match(text.strip())
    if not match or not (match[2] or "").isdigit() or not (match[3] or "").isdigit():
        raise CompileError(f"{text!r} is not a compiler version", fix="write it as 0.8.37")
    return int(match[1]), int(match[2]), int(match[3])


def satisfies(version: Version, pragma: str) -> bool:
    """Whether `version` lies in the range that `pragma` (without `pragma solidity`) states.

    Raises:
        CompileError: the pragma cannot be read.

    >>> satisfies((0, 8, 37), "^0.8.20")
    True
    """
    return any(_all_comparators(version, part) for part in pragma.split("||"))


def satisfies_all(version: Version, pragmas: Iterable[str]) -> bool:
    """Whether `version` satisfies each of the pragmas."""
    return all(satisfies(version, pragma) for pragma in pragmas)


def _all_comparators(version: Version, text: str) -> bool:
    hyphen = _HYPHEN.search(text)
    if hyphen:
        text = f">={hyphen[1]} <={hyphen[2]}"
    text = _SPACED_OPERATOR.sub(r"\1", text.replace('"', " ").replace("'", " "))
    return all(_comparator(version, part) for part in text.split())


def _comparator(version: Version, text: str) -> bool:
    match = _COMPARATOR.match(text)
    operator, stated = (match[1] or "=", match[2]) if match else ("=", text)
    low, high = _range(stated, text)
    match operator:
        case "=":
            return low <= version < high
        case ">=":
            return version >= low
        case ">":
            return version >= high
        case "<":
            return version < low
        case "<=":
            return version < high
        case "~":
            return low <= version < max(high, (low[0], low[1] + 1, 0))
    return low <= version < max(high, _caret_end(low))


def _caret_end(low: Version) -> Version:
    """`^` keeps the leftmost number that is not zero."""
    if low[0]:
        return low[0] + 1, 0, 0
    return (0, low[1] + 1, 0) if low[1] else (0, 0, low[2] + 1)


def _range(stated: str, text: str) -> tuple[Version, Version]:
    """First version that a possibly partial one covers, and the first one behind it."""
    if stated in ("*", "x", "X"):
        return (0, 0, 0), (1 << 30, 0, 0)
    match = _VERSION.match(stated)
    if not match:
        raise CompileError(f"version pragma {text!r} cannot be read", fix="write it as ^0.8.20")
    major = int(match[1])
    if not (match[2] or "").isdigit():
        return (major, 0, 0), (major + 1, 0, 0)
    minor = int(match[2])
    if not (match[3] or "").isdigit():
        return (major, minor, 0), (major, minor + 1, 0)
    return (major, minor, int(match[3])), (major, minor, int(match[3]) + 1)
