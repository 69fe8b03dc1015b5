"""Steps of a specification: done along all of their paths, and left with one state.

What a step decides would double the paths of all that follows.  So the states that its paths leave
are made one, whose values depend on which path was taken, as they do where a compiled branch ends.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from harness.compile import StorageType
from harness.specification import Specification, SpecificationState
from harness.symbolic.explore import Feasible, decide, explore, known
from harness.symbolic.machine import Unsupported
from harness.symbolic.specified.entries import Entries
from harness.symbolic.specified.values import choose
from harness.symbolic.terms import Bool, and_, boolean, ite, or_
from harness.symbolic.values import SymBool, SymInt, bool_term, int_term
from harness.symbolic.world.values import flag, number

__all__ = ["NOT_FOLLOWED", "Steps"]

_MOST_PATHS = 64

NOT_FOLLOWED = (
    Unsupported,
    AttributeError,
    KeyError,
    NotImplementedError,
    RuntimeError,
    TypeError,
    ValueError,
)
"""What is raised where terms are not enough for what a specification does with them."""


@dataclass(frozen=True)
class _Way:
    """One path through a step that came to its end."""

    condition: Bool
    result: Any
    state: SpecificationState


class _Apart(Exception):
    """The states of two paths cannot be made one."""


class Steps:
    """Does the steps of one specification."""

    def __init__(
        self,
        specification: Specification,
        type_of: Callable[[str, str], StorageType],
        feasible: Feasible,
    ) -> None:
        self._spec = specification
        self._type_of = type_of
        self._feasible = feasible

    def carry_out(self, step: Callable[[], Any]) -> Any:
        """Do a step; it raises what it raises on the path that does."""
        start, facts = self._spec.snapshot(), known()
        ends: list[SpecificationState] = []

        def run() -> Any:
            self._spec.restore(start)
            result = step()
            ends.append(self._spec.snapshot())
            return result

        paths = explore(
            run,
            assumptions=facts,
            max_paths=_MOST_PATHS,
            feasible=self._feasible,
            catch=(Exception,),
        )
        states = iter(ends)
        ways: list[_Way] = []
        wrong: dict[type[Exception], list[tuple[Bool, Exception]]] = {}
        for path in paths:
            condition = and_(*path.condition[len(facts.path) :])
            if path.error is None:
                ways.append(_Way(condition, path.result, next(states)))
            elif isinstance(path.error, NOT_FOLLOWED):
                raise path.error
            else:
                wrong.setdefault(type(path.error), []).append((condition, path.error))
        for number_left, raised in enumerate(wrong.values(), start=1 - len(wrong)):
            surely = not ways and number_left == 0
            if surely or decide(or_(*(condition for condition, _ in raised))):
                self._spec.restore(start)
                raise raised[0][1]
        return self._joined(ways)

    def _joined(self, ways: Sequence[_Way]) -> Any:
        """Go on from what several paths left."""
        if len(ways) > 1:
            try:
                return self._merged(ways)
            except _Apart:
                for way in ways[:-1]:
                    if decide(way.condition):
                        self._spec.restore(way.state)
                        return way.result
        self._spec.restore(ways[-1].state)
        return ways[-1].result

    def _merged(self, ways: Sequence[_Way]) -> Any:
        """One state of several: the last one, with what differs in the others put into it."""
        result = _chosen(ways, [way.result for way in ways], _either)
        variables: list[dict[tuple[str, str], Any]] = []
        purses: list[dict[str, Any]] = []
        totals: list[dict[Any, Any]] = []
        for way in ways:
            self._spec.restore(way.state)
            variables.append({name: self._spec.variable(*name) for name in self._spec.variables()})
            purses.append(dict(self._spec.ether))
            totals.append(dict(self._spec.totals))
        for name, last in variables[-1].items():
            values = [each[name] for each in variables]
            if isinstance(last, Entries):
                self._put_entries(ways, values)
            elif any(value is not last for value in values):
                pick = partial(choose, self._spec, self._type_of(*name))
                self._spec.assign(*name, _chosen(ways, values, pick))
        for chain in purses[-1]:
            self._put_entries(ways, [each[chain] for each in purses])
        for counted in {key: None for each in totals for key in each}:
            values = [each.get(counted, 0) for each in totals]
            self._spec.totals[counted] = _chosen(ways, values, _either)
        return result

    def _put_entries(self, ways: Sequence[_Way], mappings: Sequence[Any]) -> None:
        """Write into the last of some mappings what is in each of them."""
        if not all(isinstance(mapping, Entries) for mapping in mappings):
            raise _Apart
        last: Entries = mappings[-1]
        if all(mapping.written is last.written for mapping in mappings):
            return
        keys = {
            entry.words: entry.key
            for mapping in mappings
            for entry in mapping.written
            if not all(entry in other.written for other in mappings)
        }
        found = [
            (key, _chosen(ways, [mapping.now(key) for mapping in mappings], last.choose))
            for key in keys.values()
        ]
        for key, value in found:
            last[key] = value


def _chosen(
    ways: Sequence[_Way], values: Sequence[Any], choose_one: Callable[[Bool, Any, Any], Any]
) -> Any:
    """The value of the path that is taken."""
    found = values[-1]
    for way, value in zip(reversed(ways[:-1]), reversed(values[:-1]), strict=True):
        if value is not found:
            found = choose_one(way.condition, value, found)
    return found


def _either(condition: Bool, one: Any, other: Any) -> Any:
    """One of two numbers or truth values.  Raises _Apart for anything else."""
    if isinstance(one, SymBool | bool) and isinstance(other, SymBool | bool):
        return flag(boolean.choose(condition, bool_term(one), bool_term(other)))
    if isinstance(one, bool | SymBool) or isinstance(other, bool | SymBool):
        raise _Apart
    if isinstance(one, SymInt | int) and isinstance(other, SymInt | int):
        return number(ite(condition, int_term(one), int_term(other)))
    raise _Apart
