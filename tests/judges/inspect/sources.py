"""The contracts of ``tests/fixtures/structure`` as a system, and properties made of one claim."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

from harness import Structure, System, Verdict, chain_at, contract, structure
from harness.compiled import CompiledSystem, compile_system
from harness.judges.inspect.judge import inspect_here, result_of
from harness.judges.inspect.source import SourceOfSystem
from harness.property import Property
from harness.structure import Claim
from harness.verdict import Result

ROOT = Path(__file__).parents[2] / "fixtures" / "structure"


class Sources(System):
    """Contracts that are read and never run."""

    sources = ("contracts",)
    l1 = chain_at(block=1, time=1)
    guards = contract(l1, "Guards")
    diamond = contract(l1, "Diamond")
    straight = contract(l1, "Straight")
    writes = contract(l1, "Writes")
    ambiguous = contract(l1, "Ambiguous")
    assembly = contract(l1, "Assembly")
    delegating = contract(l1, "Delegating")
    ending = contract(l1, "Ending")
    calls = contract(l1, "Calls")
    late = contract(l1, "Late")
    arbitrary = contract(l1, "Arbitrary")
    version2 = contract(l1, "Version2")
    swapped = contract(l1, "Swapped")
    retyped = contract(l1, "Retyped")


@cache
def compiled() -> CompiledSystem:
    """The contracts, compiled once."""
    return compile_system(Sources, ROOT)


@cache
def code() -> SourceOfSystem:
    """Their source, read once."""
    return SourceOfSystem(compiled())


def judged(body: Callable[[Structure[Sources]], object]) -> Result:
    """The verdict on a property with this body."""

    def stated(code: Structure[Sources]) -> object:
        """It holds."""
        return body(code)

    stated.__annotations__["code"] = Structure[Sources]
    made = structure("S01", severity="high", source="test")(stated)
    assert isinstance(made, Property)
    [(name, inspected)] = inspect_here(compiled(), [made])
    assert name == "S01"
    return result_of(compiled(), made, inspected)


def verdict_of(claim: Claim) -> Verdict:
    """The verdict that a claim comes to."""
    return judged(lambda _: claim).verdict
