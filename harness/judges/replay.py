"""Running a sequence of steps again: did the property fail, after which step, and what happened?

    >>> first_violation(deploy_world(compiled), [prop], witness.steps)     # cheap: yes or no
    Found(step=2, violation=...)
    >>> replay(compiled, [prop], witness).steps[0].calls[0].changes        # all that a reader wants
    (Change(name='vault.deposits[alice]', before=0, after=5),)

The first is what a minimiser may call thousands of times; the second narrates.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from harness.address import Address
from harness.chain.deployment import deploy_world
from harness.chain.narrative import Narrator, ReplayedStep
from harness.chain.world import ConcreteWorld, Executed, Outcome
from harness.compiled import CompiledSystem
from harness.errors import HarnessError, InternalError, UsageError
from harness.judges.evaluate import Checker, PropertyFault, Scope, Violation, raised
from harness.judges.oracle import Difference, Oracle, disagreement
from harness.property import Kind, Property
from harness.step import CallStep, ClockStep, RelayStep, Step
from harness.witness import Witness

__all__ = [
    "Found",
    "Replay",
    "StepProblem",
    "differences",
    "first_violation",
    "relocated",
    "replay",
]


class StepProblem(UsageError):
    """A step that cannot be done: it names what the system does not have."""


@dataclass(frozen=True, slots=True)
class Found:
    """A violation, and the number of the step after which it was seen; 0 is the deployment."""

    step: int
    violation: Violation


@dataclass(frozen=True)
class Replay:
    """What happened when steps were run again, up to the first violation."""

    compiled: CompiledSystem
    steps: tuple[ReplayedStep, ...]
    found: Found | None
    given: int
    """How many steps there were; fewer were run where the violation came earlier."""


def first_violation(
    world: ConcreteWorld,
    properties: Sequence[Property],
    steps: Sequence[Step],
    *,
    observe: Callable[[Executed], None] | None = None,
    after: Callable[[int, Outcome], None] | None = None,
) -> Found | None:
    """Do steps until one of the properties does not hold; ``None`` if all hold to the end.

    Args:
        world: freshly deployed, or restored to a mark; it is left as the steps leave it.  A
            refinement can be checked only from the state after deployment.
        properties: what to check after every step, and around every transaction.
        steps: what to do.
        observe: called for every transaction, right after it.
        after: called after every step with its number, from 1, and its outcome.

    Raises:
        StepProblem: a step cannot be done in this system.
        PropertyFault: a property is wrong itself.
    """
    watch = _Watch(world, properties)

    def on_transaction(executed: Executed) -> None:
        if observe is not None:
            observe(executed)
        watch.transaction(executed)

    broken = watch.start()
    if broken is not None:
        return Found(0, broken)
    world.observers.append(on_transaction)
    try:
        for number, step in enumerate(steps, start=1):
            watch.made = 0
            outcome = _do(world, number, step)
            if after is not None:
                after(number, outcome)
            broken = watch.state()
            if broken is not None:
                return Found(number, broken)
    finally:
        world.observers.remove(on_transaction)
    return None


class _Watch:
    """Checks properties, and follows with the specification where one asks for that."""

    def __init__(self, world: ConcreteWorld, properties: Sequence[Property]) -> None:
        self.made = 0
        self._world = world
        self._checker = Checker(properties)
        self._oracles = [(p, _oracle(world, p)) for p in properties if p.kind is Kind.REFINEMENT]
        self._broken: Violation | None = None
        self._concerned = Scope((), ())
        """Whom and what the transactions so far concerned, strangers to the system included."""

    def start(self) -> Violation | None:
        """The violation right after deployment."""
        for each, oracle in self._oracles:
            with _blaming(each):
                differences = oracle.begin()
            self._differs(each, differences, None)
        return self.state()

    def transaction(self, executed: Executed) -> None:
        """Check a transaction, right after it."""
        self._concerned |= Scope.touched(self._world, executed)
        if self._broken is None:
            self._note(self._checker.call(self._world, executed, self.made, self._scope()))
        for each, oracle in self._oracles:
            if self._broken is None:
                with _blaming(each):
                    differences = oracle.follow(executed)
                self._differs(each, differences, self.made)
        self.made += 1

    def state(self) -> Violation | None:
        """The first violation so far, that of the present state included."""
        if self._broken is None:
            self._note(self._checker.state(self._world, self._scope()))
        return self._broken

    def _scope(self) -> Scope:
        return Scope.whole(self._world) | self._concerned

    def _note(self, violations: Sequence[Violation]) -> None:
        if violations:
            self._broken = violations[0]

    def _differs(self, each: Property, found: list[Difference], transaction: int | None) -> None:
        if found and self._broken is None:
            self._broken = disagreement(each, found, transaction)


def _oracle(world: ConcreteWorld, each: Property) -> Oracle:
    with _blaming(each):
        return Oracle(world, each.body(each.system(world)))


@contextmanager
def _blaming(each: Property) -> Iterator[None]:
    """Whatever a specification raises is the fault of the property that asks for it."""
    try:
        yield
    except InternalError:
        raise
    except Exception as wrong:
        raise raised(each, wrong) from wrong


def _do(world: ConcreteWorld, number: int, step: Step) -> Outcome:
    try:
        return world.run(step)
    except PropertyFault:
        raise
    except UsageError as wrong:
        raise StepProblem(
            f"step {number} cannot be done: {wrong.what}", where=wrong.where, fix=wrong.fix
        ) from wrong


def replay(
    compiled: CompiledSystem,
    properties: Sequence[Property],
    steps: Witness | Sequence[Step],
    *,
    world: ConcreteWorld | None = None,
) -> Replay:
    """Do steps again and tell all that happens, up to the first violation.

    Args:
        compiled: the system.
        properties: what to check.
        steps: the steps, or a witness; its addresses are translated to those of now.
        world: where to run them; a fresh deployment by default.

    Raises:
        StepProblem: a step does not fit the system.
    """
    if isinstance(steps, Witness):
        steps = relocated(steps, compiled)
    for number, step in enumerate(steps, start=1):
        _check(compiled, number, step)
    narrator = Narrator(world or deploy_world(compiled, translate=False))
    found = first_violation(
        narrator.world, properties, steps, observe=narrator.observe, after=narrator.after
    )
    return Replay(compiled, tuple(narrator.steps), found, len(steps))


def relocated(witness: Witness, compiled: CompiledSystem) -> tuple[Step, ...]:
    """A witness's steps with the addresses that its accounts had replaced by those of now."""
    moves = {
        old: int(compiled.names.address(name))
        for name, old in witness.accounts.items()
        if name in compiled.names and int(compiled.names.address(name)) != old
    }
    if not moves:
        return witness.steps
    return tuple(
        replace(step, args=_moved(step.args, moves)) if isinstance(step, CallStep) else step
        for step in witness.steps
    )


