"""The plot of GIP-0034: what it shows is right, and the file is made."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest

from properties.gip_0034.plot import DRIPS, epsilons, main, minted
from properties.gip_0034.system import DRIP_INTERVAL, SUPPLY
from specs.gip_0034 import bounds


def test_epsilon_changes_its_sign_at_the_deadline() -> None:
    series = epsilons()
    assert {each.blocks for each in series} >= {0, DRIP_INTERVAL, 2 * DRIP_INTERVAL}
    for each in series:
        side = (each.blocks < DRIP_INTERVAL) - (each.blocks > DRIP_INTERVAL)
        assert (each.value > 0) - (each.value < 0) == side
        assert abs(each.error) <= each.limit
    whole = next(each.value for each in series if each.blocks == 0)
    assert whole == 11703115039138450000000000
    assert [each.value for each in series] == sorted((e.value for e in series), reverse=True)


@pytest.mark.parametrize("name", DRIPS)
def test_drips_stay_within_the_bound_and_use_some_of_it(name: str) -> None:
    series = minted(DRIPS[name])
    assert series[0].base == SUPPLY
    for before, each in pairwise(series):
        assert each.blocks == before.blocks + DRIPS[name]
        assert abs(each.error) <= each.limit
        exact = bounds.exact_power(1_000_000_023_206_889_619, each.blocks) * SUPPLY
        assert exact.low + each.error == each.base
    assert any(abs(each.error) > each.limit / 10 for each in series[1:])
    assert 1.059 < series[-1].base / SUPPLY < 1.063, "6.27 % in a year of 12-second blocks"


def test_the_file_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "plot.svg"
    assert main([str(file)]) == 0
    assert capsys.readouterr().out == f"{file}\n"
    root = ElementTree.parse(file).getroot()
    titles = [each.text for each in root.iter("{http://www.w3.org/2000/svg}title")]
    assert {
        "epsilon",
        "rounding",
        "bound",
        "exact exponential",
        "on time",
        "drips early",
        "drips late",
    } <= set(titles)
    assert main([str(tmp_path / "none" / "plot.svg")]) == 2
    assert "name another file" in capsys.readouterr().err
