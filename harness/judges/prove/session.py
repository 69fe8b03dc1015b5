"""A worker's view of a system: loaded by path, compiled, deployed, ready to be proved."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from harness.chain.deployment import deploy_world
from harness.chain.world import ConcreteWorld
from harness.compiled import CompiledSystem
from harness.errors import HarnessError
from harness.judges.evaluate import Checker, PropertyFault
from harness.judges.prove.assumed import Assumed, is_stable, property_of, stable
from harness.judges.prove.attempts import Asked
from harness.judges.prove.cases import cases_of, claim
from harness.judges.prove.endings import Executor, parameters
from harness.judges.prove.footprint import Footprint, blank_world, footprint_of
from harness.judges.prove.grounded import Grounded
from harness.judges.prove.prover import Prover
from harness.judges.prove.refine import Refinements
from harness.judges.prove.replayed import Replayer
from harness.judges.prove.report import Failure, Goal, Proof, UnitReport, Why
from harness.judges.prove.stable import composes, ignores_the_call
from harness.judges.prove.summary_proof import SummaryProofs, resting
from harness.judges.prove.units import INVARIANTS, PROVABLE, Unit, units_of
from harness.property import Kind, Property
from harness.symbolic.explore import TooManyPaths
from harness.symbolic.machine import Setting, UnknownCode, Unsupported
from harness.symbolic.machine.summaries import Summaries
from harness.symbolic.solve import Context, Limits, Proved, Query, check
from harness.symbolic.terms import TRUE, term_scope
from harness.symbolic.values import SymInt
from harness.symbolic.world import DeployedWorld
from harness.world import World

__all__ = ["Session"]


class Session:
    """A deployed system and its properties; ``limits`` are those of one query of the prover."""

    def __init__(
        self,
        compiled: CompiledSystem,
        properties: Sequence[Property],
        asked: Asked | None = None,
        limits: Limits | None = None,
    ) -> None:
        self.compiled = compiled
        self.properties = {each.id: each for each in properties if each.kind in PROVABLE}
        self._asked = asked
        self._limits = limits
        self._provers: dict[frozenset[str], Prover] = {}

    @cached_property
    def world(self) -> ConcreteWorld:
        """The system as it was deployed."""
        return deploy_world(self.compiled)

    @cached_property
    def units(self) -> dict[str, Unit]:
        """What can change the state, by name."""
        return units_of(self.compiled)

    @cached_property
    def settings(self) -> dict[str, Setting]:
        """The chains with the contracts as they were deployed."""
        return {
            chain: Setting.of_world(self.world, chain, UnknownCode.HAVOC)
            for chain in self.compiled.chains
        }

    @cached_property
    def prover(self) -> Prover:
        """Proves the units, following every internal function."""
        return self._prover(None)

    @cached_property
    def summaries(self) -> SummaryProofs:
        """The summaries of internal functions."""
        properties = list(self.properties.values())
        return SummaryProofs(self.compiled, self.settings, properties, self._asked)

    def _prover(self, lent: Summaries | None) -> Prover:
        """Proves the units with summaries in the place of internal functions."""
        executor = Executor(self.compiled, self.settings, self.world.initially(), lent)
        grounded = Grounded(self.world)
        return Prover(
            executor,
            self.footprints,
            self._limits,
            asked=self._asked,
            grounded=grounded,
            refinements=self.refinements,
            replayer=Replayer(self.world),
        )

    @cached_property
    def refinements(self) -> Refinements:
        """The specifications of the deployed system."""
        return Refinements(self.world)

    def prove(
        self,
        unit: str,
        goals: frozenset[str],
        assumed: frozenset[str],
        silent: frozenset[str],
        also: frozenset[str] = frozenset(),
    ) -> UnitReport:
        """Prove goals of a unit, all by their names; see :meth:`Prover.unit`."""
        if unit in self.summaries.units:
            return self.summaries.prove(unit, assumed, silent, also)
        plain = [self.properties[name] for name in sorted(goals) if not is_stable(name)]
        kept = [self.properties[property_of(name)] for name in sorted(goals) if is_stable(name)]
        known = Assumed.of(assumed, self.properties)
        names = self.summaries.among(assumed)
        lent = self.summaries.lent(names)
        if lent is None:
            return self.prover.unit(self.units[unit], plain, known, silent, kept, also)
        if names not in self._provers:
            self._provers[names] = self._prover(lent)
        lent.used.clear()
        prover = self._provers[names]
        report = prover.unit(self.units[unit], plain, known, silent, kept, also)
        return resting(report, lent, names)

    def bases(self) -> tuple[dict[str, Goal], frozenset[str]]:
        """The base case of every goal, and which properties said something right after deployment.

        Of a transition that ignores its call: whether it holds of any number of calls that keep it.
        """
        found: dict[str, Goal] = {}
        spoke: set[str] = set()
        context = Context()
        for name, each in self.properties.items():
            found[name], said = self.base(each, context)
            if said:
                spoke.add(name)
            if ignores_the_call(each):
                if composes(each, self.blank):
                    found[stable(name)] = Proof()
                else:
                    found[stable(name)] = Failure(Why.UNKNOWN, f"{name} does not compose")
        return found, frozenset(spoke)

    def blank(self, era: str) -> World:
        """A state of which nothing is known; see :func:`blank_world`."""
        return blank_world(self.compiled, self.settings, self.world.initially(), era)

    @cached_property
    def footprints(self) -> dict[str, Footprint]:
        """What each property reads, by id."""
        initial = self.world.initially()
        return {
            name: footprint_of(each, self.compiled, self.settings, initial)
            for name, each in self.properties.items()
            if each.kind not in (Kind.REFINEMENT, Kind.SUMMARY)
        }

    def base(self, each: Property, context: Context | None = None) -> tuple[Goal, bool]:
        """Whether an invariant holds right after deployment, and whether it said anything.

        Evaluated on the deployed contracts; for all values, also proved for every other value.
        """
        if each.kind is Kind.REFINEMENT:
            return self.refinements.base(each), False
        if each.kind not in INVARIANTS:
            return Proof(), False
        checker = Checker([each])
        try:
            violations = checker.state(self.world)
        except PropertyFault as fault:
            return Failure(Why.FAULT, str(fault)), False
        if violations:
            shown = ", ".join(f"{r.name} = {r.value}" for r in violations[0].readings)
            return Failure(Why.BASE, f"it does not hold right after deployment: {shown}"), True
        spoke = checker.spoke.get(each.id, 0) > 0
        if not each.forall:
            return Proof(), spoke
        return self._for_all(each, context), spoke

    def _for_all(self, each: Property, context: Context | None) -> Goal:
        with term_scope():
            values = tuple(SymInt(symbol) for _, symbol in parameters(each.forall))
            try:
                goal = claim(cases_of(each, (each.system(DeployedWorld(self.world)), *values)))
            except (Unsupported, TooManyPaths) as problem:
                return Failure(Why.UNSUPPORTED, f"after deployment, for all values: {problem}")
            except HarnessError as problem:
                what = f"after deployment, for all values: {problem.what}"
                return Failure(Why.UNSUPPORTED, what)
            if goal is TRUE:
                return Proof()
            asked = Query((), goal, "deployment")
            answer = check(asked, Limits(seconds=10), confirm=True, context=context)
            if isinstance(answer, Proved) and answer.confirmed_by:
                return Proof()
            return Failure(Why.UNKNOWN, "it could not be proved for all values after deployment")
