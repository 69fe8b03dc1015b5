"""What has certainly been established when an entry succeeds."""

from __future__ import annotations

from typing import Any

from harness.judges.inspect.expressions import Expr, implies
from harness.judges.inspect.program import Program
from harness.judges.inspect.walk import Walk

__all__ = ["established"]


class _Established(Walk[bool]):
    """Whether one of some conditions has been found to hold, on every path."""

    def __init__(self, program: Program, wanted: frozenset[Expr]) -> None:
        super().__init__(program)
        self._wanted = wanted

    def join(self, one: bool, other: bool) -> bool:
        """Established where paths meet only if it was on both."""
        return one and other

    def decided(self, known: Expr, holds: bool, state: bool) -> bool:
        """A branch may establish it; nothing that follows takes that back."""
        return state or implies(known, holds, self._wanted)


def established(program: Program, function: Any, wanted: frozenset[Expr]) -> bool | None:
    """Whether every call of an entry that succeeds has established one of some conditions.

    ``None`` for an entry that never succeeds.
    """
    return _Established(program, wanted).entry(function, False)
