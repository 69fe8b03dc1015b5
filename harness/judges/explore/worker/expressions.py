"""Manticore's expressions in one form: each is made once, constants are computed, bits are cut.

Manticore's own simplifier is not used: it walks whole expressions again and again, and computes
some constants wrongly. `canonical` takes an expression apart and builds it anew from parts that
are canonical already, so that equal expressions are one object.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from manticore.core.smtlib import expression as smt

from .guards import Tripped

__all__ = [
    "FALSE",
    "TRUE",
    "Expression",
    "canonical",
    "concat",
    "constant",
    "equal",
    "extract",
    "negated",
    "once",
    "plain",
    "truth",
    "widen",
]

Expression = Any
"""A Manticore expression; its classes carry no types."""

_made: dict[tuple[Any, ...], Expression] = {}
_known: dict[int, tuple[Expression, Expression]] = {}
"""By identity: the expression, kept so that its identity stays its own, and its canonical form."""


def once(key: tuple[Any, ...], make: Callable[[], Expression]) -> Expression:
    """The one expression of a key, made the first time that it is asked for."""
    found = _made.get(key)
    if found is None:
        found = _made[key] = make()
        _known[id(found)] = (found, found)
    return found


def constant(value: int, size: int) -> Expression:
    """A constant of some bits."""
    value &= (1 << size) - 1
    return once(("const", value, size), lambda: smt.BitVecConstant(size=size, value=value))


def truth(value: bool) -> Expression:
    """A constant condition."""
    return once(("truth", value), lambda: smt.BoolConstant(value=value))


TRUE = truth(True)
FALSE = truth(False)


def plain(value: Expression, size: int = 256) -> Expression:
    """The canonical form of what is on a stack: a number, or an expression that is none."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int):
        return value & ((1 << size) - 1)
    found = canonical(value)
    return found.value if isinstance(found, smt.BitVecConstant) else found


def extract(value: Expression, offset: int, size: int) -> Expression:
    """Some bits of an expression, counted from its low end."""
    value = canonical(value)
    if offset == 0 and size == value.size:
        return value
    if isinstance(value, smt.BitVecConstant):
        return constant(value.value >> offset, size)
    if isinstance(value, smt.BitVecExtract):
        return extract(value.value, value.begining + offset, size)
    if isinstance(value, smt.BitVecZeroExtend):
        inner = value.operands[0]
        if offset >= inner.size:
            return constant(0, size)
        if offset + size <= inner.size:
            return extract(inner, offset, size)
        return widen(extract(inner, offset, inner.size - offset), size)
    if isinstance(value, smt.BitVecConcat):
        parts, low = [], 0
        for part in reversed(value.operands):
            first, last = max(offset, low), min(offset + size, low + part.size)
            if first < last:
                parts.append(extract(part, first - low, last - first))
            low += part.size
        return concat(*reversed(parts))
    key = ("extract", id(value), offset, size)
    return once(key, lambda: smt.BitVecExtract(operand=value, offset=offset, size=size))


def widen(value: Expression, size: int) -> Expression:
    """An expression with zeros put before it."""
    value = canonical(value)
    if value.size == size:
        return value
    if isinstance(value, smt.BitVecConstant):
        return constant(value.value, size)
    if isinstance(value, smt.BitVecZeroExtend):
        return widen(value.operands[0], size)
    key = ("zero", id(value), size)
    return once(key, lambda: smt.BitVecZeroExtend(operand=value, size_dest=size))


def concat(*parts: Expression) -> Expression:
    """Expressions side by side, the highest bits first."""
    joined: list[Expression] = []
    for part in _flat(parts):
        last = joined[-1] if joined else None
        both = None if last is None else _neighbours(last, part)
        if both is None:
            joined.append(part)
        else:
            joined[-1] = both
    first = joined[0]
    size = sum(part.size for part in joined)
    if len(joined) == 1:
        return first
    if isinstance(first, smt.BitVecConstant) and first.value == 0:
        return widen(concat(*joined[1:]), size)
    key = ("concat", *map(id, joined))
    return once(key, lambda: smt.BitVecConcat(size_dest=size, operands=tuple(joined)))


def _flat(parts: tuple[Expression, ...]) -> list[Expression]:
    found: list[Expression] = []
    for part in map(canonical, parts):
        if isinstance(part, smt.BitVecConcat):
            found += part.operands
        elif isinstance(part, smt.BitVecZeroExtend):
            inner = part.operands[0]
            found += [constant(0, part.size - inner.size), *_flat((inner,))]
        else:
            found.append(part)
    return found


