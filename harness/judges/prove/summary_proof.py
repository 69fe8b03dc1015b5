"""Summaries proved on the code of their functions, and lent to the units that call these.

A summary is proved like a unit of its own. The function is run alone, for any arguments; every path
must return or revert, must have read nothing but the arguments where it returns, and what it gives
must be as the summary says. Where it calls a function of which a summary is assumed, itself
included, that summary stands for the call: the claims are proved together, by induction on how many
calls an execution makes. That it ends is not proved, since gas is ignored.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from harness.compiled import CompiledSystem
from harness.errors import HarnessError
from harness.judges.prove.attempts import Asked
from harness.judges.prove.cases import claim, query, spoken
from harness.judges.prove.report import STRUCTURE, Failure, Goal, Proof, UnitReport, Why
from harness.judges.prove.summaries import Summarised, summarised
from harness.property import Property
from harness.symbolic.explore import TooManyPaths
from harness.symbolic.machine import Limits as MachineLimits
from harness.symbolic.machine import Setting, Unsupported
from harness.symbolic.machine.alone import Alone, Found, beyond, evaluate_alone
from harness.symbolic.machine.summaries import Internal, Summaries, Summary
from harness.symbolic.products import Products
from harness.symbolic.solve import (
    Answer,
    Context,
    Counterexample,
    Limits,
    Proved,
    Query,
    Unknown,
    check,
    check_in_reals,
)
from harness.symbolic.terms import (
    FALSE,
    TRUE,
    Bool,
    Int,
    Unassigned,
    compare,
    evaluate,
    term_scope,
    word_var,
)

__all__ = ["SummaryProofs", "resting"]

_GAVE_UP = "more than"
"""How the machine's reasons begin where it stopped before it had followed every path."""

_LOOK = Limits(seconds=3)
"""For what only tells whether something happens."""

_SMALL = 8
"""Arguments up to this are tried first for that."""


class SummaryProofs:
    """The summaries of a system: proved, and lent to the units.

    Args:
        settings: the chains with the contracts as they were deployed.
        asked: is told of every query.
    """

    def __init__(
        self,
        compiled: CompiledSystem,
        settings: Mapping[str, Setting],
        properties: Sequence[Property],
        asked: Asked | None = None,
        limits: Limits | None = None,
    ) -> None:
        self._settings = settings
        self._known = {each.property.id: each for each in summarised(compiled, properties)}
        self._asked = asked
        self._limits = limits or Limits(seconds=10)
        self._lent: dict[frozenset[str], Summaries] = {}
        self.units = {each.unit: each for each in self._known.values()}
        """What is to be proved, by the names of the units that prove it."""

    def among(self, goals: frozenset[str]) -> frozenset[str]:
        """Those of some goals that are summaries which can be used."""
        return frozenset(
            name
            for name, each in self._known.items()
            if name in goals and each.internal and not each.property.followed
        )

    def lent(self, names: frozenset[str]) -> Summaries | None:
        """Some summaries, to stand for their functions; None if there are none."""
        if not names:
            return None
        known = self._lent.get(names)
        if known is None:
            together: dict[Internal, list[Summarised]] = {}
            for name in sorted(names):
                each = self._known[name]
                if each.internal is not None:
                    together.setdefault(each.internal, []).append(each)
            known = self._lent[names] = Summaries(map(self._summary, together.values()))
        return known

    def _summary(self, of_one: Sequence[Summarised]) -> Summary:
        internal = of_one[0].internal
        assert internal is not None
        setting = self._settings[of_one[0].chain]
        exact = partial(_exact, setting, internal)
        return Summary(internal, {each.property.id: each.claim for each in of_one}, exact)

    def prove(
        self,
        unit: str,
        assumed: frozenset[str],
        silent: frozenset[str] = frozenset(),
        also: frozenset[str] = frozenset(),
    ) -> UnitReport:
        """Prove a summary by its unit, from others that are assumed."""
        started = time.monotonic()
        each, names = self.units[unit], self.among(assumed)
        with term_scope():
            work = _Proof(each, self._settings[each.chain], self.lent(names), self._limits)
            work.asked = self._asked
            goal = work.goal()
            return UnitReport(
                unit,
                {STRUCTURE: Proof(), each.property.id: goal},
                work.feasible,
                frozenset({each.property.id} if work.spoke else ()),
                names,
                silent,
                also,
                paths=work.paths,
                queries=work.queries,
                seconds=time.monotonic() - started,
            )


def _exact(setting: Setting, internal: Internal, args: tuple[int, ...]) -> tuple[int, ...] | None:
    return evaluate_alone(setting, internal, args, MachineLimits())


def resting(report: UnitReport, lent: Summaries, names: frozenset[str]) -> UnitReport:
    """A report on a unit, whose proofs stand on the summaries that were used in it.

    Args:
        names: all summaries that were assumed.
    """
    used = frozenset(lent.used)
    goals: dict[str, Goal] = {
        name: Proof(goal.needs | used) if isinstance(goal, Proof) else goal
        for name, goal in report.goals.items()
    }
    return replace(report, goals=goals, assumed=report.assumed | names)


