"""Configuration in layers, and where each value came from.

    default        what the table of settings below says
    pyproject.toml [tool.harness] of the project
    environment    HARNESS_SEED=7 harness verify
    command line   harness verify --seed 7

A later layer overrides an earlier one.  Keys of ``[tool.harness]`` that do not exist are errors;
so are variables ``HARNESS_*`` that look like a misspelt key.  (Others are let be: the prefix may
serve another program as well.)  Lists are separated by commas in the environment.

``judges_of`` names judges system by system, instead of ``judges``; those that are named for a run,
in the environment or on the command line, are asked about all of its systems.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from harness.errors import LookupProblem, UsageError

__all__ = ["Config", "Setting", "find_project", "load_config"]

_PREFIX = "HARNESS_"

_COMMAND_LINE = "command line"
_ENVIRONMENT = "environment"
_OF_THE_RUN = (_COMMAND_LINE, _ENVIRONMENT)
"""Layers that speak of one run; what they say goes for all of it."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A value and the layer that it comes from, in words for a reader."""

    value: Any
    origin: str


@dataclass(frozen=True)
class Config:
    """The settings of a run in a project.

    Paths are absolute.  ``budget`` is wall time in seconds for one judge on one system, ``None``
    for as long as the judge's own bounds take; ``judges`` is empty for all that there are.
    """

    root: Path
    settings: Mapping[str, Setting] = field(default_factory=dict)

    @property
    def targets(self) -> tuple[str, ...]:
        """Files, folders and modules that define systems and properties."""
        return tuple(self.settings["targets"].value)

    @property
    def judges(self) -> tuple[str, ...]:
        """Names of the judges to ask."""
        return tuple(self.settings["judges"].value)

    def judges_for(self, system: str) -> tuple[str, ...]:
        """Names of the judges to ask about a system, if nobody named any for this run."""
        chosen = self.settings["judges"]
        if chosen.origin.startswith(_OF_THE_RUN):
            return tuple(chosen.value)
        return tuple(self.settings["judges_of"].value.get(system, chosen.value))

    @property
    def all_judges(self) -> tuple[str, ...]:
        """Names of the judges that are asked about some system; empty for all that there are."""
        named = [*self.settings["judges_of"].value, ""]
        wanted = [self.judges_for(system) for system in named]
        return (
            () if () in wanted else tuple(dict.fromkeys(each for some in wanted for each in some))
        )

    @property
    def budget(self) -> float | None:
        """Seconds that a judge may spend on a system."""
        value: float | None = self.settings["budget"].value
        return value

    @property
    def seed(self) -> int:
        """What random choices start from."""
        return int(self.settings["seed"].value)

    @property
    def jobs(self) -> int:
        """Number of worker processes."""
        return int(self.settings["jobs"].value)

    @property
    def witnesses(self) -> Path:
        """Folder that witnesses are saved in."""
        return self.root / str(self.settings["witnesses"].value)

    @property
    def cache(self) -> Path:
        """Folder for what can be computed again."""
        return self.root / str(self.settings["cache"].value)

    @property
    def folder(self) -> Path:
        """The project's own folder for records of runs."""
        return self.root / ".harness"


def find_project(start: Path) -> Path | None:
    """The nearest folder at or above ``start`` with a pyproject.toml; ``None`` without one."""
    for folder in (start, *start.parents):
        if (folder / "pyproject.toml").is_file():
            return folder
    return None


def load_config(
    root: Path,
    given: Mapping[str, Any] | None = None,
    environment: Mapping[str, str] | None = None,
) -> Config:
    """The configuration of the project at ``root``.

    Args:
        root: the project's folder; its pyproject.toml may be missing.
        given: settings from the command line; those that are ``None`` or empty were not given.
        environment: variables, by default those of the process.

    Raises:
        UsageError: an unknown key, or a value that does not fit.
    """
    settings = {name: Setting(kind.default, "default") for name, kind in _KINDS.items()}
    settings |= _from_file(root / "pyproject.toml")
    settings |= _from_environment(os.environ if environment is None else environment)
    for name, value in (given or {}).items():
        if value is not None and value != [] and value != ():
            settings[name] = Setting(_checked(name, value, f"--{name}"), _COMMAND_LINE)
    return Config(root, settings)


