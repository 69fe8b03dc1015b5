"""Which known-bad variants the source gives away: a table by bug, as Markdown.

    python -m tests.soundness.catches            every variant of escrow-and-mint
    python -m tests.soundness.catches LATE ...   those whose name has one of these words in it

A variant is caught by *inspect* when a structural property is REFUTED, and passed when all are
PROVED; anything else is shown as it is.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from harness.compiled import compile_system
from harness.judges.inspect.judge import inspect_here, result_of
from harness.property import Kind
from harness.targets import Target, load_targets
from harness.verdict import Verdict
from tests.soundness.structure_variants import STRUCTURE
from tests.soundness.variants import ESCROW_MINT, ROOT, Variant, write_variant

BASELINE = "contracts/slither-baseline.toml"


def caught(variant: Variant, target: Target) -> dict[str, Verdict]:
    """The structural properties that are not PROVED on a variant, with their verdicts."""
    properties = [each for each in target.properties if each.kind is Kind.STRUCTURE]
    by_id = {each.id: each for each in properties}
    with tempfile.TemporaryDirectory() as folder:
        root = write_variant(variant, target.system.sources, Path(folder))
        shutil.copy(ROOT / BASELINE, root / BASELINE)
        compiled = compile_system(target.system, root)
        verdicts = {
            name: result_of(compiled, by_id[name], inspected).verdict
            for name, inspected in inspect_here(compiled, properties)
        }
    return {name: each for name, each in verdicts.items() if each is not Verdict.PROVED}


def main(words: Sequence[str]) -> int:
    """Print the table."""
    targets = load_targets(["properties/escrow_mint"], ROOT)
    [target] = [each for each in targets if each.name == "escrow_mint"]
    variants = [
        each
        for each in (*ESCROW_MINT, *STRUCTURE)
        if not words or any(word.lower() in each.name for word in words)
    ]
    print("| variant | bug | inspect |\n| --- | --- | --- |")
    for variant in variants:
        found = caught(variant, target)
        said = ", ".join(f"{name} {verdict.value}" for name, verdict in found.items())
        print(f"| {variant.name} | {variant.bug} | {said or 'passed'} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
