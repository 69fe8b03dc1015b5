"""A worker's view of a system: loaded by path, compiled, deployed, ready to be proved."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from harness.chain.deployment import deploy_world
from harness.chain.world import ConcreteWorld
from harness.compiled import CompiledSystem
from harness.errors import HarnessError
from harness.judges.evaluate import Checker, PropertyFault
from harness.judges.prove.cases import cases_of, claim
from harness.judges.prove.endings import Executor, parameters
from harness.judges.prove.prover import INVARIANTS, Prover
from harness.judges.prove.report import Failure, Goal, Proof, Why
from harness.judges.prove.units import Unit, units_of
from harness.property import Property
from harness.symbolic.explore import TooManyPaths
from harness.symbolic.machine import Setting, UnknownCode, Unsupported
from harness.symbolic.solve import Limits, Proved, Query, check
from harness.symbolic.terms import TRUE, term_scope
from harness.symbolic.values import SymInt
from harness.symbolic.world import DeployedWorld

__all__ = ["Session"]


class Session:
    """A deployed system and its properties."""

    def __init__(self, compiled: CompiledSystem, properties: Sequence[Property]) -> None:
        self.compiled = compiled
        self.properties = {each.id: each for each in properties}

    @cached_property
    def world(self) -> ConcreteWorld:
        """The system as it was deployed."""
        return deploy_world(self.compiled)

    @cached_property
    def units(self) -> dict[str, Unit]:
        """What can change the state, by name."""
        return units_of(self.compiled)

    @cached_property
    def prover(self) -> Prover:
        """Proves the units."""
        settings = {
            chain: Setting.of_world(self.world, chain, UnknownCode.HAVOC)
            for chain in self.compiled.chains
        }
        return Prover(Executor(self.compiled, settings, self.world.initially()))

    def base(self, each: Property) -> tuple[Goal, bool]:
        """Whether an invariant holds right after deployment, and whether it said anything.

        Evaluated on the deployed contracts; for all values, also proved for every other value.
        """
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
        return self._for_all(each), spoke

    def _for_all(self, each: Property) -> Goal:
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
            answer = check(Query((), goal, "deployment"), Limits(seconds=10), confirm=True)
            if isinstance(answer, Proved) and answer.confirmed_by:
                return Proof()
            return Failure(Why.UNKNOWN, "it could not be proved for all values after deployment")
