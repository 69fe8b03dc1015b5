"""Loading targets by path: names, packages, selection and what is refused."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest

from harness import targets
from harness.errors import LookupProblem, UsageError
from harness.targets import load_target, load_targets, project_of, select

SYSTEM = """
from harness import Deployment, System, chain_at, contract, invariant

class {name}(System):
    sources = ("contracts",)
    l1 = chain_at(block=1, time=1)
    box = contract(l1, "Box")
"""
PROPERTY = """
@invariant("{id}", severity="low", source="here")
def {function}(w: {system}) -> bool:
    '''It holds.'''
    return True
"""


@pytest.fixture(autouse=True)
def _clean_imports(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(targets, "_roots", set())
    for name in list(sys.modules):
        if name.partition(".")[0] == "claims":
            monkeypatch.delitem(sys.modules, name)
    before = set(sys.modules)
    monkeypatch.setattr(sys, "modules", dict(sys.modules))
    assert before


def write(root: Path, path: str, text: str = "") -> None:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def project(tmp_path: Path) -> Path:
    """A project with a package, a plain folder, and files to be left out."""
    root = tmp_path.resolve()
    write(root, "pyproject.toml", "[project]\nname = 'x'\n")
    write(root, "claims/box/__init__.py", SYSTEM.format(name="Box"))
    rules = "from claims.box import Box\nfrom harness import invariant\n"
    rules += PROPERTY.format(id="BOX-2", function="two", system="Box")
    rules += PROPERTY.format(id="BOX-1", function="one", system="Box")
    write(root, "claims/box/rules.py", rules)
    write(root, "claims/box/_draft.py", "raise RuntimeError('left out')\n")
    write(root, "claims/_old/more.py", "raise RuntimeError('left out')\n")
    bare = SYSTEM.format(name="Bare") + "from claims.box.rules import one\n"
    write(root, "claims/bare.py", bare)
    return root


def test_a_folder_loads_every_module_once(tmp_path: Path) -> None:
    root = project(tmp_path)
    targets = load_targets([str(root / "claims")], root)
    assert [(t.name, [p.id for p in t.properties]) for t in targets] == [
        ("bare", []),
        ("box", ["BOX-1", "BOX-2"]),
    ]
    assert {t.path for t in targets} == {"claims"}
    assert sys.modules["claims.box.rules"].__name__ == "claims.box.rules"


def test_a_module_path_and_a_file_mean_the_same(tmp_path: Path) -> None:
    root = project(tmp_path)
    (by_name,) = load_targets(["claims.box"], root)
    (by_path,) = load_targets(["claims/box"], root)
    assert by_name == by_path
    (narrow,) = load_targets(["claims/box/rules.py"], root)
    assert (narrow.system, narrow.path) == (by_name.system, "claims/box/rules.py")
    (wide,) = load_targets(["claims/box/rules.py", "claims/box/__init__.py"], root)
    assert wide.path == "claims/box"


def test_selection_by_glob(tmp_path: Path) -> None:
    targets = load_targets(["claims"], project(tmp_path))
    (chosen,) = select(targets, ["*-1"])
    assert [p.id for p in chosen.properties] == ["BOX-1"]
    assert [t.name for t in select(targets, [])] == ["box"]
    with pytest.raises(UsageError, match="no property named 'BIX-1'") as wrong:
        select(targets, ["BIX-1"])
    assert "use one of: BOX-1" in str(wrong.value)


def test_an_id_that_is_used_twice(tmp_path: Path) -> None:
    root = project(tmp_path)
    twice = "from claims.box import Box\nfrom harness import invariant\n"
    twice += PROPERTY.format(id="BOX-1", function="other", system="Box")
    write(root, "claims/twice.py", twice)
    with pytest.raises(UsageError, match="two properties have the id 'BOX-1'"):
        load_targets(["claims"], root)


def test_a_fault_names_the_authors_line(tmp_path: Path) -> None:
    root = project(tmp_path)
    write(root, "claims/helper.py", "def boom():\n    return 1 // 0\n")
    write(root, "claims/user.py", "from claims.helper import boom\nboom()\n")
    with pytest.raises(UsageError) as wrong:
        load_targets(["claims/user.py"], root)
    assert wrong.value.what == (
        "claims/user.py cannot be loaded: ZeroDivisionError: integer division or modulo by zero"
    )
    assert wrong.value.where == f"{root / 'claims/helper.py'}:2: return 1 // 0"
    assert isinstance(wrong.value.__cause__, ZeroDivisionError)
    assert "claims.user" not in sys.modules


def test_names_that_are_taken(tmp_path: Path) -> None:
    root = project(tmp_path)
    write(root, "json.py", SYSTEM.format(name="Json"))
    with pytest.raises(UsageError, match="the module name 'json' is taken by"):
        load_targets(["json.py"], root)


def test_modules_of_another_project_make_room_in_a_worker(tmp_path: Path) -> None:
    """Also those that targets import: ``claims.box`` here."""
    other, own = project(tmp_path / "other"), project(tmp_path / "own")
    load_targets(["claims"], other)
    write(other, "loose/inner/words.py")
    importlib.import_module("loose.inner.words")
    with pytest.raises(UsageError, match="the module name 'claims' is taken by"):
        load_targets(["claims"], own)
    target = load_target("box", "claims/box/rules.py", own)
    assert [each.id for each in target.properties] == ["BOX-1", "BOX-2"]
    for name in ("claims", "claims.box", "claims.box.rules"):
        assert str(own) in str(
            sys.modules[name].__path__ if name == "claims" else sys.modules[name]
        )
    assert not [each for each in sys.modules if each.startswith("loose")]
    assert target.system is sys.modules["claims.box"].Box
    assert load_target("box", "claims/box/rules.py", own).system is target.system, "its own stay"
    with pytest.raises(LookupProblem, match="no system named 'bax'"):
        load_target("bax", "claims/box/rules.py", own)


def test_what_is_no_target(tmp_path: Path) -> None:
    root = project(tmp_path)
    write(root, "empty/readme.txt")
    with pytest.raises(UsageError, match="holds no Python file"):
        load_targets(["empty"], root)
    with pytest.raises(UsageError, match="there is no target 'gone'"):
        load_targets(["gone"], root)
    with pytest.raises(UsageError, match="not part of the project"):
        load_targets([str(Path(__file__).parent)], root)
    with pytest.raises(UsageError, match="no target was given"):
        load_targets([], root)


def test_the_project_of_a_target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = project(tmp_path)
    assert project_of(["claims/box"], root) == root
    assert project_of([], root / "claims") == root
    assert project_of([str(root / "claims")], Path("/")) == root
    assert project_of(["claims.box"], root / "claims") == root
