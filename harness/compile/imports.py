"""Collecting sources: a folder's files and all that they import.

Every text is handed to the compiler inline, so native solc and the npm build see
exactly the same input, and the cache can be keyed by content.
"""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.errors import CompileError, UsageError

__all__ = ["SourceSet", "find_root", "find_sol_files", "load_closure", "read_remappings"]

_ROOT_MARKERS = (
    "foundry.toml",
    "hardhat.config.js",
    "hardhat.config.ts",
    "remappings.txt",
    "package.json",
    "pyproject.toml",
    ".git",
)
_SKIPPED_FOLDERS = frozenset(
    {"node_modules", "artifacts", "cache", "out", "build", "crytic-export", "__pycache__"}
)
# Comments and strings come first, so that what looks like an import within them is passed over.
_TOKEN = re.compile(
    r"""//[^\n]*|/\*.*?\*/
      |\bimport\b[^;]*;
      |\bpragma\s+solidity\b(?P<pragma>[^;]*);
      |"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'
    """,
    re.DOTALL | re.VERBOSE,
)
_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_STRING = re.compile(r"\"([^\"\n]+)\"|'([^'\n]+)'")


@dataclass(frozen=True)
class SourceSet:
    """Sources by the names that the compiler knows them by."""

    root: Path
    """Folder that the names are relative to."""

    texts: Mapping[str, str]
    """Text by name, sorted by name."""

    files: Mapping[str, Path]
    """Absolute path by name; for sources given as text, where they would lie under the root."""

    pragmas: tuple[str, ...]
    """Distinct version pragmas of all sources, such as `^0.8.20`."""


def find_root(start: Path) -> Path:
    """The project that `start` belongs to: the nearest folder above with a project file.

    Falls back to `start` itself, or its folder if it is a file.
    """
    folder = start if start.is_dir() else start.parent
    for candidate in (folder, *folder.parents):
        if any((candidate / marker).exists() for marker in _ROOT_MARKERS):
            return candidate
    return folder


def find_sol_files(folder: Path) -> list[Path]:
    """The .sol files under `folder`, sorted; hidden, dependency and output folders left out.

    Raises:
        UsageError: there are none.
    """
    found: list[Path] = []
    for base, folders, names in os.walk(folder):
        folders[:] = sorted(
            name for name in folders if name not in _SKIPPED_FOLDERS and not name.startswith(".")
        )
        found += [Path(base, name) for name in sorted(names) if name.endswith(".sol")]
    if not found:
        raise UsageError(f"{folder} holds no .sol file", fix="name a folder of Solidity sources")
    return found


def read_remappings(root: Path) -> tuple[str, ...]:
    """The lines of `remappings.txt` in the project's root, empty without one."""
    path = root / "remappings.txt"
    if not path.is_file():
        return ()
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    return tuple(line for line in lines if line and not line.startswith("#"))


def load_closure(
    start: Mapping[str, str | Path], root: Path, remappings: Sequence[str] = ()
) -> SourceSet:
    """Reads sources and, step by step, everything that they import.

    Non-relative imports are looked up in the root, then in each `node_modules` from the root
    upwards. An import that is not found is left to the compiler to report with file and line.

    Args:
        start: text, or file to read it from, by source name.
        root: folder that names are relative to.
        remappings: `context:prefix=target`.
    """
    rules = [_Remapping.parse(text) for text in remappings]
    texts: dict[str, str] = {}
    files: dict[str, Path] = {}
    pragmas: set[str] = set()
    waiting: list[tuple[str, str | Path]] = list(start.items())
    while waiting:
        name, given = waiting.pop()
        if name in texts:
            continue
        text = _read(given) if isinstance(given, Path) else given
        texts[name] = text
        files[name] = given if isinstance(given, Path) else root / name
        for kind, value in _statements(text):
            if kind == "pragma":
                pragmas.add(value)
                continue
            wanted = _resolve(name, value, rules)
            found = None if wanted in texts else _find(wanted, root)
            if found is not None and wanted not in start:
                waiting.append((wanted, found))
    ordered = dict(sorted(texts.items()))
    return SourceSet(root, ordered, {name: files[name] for name in ordered}, tuple(sorted(pragmas)))


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CompileError(f"source cannot be read: {error}", where=str(path)) from error


def _statements(text: str) -> Iterator[tuple[str, str]]:
    for match in _TOKEN.finditer(text):
        if match["pragma"] is not None:
            yield "pragma", " ".join(_COMMENT.sub(" ", match["pragma"]).split())
        elif match[0].startswith("import"):
            strings = _STRING.findall(_COMMENT.sub(" ", match[0]))
            if strings:
                yield "import", strings[-1][0] or strings[-1][1]


@dataclass(frozen=True)
class _Remapping:
    context: str
    prefix: str
    target: str

    @classmethod
    def parse(cls, text: str) -> _Remapping:
        left, _, target = text.partition("=")
        context, _, prefix = left.rpartition(":")
        return cls(context, prefix, target)


def _resolve(importer: str, path: str, rules: Iterable[_Remapping]) -> str:
    """The source name that an import means: solc's rules for relative paths and remappings."""
    if path.startswith(("./", "../")):
        path = posixpath.normpath(posixpath.join(posixpath.dirname(importer), path))
    fitting = [
        rule for rule in rules if importer.startswith(rule.context) and path.startswith(rule.prefix)
    ]
    if not fitting:
        return path
    # The longest context wins, then the longest prefix, then the last one given.
    _, rule = max(enumerate(fitting), key=lambda r: (len(r[1].context), len(r[1].prefix), r[0]))
    return rule.target + path[len(rule.prefix) :]


def _find(name: str, root: Path) -> Path | None:
    folders = [root, *(parent / "node_modules" for parent in (root, *root.parents))]
    for folder in folders:
        candidate = folder / name
        if candidate.is_file():
            return candidate
    return None
