"""Guards: what keeps an exploration from being complete, by name and with a reason."""

from __future__ import annotations

__all__ = ["Excluded", "Tripped"]


class Tripped(Exception):
    """Something that this exploration cannot follow: nothing may be claimed of the path.

    ``guard`` is its name in `harness.judges.explore.guards`, ``reason`` what happened, and where.
    """

    def __init__(self, guard: str, reason: str) -> None:
        super().__init__(f"{guard}: {reason}")
        self.guard = guard
        self.reason = reason


class Excluded(Exception):
    """A path that nobody can take, or that is outside of the bounds told with every verdict."""
