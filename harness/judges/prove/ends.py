"""What a unit can come to: its ends, and what unknown code did on the way to each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from harness.judges.prove.units import Unit
from harness.symbolic.machine import (
    Call,
    ChainState,
    EndState,
    Machine,
    NoHooks,
    Opaque,
    OutgoingCall,
    Path,
    Refusal,
    Writer,
)
from harness.symbolic.terms import Bool, Int
from harness.symbolic.world import Ledger, SymbolicWorld
from harness.view import CallView

__all__ = ["CALLS", "Answer", "Ending", "Ends", "Fork", "Middle", "Run", "Uninvited", "Watch"]

CALLS = "calls to unknown code"
"""Under this name, a path keeps where unknown code was called that could call back."""

ANSWERS = "answers of unknown code"


@dataclass(frozen=True, slots=True)
class Answer:
    """What unknown code did on a path: where it is, whether it succeeded, what it returned."""

    call: OutgoingCall
    success: bool
    returned: Opaque
    """What it returned, or reverted with."""


@dataclass(frozen=True, slots=True)
class Fork:
    """What unknown code did on a path that two others were joined to."""

    condition: Bool
    then: tuple[Answer | Fork, ...]
    otherwise: tuple[Answer | Fork, ...]


@dataclass(frozen=True, slots=True)
class Interruption:
    """Where unknown code was called on a path, and what it left."""

    state: ChainState
    after: ChainState | None = None


class Uninvited(Exception):
    """A contract calls, while a unit runs, the unit's own contract, and the unit is not being
    followed for its calls: what was found so far is of no use."""

    def __init__(self, caller: str) -> None:
        super().__init__(caller)
        self.caller = caller


class Watch(NoHooks):
    """Keeps on each path where unknown code was called; a static call can change nothing.

    Args:
        quiet: unknown code does not call back: it returns anything and changes nothing.
        contract: whose unit it is.
        also: contracts for whose calls it is followed.
    """

    def __init__(self, quiet: bool, contract: str = "", also: frozenset[str] = frozenset()) -> None:
        self._quiet = quiet
        self._contract = contract
        self._also = also

    def on_unknown_call(self, path: Path, call: OutgoingCall) -> None:
        """Unknown code is about to run. Raises Uninvited."""
        if not call.static:
            if call.reentered == self._contract and call.caller not in self._also:
                raise Uninvited(call.caller)
            known = path.ghosts.get(CALLS, ())
            path.ghosts[CALLS] = (*known, Interruption(path.state))

    def after_unknown_call(self, path: Path, call: OutgoingCall) -> None:
        """Unknown code has run."""
        if not call.static:
            *known, last = path.ghosts[CALLS]
            if self._quiet:
                path.state = last.state
            path.ghosts[CALLS] = (*known, replace(last, after=path.state))

    def on_unknown_answer(
        self, path: Path, call: OutgoingCall, success: bool, returned: Opaque
    ) -> None:
        """Unknown code has succeeded or failed."""
        known = path.ghosts.get(ANSWERS, ())
        path.ghosts[ANSWERS] = (*known, Answer(call, success, returned))

    def merge_ghosts(
        self, condition: Bool, one: Mapping[str, Any], other: Mapping[str, Any]
    ) -> Mapping[str, Any] | None:
        """Paths on which different calls were made stay apart; those that differ only in what
        unknown code answered do not."""
        if not _same(one.get(CALLS, ()), other.get(CALLS, ())):
            return None
        left, right = one.get(ANSWERS, ()), other.get(ANSWERS, ())
        return one if _same(left, right) else {**one, ANSWERS: (Fork(condition, left, right),)}


def _same(one: tuple[object, ...], other: tuple[object, ...]) -> bool:
    """Whether two rows have the very same items."""
    return len(one) == len(other) and all(a is b for a, b in zip(one, other, strict=True))


@dataclass(frozen=True, slots=True)
class Middle:
    """A call to unknown code: the world that it finds, and the one that it leaves."""

    found: SymbolicWorld
    left: SymbolicWorld


@dataclass(frozen=True, slots=True)
class Run:
    """What the machine made of a call, one path of it."""

    machine: Machine
    call: Call
    end: EndState

    @property
    def interruptions(self) -> tuple[tuple[ChainState, ChainState], ...]:
        """The states that unknown code found and left where it could change anything, in order."""
        return tuple((cut.state, cut.after) for cut in self.end.ghosts.get(CALLS, ()))

    @property
    def answers(self) -> tuple[Answer | Fork, ...]:
        """What unknown code did on the path, in order."""
        found: tuple[Answer | Fork, ...] = self.end.ghosts.get(ANSWERS, ())
        return found


@dataclass(frozen=True)
class Ending:
    """One end of a unit."""

    succeeded: bool
    conditions: tuple[Bool, ...]
    """Under which the unit ends like this."""
    before: SymbolicWorld
    after: SymbolicWorld
    """What invariants must hold of."""
    completed: SymbolicWorld
    """The same once a message that the call delivered is down as delivered.

    For calls that no declared kind of message asks for, invariants see that as a unit of its own:
    what holds after both of two steps holds after the two together.  A transition speaks of both.
    """
    call: CallView | None
    """None where there is no call that a transition could speak of."""
    middles: tuple[Middle, ...]
    obligations: tuple[Bool, ...]
    interrupted: bool
    """Whether unknown code was called that could call back."""
    ledger: Ledger
    caller: Int | None
    value: Int
    arguments: tuple[tuple[str, Any], ...]
    run: Run | None = None
    """How the machine came here; None where it is not a contract that is called."""


@dataclass(frozen=True)
class Ends:
    """All that a unit can come to."""

    endings: tuple[Ending, ...]
    refusals: tuple[Refusal, ...]
    unit: Unit
    reentered: frozenset[tuple[str, str]] = frozenset()
    """Calls of contracts that run already, as (caller, called), which were not followed."""
    written: frozenset[Writer] = frozenset()
    """Which functions were seen writing which variables."""
