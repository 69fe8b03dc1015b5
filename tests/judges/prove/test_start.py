"""What a run of the prover begins with: what it imports, and which units come first."""

from __future__ import annotations

import subprocess
import sys

from harness.judges.prove.units import ranks, units_of
from harness.judges.prove.work import IMPORTS
from tests.judges.prove.bank import compiled


def test_loads_nothing_that_most_runs_do_not_need() -> None:
    script = f"""
import importlib, sys
for name in {IMPORTS!r}:
    importlib.import_module(name)
print(*sys.modules, sep="\\n")
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    loaded = {each.partition(".")[0] for each in done.stdout.split()}
    assert {"harness", "z3", "eth"} <= loaded
    assert not loaded & {"hypothesis", "py_ecc", "cvc5", "slither", "crytic_compile", "rich"}


def test_begins_with_functions_that_go_through_other_contracts() -> None:
    """The vault calls the token, which calls nobody."""
    units = units_of(compiled())
    found = ranks(compiled(), units)
    assert found.keys() == units.keys()
    order = sorted(units, key=lambda name: found[name])
    kinds = [name.partition(".")[0] for name in order if units[name].function is not None]
    assert kinds == sorted(kinds, reverse=True), "first all of the vault, then all of the token"
    assert not any(units[name].function for name in order[len(kinds) :])
