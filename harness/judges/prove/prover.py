"""Proving the goals of a unit: each property on each end, from what is assumed.

A goal is tried with as few assumptions as it may need.  What a proof used is noted, so that it
stands when an invariant that it did not use turns out not to hold.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from harness.errors import HarnessError
from harness.judges.prove.assumed import Assumed, stable
from harness.judges.prove.attempts import Asked, Attempts, Broken
from harness.judges.prove.cases import Case, spoken
from harness.judges.prove.endings import Ending, Ends, Executor, parameters
from harness.judges.prove.evaluations import Evaluations, Said
from harness.judges.prove.footprint import Footprint
from harness.judges.prove.grounded import Grounded
from harness.judges.prove.instances import Instances
from harness.judges.prove.models import plain_values, trial_of
from harness.judges.prove.refine import Refinements, Unfollowed
from harness.judges.prove.replayed import Replayer
from harness.judges.prove.report import (
    STRUCTURE,
    Failure,
    Goal,
    Proof,
    Replays,
    UnitReport,
    Why,
)
from harness.judges.prove.stable import NoCall
from harness.judges.prove.units import INVARIANTS, PROVABLE, Unit, speaks_of
from harness.property import Kind, Property
from harness.symbolic.explore import TooManyPaths
from harness.symbolic.machine import Unsupported
from harness.symbolic.solve import Context, Limits
from harness.symbolic.terms import TRUE, Bool, Int, term_scope
from harness.symbolic.values import SymInt

__all__ = ["INVARIANTS", "PROVABLE", "Prover", "speaks_of"]

_GAVE_UP = "more than"
"""How the machine's reasons begin where it stopped before it had followed every path."""

_TRIES = 6
"""Ends of a unit of which it may stay open whether they are reachable, in the search for one by
which it succeeds or a property says something."""

_MANY = 60
"""Ends of a unit from which on its properties are not tried when its structure has failed."""

_MIDWAY = "; at a call to unknown code, which may call back"


