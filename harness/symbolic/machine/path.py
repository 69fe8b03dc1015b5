"""One path through a call: its frames, what it knows, and what it has changed so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.symbolic.machine.data import Data, Order
from harness.symbolic.machine.memory import Memory
from harness.symbolic.machine.program import Account, Program
from harness.symbolic.machine.state import ChainState
from harness.symbolic.terms import FALSE, TRUE, Bool, Facts, Int, const, not_, word_var

if TYPE_CHECKING:
    from harness.symbolic.machine.cuts import Cut
    from harness.symbolic.machine.machine import Machine
    from harness.symbolic.machine.setting import Block, Call, Setting

__all__ = ["Branch", "Dead", "Frame", "Path", "Return"]


class Dead(Exception):
    """Nothing can be on this path: what it would have to assume is false."""


@dataclass(frozen=True, slots=True)
class Branch:
    """A decision that was taken on the way."""

    contract: str
    """The account whose code asked."""

    pc: int
    """Where."""

    condition: Bool
    """What holds from there on."""

    depth: int
    """Its position among the conditions of the path, from 1."""


@dataclass(frozen=True, slots=True)
class Return:
    """What becomes of a nested call when it ends."""

    out: Int
    """Where in the caller's memory the result goes."""

    size: Int
    """How many bytes of it, at most."""

    created: Int | None = None
    """The address of the new contract, for CREATE and CREATE2."""


class Frame:
    """A running call: code, stack, memory, and in whose name it runs."""

    __slots__ = (
        "address", "calldata", "caller", "calls", "code", "cut_often", "cuts", "loops", "memory",
        "owner", "pc", "program", "returndata", "returns", "rounds", "saved", "stack", "static",
        "undo", "value",
    )  # fmt: skip

    def __init__(
        self,
        code: Account,
        owner: Account,
        caller: Int,
        value: Int,
        calldata: Data,
        static: bool,
        saved: ChainState,
        returns: Return | None,
    ) -> None:
        self.code = code
        """Whose code runs."""
        self.owner = owner
        """Whose storage and ether it works on: another account in a DELEGATECALL."""
        self.program: Program = code.program
        self.address: Int = const(owner.address)
        self.caller = caller
        self.value = value
        self.calldata = calldata
        self.static = static
        self.saved = saved
        """The state to go back to if the frame fails."""
        self.returns = returns
        """None for the outermost frame."""
        self.stack: list[Int] = []
        self.memory = Memory()
        self.pc = 0
        self.calls: tuple[int, ...] = ()
        """Where the internal functions that are running return to, outermost first."""
        self.returndata = Data()
        self.loops: dict[int, tuple[int, int]] = {}
        """How often each branch was open, and how many parts the terms in sight had at first."""
        self.rounds: dict[tuple[int, int], tuple[int, int]] = {}
        """For each loop, by the depth of internal calls and where it begins: how often it was
        begun anew, and from where."""
        self.cuts: dict[int, Cut] = {}
        """Loops that are cut and not left yet, by where they begin; never changed in place."""
        self.cut_often: dict[int, int] = {}
        """How often each loop was cut; never changed in place."""
        self.undo: list[Int] = []
        """The stack as it was when the instruction began."""

    def fork(self) -> Frame:
        """A copy that goes its own way."""
        other: Frame = Frame.__new__(Frame)
        for name in (
            "calls", "code", "owner", "program", "address", "caller", "value", "calldata", "static",
            "saved", "returns", "pc", "returndata", "undo", "cuts", "cut_often",
        ):  # fmt: skip
            setattr(other, name, getattr(self, name))
        other.stack = self.stack[:]
        other.memory = self.memory.fork()
        other.loops = dict(self.loops)
        other.rounds = dict(self.rounds)
        return other

    def jump(self, target: int, kind: str = "") -> None:
        """Go on elsewhere in the same code, keeping count of calls and rounds of loops.

        Args:
            kind: "i" into an internal function, "o" out of one, "-" within one; what the source
                map says of the instruction if it is not given.
        """
        if self.cuts:
            items = len(self.stack)
            self.cuts = {
                at: cut for at, cut in self.cuts.items() if cut.keeps(self.pc, target, items)
            }
        kind = kind or self.code.jumps.get(self.pc, "-")
        if kind == "i":
            self.calls = (*self.calls, self.pc + 1)
        elif kind == "o":
            self.calls = self.calls[:-1]
            if self.rounds:
                depth = len(self.calls)
                self.rounds = {key: n for key, n in self.rounds.items() if key[0] <= depth}
        elif target <= self.pc:
            key = (len(self.calls), target)
            times, end = self.rounds.get(key, (0, 0))
            self.rounds[key] = (times + 1, max(end, self.pc))
        self.pc = target

    def round_here(self) -> dict[tuple[int, int], int]:
        """In which round the loops are that the current instruction lies in; a single jump
        backwards may be no loop at all."""
        return {
            key: times
            for key, (times, end) in self.rounds.items()
            if times > 1 and key[0] == len(self.calls) and key[1] <= self.pc <= end
        }

    def loops_around(self) -> list[int]:
        """Where the loops begin that enclose the current instruction, or a call of internal
        functions that leads to it; those with most rounds first."""
        depth = len(self.calls)
        found = [
            (times, first)
            for (level, first), (times, last) in self.rounds.items()
            if times > 1 and first <= (self.pc if level == depth else self.calls[level]) <= last
        ]
        return [first for _, first in sorted(found, reverse=True)]

    def rounds_around(self) -> int:
        """In which round the loop is that encloses the current instruction, or a call of internal
        functions that leads to it; the greatest one of several, 0 outside of loops."""
        depth = len(self.calls)
        return max(
            (
                times
                for (level, first), (times, last) in self.rounds.items()
                if first <= (self.pc if level == depth else self.calls[level]) <= last
            ),
            default=0,
        )


