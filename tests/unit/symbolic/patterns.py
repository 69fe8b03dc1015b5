"""Multi-opcode patterns as solc emits them, over any namespace that has the opcodes.

Each is written once and run on terms and on the reference, so that the recipes that
recognise it are tested against what the opcodes really do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

from harness.symbolic.terms import words
from harness.symbolic.terms.node import const

from .reference import WORD_OPS, W

MAX = W - 1
REFERENCE = SimpleNamespace(
    number=lambda value: value, **{name: meaning for name, (_, meaning) in WORD_OPS.items()}
)
TERMS = SimpleNamespace(number=const, **{name: getattr(words, name) for name in WORD_OPS})

Pattern = Callable[[Any, Any, Any], Any]


def mask(op: Any, bits: int) -> Any:
    return op.number(2**bits - 1)


def int_add_overflows(op: Any, x: Any, y: Any) -> Any:
    total, zero = op.add(x, y), op.number(0)
    up = op.and_(op.iszero(op.slt(x, zero)), op.slt(total, y))
    return op.or_(up, op.and_(op.slt(x, zero), op.iszero(op.slt(total, y))))


def int_sub_overflows(op: Any, x: Any, y: Any) -> Any:
    rest, zero = op.sub(x, y), op.number(0)
    down = op.and_(op.iszero(op.slt(y, zero)), op.sgt(rest, x))
    return op.or_(down, op.and_(op.slt(y, zero), op.slt(rest, x)))


def int_mul_fits(op: Any, x: Any, y: Any) -> Any:
    least = op.and_(op.slt(x, op.number(0)), op.eq(y, op.number(2**255)))
    back = op.eq(y, op.sdiv(op.mul(x, y), x))
    return op.and_(op.iszero(least), op.or_(op.iszero(x), back))


def high_product(op: Any, x: Any, y: Any) -> Any:
    folded, low = op.mulmod(x, y, op.number(MAX)), op.mul(x, y)
    return op.sub(op.sub(folded, low), op.lt(folded, low))


def bytes_again(op: Any, x: Any, y: Any) -> Any:
    """x taken apart into four pieces and put together in another order."""
    pieces = [op.and_(op.shr(op.number(64 * i), x), mask(op, 64)) for i in range(4)]
    result = op.number(0)
    for i in (2, 0, 3, 1):
        result = op.or_(result, op.shl(op.number(64 * i), pieces[i]))
    return result


def first_bytes(op: Any, y: Any) -> Any:
    """The mask of the first y mod 32 bytes of a word."""
    bits = op.mul(op.number(8), op.and_(y, mask(op, 5)))
    return op.not_(op.shr(bits, op.number(MAX)))


PATTERNS: Mapping[str, Pattern] = {
    "sum below operand": lambda op, x, y: op.lt(op.add(x, y), x),
    "operand above sum": lambda op, x, y: op.gt(y, op.add(x, y)),
    "above the rest": lambda op, x, y: op.gt(y, op.sub(op.number(MAX), x)),
    "above not": lambda op, x, y: op.gt(y, op.not_(x)),
    "below difference": lambda op, x, y: op.lt(x, op.sub(x, y)),
    "difference above": lambda op, x, y: op.gt(op.sub(x, y), x),
    "sum of sums": lambda op, x, y: op.lt(op.add(op.add(x, y), y), op.add(x, y)),
    "sum equals": lambda op, x, y: op.eq(op.add(x, y), x),
    "product back": lambda op, x, y: op.or_(op.iszero(x), op.eq(op.div(op.mul(x, y), x), y)),
    "product back, no zero test": lambda op, x, y: op.eq(op.div(op.mul(x, y), x), y),
    "product by constant": lambda op, x, y: op.eq(
        op.div(op.mul(x, op.number(10**18)), op.number(10**18)), x
    ),
    "factor above quotient": lambda op, x, y: op.and_(
        op.iszero(op.iszero(x)), op.gt(y, op.div(op.number(MAX), x))
    ),
    "quotient at most": lambda op, x, y: op.iszero(op.gt(op.div(op.number(10**40), x), y)),
    "int add": int_add_overflows,
    "int sub": int_sub_overflows,
    "int mul": int_mul_fits,
    "int mul, one test": lambda op, x, y: op.eq(op.sdiv(op.mul(x, y), x), y),
    "int128 clean": lambda op, x, y: op.eq(x, op.signextend(op.number(15), x)),
    "int8 clean": lambda op, x, y: op.eq(op.signextend(op.number(0), op.add(x, y)), op.add(x, y)),
    "biased": lambda op, x, y: op.iszero(op.shr(op.number(128), op.add(x, op.number(2**127)))),
    "near": lambda op, x, y: op.lt(op.sub(x, op.number(77)), op.number(1000)),
    "uint128 clean": lambda op, x, y: op.eq(x, op.and_(x, mask(op, 128))),
    "uint128 product": lambda op, x, y: op.eq(op.mul(x, y), op.and_(op.mul(x, y), mask(op, 128))),
    "ir product": lambda op, x, y: op.sub(op.and_(op.mul(x, y), mask(op, 64)), op.mul(x, y)),
    "address clean": lambda op, x, y: op.iszero(op.shr(op.number(160), x)),
    "bool clean": lambda op, x, y: op.eq(x, op.iszero(op.iszero(x))),
    "high product": high_product,
    "high product, other carry": lambda op, x, y: op.sub(
        op.sub(op.mulmod(x, y, op.number(MAX)), op.mul(x, y)), op.lt(x, y)
    ),
    "difference above its double": lambda op, x, y: op.sgt(
        op.sub(x, y), op.mul(op.number(2), op.sub(x, y))
    ),
    "double below": lambda op, x, y: op.slt(op.shl(op.number(1), op.add(x, y)), op.add(x, y)),
    "store packed": lambda op, x, y: op.or_(
        op.and_(x, op.not_(mask(op, 96))), op.and_(y, mask(op, 96))
    ),
    "store in the middle": lambda op, x, y: op.or_(
        op.and_(x, op.not_(op.shl(op.number(96), mask(op, 64)))),
        op.shl(op.number(96), op.and_(y, mask(op, 64))),
    ),
    "pack by product": lambda op, x, y: op.or_(
        op.mul(op.and_(x, mask(op, 96)), op.number(2**160)), op.and_(y, mask(op, 160))
    ),
    "bytes again": bytes_again,
    "first bytes": lambda op, x, y: op.and_(x, first_bytes(op, y)),
    "other bytes": lambda op, x, y: op.and_(op.not_(first_bytes(op, y)), x),
    "short string": lambda op, x, y: op.or_(
        op.and_(first_bytes(op, y), x), op.mul(op.number(2), op.and_(y, mask(op, 5)))
    ),
    "unpack": lambda op, x, y: op.and_(op.div(x, op.number(2**96)), mask(op, 64)),
    "saturating": lambda op, x, y: op.mul(op.gt(x, y), op.sub(x, y)),
    "min by xor": lambda op, x, y: op.xor(y, op.mul(op.xor(x, y), op.lt(x, y))),
    "signed half": lambda op, x, y: op.sar(op.number(1), op.add(x, y)),
}
