"""Loading targets: the Python files of a project that define systems and properties.

    >>> load_targets(["properties"], Path.cwd())
    [Target(vault, 4 properties, 'properties')]

A target is a file, a folder, or a dotted module path relative to the project's root.  Nothing needs
to be installed: modules are found by their path, known by their dotted name relative to the root,
and the root is put on ``sys.path`` so that they can import each other.  Files and folders whose
name starts with ``_`` or ``.`` are left out, but for the ``__init__.py`` of a package.
"""

from __future__ import annotations

import importlib.util
import os
import sys
import traceback
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from types import ModuleType
from typing import Any

from harness.config import find_project
from harness.errors import HarnessError, LookupProblem, UsageError
from harness.property import Property, unique
from harness.system import ContractDecl, System

__all__ = ["Target", "load_target", "load_targets", "project_of", "select"]

_roots: set[Path] = set()
"""The projects that this process, or one that it is a copy of, has loaded targets of."""


@dataclass(frozen=True)
class Target:
    """A system and the properties that speak of it.

    ``path`` is the file or folder they were loaded from, relative to ``root``, the project.
    """

    system: type[System]
    properties: tuple[Property, ...]
    path: str
    root: Path

    @property
    def name(self) -> str:
        """The system's name."""
        return self.system.identifier()

    def __repr__(self) -> str:
        return f"Target({self.name}, {len(self.properties)} properties, {self.path!r})"


def project_of(given: Sequence[str], cwd: Path | None = None) -> Path:
    """The project that targets belong to: that of the first one that is a path, or of ``cwd``.

    Without a pyproject.toml above, it is ``cwd`` itself.
    """
    here = (cwd or Path.cwd()).resolve()
    for each in given:
        path = (here / each).resolve()
        if path.exists():
            found = find_project(path if path.is_dir() else path.parent)
            return found or here
    return find_project(here) or here


def load_targets(given: Sequence[str], root: Path) -> list[Target]:
    """The systems of some targets in the order they were found, each with its properties by id.

    Args:
        given: files and folders, relative to the working directory or to ``root``, or dotted
            module paths relative to ``root``.
        root: the project's folder.

    Raises:
        UsageError: a target does not exist, defines nothing, or cannot be imported; the message
            names the line of the author's code.
    """
    if not given:
        raise UsageError(
            "no target was given",
            where=str(root),
            fix='name a file or folder, or set targets = ["properties"] under [tool.harness] '
            "in pyproject.toml",
        )
    root = root.resolve()
    _roots.add(root)
    if str(root) not in sys.path:
        sys.path.insert(0, str(root))
    gathered = _Gathered()
    for each in given:
        path = _locate(each, root)
        modules = [_import(file, root) for file in _files(path)]
        _gather(modules, path.relative_to(root).as_posix(), gathered)
    if not gathered.paths:
        raise UsageError(
            f"no system and no property is defined in {', '.join(given)}",
            where=str(root),
            fix="name a module with a subclass of harness.System",
        )
    properties = sorted(unique(gathered.properties), key=lambda each: each.id)
    return [
        Target(
            system,
            tuple(p for p in properties if p.system is system),
            _common(paths),
            root,
        )
        for system, paths in gathered.paths.items()
    ]


def load_target(name: str, path: str, root: Path) -> Target:
    """One system by its name, for a worker.

    The worker may be a copy of a process that has loaded modules of other projects; where this one
    has modules of the same names, they make room.

    Raises:
        UsageError: as :func:`load_targets` does, and where the path has no such system any more.
    """
    _make_room(root.resolve())
    targets = load_targets([path], root)
    for target in targets:
        if target.name == name:
            return target
    raise LookupProblem.unknown("system", name, [each.name for each in targets], path)


def _make_room(root: Path) -> None:
    """Drop the modules of other projects that are not what they would be in this one."""
    others = _roots - {root}
    # All of them before the first is dropped: a package asks its parent where it is.
    places = {name: _place(module) for name, module in list(sys.modules.items()) if others}
    for name, place in places.items():
        if place is None or name.startswith("__") or _is_ours(place):
            continue
        if place != root.joinpath(*name.split(".")) and any(map(place.is_relative_to, others)):
            del sys.modules[name]


