"""The claims on a contract, decided on Slither's reading of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from slither.slithir.operations import LowLevelCall, SolidityCall

from harness.compile.build import Build
from harness.errors import LookupProblem, UsageError
from harness.judges.inspect.expressions import condition
from harness.judges.inspect.guards import established
from harness.judges.inspect.interactions import calls_function, late_writes
from harness.judges.inspect.layouts import layout_breaches
from harness.judges.inspect.program import Program, name_of, opaque_assembly, site_of
from harness.judges.inspect.storage import unreadable, writes
from harness.judges.inspect.walk import Execution, Reach
from harness.structure import Breach, Claim, ContractCode, Site
from harness.writers import Possible

__all__ = ["SourceOfContract"]


class SourceOfContract(ContractCode):
    """One contract of the system.

    Args:
        name: its name in the system.
        contract: Slither's object of it.
        artifact: its full name in the build.
        build: the compilation.
    """

    def __init__(self, name: str, contract: Any, artifact: str, build: Build) -> None:
        self._name = name
        self._program = Program(contract)
        self._artifact = artifact
        self._build = build

    def __repr__(self) -> str:
        return f"<source of {self._name}: {self._artifact}>"

    @cached_property
    def _executions(self) -> Mapping[str, Execution]:
        """What each entry may execute, by signature."""
        return {
            signature: Reach.of(self._program, function)
            for signature, function in self._program.entries.items()
        }

    def _say(self, function: Any) -> str:
        return f"{self._name}.{name_of(function)}"

    def _variables(self, names: Iterable[str], kind: Mapping[str, Any], word: str) -> list[str]:
        chosen = list(names)
        for name in chosen:
            if name not in kind:
                raise LookupProblem.unknown(word, name, kind, self._name)
        return chosen

    def _doubts(self) -> tuple[str, ...]:
        """Why it cannot be told what the contract's entries do."""
        return tuple(
            dict.fromkeys(d for each in self._executions.values() for d in unreadable(each))
        )

    @cached_property
    def _writes(self) -> Mapping[str, Mapping[str, tuple[Site, bool]]]:
        """For each variable the entries that write it: where, and whether that is certain."""
        found: dict[str, dict[str, tuple[Site, bool]]] = {
            each: {} for each in self._program.variables
        }
        for signature, execution in self._executions.items():
            for write in writes(self._program, execution.steps):
                site, certain = found[write.variable].get(signature, (write.site, write.certain))
                found[write.variable][signature] = (site, certain or write.certain)
        return found

    def possible(self) -> Possible:
        """Which entries can write which variables, by the labels of the storage layout."""
        doubts = self._doubts()
        return Possible(
            frozenset(
                (self._name, self._program.entries[by].solidity_signature, variable.split(".")[-1])
                for variable, entries in self._writes.items()
                for by in entries
            ),
            {self._name: doubts[0]} if doubts else {},
        )

    def written_by(self, writers: Mapping[str, Iterable[str]]) -> Claim:
        """See the base class."""
        variables = self._program.variables
        self._variables(writers, variables, "storage variable")
        allowed = {
            variable: {self._program.entry(each).full_name for each in writers.get(variable, ())}
            for variable in variables
        }
        found = self._writes
        breaches, doubts = [], list(self._doubts())
        for variable, by in found.items():
            for signature, (site, certain) in by.items():
                if signature in allowed[variable]:
                    continue
                function = self._program.entries[signature]
                text = f"{self._say(function)} writes {variable}"
                if certain:
                    breaches.append(Breach(text, site))
                else:
                    doubts.append(f"perhaps {text}: the pointer may lead elsewhere ({site})")
            # Where something cannot be followed, that may be what writes.
            for signature in sorted(allowed[variable] - by.keys()) if not doubts else ():
                function = self._program.entries[signature]
                text = f"{self._say(function)} is said to write {variable}, and does not"
                breaches.append(Breach(text, site_of(function)))
        return Claim(len(variables) + len(self._executions), tuple(breaches), tuple(doubts))

    def requires(self, entry: str, *conditions: str) -> Claim:
        """See the base class."""
        if not conditions:
            raise UsageError(f"no condition is given for {entry!r}", where=self._name)
        function = self._program.entry(entry)
        wanted = frozenset(condition(each) for each in conditions)
        doubts = tuple(dict.fromkeys(unreadable(self._executions[function.full_name])))
        holds = established(self._program, function, wanted)
        if holds is None:
            return Claim(1, doubts=doubts, empty=(f"{self._say(function)} never succeeds",))
        if holds or doubts:
            # What cannot be followed may skip the check, and may just as well be the check.
            return Claim(1, doubts=doubts)
        text = f"{self._say(function)} can succeed without {' or '.join(conditions)}"
        return Claim(1, (Breach(text, site_of(function)),))

    def guarded_by(self, modifier: str, *entries: str) -> Claim:
        """See the base class."""
        known = {m.name for m in self._program.contract.modifiers}
        if modifier not in known:
            raise LookupProblem.unknown("modifier", modifier, known, self._name)
        if not entries:
            raise UsageError("no entry is given", where=f"{self._name}, {modifier}")
        breaches = []
        for entry in entries:
            function = self._program.entry(entry)
            if modifier not in [m.name for m in function.modifiers]:
                text = f"{self._say(function)} has no modifier {modifier}"
                breaches.append(Breach(text, site_of(function)))
        return Claim(len(entries), tuple(breaches))

    def effects_first(
        self, *, trusting: Iterable[str] = (), besides: Mapping[str, Iterable[str]] | None = None
    ) -> Claim:
        """See the base class."""
        trusted = self._variables(trusting, self._program.fixed, "immutable variable")
        besides = besides or {}
        self._variables(besides, self._program.variables, "storage variable")
        excused = {
            (variable, self._program.entry(each).full_name)
            for variable, entries in besides.items()
            for each in entries
        }
        breaches, doubts = [], list(self._doubts())
        for function in self._program.entries.values():
            for late in late_writes(self._program, function, frozenset(trusted)):
                if (late.write.variable, function.full_name) in excused:
                    continue
                calls = ", ".join(str(site) for site in sorted(late.calls))
                text = f"{self._say(function)} writes {late.write.variable} after a call"
                if late.write.certain:
                    breaches.append(Breach(f"{text} ({calls})", late.write.site))
                else:
                    doubts.append(f"perhaps {text} ({late.write.site})")
        assumptions = tuple(
            f"{self._name}.{each}, called by {self._name}, changes nothing there by a call back"
            for each in trusted
        )
        count = len(self._program.entries)
        return Claim(count, tuple(breaches), tuple(doubts), assumptions=assumptions)

    def calls_only_in(self, function: str, *entries: str) -> Claim:
        """See the base class."""
        allowed = {self._program.entry(each).full_name for each in entries}
        breaches, doubts, calls = [], list(self._doubts()), 0
        for signature, execution in self._executions.items():
            for at in execution.steps:
                called = calls_function(at.op, function)
                if called is None and signature not in allowed:
                    doubts.append(f"call data decide what is called ({site_of(at.node)})")
                calls += called is True
                if called and signature not in allowed:
                    text = f"{self._say(self._program.entries[signature])} calls {function}"
                    breaches.append(Breach(text, site_of(at.node)))
        empty = () if calls else (f"{self._name} calls no function {function}",)
        return Claim(calls, tuple(breaches), tuple(dict.fromkeys(doubts)), empty)

    def delegates_nothing(self) -> Claim:
        """See the base class."""
        breaches, doubts = [], []
        for signature, execution in self._executions.items():
            entry = self._say(self._program.entries[signature])
            for at in execution.steps:
                name = _foreign(at.op)
                if name:
                    breaches.append(
                        Breach(f"{entry} runs foreign code by {name}", site_of(at.node))
                    )
            for function in execution.functions:
                for found, site in opaque_assembly(function):
                    if found in ("delegatecall", "callcode", "selfdestruct"):
                        breaches.append(Breach(f"{entry} runs foreign code by {found}", site))
            doubts += [each for each in unreadable(execution) if "function pointer" in each]
        return Claim(len(self._executions), tuple(dict.fromkeys(breaches)), tuple(doubts))

    def layout_extends(self, older: str) -> Claim:
        """See the base class."""
        old, new = self._build[older], self._build[self._artifact]
        breaches = layout_breaches(old.storage_layout, new.storage_layout)
        looked_at = len(old.storage_layout.variables)
        empty = () if looked_at else (f"{older} stores nothing",)
        return Claim(looked_at, tuple(breaches), empty=empty)


def _foreign(op: Any) -> str:
    """The name of what runs foreign code in the contract's own name, or ends the contract."""
    if isinstance(op, LowLevelCall) and op.function_name in ("delegatecall", "callcode"):
        return str(op.function_name)
    if isinstance(op, SolidityCall):
        name = str(op.function.name).partition("(")[0]
        return name if name in ("selfdestruct", "suicide") else ""
    return ""
