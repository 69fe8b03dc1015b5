"""Internal functions that are not followed: a summary stands for what they do.

A summary is of a function that computes: it changes nothing, and reads nothing but its arguments.
So each of its results is a function of these, and so is whether it reverts. For a solver these
functions are uninterpreted, with the claims of the summary as laws; the evaluator runs the code.

Where a path comes to the entry of such a function, one path goes on behind the call, with the
results on the stack, and another one reverts, unless a claim excludes that. With what data it
reverts is not told.

A claim is proved elsewhere, on the code of the function (`alone`). What is used is noted in
`Summaries.used`, for a proof that uses a claim stands on it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final, TypeAlias

from harness.symbolic.machine.data import Data, Opaque
from harness.symbolic.machine.errors import Unsupported
from harness.symbolic.terms import (
    FALSE,
    MAX_WORD,
    Bool,
    Function,
    Int,
    and_,
    compare,
    const,
    imply,
    int_var,
    not_,
)
from harness.symbolic.terms.node import CONST

if TYPE_CHECKING:
    from harness.symbolic.machine.path import Frame, Path

__all__ = [
    "FREE",
    "FREE_POINTER",
    "UNTOLD",
    "Claim",
    "Exact",
    "Internal",
    "Summaries",
    "Summary",
    "at_entry",
]

UNTOLD = "an internal function reverts with data that its summary does not tell"
"""What a path relies on that reverts in the place of such a function."""

_LONGEST = (1 << 32) - 1
"""Longest data of a revert, in bytes: no gas limit pays for more."""

FREE: Final = (0x80, 1 << 40)
"""Where the free memory pointer points when an internal function is called, in bytes: behind what
solc keeps for itself, and below what any gas limit pays for."""

FREE_POINTER: Final = 0x40
"""Where solc keeps it."""

_MOST_KNOWN = 4096
"""Values of a function that are kept."""

Claim: TypeAlias = Callable[[Sequence[Int], Sequence[Int] | None], Bool]
"""What holds of the arguments and the results, all of them words; where there are no results, of
the arguments with which the function reverts."""

Exact: TypeAlias = Callable[[tuple[int, ...]], tuple[int, ...] | None]
"""The results for some arguments, None where the function reverts. May raise NotEvaluated."""


@dataclass(frozen=True)
class Internal:
    """An internal function in the code of a contract."""

    contract: str
    """Name of the account whose code it is in."""
    name: str
    """What it is called in the source, with the types of its parameters."""
    entry: int
    """Offset of the JUMPDEST where it begins."""
    parameters: int
    """Items of the stack that it is given, above the offset that it returns to."""
    returns: int
    """Items that it leaves in their place, the first result lowest."""
    first_on_top: bool = False
    """Whether the first argument is on top; otherwise the last one is."""

    def on_stack(self, args: Sequence[Int]) -> list[Int]:
        """Arguments in the order of the stack, or those on the stack in their own order."""
        return list(reversed(args)) if self.first_on_top else list(args)


class Summary:
    """What stands for an internal function. It holds no terms, and serves in any term scope.

    Args:
        claims: what is true of the function, by the names of the goals that say so.
        exact: what the code gives for numbers.
    """

    def __init__(self, internal: Internal, claims: Mapping[str, Claim], exact: Exact) -> None:
        self.internal = internal
        self.names = frozenset(claims)
        self._claims = tuple(claims.values())
        self._exact = lru_cache(_MOST_KNOWN)(exact)
        # Solvers tell functions apart by their names, and a contract may have several of one name.
        name = f"{internal.contract}.{internal.name} at {internal.entry}"
        self.results = tuple(self._result(name, place) for place in range(internal.returns))
        """Each result, as a function of the arguments; 0 where it reverts."""
        self.reverts = Function(
            f"reverts {name}",
            internal.parameters,
            0,
            1,
            lambda *args: int(self._run(args) is None),
            lambda application: self._laws(application.args, application),
        )
        """1 where the function reverts."""

    def _run(self, args: tuple[int, ...]) -> tuple[int, ...] | None:
        if any(not 0 <= value <= MAX_WORD for value in args):
            # Off the paths that know them to be words, terms have other values. Any will do there.
            return (0,) * self.internal.returns
        return self._exact(args)

    def _result(self, name: str, place: int) -> Function:
        def exact(*args: int) -> int:
            found = self._run(args)
            return 0 if found is None else found[place]

        def laws(application: Int) -> list[Bool]:
            return self._laws(application.args)

        label = f"result {place} of {name}"
        return Function(label, self.internal.parameters, 0, MAX_WORD, exact, laws)

    def refusals(self, args: Sequence[Int]) -> Bool:
        """What is known of arguments with which the function reverts; FALSE: it never does."""
        return and_(*(claim(args, None) for claim in self._claims))

    def _laws(self, args: Sequence[Int], reverts: Int | None = None) -> list[Bool]:
        """The claims about some arguments, if these are words."""
        refused = self.refusals(args)
        if reverts is not None:
            happens = compare.eq(reverts, const(1))
            said, given = refused, [happens]
        else:
            results = [function(*args) for function in self.results]
            said = and_(*(claim(args, results) for claim in self._claims))
            given = []
            if refused is not FALSE:
                given = [compare.eq(self.reverts(*args), const(0))]
        given += [compare.within(arg, 0, MAX_WORD) for arg in args]
        return [imply(and_(*given), said)]


class Summaries:
    """The summaries that a machine is given."""

    def __init__(self, summaries: Iterable[Summary]) -> None:
        self._at = {(each.internal.contract, each.internal.entry): each for each in summaries}
        self.used: set[str] = set()
        """The names of the claims that paths rest on, until somebody clears them."""

    def at(self, frame: Frame) -> Summary | None:
        """The summary of the function that begins where a frame is."""
        if frame.code is not frame.owner:
            return None
        return self._at.get((frame.code.name, frame.pc))


def at_entry(path: Path, frame: Frame, summaries: Summaries) -> bool:
    """Called at a jump destination: whether a summary stood for the function that begins there."""
    summary = summaries.at(frame)
    if summary is None:
        return False
    internal, stack = summary.internal, frame.stack
    count = internal.parameters
    if len(stack) <= count:
        return False
    back = stack[-1 - count]
    args = [path.facts.rewrite(arg) for arg in internal.on_stack(stack[len(stack) - count :])]
    if back.op != CONST or back.data not in frame.program.targets:
        return False
    if all(arg.op == CONST for arg in args):
        return False  # numbers cost little
    if not _has_room(path, frame):
        return False
    summaries.used |= summary.names
    if _reverts(path, summary, args):
        path.machine.finish(path, False, _untold(path))
        return True
    del stack[len(stack) - count - 1 :]
    stack += (function(*args) for function in summary.results)
    frame.jump(back.data, "o")
    return True


def _has_room(path: Path, frame: Frame) -> bool:
    """Whether the free memory pointer is within what is taken for granted of it (`FREE`)."""
    try:
        word = frame.memory.peek(const(FREE_POINTER), const(32), path.facts).as_number(
            32, path.order
        )
    except Unsupported:
        return False
    least, most = path.facts.bounds(word)
    return least is not None and least >= FREE[0] and most is not None and most <= FREE[1]


def _reverts(path: Path, summary: Summary, args: Sequence[Int]) -> bool:
    """Whether the function reverts; where it may do either, in a fork that is explored later."""
    condition = compare.eq(summary.reverts(*args), const(1))
    truth = path.known(condition)
    if truth is not None:
        return truth
    if summary.refusals(args) is not FALSE:
        failed = path.fork()
        failed.take(condition)
        failed.machine.finish(failed, False, _untold(failed))
        if failed.frames:
            path.machine.later(failed)
    # Also of one that never does: a model of the path then shows it to return.
    path.take(not_(condition))
    return False


def _untold(path: Path) -> Data:
    """The data of a revert of which nothing is known."""
    if path.machine.drops(path):
        return Data()
    path.flag(UNTOLD)
    name = f"untold#{path.machine.serial()}"
    data = Opaque(name, int_var(f"{name}.length", 0, _LONGEST))
    path.fresh = (*path.fresh, data.length)
    return Data.of_source(data)
