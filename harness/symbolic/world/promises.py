"""What a transport promises of the calls that its environment makes, as a condition on terms."""

from __future__ import annotations

from harness.symbolic.explore import explore
from harness.symbolic.machine import Unsupported
from harness.symbolic.terms import FALSE, TRUE, Bool, and_, imply
from harness.symbolic.values import SymBool
from harness.symbolic.world.world import SymbolicWorld
from harness.transport import Transport
from harness.view import CallView

__all__ = ["permitted"]


def permitted(transport: Transport, before: SymbolicWorld, call: CallView) -> Bool:
    """Under which condition the environment may make a call.

    Raises Unsupported where the promise cannot be followed on terms.
    """
    paths = explore(lambda: transport.permits(before, call))
    return and_(*(imply(and_(*path.condition), _said(transport, path.result)) for path in paths))


def _said(transport: Transport, said: object) -> Bool:
    if said is None:
        return TRUE
    if isinstance(said, bool):
        return TRUE if said else FALSE
    if isinstance(said, SymBool):
        return said.term
    raise Unsupported(f"{type(transport).__name__}.permits() answers {said!r}, which is no bool")
