"""Calls to code that the machine does not know: refused, or anything may happen."""

from __future__ import annotations

from harness.symbolic.machine.data import Data, Opaque
from harness.symbolic.machine.errors import Unsupported
from harness.symbolic.machine.path import Frame, Path, Return
from harness.symbolic.machine.setting import OutgoingCall, UnknownCode
from harness.symbolic.machine.state import ChainState
from harness.symbolic.terms import Int, compare, int_var, not_
from harness.symbolic.terms.node import CONST

__all__ = ["call_some_precompile", "call_unknown"]

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
) -> None:
    """A call whose arguments are off the stack and whose value is paid in `paid`.

    The failing outcome goes on in a fork, with the state as it is; this path takes the successful
    one. Unknown code may call back into the known accounts, as anybody may, any number of times:
    that is why hooks must prove what is to be assumed afterwards.
    """
    if path.setting.unknown_code is UnknownCode.REFUSE:
        raise Unsupported(f"{kind} to unknown code at {to!r}", inherent=True)
    if kind in ("DELEGATECALL", "CALLCODE"):
        raise Unsupported(f"{kind} to unknown code, which could change any storage", inherent=True)
    static = frame.static or kind == "STATICCALL"
    call = OutgoingCall(kind, frame.owner.name, to, value, data, static)
    returned = _returned(path)
    path.flag("unknown code is called: it may do anything that anybody may")
    failed = path.fork()
    _outcomes(failed, False, returned, back)
    path.state = paid
    path.machine.hooks.on_unknown_call(path, call)
    if not static:
        path.state = path.state.havoc(f"~{path.machine.serial()}")
    path.machine.hooks.after_unknown_call(path, call)
    path.machine.later(failed)
    _outcomes(path, True, returned, back)


def call_some_precompile(path: Path, frame: Frame, back: Return, paid: ChainState) -> None:
    """A call to a precompiled contract that is not modelled, or of which it is not known which one
    it is: it may fail or not, and return anything, but changes nothing."""
    path.flag("a precompiled contract may succeed or fail, and return anything")
    returned = _returned(path)
    failed = path.fork()
    _outcomes(failed, False, returned, back)
    path.machine.later(failed)
    path.state = paid
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
