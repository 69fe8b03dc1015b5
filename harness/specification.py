"""What the harness asks of an executable specification, whatever it is written with.

``specs.model`` of this project implements it, and so may any other class: nothing here is
imported by a specification.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

__all__ = ["Specification", "SpecificationState"]

SpecificationState = Any
"""A snapshot of a specification's state; opaque."""


class Specification(Protocol):
    """A model of a system that can execute transactions."""

    ether: dict[str, dict[int, int]]
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

    def snapshot(self) -> SpecificationState:
        """The whole state, safe from later transitions."""

    def restore(self, state: SpecificationState) -> None:
        """Go back to a snapshot, which stays usable."""

    def variable(self, contract: str, label: str) -> Any:
        """A contract's storage variable by its label in the source.

        A mapping is a dictionary from key, or tuple of keys for nested mappings, to value.
        :class:`KeyError` where the specification has no such variable.
        """

    def default(self, contract: str, label: str) -> Any:
        """What an entry of a mapping is that is not in the dictionary."""

    def member(self, struct: Any, label: str) -> Any:
        """A member of a struct by its label in the source."""

    def changes(self, state: SpecificationState) -> Mapping[tuple[str, str], Sequence[Any]]:
        """What differs from a snapshot: (contract, label) -> keys; none for a plain value."""