def _moved(value: Any, moves: Mapping[int, int]) -> Any:
    if isinstance(value, tuple):
        return tuple(_moved(each, moves) for each in value)
    if isinstance(value, bytes):
        for old, new in moves.items():
            value = value.replace(old.to_bytes(20, "big"), new.to_bytes(20, "big"))
        return value
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return moves.get(value, value) if is_number else value


def differences(witness: Witness, compiled: CompiledSystem, code: str) -> list[str]:
    """What is not as it was when the witness was made, each in one sentence.

    ``code`` is the hash of the contracts as they are now.
    """
    found = []
    if witness.code != code:
        found.append("the contracts' code has changed since the witness was made")
    gone = [name for name in witness.accounts if name not in compiled.names]
    if gone:
        found.append(f"these accounts are gone: {', '.join(gone)}")
    for name, (block, time) in witness.clocks.items():
        decl = compiled.chains.get(name)
        if decl is None:
            found.append(f"chain {name} is gone")
        elif (decl.block, decl.time) != (block, time):
            found.append(
                f"{name} now starts at block {decl.block} and time {decl.time}, "
                f"then at block {block} and time {time}"
            )
    return found


def _check(compiled: CompiledSystem, number: int, step: Step) -> None:
    """Refuse a step that names or passes what the system does not have, before any is run."""
    try:
        _account(compiled, step)
        if isinstance(step, CallStep):
            _check_call(compiled, step)
        elif isinstance(step, RelayStep):
            channels = [c for t in compiled.system.transports for c in t.channels]
            if step.channel not in channels:
                raise UsageError(f"no channel named {step.channel!r}", where=compiled.name)
        elif not _natural(step.blocks) or not _natural(step.lag):
            raise UsageError(f"time cannot pass like this: {step}")
    except HarnessError as wrong:
        raise StepProblem(
            f"step {number} does not fit the system: {wrong.what}",
            where=wrong.where,
            fix=wrong.fix,
        ) from wrong


def _account(compiled: CompiledSystem, step: Step) -> None:
    if isinstance(step, ClockStep):
        return
    sender = step.sender
    if not isinstance(sender, str):
        raise UsageError(f"{sender!r} is no account")
    if not sender.startswith("0x"):
        compiled.address(sender)
        return
    try:
        Address(int(sender, 16))
    except ValueError:
        raise UsageError(f"{sender!r} is no address") from None


def _check_call(compiled: CompiledSystem, step: CallStep) -> None:
    abi = compiled.abi(step.contract)
    if not _natural(step.value) or step.value >= 1 << 256:
        raise UsageError(f"{step.value!r} is no amount of wei")
    if step.function:
        abi.function(step.function).encode_call(*step.args)
    elif step.args:
        raise UsageError(f"a plain transfer takes no arguments: {step.args!r}")


def _natural(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