class Path:
    """A path that is being explored.

    Hooks may use `assume`, `facts`, `state`, and keep what they need in `ghosts`, whose values
    must be immutable: a fork copies the dictionary and nothing below it.
    """

    def __init__(self, machine: Machine, call: Call, block: Block, state: ChainState) -> None:
        self.machine = machine
        self.call = call
        self.block = block
        self.state = state
        """What the path has changed so far."""
        self.facts = Facts()
        """What holds on the path; `assume` adds to it."""
        self.order = Order(self.facts)
        self.past: tuple[Facts, ...] = ()
        """The facts before each of the conditions that were added to them."""
        self.frames: list[Frame] = []
        self.ghosts: dict[str, Any] = {}
        """Whatever the caller of the machine keeps for each path."""
        self.flags: frozenset[str] = frozenset()
        """What the path relies on and does not know exactly, in words."""
        self.branches: tuple[Branch, ...] = ()
        """Decisions so far."""
        self.obligations: tuple[Bool, ...] = ()
        """What must hold for storage to stay as its types say; to be proved of the path."""
        self.loads: dict[tuple[Any, tuple[Int, ...]], None] = {}
        """(region, keys) of every word of storage that was read, in order."""
        self.alone = False
        """Whether the path must not be joined with others any more."""
        self.parents: tuple[Path, Path, int] | None = None
        """The two paths that it was last joined from, and how many conditions it had then."""
        self.fresh: tuple[Int, ...] = ()
        """Variables that the path has invented."""
        self.number = machine.serial()
        self.apart: set[int] = set()
        """Numbers of paths that it has too little in common with ever to be joined with them."""

    @property
    def frame(self) -> Frame:
        """The innermost frame."""
        return self.frames[-1]

    @property
    def setting(self) -> Setting:
        """The chain and its contracts."""
        return self.machine.setting

    def fork(self) -> Path:
        """A copy that goes its own way."""
        other: Path = Path.__new__(Path)
        other.__dict__.update(self.__dict__)
        other.frames = [frame.fork() for frame in self.frames]
        other.ghosts = dict(self.ghosts)
        other.loads = dict(self.loads)
        other.number = self.machine.serial()
        other.apart = set(self.apart)
        return other

    def assume(self, condition: Bool) -> None:
        """Go on only where a condition holds. Raises Dead if it holds nowhere on the path."""
        if condition is TRUE:
            return
        if condition is FALSE or self.facts.decide(condition) is False:
            raise Dead(f"{condition!r} is false on the path")
        self._learn(condition)

    def _learn(self, condition: Bool) -> None:
        self.past = (*self.past, self.facts)
        self.facts = self.facts.assume(condition)
        self.order = Order(self.facts)

    def rewind(self, length: int) -> None:
        """Know only the first conditions again, as many as `length`."""
        while len(self.facts.path) > length:
            self.facts, self.past = self.past[-1], self.past[:-1]
        self.order = Order(self.facts)
        self.branches = tuple(b for b in self.branches if b.depth <= length)

    def known(self, condition: Bool) -> bool | None:
        """Whether the path decides a condition (None: both are open)."""
        truth = self.facts.decide(condition)
        return self.facts.decide(self.facts.rewrite(condition)) if truth is None else truth

    def decide(self, condition: Bool) -> bool:
        """The truth of a condition. Where both are open, this path takes the true side, and a
        fork that runs the current instruction again takes the other.

        An instruction must decide before it changes anything but the stack.
        """
        truth = self.facts.decide(condition)
        if truth is not None:
            return truth
        condition = self.facts.rewrite(condition)
        truth = self.facts.decide(condition)
        if truth is not None:
            return truth
        other = self.fork()
        frame = other.frame
        frame.stack = frame.undo[:]
        other.take(not_(condition))
        self.machine.later(other)
        self.take(condition)
        return True

    def take(self, condition: Bool) -> None:
        """Assume a side of a branch, and note it."""
        frame = self.frame
        self._learn(condition)
        branch = Branch(frame.code.name, frame.pc, condition, len(self.facts.path))
        self.branches = (*self.branches, branch)

    def invent(self, what: str, bits: int = 256) -> Int:
        """A new variable `<what>#<n>`, unique within the exploration."""
        variable = word_var(f"{what}#{self.machine.serial()}", bits)
        self.fresh = (*self.fresh, variable)
        return variable

    def flag(self, what: str) -> None:
        """Note something that is not known exactly."""
        if what not in self.flags:
            self.flags = self.flags | {what}

    def ghost(self, values: Mapping[str, Any]) -> None:
        """Set some ghosts."""
        self.ghosts = {**self.ghosts, **values}
