"""What the judges say of one another: a matrix of property by judge, and contradictions.

What one judge has PROVED and another has REFUTED is a fault of the harness, whichever of them is
wrong: both artefacts are kept, so that it can be found.

    .harness/contradictions/<system>/<property>/
        proof.json        the verdict PROVED, with the property's source and what was compiled
        refutation.json   the verdict REFUTED
        witness.json      the calls that refute it, if it was refuted by calls
    .harness/contradictions/<system>/writers.json
        who was seen writing what, although by the source nobody can
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.table import Table
from rich.text import Text

from harness.compiled import CompiledSystem
from harness.errors import EnvironmentProblem
from harness.property import Property
from harness.report.json import SCHEMA_VERSION, compared_json, relative, result_json, write
from harness.report.terminal import table, verdict_text
from harness.verdict import JudgeName, Result, Verdict, contradictions
from harness.writers import Compared

__all__ = [
    "Contradiction",
    "contradiction_lines",
    "judges_of",
    "matrix",
    "save_contradictions",
    "save_writers",
    "unasked",
    "writer_lines",
]

_FOLDER = "contradictions"
_NOT_ASKED = "-"


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A property that one judge has proved and another refuted.

    ``folder`` holds the artefacts, unless there was a ``problem`` with writing them.
    """

    proof: Result
    refutation: Result
    folder: Path
    problem: str = ""


def judges_of(results: Iterable[Result]) -> list[JudgeName]:
    """The judges that said something, in the order of :class:`JudgeName`."""
    said = {result.judge for result in results}
    return [judge for judge in JudgeName if judge in said]


def matrix(results: Sequence[Result]) -> Table:
    """One row for each property, one column for each judge, and whether they agree.

    A judge that is not asked about a property has a dash there.
    """
    judges = judges_of(results)
    made = table("property", *(judge.value for judge in judges), "agreement")
    rows: dict[tuple[str, str], dict[JudgeName, Verdict]] = {}
    for result in results:
        said = rows.setdefault((result.system, result.property_id), {})
        said[result.judge] = result.verdict
    for (_, name), said in rows.items():
        cells = [
            verdict_text(said[judge]) if judge in said else Text(_NOT_ASKED) for judge in judges
        ]
        made.add_row(name, *cells, _agreement(set(said.values()), len(said)))
    return made


def unasked(results: Sequence[Result]) -> str:
    """What a dash in the matrix means; empty where there is none."""
    pairs = {(result.system, result.property_id) for result in results}
    if len(results) == len(pairs) * len(judges_of(results)):
        return ""
    return f"{_NOT_ASKED}  not asked: inspect judges structure, the other judges the rest"


def _agreement(verdicts: set[Verdict], judges: int) -> Text:
    if Verdict.REFUTED in verdicts:
        if Verdict.PROVED in verdicts:
            return Text("contradiction", style="bold red")
        return Text("refuted", style="red")
    positive = {Verdict.PROVED, Verdict.BOUNDED, Verdict.FUZZED}
    if not verdicts <= positive:
        return Text("open" if verdicts & positive else "none", style="yellow")
    return Text("agreed" if judges > 1 else "one judge")


def save_contradictions(
    results: Iterable[Result],
    properties: Mapping[str, Property],
    compiled: Mapping[str, CompiledSystem],
    folder: Path,
    root: Path,
) -> list[Contradiction]:
    """Keep both artefacts of every contradiction.

    Args:
        results: the verdicts of a run.
        properties: the properties by id.
        compiled: the systems by name.
        folder: the project's own folder, ``.harness``.
        root: the project, which paths are given relative to.
    """
    found = []
    for proof, refutation in contradictions(results):
        place = folder / _FOLDER / proof.system / proof.property_id
        about = _about(properties.get(proof.property_id), compiled.get(proof.system), root)
        problem = ""
        try:
            write({**about, "result": result_json(proof, root)}, place / "proof.json")
            write({**about, "result": result_json(refutation, root)}, place / "refutation.json")
            witness = _read(refutation.witness, root)
            if witness is not None:
                write(witness, place / "witness.json")
        except EnvironmentProblem as wrong:
            problem = wrong.what
        found.append(Contradiction(proof, refutation, place, problem))
    return found


def save_writers(compared: Compared, folder: Path) -> Path:
    """Keep who was seen writing what although the source says nobody can; the file."""
    place = folder / _FOLDER / compared.system / "writers.json"
    write({"schema_version": SCHEMA_VERSION, **compared_json(compared)}, place)
    return place


def writer_lines(compared: Compared) -> list[str]:
    """What came of comparing who writes what, for a reader."""
    watcher, reader = compared.watcher.value, compared.reader.value
    lines = [
        f"CONTRADICTION: {watcher} saw {contract}.{function} write {variable}; {reader} says that "
        "it cannot. One of the two is wrong, and so may be what it proved."
        for contract, function, variable in compared.impossible
    ]
    if compared.confirmed:
        lines.append(
            f"{compared.system}: {reader} confirms the {compared.confirmed} pairs of a function "
            f"and a variable that {watcher} saw it write"
        )
    lines += [
        f"{compared.system}: who writes to {contract} could not be compared: {why}"
        for contract, why in compared.undecided.items()
    ]
    return lines


def _about(each: Property | None, compiled: CompiledSystem | None, root: Path) -> dict[str, Any]:
    """What both verdicts were about."""
    made: dict[str, Any] = {"schema_version": SCHEMA_VERSION}
    if each is not None:
        made["statement"] = each.statement
        made["source"] = each.code
        made["where"] = f"{relative(Path(each.file), root)}:{each.line}"
    if compiled is not None:
        made["contracts"] = compiled.build.content_hash
        made["compiler"] = compiled.build.compiler_version
    return made


def _read(path: Path | None, root: Path) -> Any:
    if path is None:
        return None
    try:
        return json.loads((path if path.is_absolute() else root / path).read_text("utf-8"))
    except (OSError, ValueError):
        return None


def contradiction_lines(each: Contradiction, shown: str) -> list[str]:
    """A contradiction in words; ``shown`` is its folder as the reader can type it."""
    proved, refuted = each.proof.judge.value, each.refutation.judge.value
    return [
        f"CONTRADICTION {each.proof.property_id}: {proved} says PROVED, {refuted} says REFUTED.",
        "  One of the two judges is wrong, so neither verdict can be relied on.",
        f"  They could not be kept: {each.problem}."
        if each.problem
        else f"  Both are kept in {shown}: please report it as a bug of the harness.",
    ]
