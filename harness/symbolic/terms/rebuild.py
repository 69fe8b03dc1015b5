"""Building a term again from changed parts: substitution, and rewriting under facts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from harness.symbolic.terms import bitwise, boolean, compare, division, words
from harness.symbolic.terms.choice import ite
from harness.symbolic.terms.functions import BAND, CLZ, EXP, HEAD, POW2
from harness.symbolic.terms.linear import scale, shift, total
from harness.symbolic.terms.node import (
    AND,
    APP,
    CONST,
    DIV,
    EQ,
    GE,
    ITE,
    LE,
    LIN,
    MOD,
    MUL,
    NOT,
    OR,
    SLICE,
    Bool,
    Int,
    Term,
    const,
)
from harness.symbolic.terms.product import multiply
from harness.symbolic.terms.slices import slice_bits

T = TypeVar("T", Int, Bool)


def with_args(node: Term, args: tuple[Any, ...]) -> Term:
    """The operation of `node` on other arguments, in normal form."""
    op = node.op
    if op == LIN:
        factors, constant = node.data
        parts = [scale(arg, factor) for arg, factor in zip(args, factors, strict=True)]
        return shift(total(parts), constant)
    if op == MUL:
        result: Int = args[0]
        for arg in args[1:]:
            result = multiply(result, arg)
        return result
    if op == APP:
        return _application(node, args)
    if op in (LE, GE, EQ):
        lo = None if op == LE else node.data
        return compare.within(args[0], lo, None if op == GE else node.data)
    return _REBUILD[op](args, node.data)


_REBUILD: Mapping[int, Callable[[Any, Any], Term]] = {
    SLICE: lambda args, data: slice_bits(args[0], *data),
    DIV: lambda args, _: division.divide(*args),
    MOD: lambda args, _: division.modulo(*args),
    ITE: lambda args, _: ite(*args),
    NOT: lambda args, _: boolean.not_(*args),
    AND: lambda args, _: boolean.conjoin(args),
    OR: lambda args, _: boolean.or_(*args),
}


def _application(node: Term, args: tuple[Int, ...]) -> Int:
    """A function of changed arguments; those with a meaning of their own may simplify."""
    function = node.data
    if function is BAND:
        return bitwise.bit_and(*args)
    if function is HEAD:
        return bitwise.head(*args)
    if function is EXP:
        return words.exp(*args)
    if function is CLZ:
        return words.clz(*args)
    if function is POW2 and args[0].op == CONST:
        return const(POW2.exact(args[0].data)) if POW2.exact else POW2(*args)
    result: Int = function(*args)
    return result


def rebuild(
    term: T, visit: Callable[[Term], Term], memo: dict[Term, Term], stop: set[Term] | None = None
) -> T:
    """Rebuild a term from its leaves, passing each node through `visit` on the way.

    `visit` gets every node with its arguments rebuilt, and gives what takes its place; it
    must keep the sort. Terms in `stop` are kept as they are. `memo` holds what is done.
    """
    stack: list[Term] = [term]
    while stack:
        node = stack[-1]
        if node in memo:
            stack.pop()
            continue
        if stop is not None and node in stop:
            memo[node] = node
            continue
        waiting = [child for child in node.args if child not in memo]
        if waiting:
            stack.extend(waiting)
            continue
        stack.pop()
        args = tuple([memo[child] for child in node.args])
        same = all(a is b for a, b in zip(args, node.args, strict=True))
        memo[node] = visit(node if same else with_args(node, args))
    result: Any = memo[term]
    return result  # type: ignore[no-any-return]  # the sort is kept by contract


def substitute(term: T, values: Mapping[Term, Term]) -> T:
    """The term with some of its sub-terms replaced, all at once; values are not searched.

    Where a word is replaced, it must be by a word.
    """
    memo: dict[Term, Term] = dict(values)
    return rebuild(term, lambda node: node, memo)
