"""The cache: hits, damage, writers that race, folders that cannot be written."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import platformdirs
import pytest

from harness.compile import Solc, compile_sources
from harness.compile import cache as cache_module
from harness.compile import compiler as compiler_module
from harness.compile.cache import CompileCache, cache_folder
from harness.compile.solc import run_standard_json

SOURCE = {"A.sol": "pragma solidity ^0.8.0; contract A { uint256 public x; }"}


@pytest.fixture(scope="module")
def outputs() -> dict[str, Any]:
    """Compiler outputs by input: a run takes a second, and these tests need the same ones."""
    return {}


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch, outputs: dict[str, Any]) -> list[str]:
    """A list that grows with each run of the compiler."""
    counted: list[str] = []

    def counting(solc: Solc, source_input: Mapping[str, Any]) -> dict[str, Any]:
        key = json.dumps(source_input)
        counted.append(key)
        if key not in outputs:
            outputs[key] = run_standard_json(solc, source_input)
        return dict(outputs[key])

    monkeypatch.setattr(compiler_module, "run_standard_json", counting)
    return counted


def entry(root: Path) -> Path:
    (only,) = (root / ".harness" / "cache" / "compile").iterdir()
    return only


def test_second_compilation_is_a_hit(tmp_path: Path, runs: list[str]) -> None:
    first = compile_sources(SOURCE, root=tmp_path)
    second = compile_sources(SOURCE, root=tmp_path)
    assert len(runs) == 1
    assert second == first
    assert second["A"] == first["A"]
    assert second["A"].ast == first["A"].ast
    assert entry(tmp_path).name == first.content_hash


def test_content_settings_and_a_forced_run_miss(tmp_path: Path, runs: list[str]) -> None:
    first = compile_sources(SOURCE, root=tmp_path)
    compile_sources({"A.sol": SOURCE["A.sol"] + "\n"}, root=tmp_path)
    forced = compile_sources(SOURCE, root=tmp_path, use_cache=False)
    assert len(runs) == 3
    assert forced.content_hash == first.content_hash


@pytest.mark.parametrize("name", ["output.json", "asts.json"])
@pytest.mark.parametrize("damage", [b"", b"{}", b"x\nx"])
def test_damaged_entries_are_rebuilt(
    tmp_path: Path, runs: list[str], name: str, damage: bytes
) -> None:
    first = compile_sources(SOURCE, root=tmp_path)
    (entry(tmp_path) / name).write_bytes(damage)
    again = compile_sources(SOURCE, root=tmp_path)
    assert again["A"].ast == first["A"].ast
    assert len(runs) == 2
    assert compile_sources(SOURCE, root=tmp_path)["A"].ast == first["A"].ast
    assert len(runs) == 2


def test_a_flipped_bit_is_noticed(tmp_path: Path, runs: list[str]) -> None:
    compile_sources(SOURCE, root=tmp_path)
    path = entry(tmp_path) / "output.json"
    content = bytearray(path.read_bytes())
    content[-20] ^= 1
    path.write_bytes(bytes(content))
    compile_sources(SOURCE, root=tmp_path)
    assert len(runs) == 2


def test_an_entry_of_someone_else_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = CompileCache(tmp_path / "cache")
    with monkeypatch.context() as other_user:
        other_user.setattr(cache_module, "_user_key", lambda: b"another key")
        mine.store("key", {"a": "planted"}, {})
        assert mine.load("key") == {"a": "planted"}
    assert mine.load("key") is None
    assert not (mine.folder / "key").exists()


def test_the_users_key_is_made_once_and_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(platformdirs, "user_data_dir", lambda _: tmp_path / "new")
    make = cache_module._user_key.__wrapped__
    key = make()
    assert len(key) == 32
    assert make() == key
    assert (tmp_path / "new" / "cache.key").stat().st_mode & 0o077 == 0
    monkeypatch.setattr(platformdirs, "user_data_dir", lambda _: "/dev/null/no")
    assert make() != make()


def test_the_second_writer_keeps_the_first_ones_entry(tmp_path: Path) -> None:
    cache = CompileCache(tmp_path / "cache")
    cache.store("key", {"a": 1}, {"t": 1})
    cache.store("key", {"a": 1}, {"t": 1})
    assert cache.load("key") == {"a": 1}
    assert cache.load_asts("key") == {"t": 1}
    assert [path.name for path in cache.folder.iterdir()] == ["key"]
    assert cache.load("other") is None
    assert cache.load_asts("other") is None


def test_folder_of_an_unwritable_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert cache_folder(tmp_path) == tmp_path / ".harness" / "cache"
    # Root may write anywhere, so the refusal is simulated.
    monkeypatch.setattr(os, "access", lambda *_: False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "user"))
    assert (tmp_path / "user") in cache_folder(tmp_path).parents
