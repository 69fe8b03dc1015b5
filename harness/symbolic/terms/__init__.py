"""Terms: integers, words and conditions, hash-consed and in normal form.

`words` has the EVM's operations; `linear`, `product`, `division` and `slices` the exact ones;
`compare` and `boolean` the conditions. `Facts` knows what a path knows, `evaluate` is exact.
"""

from harness.symbolic.terms.boolean import and_, conjoin, iff, imply, not_, or_
from harness.symbolic.terms.choice import ite, word_of
from harness.symbolic.terms.evaluate import Assignment, Unassigned, evaluate
from harness.symbolic.terms.facts import Facts
from harness.symbolic.terms.functions import Function
from harness.symbolic.terms.node import (
    FALSE,
    MAX_WORD,
    TRUE,
    WORD,
    Bool,
    Int,
    Term,
    bool_var,
    const,
    int_var,
    interned,
    is_word,
    term_scope,
    value_of,
    word_var,
)
from harness.symbolic.terms.rebuild import substitute
from harness.symbolic.terms.show import show
from harness.symbolic.terms.slices import concat, signed, slice_bits, wrap
from harness.symbolic.terms.sums import Sum, same_key

__all__ = [
    "FALSE",
    "MAX_WORD",
    "TRUE",
    "WORD",
    "Assignment",
    "Bool",
    "Facts",
    "Function",
    "Int",
    "Sum",
    "Term",
    "Unassigned",
    "and_",
    "bool_var",
    "concat",
    "conjoin",
    "const",
    "evaluate",
    "iff",
    "imply",
    "int_var",
    "interned",
    "is_word",
    "ite",
    "not_",
    "or_",
    "same_key",
    "show",
    "signed",
    "slice_bits",
    "substitute",
    "term_scope",
    "value_of",
    "word_of",
    "word_var",
    "wrap",
]
