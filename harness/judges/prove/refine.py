"""Refinement: does a call end, in every state, as the specification says?

The specification executes the call on terms from the state before it, along all of its paths.  On
each it must revert where the contracts revert, and have what they have where they succeed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from harness.chain.world import ConcreteWorld
from harness.compile.abi_types import AbiType
from harness.errors import HarnessError
from harness.judges.evaluate import raised
from harness.judges.oracle import Oracle
from harness.judges.prove.endings import Ending, Run
from harness.judges.prove.report import Failure, Goal, Proof, Why
from harness.judges.prove.units import Unit
from harness.property import Property
from harness.specification import Specification
from harness.symbolic.explore import TooManyPaths, explore
from harness.symbolic.machine import Block, Unsupported
from harness.symbolic.machine.accounts import CODE_SIZE
from harness.symbolic.machine.unknown import ANY_PRECOMPILE, REENTERED, UNKNOWN_CODE
from harness.symbolic.specified import (
    CallBytes,
    Comparison,
    Followed,
    SystemOnTerms,
    Transaction,
    comparisons,
)
from harness.symbolic.specified.identity import questions_of_identity
from harness.symbolic.specified.pruning import Pruning
from harness.symbolic.specified.text import Text
from harness.symbolic.terms import FALSE, Bool, Int, Term, and_, compare, const, imply
from harness.symbolic.terms.node import APP
from harness.symbolic.world import SymText, argument

__all__ = ["Agreement", "Refinements", "Unfollowed"]

_MOST_PATHS = 512

_OUTSIDE = {UNKNOWN_CODE, ANY_PRECOMPILE}


class Unfollowed(Exception):
    """A specification does what cannot be followed on terms, or raises what no call explains."""


@dataclass(frozen=True)
class Agreement:
    """What must hold on one path of the specification, at one end of the contracts' call."""

    condition: Bool
    """Under which the specification takes this path."""
    differs: str
    """How the outcomes differ; empty if both succeed or both revert."""
    compared: tuple[Comparison, ...] = ()
    """What is compared after a success."""

    @property
    def claim(self) -> Bool:
        """That the two agree wherever the path is taken."""
        agreed = FALSE if self.differs else and_(*(each.same for each in self.compared))
        return imply(self.condition, agreed)

    def __str__(self) -> str:
        return self.differs or ", ".join(each.what for each in self.compared)

    def shown(self, plain: Callable[[Any], Any]) -> tuple[tuple[str, Any], ...]:
        """What differs under an assignment: both sides of it, by name."""
        if self.differs:
            return (("difference", self.differs),)
        sides = [
            (each.what, plain(each.contracts), plain(each.specification)) for each in self.compared
        ]
        return tuple(
            reading
            for what, contracts, specification in sides
            if contracts != specification
            for reading in (
                (f"contracts: {what}", contracts),
                (f"specification: {what}", specification),
            )
        )


class Refinements:
    """The specifications of a deployed system, as they are followed on terms."""

    def __init__(self, world: ConcreteWorld) -> None:
        self._world = world
        self._specifications: dict[str, Specification] = {}

    def base(self, each: Property) -> Goal:
        """Whether contracts and specification agree right after deployment, on numbers."""
        try:
            differences = Oracle(self._world, each.body(each.system(self._world))).begin()
        except HarnessError:
            raise
        except Exception as wrong:  # noqa: BLE001  (whatever an author's code raises is its fault)
            return Failure(Why.FAULT, str(raised(each, wrong)))
        if differences:
            shown = "; ".join(map(str, differences[:3]))
            return Failure(Why.BASE, f"they differ right after deployment: {shown}")
        return Proof()

    def agreements(self, each: Property, unit: Unit, ending: Ending) -> Sequence[Agreement]:
        """What must hold at one end of a call, path by path of the specification.

        Raises Unfollowed with the reason, and the place in the specification.
        """
        try:
            return self._agreements(each, unit, ending)
        except Unfollowed:
            raise
        except (Unsupported, TooManyPaths) as problem:
            raise Unfollowed(str(problem)) from problem
        except HarnessError as problem:
            raise Unfollowed(problem.what) from problem
        except MemoryError:
            raise
        except Exception as wrong:
            what = f"the specification raises {type(wrong).__name__} on terms: {wrong}"
            raise Unfollowed(what) from wrong

    def _agreements(self, each: Property, unit: Unit, ending: Ending) -> Sequence[Agreement]:
        run = ending.run
        if run is None:
            raise Unsupported("a specification follows calls of contracts alone")
        if run.end.flags & _OUTSIDE:
            return ()
        if REENTERED in run.end.flags:
            raise Unsupported("the call goes back into the system with unknown data")
        known = (*ending.conditions[len(run.end.path) :], *_without_code(ending.conditions))
        facts = run.end.facts.assume(*known)
        pruning = Pruning(facts.path)
        followed = Followed(
            self._specification(each), self._world.compiled, ending.before, pruning.feasible
        )
        execute = partial(self._execute, followed, _transaction(unit, ending, run), ending, run)
        paths = explore(
            execute,
            assumptions=facts,
            max_paths=_MOST_PATHS,
            feasible=pruning.feasible,
            catch=(ZeroDivisionError,),
        )
        found = []
        for path in paths:
            simple = pruning.simplified(path.condition)
            if simple is None:
                continue
            condition = and_(*path.condition[len(run.end.path) :], *simple)
            if path.result is None:
                found.append(Agreement(condition, "the specification divides by zero"))
            else:
                found.append(Agreement(condition, *path.result))
        return found

    def _specification(self, each: Property) -> Specification:
        known = self._specifications.get(each.id)
        if known is None:
            made = each.body(each.system(SystemOnTerms(self._world)))
            asked = questions_of_identity(made)
            if asked:
                raise Unfollowed(
                    "the specification asks which object or of which type a value is, which terms "
                    f"answer otherwise than numbers: {', '.join(asked[:3])}"
                )
            known = self._specifications[each.id] = made
        return known

    def _execute(
        self, followed: Followed, call: Transaction, ending: Ending, run: Run
    ) -> tuple[str, tuple[Comparison, ...]]:
        refused = followed.execute(call)
        if not ending.succeeded:
            return ("" if refused is not None else "the contracts revert"), ()
        if refused is not None:
            return f"the specification reverts: {refused}", ()
        return "", comparisons(followed, run.end, run.machine, ending.completed)


def _transaction(unit: Unit, ending: Ending, run: Run) -> Transaction:
    kinds = [p.type for p in unit.function.inputs] if unit.function else []
    args: tuple[Any, ...] = tuple(
        _argument(kind, raw) for kind, (_, raw) in zip(kinds, ending.arguments, strict=True)
    )
    length = run.call.data.length
    data = CallBytes(unit.function, args, is_empty=length.lo == length.hi == 0)
    call = run.call
    block = Block.symbolic(unit.chain)
    return Transaction(unit.chain, call.caller, call.target, call.value, data, block)


def _argument(kind: AbiType, raw: Any) -> Any:
    """An argument as a specification is given it."""
    value = argument(kind, raw)
    return Text(value.data) if isinstance(value, SymText) and kind.kind == "bytes" else value


def _without_code(conditions: Iterable[Bool]) -> Iterator[Bool]:
    """That accounts whose code a path asks about have none, unless they are the system's."""
    seen: set[Term] = set()
    left: list[Term] = list(conditions)
    while left:
        node = left.pop()
        if node not in seen:
            seen.add(node)
            left.extend(node.args)
            if isinstance(node, Int) and node.op == APP and node.data.name.startswith(CODE_SIZE):
                yield compare.eq(node, const(0))
