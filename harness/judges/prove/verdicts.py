"""From the state of an induction to one verdict for each property."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harness.address import Address
from harness.errors import HarnessError
from harness.judges.protocol import Case, assumptions_of
from harness.judges.prove.induction import Induction
from harness.judges.prove.reach import Reached
from harness.judges.prove.report import Failure, Trial, Why
from harness.judges.workers import Failed
from harness.property import Kind, Property
from harness.symbolic.machine import ASSUMPTIONS
from harness.verdict import ExitCode, JudgeName, Result, Verdict, required_of

__all__ = ["OWN_ASSUMPTIONS", "Verdicts"]

OWN_ASSUMPTIONS = (
    "nobody sends from the address of a contract of the system, or from address 0",
    "contracts of the system are not replaced, and keep the code that they were deployed with",
)
OF_CALLS = (
    "the call is not made in the middle of another one, and unknown code that it calls "
    "does not call back into the system; for invariants both may happen"
)
"""What is assumed in addition of transitions and rules."""

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
    ) -> None:
        self._case = case
        self._induction = induction
        self._reached = reached
        self._error = error
        self._seconds = seconds
        self._bearing = bearing
        self._assumptions = (*ASSUMPTIONS, *OWN_ASSUMPTIONS, *assumptions_of(case.compiled.system))
        self._bounds: dict[str, Any] = {
            "units": len(induction.goals),
            "never_succeeded": sorted(induction.never_succeeded()),
        }

    def on(self, each: Property) -> Result:
        """The verdict on a property."""
        if each.kind is Kind.REFINEMENT:
            return self._result(each, Verdict.INCOMPLETE, "refinement: not supported by prove yet")
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
        if isinstance(base, Failure) and base.why is Why.FAULT:
            return self._result(each, Verdict.ERROR, base.reason, fault=ExitCode.USAGE)
        if failures or broken:
            return self._result(each, Verdict.INCOMPLETE, self._reason([*failures, *broken]))
        if not self._induction.is_proved(each.id):
            return self._result(each, Verdict.INCOMPLETE, "not every part was proved")
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

    def _bounds_of(self, each: Property) -> dict[str, Any]:
        """What the verdict covers; where it was found out, what its proof rests on."""
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
        if isinstance(failure.error, HarnessError):
            fault = ExitCode(failure.error.exit_code)
            return self._result(each, Verdict.ERROR, str(failure.error), fault=fault)
        if failure.trace:
            return self._result(each, Verdict.ERROR, f"{failure.reason}\n{failure.trace}")
        return self._result(each, Verdict.INCOMPLETE, failure.reason)

    def _result(
        self,
        each: Property,
        verdict: Verdict,
        reason: str | None,
        witness: Path | None = None,
        *,
        fault: ExitCode = ExitCode.INTERNAL,
    ) -> Result:
        more = OF_CALLS if each.kind in (Kind.TRANSITION, Kind.RULE) else None
        return Result(
            property_id=each.id,
            system=self._case.compiled.name,
            judge=JudgeName.PROVE,
            verdict=verdict,
            required=required_of(JudgeName.PROVE, each.required),
            reason=reason,
            bounds=self._bounds_of(each),
            assumptions=(*self._assumptions, more) if more else self._assumptions,
            seconds=self._seconds,
            witness=witness,
            fault=fault,
        )


_URGENCY = {Why.FAULT: 0, Why.BASE: 0, Why.INDUCTION: 1, Why.UNSUPPORTED: 2, Why.UNKNOWN: 3}
