"""Epsilon and what drips mint, against the exact formulas and their bounds, as an SVG file.

    python -m properties.gip_0034.plot [FILE]

The fixed point is that of the specification, which the contracts agree with call by call; the exact
side and the bounds are those of ``specs.gip_0034.bounds``.  The parameters are those of the system:
a base of 1e10 GRT, its rate, a drip interval of a week.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from harness.report.plot import Line, Panel, svg
from properties.gip_0034.system import DRIP_INTERVAL, GRT, ISSUANCE_RATE, SUPPLY
from specs.gip_0034 import bounds, fixed_point

__all__ = ["DRIPS", "Epsilon", "Minted", "epsilons", "main", "minted", "panels"]

FILE = Path("gip_0034.svg")
BLOCKS_A_DAY = 7_200
YEAR = 365 * BLOCKS_A_DAY
DRIPS = {"early": DRIP_INTERVAL // 2, "on time": DRIP_INTERVAL, "late": 2 * DRIP_INTERVAL}
"""Blocks between drips that come half a week early, on time, and a week late."""


@dataclass(frozen=True, slots=True)
class Epsilon:
    """Epsilon of a drip ``blocks`` after the last one, in wei: how far it is off, and may be."""

    blocks: int
    value: int
    error: Fraction
    limit: Fraction


@dataclass(frozen=True, slots=True)
class Minted:
    """p after some drips that span ``blocks``, in wei: what it is over the exact exponential.

    ``limit`` is how far it may be off.
    """

    blocks: int
    drips: int
    base: int
    error: Fraction
    limit: Fraction


def epsilons(step: int = BLOCKS_A_DAY // 4, until: int = 2 * DRIP_INTERVAL) -> list[Epsilon]:
    """Epsilon by the block of the drip, from the last drip to a week after its deadline."""
    now = fixed_point.Issuance(
        base=SUPPLY, rate=ISSUANCE_RATE, fraction=0, since=0, until=DRIP_INTERVAL
    )
    prepaid = bounds.growth_error(SUPPLY, ISSUANCE_RATE, DRIP_INTERVAL)
    whole = bounds.exact_power(ISSUANCE_RATE, DRIP_INTERVAL)
    found = []
    for blocks in range(0, until + 1, step):
        drip = fixed_point.drip(now, blocks, DRIP_INTERVAL, ISSUANCE_RATE, 0)
        exact = SUPPLY * (whole.low - bounds.exact_power(ISSUANCE_RATE, blocks).low)
        limit = prepaid + bounds.growth_error(SUPPLY, ISSUANCE_RATE, blocks)
        found.append(Epsilon(blocks, drip.epsilon, drip.epsilon - exact, limit))
    return found


def minted(blocks_between: int, until: int = YEAR) -> list[Minted]:
    """p after each of a series of drips, until a number of blocks has passed."""
    base, found = SUPPLY, [Minted(0, 0, SUPPLY, Fraction(0), Fraction(0))]
    for drips in range(1, until // blocks_between + 1):
        base += fixed_point.new_rewards(base, ISSUANCE_RATE, blocks_between)
        blocks = drips * blocks_between
        exact = SUPPLY * bounds.exact_power(ISSUANCE_RATE, blocks).low
        limit = bounds.sequence_error(SUPPLY, ISSUANCE_RATE, blocks, drips)
        found.append(Minted(blocks, drips, base, base - exact, limit))
    return found


def panels() -> list[Panel]:
    """What is plotted: epsilon, its rounding, the growth of p, and its rounding."""
    eps = epsilons()
    series = {name: minted(blocks) for name, blocks in DRIPS.items()}
    days = [each.blocks / BLOCKS_A_DAY for each in eps]
    drip = fixed_point.new_rewards(SUPPLY, ISSUANCE_RATE, DRIP_INTERVAL)
    exact = tuple(
        (week * 7.0, float(SUPPLY * bounds.exact_power(ISSUANCE_RATE, week * DRIP_INTERVAL).low))
        for week in range(YEAR // DRIP_INTERVAL + 1)
    )
    return [
        Panel(
            "Epsilon of a drip: positive if early, 0 at t1 (day 7), negative if late",
            "days since the last drip",
            "million GRT",
            (
                _line("epsilon", days, [each.value / GRT / 1e6 for each in eps]),
                _line("dR(t1, t0), what was prepaid", days, [drip / GRT / 1e6] * len(eps), True),
            ),
        ),
        Panel(
            "Rounding of epsilon against the exact formula, and its bound",
            "days since the last drip",
            "wei of GRT",
            (
                _line("rounding", days, [float(each.error) for each in eps]),
                _line("bound", days, [float(each.limit) for each in eps], True),
                _line("minus the bound", days, [-float(each.limit) for each in eps], True),
            ),
        ),
        Panel(
            "p after drips that are early, on time and late, and one exact exponential",
            "days",
            "billion GRT",
            (
                *(_growth(name, each) for name, each in series.items()),
                Line("exact exponential", tuple((x, y / GRT / 1e9) for x, y in exact), dashed=True),
            ),
        ),
        Panel(
            "Rounding of p against one exact exponential, and the bound of k drips",
            "days",
            "wei of GRT",
            (
                *(_rounding(name, each) for name, each in series.items()),
                _line(
                    "bound (on time)",
                    [each.blocks / BLOCKS_A_DAY for each in series["on time"]],
                    [float(each.limit) for each in series["on time"]],
                    True,
                ),
            ),
        ),
    ]


def _growth(name: str, series: Sequence[Minted]) -> Line:
    days = [each.blocks / BLOCKS_A_DAY for each in series]
    return _line(name, days, [each.base / GRT / 1e9 for each in series])


def _rounding(name: str, series: Sequence[Minted]) -> Line:
    days = [each.blocks / BLOCKS_A_DAY for each in series]
    return _line(f"drips {name}", days, [float(each.error) for each in series])


def _line(name: str, x: Sequence[float], y: Sequence[float], dashed: bool = False) -> Line:
    return Line(name, tuple(zip(x, y, strict=True)), dashed)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the plot; prints where it is.  Returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m properties.gip_0034.plot", description=__doc__)
    parser.add_argument("file", nargs="?", type=Path, default=FILE, help="where to write the SVG")
    file: Path = parser.parse_args(arguments).file
    try:
        file.write_text(svg(panels()), encoding="utf-8")
    except OSError as wrong:
        print(f"the plot cannot be written: {wrong}; name another file", file=sys.stderr)
        return 2
    print(file)
    return 0


if __name__ == "__main__":
    sys.exit(main())
