"""Proving the goals of a unit: each property on each end, from the invariants that are assumed.

A goal is tried with as few assumptions as it may need: by normal form alone, then from the
invariant itself, then from all invariants.  What a proof used is noted, so that it stands when an
invariant that it did not use turns out not to hold.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from harness.errors import HarnessError
from harness.judges.prove.cases import Case, cases_of, claim, query, spoken
from harness.judges.prove.endings import Ending, Ends, Executor, parameters
from harness.judges.prove.instances import Instances
from harness.judges.prove.models import trial_of
from harness.judges.prove.report import STRUCTURE, Failure, Goal, Proof, UnitReport, Why
from harness.judges.prove.units import Unit
from harness.property import Kind, Property
from harness.symbolic.explore import TooManyPaths
from harness.symbolic.machine import Unsupported
from harness.symbolic.solve import Counterexample, Limits, Proved, check
from harness.symbolic.terms import FALSE, TRUE, Bool, Int, not_, term_scope
from harness.symbolic.values import SymInt
from harness.symbolic.world import SymbolicWorld

__all__ = ["Prover", "speaks_of"]

_GAVE_UP = "more than"
"""How the machine's reasons begin where it stopped before it had followed every path."""

_GLANCE = Limits(seconds=1)
"""For what only saves work: an end that is not shown to be impossible is judged like any other."""

_LOOK = Limits(seconds=3)
"""For what only tells whether something happens; what is not seen to happen is never a proof."""

_TRIES = 6
"""Ends of a unit that are looked at to see whether it can succeed, or a property speak."""

_MANY = 60
"""Ends of a unit from which on its properties are not tried when its structure has failed."""

INVARIANTS = (Kind.INVARIANT, Kind.BOUND)


def speaks_of(each: Property, unit: Unit) -> bool:
    """Whether a unit has anything to do with a property, by its kind alone."""
    if each.kind in INVARIANTS:
        return True
    if each.kind is Kind.TRANSITION:
        return bool(unit.chain)
    if each.kind is Kind.RULE:
        contract, _, function = each.on.partition(".")
        return unit.contract == contract and function in ("", unit.called)
    return False


@dataclass
class _Effort:
    """What one unit has cost."""

    queries: int = 0


class Prover:
    """Proves goals unit by unit; each in a term scope of its own."""

    def __init__(self, executor: Executor, limits: Limits | None = None) -> None:
        self._executor = executor
        self._limits = limits or Limits(seconds=10)

    def unit(
        self,
        unit: Unit,
        goals: Sequence[Property],
        assumed: Sequence[Property],
        silent: frozenset[str],
    ) -> UnitReport:
        """The goals of a unit, and its structure.

        Args:
            goals: what to prove; what the unit has nothing to do with is passed over.
            assumed: the invariants that hold of every state before it.
            silent: properties of which it is to be found out whether they ever say anything.
        """
        started = time.monotonic()
        own = [each for each in goals if speaks_of(each, unit)]
        with term_scope():
            work = _Work(unit, assumed, silent, self._limits)
            try:
                ends = self._executor.run(unit)
                found = work.structure(ends)
                if isinstance(found[STRUCTURE], Failure) and len(ends.endings) > _MANY:
                    return UnitReport(unit.name, found, paths=len(ends.endings))
                work.properties(ends, [p for p in own if p.kind in INVARIANTS], found)
                calls = [p for p in own if p.kind not in INVARIANTS]
                if calls:
                    reverts = any(each.kind is Kind.RULE for each in calls)
                    if reverts or any(ending.interrupted for ending in ends.endings):
                        ends = self._executor.run(unit, reverts=reverts, quiet=True)
                    work.properties(ends, calls, found)
            except Unsupported as problem:
                failure = Failure(Why.UNSUPPORTED, f"{unit.name}: {problem}")
                return UnitReport(unit.name, {STRUCTURE: failure})
            return UnitReport(
                unit.name,
                found,
                work.feasible,
                frozenset(work.spoke),
                frozenset(each.id for each in assumed),
                silent,
                len(ends.endings),
                work.effort.queries,
                time.monotonic() - started,
            )