def _neighbours(high: Expression, low: Expression) -> Expression:
    """Two neighbours as one expression; None if they stay two."""
    if isinstance(high, smt.BitVecConstant) and isinstance(low, smt.BitVecConstant):
        return constant(high.value << low.size | low.value, high.size + low.size)
    if isinstance(high, smt.BitVecExtract) and isinstance(low, smt.BitVecExtract):
        whole = high.value
        if whole is low.value and high.begining == low.end + 1:
            return extract(whole, low.begining, high.size + low.size)
    return None


def equal(one: Expression, other: Expression) -> Expression:
    """Whether two expressions of one size are equal."""
    if one is other:
        return TRUE
    if isinstance(one, smt.BitVecConstant):
        one, other = other, one
    if isinstance(other, smt.BitVecConstant):
        value = other.value
        if isinstance(one, smt.BitVecConstant):
            return truth(one.value == value)
        if isinstance(one, smt.BitVecZeroExtend):
            inner = one.operands[0]
            return equal(inner, constant(value, inner.size)) if value >> inner.size == 0 else FALSE
        if isinstance(one, smt.BitVecITE):
            return _chosen(one, value, other)
    if isinstance(one, smt.BitVecZeroExtend) and isinstance(other, smt.BitVecZeroExtend):
        left, right = one.operands[0], other.operands[0]
        size = max(left.size, right.size)
        if size < one.size:
            return equal(widen(left, size), widen(right, size))
    if id(one) > id(other):
        one, other = other, one
    return once(("equal", id(one), id(other)), lambda: smt.BoolEqual(a=one, b=other))


def _chosen(one: Expression, value: int, other: Expression) -> Expression:
    """Whether a choice between constants is a constant."""
    condition, yes, no = one.operands
    if isinstance(yes, smt.BitVecConstant) and isinstance(no, smt.BitVecConstant):
        if yes.value == value:
            return condition if no.value != value else TRUE
        return negated(condition) if no.value == value else FALSE
    key = ("equal", id(one), id(other))
    return once(key, lambda: smt.BoolEqual(a=one, b=other))


def negated(condition: Expression) -> Expression:
    """The opposite of a condition."""
    if isinstance(condition, smt.BoolConstant):
        return truth(not condition.value)
    if isinstance(condition, smt.BoolNot):
        return condition.operands[0]
    return once(("not", id(condition)), lambda: smt.BoolNot(value=condition))


def canonical(value: Expression) -> Expression:
    """The one object for an expression and all that are equal to it."""
    known = _known.get(id(value))
    if known is not None:
        return known[1]
    found = _rebuilt(value)
    _known[id(value)] = (value, found)
    return found


def _rebuilt(value: Expression) -> Expression:
    if isinstance(value, smt.BitVecConstant):
        return constant(value.value, value.size)
    if isinstance(value, smt.BoolConstant):
        return truth(bool(value.value))
    if isinstance(value, smt.BitVecVariable):
        return once(("variable", value.name, value.size), lambda: value)
    if isinstance(value, smt.BitVecExtract):
        return extract(value.value, value.begining, value.size)
    if isinstance(value, smt.BitVecZeroExtend):
        return widen(value.operands[0], value.size)
    if isinstance(value, smt.BitVecConcat):
        return concat(*value.operands)
    operands = tuple(map(canonical, value.operands))
    if isinstance(value, smt.BoolNot):
        return negated(operands[0])
    if isinstance(value, smt.BoolEqual):
        if isinstance(operands[0], smt.Bool):
            return _boolean_equal(*operands)
        return equal(*operands)
    found = _simplified(value, operands)
    if found is not None:
        return found
    size = getattr(value, "size", 0)
    key = (type(value).__name__, size, *map(id, operands))
    return once(key, lambda: _copy(value, operands))


def _copy(value: Expression, operands: tuple[Expression, ...]) -> Expression:
    copy = object.__new__(type(value))
    for name in type(value).__slots__:
        setattr(copy, name, getattr(value, name))
    copy._operands = operands
    return copy


def _boolean_equal(one: Expression, other: Expression) -> Expression:
    for left, right in ((one, other), (other, one)):
        if left is TRUE:
            return right
        if left is FALSE:
            return negated(right)
    if one is other:
        return TRUE
    return once(("same", id(one), id(other)), lambda: smt.BoolEqual(a=one, b=other))


def _simplified(value: Expression, operands: tuple[Expression, ...]) -> Expression:
    """What an operation comes to; None where it stays what it is."""
    from .rules import RULES

    rule = RULES.get(type(value).__name__)
    if rule is None:
        raise Tripped("hash", f"the operation {type(value).__name__}")
    return rule(value, *operands)
