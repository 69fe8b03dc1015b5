"""Solving: queries over terms, by Z3, re-checked by exact evaluation and by cvc5."""

from harness.symbolic.solve.checking import check, holds
from harness.symbolic.solve.lower import Lowering
from harness.symbolic.solve.models import Models
from harness.symbolic.solve.query import (
    Answer,
    Counterexample,
    Limits,
    Proved,
    Query,
    Unknown,
    satisfiable,
)
from harness.symbolic.solve.reals import check_in_reals
from harness.symbolic.solve.z3_solver import Context

__all__ = [
    "Answer",
    "Context",
    "Counterexample",
    "Limits",
    "Lowering",
    "Models",
    "Proved",
    "Query",
    "Unknown",
    "check",
    "check_in_reals",
    "holds",
    "satisfiable",
]
