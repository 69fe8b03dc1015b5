"""Calls to code that the machine does not follow: refused, or anything may happen.

Unknown code may do what anybody may. A known contract that is called while it runs, by call data
that is not known, could go on doing so for ever: such a call is a *re-entry*, and is not followed.
"""

from __future__ import annotations

from harness.symbolic.machine.data import Data, Opaque
from harness.symbolic.machine.errors import Unsupported
from harness.symbolic.machine.path import Frame, Path, Return
from harness.symbolic.machine.setting import OutgoingCall, UnknownCode
from harness.symbolic.machine.state import ChainState
from harness.symbolic.terms import Int, compare, int_var, not_
from harness.symbolic.terms.node import CONST

__all__ = [
    "ANY_PRECOMPILE",
    "REENTERED",
    "UNKNOWN_CODE",
    "call_some_precompile",
    "call_unknown",
]

UNKNOWN_CODE = "unknown code is called: it may do anything that anybody may"
REENTERED = "a contract that runs is called again: it may do anything that its callers may"
ANY_PRECOMPILE = "a precompiled contract may succeed or fail, and return anything"

_LONGEST = (1 << 32) - 1
"""Longest return data, in bytes: no gas limit pays for more."""


def call_unknown(
    path: Path,
    frame: Frame,
    kind: str,
    to: Int,
    value: Int,
    data: Data,
    back: Return,
    paid: ChainState,
    reentered: str = "",
) -> None:
    """A call whose arguments are off the stack.

    The failing outcome goes on in a fork, with the state as it is; this path takes the successful
    one. Unknown code may call back into the known accounts, as anybody may, any number of times:
    that is why hooks must prove what is to be assumed afterwards.

    Args:
        paid: the state that the called code meets; of a re-entry, the state before the call, which
            is what calls of the contract begin with.
        reentered: name of the known account that runs already and is called again.
    """
    static = frame.static or kind == "STATICCALL"
    if reentered and not static:
        path.machine.reentered.add((frame.owner.name, reentered))
    if path.setting.unknown_code is UnknownCode.REFUSE:
        what = f"{kind} to {reentered}, which runs already, with" if reentered else f"{kind} to"
        where = " unknown call data" if reentered else f" unknown code at {to!r}"
        raise Unsupported(what + where, inherent=True)
    if kind in ("DELEGATECALL", "CALLCODE"):
        raise Unsupported(f"{kind} to unknown code, which could change any storage", inherent=True)
    call = OutgoingCall(kind, frame.owner.name, frame.address, to, value, data, static, reentered)
    returned = _returned(path)
    path.flag(REENTERED if reentered else UNKNOWN_CODE)
    failed = path.fork()
    path.machine.hooks.on_unknown_answer(failed, call, False, returned)
    _outcomes(failed, False, returned, back)
    path.state = paid
    path.machine.hooks.on_unknown_call(path, call)
    if not static:
        path.state = path.state.havoc(f"~{path.machine.serial()}")
    path.machine.hooks.after_unknown_call(path, call)
    path.machine.hooks.on_unknown_answer(path, call, True, returned)
    path.machine.later(failed)
    _outcomes(path, True, returned, back)


def call_some_precompile(
    path: Path,
    frame: Frame,
    kind: str,
    to: Int,
    value: Int,
    data: Data,
    back: Return,
    paid: ChainState,
) -> None:
    """A call to a precompiled contract that is not modelled, or of which it is not known which one
    it is: it may fail or not, and return anything, but changes nothing."""
    static = frame.static or kind == "STATICCALL"
    call = OutgoingCall(kind, frame.owner.name, frame.address, to, value, data, static)
    path.flag(ANY_PRECOMPILE)
    returned = _returned(path)
    failed = path.fork()
    path.machine.hooks.on_unknown_answer(failed, call, False, returned)
    _outcomes(failed, False, returned, back)
    path.machine.later(failed)
    path.state = paid
    path.machine.hooks.on_unknown_answer(path, call, True, returned)
    _outcomes(path, True, returned, back)


def _returned(path: Path) -> Opaque:
    """Return data of which nothing is known."""
    name = f"returned#{path.machine.serial()}"
    returned = Opaque(name, int_var(f"{name}.length", 0, _LONGEST))
    path.fresh = (*path.fresh, returned.length)
    return returned


def _outcomes(path: Path, success: bool, returned: Opaque, back: Return) -> None:
    """Give the result; where it may or may not fill its room in memory, fork once more."""
    output = Data.of_source(returned)
    if back.size.op != CONST or back.size.data:
        fills = compare.le(back.size, returned.length)
        if path.known(fills) is None:
            short = path.fork()
            short.take(not_(fills))
            short.machine.answer(short, short.frame, success, output, back)
            path.machine.later(short)
            path.take(fills)
    path.machine.answer(path, path.frame, success, output, back)
