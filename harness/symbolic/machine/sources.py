"""Where the bytes of a symbolic byte string come from, and the order of positions in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from harness.symbolic.machine.errors import Unsupported
from harness.symbolic.terms import (
    Assignment,
    Bool,
    Facts,
    Function,
    Int,
    compare,
    const,
    evaluate,
    linear,
    not_,
)
from harness.symbolic.terms.node import CONST, ITE, Term
from harness.symbolic.terms.rebuild import substitute
from harness.symbolic.terms.slices import slice_bits

__all__ = [
    "WORD_BYTES",
    "Evaluator",
    "Opaque",
    "Order",
    "Rows",
    "Source",
    "Word",
    "cut",
    "meanings",
    "padded",
]

WORD_BYTES: Final = 32

Read: TypeAlias = Callable[[Int], int]
"""Gives the value of a term under some assignment."""


_DEEPEST = 3
"""How many tests of if-then-else are told apart."""


def _test_in(condition: Bool) -> Bool | None:
    """The test of an if-then-else in a bound on a linear form."""
    for form in condition.args:
        for atom in linear.split(form)[0] if isinstance(form, Int) else ():
            if atom.op == ITE:
                test: Bool = atom.args[0]
                return test
    return None


class Order:
    """The order of positions on a path: which of two comes first, if the path says so."""

    __slots__ = ("facts",)

    def __init__(self, facts: Facts) -> None:
        self.facts = facts

    def at_most(self, a: Int, b: Int) -> bool | None:
        """Whether a <= b (None: the path does not say)."""
        if a.op == CONST and b.op == CONST:
            return bool(a.data <= b.data)
        condition = compare.le(a, b)
        known = self.facts.decide(condition)
        if known is None:
            condition = self.facts.rewrite(condition)
            known = self.facts.decide(condition)
        if known is None:
            known = self._by_cases(condition, self.facts, _DEEPEST)
        return self.facts.together(condition) if known is None else known

    def _by_cases(self, condition: Bool, facts: Facts, depth: int) -> bool | None:
        """A condition on an if-then-else, decided alike in both cases."""
        test = _test_in(condition)
        if test is None or not depth:
            return None
        answers = set()
        for case in (test, not_(test)):
            if facts.decide(case) is False:
                continue
            here = facts.assume(case)
            rewritten = here.rewrite(condition)
            known = here.decide(rewritten)
            if known is None:
                known = self._by_cases(rewritten, here, depth - 1)
            answers.add(known)
        return answers.pop() if len(answers) == 1 else None

    def require(self, a: Int, b: Int) -> None:
        """Raises Unsupported unless the path says that a <= b."""
        if not self.surely_at_most(a, b):
            raise Unsupported(f"the order of the byte positions {a!r} and {b!r} is not known")

    def surely_at_most(self, a: Int, b: Int) -> bool:
        """Whether the path says that a <= b."""
        return self.at_most(a, b) is True

    def same(self, a: Int, b: Int) -> bool:
        """Whether the path says that a == b."""
        if a is b:
            return True
        if a.op == CONST and b.op == CONST:
            return False
        return self.surely_at_most(a, b) and self.surely_at_most(b, a)


@dataclass(frozen=True, slots=True)
class Opaque:
    """A byte string of which nothing is known: an argument of type `bytes`, what a call returned.

    `word(offset)` is an uninterpreted function of the offset; bytes that two words share are not
    tied to each other, which can only add behaviours.
    """

    name: str
    """Unique; the function of its words is called `<name>.word`."""

    length: Int
    """Length in bytes."""

    @property
    def function(self) -> Function:
        """Offset in bytes to the 32 bytes from there on, as a big-endian word; zeros beyond."""
        return Function(f"{self.name}.word", 1)

    def word(self, offset: Int) -> Int:
        """The 32 bytes at an offset."""
        return self.function(offset)

    def concrete(self, offset: int, length: int, read: Read) -> bytes:
        """The bytes under an assignment."""
        words = -(-length // WORD_BYTES)
        pieces = [read(self.function(const(offset + WORD_BYTES * i))) for i in range(words)]
        return b"".join(piece.to_bytes(WORD_BYTES, "big") for piece in pieces)[:length]


@dataclass(frozen=True, slots=True)
class Rows:
    """Words side by side, each given by its number: what a copying loop leaves behind."""

    index: Int
    """The variable that stands for the number of the word, from 0."""

    value: Int
    """The word, as a term over `index`."""

    @property
    def name(self) -> str:
        """A text that tells this source from others."""
        return f"rows({self.value.id})"

    def word(self, offset: Int) -> Int:
        """The 32 bytes at an offset, a multiple of 32. Raises Unsupported for another."""
        if slice_bits(offset, 0, 5) is not const(0):
            raise Unsupported(f"a word across two others of a copied array, at offset {offset!r}")
        return substitute(self.value, {self.index: slice_bits(offset, 5)})

    def concrete(self, offset: int, length: int, read: Read) -> bytes:
        """The bytes under an assignment."""
        first, last = offset // WORD_BYTES, -(-(offset + length) // WORD_BYTES)
        words = [read(substitute(self.value, {self.index: const(i)})) for i in range(first, last)]
        whole = b"".join(word.to_bytes(WORD_BYTES, "big") for word in words)
        return whole[offset - first * WORD_BYTES :][:length]


@dataclass(frozen=True, slots=True)
class Word:
    """The bytes of one term as a source: where a part of symbolic length is taken of them."""

    value: Int
    width: int

    @property
    def name(self) -> str:
        """A text that tells this source from others."""
        return f"word({self.value.id})"

    def word(self, offset: Int) -> Int:
        """The 32 bytes at a constant offset, zeros beyond the end."""
        if offset.op != CONST:
            raise Unsupported(f"a byte of a word at the symbolic offset {offset!r}")
        return padded(cut(self.value, self.width, offset.data, WORD_BYTES), WORD_BYTES)

    def concrete(self, offset: int, length: int, read: Read) -> bytes:
        """The bytes under an assignment."""
        whole = read(self.value).to_bytes(self.width, "big")
        return whole[offset:][:length].ljust(length, b"\0")


Source: TypeAlias = Opaque | Rows | Word


class Evaluator:
    """The values of terms under one assignment, with a memo."""

    def __init__(self, assignment: Assignment) -> None:
        self.assignment = assignment
        self.memo: dict[Term, Any] = {}

    def __call__(self, term: Int) -> int:
        return evaluate(term, self.assignment, self.memo)


def cut(value: Int, width: int, start: int, size: int) -> tuple[Int, int]:
    """Bytes [start, start + size) of a term's bytes, as far as there are any, and how many."""
    size = max(0, min(size, width - start))
    return slice_bits(value, 8 * (width - start - size), 8 * size), size


def padded(part: tuple[Int, int], width: int) -> Int:
    """The part with zero bytes after it."""
    value, size = part
    return linear.scale(value, 1 << (8 * (width - size)))


def meanings(contents: Mapping[str, bytes]) -> dict[str, Any]:
    """Functions for `Assignment` under which each opaque byte string has the given content."""

    def reader(content: bytes) -> Any:
        return lambda offset: int.from_bytes(
            content[offset : offset + WORD_BYTES].ljust(WORD_BYTES, b"\0"), "big"
        )

    return {f"{name}.word": reader(content) for name, content in contents.items()}
