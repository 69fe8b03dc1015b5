"""Loops that are cut at their head: any number of rounds at once, for what can be said of them.

Where a path comes to the head, what a round may change becomes anything that can be there when the
loop is at its head for the last time. From there the path goes on as the code says: out of the
loop, or into a last round that reverts. A path that comes back to the head ends there, for what
it would do next is what the head stands for already; it is checked that nothing but the cut items
differs.

Each of those items is a function of all that a round reads, which is uninterpreted for a solver and
exact for the evaluator; `laws` and `declared` say what is known of it. So two runs of a loop, or of
two that compute the same, give the same from the same inputs. If rounds read anything but the
stack, the items are new variables instead.

That a loop ends is not proved. One that does not runs out of gas, and gas is ignored.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.symbolic.machine.bodies import Body, Laws
from harness.symbolic.machine.data import Order
from harness.symbolic.machine.declared import proved_laws
from harness.symbolic.machine.errors import Recut, Unsupported
from harness.symbolic.machine.laws import kept
from harness.symbolic.terms import Bool, Facts, Int, word_var
from harness.symbolic.terms.node import CONST

if TYPE_CHECKING:
    from harness.symbolic.machine.path import Frame, Path
    from harness.symbolic.machine.state import ChainState

__all__ = ["Cut", "Round", "at_head"]


@dataclass(frozen=True)
class Round:
    """One way from the head of a loop back to it."""

    conditions: tuple[Bool, ...]
    items: tuple[Int, ...]
    """What it makes of the items that rounds change."""


@dataclass(frozen=True, eq=False)
class Cut:
    """A loop that a path has begun and not left."""

    body: Body
    stack: tuple[Int, ...]
    """At the head."""
    state: ChainState
    memory: tuple[object, ...]
    calls: tuple[int, ...]

    def keeps(self, source: int, target: int, items: int) -> bool:
        """Whether a jump stays in the loop, with so many items on the stack after it."""
        more = items - len(self.stack)
        return (source, more) not in self.body.unseen and (target, more) in self.body.places

    def covers(self, path: Path, frame: Frame) -> bool:
        """Whether the path is at the head again with nothing changed but what a round changes."""
        if (
            len(frame.stack) != len(self.stack)
            or frame.calls != self.calls
            or path.state is not self.state
            or frame.memory.layers() != self.memory
        ):
            return False
        changed = {len(self.stack) - 1 - depth for depth in self.body.changed}
        rewrite = path.facts.rewrite
        return all(
            place in changed or now is before or rewrite(now) is rewrite(before)
            for place, (now, before) in enumerate(zip(frame.stack, self.stack, strict=True))
        )


def at_head(path: Path, frame: Frame) -> None:
    """Called at a jump destination where loops are cut: cut this one, if it is the head of one.

    Raises Dead where a round is over, and Unsupported if a loop is begun again too often.
    """
    from harness.symbolic.machine.path import Dead

    rounds = path.machine.rounds
    if rounds is not None and not frame.cuts:
        raise Dead("only the rounds of the loop are looked at")
    body = path.machine.cuts.get((frame.code, frame.pc))
    if body is None:
        return
    cut = frame.cuts.get(frame.pc)
    if cut is not None and cut.covers(path, frame):
        if rounds is not None and path.machine.can_probe():
            items = tuple(path.facts.rewrite(frame.stack[-1 - depth]) for depth in body.changed)
            rounds.append(Round(path.facts.path, items))
        raise Dead("the head of the loop stands for every round")
    if not path.machine.can_probe():
        raise Unsupported("a loop that is cut, in a round of another one")
    stack = frame.stack
    if len(stack) <= max(body.inputs, default=-1):
        return  # the code needs more of the stack than there is: it halts
    inputs = [path.facts.rewrite(stack[-1 - depth]) for depth in body.inputs]
    if all(item.op == CONST for item in inputs):
        return  # rounds on numbers cost little
    often = frame.cut_often.get(frame.pc, 0) + 1
    if often > path.machine.limits.iterations:
        line = frame.code.line(frame.pc) or f"pc {frame.pc}"
        raise Unsupported(f"loop at {line} begun more than {often - 1} times")
    frame.cut_often = {**frame.cut_often, frame.pc: often}
    loops = path.setting.loops
    functions = body.functions(lambda: _laws(path, frame, body), loops) if body.pure else ()
    values = [function(*inputs) for function in functions]
    for place, depth in enumerate(body.changed):
        stack[-1 - depth] = values[place] if body.pure else path.invent("loop")
    begun = Cut(body, tuple(stack), path.state, frame.memory.layers(), frame.calls)
    frame.cuts = {**frame.cuts, frame.pc: begun}


def _laws(path: Path, frame: Frame, body: Body) -> Laws:
    """What every round keeps, whatever is on the stack that it reads: bounds that are found, and
    what authors declare."""
    machine = type(path.machine)(path.setting, limits=path.machine.limits)
    machine.cuts, machine.rounds = {(frame.code, frame.pc): body}, []
    alone = path.fork()
    alone.machine, alone.facts, alone.past, alone.parents = machine, Facts(), (), None
    alone.order = Order(alone.facts)
    inner = frame.fork()
    inputs = tuple(word_var(f"loop {body.name} item {depth}") for depth in body.inputs)
    for depth, item in zip(body.inputs, inputs, strict=True):
        inner.stack[-1 - depth] = item
    begun = Cut(body, tuple(inner.stack), alone.state, inner.memory.layers(), inner.calls)
    inner.cuts = {inner.pc: begun}
    inner.pc += 1
    alone.frames = [inner]
    try:
        complete = machine.look(alone)
    except Recut:
        return Laws()
    if not complete:
        return Laws()
    declared = proved_laws(body, machine.rounds, inputs, path.setting.loops)
    return Laws(kept(body, machine.rounds, inputs), declared)
