"""What came of a job."""

from __future__ import annotations

from dataclasses import dataclass, field

from harness.step import Step

__all__ = ["JobReport", "Tripped"]


@dataclass(frozen=True)
class Tripped:
    """A guard that has tripped."""

    guard: str
    reason: str


@dataclass
class JobReport:
    """What came of one job."""

    job: str
    guards: list[Tripped] = field(default_factory=list)
    """Guards of the job as a whole."""
    doubts: dict[str, Tripped] = field(default_factory=dict)
    """By property: why it stays open."""
    broken: dict[str, tuple[tuple[Step, ...], ...]] = field(default_factory=dict)
    """By property: steps that may break it."""
    spoke: list[str] = field(default_factory=list)
    """Properties that said something on a path that is possible."""
    unsure: list[str] = field(default_factory=list)
    """Properties of which that was asked without an answer."""
    judged: list[str] = field(default_factory=list)
    """Properties that the job was judged for."""
    effective: bool = True
    """Whether a path succeeds and changes anything, as far as is known."""
    paths: int = 0
    cut: int = 0
    """Paths that were followed at some moments only, since they go round too often."""
    replayed: int = 0
    """Paths of which one call was made on the EVM and did as told."""
    read: list[str] = field(default_factory=list)
    """Variables that the last transaction has read, by address and slot."""
    written: list[str] = field(default_factory=list)
    """Variables that were written where it succeeded."""
    seconds: float = 0.0
    exploring: float = 0.0
    """Seconds that went into Manticore's process."""
