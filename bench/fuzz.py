"""How fast the fuzzer is on escrow-and-mint, and where its time goes.

$ python bench/fuzz.py

Every step is checked: all properties, the specification and, at the end of a case, all properties
for all values.  Calls are transactions on the EVM, the transport's among them; a step makes none or
several.  What two figures compare is measured in turns in the same run, in seconds of CPU time, so
that other programs on the machine do not count.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

from harness.chain.chain import Chain
from harness.chain.world import ConcreteWorld
from harness.compiled import CompiledSystem, compile_system
from harness.judges.evaluate import Checker, Scope
from harness.judges.fuzz import campaign as campaigns
from harness.judges.fuzz import machine
from harness.judges.fuzz.campaign import Effort, run_campaign
from harness.judges.fuzz.pools import Pool
from harness.judges.fuzz.strategies import ArgumentDrawer
from harness.judges.oracle import Oracle
from harness.judges.workers import Failed, Limits, Send, Task, supervise
from harness.property import Kind, Property
from harness.targets import load_targets

ROOT = Path(__file__).resolve().parents[1]
STEPS = 50
SECONDS = 10.0
"""How long the campaigns in processes of their own run."""

CASES = 15
"""Cases of each campaign that is compared with others."""

TURNS = 2


@dataclass(frozen=True)
class Speed:
    """What campaigns did: transactions, how many reverted, steps, and seconds of CPU time."""

    calls: int = 0
    reverted: int = 0
    steps: int = 0
    cpu: float = 0.0

    def __add__(self, other: Speed) -> Speed:
        return Speed(
            self.calls + other.calls,
            self.reverted + other.reverted,
            self.steps + other.steps,
            self.cpu + other.cpu,
        )

    def per(self, seconds: float) -> str:
        """The rates, for so many seconds."""
        reverted = 100 * self.reverted / max(1, self.calls)
        rates = f"{self.calls / seconds:6.0f} calls/s {self.steps / seconds:6.0f} steps/s"
        return f"{rates} {reverted:4.0f} % of calls reverted"


def system() -> tuple[CompiledSystem, tuple[Property, ...]]:
    """The system, compiled, and all that is claimed of it."""
    targets = load_targets([str(ROOT / "properties" / "escrow_mint")], ROOT)
    target = next(each for each in targets if each.name == "escrow_mint")
    return compile_system(target.system, target.root), target.properties


def campaign(compiled: CompiledSystem, under: tuple[Property, ...], effort: Effort) -> Speed:
    """Run a campaign in this process; the time that deployment takes is part of it."""
    started = time.process_time()
    done = run_campaign(compiled, under, effort)
    seconds = time.process_time() - started
    if done.refuted or done.faults:
        raise SystemExit(f"these do not hold: {', '.join((*done.refuted, *done.faults))}")
    return Speed(done.counts.transactions, done.counts.reverted, done.counts.steps, seconds)


def worker(seed: int, send: Send) -> Speed:
    """What one of several processes does; its start-up is not counted."""
    return campaign(*system(), Effort(10**9, STEPS, seed, SECONDS))


def in_processes(number: int) -> str:
    """The rates of campaigns in so many processes at once, together."""
    tasks = [Task(worker, (seed,)) for seed in range(number)]
    outcomes = supervise(tasks, Limits(), jobs=number, on_message=lambda task, said: None)
    speeds: list[Speed] = []
    for outcome in outcomes:
        if isinstance(outcome, Failed):
            raise SystemExit(f"{outcome.reason}\n{outcome.trace}")
        speeds.append(outcome.value)
    whole = sum(speeds, Speed())
    share = 100 * whole.cpu / (number * SECONDS)
    return f"{whole.per(SECONDS)}, with {share:.0f} % of {number} cores"


def compare(compiled: CompiledSystem, properties: tuple[Property, ...]) -> None:
    """The same cases with all checks and without some, in turns."""
    refinements = tuple(p for p in properties if p.kind is Kind.REFINEMENT)
    others = tuple(p for p in properties if p.kind is not Kind.REFINEMENT)
    variants = {
        "all checks": properties,
        "no specification": others,
        "no properties": refinements,
        "one cheap property": others[:1],
    }
    speeds = dict.fromkeys(variants, Speed())
    for turn in range(TURNS):
        for name, under in variants.items():
            speeds[name] += campaign(compiled, under, Effort(CASES, STEPS, turn))
    whole = speeds["all checks"]
    for name, speed in speeds.items():
        ratio = (speed.cpu / speed.calls) / (whole.cpu / whole.calls)
        print(f"{name:<20} {speed.per(speed.cpu)}; time per call {ratio:.2f}")


@dataclass
class Rooms:
    """A profiler: time goes to the room that was entered last and not left yet."""

    seconds: dict[str, float] = field(default_factory=dict)
    inside: list[str] = field(default_factory=lambda: [ELSEWHERE])
    since: float = field(default_factory=time.process_time)

    def turn(self) -> None:
        """Give the time since the last turn to the room that it was spent in."""
        now, room = time.process_time(), self.inside[-1]
        self.seconds[room] = self.seconds.get(room, 0.0) + now - self.since
        self.since = now

    def entering(self, room: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The same function, which enters a room."""

        @functools.wraps(function)
        def entered(*args: Any, **named: Any) -> Any:
            self.turn()
            self.inside.append(room)
            try:
                return function(*args, **named)
            finally:
                self.turn()
                self.inside.pop()

        return entered


ELSEWHERE = "Hypothesis"
PLACES: tuple[tuple[str, Any, str], ...] = (
    ("EVM", Chain, "execute"),
    ("EVM, read-only calls", Chain, "call"),
    ("going back to the start", ConcreteWorld, "restore"),
    ("ghosts, decoding, past states", ConcreteWorld, "_execute"),
    ("transport", ConcreteWorld, "run"),
    ("transport", machine._Steps, "relay"),
    ("specification", Oracle, "follow"),
    ("specification", Oracle, "restart"),
    ("properties", Checker, "state"),
    ("properties", Checker, "call"),
    ("whom a call concerns", Scope, "touched"),
    ("drawing arguments", ArgumentDrawer, "__init__"),
    ("drawing arguments", ArgumentDrawer, "arguments"),
    ("pool of values", Pool, "follow"),
    ("pool of values", Pool, "copy"),
    ("deploying", campaigns, "Session"),
)


def profile(compiled: CompiledSystem, properties: tuple[Property, ...]) -> None:
    """Where the time goes."""
    rooms = Rooms()
    with ExitStack() as patched:
        for room, owner, name in PLACES:
            function = owner.__dict__[name]
            wrapped: Any = rooms.entering(room, getattr(function, "__func__", function))
            if isinstance(function, classmethod):
                wrapped = classmethod(wrapped)
            patched.enter_context(mock.patch.object(owner, name, wrapped))
        campaign(compiled, properties, Effort(2 * CASES, STEPS, 0))
        rooms.turn()
    whole = sum(rooms.seconds.values())
    for room, seconds in sorted(rooms.seconds.items(), key=lambda each: -each[1]):
        print(f"  {room:<30} {100 * seconds / whole:5.1f} %")


def main() -> None:
    """Print one measurement per line."""
    compiled, properties = system()
    print(f"{len(properties)} properties, cases of {STEPS} steps")
    print(f"{'2 processes':<20} {in_processes(2)}")
    print(f"{'1 process':<20} {in_processes(1)}")
    print("in turns, in this process:")
    compare(compiled, properties)
    print("where the time goes, all checks:")
    profile(compiled, properties)


if __name__ == "__main__":
    main()
