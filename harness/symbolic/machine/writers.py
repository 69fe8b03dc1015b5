"""Which function of a contract writes which of its variables, as a call is followed."""

from __future__ import annotations

from typing import NamedTuple

from harness.symbolic.machine.path import Frame, Path
from harness.symbolic.machine.regions import Region
from harness.symbolic.terms import const
from harness.symbolic.terms.node import CONST

__all__ = ["Writer", "writer_of"]

_SELECTOR = 4


class Writer(NamedTuple):
    """A function that was seen writing a variable."""

    contract: str
    """Name of the contract in the system."""
    function: str
    """Canonical signature; ``receive()`` or ``fallback()`` where none was called by name."""
    variable: str
    """The variable's label in the storage layout."""


def writer_of(path: Path, frame: Frame, region: Region) -> Writer | None:
    """Who writes to a region now; None where the call or the place has no name.

    Code that works on another account's storage is none of that account's functions.
    """
    variable = region.fields[0].variable if region.fields else ""
    artifact = frame.code.artifact
    if not variable or artifact is None or frame.code is not frame.owner:
        return None
    function = _function(path, frame)
    if function is None:
        return None
    known = artifact.abi.by_selector.get(function)
    plain = "fallback()" if function else "receive()"
    return Writer(frame.owner.name, known.signature if known else plain, variable)


def _function(path: Path, frame: Frame) -> bytes | None:
    """The selector that a frame was called with, nothing for plain ether; None if not known."""
    length = frame.calldata.length
    if length.op == CONST and not length.data:
        return b""
    selector = frame.calldata.number(const(0), _SELECTOR, path.order)
    if selector.op != CONST:
        return None
    return int(selector.data).to_bytes(_SELECTOR, "big")
