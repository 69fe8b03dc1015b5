"""Hash-consed nodes: the data structure under every term.

A term is an `Int` (a mathematical integer) or a `Bool`. An EVM *word* is an Int that lies
in [0, 2^256): by its interval, or by a fact of the path that it is used on. Equal terms
built in one table are the same object, so equality of terms is `is`.

Only the constructors of this package may call `make_int` and `make_bool`: they keep the
normal forms that the other modules rely on.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any, Final

WORD_BITS: Final = 256
WORD: Final = 1 << WORD_BITS
MAX_WORD: Final = WORD - 1
SIGN: Final = 1 << (WORD_BITS - 1)

# Operations of Int nodes. The comment gives args / data.
CONST: Final = 0  # - / the value
VAR: Final = 1  # - / the name
LIN: Final = 2  # atoms, sorted by id / (coefficients, constant)
MUL: Final = 3  # two or more factors, sorted by id, none constant / -
SLICE: Final = 4  # base / (offset, width or None): floor(base / 2^offset) mod 2^width
DIV: Final = 5  # a, b / - : floor(a / b), and 0 where b is 0
MOD: Final = 6  # a, b / - : a - b * floor(a / b), and 0 where b is 0
ITE: Final = 7  # condition, then, else / -
APP: Final = 8  # arguments / Function

# Operations of Bool nodes.
TRUTH: Final = 16  # - / True or False
BVAR: Final = 17  # - / the name
LE: Final = 18  # h / k: h <= k
GE: Final = 19  # h / k: h >= k
EQ: Final = 20  # h / k: h == k
NOT: Final = 21  # an EQ or a BVAR / -
AND: Final = 22  # two or more, sorted by id / -
OR: Final = 23  # two or more, sorted by id / -


class Term:
    """A node: operation, arguments, payload, and a serial number that orders terms."""

    __slots__ = ("args", "data", "id", "op")

    op: int
    args: tuple[Any, ...]
    data: Any
    id: int

    def __repr__(self) -> str:
        """The term in prefix notation, cut where it gets long."""
        from harness.symbolic.terms.show import show

        return show(self, limit=60)

    def __bool__(self) -> bool:
        """Refused: the truth of a term is decided by `explore` or by a solver."""
        raise TypeError(f"a term has no truth value of its own: {self!r}; wrap it or solve it")

    def __reduce__(self) -> Any:
        """Refused: a copy would not be the same object; send `evaluate` results instead."""
        raise TypeError("terms live in one process and cannot be pickled or copied")


class Int(Term):
    """An integer with the bounds that hold under every assignment (None: unbounded)."""

    __slots__ = ("hi", "lo")

    def __init__(
        self, op: int, args: tuple[Any, ...], data: Any, serial: int, lo: int | None, hi: int | None
    ) -> None:
        self.op = op
        self.args = args
        self.data = data
        self.id = serial
        self.lo = lo
        self.hi = hi


class Bool(Term):
    """A truth value; `negation` is filled in when it is first asked for."""

    __slots__ = ("negation",)

    def __init__(self, op: int, args: tuple[Any, ...], data: Any, serial: int) -> None:
        self.op = op
        self.args = args
        self.data = data
        self.id = serial
        self.negation: Bool | None = None


_serial = count()
_table: dict[Any, Any] = {}
_constants: dict[int, Int] = {}
memo: Final[dict[Any, Any]] = {}
"""Results of constructors that are costly to work out again: (name, arguments) to term."""

TRUE: Final = Bool(TRUTH, (), True, next(_serial))
FALSE: Final = Bool(TRUTH, (), False, next(_serial))
TRUE.negation = FALSE
FALSE.negation = TRUE


@contextmanager
def term_scope() -> Iterator[None]:
    """Build terms in a fresh table and drop it at the end, with all that was interned.

    A long-lived worker wraps each obligation in a scope: memory is returned, and the order
    of terms (hence the text sent to a solver) does not depend on what ran before.
    Terms must not be carried into or out of a scope, except `TRUE` and `FALSE`.

    Inside, Python does not look for garbage in cycles: terms are not garbage before the end,
    and looking for it would halve the speed.
    """
    global _serial  # noqa: PLW0603 - the one switch of the intern table
    tables: tuple[dict[Any, Any], ...] = (_table, _constants, memo)
    outer = [dict(table) for table in tables]
    serial = _serial
    _serial = count(FALSE.id + 1)
    for table in tables:
        table.clear()
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()
        _serial = serial
        for table, content in zip(tables, outer, strict=True):
            table.clear()
            table.update(content)


def interned() -> int:
    """How many terms the current table holds."""
    return len(_table) + len(_constants)


def const(value: int) -> Int:
    """The constant `value`, of any size and sign."""
    node = _constants.get(value)
    if node is None:
        value = int(value)
        node = _constants[value] = Int(CONST, (), value, next(_serial), value, value)
    return node


def make_int(op: int, args: tuple[Any, ...], data: Any, lo: int | None, hi: int | None) -> Int:
    """The unique Int node (op, args, data); its bounds are set when it is first made."""
    key = (op, args, data)
    node: Int | None = _table.get(key)
    if node is None:
        node = _table[key] = Int(op, args, data, next(_serial), lo, hi)
    return node


def find_int(op: int, args: tuple[Any, ...], data: Any) -> Int | None:
    """The Int node (op, args, data) if it exists: saves computing bounds again."""
    return _table.get((op, args, data))


def make_bool(op: int, args: tuple[Any, ...], data: Any) -> Bool:
    """The unique Bool node (op, args, data)."""
    key = (op, args, data)
    node: Bool | None = _table.get(key)
    if node is None:
        node = _table[key] = Bool(op, args, data, next(_serial))
    return node


def int_var(name: str, lo: int | None = None, hi: int | None = None) -> Int:
    """The integer variable `name`, assumed to lie in [lo, hi] (None: unbounded).

    Raises ValueError if the range is empty, or the name is already in use otherwise.
    """
    if lo is not None and hi is not None and lo > hi:
        raise ValueError(f"variable {name!r} has an empty range [{lo}, {hi}]")
    node = make_int(VAR, (), name, lo, hi)
    if (node.lo, node.hi) != (lo, hi):
        raise ValueError(
            f"variable {name!r} has range [{node.lo}, {node.hi}]; it cannot become [{lo}, {hi}]"
        )
    return node


def word_var(name: str, bits: int = WORD_BITS) -> Int:
    """The variable `name`, an unsigned word of `bits` bits (1 to 256)."""
    if not 1 <= bits <= WORD_BITS:
        raise ValueError(f"a word has 1 to {WORD_BITS} bits, not {bits}")
    return int_var(name, 0, (1 << bits) - 1)


def bool_var(name: str) -> Bool:
    """The boolean variable `name`."""
    return make_bool(BVAR, (), name)


def is_word(term: Int) -> bool:
    """Whether the bounds of `term` alone put it in [0, 2^256)."""
    return term.lo is not None and term.hi is not None and term.lo >= 0 and term.hi <= MAX_WORD


def value_of(term: Int) -> int | None:
    """The value of a constant; None for any other term."""
    return term.data if term.op == CONST else None