class _Proof:
    """The proof of one summary, in its term scope."""

    def __init__(
        self, each: Summarised, setting: Setting, lent: Summaries | None, limits: Limits
    ) -> None:
        self.feasible = False
        self.spoke = False
        self.paths = 0
        self.queries = 0
        self.asked: Asked | None = None
        self._each = each
        self._args: tuple[Int, ...] = ()
        self._setting = setting
        self._lent = lent
        self._limits = limits
        self._products = Products()
        self._context = Context()

    @property
    def _name(self) -> str:
        """What queries are told apart by."""
        return f"{self._each.unit}: {self._each.property.id}"

    def goal(self) -> Goal:
        """Whether the function does what the summary says, on every path."""
        internal = self._each.internal
        if internal is None:
            return self._failed(Why.UNSUPPORTED, self._each.missing)
        if self._lent is not None:
            self._lent.used.clear()
        args = tuple(word_var(f"argument {place}") for place in range(internal.parameters))
        self._args = args
        try:
            found = Alone(self._setting, summaries=self._lent).function(internal, args)
            failure = self._incomplete(found, args) or self._false(found, args)
        except (Unsupported, TooManyPaths, RecursionError) as problem:
            failure = self._failed(Why.UNSUPPORTED, str(problem))
        except HarnessError as problem:
            failure = self._failed(Why.FAULT, problem.what)
        if failure is not None:
            return failure
        return Proof(frozenset(self._lent.used) if self._lent is not None else frozenset())

    def _incomplete(self, found: Found, args: tuple[Int, ...]) -> Failure | None:
        """Why the function is not followed to every end, or is no function of its arguments."""
        self.paths = len(found.returned) + len(found.reverted)
        for refusal in found.refusals:
            problem = refusal.problem
            if problem.reason.startswith(_GAVE_UP) or not self._is_proved(refusal.path, FALSE):
                return self._failed(Why.UNSUPPORTED, str(problem))
        for end in found.returned:
            read = beyond((*end.path, *end.results), args)
            if read and not self._is_proved(end.path, FALSE):
                reason = f"what it gives depends on more than its arguments: on {read}"
                return self._failed(Why.UNSUPPORTED, reason)
        return None

    def _false(self, found: Found, args: tuple[Int, ...]) -> Failure | None:
        """Where the function does otherwise than the summary says."""
        ends: list[tuple[tuple[Bool, ...], tuple[Int, ...] | None]] = [
            (end.path, end.results) for end in found.returned
        ]
        if self._each.property.optional:
            ends += [(path, None) for path in found.reverted]
        for path, results in ends:
            cases = self._each.cases(args, results)
            self._listen(path, spoken(cases), returns=results is not None)
            said = claim(cases)
            if said is TRUE:
                continue
            answer = self._answer(path, said)
            if isinstance(answer, Proved) and answer.confirmed_by:
                continue
            if isinstance(answer, Unknown):
                answer = self._small_counterexample(path, said) or answer
            if isinstance(answer, Counterexample):
                return self._failed(Why.CLAIM, f"not so of {self._shown(answer, args, results)}")
            if isinstance(answer, Proved):
                reason = f"cvc5 does not confirm the proof: {answer.unconfirmed}"
            else:
                reason = f"the solvers give no answer: {answer.reason}"
            return self._failed(Why.UNKNOWN, reason)
        return None

    def _listen(self, path: tuple[Bool, ...], speaks: list[Bool], *, returns: bool) -> None:
        """Find out whether the function returns at all, and whether anything is said of it."""
        if returns and not self.feasible:
            self.feasible = self._happens(path, TRUE)
        for condition in speaks:
            self.spoke = self.spoke or self._happens(path, condition)

    def _happens(self, path: tuple[Bool, ...], condition: Bool) -> bool:
        name = f"{self._each.unit}: reachable"
        for more in (self._small(), []):
            asked = query(name, (*path, condition, *more), FALSE)
            if isinstance(self._ask(asked, _LOOK), Counterexample):
                return True
        return False

    def _small_counterexample(self, path: Sequence[Bool], said: Bool) -> Answer | None:
        asked = query(self._name, (*path, *self._small()), said)
        answer = self._ask(asked, _LOOK)
        return answer if isinstance(answer, Counterexample) else None

    def _small(self) -> list[Bool]:
        """That the arguments are small: of these the evaluator knows soonest what a function gives
        that calls itself."""
        return [compare.within(arg, 0, _SMALL) for arg in self._args]

    def _is_proved(self, assumptions: Sequence[Bool], said: Bool) -> bool:
        answer = self._answer(assumptions, said)
        return isinstance(answer, Proved) and bool(answer.confirmed_by)

    def _answer(self, assumptions: Sequence[Bool], said: Bool) -> Answer:
        """What the solvers answer, without products at first."""
        asked = query(self._name, assumptions, said)
        weaker = self._products.without(asked, assumptions)
        if weaker is not None:
            answer = self._ask(weaker.query, self._limits)
            if isinstance(answer, Proved) and answer.confirmed_by:
                return answer
            in_reals = check_in_reals(self._products.told(asked), self._limits)
            self.queries += 1
            if isinstance(in_reals, Proved) and in_reals.confirmed_by:
                return in_reals
        return self._ask(asked, self._limits)

    def _ask(self, asked: Query, limits: Limits) -> Answer:
        self.queries += 1
        answer = check(asked, limits, confirm=True, context=self._context)
        if self.asked is not None:
            needs = frozenset(self._lent.used) if self._lent is not None else frozenset()
            self.asked(asked, answer, needs)
        return answer

    def _shown(
        self, answer: Counterexample, args: tuple[Int, ...], results: tuple[Int, ...] | None
    ) -> str:
        """The values of a counterexample, by the property's own names."""
        names = [name for name, _ in self._each.property.forall]
        values: list[object] = []
        for word in (*args, *(results or ())):
            try:
                values.append(evaluate(word, answer.assignment))
            except Unassigned:
                values.append("any")
        values += [None] * (len(names) - len(values))
        return ", ".join(f"{name} = {value}" for name, value in zip(names, values, strict=True))

    def _failed(self, why: Why, reason: str) -> Failure:
        return Failure(why, f"{self._each.unit}: {reason}")
