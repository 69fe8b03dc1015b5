"""What a property of a state reads, so that it is judged on paths that change some of it only.

A path that changes nothing of that leaves what the property says as it was at deployment, at any
later time; and that is what the unit in which time passes is judged for.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from harness.symbolic.machine import ChainState, Region
from harness.symbolic.world import Ledger

__all__ = ["Reads"]


@dataclass
class Reads:
    """What was read of a world."""

    regions: set[Region] = field(default_factory=set)
    """Of storage, by properties and by the view functions that they call."""
    events: set[str] = field(default_factory=set)
    """Contracts of which events were added up."""
    ether: bool = False
    """Whether a balance may have been read; view functions may read any."""
    messages: bool = False
    """Whether messages were."""

    def take(self, ledger: Ledger) -> None:
        """Add the entries and sums that a ledger has seen."""
        for region, _ in ledger.keys_in_sight():
            if isinstance(region, Region):
                self.regions.add(region)
        self.regions.update(total.region for total in ledger.sums())

    def concern(self, state: ChainState) -> bool:
        """Whether any of it may be another in a state than it was at deployment."""
        return (
            self.messages
            or not self.regions.isdisjoint(state.storage.writes)
            or any(log.contract in self.events for log in state.logs)
            or (self.ether and bool(state.ether))
        )
