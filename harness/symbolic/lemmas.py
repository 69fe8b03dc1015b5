"""Lemmas of fixed-point arithmetic, each proved by a solver and stated once.

Numbers are whole; ``ONE`` (1e18) of them stands for 1 in fixed point.  A lemma is a claim about any
words under some assumptions; :meth:`Lemma.query` is the question whether it holds, and
:meth:`Lemma.about` the fact that it gives of terms at hand, which may be assumed once the query is
proved.  The non-linear part of a claim is at most one product of two unknowns, on which the rest is
linear: that is what lets two solvers decide it.

The lemmas compose by induction over whole numbers, whose step one of them is:

- a power: every product in it is off by a factor within 1 +- u, ``u`` half a unit (`product is
  near`, `product stays above`), so ``m`` of them by one within (1 +- u)**m;
- many drips: each moves what L1 sent by 0 to 2 wei from what L2 earns (`drip keeps l2 solvent`), so
  ``k`` of them by 0 to 2 * k.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from harness.errors import UsageError
from harness.symbolic.solve import Query
from harness.symbolic.terms import Bool, Int, and_, const, imply, word_var
from harness.symbolic.terms.compare import ge, gt, le, lt
from harness.symbolic.terms.division import divide
from harness.symbolic.terms.linear import add, scale, subtract
from harness.symbolic.terms.product import multiply

__all__ = ["FIXED_POINT", "Lemma"]

UNIT = 10**18
ONE = const(UNIT)
HALF = const(UNIT // 2)


@dataclass(frozen=True)
class Claim:
    """What is assumed of the terms of a lemma, and what follows."""

    assumptions: tuple[Bool, ...]
    goal: Bool


@dataclass(frozen=True)
class Lemma:
    """A claim about any words, by the names of its unknowns."""

    name: str
    statement: str
    unknowns: tuple[str, ...]
    body: Callable[..., Claim]

    def query(self) -> Query:
        """Whether the claim holds of all words."""
        claim = self.body(*(word_var(f"lemma {self.name}: {each}") for each in self.unknowns))
        return Query(claim.assumptions, claim.goal, self.name)

    def about(self, *terms: Int) -> Bool:
        """The claim about some terms, which are words; raises UsageError for another number."""
        if len(terms) != len(self.unknowns):
            raise UsageError(
                f"the lemma {self.name!r} is about {len(self.unknowns)} terms, not {len(terms)}",
                fix=f"give it {', '.join(self.unknowns)}",
            )
        claim = self.body(*terms)
        return imply(and_(*claim.assumptions), claim.goal)

    def __str__(self) -> str:
        return self.name


def rounded_product(a: Int, b: Int) -> Int:
    """The product of two numbers in fixed point; a half is rounded up."""
    return divide(add(multiply(a, b), HALF), ONE)


def share(amount: Int, fraction: Int) -> Int:
    """A fraction in fixed point of an amount, rounded down."""
    return divide(multiply(amount, fraction), ONE)


def part_of_l2(amount: Int, fraction: Int) -> Int:
    """What is left of an amount when the other layer's share of it was rounded down."""
    return subtract(amount, share(amount, subtract(ONE, fraction)))


def _product_rounds(a: Int, b: Int) -> Claim:
    exact, rounded = multiply(a, b), scale(rounded_product(a, b), UNIT)
    near = and_(le(rounded, add(exact, HALF)), gt(rounded, subtract(exact, HALF)))
    return Claim((), near)


def _product_is_near(a: Int, b: Int) -> Claim:
    exact = multiply(a, b)
    doubled = scale(rounded_product(a, b), 2 * UNIT * UNIT)
    below, above = scale(exact, 2 * UNIT - 1), scale(exact, 2 * UNIT + 1)
    return Claim((ge(a, ONE), ge(b, ONE)), and_(le(below, doubled), le(doubled, above)))


def _product_stays_above(a: Int, b: Int) -> Claim:
    return Claim((ge(b, ONE),), ge(rounded_product(a, b), a))


