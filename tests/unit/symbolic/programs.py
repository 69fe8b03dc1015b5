"""Random programs over words, integers and conditions, each term next to its true values.

A program is read off a tape of bytes, so that Hypothesis can choose and shrink it. Every
step applies one operation to earlier results, once as a term and once, by the reference, to
the values of its operands under each of a few assignments.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from harness.symbolic.terms import (
    boolean,
    choice,
    compare,
    division,
    linear,
    product,
    slices,
    words,
)
from harness.symbolic.terms.evaluate import Assignment, evaluate
from harness.symbolic.terms.facts import Facts
from harness.symbolic.terms.node import Bool, Int, bool_var, const, int_var, word_var

from .patterns import PATTERNS, REFERENCE, TERMS
from .reference import COMPARISONS, EXACT_OPS, WORD_OPS

WIDTHS = {"a": 256, "b": 256, "c": 160, "d": 128, "e": 64, "f": 8, "g": 1}
EXACT = {"add": linear.add, "subtract": linear.subtract, "multiply": product.multiply,
         "divide": division.divide, "modulo": division.modulo}  # fmt: skip
_CONSTANTS = (0, 1, 2, 3, 5, 7, 8, 10, 31, 32, 64, 96, 127, 128, 160, 248, 255, 256, 10**18,
              2**64, 2**128, 2**160, 2**255, 2**256)  # fmt: skip


class Tape:
    """Choices read from bytes; zeros once they are used up."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.position = 0

    def __bool__(self) -> bool:
        return self.position < len(self.content)

    def below(self, limit: int) -> int:
        """An integer in [0, limit), for a limit up to 256."""
        self.position += 1
        return self.content[self.position - 1] % limit if self.position <= len(self.content) else 0

    def word(self) -> int:
        """A word, mostly near a boundary."""
        value = _CONSTANTS[self.below(len(_CONSTANTS))] + self.below(4) - 2
        kind = self.below(8)
        if kind == 0:
            for _ in range(8):
                value = value * 256 + self.below(256)
        elif kind == 1:
            value = (2 ** self.below(256) - 2 ** self.below(256)) if self.below(2) else ~value
        elif kind == 2:
            value = int.from_bytes(bytes([self.below(256)] * 32), "big")
        return value % 2**256