class _Work:
    """The goals of one unit, in its term scope."""

    def __init__(
        self,
        unit: Unit,
        assumed: Sequence[Property],
        silent: frozenset[str],
        limits: Limits,
    ) -> None:
        self.unit = unit
        self.effort = _Effort()
        self.feasible = False
        self.spoke: set[str] = set()
        self._impossible: dict[tuple[Bool, ...], bool] = {}
        self._tries: dict[str, int] = {}
        self._assumed = assumed
        self._silent = silent
        self._limits = limits

    def structure(self, ends: Ends) -> dict[str, Goal]:
        """Whether every path was followed and storage stays typed; and whether any succeeds."""
        result = self._refusals(ends)
        if isinstance(result, Failure) and len(ends.endings) > _MANY:
            return {STRUCTURE: result}
        tries = 0
        for ending in ends.endings:
            if ending.succeeded:
                instances = Instances(self._assumed, ending)
                result = _both(result, self._typing(ending, instances))
                tries += 1
                if not self.feasible and tries <= _TRIES:
                    self.feasible = self._happens(ending, instances, TRUE)
        return {STRUCTURE: result}

    def properties(self, ends: Ends, own: Sequence[Property], found: dict[str, Goal]) -> None:
        """Every goal of some properties; the first failure of each is what is told."""
        for each in own:
            found[each.id] = Proof()
        found[STRUCTURE] = _both(found[STRUCTURE], self._refusals(ends))
        for ending in ends.endings:
            instances = Instances(self._assumed, ending)
            for each in own:
                if isinstance(found[each.id], Proof):
                    proved = self._property(each, ending, instances)
                    found[each.id] = _both(found[each.id], proved)

    # The unit itself

    def _refusals(self, ends: Ends) -> Goal:
        """Every path that the machine could not follow must be shown never to be taken.

        Where a limit of the whole exploration was hit, other paths were not even begun.
        """
        for refusal in ends.refusals:
            if refusal.problem.reason.startswith(_GAVE_UP):
                return Failure(Why.UNSUPPORTED, f"{self.unit.name}: {refusal.problem}")
            answer = self._ask(refusal.path, FALSE, "refused")
            if not (isinstance(answer, Proved) and answer.confirmed_by):
                return Failure(Why.UNSUPPORTED, f"{self.unit.name}: {refusal.problem}")
        return Proof()

    def _typing(self, ending: Ending, instances: Instances) -> Goal:
        """What is stored must stay within its types, since the next call relies on that."""
        result: Goal = Proof()
        for condition in ending.obligations:
            goal = self._prove(condition, ending, instances, STRUCTURE, 0)
            if isinstance(goal, Failure):
                return Failure(
                    goal.why,
                    f"{self.unit.name}: a stored value may not fit its type: {goal.reason}",
                )
            result = _both(result, goal)
        return result

    # Properties

    def _property(self, each: Property, ending: Ending, instances: Instances) -> Goal:
        if not ending.succeeded and each.kind is not Kind.RULE:
            return Proof()
        try:
            return self._attempt(each, ending, instances)
        except Unsupported as problem:
            return Failure(Why.UNSUPPORTED, f"{self.unit.name}: {problem}")
        except TooManyPaths as problem:
            return Failure(Why.UNSUPPORTED, f"{self.unit.name}: property {each.id}: {problem}")
        except HarnessError as problem:
            return Failure(Why.UNSUPPORTED, f"property {each.id}: {problem.what}")

    def _attempt(self, each: Property, ending: Ending, instances: Instances) -> Goal:
        forall = tuple(parameters(each.forall))
        values = tuple(SymInt(symbol) for _, symbol in forall)
        symbols = tuple(symbol for _, symbol in forall)
        result: Goal = Proof()
        if each.kind in INVARIANTS:
            for position, middle in enumerate(ending.middles):
                cases = cases_of(each, (each.system(middle.found), *values))
                goal = self._prove(claim(cases), ending, instances, each.id, position, symbols)
                if isinstance(goal, Failure):
                    note = "; at a call to unknown code, which may call back"
                    return Failure(goal.why, f"{self.unit.name}: {goal.reason}{note}")
                result = _both(result, goal)
        args = self._arguments(each, ending, ending.before, ending.after)
        if args is None:
            return result
        cases = cases_of(each, (*args, *values))
        self._listen(each, cases, ending, instances)
        goal = self._prove(claim(cases), ending, instances, each.id, len(ending.middles), symbols)
        if isinstance(goal, Failure):
            return self._explained(each, goal, ending, forall)
        return _both(result, goal)

    def _arguments(
        self, each: Property, ending: Ending, before: SymbolicWorld, after: SymbolicWorld
    ) -> tuple[object, ...] | None:
        if each.kind in INVARIANTS:
            return (each.system(after),)
        if ending.call is None:
            return None
        return (each.system(before), ending.call, each.system(after))

    def _listen(
        self, each: Property, cases: Sequence[Case], ending: Ending, instances: Instances
    ) -> None:
        """Find out whether the property says anything on this end."""
        if each.id not in self._silent or each.id in self.spoke:
            return
        for condition in spoken(cases):
            tried = self._tries[each.id] = self._tries.get(each.id, 0) + 1
            if tried > _TRIES:
                return
            if self._happens(ending, instances, condition):
                self.spoke.add(each.id)
                return

    # Asking the solvers

    def _is_impossible(self, ending: Ending) -> bool:
        """Whether no state and no call at all lead to an end: two solvers agree on that."""
        known = self._impossible.get(ending.conditions)
        if known is None:
            answer = self._ask(ending.conditions, FALSE, "impossible", _GLANCE)
            known = isinstance(answer, Proved) and bool(answer.confirmed_by)
            self._impossible[ending.conditions] = known
        return known

    def _happens(self, ending: Ending, instances: Instances, condition: Bool) -> bool:
        """Whether an end was shown to be reachable from a state that satisfies the invariants."""
        if condition is FALSE:
            return False
        everything = instances.upto(len(ending.middles), ())
        assumptions = (
            *ending.conditions,
            condition,
            *everything.values(),
            *ending.ledger.facts(chains=True),
        )
        return isinstance(self._ask(assumptions, FALSE, "reachable", _LOOK), Counterexample)

    def _prove(
        self,
        goal: Bool,
        ending: Ending,
        instances: Instances,
        own: str,
        position: int,
        symbols: tuple[Int, ...] = (),
    ) -> Goal:
        """A goal from what holds at the start and after the first ``position`` unknown calls."""
        if goal is TRUE:
            return Proof()
        if own and goal is instances.at(own, symbols):
            return Proof(frozenset({own}))
        if self._is_impossible(ending):
            return Proof()
        answer: object = None
        for only, chains in ((own, False), (None, False), (None, True)):
            chosen = instances.upto(position, symbols, only)
            facts = ending.ledger.facts(chains=chains)
            assumptions = (*ending.conditions, *facts, *chosen.values())
            answer = self._ask(assumptions, goal, self.unit.name)
            if isinstance(answer, Proved) and answer.confirmed_by:
                return Proof(frozenset(pid for pid, _ in chosen))
        if isinstance(answer, Counterexample):
            return Failure(Why.INDUCTION, "", None) if not own else _Broken.of(answer, goal)
        if isinstance(answer, Proved):
            return Failure(Why.UNKNOWN, f"cvc5 does not confirm the proof: {answer.unconfirmed}")
        return Failure(Why.UNKNOWN, f"the solvers give no answer: {getattr(answer, 'reason', '')}")

    def _ask(
        self, assumptions: Sequence[Bool], goal: Bool, name: str, limits: Limits | None = None
    ) -> object:
        self.effort.queries += 1
        return check(query(name, assumptions, goal), limits or self._limits, confirm=True)

    def _explained(
        self,
        each: Property,
        goal: Failure,
        ending: Ending,
        forall: tuple[tuple[str, object], ...],
    ) -> Failure:
        if not isinstance(goal, _Broken) or goal.answer is None:
            return Failure(goal.why, f"{self.unit.name}: {goal.reason}")
        trial = trial_of(each, self.unit, ending, goal.answer.assignment, forall)
        return Failure(Why.INDUCTION, f"{self.unit.name}", trial)


@dataclass(frozen=True)
class _Broken(Failure):
    """A failure with the model that shows it."""

    answer: Counterexample | None = None

    @classmethod
    def of(cls, answer: Counterexample, goal: Bool) -> _Broken:
        return cls(Why.INDUCTION, f"{not_(goal)!r} is possible", None, answer)


def _both(one: Goal, other: Goal) -> Goal:
    """Two goals as one: the first failure of them."""
    if isinstance(one, Failure):
        return one
    return other if isinstance(other, Failure) else one & other
