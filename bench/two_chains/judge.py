"""Judge one variant of the bridge, in a process of its own: ``judge.py PROJECT``.

Prints the verdicts as one line of JSON.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from harness.compiled import compile_system
from harness.judges.protocol import Case, Options
from harness.judges.prove import ProveJudge
from harness.targets import load_targets


def main() -> None:
    """Prove what can be proved, afresh."""
    project = Path(sys.argv[1]).resolve()
    (target,) = load_targets([str(project / "checks")], project)
    case = Case(compile_system(target.system, project), target.properties, target.path)
    options = Options(jobs=1, cached=False, fail_fast=True, witnesses=project / "witnesses")
    results = list(ProveJudge().judge(case, options, lambda progress: None))
    print(json.dumps({r.property_id: [r.verdict.name, r.reason or ""] for r in results}))


if __name__ == "__main__":
    main()
