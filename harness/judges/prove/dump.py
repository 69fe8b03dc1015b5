"""Every query in SMT-LIB, one file each, for anyone to check.

    ; unit: l1_token.transfer(address,uint256)
    ; property: BANK-001
    ; assumed: BANK-001, BANK-002
    ; z3: unsat
    ; cvc5: unsat

``unsat`` means that the goal follows.  Where a model refutes it, only Z3 was asked; where those
assumptions that Z3 used are enough for cvc5, it was asked for no more than these.
"""

from __future__ import annotations

import re
from pathlib import Path

from harness.symbolic.solve import Answer, Counterexample, Proved, Query

__all__ = ["Dump"]


class Dump:
    """Writes queries to a folder; the units of one system are told apart by their names."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers: dict[str, int] = {}

    def asked(self, query: Query, answer: Answer, assumed: frozenset[str]) -> None:
        """Write one query with its answers."""
        self._folder.mkdir(parents=True, exist_ok=True)
        unit, _, about = query.name.partition(": ")
        name = re.sub(r"[^A-Za-z0-9_.@-]+", "-", query.name).strip("-")[:150]
        number = self._numbers[name] = self._numbers.get(name, 0) + 1
        header = (
            f"; unit: {unit}",
            f"; property: {about or 'storage stays within its types'}",
            f"; assumed: {', '.join(sorted(assumed)) or 'nothing'}",
            *(f"; {line}" for line in _answers(answer)),
        )
        text = "\n".join((*header, query.smtlib()))
        (self._folder / f"{name}.{number}.smt2").write_text(text, encoding="utf-8")


def _answers(answer: Answer) -> tuple[str, str]:
    """What either solver said."""
    if isinstance(answer, Proved):
        return "z3: unsat", f"cvc5: {'unsat' if answer.confirmed_by else answer.unconfirmed}"
    if isinstance(answer, Counterexample):
        return "z3: sat, and the model is exact", "cvc5: not asked"
    return f"no proof: {answer.reason}", "cvc5: see above"
