"""The process as it is, but Manticore prints a lot."""

import importlib
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[4] / "harness" / "judges" / "explore"))

print('{"path": [], "end": 0}\n' * 10_000)
importlib.import_module("worker.__main__").main()
