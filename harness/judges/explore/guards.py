"""Guards: why an exploration may have missed something, each with what it means.

Whatever trips one makes INCOMPLETE of every property that the unit could break.
"""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["GUARDS", "Trip", "describe"]

GUARDS: Mapping[str, str] = {
    "hang": "the process did not end in time and was stopped",
    "killed": "the process was killed, or ran out of memory",
    "died": "a path ended in an internal error of Manticore's",
    "solver": "the solver gave up, so that a path was not followed",
    "opcode": "an instruction that Manticore does not know",
    "precompile": "a call of a precompiled contract, which Manticore does not execute",
    "exp": "a power that Manticore would sample",
    "values": "an offset or a length that Manticore would sample",
    "account": "a question about an account that Manticore does not know",
    "messages": "a message is due right after deployment, which is not delivered here",
    "create": "a contract is created",
    "slot": "a storage slot that belongs to no variable",
    "hash": "an expression that has no exact counterpart",
    "gas": "what depends on memory or gas, neither of which is counted",
    "depth": "more calls within calls than are followed",
    "steps": "a path with more instructions than are followed",
    "paths": "more paths than are followed",
    "bounds": "arguments of more shapes than are tried",
    "vacuous": "no path was shown to be possible, so that nothing was tried",
    "fidelity": "a path that the EVM does not take as told",
    "replay": "a counterexample that could not be replayed",
    "property": "the property cannot be evaluated there",
    "undecided": "the solver gave no answer on the property",
    "budget": "out of budget",
    "environment": "Manticore is not installed",
}
"""Guards by name. What each verdict is limited to besides is told as its bounds."""


class Trip(Exception):
    """A guard has tripped on our side of the process."""

    def __init__(self, guard: str, reason: str) -> None:
        super().__init__(f"{guard}: {reason}")
        self.guard = guard
        self.reason = reason


def describe(guard: str, reason: str) -> str:
    """A guard with what tripped it, for a reader."""
    return f"guard {guard} ({GUARDS[guard]}): {reason}"
