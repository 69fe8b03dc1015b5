"""What one round of a loop does to the stack, read off the code for any stack that it begins with.

The code is followed from the head of the loop, both ways at every branch, with items that are known
only by where they come from: the stack at the head, the code, or an operation. The states from
which the head can be reached again are the body. What they read and change bounds what any number
of rounds reads and changes, so that the values at the head are functions of what the body reads.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final, NamedTuple, Protocol

from harness.symbolic.machine.program import Program
from harness.symbolic.machine.rounds import OPERATIONS
from harness.symbolic.terms import Bool, Function, Int
from harness.symbolic.terms.functions import NotEvaluated
from harness.symbolic.terms.node import MAX_WORD, WORD

__all__ = ["Body", "Law", "Laws", "NoBody", "StateLaws", "body_of"]

_MOST_STATES: Final = 20_000
"""States of the code behind a loop's head that are looked at."""

_MOST_INSTRUCTIONS: Final = 300_000
"""Instructions of a loop that are run on numbers."""

_POP, _JUMP, _JUMPI, _JUMPDEST = 0x50, 0x56, 0x57, 0x5B
_ENDS: Final = frozenset((0x00, 0xF3, 0xFD, 0xFE, 0xFF))
_LOOKS: Final = frozenset(
    (0x30, *range(0x32, 0x37), 0x38, 0x3A, 0x3D, *range(0x40, 0x47), *range(0x48, 0x4B))
) | {0x58, 0x59, 0x5A}
"""Opcodes that change nothing but the stack, and whose result is no function of it. Those that read
accounts or storage are left out: an end tells all that its path has read of them."""
_SILENT: Final = frozenset(
    (0x37, 0x39, 0x3C, 0x3E, 0x52, 0x53, 0x55, 0x5D, 0x5E, *range(0xA0, 0xA5))
)
"""Opcodes with effects that push nothing."""


class NoBody(Exception):
    """The loop does more than compute on the stack; the text says what."""


class Law(Protocol):
    """A fact about the items of a loop, for any number of rounds."""

    def about(self, place: int, inputs: Sequence[Int], last: Int) -> list[Bool]:
        """What it says of the last value of the item that is one of the inputs."""


class StateLaws(Protocol):
    """Facts about all items of a loop together, for any number of rounds."""

    def of_run(self, first: Sequence[Int], last: Sequence[Int]) -> list[Bool]:
        """What they say of the inputs at first, and of the same items at last."""

    def of_run_exactly(self, first: Sequence[Int], last: Sequence[Int]) -> list[Bool]:
        """What they say of that in terms of exact powers."""

    def of_runs(
        self,
        first: tuple[Sequence[Int], Sequence[Int]],
        last: tuple[Sequence[Int], Sequence[Int]],
    ) -> list[Bool]:
        """What they say of two runs."""


class Laws(NamedTuple):
    """What is known of a loop."""

    items: tuple[Law, ...] = ()
    states: tuple[StateLaws, ...] = ()


class _Item(NamedTuple):
    """An item of the stack, by where it comes from."""

    kind: str
    """"head": the stack at the head; "push": the code; "made": an operation."""
    at: int = 0
    """Its depth at the head, 0 for the top; or the offset of the PUSH."""
    value: int = 0
    """The number that was pushed."""


_MADE: Final = _Item("made")


class _State(NamedTuple):
    """Where the code is, and the stack over the lowest item that was touched."""

    pc: int
    own: tuple[_Item, ...]
    taken: int
    """How many items of the stack at the head `own` stands for."""

    @property
    def height(self) -> int:
        """How many more items than at the head."""
        return len(self.own) - self.taken


@dataclass
class _Node:
    """What the instruction of a state does."""

    opcode: int
    reads: frozenset[int] = frozenset()
    """Depths at the head of the items that it computes with."""
    data: frozenset[int] = frozenset()
    """Offsets of the PUSHes whose numbers it computes with."""
    following: tuple[_State | None, ...] = ()
    """Of a JUMPI, where it jumps to comes first. None: not to be seen from here."""


