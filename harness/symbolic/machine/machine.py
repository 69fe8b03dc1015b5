"""The machine: runs calls on terms, path by path.

It is made for one setting in one term scope, and keeps what all paths share: the attribution of
slots, preimages of hashes, serial numbers.
"""

from __future__ import annotations

from itertools import count

from harness.symbolic.machine.attribution import Attribution
from harness.symbolic.machine.bodies import Body, NoBody, body_of
from harness.symbolic.machine.cuts import Round
from harness.symbolic.machine.data import Data, Literal, Order
from harness.symbolic.machine.errors import Halt, Recut, Unsupported
from harness.symbolic.machine.hashing import Hashes
from harness.symbolic.machine.opcodes import DECIDING, NEEDS, RULES
from harness.symbolic.machine.path import Dead, Frame, Path, Return
from harness.symbolic.machine.program import Account
from harness.symbolic.machine.regions import Region
from harness.symbolic.machine.result import EndState, Exploration, Refusal
from harness.symbolic.machine.setting import Block, Call, Hooks, Limits, NoHooks, Setting
from harness.symbolic.machine.state import ChainState
from harness.symbolic.machine.storage import Point, typing_of
from harness.symbolic.machine.summaries import Summaries
from harness.symbolic.machine.waiting import Waiting
from harness.symbolic.machine.writers import Writer, writer_of
from harness.symbolic.terms import Bool, Facts, Int, compare, const, linear, not_, slice_bits, words
from harness.symbolic.terms.node import CONST

__all__ = ["Forked", "Machine"]

_STACK = 1024
_LARGEST_CODE = 24_576


class Forked(Exception):
    """A path forked where it should not."""


