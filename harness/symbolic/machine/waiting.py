"""The paths that are still to be followed, in the order of the code, and where they meet.

Paths wait at *places*: the instruction that they stand at, below the calls that they are in. What
waits at a place is told apart by what paths must have in common to be joined, so that only those
that may be are looked at.
"""

from __future__ import annotations

from collections.abc import Hashable
from heapq import heappop, heappush
from itertools import count

from harness.symbolic.machine.merging import likeness, merge, progress
from harness.symbolic.machine.path import Path

__all__ = ["Waiting"]

_Place = dict[Hashable, list[Path]]


class Waiting:
    """Paths that wait for their turn.

    Args:
        joining: whether paths that have come to the same place are made one; otherwise the path
            that was put in last is taken out first.
    """

    def __init__(self, *, joining: bool) -> None:
        self._joining = joining
        self._order = count()
        self._keys: list[tuple[int, ...]] = []
        self._places: dict[tuple[int, ...], _Place] = {}

    def __bool__(self) -> bool:
        return bool(self._keys)

    def put(self, path: Path) -> None:
        """Let a path wait."""
        key = progress(path) if self._joining else (-next(self._order),)
        if key not in self._places:
            self._places[key] = {}
            heappush(self._keys, key)
        self._places[key].setdefault(likeness(path), []).append(path)

    def take(self) -> Path:
        """Take out the path that should run first. Raises IndexError if none waits."""
        key = self._keys[0]
        place = self._places[key]
        alike = next(iter(place))
        path = place[alike].pop(0)
        self._tidy(key, place, alike)
        return path

    def joined(self, path: Path) -> Path | None:
        """A path at a jump destination, joined with those that wait at the same place; None if
        another one should run first, and this one waits."""
        if not self._joining or not self._keys:
            return path
        key = progress(path)
        if self._keys[0] < key:
            self.put(path)
            return None
        if self._keys[0] != key:
            return path
        place, alike = self._places[key], likeness(path)
        apart: list[Path] = []
        for other in place.get(alike, ()):
            parted = path.number in other.apart or other.number in path.apart
            both = None if parted else merge(path, other)
            if both is None:
                apart.append(other)
            else:
                path = both
        if apart or alike in place:
            place[alike] = apart
            self._tidy(key, place, alike)
        return path

    def _tidy(self, key: tuple[int, ...], place: _Place, alike: Hashable) -> None:
        """Forget a place that nobody waits at any more; it is the first one."""
        if not place[alike]:
            del place[alike]
        if not place:
            del self._places[key]
            heappop(self._keys)