def _place(module: ModuleType) -> Path | None:
    """The folder of a package, or the file of a module without its suffix; None if it has none."""
    file = getattr(module, "__file__", None)
    if file is None:
        try:
            folder = next(iter(getattr(module, "__path__", ())), None)
        except KeyError:  # its parent was dropped by somebody else
            return None
        return None if folder is None else Path(folder).resolve()
    path = Path(file).resolve()
    return path.parent if path.name == "__init__.py" else path.with_suffix("")


def select(targets: Iterable[Target], globs: Sequence[str]) -> list[Target]:
    """The targets with only the properties whose id fits a glob, and without those left empty.

    No globs select every property.  Raises :class:`UsageError` for a glob that fits none.
    """
    targets = list(targets)
    ids = [p.id for target in targets for p in target.properties]
    for glob in globs:
        if not any(fnmatchcase(each, glob) for each in ids):
            raise LookupProblem.unknown("property", glob, ids, "--property")
    chosen = [
        Target(
            target.system,
            tuple(
                p
                for p in target.properties
                if not globs or any(fnmatchcase(p.id, glob) for glob in globs)
            ),
            target.path,
            target.root,
        )
        for target in targets
    ]
    return [target for target in chosen if target.properties]


@dataclass
class _Gathered:
    """What the modules define: properties in order, and systems with where each was found."""

    properties: list[Property] = field(default_factory=list)
    paths: dict[type[System], list[str]] = field(default_factory=dict)

    def found(self, system: type[System], path: str) -> None:
        """Note a system, and a target that it or a property of it was found in."""
        paths = self.paths.setdefault(system, [])
        if path not in paths:
            paths.append(path)


def _gather(modules: Sequence[ModuleType], path: str, into: _Gathered) -> None:
    names = {module.__name__ for module in modules}
    for module in modules:
        for value in _values(module):
            if isinstance(value, Property):
                if not any(value is known for known in into.properties):
                    into.properties.append(value)
                into.found(value.system, path)
            elif _is_system(value) and value.__module__ in names:
                into.found(value, path)


def _values(module: ModuleType) -> Iterator[Any]:
    """What a module names, and what the tuples that it names hold: properties made by a call."""
    for value in vars(module).values():
        if isinstance(value, tuple):
            yield from value
        else:
            yield value


def _is_system(value: object) -> bool:
    """Whether this is a system of its own, rather than a base that others share."""
    return (
        isinstance(value, type)
        and issubclass(value, System)
        and bool(value.sources)
        and bool(value.declared(ContractDecl))
    )


def _common(paths: Sequence[str]) -> str:
    """One path that loads all that the paths load; the first where only the root would."""
    return paths[0] if len(paths) == 1 else os.path.commonpath(paths) or paths[0]


def _locate(given: str, root: Path) -> Path:
    """The file or folder that a target names."""
    dotted = root.joinpath(*given.split("."))
    places = (Path(given), root / given, dotted, dotted.with_name(dotted.name + ".py"))
    there = [
        p for p in map(Path.resolve, places) if p.is_dir() or (p.suffix == ".py" and p.is_file())
    ]
    for path in there:
        if path.is_relative_to(root):
            return path
    if there:
        raise UsageError(
            f"target {given!r} is not part of the project",
            where=str(root),
            fix="run the harness in the target's own project",
        )
    raise UsageError(
        f"there is no target {given!r}",
        where=str(root),
        fix="name a Python file, a folder of them, or a module such as properties.vault",
    )


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    found = list(_walk(path))
    if not found:
        raise UsageError(f"{path} holds no Python file", fix="name a folder of properties")
    return found


def _walk(folder: Path) -> Iterator[Path]:
    entries = sorted(folder.iterdir())
    yield from (e for e in entries if e.name == "__init__.py")
    for entry in entries:
        if entry.name.startswith(("_", ".")):
            continue
        if entry.is_dir() and entry.name not in ("node_modules",):
            yield from _walk(entry)
        elif entry.suffix == ".py":
            yield entry


