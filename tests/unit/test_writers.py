"""What one judge saw written against what another says can be."""

from __future__ import annotations

from harness.verdict import JudgeName
from harness.writers import Possible, Writer, compare, compare_all

MINT: Writer = ("token", "mint(address,uint256)", "supply")
BURN: Writer = ("token", "burn(uint256)", "supply")
POKE: Writer = ("proxy", "fallback()", "supply")


class Sees:
    """A judge that saw something in one system."""

    name = JudgeName.PROVE

    def __init__(self, *writers: Writer) -> None:
        self._writers = frozenset(writers)

    def seen(self, system: str) -> frozenset[Writer]:
        return self._writers if system == "bank" else frozenset()


class Reads:
    """A judge that has read one system."""

    name = JudgeName.INSPECT

    def possible(self, system: str) -> Possible | None:
        return (
            Possible(frozenset({MINT}), {"proxy": "a delegatecall"}) if system == "bank" else None
        )


def test_what_was_seen_must_be_possible() -> None:
    possible = Reads().possible("bank")
    assert possible is not None
    seen = frozenset({MINT, BURN, POKE})
    found = compare("bank", JudgeName.PROVE, seen, JudgeName.INSPECT, possible)
    assert found.confirmed == 1
    assert found.impossible == (BURN,)
    assert found.undecided == {"proxy": "a delegatecall"}


def test_only_judges_that_looked_are_compared() -> None:
    assert compare_all("bank", [Sees(), Reads()]) == []
    assert compare_all("other", [Sees(MINT), Reads()]) == []
    assert compare_all("bank", [Sees(MINT), object()]) == []
    [found] = compare_all("bank", [Reads(), Sees(MINT)])
    assert (found.confirmed, found.impossible, found.undecided) == (1, (), {})