@dataclass
class Program:
    """Terms with their true values, one per assignment."""

    tape: Tape
    assignments: list[Assignment] = field(default_factory=list)
    words: list[tuple[Int, list[int]]] = field(default_factory=list)
    exact: list[tuple[Int, list[int]]] = field(default_factory=list)
    bools: list[tuple[Bool, list[bool]]] = field(default_factory=list)

    def run(self, count: int = 3) -> Program:
        """Set up variables under `count` assignments and play the tape to its end."""
        for _ in range(count):
            integers = {name: self.tape.word() % 2**bits for name, bits in WIDTHS.items()}
            integers["s"] = self.tape.word() - 2**255
            integers["b"] = self._related(integers["a"], integers["b"])
            self.assignments.append(Assignment(integers, {"p": bool(self.tape.below(2))}))
        for name, bits in WIDTHS.items():
            values = [assignment.integers[name] for assignment in self.assignments]
            self.words.append((word_var(name, bits), values))
        s = int_var("s", -(2**255), 2**255 - 1)
        self.exact.append((s, [a.integers["s"] for a in self.assignments]))
        self.bools.append((bool_var("p"), [a.booleans["p"] for a in self.assignments]))
        while self.tape:
            self.step()
        return self

    def _related(self, a: int, b: int) -> int:
        """b, or what makes a + b, a - b or a * b just overflow or just not."""
        kind, step = self.tape.below(8), self.tape.below(3) - 1
        chosen = {
            1: -a,
            2: a,
            3: 2**256 // max(a, 1),
            4: 2**255 - a,
            5: 2**128 // max(a, 1),
            6: 2**255 // max(a, 1),
            7: -(2**255) // max(-a % 2**256, 1),
        }.get(kind, b)
        return (chosen + step) % 2**256 if kind else b

    def a_word(self) -> tuple[Int, list[int]]:
        """A constant or an earlier word, the latest ones most often."""
        kind = self.tape.below(4)
        if kind == 0:
            value = self.tape.word()
            return const(value), [value] * len(self.assignments)
        if kind == 1:
            return self.words[self.tape.below(len(WIDTHS))]
        return self.words[-1 - self.tape.below(min(6, len(self.words)))]

    def an_int(self) -> tuple[Int, list[int]]:
        """A word, a signed or an unbounded integer."""
        if self.tape.below(2):
            return self.a_word()
        return self.exact[-1 - self.tape.below(min(5, len(self.exact)))]

    def a_bool(self) -> tuple[Bool, list[bool]]:
        return self.bools[-1 - self.tape.below(min(6, len(self.bools)))]

    def step(self) -> None:
        """One operation."""
        kind = self.tape.below(12)
        if kind >= 10:
            name = list(PATTERNS)[self.tape.below(len(PATTERNS))]
            x, y = self.a_word(), self.a_word()
            pattern = PATTERNS[name]
            values = [pattern(REFERENCE, one, two) for one, two in zip(x[1], y[1], strict=True)]
            self.words.append((pattern(TERMS, x[0], y[0]), values))
            self.bools.append((words.truth(self.words[-1][0]), [v != 0 for v in values]))
        elif kind < 6:
            names = list(WORD_OPS)
            name = names[self.tape.below(len(names))]
            arity, meaning = WORD_OPS[name]
            operands = [self.a_word() for _ in range(arity)]
            term = getattr(words, name)(*(term for term, _ in operands))
            self.words.append((term, _apply(meaning, operands)))
        elif kind == 6:
            self._exact_step()
        elif kind == 7:
            name = list(COMPARISONS)[self.tape.below(len(COMPARISONS))]
            pair = [self.an_int(), self.an_int()]
            truth = getattr(compare, name)(pair[0][0], pair[1][0])
            self.bools.append((truth, _apply(COMPARISONS[name], pair)))
        elif kind == 8:
            self._boolean_step()
        else:
            condition, one, two = self.a_bool(), self.a_word(), self.a_word()
            chosen = choice.ite(condition[0], one[0], two[0])
            values = _apply(lambda c, x, y: x if c else y, [condition, one, two])
            self.words.append((chosen, values))

    def _exact_step(self) -> None:
        which = self.tape.below(8)
        if which < len(EXACT):
            name = list(EXACT)[which]
            pair = [self.an_int(), self.an_int()]
            values = _apply(EXACT_OPS[name][1], pair)
            if max(abs(value) for value in values) < 2**2000:
                self.exact.append((EXACT[name](pair[0][0], pair[1][0]), values))
            return
        term, values = self.an_int()
        offset, width = self.tape.below(256), self.tape.below(256) + 1
        if which == len(EXACT):
            half = 2 ** (width - 1)
            read = [(value + half) % 2**width - half for value in values]
            self.exact.append((slices.signed(term, width), read))
        else:
            taken = [(value >> offset) % 2**width for value in values]
            self.words.append((slices.slice_bits(term, offset, width), taken))

    def _boolean_step(self) -> None:
        which, one, two = self.tape.below(4), self.a_bool(), self.a_bool()
        build, meaning = (
            (boolean.and_, lambda x, y: x and y),
            (boolean.or_, lambda x, y: x or y),
            (boolean.imply, lambda x, y: not x or y),
            (boolean.iff, lambda x, y: x == y),
        )[which]
        term, values = build(one[0], two[0]), _apply(meaning, [one, two])
        self.bools.append((term, values))

    def check(self) -> int:
        """Compare every term with its values, and its bounds too; returns how many."""
        cases = 0
        for index, assignment in enumerate(self.assignments):
            memo: dict[Any, Any] = {}
            for term, values in [*self.words, *self.exact]:
                found = evaluate(term, assignment, memo)
                assert found == values[index], (term, assignment, found, values[index])
                assert term.lo is None or term.lo <= found, (term, term.lo, assignment)
                assert term.hi is None or term.hi >= found, (term, term.hi, assignment)
                cases += 1
            for truth, values_ in self.bools:
                assert evaluate(truth, assignment, memo) is values_[index], (truth, assignment)
                cases += 1
        return cases

    def check_facts(self) -> int:
        """Under the conditions true in one assignment, rewriting changes no value there."""
        cases = 0
        for index, assignment in enumerate(self.assignments):
            facts = Facts()
            for truth, values in self.bools:
                facts = facts.assume(truth if values[index] else boolean.not_(truth))
            memo: dict[Any, Any] = {}
            for term, numbers in [*self.words, *self.exact]:
                lo, hi = facts.bounds(term)
                assert lo is None or lo <= numbers[index], (term, lo, facts, assignment)
                assert hi is None or hi >= numbers[index], (term, hi, facts, assignment)
                found = evaluate(facts.rewrite(term), assignment, memo)
                assert found == numbers[index], (term, facts.rewrite(term), facts, assignment)
                cases += 1
            for truth, values in self.bools:
                assert facts.decide(truth) in (None, values[index]), (truth, facts, assignment)
        return cases


def _apply(meaning: Any, operands: list[Any]) -> list[Any]:
    """A function, under each assignment."""
    return [meaning(*row) for row in zip(*(values for _, values in operands), strict=True)]
