"""What `make setup` installs: locks without addresses, and one list of dependencies."""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[3]
_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]*")


def names(lines: list[str]) -> set[str]:
    found = (_NAME.match(line.strip()) for line in lines)
    return {match[0].lower() for match in found if match}


def test_requirements_and_pyproject_name_the_same_packages() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    stated = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    assert names(stated) == names((ROOT / "requirements.in").read_text().splitlines())


def test_each_direct_dependency_is_locked_with_hashes_and_documented() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    document = (ROOT / "docs" / "dependencies.md").read_text()
    packages = re.findall(r"^(\S+)==\S+.*\\\n((?: +--hash=sha256:[0-9a-f]{64}.*\n)+)", lock, re.M)
    locked = {name.partition("[")[0] for name, _ in packages}
    npm = json.loads((ROOT / "package.json").read_text())["dependencies"]
    direct = names((ROOT / "requirements.in").read_text().splitlines())
    assert direct <= locked
    for name in direct | set(npm):
        assert f"`{name}`" in document, f"docs/dependencies.md does not name {name}"


def test_locks_hold_no_address() -> None:
    assert "://" not in (ROOT / "requirements.lock").read_text()
    npm = json.loads((ROOT / "package-lock.json").read_text())
    assert not any("resolved" in package for package in npm["packages"].values())
    assert all(p.get("integrity") for path, p in npm["packages"].items() if path)


def test_make_help_shows_an_example_of_every_target() -> None:
    text = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z-]+):", text, re.M))
    done = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert targets == set(re.findall(r"^  (\w+) ", done.stdout, re.M))
    assert done.stdout.count("$ make ") == len(targets)


def test_interpreter_that_is_too_old_is_refused_clearly(tmp_path: Path) -> None:
    old = tmp_path / "python"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    done = subprocess.run(
        ["make", "setup", f"PYTHON={old}", f"VENV={tmp_path / 'venv'}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "is a Python 3.11 or later" in done.stderr
    assert not (tmp_path / "venv").exists()
