"""Calls of other accounts, and what is written after them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from slither.slithir.operations import (
    HighLevelCall,
    LibraryCall,
    LowLevelCall,
    NewContract,
    Send,
    Transfer,
)
from slither.slithir.variables import Constant

from harness.judges.inspect.program import Program, site_of
from harness.judges.inspect.storage import Write, writes
from harness.judges.inspect.walk import Reached, Walk
from harness.structure import Site

__all__ = ["Late", "calls_function", "is_interaction", "late_writes"]


def is_interaction(op: Any) -> bool:
    """Whether an operation runs code of another account that may call back and change state."""
    if isinstance(op, LibraryCall):
        return False
    if isinstance(op, HighLevelCall):
        return not op.is_static_call()
    if isinstance(op, LowLevelCall):
        return str(op.function_name) != "staticcall"
    return isinstance(op, Transfer | Send | NewContract)


def calls_function(op: Any, name: str) -> bool | None:
    """Whether an operation calls a function of this name; ``None`` if only the call data says."""
    if isinstance(op, HighLevelCall) and not isinstance(op, LibraryCall):
        return str(op.function_name) == name
    if isinstance(op, LowLevelCall):
        # Empty call data reaches ``receive`` or ``fallback`` and no function.
        empty = all(isinstance(each, Constant) and not each.value for each in op.arguments)
        return False if empty else None
    return False


@dataclass(frozen=True, slots=True)
class Late:
    """A write after a call: what is written where, and the calls that may come before."""

    write: Write
    calls: frozenset[Site]


class _Late(Walk[frozenset[Site]]):
    """Carries the calls that have been made, and notes what is written after them."""

    def __init__(self, program: Program, trusting: frozenset[str]) -> None:
        super().__init__(program)
        self._trusting = trusting
        self.found: dict[tuple[str, Site], Late] = {}

    def join(self, one: frozenset[Site], other: frozenset[Site]) -> frozenset[Site]:
        """A call that was made on either path may have been made."""
        return one | other

    def operation(self, at: Reached, state: frozenset[Site]) -> frozenset[Site]:
        """Note a write that follows a call; add a call."""
        if state:
            for write in writes(self.program, [at]):
                known = self.found.get((write.variable, write.site))
                calls = state if known is None else state | known.calls
                self.found[write.variable, write.site] = Late(write, calls)
        if is_interaction(at.op) and not self._is_trusted(at):
            return state | {site_of(at.node)}
        return state

    def _is_trusted(self, at: Reached) -> bool:
        if not isinstance(at.op, HighLevelCall):
            return False
        return self.reader(at.activation).text(at.op.destination) in self._trusting


def late_writes(program: Program, function: Any, trusting: frozenset[str]) -> Iterator[Late]:
    """What an entry writes to storage after a call of an account that is not trusted."""
    walk = _Late(program, trusting)
    walk.entry(function, frozenset())
    yield from walk.found.values()
