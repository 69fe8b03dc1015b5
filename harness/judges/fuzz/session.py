"""One fuzzing session: a world, its oracle and its properties, driven step by step.

The session knows nothing of Hypothesis; the machine that draws the steps lives in ``machine``.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from harness.chain.deployment import deploy_world
from harness.chain.world import Executed, Mark, Outcome
from harness.compiled import CompiledSystem
from harness.errors import InternalError, UsageError
from harness.judges.evaluate import Checker, PropertyFault, Scope, Violation, check_rule, raised
from harness.judges.fuzz.lessons import Lessons
from harness.judges.fuzz.pools import Pool
from harness.judges.oracle import Oracle, disagreement
from harness.property import Kind, Property
from harness.step import CallStep, Step

__all__ = ["Counts", "Session"]


_NO_SCOPE = Scope((), ())


@dataclass
class Counts:
    """What a session did: steps, transactions, how many of them reverted, and which succeeded.

    ``calls`` and ``successes`` are by ``contract.function``.
    """

    cases: int = 0
    steps: int = 0
    transactions: int = 0
    reverted: int = 0
    calls: Counter[str] = field(default_factory=Counter)
    successes: Counter[str] = field(default_factory=Counter)


class Session:
    """A world with everything that watches it.

    ``properties`` are judged; a faulty one is taken out and kept in ``faults``.
    """

    def __init__(
        self,
        compiled: CompiledSystem,
        properties: tuple[Property, ...],
        *,
        translate: bool = True,
    ) -> None:
        self.compiled = compiled
        self.world = deploy_world(compiled, translate=translate)
        self.counts = Counts()
        self.faults: dict[str, PropertyFault] = {}
        self.violations: list[Violation] = []
        self.steps: list[Step] = []
        self.lessons = Lessons()
        self.found: tuple[tuple[Step, ...], list[Violation]] = ((), [])
        """The steps and violations of the last case that broke anything."""
        self.deadline: float | None = None
        """Monotonic time after which steps are no longer made."""
        self.counting = True
        """Off while a witness is minimised: those calls are no evidence for other properties."""
        self.reported = False
        """Whether the violations of this case were raised already."""
        self.on_begin: Callable[[], None] = lambda: None
        self.checker = Checker(())
        self.oracles: list[tuple[Property, Oracle]] = []
        self._known: dict[str, Oracle] = {}
        self._base: Mark | None = None
        self._silent: set[str] = set()
        self._pool = Pool(self.world)
        self.pool = self._pool.copy()
        self._number = 0
        self._scope = _NO_SCOPE
        self.judge(properties)
        self._base = self.world.mark()
        self.world.observers.append(self._observe)

    def judge(self, properties: tuple[Property, ...]) -> None:
        """Choose what is judged from now on."""
        self.oracles = []
        spoke, evaluated = self.checker.spoke, self.checker.evaluated
        self.checker = Checker([p for p in properties if p.id not in self.faults], spoke, evaluated)
        for each in self.checker.properties:
            if each.kind is Kind.RULE:
                try:
                    check_rule(each, self.compiled)
                except PropertyFault as fault:
                    self._fault(each, fault)
            elif each.kind is Kind.REFINEMENT:
                oracle = self._known.get(each.id) or self._oracle(each)
                if oracle is not None:
                    self._known[each.id] = oracle
                    self.oracles.append((each, oracle))

    def _oracle(self, each: Property) -> Oracle | None:
        if self._base is not None:
            self.world.restore(self._base)
        try:
            oracle = Oracle(self.world, each.body(each.system(self.world)))
            differences = oracle.begin()
        except InternalError:
            raise
        except Exception as wrong:  # noqa: BLE001  (whatever an author's code raises is its fault)
            self._fault(each, raised(each, wrong))
            return None
        if differences:
            self.violations.append(disagreement(each, differences, None))
        return oracle

    def _fault(self, each: Property, fault: PropertyFault) -> None:
        self.faults[each.id] = fault
        kept = [p for p in self.checker.properties if p.id != each.id]
        self.oracles = [(p, oracle) for p, oracle in self.oracles if p.id != each.id]
        self.checker = Checker(kept, self.checker.spoke, self.checker.evaluated)

    def begin(self) -> None:
        """Start a case: the system as it was right after deployment."""
        assert self._base is not None
        self.world.restore(self._base)
        self.pool = self._pool.copy()
        self.steps = []
        self.violations = []
        self.reported = False
        self._silent = set()
        if self.counting:
            self.counts.cases += 1
            self.on_begin()
        for _, oracle in self.oracles:
            oracle.restart()

    def check_start(self) -> list[Violation]:
        """The properties that do not hold right after deployment."""
        return [*self.violations, *self._guarded_state()]

    def do(self, step: Step) -> Outcome:
        """Make a step; ``violations`` then has what it broke."""
        self.steps.append(step)
        self._number = 0
        self._scope = _NO_SCOPE
        outcome = self.world.run(step)
        if self.counting and isinstance(step, CallStep):
            self.lessons.learn(step, outcome.succeeded)
        self.counts.steps += self.counting
        if outcome.changed:
            self.violations += self._guarded_state(self._scope)
        if self.violations:
            self.found = (tuple(self.steps), list(self.violations))
        return outcome

    def is_over(self) -> bool:
        """Whether the time is up."""
        return self.deadline is not None and time.monotonic() > self.deadline

    def _observe(self, executed: Executed) -> None:
        number, self._number = self._number, self._number + 1
        if self.counting:
            self._count(executed)
        self.pool.follow(executed)
        for each, oracle in self.oracles:
            if each.id in self._silent:
                continue
            try:
                differences = oracle.follow(executed)
            except InternalError:
                raise
            except Exception as wrong:  # noqa: BLE001  (as above)
                self._fault(each, raised(each, wrong))
                continue
            self.checker.evaluated[each.id] = self.checker.evaluated.get(each.id, 0) + 1
            self.checker.spoke[each.id] = self.checker.spoke.get(each.id, 0) + 1
            if differences:
                # The two have parted: what the specification says of later calls means nothing.
                self._silent.add(each.id)
                self.violations.append(disagreement(each, differences, number))
        try:
            touched = Scope.touched(self.world, executed)
            self._scope = self._scope | touched
            self.violations += self.checker.call(self.world, executed, number, touched)
        except PropertyFault as fault:
            self._blame(fault)

    def _count(self, executed: Executed) -> None:
        self.counts.transactions += 1
        name = f"{executed.contract}.{executed.function}" if executed.contract else "plain ether"
        self.counts.calls[name] += 1
        if executed.succeeded:
            self.counts.successes[name] += 1
        else:
            self.counts.reverted += 1

    def finish(self) -> list[Violation]:
        """Check once more what must hold in the state that a case ended in, for all values.

        In between, a property for all values was tried only with those that a step concerned.
        """
        if not self.violations and self.steps:
            self.violations += self._guarded_state()
            if self.violations:
                self.found = (tuple(self.steps), list(self.violations))
        return self.violations

    def _guarded_state(self, scope: Scope | None = None) -> list[Violation]:
        while True:
            try:
                return self.checker.state(self.world, scope)
            except PropertyFault as fault:
                self._blame(fault)

    def _blame(self, fault: PropertyFault) -> None:
        for each in self.checker.properties:
            if each.id == fault.property_id:
                self._fault(each, fault)
                return
        raise fault

    def attempt(self, steps: tuple[Step, ...]) -> list[Violation]:
        """What a sequence of steps from deployment breaks, up to the first step that breaks any.

        A step that cannot be made at all (a message that was never sent) is passed over.
        """
        self.begin()
        for step in steps:
            try:
                self.do(step)
            except UsageError:
                continue
            if self.violations:
                return self.violations
        return self.finish()

    def sends(self, steps: tuple[Step, ...]) -> list[list[tuple[str, int]]]:
        """Which messages (channel, number) each of some steps sends, run from deployment."""
        self.begin()
        channels = [c for t in self.compiled.system.transports for c in t.channels]
        sent: list[list[tuple[str, int]]] = []
        for step in steps:
            before = {c: len(self.world.messages(c)) for c in channels}
            with suppress(UsageError):
                self.do(step)
            sent.append(
                [(c, n) for c in channels for n in range(before[c], len(self.world.messages(c)))]
            )
        return sent