def _product_is_monotone(a: Int, more: Int, b: Int) -> Claim:
    return Claim((le(a, more),), le(rounded_product(a, b), rounded_product(more, b)))


def _one_is_neutral(a: Int) -> Claim:
    product = rounded_product(a, ONE)
    return Claim((), and_(le(product, a), ge(product, a)))


def _share_rounds(amount: Int, fraction: Int) -> Claim:
    exact, kept = multiply(amount, fraction), scale(share(amount, fraction), UNIT)
    return Claim((), and_(le(kept, exact), lt(exact, add(kept, ONE))))


def _share_is_no_more(amount: Int, fraction: Int) -> Claim:
    return Claim((le(fraction, ONE),), le(share(amount, fraction), amount))


def _shares_add_up(amount: Int, fraction: Int) -> Claim:
    both = add(share(amount, fraction), share(amount, subtract(ONE, fraction)))
    return Claim((le(fraction, ONE),), and_(le(both, amount), ge(add(both, const(1)), amount)))


def _growth_is_monotone(base: Int, power: Int, later: Int) -> Claim:
    ordered = and_(ge(share(base, power), base), le(share(base, power), share(base, later)))
    return Claim((ge(power, ONE), le(power, later)), ordered)


def _growth_is_positive(base: Int, excess: Int) -> Claim:
    grown = share(base, add(ONE, excess))
    return Claim((ge(base, ONE), ge(excess, const(1))), gt(grown, base))


def _drip_keeps_l2_solvent(accrued: Int, prepaid: Int, ahead: Int, old: Int, new: Int) -> Claim:
    due = add(multiply(new, ahead), multiply(old, accrued))
    had = multiply(old, prepaid)
    sent = divide(subtract(due, had), ONE)
    earned = subtract(
        add(part_of_l2(accrued, old), part_of_l2(ahead, new)), part_of_l2(prepaid, old)
    )
    step = subtract(earned, sent)
    return Claim(
        (le(old, ONE), le(new, ONE), ge(due, had)), and_(ge(step, const(0)), le(step, const(2)))
    )


FIXED_POINT = (
    Lemma(
        "product rounds",
        "A rounded product is off by at most half a unit.",
        ("a", "b"),
        _product_rounds,
    ),
    Lemma(
        "product is near",
        "A rounded product of numbers from 1 on is off by a factor within 1 +- u, u half a unit.",
        ("a", "b"),
        _product_is_near,
    ),
    Lemma(
        "product stays above",
        "A rounded product with a number from 1 on is no less than the other factor.",
        ("a", "b"),
        _product_stays_above,
    ),
    Lemma(
        "product is monotone",
        "A rounded product grows with its factors.",
        ("a", "more", "b"),
        _product_is_monotone,
    ),
    Lemma(
        "one is neutral", "A rounded product with 1 is the other factor.", ("a",), _one_is_neutral
    ),
    Lemma(
        "share rounds",
        "A share is rounded down by less than a wei.",
        ("amount", "fraction"),
        _share_rounds,
    ),
    Lemma(
        "share is no more",
        "A share by a fraction up to 1 is no more than the amount.",
        ("amount", "fraction"),
        _share_is_no_more,
    ),
    Lemma(
        "shares add up",
        "The shares of a fraction and of the rest lose at most one wei together.",
        ("amount", "fraction"),
        _shares_add_up,
    ),
    Lemma(
        "growth is monotone",
        "A base grows, and more by a larger power: epsilon has the sign of the time that is left.",
        ("base", "power", "later"),
        _growth_is_monotone,
    ),
    Lemma(
        "growth is positive",
        "A base from 1 on grows by a wei or more by a power that exceeds 1: a late drip mints.",
        ("base", "excess"),
        _growth_is_positive,
    ),
    Lemma(
        "drip keeps l2 solvent",
        "A drip sends L2 what it earns but for 0 to 2 wei: the step of 2 * k wei for k drips.",
        ("accrued", "prepaid", "ahead", "old", "new"),
        _drip_keeps_l2_solvent,
    ),
)
"""The library, in the order in which the lemmas are made of each other."""
