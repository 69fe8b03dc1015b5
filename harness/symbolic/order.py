"""Laws of order for products: what comparing factors says of them, for all integers.

Two laws, each of a product `f * g` that is in sight, with a number or with another such product:

- for `g >= 0`: `f >= c` gives `f * g >= c * g`, and `f <= c` gives `f * g <= c * g`;
- for `h >= 0`: `f < g` gives `h * f + h <= h * g`, and `f == g` gives `h * f == h * g`.

Products are sums of monomials here, so that each instance is linear. That is enough for rounding,
shares, growth and prices: a quotient is tied to a product by its definition, and a bound on it
follows from a comparison of the two products. `instance` states each law of any three terms, which
is what the solvers are asked to prove.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import combinations, islice

from harness.symbolic.terms import Bool, Int, and_, compare, const, imply
from harness.symbolic.terms.linear import add, scale, shift, split
from harness.symbolic.terms.node import CONST, TRUE
from harness.symbolic.terms.product import content

__all__ = ["Factors", "above", "below", "equal", "grows", "laws_of"]

_MOST_NUMBERS = 6
"""Numbers that a factor is compared with."""

_MOST_PAIRS = 300
"""Pairs of products that are compared."""

_LARGEST = 1 << 200
"""Numbers above are ends of a range, and say nothing of a product."""

Multiply = Callable[[Int, Int], Int]


def above(f: Int, g: Int, number: int, multiply: Multiply) -> Bool:
    """f >= c gives f * g >= c * g, for g >= 0."""
    begins = and_(compare.ge(g, const(0)), compare.ge(f, const(number)))
    return imply(begins, compare.ge(multiply(f, g), scale(g, number)))


def below(f: Int, g: Int, number: int, multiply: Multiply) -> Bool:
    """f <= c gives f * g <= c * g, for g >= 0."""
    begins = and_(compare.ge(g, const(0)), compare.le(f, const(number)))
    return imply(begins, compare.le(multiply(f, g), scale(g, number)))


def grows(h: Int, f: Int, g: Int, multiply: Multiply) -> Bool:
    """f < g gives h * f + h <= h * g, for h >= 0."""
    begins = and_(compare.ge(h, const(0)), compare.lt(f, g))
    return imply(begins, compare.le(add(multiply(h, f), h), multiply(h, g)))


def equal(h: Int, f: Int, g: Int, multiply: Multiply) -> Bool:
    """f == g gives h * f == h * g."""
    return imply(compare.eq(f, g), compare.eq(multiply(h, f), multiply(h, g)))


class Factors:
    """The pairs of factors in sight: each term without its constant and common factor."""

    def __init__(self) -> None:
        self.pairs: dict[Int, dict[Int, None]] = {}

    def add(self, f: Int, g: Int) -> None:
        """Note a product of two terms that have no products in them."""
        f, g = core(f), core(g)
        if f.op != CONST and g.op != CONST:
            self.pairs.setdefault(f, {})[g] = None
            self.pairs.setdefault(g, {})[f] = None


def core(term: Int) -> Int:
    """A term without its constant, divided by what its coefficients have in common."""
    return content(shift(term, -split(term)[2]))[1]


def laws_of(
    factors: Factors,
    numbers: Mapping[Int, Iterable[int]],
    common: Iterable[int],
    multiply: Multiply,
) -> list[Bool]:
    """The instances of the laws at the products in sight.

    Args:
        numbers: what each core is compared with.
        common: numbers that every factor is compared with.
        multiply: the product of two terms, multiplied out.
    """
    found: dict[Bool, None] = {}
    for f, others in factors.pairs.items():
        own = [n for n in numbers.get(f, ()) if abs(n) <= _LARGEST]
        chosen = list(dict.fromkeys((0, *common, *own)))[:_MOST_NUMBERS]
        for g in others:
            for number in chosen:
                found[above(f, g, number, multiply)] = None
                found[below(f, g, number, multiply)] = None
    for h, f, g in islice(_pairs(factors), _MOST_PAIRS):
        found[grows(h, f, g, multiply)] = None
        found[grows(h, g, f, multiply)] = None
        found[equal(h, f, g, multiply)] = None
    found.pop(TRUE, None)
    return list(found)


def _pairs(factors: Factors) -> Iterator[tuple[Int, Int, Int]]:
    """Every factor with each two others that it is multiplied with."""
    for h, others in factors.pairs.items():
        for f, g in combinations(others, 2):
            yield h, f, g
