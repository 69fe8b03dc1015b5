"""What a path knows: bounds from its conditions, and exact arithmetic where they allow it.

`Facts` is an immutable set of conditions. It decides other conditions by intervals, and it
rewrites terms: wrapped sums and products that cannot overflow become exact, slices that cut
nothing off become the term itself, branches that are decided disappear. The conditions are
kept as they were given: a fact is never rewritten by what follows from it.
"""

from __future__ import annotations

from collections.abc import Iterable

from harness.symbolic.terms import compare, interval
from harness.symbolic.terms.bitwise import head
from harness.symbolic.terms.division import exact_quotient
from harness.symbolic.terms.functions import HEAD
from harness.symbolic.terms.knowledge import Knowledge
from harness.symbolic.terms.linear import combine, negate, scale, shift, split
from harness.symbolic.terms.node import (
    APP,
    CONST,
    DIV,
    EQ,
    FALSE,
    ITE,
    LIN,
    MOD,
    MUL,
    SLICE,
    TRUE,
    WORD_BITS,
    Bool,
    Int,
    Term,
    const,
    is_word,
)
from harness.symbolic.terms.product import multiply
from harness.symbolic.terms.rebuild import T, rebuild
from harness.symbolic.terms.slices import residue_form, signed, slice_bits

_MOST_ALTERNATIVES = 4
"""Disjunctions of more alternatives are not searched for what they have in common."""
_DEEPEST = 12
"""How many levels of atoms inside atoms are searched for bounds."""


class Facts(Knowledge):
    """The conditions of a path; `assume` gives a larger set and leaves this one alone.

    >>> facts = Facts().assume(compare.le(linear.add(x, y), const(MAX_WORD)))
    >>> facts.rewrite(words.add(x, y))   # the exact sum
    (x + y)
    """

    __slots__ = ()

    def inside(self, form: Int) -> Int:
        """The form rewritten, for a second fact about it."""
        return self.rewrite(form)

    def rewrite(self, term: T) -> T:
        """A term that is equal on this path, with wrap-around made exact where facts allow.

        At a branch, rewrite the condition, `rewrite(words.truth(word))`, then assume it; some
        comparisons are recognised only when they are rewritten as conditions.
        """
        return rebuild(term, self._visit, self._memo)

    def rewrite_all(self, terms: Iterable[Int]) -> list[Int]:
        """`rewrite` for many terms, such as a stack."""
        return [self.rewrite(term) for term in terms]

    def _visit(self, node: Term) -> Term:
        if isinstance(node, Bool):
            truth = self.decide(node)
            if truth is not None:
                return TRUE if truth else FALSE
            return self._same_residue(node) if node.op == EQ else node
        assert isinstance(node, Int)
        if node.op in (CONST, LIN):
            return node
        if node.op == SLICE and node.data[1] is not None:
            return self._unwrapped(node)
        lo, hi = self.bounds(node)
        if lo is not None and lo == hi:
            return const(lo)
        if node.op == ITE:
            return self._chosen(node)
        if node.op in (DIV, MOD):
            return self._divided(node)
        if node.op == APP and node.data is HEAD:
            return self._shortened(node)
        return node

    def _shortened(self, node: Int) -> Int:
        """The first bits of a word, with the zeros behind the most that there can be in sight."""
        least, most = self.bounds(node.args[1])
        if least is not None and least >= WORD_BITS:
            word: Int = node.args[0]
            return word
        if most is None or most >= WORD_BITS:
            return node
        if most <= 0 or least == most:
            return head(node.args[0], const(max(most, 0)))
        return scale(slice_bits(node, WORD_BITS - most), 1 << (WORD_BITS - most))

    def _chosen(self, node: Int) -> Int:
        """An if-then-else whose condition is decided, in depth."""
        while node.op == ITE:
            truth = self.decide(node.args[0])
            if truth is None:
                break
            node = node.args[1] if truth else node.args[2]
        return node

    def _divided(self, node: Int) -> Int:
        """A quotient or remainder where the path bounds say more than the term's own."""
        a, b = node.args
        least = self.bounds(b)[0]
        if least is None or least < 1:
            return node
        if interval.inside(self.bounds(a), 0, least - 1):
            return const(0) if node.op == DIV else node.args[0]
        quotient = exact_quotient(a, b) if b.op != CONST else None
        if quotient is None:
            return node
        return quotient if node.op == DIV else const(0)

    def _unwrapped(self, node: Int) -> Int:
        """e mod 2^n as e - k * 2^n, where the path puts e in that window."""
        base: Int = node.args[0]
        offset, width = node.data
        lo, hi = self.bounds(node)
        if lo is not None and lo == hi:
            return const(lo)
        top = offset + width
        exact = self._in_one_window(base, top)
        if exact is None and top <= WORD_BITS:
            exact = self._in_one_window(signed_variant(base, top), top)
        if exact is None:
            exact = self._by_residue(base, top)
        if exact is None:
            return node
        return exact if offset == 0 else slice_bits(exact, offset, None)

    def _same_residue(self, node: Bool) -> Bool:
        """(e mod 2^n) == v as e == v + k * 2^n, where the path leaves one such k."""
        form, value = node.args[0], node.data
        if form.op != SLICE or form.data[0] != 0:
            return node
        width = form.data[1]
        readings = [form.args[0]]
        if width <= WORD_BITS:
            readings.append(signed_variant(form.args[0], width))
        for exact in readings:
            lo, hi = self.bounds(exact)
            if lo is None or hi is None:
                continue
            first, last = -((value - lo) >> width), (hi - value) >> width
            if first == last:
                only = value + (first << width)
                return compare.within(exact, only, only)
            if first > last:
                return FALSE
        return node

    def _in_one_window(self, term: Int, bits: int) -> Int | None:
        lo, hi = self.bounds(term)
        if lo is None or hi is None or lo > hi or lo >> bits != hi >> bits:
            return None
        return shift(term, -(lo >> bits << bits))

    def _by_residue(self, term: Int, bits: int) -> Int | None:
        """A form with a fact of its own that is equal to the term mod 2^bits, in one window."""
        constant = split(term)[2]
        bare = shift(term, -constant)
        for form in self._bounds:
            if all(atom.op != SLICE for atom in split(form)[0]):
                continue
            for candidate in (form, negate(form)):
                residue = residue_form(candidate, bits)
                offset = split(residue)[2]
                if shift(residue, -offset) is bare:
                    found = self._in_one_window(shift(candidate, constant - offset), bits)
                    if found is not None:
                        return found
        return None


def signed_variant(term: Int, bits: int) -> Int:
    """A form equal to the term mod 2^bits, bits <= 256, over signed readings of its words."""
    atoms, factors, constant = split(term)
    result = const(constant)
    for atom, factor in zip(atoms, factors, strict=True):
        result = combine(result, _signed_atom(atom, bits), factor)
    return result


def _signed_atom(atom: Int, bits: int) -> Int:
    if atom.op == MUL:
        product = const(1)
        for factor in atom.args:
            product = multiply(product, signed(factor) if is_word(factor) else factor)
        return product
    if atom.op == SLICE and atom.data[1] is None and atom.data[0] + bits <= WORD_BITS:
        offset = atom.data[0]
        return slice_bits(signed_variant(atom.args[0], offset + bits), offset, None)
    return signed(atom) if is_word(atom) else atom
