"""Version pragmas, by the examples of npm's semver."""

from __future__ import annotations

import pytest

from harness.compile.pragma import parse_version, satisfies, satisfies_all
from harness.errors import CompileError


@pytest.mark.parametrize(
    ("pragma", "inside", "outside"),
    [
        ("0.8.20", ["0.8.20"], ["0.8.21", "0.8.19"]),
        ("=0.8.20", ["0.8.20"], ["0.8.21"]),
        ("^0.8.20", ["0.8.20", "0.8.99"], ["0.8.19", "0.9.0"]),
        ("^0.0.3", ["0.0.3"], ["0.0.4"]),
        ("^1.2.3", ["1.9.0"], ["2.0.0", "1.2.2"]),
        ("~0.8.4", ["0.8.4", "0.8.9"], ["0.9.0", "0.8.3"]),
        (">=0.8.0 <0.9.0", ["0.8.0", "0.8.37"], ["0.9.0", "0.7.6"]),
        (">= 0.8.0 < 0.9.0", ["0.8.37"], ["0.9.0"]),
        (">0.8.1", ["0.8.2"], ["0.8.1"]),
        ("<=0.8.1", ["0.8.1"], ["0.8.2"]),
        ("0.8.0 - 0.8.9", ["0.8.0", "0.8.9"], ["0.8.10", "0.7.9"]),
        ("0.8", ["0.8.0", "0.8.37"], ["0.9.0"]),
        ("0.8.x", ["0.8.3"], ["0.7.3"]),
        ("<0.8", ["0.7.6"], ["0.8.0"]),
        (">0.7", ["0.8.0"], ["0.7.6"]),
        ("*", ["0.1.0", "9.9.9"], []),
        ("^0.7.0 || ^0.8.0", ["0.7.6", "0.8.1"], ["0.6.12"]),
        ('"^0.8.0"', ["0.8.1"], ["0.7.0"]),
        ("v0.8.1", ["0.8.1"], ["0.8.2"]),
    ],
)
def test_ranges(pragma: str, inside: list[str], outside: list[str]) -> None:
    assert all(satisfies(parse_version(version), pragma) for version in inside)
    assert not any(satisfies(parse_version(version), pragma) for version in outside)


def test_all_pragmas_have_to_hold() -> None:
    assert satisfies_all((0, 8, 37), ["^0.8.0", ">=0.8.20"])
    assert not satisfies_all((0, 8, 10), ["^0.8.0", ">=0.8.20"])


def test_versions() -> None:
    assert parse_version("0.8.37+commit.f401782d.Emscripten.clang") == (0, 8, 37)
    for text in ("0.8", "latest", ""):
        with pytest.raises(CompileError, match="is not a compiler version"):
            parse_version(text)
    with pytest.raises(CompileError, match="cannot be read"):
        satisfies((0, 8, 0), "^latest")