class Prover:
    """Proves goals unit by unit; each in a term scope of its own."""

    def __init__(
        self,
        executor: Executor,
        footprints: Mapping[str, Footprint],
        limits: Limits | None = None,
        asked: Asked | None = None,
        grounded: Grounded | None = None,
        refinements: Refinements | None = None,
        replayer: Replayer | None = None,
    ) -> None:
        self._executor = executor
        self._grounded = grounded
        self._refinements = refinements
        self._replayer = replayer
        self._replays: dict[tuple[str, frozenset[str]], Replays] = {}
        self._footprints = footprints
        self._limits = limits or Limits(seconds=10)
        self._asked = asked

    def unit(
        self,
        unit: Unit,
        goals: Sequence[Property],
        assumed: Assumed,
        silent: frozenset[str] = frozenset(),
        kept: Sequence[Property] = (),
        also: frozenset[str] = frozenset(),
    ) -> UnitReport:
        """The goals of a unit, and its structure.

        None of them, if it turns out that others than ``also`` make the call as well.

        Args:
            goals: what to prove; what the unit has nothing to do with is passed over.
            assumed: what holds of every state before it.
            silent: properties of which it is to be found out whether they ever say anything.
            kept: transitions of which to prove that they are stable: the unit keeps them, even if
                unknown code calls back meanwhile.
            also: contracts that may make the call, besides whoever else may.
        """
        started = time.monotonic()
        own = [each for each in goals if speaks_of(each, unit)]
        with term_scope():
            attempts = Attempts(unit.name, self._limits, self._asked)
            work = _Work(unit, assumed, silent, attempts, self._footprints, self._grounded)
            report = UnitReport(unit.name, assumed=assumed.names, listened=silent, also=also)
            try:
                report = self._begin(work, own, kept, report)
            except Unsupported as problem:
                failure = Failure(Why.UNSUPPORTED, f"{unit.name}: {problem}")
                return UnitReport(unit.name, {STRUCTURE: failure}, also=also)
            return replace(report, queries=attempts.queries, seconds=time.monotonic() - started)

    def _begin(
        self, work: _Work, own: Sequence[Property], kept: Sequence[Property], report: UnitReport
    ) -> UnitReport:
        """Follow a unit, and go on to its goals if it was followed rightly."""
        unit, also = work.unit, report.also
        reverting = self._replays_reverts(unit, also)
        ends = self._executor.run(unit, reverts=reverting, also=also)
        report = replace(report, reentered=ends.reentered)
        if {caller for caller, called in ends.reentered if called == unit.contract} - also:
            return report
        replays = self._made(ends, also)
        report = replace(report, replays=replays)
        if replays.difference:
            return replace(report, goals={STRUCTURE: _disagrees(replays)})
        found = work.structure(ends)
        if isinstance(found[STRUCTURE], Failure) and _successes(ends) > _MANY:
            return replace(report, goals=found, paths=len(ends.endings))
        work.properties(ends, [p for p in own if p.kind in INVARIANTS], found)
        work.stable(ends, kept, found)
        return self._of_the_call(work, own, ends, found, reverting, report)

    def _of_the_call(
        self,
        work: _Work,
        own: Sequence[Property],
        ends: Ends,
        found: dict[str, Goal],
        reverting: bool,
        report: UnitReport,
    ) -> UnitReport:
        """The goals that speak of the call itself, in which unknown code does not call back."""
        calls = [p for p in own if p.kind not in (*INVARIANTS, Kind.REFINEMENT)]
        refined = [p for p in own if p.kind is Kind.REFINEMENT]
        reverts = bool(refined) or any(each.kind is Kind.RULE for each in calls)
        interrupted = any(ending.interrupted for ending in ends.endings)
        reentered = ends.reentered
        if (calls or refined) and (interrupted or (reverts and not reverting)):
            ends = self._executor.run(work.unit, reverts=reverts, quiet=True, also=report.also)
            reentered |= ends.reentered
        if calls:
            work.properties(ends, calls, found)
        if refined and self._refinements is not None:
            work.refinements(ends, refined, self._refinements, found)
        return replace(
            report,
            goals=found,
            feasible=work.feasible,
            spoke=frozenset(work.spoke),
            reentered=reentered,
            written=ends.written,
            paths=len(ends.endings),
        )

    def _replays_reverts(self, unit: Unit, also: frozenset[str]) -> bool:
        """Whether the reverting paths of a unit are to be made on py-evm, too: those of a function,
        which could be taken for reverting by mistake."""
        known = (unit.name, also) in self._replays
        return self._replayer is not None and unit.function is not None and not known

    def _made(self, ends: Ends, also: frozenset[str]) -> Replays:
        """The paths of a unit made on py-evm, once."""
        key = (ends.unit.name, also)
        if self._replayer is not None and key not in self._replays:
            self._replays[key] = self._replayer.replay(ends.unit.name, ends.endings)
        return self._replays.get(key, Replays())


def _successes(ends: Ends) -> int:
    return sum(ending.succeeded for ending in ends.endings)


def _disagrees(replays: Replays) -> Failure:
    return Failure(Why.EXECUTOR, f"the executor and py-evm disagree: {replays.difference}")


