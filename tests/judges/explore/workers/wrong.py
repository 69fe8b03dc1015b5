"""The process as it is, but Manticore's ADD is off by one."""

import importlib
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[4] / "harness" / "judges" / "explore"))


def add(self: Any, a: Any, b: Any) -> Any:
    """Not what ADD does."""
    return a + b + 1


importlib.import_module("worker.machine").Machine.ADD = add
importlib.import_module("worker.__main__").main()
