"""Line plots as SVG text: panels with axes, grid, legend; nothing but the standard library.

>>> panel = Panel("squares", "n", "n**2", (Line("exact", ((0, 0), (1, 1), (2, 4))),))
>>> svg([panel]).startswith("<svg ")
True
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape

__all__ = ["Line", "Panel", "svg"]

_WIDTH, _HEIGHT = 640, 330
_LEFT, _RIGHT, _TOP, _BOTTOM = 84, 16, 34, 78
_COLOURS = ("#0b5fa5", "#c2410c", "#15803d", "#7c3aed", "#525252", "#b91c1c")
_TICKS = 6


@dataclass(frozen=True, slots=True)
class Line:
    """A line through points, in the order given; a bound is drawn dashed."""

    name: str
    points: tuple[tuple[float, float], ...]
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Panel:
    """A plot of some lines, with what the axes show and their units."""

    title: str
    x_label: str
    y_label: str
    lines: tuple[Line, ...]


def svg(panels: Sequence[Panel]) -> str:
    """The panels, one below the other, as an SVG document.

    Raises :class:`ValueError` for a panel without points, or with one that is no finite number.
    """
    height = _HEIGHT * len(panels)
    body = "\n".join(
        f'<g transform="translate(0 {_HEIGHT * row})">\n{_panel(panel)}\n</g>'
        for row, panel in enumerate(panels)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height}" '
        f'viewBox="0 0 {_WIDTH} {height}" font-family="sans-serif" font-size="11">\n'
        f'<rect width="{_WIDTH}" height="{height}" fill="white"/>\n{body}\n</svg>\n'
    )


@dataclass(frozen=True, slots=True)
class _Axis:
    """Where values of an axis are drawn: ``low`` at pixel ``start``, ``high`` at ``end``."""

    low: float
    high: float
    start: float
    end: float

    @classmethod
    def over(cls, values: Iterable[float], start: float, end: float) -> _Axis:
        seen = list(values)
        low, high = min(seen), max(seen)
        if low == high:
            low, high = low - 1, high + 1
        return cls(low, high, start, end)

    def at(self, value: float) -> float:
        """The pixel of a value."""
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)

    def ticks(self) -> list[float]:
        """Round values within the axis."""
        rough = (self.high - self.low) / _TICKS
        unit = 10.0 ** math.floor(math.log10(rough))
        step = next(s * unit for s in (1, 2, 5, 10) if s * unit >= rough)
        first, last = math.ceil(self.low / step), math.floor(self.high / step)
        return [number * step for number in range(first, last + 1)]


def _panel(panel: Panel) -> str:
    points = [point for line in panel.lines for point in line.points]
    if not points:
        raise ValueError(f"the panel {panel.title!r} has no points")
    if not all(math.isfinite(value) for point in points for value in point):
        raise ValueError(f"the panel {panel.title!r} has a point that is no finite number")
    x = _Axis.over((px for px, _ in points), _LEFT, _WIDTH - _RIGHT)
    y = _Axis.over((py for _, py in points), _HEIGHT - _BOTTOM, _TOP)
    return "\n".join((*_frame(panel, x, y), *_lines(panel, x, y)))


def _frame(panel: Panel, x: _Axis, y: _Axis) -> Iterator[str]:
    yield _text(_WIDTH / 2, _TOP - 16, panel.title, "middle", 'font-size="13" font-weight="bold"')
    for tick in x.ticks():
        yield _stroke(x.at(tick), y.start, x.at(tick), y.end)
        yield _text(x.at(tick), y.start + 15, f"{tick:g}", "middle")
    for tick in y.ticks():
        yield _stroke(x.start, y.at(tick), x.end, y.at(tick))
        yield _text(x.start - 6, y.at(tick) + 4, f"{tick:.4g}", "end")
    yield _text((x.start + x.end) / 2, y.start + 32, panel.x_label, "middle")
    middle = (y.start + y.end) / 2
    turned = f'transform="rotate(-90 14 {middle:.1f})"'
    yield _text(14, middle, panel.y_label, "middle", turned)


def _lines(panel: Panel, x: _Axis, y: _Axis) -> Iterator[str]:
    step = (x.end - x.start) / len(panel.lines)
    for number, line in enumerate(panel.lines):
        colour = _COLOURS[number % len(_COLOURS)]
        style = f'fill="none" stroke="{colour}" stroke-width="1.5"'
        if line.dashed:
            style += ' stroke-dasharray="5 3"'
        points = " ".join(f"{x.at(px):.2f},{y.at(py):.2f}" for px, py in line.points)
        yield f'<polyline points="{points}" {style}><title>{escape(line.name)}</title></polyline>'
        left, level = x.start + number * step, _HEIGHT - 18
        yield f'<path d="M{left:.1f} {level}h22" {style}/>'
        yield _text(left + 27, level + 4, line.name, "start")


def _stroke(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<path d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}" stroke="#e5e5e5"/>'


def _text(x: float, y: float, text: str, anchor: str, more: str = "") -> str:
    extra = f" {more}" if more else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{extra}>{escape(text)}</text>'