class _Work:
    """The goals of one unit, in its term scope."""

    def __init__(
        self,
        unit: Unit,
        assumed: Assumed,
        silent: frozenset[str],
        attempts: Attempts,
        footprints: Mapping[str, Footprint],
        grounded: Grounded | None = None,
    ) -> None:
        self.unit = unit
        self.attempts = attempts
        self.feasible = False
        self.spoke: set[str] = set()
        self._tries: dict[str, int] = {}
        self._assumed = assumed
        self._silent = silent
        self._footprints = footprints
        self._grounded = grounded
        self._deployed = Context()
        self._instances: dict[int, tuple[Ending, Instances]] = {}
        self._evaluations = Evaluations()

    def _known(self, ending: Ending) -> Instances:
        """What is assumed of an end; the end is kept, so that its number stays its own."""
        found = self._instances.get(id(ending))
        if found is None:
            made = Instances(self._assumed, ending, self._footprints, self._evaluations)
            found = self._instances[id(ending)] = (ending, made)
        return found[1]

    def structure(self, ends: Ends) -> dict[str, Goal]:
        """Whether every path was followed and storage stays typed; and whether any succeeds."""
        result = self._refusals(ends)
        if isinstance(result, Failure) and _successes(ends) > _MANY:
            return {STRUCTURE: result}
        tries = 0
        for ending in ends.endings:
            if ending.succeeded:
                result = _both(result, self._typing(ending))
                if not self.feasible and tries < _TRIES:
                    happens = self.attempts.happens(ending, self._known(ending), TRUE)
                    self.feasible = bool(happens)
                    tries += happens is None
        return {STRUCTURE: result}

    def properties(self, ends: Ends, own: Sequence[Property], found: dict[str, Goal]) -> None:
        """Every goal of some properties; the first failure of each is what is told."""
        for each in own:
            found[each.id] = Proof()
        found[STRUCTURE] = _both(found[STRUCTURE], self._refusals(ends))
        for ending in ends.endings:
            for each in own:
                if isinstance(found[each.id], Proof):
                    proved = self._property(each, ending)
                    found[each.id] = _both(found[each.id], proved)

    def stable(self, ends: Ends, kept: Sequence[Property], found: dict[str, Goal]) -> None:
        """Whether transitions that ignore the call hold around the unit, whoever calls back."""
        for each in kept:
            goal: Goal = Proof()
            for ending in ends.endings:
                if ending.succeeded and isinstance(goal, Proof):
                    kept_here = self._guarded(each, partial(self._keeps, each, ending))
                    goal = _both(goal, kept_here)
            found[stable(each.id)] = goal

    def refinements(
        self, ends: Ends, own: Sequence[Property], by: Refinements, found: dict[str, Goal]
    ) -> None:
        """Whether the unit ends, also where it reverts, as specifications say."""
        found[STRUCTURE] = _both(found[STRUCTURE], self._refusals(ends))
        for each in own:
            goal: Goal = Proof()
            for ending in ends.endings:
                if isinstance(goal, Proof):
                    goal = _both(goal, self._refines(each, ending, by))
            found[each.id] = goal
            if self.feasible:
                self.spoke.add(each.id)

    def _refines(self, each: Property, ending: Ending, by: Refinements) -> Goal:
        """Whether one end is as a specification says, on every path of the latter."""
        result: Goal = Proof()
        known, last = self._known(ending), len(ending.middles)
        try:
            agreements = by.agreements(each, self.unit, ending)
        except Unfollowed as problem:
            return Failure(Why.UNFOLLOWED, f"{self.unit.name}: {problem}")
        for agreement in agreements:
            goal = self.attempts.prove(agreement.claim, ending, known, each.id, last, at_rest=True)
            if isinstance(goal, Broken) and goal.answer is not None:
                model = goal.answer
                if self._grounded is not None and goal.asked is not None:
                    model = self._grounded.call(goal.asked, self._deployed) or model
                trial = trial_of(each, self.unit, ending, model.assignment, ())
                shown = agreement.shown(plain_values(model.assignment))
                return Failure(Why.INDUCTION, f"{self.unit.name}", replace(trial, readings=shown))
            if isinstance(goal, Failure):
                return Failure(goal.why, f"{self.unit.name}: {agreement}: {goal.reason}")
            result = _both(result, goal)
        return result

    # The unit itself

    def _refusals(self, ends: Ends) -> Goal:
        """Every path that the machine could not follow must be shown never to be taken.

        Where a limit of the whole exploration was hit, other paths were not even begun.
        """
        for refusal in ends.refusals:
            gave_up = refusal.problem.reason.startswith(_GAVE_UP)
            if gave_up or not self.attempts.excludes(refusal.path, f"{self.unit.name}: refused"):
                return Failure(Why.UNSUPPORTED, f"{self.unit.name}: {refusal.problem}")
        return Proof()

    def _typing(self, ending: Ending) -> Goal:
        """What is stored must stay within its types, since the next call relies on that."""
        result: Goal = Proof()
        for condition in ending.obligations:
            goal = self.attempts.prove(condition, ending, self._known(ending), STRUCTURE, 0)
            if isinstance(goal, Failure):
                return Failure(
                    goal.why,
                    f"{self.unit.name}: a stored value may not fit its type: {goal.reason}",
                )
            result = _both(result, goal)
        return result

    # Properties

    def _property(self, each: Property, ending: Ending) -> Goal:
        if not ending.succeeded and each.kind is not Kind.RULE:
            return Proof()
        return self._guarded(each, lambda: self._attempt(each, ending))

    def _guarded(self, each: Property, attempt: Callable[[], Goal]) -> Goal:
        """What comes of a goal; what cannot be said on terms is a failure with its reason."""
        try:
            return attempt()
        except Unsupported as problem:
            return Failure(Why.UNSUPPORTED, f"{self.unit.name}: {problem}")
        except TooManyPaths as problem:
            return Failure(Why.UNSUPPORTED, f"{self.unit.name}: property {each.id}: {problem}")
        except HarnessError as problem:
            return Failure(Why.UNSUPPORTED, f"property {each.id}: {problem.what}")

    def _attempt(self, each: Property, ending: Ending) -> Goal:
        forall = tuple(parameters(each.forall))
        values = tuple(SymInt(symbol) for _, symbol in forall)
        symbols = tuple(symbol for _, symbol in forall)
        result: Goal = Proof()
        if each.kind in INVARIANTS and not each.at_rest:
            for position, middle in enumerate(ending.middles):
                found = self._evaluations.of(each, (middle.found,), values)
                goal = self._prove(each, found.claim, ending, position, symbols)
                if isinstance(goal, Failure):
                    reason = f"{self.unit.name}: {goal.reason}{_MIDWAY}"
                    return Failure(goal.why, reason)
                result = _both(result, goal)
        said = self._said(each, ending, values)
        if said is None:
            return result
        self._listen(each, said.cases, ending)
        goal = self._prove(each, said.claim, ending, len(ending.middles), symbols)
        if isinstance(goal, Failure):
            return self._explained(each, goal, ending, forall)
        return _both(result, goal)

    def _keeps(self, each: Property, ending: Ending) -> Goal:
        """Whether a transition that ignores the call holds around one end, from any state in which
        somebody may call."""
        symbols = tuple(symbol for _, symbol in parameters(each.forall))
        worlds = ending.before, ending.completed
        said = self._evaluations.of(each, worlds, tuple(map(SymInt, symbols)), NoCall())
        known, last = self._known(ending), len(ending.middles)
        goal = self.attempts.prove(said.claim, ending, known, stable(each.id), last, symbols)
        return goal if isinstance(goal, Proof) else Failure(goal.why, goal.reason)

    def _prove(
        self, each: Property, goal: Bool, ending: Ending, position: int, symbols: tuple[Int, ...]
    ) -> Goal:
        """A goal of a property.  An ordinary invariant must follow from such invariants alone,
        since calls begin in the middle of others, too; what is said of a call is said of one that
        begins at rest."""
        at_rest = each.at_rest or each.kind not in INVARIANTS
        known = self._known(ending)
        return self.attempts.prove(goal, ending, known, each.id, position, symbols, at_rest=at_rest)

    def _said(self, each: Property, ending: Ending, values: tuple[SymInt, ...]) -> Said | None:
        """What a property says at an end; None of what is no call that it could speak of."""
        if each.kind in INVARIANTS:
            return self._evaluations.of(each, (ending.after,), values)
        if ending.call is None:
            return None
        worlds = ending.before, ending.completed
        return self._evaluations.of(each, worlds, values, ending.call)

    def _listen(self, each: Property, cases: Sequence[Case], ending: Ending) -> None:
        """Find out whether the property says anything on this end."""
        if each.id not in self._silent or each.id in self.spoke:
            return
        for condition in spoken(cases):
            if self._tries.get(each.id, 0) == _TRIES:
                return
            happens = self.attempts.happens(ending, self._known(ending), condition)
            if happens:
                self.spoke.add(each.id)
                return
            self._tries[each.id] = self._tries.get(each.id, 0) + (happens is None)

    def _explained(
        self,
        each: Property,
        goal: Failure,
        ending: Ending,
        forall: tuple[tuple[str, object], ...],
    ) -> Failure:
        if not isinstance(goal, Broken) or goal.answer is None:
            return Failure(goal.why, f"{self.unit.name}: {goal.reason}")
        model = goal.answer
        if self._grounded is not None and goal.asked is not None:
            model = self._grounded.call(goal.asked, self._deployed) or model
        trial = trial_of(each, self.unit, ending, model.assignment, forall)
        return Failure(Why.INDUCTION, f"{self.unit.name}", trial)


def _both(one: Goal, other: Goal) -> Goal:
    """Two goals as one: the first failure of them."""
    if isinstance(one, Failure):
        return one
    return other if isinstance(other, Failure) else one & other
