"""Running a Python function on symbolic values, along every path that it can take.

Where the function asks for the truth of a symbolic condition, the explorer decides: by what
is known on the path if that settles it, otherwise both ways, one after the other, by running
the function again from the start with the decisions recorded. The function must therefore be
deterministic, and must not keep state between runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Generic, TypeVar

from harness.symbolic.terms.boolean import not_
from harness.symbolic.terms.facts import Facts
from harness.symbolic.terms.node import TRUTH, Bool

R = TypeVar("R")

Feasible = Callable[[tuple[Bool, ...]], bool]
"""Whether some assignment may satisfy all conditions; True where this is not known."""


class TooManyPaths(RuntimeError):
    """The function has more paths than the limit allows."""


class NotDeterministic(RuntimeError):
    """The function took another turn when it was run again with the same decisions."""


class OutsideExplore(TypeError):
    """The truth of a symbolic condition was asked outside `explore`."""


@dataclass(frozen=True, slots=True)
class Path(Generic[R]):
    """One way through the function."""

    condition: tuple[Bool, ...]
    """What holds exactly on this path: the assumptions, then each decision in order."""
    result: R | None
    """What the function returned; None if it raised."""
    error: Exception | None = None
    """What it raised, if `catch` asked to keep that."""


class _Run:
    """One execution: decisions to repeat, and those taken since."""

    def __init__(self, facts: Facts, forced: list[tuple[Bool, bool]], feasible: Feasible) -> None:
        self.facts = facts
        self.forced = forced
        self.feasible = feasible
        self.taken: list[tuple[Bool, bool]] = []
        self.open: list[list[tuple[Bool, bool]]] = []

    def decide(self, condition: Bool) -> bool:
        known = self.facts.decide(condition)
        if known is not None:
            return known
        if len(self.taken) < len(self.forced):
            expected, choice = self.forced[len(self.taken)]
            if expected is not condition:
                raise NotDeterministic(
                    f"run again with the same decisions, the function asked for {condition!r} "
                    f"where it had asked for {expected!r}"
                )
        else:
            choice = self._choose(condition)
        self.taken.append((condition, choice))
        self.facts = self.facts.assume(condition if choice else not_(condition))
        return choice

    def _choose(self, condition: Bool) -> bool:
        """Take the true branch first, and leave the false one for later, if they can happen."""
        path = self.facts.path
        if not self.feasible((*path, condition)):
            return False
        if self.feasible((*path, not_(condition))):
            self.open.append([*self.taken, (condition, False)])
        return True


_current: ContextVar[_Run | None] = ContextVar("explored_run", default=None)


def decide(condition: Bool) -> bool:
    """The truth of a condition on the path being explored. Raises OutsideExplore elsewhere."""
    if condition.op == TRUTH:
        return bool(condition.data)
    run = _current.get()
    if run is None:
        raise OutsideExplore(
            f"the truth of {condition!r} is symbolic: it can be asked only inside explore()"
        )
    return run.decide(condition)


def suppose(fact: Bool) -> None:
    """Let the path being explored know what holds everywhere. Raises OutsideExplore elsewhere."""
    run = _current.get()
    if run is None:
        raise OutsideExplore("what holds everywhere can be supposed only inside explore()")
    run.facts = run.facts.assume(fact)


def known() -> Facts:
    """What the path being explored knows so far. Raises OutsideExplore elsewhere."""
    run = _current.get()
    if run is None:
        raise OutsideExplore("what a path knows can be asked only inside explore()")
    return run.facts


@contextmanager
def _running(run: _Run) -> Iterator[None]:
    token = _current.set(run)
    try:
        yield
    finally:
        _current.reset(token)


def explore(
    function: Callable[[], R],
    *,
    assumptions: Iterable[Bool] | Facts = (),
    max_paths: int = 1000,
    feasible: Feasible = lambda _: True,
    catch: tuple[type[Exception], ...] = (),
) -> list[Path[R]]:
    """Every path of a function without arguments, true branches first.

    Branches that the path decides by intervals are not forked; `feasible` may prune more, for
    example by a solver with a small limit. Exceptions surface as they are, with a note of the
    path, except those in `catch`, which become the outcome of their path.

    Raises TooManyPaths beyond `max_paths`, and NotDeterministic if runs differ.
    """
    start = assumptions if isinstance(assumptions, Facts) else Facts(assumptions)
    waiting: list[list[tuple[Bool, bool]]] = [[]]
    paths: list[Path[R]] = []
    while waiting:
        if len(paths) == max_paths:
            raise TooManyPaths(
                f"{max_paths} paths are explored and {len(waiting)} or more are left: "
                "assume more, branch less, or raise max_paths"
            )
        run = _Run(start, waiting.pop(), feasible)
        result: R | None = None
        error: Exception | None = None
        with _running(run):
            try:
                result = function()
            except catch as caught:
                error = caught
            except Exception as raised:
                if not isinstance(raised, NotDeterministic):
                    raised.add_note(f"on the path {list(run.facts.path)!r}")
                raise
        paths.append(Path(run.facts.path, result, error))
        waiting.extend(run.open)
    return paths
