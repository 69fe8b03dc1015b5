"""What a target means: its sources, and the settings that it brings along."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from harness.compile.imports import (
    SourceSet,
    find_root,
    find_sol_files,
    load_closure,
    read_remappings,
)
from harness.compile.settings import CompilerSettings
from harness.errors import CompileError, UsageError

__all__ = ["Request", "Target", "read_standard_json", "read_target"]

Target = str | Path | Sequence[str | Path] | Mapping[str, str]
"""A file or folder, several of them, or source texts by name."""

_FRAMEWORK_FILES = (
    "foundry.toml",
    "hardhat.config.*",
    "truffle-config.js",
    "truffle.js",
    "brownie-config.yaml",
    "buidler.config.js",
    "embark.json",
    ".dapprc",
)
_ON_CHAIN = re.compile(r"(\w+:)?0x[0-9a-fA-F]{40}$")
_KNOWN = "name a .sol file, a folder of them, or a target that crytic-compile knows"


@dataclass(frozen=True)
class Request:
    """One run of the compiler."""

    sources: SourceSet
    """All sources, imports included."""

    settings: CompilerSettings
    """Settings, with all remappings."""

    expected: Mapping[str, bytes] = field(default_factory=dict)
    """Runtime bytecode by `path:Contract` that the target itself states, to be reproduced."""

    has_own_settings: bool = False
    """Whether the target itself states settings."""


def read_target(
    target: Target, settings: CompilerSettings | None, root: str | Path | None
) -> Request:
    """Reads the sources of a target.

    Args:
        target: see `compile_sources`.
        settings: the caller's settings; None for the target's own, or else the default ones.
        root: folder that source names are relative to; None for the project around the target.

    Raises:
        UsageError: there is no such target.
        CompileError: a source cannot be read, or the target's own build fails.
    """
    if isinstance(target, Mapping):
        base = Path(root or ".").resolve()
        return _request(target, base, settings or CompilerSettings())
    given = [target] if isinstance(target, str | Path) else list(target)
    if not given:
        raise UsageError("nothing to compile", fix=_KNOWN)
    if len(given) == 1:
        foreign = _read_foreign(given[0], settings)
        if foreign is not None:
            return foreign
    paths = [_existing(one) for one in given]
    base = Path(root).resolve() if root is not None else find_root(paths[0])
    files = [file for path in paths for file in _sol_files(path)]
    start = {_source_name(file, base): file for file in files}
    return _request(start, base, settings or CompilerSettings())


def _request(start: Mapping[str, str | Path], root: Path, settings: CompilerSettings) -> Request:
    remappings = tuple(dict.fromkeys((*read_remappings(root), *settings.remappings)))
    sources = load_closure(start, root, remappings)
    return Request(sources, replace(settings, remappings=remappings))


def _read_foreign(target: str | Path, settings: CompilerSettings | None) -> Request | None:
    """The request of a target that is not plain Solidity, None for one that is."""
    path = Path(target)
    is_project = path.is_dir() and any(any(path.glob(name)) for name in _FRAMEWORK_FILES)
    is_other_file = path.is_file() and path.suffix != ".sol"
    is_on_chain = not path.exists() and _ON_CHAIN.match(str(target))
    if not (is_project or is_other_file or is_on_chain):
        return None
    content = _load_json(path) if path.suffix == ".json" else None
    if content is not None and "language" in content and "sources" in content:
        return read_standard_json(content, path.resolve().parent, settings)
    # crytic-compile takes a third of a second to import, and plain Solidity does not need it.
    from harness.compile.foreign import read_foreign

    return read_foreign(str(path.resolve()) if path.exists() else str(target), settings)


def _load_json(path: Path) -> dict[str, Any] | None:
    try:
        content = json.loads(path.read_bytes())
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise CompileError(f"not a JSON document: {error}", where=str(path)) from error
    return content if isinstance(content, dict) else None


def read_standard_json(
    content: Mapping[str, Any],
    root: Path,
    settings: CompilerSettings | None,
    *,
    version: str | None = None,
) -> Request:
    """The request of a standard JSON input.

    Args:
        content: the input; sources given by `urls` are read from `root`.
        root: folder that source names are relative to.
        settings: the caller's settings, which replace those of the input but for its remappings.
        version: compiler version that the input belongs to, if known.

    Raises:
        UsageError: another language than Solidity.
    """
    if content["language"] != "Solidity":
        raise UsageError(f"language {content['language']!r} is not supported", fix="use Solidity")
    own = CompilerSettings.from_standard_json(content.get("settings") or {}, version)
    chosen = own
    if settings is not None:
        merged = tuple(dict.fromkeys((*own.remappings, *settings.remappings)))
        chosen = replace(settings, remappings=merged, version=settings.version or version)
    start: dict[str, str | Path] = {}
    for name, source in content["sources"].items():
        start[name] = source["content"] if "content" in source else _by_url(name, source, root)
    return Request(load_closure(start, root, chosen.remappings), chosen, has_own_settings=True)


def _by_url(name: str, source: Mapping[str, Any], root: Path) -> Path:
    for url in source.get("urls") or ():
        path = root / str(url).removeprefix("file://")
        if path.is_file():
            return path
    raise CompileError(f"source {name!r} has no content, and none of its urls is a file here")


def _existing(one: str | Path) -> Path:
    path = Path(one).resolve()
    if not path.exists():
        raise UsageError(f"{str(one)!r} does not exist", fix=_KNOWN)
    return path


def _sol_files(path: Path) -> list[Path]:
    if path.is_dir():
        return find_sol_files(path)
    if path.suffix == ".sol":
        return [path]
    raise UsageError(f"{str(path)!r} is no Solidity source", fix=_KNOWN)


def _source_name(file: Path, root: Path) -> str:
    try:
        return file.relative_to(root).as_posix()
    except ValueError:
        return file.as_posix()
