"""Which sources a compilation takes in, and under which names."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.compile.imports import find_root, find_sol_files, load_closure, read_remappings
from harness.errors import CompileError, UsageError


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)


def test_closure_follows_imports(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "src/A.sol": 'pragma solidity ^0.8.0; import "./deep/B.sol"; import "lib/C.sol";',
            "src/deep/B.sol": "pragma solidity >=0.8.4;\nimport * as A from '../A.sol';",
            "node_modules/lib/C.sol": "import 'pkg/D.sol';",
            "vendor/D.sol": "",
        },
    )
    found = load_closure({"src/A.sol": tmp_path / "src/A.sol"}, tmp_path, ["pkg/=vendor/"])
    assert list(found.texts) == ["lib/C.sol", "src/A.sol", "src/deep/B.sol", "vendor/D.sol"]
    assert found.files["lib/C.sol"] == tmp_path / "node_modules/lib/C.sol"
    assert found.pragmas == (">=0.8.4", "^0.8.0")


def test_comments_and_strings_hold_no_imports(tmp_path: Path) -> None:
    write(tmp_path, {"Not.sol": ""})
    text = """
        // import "Not.sol";
        /* import "Not.sol"; pragma solidity ^0.1.0; */
        contract A { string s = 'import "Not.sol";'; uint256 _import; }
        pragma solidity /* really */ ^0.8.0 ;
    """
    found = load_closure({"A.sol": text}, tmp_path)
    assert list(found.texts) == ["A.sol"]
    assert found.pragmas == ("^0.8.0",)


def test_remappings_with_contexts_and_longest_prefix(tmp_path: Path) -> None:
    write(tmp_path, {"one/X.sol": "", "two/X.sol": "", "three/X.sol": ""})
    rules = ["p/=one/", "p/q/=two/", "special:p/=three/"]
    starts = {"a.sol": "import 'p/X.sol';", "b.sol": "import 'p/q/X.sol';"}
    found = load_closure(starts | {"special.sol": "import 'p/X.sol';"}, tmp_path, rules)
    assert {"one/X.sol", "two/X.sol", "three/X.sol"} <= set(found.texts)


def test_missing_imports_are_left_to_the_compiler(tmp_path: Path) -> None:
    assert list(load_closure({"A.sol": "import './Missing.sol';"}, tmp_path).texts) == ["A.sol"]


def test_folders_of_dependencies_and_output_are_skipped(tmp_path: Path) -> None:
    names = ["A.sol", "b/B.sol", "node_modules/C.sol", "out/D.sol", ".hidden/E.sol", "b/F.txt"]
    write(tmp_path, dict.fromkeys(names, ""))
    found = [path.relative_to(tmp_path).as_posix() for path in find_sol_files(tmp_path)]
    assert found == ["A.sol", "b/B.sol"]
    with pytest.raises(UsageError, match=r"holds no \.sol file"):
        find_sol_files(tmp_path / "node_modules" / "none")


def test_root_is_the_nearest_project(tmp_path: Path) -> None:
    write(tmp_path, {"package.json": "{}", "src/deep/A.sol": "", "remappings.txt": "# no\n\na=b\n"})
    assert find_root(tmp_path / "src" / "deep") == tmp_path
    assert find_root(tmp_path / "src" / "deep" / "A.sol") == tmp_path
    assert read_remappings(tmp_path) == ("a=b",)


def test_unreadable_source_is_a_compile_error(tmp_path: Path) -> None:
    (tmp_path / "A.sol").write_bytes(b"\xff\xfe")
    with pytest.raises(CompileError, match="cannot be read"):
        load_closure({"A.sol": tmp_path / "A.sol"}, tmp_path)