class Machine:
    """Runs calls on a chain. Make one in each term scope.

    >>> machine = Machine(Setting.of_world(world, "l1"))
    >>> found = machine.execute(Call.symbolic(token, calldata), Block.symbolic("l1"))
    >>> [end.path for end in found.ends]
    """

    def __init__(
        self,
        setting: Setting,
        hooks: Hooks | None = None,
        limits: Limits | None = None,
        summaries: Summaries | None = None,
    ) -> None:
        self.setting = setting
        self.hooks: Hooks = hooks or NoHooks()
        self.limits = limits or Limits()
        self.summaries = summaries
        """What stands for internal functions; None if all of them are followed."""
        self.hashes = Hashes()
        """Preimages, and the uninterpreted hashes that end states may hold."""
        self.regions: dict[str, Region] = {}
        """Every region that was touched, by the name of each of its fields."""
        self.reentered: set[tuple[str, str]] = set()
        """Calls of the current exploration that entered a running contract: (caller, contract)."""
        self.written: set[Writer] = set()
        """Which functions wrote which variables in the current exploration."""
        self.endless: dict[tuple[Account, int], str] = {}
        """Loops of the current exploration, by code and branch, that cannot be followed, and why
        they cannot be cut."""
        self.cuts: dict[tuple[Account, int], Body] = {}
        """Loops that are cut, by code and where they begin: they could not be unrolled."""
        self.rounds: list[Round] | None = None
        """The rounds of a loop that is looked at for itself; None if a call is explored."""
        self._attributions: dict[str, Attribution] = {}
        self._serial = count()
        self._waiting = Waiting(joining=self.limits.merge)
        self._followed = 0
        self._ends: list[EndState] = []
        self._refusals: list[Refusal] = []
        self._reverted = 0
        self._steps = 0
        self._keep_reverts = False
        self._probing = False
        self._depth = 0

    # Exploring

    def execute(
        self,
        call: Call,
        block: Block,
        state: ChainState | None = None,
        assumptions: tuple[Bool, ...] | Facts = (),
        *,
        ghosts: dict[str, object] | None = None,
        keep_reverts: bool = False,
    ) -> Exploration:
        """Every path of a call.

        Args:
            state: where it starts; an arbitrary state of the chain if there is none.
            assumptions: what holds at the start; the caller is assumed to own the wei it sends.
            ghosts: the first path's ghosts.
            keep_reverts: whether reverting paths become end states as well.

        Raises:
            KeyError: the target is no known account.
        """
        self._keep_reverts = keep_reverts
        state = state or ChainState(self.setting.chain)
        while True:
            self._waiting = Waiting(joining=self.limits.merge)
            self._ends, self._refusals = [], []
            self._reverted = self._steps = self._followed = 0
            self.reentered, self.written, self.endless = set(), set(), {}
            start = self._start(call, block, state, assumptions)
            start.ghosts = dict(ghosts or {})
            self.later(start)
            try:
                self._explore()
            except Recut:
                continue
            break
        return Exploration(
            tuple(self._ends),
            tuple(self._refusals),
            self._reverted,
            self._steps,
            self._lines(),
            frozenset(self.reentered),
            frozenset(self.written),
        )

    def _explore(self) -> None:
        """Follow every path that waits, and those that they part into."""
        while self._waiting:
            path = self._waiting.take()
            if self._followed > self.limits.paths:
                self._refuse(path, Unsupported(f"more than {self.limits.paths} paths"))
                break
            self._follow(path)

    def look(self, path: Path) -> bool:
        """Follow a path that begins anywhere; whether nothing was refused. Raises Recut."""
        self.later(path)
        self._explore()
        return not self._refusals

    def cut(self, code: Account, head: int) -> str:
        """From now on, cut a loop at its head. Raises Recut if that can be; otherwise the reason
        why it cannot."""
        if (code, head) in self.cuts:
            return "it is cut already"
        try:
            self.cuts[code, head] = body_of(code.program, head, NEEDS)
        except NoBody as reason:
            return str(reason)
        raise Recut

    def _start(
        self, call: Call, block: Block, state: ChainState, assumptions: tuple[Bool, ...] | Facts
    ) -> Path:
        path = Path(self, call, block, state)
        path.facts = assumptions if isinstance(assumptions, Facts) else Facts(assumptions)
        path.order.facts = path.facts
        account = self.setting.accounts[call.target]
        before = state
        if call.value.op != CONST or call.value.data:
            path.assume(compare.le(call.value, state.balance(call.caller, path.facts)))
            target = const(account.address)
            path.state = state.transfer(call.caller, target, call.value, path.facts)
        path.frames.append(
            Frame(account, account, call.caller, call.value, call.data, call.static, before, None)
        )
        return path

    def later(self, path: Path) -> None:
        """Explore a path after this one."""
        if self._probing:
            raise Forked
        self._followed += 1
        self._waiting.put(path)

    def serial(self) -> int:
        """A number that was not given before."""
        return next(self._serial)

    def drops(self, path: Path) -> bool:
        """Whether the path need not be told of if it reverts now."""
        return len(path.frames) == 1 and not self._keep_reverts

    def _follow(self, path: Path) -> None:
        """Run a path to its end."""
        try:
            self._run(path)
        except Dead:
            pass
        except Unsupported as problem:
            if path.frames:
                frame = path.frame
                problem = problem.at(frame.code.name, frame.pc, frame.code.line(frame.pc))
            if path.parents is None or problem.inherent:
                self._refuse(path, problem)
            else:
                self._part(path, *path.parents)

    def _part(self, path: Path, one: Path, other: Path, common: int) -> None:
        """Go on with the two paths that a path was joined from, each by itself, where the joined
        one was when it came to something that is not supported."""
        since = path.facts.path[common:]
        for parent in (one, other):
            parent.alone = True
            alone = parent.fork()
            try:
                for condition in since:
                    alone.assume(alone.facts.rewrite(condition))
            except Dead:
                continue
            self.later(alone)

    def _refuse(self, path: Path, problem: Unsupported) -> None:
        self._refusals.append(Refusal(path.facts, problem, path.branches))

    def _run(self, path: Path) -> None:
        frames = path.frames
        while frames:
            frame = frames[-1]
            if self._waiting and frame.pc in frame.program.targets:
                joined = self._waiting.joined(path)
                if joined is None:
                    return
                if joined is not path:
                    path = joined
                    frames = path.frames
                    frame = frames[-1]
            self.step(path, frame)

    def step(self, path: Path, frame: Frame) -> None:
        """Run one instruction of the innermost frame of a path."""
        program, stack = frame.program, frame.stack
        self._steps += 1
        if self._steps > self.limits.steps:
            raise Unsupported(f"more than {self.limits.steps} instructions", inherent=True)
        opcode = program.code[frame.pc] if frame.pc < program.length else 0
        rule = RULES.get(opcode)
        try:
            if rule is None:
                raise Halt(f"undefined opcode {opcode:#04x}")
            if len(stack) < NEEDS[opcode]:
                raise Halt("stack underflow")
            if opcode in DECIDING:
                frame.undo = stack[:]
            rule(path, frame)
            if len(stack) > _STACK:
                raise Halt("stack overflow")
        except Halt as halt:
            self.finish(path, False, Data(), str(halt))

    def can_probe(self) -> bool:
        """Whether no probe is under way."""
        return not self._probing

    def probe(self, path: Path, pc: int, limit: int) -> Bool | None:
        """Run the innermost frame until it comes to the branch at `pc`, without hooks.

        Returns the branch's condition, its operands taken off the stack; None if the path forks,
        ends, fails, or takes more than `limit` instructions.
        """
        hooks, self.hooks, self._probing = self.hooks, NoHooks(), True
        depth = self._depth = len(path.frames)
        try:
            for _ in range(limit):
                frame = path.frame
                if frame.pc == pc and len(path.frames) == depth:
                    frame.stack.pop()
                    return path.facts.rewrite(words.truth(frame.stack.pop()))
                self.step(path, frame)
            return None
        except (Forked, Unsupported, Dead):
            return None
        finally:
            self.hooks, self._probing = hooks, False

    # Ends of frames

    def finish(self, path: Path, success: bool, output: Data, reason: str = "") -> None:
        """End the innermost frame of a path."""
        if self._probing and len(path.frames) == self._depth:
            raise Forked
        frame = path.frames.pop()
        if not success:
            path.state = frame.saved
        if not path.frames:
            self._end(path, success, output, reason)
            return
        assert frame.returns is not None
        self.answer(path, path.frame, success, output, frame.returns)

    def answer(self, path: Path, frame: Frame, success: bool, output: Data, back: Return) -> None:
        """Give a frame the result of a call that it made."""
        frame.returndata = output
        frame.stack.append(const(int(success)))
        if back.size.op != CONST or back.size.data:
            frame.memory.write(back.out, _filled(frame, output, back, path), path.order)

    def _end(self, path: Path, success: bool, output: Data, reason: str) -> None:
        if not success:
            self._reverted += 1
            if not self._keep_reverts:
                return
        facts = path.facts
        self._ends.append(
            EndState(
                success,
                facts,
                path.state.rewritten(facts),
                output.rewrite(facts),
                reason,
                path.flags,
                path.branches,
                path.obligations,
                tuple(path.loads),
                path.fresh,
                path.ghosts,
            )
        )

    def _lines(self) -> dict[tuple[str, int], str]:
        accounts = {account.name: account for account in self.setting.accounts.values()}
        branches: set[tuple[str, int]] = set()
        for taken in [end.branches for end in self._ends] + [r.branches for r in self._refusals]:
            branches.update((branch.contract, branch.pc) for branch in taken)
        return {(name, pc): accounts[name].line(pc) for name, pc in branches if name in accounts}

    # Storage

    def locate(self, account: Account, slot: Int, facts: Facts) -> tuple[Region, tuple[Int, ...]]:
        """The region and keys of a slot. Raises Unsupported if it cannot be attributed."""
        attribution = self._attributions.get(account.name)
        if attribution is None:
            attribution = Attribution(
                account.name, account.layout, self.hashes, self.setting.constants
            )
            self._attributions[account.name] = attribution
        if slot.op != CONST:
            slot = facts.rewrite(slot)
        region, keys = attribution.resolve(slot, facts)
        for field in region.fields:
            self.regions.setdefault(field.name, region)
        return region, keys

    def load(self, path: Path, account: Account, slot: Int) -> Int:
        """SLOAD."""
        region, keys = self.locate(account, slot, path.facts)
        word = path.state.storage.read(region, keys, path.facts)
        path.loads[region, keys] = None
        self.hooks.on_load(path, region, keys, word)
        return word

    def store(self, path: Path, account: Account, slot: Int, value: Int) -> None:
        """SSTORE."""
        region, keys = self.locate(account, slot, path.facts)
        self.wrote(path, region)
        old = path.state.storage.read(region, keys, path.facts)
        self.hooks.on_store(path, region, keys, old, value)
        for condition in typing_of(region, value):
            if not path.known(condition):
                path.obligations = (*path.obligations, path.facts.rewrite(condition))
        storage = path.state.storage.write(region, Point(keys, value))
        path.state = path.state.with_storage(storage)

    def wrote(self, path: Path, region: Region) -> None:
        """Note that the innermost frame of a path writes to a region."""
        writer = writer_of(path, path.frame, region)
        if writer is not None:
            self.written.add(writer)

    # Accounts

    def selfdestruct(self, path: Path, frame: Frame, beneficiary: Int) -> None:
        """SELFDESTRUCT of a contract that was there before the transaction."""
        target = slice_bits(beneficiary, 0, 160)
        if path.decide(compare.eq(target, frame.address)):
            self.finish(path, True, Data())
            return
        amount = path.state.balance(frame.address, path.facts)
        path.state = path.state.transfer(frame.address, target, amount, path.facts)
        self.finish(path, True, Data())


_SHORT_ROOM = 32
"""Bytes; a result in more room than this keeps its symbolic length when it may not fill it."""


def _filled(frame: Frame, output: Data, back: Return, path: Path) -> Data:
    """What the memory set aside for a result holds: the first bytes of it, and behind them, if it
    is too short, what was there."""
    order, size = path.order, back.size
    if order.at_most(output.length, size):
        if output.length.op == CONST or size.op != CONST or size.data > _SHORT_ROOM:
            return output
        # Where the result ends is not known: any bytes cover what it is and what was there.
        path.flag("a result shorter than its room in memory: any bytes")
        return Data([Literal(path.invent("short result", 8 * size.data), size.data)])
    if order.surely_at_most(size, output.length):
        return output.slice(const(0), size, order)
    fills = compare.le(size, output.length)
    enough, short = (Order(path.facts.assume(side)) for side in (fills, not_(fills)))
    rest = linear.subtract(size, output.length)
    there = frame.memory.read(linear.add(back.out, output.length), rest, short)
    return output.slice(const(0), size, enough).choose(fills, output + there)