def _from_file(path: Path) -> dict[str, Setting]:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except OSError as wrong:
        raise UsageError(f"cannot read it: {wrong.strerror}", where=str(path)) from wrong
    try:
        table = tomllib.loads(text).get("tool", {}).get("harness", {})
    except tomllib.TOMLDecodeError as wrong:
        raise UsageError(f"this is not TOML: {wrong}", where=str(path)) from wrong
    where = f"[tool.harness] in {path}"
    for key in table:
        if key not in _KINDS:
            raise LookupProblem.unknown("setting", key, _KINDS, where)
    return {key: Setting(_checked(key, value, where), path.name) for key, value in table.items()}


def _from_environment(environment: Mapping[str, str]) -> dict[str, Setting]:
    known = {_PREFIX + name.upper(): name for name in _KINDS}
    found = {}
    for variable, text in environment.items():
        name = known.get(variable)
        if name is not None:
            value = _checked(name, _KINDS[name].read(text, variable), variable)
            found[name] = Setting(value, f"{_ENVIRONMENT}, {variable}")
        elif variable.startswith(_PREFIX) and get_close_matches(variable, known, 1, 0.85):
            raise LookupProblem.unknown("setting", variable, known, "the environment")
    return found


@dataclass(frozen=True, slots=True)
class _Kind:
    """A setting: its default, how it is read from text, and what it must be."""

    default: Any
    read: Callable[[str, str], Any]
    fits: Callable[[Any], bool]
    wanted: str


def _checked(name: str, value: Any, where: str) -> Any:
    if not _KINDS[name].fits(value):
        raise UsageError(f"{name} cannot be {value!r}", where=where, fix=_KINDS[name].wanted)
    return value


def _read_list(text: str, _: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _read_text(text: str, _: str) -> str:
    return text


def _read_integer(text: str, variable: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise UsageError(f"{text!r} is no whole number", where=variable) from None


def _read_number(text: str, variable: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise UsageError(f"{text!r} is no number", where=variable) from None


def _is_integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_list(value: Any) -> bool:
    return (
        isinstance(value, Sequence)
        and not isinstance(value, str)
        and all(isinstance(each, str) and each for each in value)
    )


def _read_nothing(_: str, variable: str) -> Any:
    raise UsageError(
        "what is asked about single systems can be set in pyproject.toml only",
        where=variable,
        fix="name the judges for all systems with HARNESS_JUDGES",
    )


def _is_table_of_lists(value: Any) -> bool:
    return isinstance(value, Mapping) and all(_is_list(each) and each for each in value.values())


def _is_budget(value: Any) -> bool:
    if value is None:
        return True
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 0


def _is_path(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


_KINDS: Mapping[str, _Kind] = {
    "targets": _Kind((), _read_list, _is_list, 'give a list, such as targets = ["properties"]'),
    "judges": _Kind((), _read_list, _is_list, 'give a list, such as judges = ["fuzz"]'),
    "judges_of": _Kind(
        {}, _read_nothing, _is_table_of_lists, 'give lists by system, such as a = ["prove"]'
    ),
    "budget": _Kind(None, _read_number, _is_budget, "give a number of seconds above 0"),
    "seed": _Kind(0, _read_integer, lambda v: _is_integer(v) and v >= 0, "give a whole number"),
    "jobs": _Kind(
        os.cpu_count() or 1, _read_integer, lambda v: _is_integer(v) and v > 0, "give 1 or more"
    ),
    "witnesses": _Kind(
        ".harness/witnesses", _read_text, _is_path, "give a folder relative to the project"
    ),
    "cache": _Kind(".harness/cache", _read_text, _is_path, "give a folder relative to the project"),
}
