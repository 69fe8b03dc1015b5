"""What comes of exploring a call: its end states, and the paths that were refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from harness.symbolic.machine.data import Data
from harness.symbolic.machine.errors import Unsupported
from harness.symbolic.machine.path import Branch
from harness.symbolic.machine.regions import Region
from harness.symbolic.machine.state import ChainState, Log
from harness.symbolic.machine.writers import Writer
from harness.symbolic.terms import Bool, Facts, Int

__all__ = ["EndState", "Exploration", "Refusal"]


@dataclass(frozen=True)
class EndState:
    """The end of one path."""

    success: bool
    """Whether the call went through."""

    facts: Facts
    """What holds on the path, assumptions first; `facts.path` are the conditions as given."""

    state: ChainState
    """The chain afterwards; of a path that reverted, the chain before. Terms are rewritten with
    all that the path knows."""

    output: Data
    """What was returned, or the data of the revert."""

    reason: str
    """Why an exceptional halt happened; "" for RETURN, STOP and REVERT."""

    flags: frozenset[str]
    """What the path relies on without knowing it exactly."""

    branches: tuple[Branch, ...]
    """The decisions of the path; `Exploration.line` gives the source line of each."""

    obligations: tuple[Bool, ...]
    """What must hold on the path for storage to stay within its types, so that the next call may
    rely on them. Nearly always empty."""

    loads: tuple[tuple[Region, tuple[Int, ...]], ...]
    """Words of storage that were read, by region and keys, in order."""

    fresh: tuple[Int, ...]
    """Variables that the path invented: what GAS gave, lengths of what unknown code returned."""

    ghosts: Mapping[str, Any]
    """What hooks kept on the path."""

    @property
    def path(self) -> tuple[Bool, ...]:
        """The conditions under which the call takes this path."""
        return self.facts.path

    @property
    def logs(self) -> tuple[Log, ...]:
        """Log records, in the order of emission."""
        return self.state.logs


@dataclass(frozen=True)
class Refusal:
    """A path on which something came that the machine does not support.

    If no state and no call satisfy its conditions, it does not matter.
    """

    facts: Facts
    """What holds where it stopped."""

    problem: Unsupported
    """What is not supported, and where."""

    branches: tuple[Branch, ...]
    """The decisions of the path."""

    @property
    def path(self) -> tuple[Bool, ...]:
        """The conditions under which the call gets here."""
        return self.facts.path


@dataclass(frozen=True)
class Exploration:
    """All paths of one call.

    Every behaviour of the call is covered: by an end state, by a refusal, or, unless reverting
    paths were kept, by one of those that reverted.
    """

    ends: tuple[EndState, ...]
    """Ends of paths: the successful ones, and the reverting ones if they were asked for."""

    refusals: tuple[Refusal, ...]
    """Paths that could not be followed to their end."""

    reverted: int
    """How many paths reverted."""

    steps: int
    """Instructions that were run, over all paths."""

    lines: Mapping[tuple[str, int], str] = field(default_factory=dict)
    """Source line, `path:line`, by account and program counter, of every branch."""

    reentered: frozenset[tuple[str, str]] = frozenset()
    """Calls that entered a running contract again and were not followed, as (caller, contract):
    on any path, those that reverted or were refused included. What hooks assume after such a
    call must be proved of every call of that contract by that caller."""

    written: frozenset[Writer] = frozenset()
    """Which functions were seen writing which variables, on any path, however it ended."""

    def line(self, branch: Branch) -> str:
        """The source line of a decision, "" where none is known."""
        return self.lines.get((branch.contract, branch.pc), "")

    @property
    def successes(self) -> tuple[EndState, ...]:
        """The successful ends."""
        return tuple(end for end in self.ends if end.success)
