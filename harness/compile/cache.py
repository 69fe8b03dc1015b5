"""A cache of compilations on disk, keyed by content.

    <root>/.harness/cache/compile/<key>/output.json   compiler's output, trees left out
    <root>/.harness/cache/compile/<key>/asts.json     syntax trees, read only when asked for

An entry is written to a temporary folder and renamed into place, so that a reader
sees all of it or nothing. Each file starts with a MAC of its content under a key that
only the user has: an entry that was damaged, or that an audited project brings along
to pass off other bytecode as its own, is dropped and compiled again.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import shutil
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import platformdirs

__all__ = ["CompileCache", "cache_folder"]

_APP = "invariant-harness"


def cache_folder(root: Path) -> Path:
    """Where things of a project may be cached: `.harness/cache` in its root.

    The user's cache folder stands in where the root is not writable.
    """
    own = root / ".harness" / "cache"
    nearest = next(folder for folder in (own, *own.parents) if folder.exists())
    if os.access(nearest, os.W_OK):
        return own
    digest = hashlib.sha256(str(root).encode()).hexdigest()[:16]
    return Path(platformdirs.user_cache_dir(_APP)) / digest


class CompileCache:
    """Compiler outputs by key.

    Args:
        folder: folder that holds one sub-folder for each key; made when first written to.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __repr__(self) -> str:
        return f"CompileCache({str(self.folder)!r})"

    def load(self, key: str) -> dict[str, Any] | None:
        """The output stored under `key`; None if there is none or it is damaged."""
        entry = self.folder / key
        if not (entry / "asts.json").is_file():
            return None
        output = _read(entry / "output.json")
        if output is None:
            shutil.rmtree(entry, ignore_errors=True)
        return output

    def load_asts(self, key: str) -> dict[str, Any] | None:
        """The syntax trees stored under `key`, by path; None if missing or damaged."""
        asts = _read(self.folder / key / "asts.json")
        if asts is None:
            shutil.rmtree(self.folder / key, ignore_errors=True)
        return asts

    def store(self, key: str, output: Mapping[str, Any], asts: Mapping[str, Any]) -> None:
        """Stores an output and its trees under `key`; an entry that is there already stays."""
        self.folder.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=self.folder))
        try:
            _write(draft / "output.json", output)
            _write(draft / "asts.json", asts)
            draft.chmod(0o755)
            draft.rename(self.folder / key)
        except OSError:
            # Another process was faster: a folder that is not empty cannot be renamed onto.
            if not (self.folder / key).is_dir():
                raise
        finally:
            shutil.rmtree(draft, ignore_errors=True)


def _write(path: Path, content: Mapping[str, Any]) -> None:
    text = json.dumps(content, separators=(",", ":")).encode()
    path.write_bytes(_mac(text) + b"\n" + text)


def _read(path: Path) -> dict[str, Any] | None:
    try:
        mac, _, text = path.read_bytes().partition(b"\n")
    except OSError:
        return None
    if not hmac.compare_digest(_mac(text), mac):
        return None
    content: dict[str, Any] = json.loads(text)
    return content


def _mac(text: bytes) -> bytes:
    return hmac.new(_user_key(), text, hashlib.sha256).hexdigest().encode()


@cache
def _user_key() -> bytes:
    """The user's key, made at the first use; one for this process alone if it cannot be kept."""
    folder = Path(platformdirs.user_data_dir(_APP))
    path = folder / "cache.key"
    fresh = secrets.token_bytes(32)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            with tempfile.NamedTemporaryFile(dir=folder) as draft:
                draft.write(fresh)
                draft.flush()
                # Of several processes that come here at once, the first one's key stays.
                os.link(draft.name, path)
        return path.read_bytes()
    except FileExistsError:
        return path.read_bytes()
    except OSError:
        return fresh