class _Stack:
    """The stack of a state, to be worked on."""

    def __init__(self, state: _State) -> None:
        self.own = list(state.own)
        self.taken = state.taken

    def need(self, count: int) -> None:
        while len(self.own) < count:
            self.own.insert(0, _Item("head", self.taken))
            self.taken += 1

    def pop(self) -> _Item:
        self.need(1)
        return self.own.pop()

    def at(self, pc: int) -> _State:
        own, taken = self.own, self.taken
        while own and own[0] == _Item("head", taken - 1):
            own, taken = own[1:], taken - 1
        return _State(pc, tuple(own), taken)


class _Reader:
    """Follows the code behind the head of a loop."""

    def __init__(self, program: Program, head: int, needs: Mapping[int, int]) -> None:
        self.program = program
        self.head = head
        self.needs = needs
        self.first = _State(head, (), 0)
        self.nodes: dict[_State, _Node] = {}
        self.unseen: set[tuple[int, int]] = set()
        """Offset of each jump of which it is not seen where it goes, and the height after it."""
        waiting = [self.first]
        while waiting:
            state = waiting.pop()
            if state in self.nodes:
                continue
            if len(self.nodes) == _MOST_STATES:
                raise NoBody("the code behind it is too large")
            node = self.nodes[state] = self._node(state)
            waiting += [each for each in node.following if each is not None and each.pc != head]

    def _node(self, state: _State) -> _Node:
        code, pc = self.program.code, state.pc
        opcode = code[pc] if pc < len(code) else 0
        stack = _Stack(state)
        if 0x5F <= opcode <= 0x7F:
            value, after = self.program.operands[pc]
            stack.own.append(_Item("push", pc, value))
            return _Node(opcode, following=(stack.at(after),))
        if 0x80 <= opcode <= 0x8F:
            depth = opcode - 0x7F
            stack.need(depth)
            stack.own.append(stack.own[-depth])
            return _Node(opcode, following=(stack.at(pc + 1),))
        if 0x90 <= opcode <= 0x9F:
            depth = opcode - 0x8F
            stack.need(depth + 1)
            own = stack.own
            own[-1], own[-1 - depth] = own[-1 - depth], own[-1]
            return _Node(opcode, following=(stack.at(pc + 1),))
        if opcode in (_POP, _JUMPDEST):
            if opcode == _POP:
                stack.pop()
            return _Node(opcode, following=(stack.at(pc + 1),))
        if opcode in (_JUMP, _JUMPI):
            return self._jump(pc, opcode, stack)
        if opcode in _ENDS or opcode not in self.needs:
            return _Node(opcode)
        used = [stack.pop() for _ in range(self.needs[opcode])]
        if opcode not in _SILENT:
            stack.own.append(_MADE)
        return _Node(opcode, _depths(used), _pushes(used), (stack.at(pc + 1),))

    def _jump(self, pc: int, opcode: int, stack: _Stack) -> _Node:
        target = stack.pop()
        used = [stack.pop()] if opcode == _JUMPI else []
        following: list[_State | None] = [None]
        if target.kind != "push":
            self.unseen.add((pc, len(stack.own) - stack.taken))
        elif target.value in self.program.targets:
            following = [stack.at(target.value)]
        if opcode == _JUMPI:
            following.append(stack.at(pc + 1))
        return _Node(opcode, _depths(used), _pushes(used), tuple(following))

    def is_back(self, state: _State | None) -> bool:
        """Whether a state is the head again, with as many items."""
        return state is not None and state.pc == self.head and state.height == 0

    def returning(self) -> set[_State]:
        """The states from which the head is reached again."""
        before: dict[_State, list[_State]] = {}
        found: set[_State] = set()
        for state, node in self.nodes.items():
            for after in node.following:
                if self.is_back(after):
                    found.add(state)
                elif after is not None:
                    before.setdefault(after, []).append(state)
        waiting = list(found)
        while waiting:
            new = [each for each in before.get(waiting.pop(), ()) if each not in found]
            found.update(new)
            waiting += new
        return found


def _depths(items: Iterable[_Item]) -> frozenset[int]:
    return frozenset(item.at for item in items if item.kind == "head")


def _pushes(items: Iterable[_Item]) -> frozenset[int]:
    return frozenset(item.at for item in items if item.kind == "push")


