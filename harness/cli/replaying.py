"""``harness replay``: a saved witness, run again on py-evm, call by call."""

from __future__ import annotations

from pathlib import Path

from rich.text import Text

from harness.cli.outcome import from_here
from harness.cli.terminal import Terminal
from harness.compiled import compile_system
from harness.config import find_project, load_config
from harness.errors import LookupProblem
from harness.judges.replay import Replay, differences, replay
from harness.property import Property
from harness.report.witness_text import ending, replay_text
from harness.targets import Target, load_targets
from harness.verdict import ExitCode
from harness.witness import Witness, code_hash, load_witness

__all__ = ["run"]


def run(terminal: Terminal, path: Path) -> int:
    """Replay a witness; returns REFUTED if the property does not hold, REACHED if it now does."""
    witness = load_witness(path)
    here = Path.cwd()
    root = find_project(path.resolve().parent) or find_project(here) or here
    terminal.root = root
    target, each = _find(witness, root, path)
    compiled = compile_system(target.system, root)
    for line in differences(witness, compiled, code_hash(compiled)):
        terminal.error(Text("note: ", style="yellow").append(line, style="default"))
    terminal.line(Text(each.id, style="bold").append(f"  {each.statement}", style="not bold"))
    terminal.line()
    made = replay(compiled, [each], witness)
    for line in replay_text(made):
        terminal.line(line)
    if made.steps:
        terminal.line()
    return _conclude(terminal, made, each)


def _find(witness: Witness, root: Path, path: Path) -> tuple[Target, Property]:
    """The system and the property that a witness is about, as they are now."""
    known: dict[str, Target] = {}
    for given in ([witness.target], list(load_config(root).targets)):
        if given and (given != [witness.target] or _is_there(witness.target, root)):
            known |= {target.name: target for target in load_targets(given, root)}
        target = known.get(witness.system)
        for each in target.properties if target else ():
            if each.id == witness.property_id:
                assert target is not None
                return target, each
    found = known.get(witness.system)
    if found is None:
        where = f"{root}, for {from_here(path.resolve())}"
        raise LookupProblem.unknown("system", witness.system, known, where)
    ids = [each.id for each in found.properties]
    raise LookupProblem.unknown("property", witness.property_id, ids, found.name)


def _is_there(target: str, root: Path) -> bool:
    return bool(target) and (root / target).exists()


def _conclude(terminal: Terminal, made: Replay, each: Property) -> int:
    for line in ending(made):
        terminal.line(line)
    if made.found is None:
        terminal.line(f"{each.id} holds after every step: the witness no longer breaks it.")
        return ExitCode.REACHED
    left = made.given - made.found.step
    early = f" ({left} of its {made.given} steps were not needed)" if left else ""
    terminal.line()
    terminal.line(f"{each.id} does not hold: the witness stands{early}.")
    return ExitCode.REFUTED
