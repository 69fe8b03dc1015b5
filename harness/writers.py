"""Who writes which variable: what one judge saw happen, against what another says can happen.

The prover follows the bytecode and sees which function writes which variable.  inspect reads the
source and says which functions can.  Whatever was seen must be possible: if it is not, one of the
two is wrong, and so may be what it proved.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias, runtime_checkable

from harness.verdict import JudgeName

__all__ = ["Compared", "Possible", "Reader", "Watcher", "Writer", "compare", "compare_all"]

Writer: TypeAlias = tuple[str, str, str]
"""Contract, canonical signature of its function (``receive()`` for plain ether), variable."""


@dataclass(frozen=True)
class Possible:
    """Every function that can write a variable, by the source.

    ``doubts`` holds the contracts of which this cannot be told, and why.
    """

    writers: frozenset[Writer] = frozenset()
    doubts: Mapping[str, str] = field(default_factory=dict)


@runtime_checkable
class Watcher(Protocol):
    """A judge that sees who writes what."""

    name: JudgeName

    def seen(self, system: str) -> frozenset[Writer]:
        """What was seen in the last run on a system; nothing where there was none."""


@runtime_checkable
class Reader(Protocol):
    """A judge that can tell from the source who writes what."""

    name: JudgeName

    def possible(self, system: str) -> Possible | None:
        """What it read in the last run on a system; ``None`` where there was none."""


@dataclass(frozen=True)
class Compared:
    """What came of a comparison on one system.

    ``confirmed`` is how many writers were seen and are possible, ``undecided`` the contracts with
    writers of which the source does not tell, ``impossible`` what was seen and cannot be.
    """

    system: str
    watcher: JudgeName
    reader: JudgeName
    confirmed: int
    undecided: Mapping[str, str]
    impossible: tuple[Writer, ...]


def compare(
    system: str,
    watcher: JudgeName,
    seen: frozenset[Writer],
    reader: JudgeName,
    possible: Possible,
) -> Compared:
    """Hold what one judge saw against what another says is possible."""
    told = [each for each in seen if each[0] not in possible.doubts]
    wrong = sorted(each for each in told if each not in possible.writers)
    contracts = {contract for contract, _, _ in seen}
    undecided = {name: why for name, why in possible.doubts.items() if name in contracts}
    return Compared(system, watcher, reader, len(told) - len(wrong), undecided, tuple(wrong))


def compare_all(system: str, judges: Iterable[object]) -> list[Compared]:
    """Every judge that sees writers against every one that reads them, where both did."""
    judges = list(judges)
    found: list[Compared] = []
    for watcher in judges:
        if not isinstance(watcher, Watcher) or not (seen := watcher.seen(system)):
            continue
        for reader in judges:
            if isinstance(reader, Reader) and (possible := reader.possible(system)) is not None:
                found.append(compare(system, watcher.name, seen, reader.name, possible))
    return found
