"""`python -m harness.compile`: which compilers and runtimes were found, and where."""

from __future__ import annotations

import platform
import sys
from pathlib import Path

from harness.compile.cache import cache_folder
from harness.compile.imports import find_root
from harness.compile.solc import find_node, known_compilers
from harness.errors import HarnessError


def main() -> int:
    """Prints one line for each tool; exit code 0 if there is a compiler, else 2."""
    root = find_root(Path.cwd())
    rows = [("Python", f"{platform.python_version()}  {sys.executable}")]
    rows += [("Node.js", str(path)) for path in find_node()]
    try:
        compilers = list(known_compilers(root))
    except HarnessError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    rows += [
        (f"solc ({found.kind})", f"{found.version}  {found.executable}") for found in compilers
    ]
    rows += [("project", str(root)), ("cache", str(cache_folder(root)))]
    for label, value in rows:
        print(f"{label:<14} {value}")
    if compilers:
        return 0
    print("no Solidity compiler was found: run `make setup`", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
