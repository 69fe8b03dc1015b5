"""Plots as SVG: every point is where it belongs, and nothing is drawn of what is no number."""

from __future__ import annotations

import math
from xml.etree import ElementTree

import pytest

from harness.report.plot import Line, Panel, svg

_SVG = "{http://www.w3.org/2000/svg}"


def points_of(document: str) -> dict[str, list[tuple[float, float]]]:
    """The pixels of each line by its name."""
    found = {}
    for line in ElementTree.fromstring(document).iter(f"{_SVG}polyline"):
        name = line.findtext(f"{_SVG}title") or ""
        pairs = (pair.split(",") for pair in line.attrib["points"].split())
        found[name] = [(float(x), float(y)) for x, y in pairs]
    return found


def test_points_are_drawn_in_proportion() -> None:
    ramp = Line("ramp", ((0.0, -2.0), (5.0, 0.0), (10.0, 2.0)))
    flat = Line("a & b", ((0.0, 2.0), (10.0, 2.0)), dashed=True)
    document = svg([Panel("a < b", "x", "y", (ramp, flat))])
    (low, middle, high), (left, right) = points_of(document).values()
    assert low[0] < middle[0] < high[0]
    assert low[1] > middle[1] > high[1], "larger values are drawn higher"
    assert middle == ((low[0] + high[0]) / 2, (low[1] + high[1]) / 2)
    assert left[1] == right[1] == high[1]
    texts = [each.text for each in ElementTree.fromstring(document).iter(f"{_SVG}text")]
    assert {"a < b", "x", "y", "ramp", "a & b", "-2", "0", "2", "10"} <= set(texts)
    assert document.count("stroke-dasharray") == 2, "the dashed line and its legend"


def test_panels_stand_below_each_other() -> None:
    panel = Panel("one", "x", "y", (Line("level", ((0.0, 3.0), (1.0, 3.0))),))
    one, two = (ElementTree.fromstring(svg([panel] * count)) for count in (1, 2))
    assert int(two.attrib["height"]) == 2 * int(one.attrib["height"])


@pytest.mark.parametrize("bad", [math.inf, math.nan])
def test_what_is_no_number_is_refused(bad: float) -> None:
    with pytest.raises(ValueError, match="'odd' has a point that is no finite number"):
        svg([Panel("odd", "x", "y", (Line("line", ((0.0, bad),)),))])
    with pytest.raises(ValueError, match="'odd' has no points"):
        svg([Panel("odd", "x", "y", (Line("line", ()),))])
