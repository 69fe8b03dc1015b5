"""What the harness asks of an executable specification, whatever it is written with.

``specs.model`` of this project implements it, and so may any other class: nothing here is
imported by a specification.

A judge may execute a specification on terms instead of numbers.  It then assigns every variable
itself: numbers, truth values and 32 bytes become terms with Python's operators, mappings become
mutable mappings that know ``get`` with the variable's default, assignment and ``copy``.  What asks
more of a value, such as ``in``, ``len`` or ``int``, cannot be followed there.  What transitions
read must be their arguments, these variables, ``ether``, and what never changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, MutableMapping, Sequence
from typing import Any, Protocol

__all__ = ["Specification", "SpecificationState"]

SpecificationState = Any
"""A snapshot of a specification's state; opaque."""


class Specification(Protocol):
    """A model of a system that can execute transactions."""

    ether: dict[str, MutableMapping[int, int]]
    """Wei by chain and address."""

    totals: dict[tuple[str, str, str], int]
    """Sums of event fields by (contract, event, field); the number of events for ``""``."""

    def execute(
        self,
        chain: str,
        *,
        sender: int,
        to: int,
        value: int,
        data: bytes,
        block: int,
        time: int,
        basefee: int,
    ) -> str | None:
        """Execute a transaction whole or not at all; why it reverts, or ``None`` if it succeeds."""

    def carry_out_by(self, how: Callable[[Callable[[], Any]], Any]) -> None:
        """Do steps of transitions, if it tells any apart, by giving them to ``how``.

        Otherwise they are just called.  A judge who follows all paths may do a step along each of
        its paths, and go on from one state.
        """

    def snapshot(self) -> SpecificationState:
        """The whole state, safe from later transitions."""

    def restore(self, state: SpecificationState) -> None:
        """Go back to a snapshot, which stays usable."""

    def variable(self, contract: str, label: str) -> Any:
        """A contract's storage variable by its label in the source.

        A mapping is a dictionary from key, or tuple of keys for nested mappings, to value.
        :class:`KeyError` where the specification has no such variable.
        """

    def variables(self) -> Iterable[tuple[str, str]]:
        """Every storage variable that it has: its contract, and its label in the source."""

    def assign(self, contract: str, label: str, value: Any) -> None:
        """Give a storage variable a value, as :meth:`variable` has it."""

    def default(self, contract: str, label: str) -> Any:
        """What an entry of a mapping is that is not in the dictionary."""

    def member(self, struct: Any, label: str) -> Any:
        """A member of a struct by its label in the source."""

    def with_members(self, struct: Any, members: Mapping[str, Any]) -> Any:
        """A struct like another one but for some members, by their labels in the source."""

    def changes(self, state: SpecificationState) -> Mapping[tuple[str, str], Sequence[Any]]:
        """What differs from a snapshot: (contract, label) -> keys; none for a plain value."""
