"""Every exception that the harness raises on purpose.

    HarnessError                 base; exit code 5 unless a branch says otherwise
    ├── UsageError               the request is wrong                         exit 2
    │   ├── CompileError         the contracts do not compile                 exit 2
    │   ├── LookupProblem        a name is unknown or ambiguous               exit 2
    │   ├── ViewReverts          a view function that a property asks reverts exit 2
    │   └── EncodingError        a value does not fit its Solidity type       exit 2
    ├── EnvironmentProblem       the machine lacks something                  exit 2
    └── InternalError            the harness contradicts itself               exit 5
        └── DecodingError        bytes that do not decode as their ABI type   exit 5

A message says what happened, where, and what to do about it:

    >>> raise UsageError("unknown judge 'proof'", where="--judge", fix="use one of: prove, fuzz")
    Traceback (most recent call last):
    harness.errors.UsageError: unknown judge 'proof'
      where: --judge
      to do: use one of: prove, fuzz
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import ClassVar

__all__ = [
    "CompileError",
    "DecodingError",
    "EncodingError",
    "EnvironmentProblem",
    "HarnessError",
    "InternalError",
    "LookupProblem",
    "UsageError",
    "ViewReverts",
]


class HarnessError(Exception):
    """Base of every error that the harness raises on purpose.

    Args:
        what: what happened, with the offending value; one sentence without a full stop.
        where: the place: a file and line, a contract, an option; omitted when `what` says it.
        fix: what the reader should do next.
    """

    exit_code: ClassVar[int] = 5
    """Exit code of the process when this error ends it."""

    def __init__(self, what: str, *, where: str | None = None, fix: str | None = None) -> None:
        self.what = what
        self.where = where
        self.fix = fix
        lines = [what]
        if where is not None:
            lines.append(f"  where: {where}")
        if fix is not None:
            lines.append(f"  to do: {fix}")
        super().__init__("\n".join(lines))

    def __reduce__(self) -> tuple[object, ...]:
        # Exceptions cross process boundaries; keyword-only arguments need help to be pickled.
        return _rebuild, (type(self), self.what, self.where, self.fix)


def _rebuild(
    kind: type[HarnessError], what: str, where: str | None, fix: str | None
) -> HarnessError:
    return kind(what, where=where, fix=fix)


class UsageError(HarnessError):
    """The request is wrong: an option, a target, a property, a value."""

    exit_code = 2


class CompileError(UsageError):
    """The contracts do not compile; the message is the compiler's own, with file and line."""


class LookupProblem(UsageError, LookupError):
    """A name is unknown or ambiguous; the message lists the candidates."""

    @classmethod
    def unknown(cls, kind: str, name: str, known: Iterable[str], where: str) -> LookupProblem:
        """An error for a `name` that is not among the `known` ones, nearest matches first."""
        names = sorted(set(known))
        near = get_close_matches(name, names, n=3)
        shown = near + [other for other in names if other not in near]
        listing = ", ".join(shown[:20]) + (", ..." if len(shown) > 20 else "")
        fix = f"use one of: {listing}" if shown else f"{where} has no {kind} at all"
        return cls(f"no {kind} named {name!r}", where=where, fix=fix)

    @classmethod
    def ambiguous(cls, kind: str, name: str, found: Iterable[str], where: str) -> LookupProblem:
        """An error for a `name` that means several things; `found` are the full names."""
        return cls(
            f"{kind} name {name!r} is ambiguous",
            where=where,
            fix=f"use one of: {', '.join(sorted(found))}",
        )


class ViewReverts(UsageError):
    """A view function that a property asks reverts in this state."""


class EncodingError(UsageError, ValueError):
    """A Python value does not fit the Solidity type that it is encoded as."""


class EnvironmentProblem(HarnessError):
    """The machine lacks something: a compiler, a runtime, a writable folder."""

    exit_code = 2


class InternalError(HarnessError):
    """The harness contradicts itself or met something that it believed impossible."""


class DecodingError(InternalError, ValueError):
    """Bytes from a contract do not decode as the ABI type that they should have."""