def _import(file: Path, root: Path) -> ModuleType:
    """The module of a file, imported unless it was before, under its name relative to root."""
    parts = file.relative_to(root).with_suffix("").parts
    if parts[-1] == "__init__":
        parts = parts[:-1]
    if not parts:
        raise UsageError("the project's root cannot be a package", where=str(file))
    parent = root
    for depth, part in enumerate(parts[:-1], start=1):
        parent = parent / part
        _package(".".join(parts[:depth]), parent, root)
    return _module(".".join(parts), file, root)


def _package(name: str, folder: Path, root: Path) -> None:
    """Make sure that a folder is known as a package."""
    if (folder / "__init__.py").is_file():
        _module(name, folder / "__init__.py", root)
        return
    known = sys.modules.get(name)
    if known is None:
        made = ModuleType(name)
        made.__path__ = [str(folder)]
        _enter(name, made)
    elif str(folder) not in [str(Path(p).resolve()) for p in getattr(known, "__path__", ())]:
        raise _taken(name, known, folder)


def _module(name: str, file: Path, root: Path) -> ModuleType:
    known = sys.modules.get(name)
    if known is not None:
        at = getattr(known, "__file__", None)
        if at is None or Path(at).resolve() != file:
            raise _taken(name, known, file)
        return known
    locations = [str(file.parent)] if file.name == "__init__.py" else None
    spec = importlib.util.spec_from_file_location(name, file, submodule_search_locations=locations)
    if spec is None or spec.loader is None:
        raise UsageError(f"Python cannot import {file}", fix="name a .py file")
    module = importlib.util.module_from_spec(spec)
    _enter(name, module)
    try:
        spec.loader.exec_module(module)
    except KeyboardInterrupt:
        del sys.modules[name]
        raise
    except BaseException as wrong:
        del sys.modules[name]
        raise _fault(wrong, file, root) from wrong
    return module


def _enter(name: str, module: ModuleType) -> None:
    sys.modules[name] = module
    parent, _, child = name.rpartition(".")
    if parent:
        setattr(sys.modules[parent], child, module)


def _taken(name: str, known: ModuleType, wanted: Path) -> UsageError:
    at = getattr(known, "__file__", None) or next(iter(getattr(known, "__path__", ())), "Python")
    return UsageError(
        f"the module name {name!r} is taken by {at}",
        where=str(wanted),
        fix="give the file or folder another name",
    )


def _fault(wrong: BaseException, file: Path, root: Path) -> UsageError:
    """What the author of a target is told about an exception at import."""
    where = _authors_line(wrong, file, root)
    shown = file.relative_to(root)
    if isinstance(wrong, HarnessError):
        at = f"{where}, {wrong.where}" if wrong.where else where
        return UsageError(f"{shown} cannot be loaded: {wrong.what}", where=at, fix=wrong.fix)
    said = wrong.msg if isinstance(wrong, SyntaxError) else str(wrong)
    return UsageError(
        f"{shown} cannot be loaded: {type(wrong).__name__}: {said}".rstrip(": "),
        where=where,
        fix="mend that line; -v shows the whole traceback",
    )


def _authors_line(wrong: BaseException, file: Path, root: Path) -> str:
    """The last line of the project's own code that took part, with its text."""
    if isinstance(wrong, SyntaxError) and wrong.filename:
        text = (wrong.text or "").strip()
        return f"{wrong.filename}:{wrong.lineno}" + (f": {text}" if text else "")
    own = [
        frame
        for frame in traceback.extract_tb(wrong.__traceback__)
        if Path(frame.filename).is_relative_to(root) and not _is_ours(Path(frame.filename))
    ]
    if not own:
        return str(file)
    return f"{own[-1].filename}:{own[-1].lineno}: {own[-1].line}"


def _is_ours(path: Path) -> bool:
    """Whether this is code of the harness, which an author cannot mend, or of a library."""
    return path.is_relative_to(Path(__file__).parent) or "site-packages" in path.parts
