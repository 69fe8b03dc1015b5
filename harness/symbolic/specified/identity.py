"""What terms would answer otherwise than numbers do: which object a value is, and of which type.

``is`` and ``isinstance`` do not fail on terms, so a specification that used them could take a path
that it never takes on numbers.  Its code is searched for them before it is followed.
"""

from __future__ import annotations

import dis
import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

__all__ = ["questions_of_identity"]

_HARNESS = str(Path(__file__).resolve().parents[2])

_ASK = frozenset({"isinstance", "issubclass", "type", "id", "hash"})
_SINGLE = (None, True, False, ...)


def questions_of_identity(specification: object) -> tuple[str, ...]:
    """Where the code of a specification asks for identities or types, as ``function: what``.

    Searched are the methods of its class, of the classes of what it holds, and the functions and
    classes that these name, as far as they are neither the harness's nor installed.
    """
    found: dict[str, None] = {}
    seen: set[object] = set()
    left: list[Any] = list(_classes(specification))
    while left:
        each = left.pop()
        if each in seen or not _is_own(each):
            continue
        seen.add(each)
        if isinstance(each, type):
            left += [*each.__mro__[1:], *map(_function, vars(each).values())]
            continue
        for code in _codes(each.__code__):
            found |= dict.fromkeys(f"{each.__qualname__}: {what}" for what in _asked(code))
            named = (each.__globals__.get(name) for name in code.co_names)
            left += [_function(value) for value in named]
        cells = (cell.cell_contents for cell in each.__closure__ or () if _is_filled(cell))
        left += [_function(value) for value in cells]
    return tuple(sorted(found))


def _classes(specification: object) -> Iterator[type]:
    """The classes of a specification and of the objects that it holds."""
    yield type(specification)
    for value in vars(specification).values():
        for inner in value.values() if isinstance(value, dict) else (value,):
            yield type(inner)


def _function(value: Any) -> Any:
    """The function or class behind a value; None if there is none."""
    value = getattr(value, "fget", None) or getattr(value, "__func__", None) or value
    return value if isinstance(value, type | FunctionType) else None


def _is_own(value: Any) -> bool:
    """Whether a function or class is the author's, and was written rather than generated."""
    if isinstance(value, FunctionType):
        file: str | None = value.__code__.co_filename
    else:
        module = sys.modules.get(getattr(value, "__module__", ""))
        file = getattr(module, "__file__", None)
    if file is None or file.startswith("<") or "site-packages" in file:
        return False
    path = str(Path(file).resolve())
    return not path.startswith((_HARNESS, str(Path(inspect.__file__).parent)))


def _is_filled(cell: Any) -> bool:
    try:
        return cell.cell_contents is not None
    except ValueError:
        return False


def _codes(code: CodeType) -> Iterator[CodeType]:
    """A function's code and that of the functions inside it."""
    yield code
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield from _codes(each)


def _asked(code: CodeType) -> Iterator[str]:
    yield from sorted(_ASK.intersection(code.co_names))
    before = None
    for each in dis.get_instructions(code):
        if each.opname == "IS_OP" and not (
            before is not None
            and before.opname == "LOAD_CONST"
            and any(before.argval is single for single in _SINGLE)
        ):
            yield "is"
        before = each
