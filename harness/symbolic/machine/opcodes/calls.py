"""Calls: CALL, CALLCODE, DELEGATECALL, STATICCALL (0xf1, 0xf2, 0xf4, 0xfa).

Whom a symbolic address names is decided before anything happens: the path forks over the known
accounts, the precompiled contracts, accounts without code, and unknown code.
"""

from __future__ import annotations

from dataclasses import dataclass

from harness.symbolic.machine.accounts import code_size
from harness.symbolic.machine.data import Data
from harness.symbolic.machine.errors import Halt, Unsupported
from harness.symbolic.machine.opcodes.rule import Family, Rule
from harness.symbolic.machine.path import Frame, Path, Return
from harness.symbolic.machine.precompiles import (
    MODELLED,
    PRECOMPILES,
    SOME_PRECOMPILE,
    run_precompile,
)
from harness.symbolic.machine.program import Account
from harness.symbolic.machine.state import ChainState
from harness.symbolic.machine.unknown import call_some_precompile, call_unknown
from harness.symbolic.terms import Int, compare, const, slice_bits
from harness.symbolic.terms.node import CONST

__all__ = ["RULES"]


_DEEPEST_KNOWN = 3
"""So often a function may run within itself, where every call of it has a known selector."""


@dataclass(frozen=True, slots=True)
class _Request:
    """What the stack asks for."""

    kind: str
    to: Int
    value: Int
    start: Int
    size: Int
    back: Return


def _request(path: Path, frame: Frame, kind: str) -> _Request:
    """The arguments of a call instruction; they stay on the stack."""
    items = [path.facts.rewrite(item) for item in reversed(frame.stack[-7:])]
    to = slice_bits(items[1], 0, 160)
    if kind in ("CALL", "CALLCODE"):
        value, (start, size, out, room) = items[2], items[3:7]
    else:
        value, (start, size, out, room) = const(0), items[2:6]
    return _Request(kind, to, value, start, size, Return(out, room))


def _call(kind: str, needs: int) -> tuple[int, Rule]:
    def call(path: Path, frame: Frame) -> None:
        """Run other code, in its own name or in ours."""
        # STACK
        request = _request(path, frame, kind)
        # OPERATION
        has_value = request.value.op != CONST or request.value.data != 0
        protected = kind == "CALL" and frame.static and has_value
        if protected and path.decide(compare.ne(request.value, const(0))):
            raise Halt("write protection: CALL with value inside STATICCALL")
        if len(path.frames) >= path.machine.limits.depth:
            raise Unsupported(f"calls nested more than {path.machine.limits.depth} deep")
        target = _target(path, request.to)
        if has_value:
            held = path.state.balance(frame.address, path.facts)
            if not path.decide(compare.le(request.value, held)):
                _leave(frame, needs)
                _answer(frame, False)
                return
        _to(path, frame, request, target, needs)

    return needs, call


def _to(
    path: Path, frame: Frame, request: _Request, target: Account | int | None, needs: int
) -> None:
    """Make the call, whose target is known as far as it can be."""
    data = frame.memory.read(request.start, request.size, path.order)
    if isinstance(target, Account) and _reenters(path, request.kind, target, data):
        _leave(frame, needs)
        _outside(path, frame, request, data, path.state, target.name)
        return
    paid = _pay(path, frame, request)
    if isinstance(target, Account):
        frame.memory.touch(request.back.out, request.back.size, path.order)
        _leave(frame, needs)
        before, path.state = path.state, paid
        path.frames.append(_frame(frame, request, target, data, before))
    elif target == 0:
        _leave(frame, needs)
        path.state = paid
        _answer(frame, True)
    elif target == SOME_PRECOMPILE or (target not in MODELLED and target is not None):
        _leave(frame, needs)
        kind, to, value, back = request.kind, request.to, request.value, request.back
        call_some_precompile(path, frame, kind, to, value, data, back, paid)
    elif target is not None:
        output = run_precompile(path, target, data)
        _leave(frame, needs)
        path.state = paid
        path.machine.answer(path, frame, True, output, request.back)
    else:
        _leave(frame, needs)
        _outside(path, frame, request, data, paid)


def _outside(
    path: Path, frame: Frame, request: _Request, data: Data, paid: ChainState, again: str = ""
) -> None:
    """Make a call that is not followed."""
    kind, to, value, back = request.kind, request.to, request.value, request.back
    call_unknown(path, frame, kind, to, value, data, back, paid, again)


def _reenters(path: Path, kind: str, target: Account, data: Data) -> bool:
    """Whether a call enters a known account again, at a function that runs already on the path,
    so that following it might never end.

    With a selector that is not known, it does where the selector may be that of a running
    function, which the path decides; with a known one, calls are followed some levels deep.
    """
    if kind not in ("CALL", "STATICCALL"):
        return False
    running = [_selector(path, frame.calldata) for frame in path.frames if frame.owner is target]
    if not running:
        return False
    asked = _selector(path, data)
    if asked is not None and asked.op == CONST:
        return sum(known is asked for known in running) >= _DEEPEST_KNOWN
    if asked is None or any(known is None or known.op != CONST for known in running):
        return True
    return any(path.decide(compare.eq(asked, known)) for known in running if known is not None)


def _selector(path: Path, data: Data) -> Int | None:
    """The first four bytes of call data, zeros behind its end; None if they cannot be told."""
    try:
        return path.facts.rewrite(data.number(const(0), 4, path.order))
    except Unsupported:
        return None


def _target(path: Path, to: Int) -> Account | int | None:
    """A known account; the number of a precompiled contract, or SOME_PRECOMPILE; 0 for an account
    without code; None for unknown code."""
    accounts = path.setting.accounts
    if to.op == CONST:
        if to.data in accounts:
            return accounts[to.data]
        if to.data in PRECOMPILES:
            return int(to.data)
    else:
        for address, account in accounts.items():
            if path.decide(compare.eq(to, const(address))):
                return account
        if path.decide(compare.within(to, min(PRECOMPILES), max(PRECOMPILES))):
            return SOME_PRECOMPILE
    return 0 if path.decide(compare.eq(code_size(path, to), const(0))) else None


def _pay(path: Path, frame: Frame, request: _Request) -> ChainState:
    """The state once the value has moved."""
    if request.kind != "CALL" or (request.value.op == CONST and request.value.data == 0):
        return path.state
    return path.state.transfer(frame.address, request.to, request.value, path.facts)


def _leave(frame: Frame, needs: int) -> None:
    """Take the arguments off the stack and go on behind the instruction."""
    del frame.stack[-needs:]
    # PROGRAM COUNTER
    frame.pc += 1


def _answer(frame: Frame, success: bool) -> None:
    """The result of a call that ran no code."""
    frame.returndata = Data()
    frame.stack.append(const(int(success)))


def _frame(
    frame: Frame, request: _Request, target: Account, data: Data, before: ChainState
) -> Frame:
    """The frame of the called code."""
    kind = request.kind
    owner = target if kind in ("CALL", "STATICCALL") else frame.owner
    caller = frame.caller if kind == "DELEGATECALL" else frame.address
    value = frame.value if kind == "DELEGATECALL" else request.value
    static = frame.static or kind == "STATICCALL"
    return Frame(target, owner, caller, value, data, static, before, request.back)


RULES: Family = {
    0xF1: _call("CALL", 7),
    0xF2: _call("CALLCODE", 7),
    0xF4: _call("DELEGATECALL", 6),
    0xFA: _call("STATICCALL", 6),
}
