"""Which judges there are in this version, each imported only when it is asked for.

>>> load(JudgeName.FUZZ).availability()
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Mapping, MutableMapping
from typing import cast

from harness.errors import LookupProblem
from harness.judges.protocol import Judge
from harness.verdict import JudgeName

__all__ = ["ABOUT", "JUDGES", "load", "named"]

JUDGES: MutableMapping[JudgeName, str] = {
    JudgeName.PROVE: "harness.judges.prove:ProveJudge",
    JudgeName.EXPLORE: "harness.judges.explore:ExploreJudge",
    JudgeName.FUZZ: "harness.judges.fuzz.judge:FuzzJudge",
    JudgeName.INSPECT: "harness.judges.inspect:InspectJudge",
}
"""The judges that can be asked, as ``module:class``, in the order in which they are asked."""

ABOUT: Mapping[JudgeName, str] = {
    JudgeName.PROVE: "proves on the bytecode, for any number of calls",
    JudgeName.EXPLORE: "executes symbolically, within bounds",
    JudgeName.FUZZ: "tries calls on a real EVM, with Hypothesis",
    JudgeName.INSPECT: "reads the structure of the source",
}
"""What each judge does, in a few words."""


def named(names: Iterable[str]) -> list[JudgeName]:
    """The judges of these names, in the order of :data:`JUDGES`; all of them for no names.

    Raises :class:`~harness.errors.UsageError` for a judge that this version does not have.
    """
    wanted = set(names)
    known = [judge.value for judge in JUDGES]
    for name in sorted(wanted):
        if name not in known:
            raise LookupProblem.unknown("judge", name, known, "this version, for --judge")
    return [judge for judge in JUDGES if not wanted or judge.value in wanted]


def load(name: JudgeName) -> Judge:
    """A judge, imported now."""
    module, _, attribute = JUDGES[name].partition(":")
    return cast(Judge, getattr(importlib.import_module(module), attribute)())
