"""A process that tells of an operation that nobody here has heard of."""

import json
import sys
from pathlib import Path

LINE = {"path": [], "table": [["var", 8, "a"], ["unheard", 8, 0, 0]]}
Path(sys.argv[2]).write_text(json.dumps(LINE) + "\n")
