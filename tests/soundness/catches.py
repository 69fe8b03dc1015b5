"""Which judge catches which known bug: runs the judges and writes docs/catches.md.

    python -m tests.soundness.catches                     what was not run yet, every judge
    python -m tests.soundness.catches --judge prove LATE  one judge, variants with that in the name
    python -m tests.soundness.catches --again             everything anew
    python -m tests.soundness.catches --only-write        the document from what is kept

What comes of each pair is kept in docs/catches.json until the variant changes, so that a run may be
broken off and taken up again, and one row or column be done without the others.  Seconds are
processor time of the judge, compiling aside.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from harness.verdict import JudgeName
from tests.soundness.catching import SUITES, Catch, Suite, catch
from tests.soundness.variants import ROOT, Variant

KEPT = ROOT / "docs" / "catches.json"
DOCUMENT = ROOT / "docs" / "catches.md"
COLUMNS = (JudgeName.FUZZ, JudgeName.PROVE, JudgeName.INSPECT, JudgeName.EXPLORE)
"""The judges that are asked unless others are named."""

HEAD = """# Which judge catches which bug

Written by `python -m tests.soundness.catches`. Every row is the real system with one small patch.
A judge catches it if it finds a property REFUTED: *fuzz*, *prove* and *explore* by a witness that
replays on py-evm, *inspect* at a place in the source. Seconds are processor time of that judge on
that variant, compiling aside; a dash is a pair that was not run.

Fuzz is given the properties that the variant is known to break and what it learnt of the real
system; prove begins with the units of the changed contracts, assumes the invariants of the real
system, stops at the first property that fails, and tries to reach its counterexample from
deployment by search and by the fuzzer. Explore follows one call of the changed contracts, and then
two, twelve times at most. Where a bug shows in the source alone, these three look for any property
that speaks of calls.
"""


class Book:
    """What came of variants so far, in a file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._kept = json.loads(path.read_text()) if path.exists() else {}

    def get(self, suite: Suite, variant: Variant, judge: JudgeName) -> Catch | None:
        """What is known of a pair."""
        raw = self._kept.get(_key(suite, variant, judge))
        return None if raw is None else Catch(**raw)

    def put(self, suite: Suite, variant: Variant, judge: JudgeName, found: Catch) -> None:
        """Keep what came of a pair."""
        self._kept[_key(suite, variant, judge)] = asdict(found)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.write_text(json.dumps(self._kept, indent=1, sort_keys=True))


def _key(suite: Suite, variant: Variant, judge: JudgeName) -> str:
    digest = hashlib.sha256(repr((variant.patches, variant.breaks)).encode()).hexdigest()[:12]
    return f"{suite.name}/{variant.name}/{judge.value}/{digest}"


def document(book: Book) -> str:
    """The whole document, from what is known."""
    parts = [HEAD]
    for suite in SUITES:
        parts.append(f"## {suite.title}\n\n{_table(suite, book)}\n")
    parts.append(f"## Caught by one judge alone\n\n{_alone(book)}\n")
    return "\n".join(parts)


def _table(suite: Suite, book: Book) -> str:
    columns = [j for j in COLUMNS if any(book.get(suite, v, j) for v in suite.variants)]
    head = ["variant", "bug", *(f"{judge.value} | s" for judge in columns)]
    lines = [f"| {' | '.join(head)} |", "|" + " --- |" * (2 + 2 * len(columns))]
    for variant in suite.variants:
        cells = [f"`{variant.name}`", variant.bug]
        for judge in columns:
            found = book.get(suite, variant, judge)
            cells.append("- | -" if found is None else f"{found.said} | {found.seconds:.1f}")
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _alone(book: Book) -> str:
    lines = []
    for judge in COLUMNS:
        names = [f"`{name}`" for name in _caught_only_by(judge, book)]
        if names:
            lines.append(f"- *{judge.value}*, {len(names)}: {', '.join(names)}")
    note = "Of the pairs that were run; the others passed the variant or could not decide."
    return f"{note}\n\n" + ("\n".join(lines) or "None.")


def _caught_only_by(judge: JudgeName, book: Book) -> Iterator[str]:
    """Variants that every judge was asked about and this one alone caught."""
    for suite in SUITES:
        for variant in suite.variants:
            known = {each: book.get(suite, variant, each) for each in COLUMNS}
            asked = all(each is not None for each in known.values())
            caught_by = [each for each, found in known.items() if found and found.caught]
            if asked and caught_by == [judge]:
                yield variant.name


def main(arguments: Sequence[str]) -> int:
    """Run what is asked for, and write the document."""
    parser = argparse.ArgumentParser(prog="catches", description="Which judge catches which bug.")
    names = [judge.value for judge in COLUMNS]
    parser.add_argument("--judge", action="append", choices=names, help="only this one")
    parser.add_argument("--again", action="store_true", help="also what was run before")
    parser.add_argument("--only-write", action="store_true", help="run nothing")
    parser.add_argument("words", nargs="*", help="variants whose name has one of these in it")
    chosen = parser.parse_args(arguments)
    judges = [JudgeName(name) for name in chosen.judge or ()] or list(COLUMNS)
    book = Book(KEPT)
    for judge in () if chosen.only_write else judges:
        for suite in SUITES:
            for variant in suite.variants:
                if chosen.words and not any(w.lower() in variant.name for w in chosen.words):
                    continue
                if chosen.again or book.get(suite, variant, judge) is None:
                    found = catch(suite, variant, judge)
                    book.put(suite, variant, judge, found)
                    print(f"{judge.value:8}{found.seconds:6.1f} s  {variant.name}: {found.said}")
                    sys.stdout.flush()
    DOCUMENT.write_text(document(book))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
