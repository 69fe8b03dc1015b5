"""An internal function run by itself: from its entry to its return, for any arguments and state.

Nothing of the state is known: storage, ether, call data, clocks, memory, what a call returned and
what lies below the arguments on the stack are terms of their own. That is how it is seen what the
function reads. A path that returns must leave all of it as it was. Of memory, only that the free
memory pointer points to some that is free (`FREE`) is taken for granted: where it is not seen to, a
summary does not stand for the function.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from harness.symbolic.machine.data import Data, Opaque, Order
from harness.symbolic.machine.errors import Recut, Unsupported
from harness.symbolic.machine.machine import Forked, Machine
from harness.symbolic.machine.memory import Memory
from harness.symbolic.machine.path import Frame, Path
from harness.symbolic.machine.result import Refusal
from harness.symbolic.machine.setting import Block, Call, Limits, Setting, UnknownCode
from harness.symbolic.machine.state import ChainState
from harness.symbolic.machine.summaries import FREE, FREE_POINTER, Internal, Summaries
from harness.symbolic.terms import Bool, Facts, Function, Int, Term, const, int_var, word_var
from harness.symbolic.terms.functions import NotEvaluated
from harness.symbolic.terms.node import APP, BVAR, CONST, VAR

__all__ = ["Alone", "Found", "Returned", "beyond", "evaluate_alone"]

_BELOW: Final = 256
"""Items of the stack below the function's own."""

_MOST_MEMORY: Final = 1 << 40
_LONGEST: Final = (1 << 32) - 1
_JUMP: Final = 0x56
_JUMPDEST: Final = 0x5B
_ERA: Final = "~before"


@dataclass(frozen=True)
class Returned:
    """A path that returns."""

    facts: Facts
    results: tuple[Int, ...]

    @property
    def path(self) -> tuple[Bool, ...]:
        """The conditions under which it is taken."""
        return self.facts.path


@dataclass(frozen=True)
class Found:
    """All paths of an internal function."""

    returned: tuple[Returned, ...]
    reverted: tuple[tuple[Bool, ...], ...]
    """The conditions of each path that reverts."""
    refusals: tuple[Refusal, ...]


