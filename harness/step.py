"""Steps: what can be done to a system, one after the other.

A step is data: it can be stored, shown and replayed.  There are three kinds:

    CallStep    an actor calls a function, or sends plain ether
    RelayStep   the transport does something with a message: delivers it, lets it expire ...
    ClockStep   time passes

Accounts are named, so that a step reads the same after a change of addresses; an address in an
argument is a number.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from harness.errors import UsageError
from harness.world import Value

__all__ = ["CallStep", "ClockStep", "RelayStep", "Step", "step_from_json", "step_to_json"]


@dataclass(frozen=True, slots=True)
class CallStep:
    """An actor calls ``contract.function(*args)`` with ``value`` wei.

    The function is given as its name, or as its signature where it is overloaded.  The empty
    function is a plain transfer of ether to the contract.
    """

    sender: str
    contract: str
    function: str
    args: tuple[Value, ...] = ()
    value: int = 0


@dataclass(frozen=True, slots=True)
class RelayStep:
    """The transport of ``channel`` does ``action`` with the message of that number.

    ``sender`` is the actor who asks for it where the transport lets anybody do so.
    """

    channel: str
    message: int
    action: str
    sender: str


@dataclass(frozen=True, slots=True)
class ClockStep:
    """Time passes: chains advance by ``blocks`` blocks and the seconds these take.

    A chain that follows another then sees a block number ``lag`` blocks behind it, or the one that
    it saw before if that is higher.
    """

    blocks: int
    lag: int = 0


Step = CallStep | RelayStep | ClockStep

_KINDS: dict[str, type[Any]] = {"call": CallStep, "relay": RelayStep, "clock": ClockStep}


def step_to_json(step: Step) -> dict[str, Any]:
    """A step as JSON values; integers above 2**53 and bytes become strings."""
    kind = next(name for name, each in _KINDS.items() if isinstance(step, each))
    fields = {name: to_json(getattr(step, name)) for name in step.__slots__}
    return {"kind": kind, **fields}


def step_from_json(raw: dict[str, Any]) -> Step:
    """The step that :func:`step_to_json` wrote; :class:`UsageError` if it is none."""
    try:
        kind = _KINDS[raw["kind"]]
        fields = {name: from_json(raw[name]) for name in kind.__slots__}
    except (KeyError, TypeError, ValueError) as wrong:
        raise UsageError(f"this is not a step of a witness: {raw!r} ({wrong!r})") from wrong
    step: Step = kind(**fields)
    return step


def to_json(value: Value) -> Any:
    """A value of the ABI as JSON: ``{"bytes": "0x…"}``, ``{"int": "…"}`` where JSON has none."""
    if isinstance(value, bool | str) or value is None:
        return value
    if isinstance(value, int):
        return int(value) if abs(value) < 2**53 else {"int": str(int(value))}
    if isinstance(value, bytes):
        return {"bytes": "0x" + value.hex()}
    return [to_json(each) for each in value]


def from_json(raw: Any) -> Value:
    """The inverse of :func:`to_json`; lists become tuples."""
    if isinstance(raw, dict):
        return bytes.fromhex(raw["bytes"][2:]) if "bytes" in raw else int(raw["int"])
    if isinstance(raw, list):
        return tuple(from_json(each) for each in raw)
    return raw