@dataclass(frozen=True, eq=False)
class Body:
    """What the rounds of a loop do to the stack; depths are counted from the top at the head."""

    program: Program
    head: int
    """Offset of the JUMPDEST where a round begins."""

    changed: tuple[int, ...]
    """Depths of the items that a round may change."""

    inputs: tuple[int, ...]
    """Depths of the items that it may change or compute with."""

    pure: bool
    """Whether a round computes with nothing but these."""

    places: frozenset[tuple[int, int]]
    """Offsets of its instructions, each with how many more items there are than at the head."""

    unseen: frozenset[tuple[int, int]]
    """Jumps that may go anywhere, and how many more items there are after them: the loop is left
    there."""

    numbers: frozenset[int]
    """The numbers in the code that a round computes with."""

    name: str
    """The same for loops that do the same."""

    _first: _State
    _nodes: Mapping[_State, _Node]

    def functions(self, laws: Callable[[], Laws], declared: Hashable = ()) -> tuple[Function, ...]:
        """For each changed item, its value when the loop is at its head for the last time, as a
        function of the inputs at the first; the same ones for loops that do the same.

        Args:
            laws: what is true of them for any inputs; asked once for all such loops.
            declared: what the laws depend on besides the loop.
        """
        key = (self.name, declared)
        known = _FUNCTIONS.get(key)
        if known is None:
            proved = laws()
            made: list[Function] = []
            for place in range(len(self.changed)):
                made.append(self._function(place, proved, made))
            known = _FUNCTIONS[key] = tuple(made)
        return known

    def _function(self, place: int, laws: Laws, all_: Sequence[Function]) -> Function:
        item = self.inputs.index(self.changed[place])

        def exact(*inputs: int) -> int:
            # Off the paths that know them to be words, terms may have other values.
            return self._last(tuple(value % WORD for value in inputs))[place]

        def last(first: Sequence[Int]) -> list[Int]:
            values = {depth: each(*first) for depth, each in zip(self.changed, all_, strict=True)}
            return [values.get(d, term) for d, term in zip(self.inputs, first, strict=True)]

        def facts(application: Int) -> list[Bool]:
            first = application.args
            found = [fact for law in laws.items for fact in law.about(item, first, application)]
            return found + [fact for law in laws.states for fact in law.of_run(first, last(first))]

        def pairs(one: Int, other: Int) -> list[Bool]:
            first = (one.args, other.args)
            ends = (last(one.args), last(other.args))
            return [fact for law in laws.states for fact in law.of_runs(first, ends)]

        def exactly(application: Int) -> list[Bool]:
            first = application.args
            ends = last(first)
            return [fact for law in laws.states for fact in law.of_run_exactly(first, ends)]

        name, arity = f"loop {self.name}.{place}", len(self.inputs)
        both, known = (pairs, exactly) if laws.states else (None, None)
        return Function(name, arity, 0, MAX_WORD, exact, facts, both, known)

    @cached_property
    def _last(self) -> Callable[[tuple[int, ...]], tuple[int, ...]]:
        return lru_cache(4096)(self.run)

    def run(self, inputs: tuple[int, ...]) -> tuple[int, ...]:
        """The changed items when the loop is at its head for the last time.

        Raises NotEvaluated if that takes very many instructions.
        """
        *_, last = self.heads(inputs)
        ends = dict(zip(self.inputs, last, strict=True))
        return tuple(ends[depth] for depth in self.changed)

    def heads(self, inputs: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
        """The inputs each time the loop is at its head, the first time included.

        Raises NotEvaluated if that takes very many instructions.
        """
        stack = [0] * (max(self.inputs, default=0) + 1)
        for depth, value in zip(self.inputs, inputs, strict=True):
            stack[-1 - depth] = value
        low = min((-state.taken for state in self._nodes), default=0)
        stack = [0] * max(-low - len(stack), 0) + stack
        yield inputs
        state = self._first
        for _ in range(_MOST_INSTRUCTIONS):
            after = self._step(state, stack)
            if after is not None and after.pc == self.head and after.height == 0:
                yield tuple(stack[-1 - depth] for depth in self.inputs)
                state = self._first
            elif after is None or after not in self._nodes:
                return
            else:
                state = after
        raise NotEvaluated(f"a loop that takes more than {_MOST_INSTRUCTIONS} instructions")

    def _step(self, state: _State, stack: list[int]) -> _State | None:
        """Run an instruction on numbers; where it goes on."""
        node, opcode = self._nodes[state], self._nodes[state].opcode
        if opcode == _JUMPI:
            stack.pop()
            return node.following[0 if stack.pop() else 1]
        if 0x5F <= opcode <= 0x7F:
            stack.append(self.program.operands[state.pc][0])
        elif 0x80 <= opcode <= 0x8F:
            stack.append(stack[0x7F - opcode])
        elif 0x90 <= opcode <= 0x9F:
            other = 0x8E - opcode
            stack[-1], stack[other] = stack[other], stack[-1]
        elif opcode in (_POP, _JUMP):
            stack.pop()
        elif opcode != _JUMPDEST:
            count, operation = OPERATIONS[opcode]
            stack.append(operation(*[stack.pop() for _ in range(count)]))
        return node.following[0]


_FUNCTIONS: Final[dict[tuple[str, Hashable], tuple[Function, ...]]] = {}
"""By the name of the loop, and what is said of it. Functions are compared by identity of their
meaning."""


def body_of(program: Program, head: int, needs: Mapping[int, int]) -> Body:
    """The body of the loop with its head at a JUMPDEST.

    Args:
        needs: opcode to the number of items that it takes off the stack.

    Raises:
        NoBody: a round does more than compute on the stack, or there is no way back to the head.
    """
    reader = _Reader(program, head, needs)
    states = reader.returning()
    nodes = {state: node for state, node in reader.nodes.items() if state in states}
    if not nodes:
        raise NoBody("no way back to its head is seen")
    ordinary = {_POP, _JUMP, _JUMPI, _JUMPDEST, *OPERATIONS, *range(0x5F, 0xA0)}
    effects = {node.opcode for node in nodes.values()} - ordinary
    if effects - _LOOKS:
        raise NoBody(f"a round does more than compute: opcode {min(effects - _LOOKS):#04x}")
    ends = [after for node in nodes.values() for after in node.following if reader.is_back(after)]
    changed, reads, data = _outcome(after for after in ends if after is not None)
    for node in nodes.values():
        reads |= node.reads
        data |= node.data
    return Body(
        program,
        head,
        tuple(sorted(changed)),
        tuple(sorted(changed | reads)),
        not effects,
        frozenset((state.pc, state.height) for state in nodes),
        frozenset(reader.unseen),
        frozenset(program.operands[at][0] for at in data),
        _name(reader, nodes, data),
        reader.first,
        nodes,
    )


def _outcome(ends: Iterable[_State]) -> tuple[set[int], set[int], set[int]]:
    """Depths of the items that differ at the head, of those they come from, and PUSHes."""
    changed: set[int] = set()
    reads: set[int] = set()
    data: set[int] = set()
    for state in ends:
        for place, item in enumerate(reversed(state.own)):
            if item != _Item("head", place):
                changed.add(place)
                reads |= _depths((item,))
                data |= _pushes((item,))
    return changed, reads, data


def _name(reader: _Reader, nodes: Mapping[_State, _Node], data: set[int]) -> str:
    """A hash of all that the values at the head depend on: operations in their order, and the
    numbers that they compute with; not where the code is, nor what is done once it is left."""
    numbers = {reader.first: 0}
    text: list[str] = []
    queue = [reader.first]
    for state in queue:
        node = nodes[state]
        parts = [f"{node.opcode:x}"]
        if state.pc in data:
            parts.append(f"={reader.program.operands[state.pc][0]:x}")
        for after in node.following:
            if reader.is_back(after):
                parts.append("back")
            elif after is None or after not in nodes:
                parts.append("out")
            else:
                if after not in numbers:
                    numbers[after] = len(numbers)
                    queue.append(after)
                parts.append(str(numbers[after]))
        text.append(" ".join(parts))
    return hashlib.sha256("\n".join(text).encode()).hexdigest()[:16]
