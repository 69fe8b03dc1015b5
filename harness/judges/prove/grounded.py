"""The deployed state as conditions: what a query says of one state, instead of any.

A counterexample to induction starts from any state that satisfies the invariants, which may be one
that is never reached.  With the values of the deployed state, the solver is asked for a call that
breaks the goal right after deployment.  What it answers is a call to try, and no more: whether it
breaks anything is for the contracts themselves to say.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import combinations

from harness.chain.world import ConcreteWorld
from harness.compile import ValueType
from harness.symbolic.solve import Context, Counterexample, Limits, check
from harness.symbolic.solve.query import Query
from harness.symbolic.terms import (
    Bool,
    Int,
    Term,
    compare,
    const,
    imply,
    linear,
    or_,
    same_key,
)
from harness.symbolic.terms.node import APP, VAR
from harness.world import Index, Key, Member, Place

__all__ = ["Grounded"]

_LIMITS = Limits(seconds=3)

_WORD = ".word"
"""How the functions end that give the words of a byte string."""


@dataclass
class Grounded:
    """The values of a deployed system, by the names that terms have for them."""

    world: ConcreteWorld
    _entries: dict[str, dict[tuple[int, ...], int]] = field(
        default_factory=lambda: defaultdict(dict), init=False
    )

    def __post_init__(self) -> None:
        for contract in self.world.compiled.contracts:
            for slot, word in self.world.storage_of(contract).items():
                for leaf in self.world.leaves_of(contract, slot):
                    if isinstance(leaf.kind, ValueType):
                        bits = word >> (8 * leaf.offset) & ((1 << (8 * leaf.kind.size)) - 1)
                        name, keys = _named(leaf.place)
                        self._entries[name][keys] = bits

    def call(self, query: Query, context: Context | None = None) -> Counterexample | None:
        """An assignment that violates a goal right after deployment, by one of the actors.

        ``context`` is shared by the calls of a unit.
        """
        facts = (*query.assumptions, *self._conditions(query))
        answer = check(
            Query(facts, query.goal, f"{query.name}: deployed"), _LIMITS, context=context
        )
        return answer if isinstance(answer, Counterexample) else None

    def _conditions(self, query: Query) -> Iterator[Bool]:
        words: dict[str, list[Int]] = defaultdict(list)
        for term in _unknowns(query.conditions()):
            yield from self._of(term)
            if term.op == APP and term.data.name.endswith(_WORD):
                words[term.data.name].append(term.args[0])
        for offsets in words.values():
            # Words of a byte string that overlap would have to agree: ask for none that do.
            for one, other in combinations(offsets, 2):
                apart = linear.subtract(one, other)
                beyond = (compare.ge(apart, const(32)), compare.le(apart, const(-32)))
                yield or_(compare.eq(one, other), *beyond)

    def _of(self, term: Int) -> Iterator[Bool]:
        """What is known of one unknown; nothing where it is no part of the deployed state."""
        name = term.data if term.op == VAR else term.data.name
        kind, _, chain = name.partition("@")
        contract = name.partition(".")[0]
        if name == "msg.sender":
            people = [a for a in self.world.compiled.actors.values() if not a.trust]
            yield or_(*(compare.eq(term, const(int(each.address))) for each in people))
        elif kind == "block.number" and chain in self.world.chains:
            yield compare.eq(term, const(self.world.block(chain)))
        elif kind == "block.timestamp" and chain in self.world.chains:
            yield compare.eq(term, const(self.world.time(chain)))
        elif kind == "block.basefee" and chain in self.world.chains:
            yield compare.eq(term, const(self.world.chains[chain].clock.basefee))
        elif kind == "balance" and chain in self.world.chains:
            compiled = self.world.compiled
            for each in (*compiled.actors.values(), *compiled.contracts.values()):
                account = int(each.address)
                held = const(self.world.chains[chain].balance(account))
                here = compare.eq(term.args[0], const(account))
                yield imply(here, compare.eq(term, held))
        elif contract in self.world.compiled.contracts and "~" not in name:
            yield from self._of_storage(term, name)

    def _of_storage(self, term: Int, name: str) -> Iterator[Bool]:
        entries = self._entries.get(name, {})
        if term.op == VAR:
            yield compare.eq(term, const(entries.get((), 0)))
            return
        keys: tuple[Int, ...] = term.args
        others = []
        for known, value in entries.items():
            if len(known) == len(keys):
                here = same_key(keys, tuple(map(const, known)))
                yield imply(here, compare.eq(term, const(value)))
                others.append(here)
        yield or_(*others, compare.eq(term, const(0)))


def _named(place: Place) -> tuple[str, tuple[int, ...]]:
    """The name that terms have for a value, and the words that are its keys."""
    text, keys = f"{place.contract}.{place.variable}", []
    for accessor in place.path:
        if isinstance(accessor, Key):
            text += "[]"
            keys.append(_word(accessor.value))
        elif isinstance(accessor, Index):
            text += f"[{accessor.value}]"
        elif isinstance(accessor, Member):
            text += f".{accessor.name}"
    return text, tuple(keys)


def _word(value: object) -> int:
    if isinstance(value, bytes):
        return int.from_bytes(value.ljust(32, b"\0"), "big")
    return int(value) if isinstance(value, int) else -1


def _unknowns(roots: Iterable[Bool]) -> Iterator[Int]:
    """The variables and applications in some conditions, each once."""
    seen: set[Term] = set()
    stack: list[Term] = list(roots)
    while stack:
        node = stack.pop()
        if node in seen:
            continue
        seen.add(node)
        stack.extend(node.args)
        if isinstance(node, Int) and node.op in (VAR, APP):
            yield node
