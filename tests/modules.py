"""Modules of projects that tests load: several projects have folders of one name."""

from __future__ import annotations

import sys

__all__ = ["forget"]


def forget(package: str) -> None:
    """Drop a package that another project may have loaded under this name."""
    for name in [each for each in sys.modules if each.partition(".")[0] == package]:
        del sys.modules[name]