class Alone(Machine):
    """Runs an internal function of a contract of the setting.

    >>> found = Alone(setting).function(internal, [word_var("x")])
    >>> [path.results for path in found.returned]
    """

    def __init__(
        self,
        setting: Setting,
        limits: Limits | None = None,
        summaries: Summaries | None = None,
    ) -> None:
        quiet = replace(setting, unknown_code=UnknownCode.REFUSE)
        super().__init__(quiet, None, limits, summaries)
        self._returned: list[Returned] = []
        self._internal: Internal | None = None
        self._args: tuple[Int, ...] = ()
        self._back: Int | None = None
        self._begun: tuple[ChainState, tuple[object, ...], Data, tuple[Int, ...]] | None = None

    def function(self, internal: Internal, args: Sequence[Int]) -> Found:
        """Every path of a function for some arguments, which are words.

        Raises KeyError if the setting has no such contract, Unsupported if nothing begins there.
        """
        account = self.setting.account(internal.contract)
        if account.code[internal.entry : internal.entry + 1] != bytes((_JUMPDEST,)):
            raise Unsupported(f"no function begins at pc {internal.entry}", internal.contract)
        self._internal, self._args = internal, tuple(args)
        call = Call.symbolic(account.address, Data.of_source(_unknown("calldata")))
        state = ChainState(self.setting.chain, era=_ERA)
        found = self.execute(call, Block.symbolic(self.setting.chain), state, keep_reverts=True)
        reverted = tuple(end.path for end in found.ends if not end.success)
        return Found(tuple(self._returned), reverted, found.refusals)

    def _start(
        self, call: Call, block: Block, state: ChainState, assumptions: tuple[Bool, ...] | Facts
    ) -> Path:
        path = super()._start(call, block, state, assumptions)
        internal, frame = self._internal, path.frame
        assert internal is not None
        self._returned = []
        # A term, which no instruction but a jump to it can make anything of.
        self._back = word_var("return address")
        # What holds of a transaction is nothing to a function that looks at its arguments alone.
        path.facts = Facts()
        path.order = Order(path.facts)
        frame.calls = (frame.program.length,)
        # Behind the JUMPDEST, where a summary of the function itself would stand for it.
        frame.pc = internal.entry + 1
        below = tuple(word_var(f"stack[{place}]") for place in range(_BELOW))
        frame.stack = [*below, self._back, *internal.on_stack(self._args)]
        frame.returndata = Data.of_source(_unknown("returndata"))
        frame.memory = Memory()
        content = Opaque("memory", const(_MOST_MEMORY))
        frame.memory.write(const(0), Data.of_source(content), path.order)
        frame.memory.store(const(FREE_POINTER), int_var("free pointer", *FREE), 32, path.order)
        frame.memory.extent = None
        # A copy: what is written from now on makes new layers.
        frame.memory = frame.memory.fork()
        self._begun = path.state, frame.memory.layers(), frame.returndata, below
        return path

    def step(self, path: Path, frame: Frame) -> None:
        """Run one instruction; where the function returns, keep the path."""
        if self._internal is None or len(path.frames) > 1 or not self._returns(frame):
            super().step(path, frame)
            return
        if not self.can_probe():
            raise Forked
        frame.stack.pop()
        self._returned.append(Returned(path.facts, self._results(path, frame)))
        path.frames.pop()

    def _returns(self, frame: Frame) -> bool:
        opcode = frame.program.code[frame.pc : frame.pc + 1]
        return opcode == bytes((_JUMP,)) and bool(frame.stack) and frame.stack[-1] is self._back

    def _results(self, path: Path, frame: Frame) -> tuple[Int, ...]:
        """The results of a path that returns. Raises Unsupported if it has done more."""
        assert self._internal is not None
        assert self._begun is not None
        state, memory, returndata, below = self._begun
        if path.state is not state:
            raise self._refused("a path that returns changes storage, ether, logs or accounts")
        if frame.memory.layers() != memory:
            raise self._refused("a path that returns writes to memory")
        if frame.returndata is not returndata:
            raise self._refused("a path that returns makes a call")
        own = len(frame.stack) - len(below)
        untouched = all(a is b for a, b in zip(frame.stack, below, strict=False))
        if own != self._internal.returns or not untouched:
            what = f"leaves {own} items on the stack, not {self._internal.returns}"
            raise self._refused(what if untouched else "changes the stack of who called it")
        return tuple(path.facts.rewrite(item) for item in frame.stack[len(below) :])

    def _refused(self, reason: str) -> Unsupported:
        """A refusal that is told where the function begins."""
        assert self._internal is not None
        account, entry = self.setting.account(self._internal.contract), self._internal.entry
        return Unsupported(reason, account.name, entry, account.line(entry))

    def drops(self, path: Path) -> bool:
        """Nobody looks at the data of a revert."""
        return len(path.frames) == 1

    def finish(self, path: Path, success: bool, output: Data, reason: str = "") -> None:
        """End a frame; the function's own must not end in success, and not for want of stack."""
        if self._internal is not None and len(path.frames) == 1 and self.rounds is None:
            if success:
                raise Unsupported("it ends the call instead of returning", inherent=True)
            if reason.startswith("stack"):
                raise Unsupported(
                    f"{reason}: it needs more of the stack than its own", inherent=True
                )
        super().finish(path, success, output, reason)


def _unknown(name: str) -> Opaque:
    return Opaque(name, int_var(f"{name}.length", 0, _LONGEST))


def beyond(terms: Sequence[Term], args: Sequence[Int]) -> str:
    """What some terms depend on that is none of the arguments; "" if there is nothing."""
    stack, seen, own = list(terms), set(args), set(args)
    while stack:
        node = stack.pop()
        if node in own:
            continue
        if node.op in (VAR, BVAR):
            return str(node.data)
        if node.op == APP:
            function: Function = node.data
            if function.exact is None:
                return function.name
        new = [each for each in node.args if each not in seen]
        seen.update(new)
        stack += new
    return ""


def evaluate_alone(
    setting: Setting, internal: Internal, args: tuple[int, ...], limits: Limits
) -> tuple[int, ...] | None:
    """What a function gives for numbers; None if it reverts.

    Raises NotEvaluated if that depends on anything else, or takes too long.
    """
    machine = Alone(setting, limits)
    try:
        found = machine.function(internal, [const(arg) for arg in args])
    except (Unsupported, Recut, RecursionError) as problem:
        raise NotEvaluated(f"{internal.name} is not evaluated: {problem}") from None
    if found.refusals:
        raise NotEvaluated(f"{internal.name} is not evaluated: {found.refusals[0].problem}")
    if len(found.returned) + len(found.reverted) != 1:
        raise NotEvaluated(f"what {internal.name} gives depends on more than its arguments")
    if found.reverted:
        return None
    (end,) = found.returned
    if any(result.op != CONST for result in end.results):
        raise NotEvaluated(f"what {internal.name} gives depends on more than its arguments")
    return tuple(int(result.data) for result in end.results)
