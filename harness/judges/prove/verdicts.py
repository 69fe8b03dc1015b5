"""From the state of an induction to one verdict for each property."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.address import Address
from harness.judges.protocol import Case, assumptions_of
from harness.judges.prove.induction import Induction
from harness.judges.prove.report import Failure, Replays, Trial, Why
from harness.judges.workers import Failed
from harness.property import Kind, Property
from harness.symbolic.machine import ASSUMPTIONS
from harness.verdict import ExitCode, JudgeName, Result, Verdict, required_of

if TYPE_CHECKING:
    from harness.judges.prove.reach import Reached

__all__ = ["OWN_ASSUMPTIONS", "Verdicts"]

OWN_ASSUMPTIONS = (
    "nobody sends from the address of a contract of the system, or from address 0",
    "contracts of the system are not replaced, and keep the code that they were deployed with",
)
OF_CALLS = (
    "the call is not made in the middle of another one, and unknown code that it calls "
    "does not call back into the system; for invariants both may happen"
)
"""What is assumed in addition of transitions, rules and refinements."""
OF_SPECIFICATIONS = (
    "accounts that are none of the system's contracts have no code, and calls of precompiled "
    "contracts that are not modelled are not compared: a specification speaks of the system alone"
)
"""What is assumed in addition of refinements."""
OF_SUMMARIES = "internal functions that have a summary come to an end, and do not run out of stack"
"""What is assumed in addition where summaries are proved."""

_MOST_READINGS = 8
_LONGEST = 1200


class Verdicts:
    """Reads an induction."""

    def __init__(
        self,
        case: Case,
        induction: Induction,
        reached: Mapping[str, Reached],
        error: Failed | None,
        seconds: float,
        bearing: Mapping[str, frozenset[str]] | None = None,
        *,
        stopped: bool = False,
    ) -> None:
        self._case = case
        self._induction = induction
        self._reached = reached
        self._error = error
        self._seconds = seconds
        self._bearing = bearing
        self._stopped = stopped
        self._assumptions = (*ASSUMPTIONS, *OWN_ASSUMPTIONS, *assumptions_of(case.compiled.system))
        if any(each.kind is Kind.SUMMARY for each in case.properties):
            self._assumptions += (OF_SUMMARIES,)
        self._bounds: dict[str, Any] = {
            "units": len(induction.goals),
            "never_succeeded": sorted(induction.never_succeeded()),
            **_told(sum(induction.replays.values(), Replays())),
        }

    def on(self, each: Property) -> Result:
        """The verdict on a property."""
        if self._error is not None:
            return self._failed(each, self._error)
        reached = self._reached.get(each.id)
        if reached is not None:
            count = f"{reached.steps} step{'s' if reached.steps != 1 else ''}"
            return self._result(each, Verdict.REFUTED, f"broken by {count}", reached.witness)
        base = self._induction.base.get(each.id)
        failures = [failure for _, failure in self._induction.failures(each.id)]
        if isinstance(base, Failure):
            failures.insert(0, base)
        broken = [failure for _, failure in self._induction.broken_units()]
        if each.kind is Kind.SUMMARY:
            broken = []
        fault = next((failure for failure in failures if failure.why is Why.FAULT), None)
        if fault is not None:
            return self._result(each, Verdict.ERROR, fault.reason, fault=ExitCode.USAGE)
        wrong = [failure for failure in broken if failure.why is Why.EXECUTOR]
        if wrong:
            return self._result(each, Verdict.ERROR, self._reason(wrong))
        if failures or broken:
            reason = self._reason([*failures, *broken])
            if each.kind is Kind.REFINEMENT and not isinstance(base, Failure):
                reason = f"{self._refined(each)}; {reason}"
            return self._result(each, Verdict.INCOMPLETE, reason)
        if not self._induction.is_proved(each.id):
            early = "another property was refuted first, which was to be the end of the run"
            reason = early if self._stopped else "not every part was proved"
            return self._result(each, Verdict.INCOMPLETE, reason)
        return self._proved(each)

    def _proved(self, each: Property) -> Result:
        """PROVED, unless nothing that the property speaks of can happen at all."""
        speaking = [u for u, goals in self._induction.goals.items() if each.id in goals]
        calls = [u for u in speaking if "(" in u or u.endswith(".*")]
        if not any(unit in self._induction.feasible for unit in calls):
            reason = f"no call that it speaks of can succeed: {', '.join(calls) or 'there is none'}"
            if each.kind is not Kind.RULE or each.id not in self._induction.spoke:
                return self._result(each, Verdict.VACUOUS, reason)
        if each.id not in self._induction.spoke:
            reason = "it says nothing (None) on every path that can be taken"
            return self._result(each, Verdict.VACUOUS, reason)
        return self._result(each, Verdict.PROVED, None)

    def _refined(self, each: Property) -> str:
        """How many calls are proved to be as a specification says."""
        calls = [unit for unit, goals in self._induction.goals.items() if each.id in goals]
        proved = sum(self._induction.stands(unit, each.id) for unit in calls)
        return f"{proved} of {len(calls)} calls are proved"

    def _unrefined(self, each: Property) -> dict[str, str]:
        """Why a call is not proved to be as a specification says, by its name."""
        found = self._induction.failures(each.id)
        return {unit: self._reason([failure]) for unit, failure in found}

    def _bounds_of(self, each: Property) -> dict[str, Any]:
        """What the verdict covers; where it was found out, what its proof rests on."""
        if each.kind is Kind.REFINEMENT:
            return {**self._bounds, "not_proved": self._unrefined(each)}
        if self._bearing is None or not self._induction.is_proved(each.id):
            return self._bounds
        return {**self._bounds, "load_bearing": sorted(self._bearing.get(each.id, ()))}

    def _reason(self, failures: list[Failure]) -> str:
        """The first reason in full, and how many more there are."""
        order = sorted(failures, key=lambda f: _URGENCY[f.why])
        first = order[0]
        text = first.reason
        if first.why is Why.INDUCTION:
            text = f"not inductive: {text}"
            if first.trial is not None:
                text = f"not inductive: {self._shown(first.trial)}"
        units = sorted({f.reason.partition(":")[0] for f in order[1:]} - {first.reason})
        more = f" (and {len(order) - 1} more: {', '.join(units)})" if units else ""
        return (text + more)[:_LONGEST]

    def _shown(self, trial: Trial) -> str:
        """A call with the values that the property read before and after it."""
        args = ", ".join(
            f"{name}={self._value(arg)}" for name, arg in zip(trial.names, trial.args, strict=True)
        )
        function = trial.function.partition("(")[0] or "(plain ether)"
        call = f"{trial.contract}.{function}({args})" if trial.contract else "time passes"
        value = f" with {trial.value} wei" if trial.value else ""
        forall = "".join(f", {name} = {self._value(v)}" for name, v in trial.forall)
        read = ", ".join(
            f"{name} = {self._value(v)}" for name, v in trial.readings[:_MOST_READINGS]
        )
        sender = self._value(Address(trial.sender))
        return f"{call} by {sender}{value}{forall}: {read}"

    def _value(self, value: Any) -> str:
        if isinstance(value, bytes):
            return f"0x{value.hex()}"
        if isinstance(value, int) and not isinstance(value, bool):
            label = self._case.compiled.names.name(value)
            return str(value) if label is None else label
        return str(value)

    def _failed(self, each: Property, failure: Failed) -> Result:
        verdict, reason, fault = failure.verdict()
        return self._result(each, verdict, reason, fault=fault)

    def _result(
        self,
        each: Property,
        verdict: Verdict,
        reason: str | None,
        witness: Path | None = None,
        *,
        fault: ExitCode = ExitCode.INTERNAL,
    ) -> Result:
        more: tuple[str, ...] = ()
        if each.kind in (Kind.TRANSITION, Kind.RULE, Kind.REFINEMENT):
            more = (OF_CALLS,)
        if each.kind is Kind.REFINEMENT:
            more = (OF_CALLS, OF_SPECIFICATIONS)
        return Result(
            property_id=each.id,
            system=self._case.compiled.name,
            judge=JudgeName.PROVE,
            verdict=verdict,
            required=required_of(JudgeName.PROVE, each.required),
            reason=reason,
            bounds=self._bounds_of(each),
            assumptions=(*self._assumptions, *more),
            seconds=self._seconds,
            witness=witness,
            fault=fault,
        )


def _told(replays: Replays) -> dict[str, Any]:
    """How many paths were made on py-evm and agreed, and why the others were not made."""
    return {
        "paths": replays.paths,
        "paths_replayed": replays.agreed,
        "not_replayed": [f"{why} ({count})" for why, count in sorted(replays.left.items())],
    }


_URGENCY = {
    Why.EXECUTOR: 0,
    Why.FAULT: 0,
    Why.BASE: 0,
    Why.CLAIM: 0,
    Why.INDUCTION: 1,
    Why.UNSUPPORTED: 2,
    Why.UNFOLLOWED: 2,
    Why.UNKNOWN: 3,
}
