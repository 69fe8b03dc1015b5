"""Rules: what an operation on canonical expressions comes to, None where it stays what it is."""

from __future__ import annotations

from collections.abc import Callable

from manticore.core.smtlib import expression as smt

from .expressions import (
    FALSE,
    TRUE,
    Expression,
    canonical,
    concat,
    constant,
    extract,
    negated,
    once,
    truth,
    widen,
)

__all__ = ["RULES"]


def _signed(value: int, size: int) -> int:
    return value - (1 << size) if value >> (size - 1) else value


def _arithmetic(compute: Callable[[int, int, int], int]) -> Callable[..., Expression]:
    def rule(value: Expression, a: Expression, b: Expression) -> Expression:
        if isinstance(a, smt.BitVecConstant) and isinstance(b, smt.BitVecConstant):
            return constant(compute(a.value, b.value, value.size), value.size)
        return None

    return rule


def _compare(compute: Callable[[int, int, int], bool]) -> Callable[..., Expression]:
    def rule(value: Expression, a: Expression, b: Expression) -> Expression:
        if isinstance(a, smt.BitVecConstant) and isinstance(b, smt.BitVecConstant):
            return truth(compute(a.value, b.value, a.size))
        return None

    return rule


def _is(value: Expression, number: int) -> bool:
    return isinstance(value, smt.BitVecConstant) and value.value == number


def _add(value: Expression, a: Expression, b: Expression) -> Expression:
    if isinstance(a, smt.BitVecConstant):
        a, b = b, a
    if not isinstance(b, smt.BitVecConstant):
        return None
    if isinstance(a, smt.BitVecConstant):
        return constant(a.value + b.value, value.size)
    if b.value == 0:
        return a
    if isinstance(a, smt.BitVecAdd) and isinstance(a.operands[1], smt.BitVecConstant):
        left, right = a.operands
        return canonical(left + constant(right.value + b.value, value.size))
    if a is value.operands[0] and b is value.operands[1]:
        return None
    key = ("BitVecAdd", value.size, id(a), id(b))
    return once(key, lambda: smt.BitVecAdd(a=a, b=b))


def _subtract(value: Expression, a: Expression, b: Expression) -> Expression:
    if a is b:
        return constant(0, value.size)
    if isinstance(b, smt.BitVecConstant):
        return canonical(a + constant(-b.value, value.size))
    return None


def _multiply(value: Expression, a: Expression, b: Expression) -> Expression:
    if isinstance(a, smt.BitVecConstant):
        a, b = b, a
    if isinstance(b, smt.BitVecConstant):
        if isinstance(a, smt.BitVecConstant):
            return constant(a.value * b.value, value.size)
        if b.value in (0, 1):
            return a if b.value else b
    return None


def _divide(value: Expression, a: Expression, b: Expression) -> Expression:
    """A quotient; by a power of two, it is some of the bits."""
    if not isinstance(b, smt.BitVecConstant):
        return None
    # By zero: guarded wherever it occurs, the EVM's answer is 0.
    if b.value == 0:
        return constant(0, value.size)
    if isinstance(a, smt.BitVecConstant):
        return constant(a.value // b.value, value.size)
    low = b.value.bit_length() - 1
    if b.value != 1 << low:
        return None
    return widen(extract(a, low, value.size - low), value.size)


def _modulo(value: Expression, a: Expression, b: Expression) -> Expression:
    """A remainder; see `_divide`."""
    if not isinstance(b, smt.BitVecConstant):
        return None
    if b.value in (0, 1):
        return constant(0, value.size)
    if isinstance(a, smt.BitVecConstant):
        return constant(a.value % b.value, value.size)
    low = b.value.bit_length() - 1
    return widen(extract(a, 0, low), value.size) if b.value == 1 << low else None


def _conjunction(value: Expression, a: Expression, b: Expression) -> Expression:
    if isinstance(a, smt.BitVecConstant):
        a, b = b, a
    if a is b:
        return a
    if not isinstance(b, smt.BitVecConstant):
        return None
    mask, size = b.value, value.size
    if isinstance(a, smt.BitVecConstant):
        return constant(a.value & mask, size)
    if mask & (mask + 1) == 0:
        kept = mask.bit_length()
        return constant(0, size) if kept == 0 else widen(extract(a, 0, kept), size)
    full = (1 << size) - 1
    high = mask ^ full
    if high & (high + 1) == 0:
        low = high.bit_length()
        return concat(extract(a, low, size - low), constant(0, low))
    return None


def _disjunction(value: Expression, a: Expression, b: Expression) -> Expression:
    if isinstance(a, smt.BitVecConstant):
        a, b = b, a
    if a is b or _is(b, 0):
        return a
    if isinstance(a, smt.BitVecConstant) and isinstance(b, smt.BitVecConstant):
        return constant(a.value | b.value, value.size)
    return _side_by_side(a, b) or _side_by_side(b, a)


def _side_by_side(high: Expression, low: Expression) -> Expression:
    """The union of two expressions of which one has zeros where the other has bits."""
    if isinstance(low, smt.BitVecConstant):
        width = low.value.bit_length()
    elif isinstance(low, smt.BitVecZeroExtend):
        width = low.operands[0].size
    else:
        return None
    if width == 0 or width >= high.size:
        return None
    below = extract(high, 0, width)
    if _is(below, 0):
        return concat(extract(high, width, high.size - width), extract(low, 0, width))
    return None


def _exclusive(value: Expression, a: Expression, b: Expression) -> Expression:
    if a is b:
        return constant(0, value.size)
    if _is(b, 0):
        return a
    if isinstance(a, smt.BitVecConstant) and isinstance(b, smt.BitVecConstant):
        return constant(a.value ^ b.value, value.size)
    return None


def _complement(value: Expression, a: Expression) -> Expression:
    return constant(~a.value, value.size) if isinstance(a, smt.BitVecConstant) else None


def _negation(value: Expression, a: Expression) -> Expression:
    return constant(-a.value, value.size) if isinstance(a, smt.BitVecConstant) else None


def _shift_left(value: Expression, a: Expression, b: Expression) -> Expression:
    if not isinstance(b, smt.BitVecConstant):
        return None
    size = value.size
    if b.value >= size:
        return constant(0, size)
    return a if b.value == 0 else concat(extract(a, 0, size - b.value), constant(0, b.value))


def _shift_right(value: Expression, a: Expression, b: Expression) -> Expression:
    if not isinstance(b, smt.BitVecConstant):
        return None
    size = value.size
    if b.value >= size:
        return constant(0, size)
    return widen(extract(a, b.value, size - b.value), size)


def _shift_signed(value: Expression, a: Expression, b: Expression) -> Expression:
    if isinstance(a, smt.BitVecConstant) and isinstance(b, smt.BitVecConstant):
        shift = min(b.value, value.size)
        return constant(_signed(a.value, value.size) >> shift, value.size)
    return None


def _choice(value: Expression, condition: Expression, a: Expression, b: Expression) -> Expression:
    if condition is TRUE or a is b:
        return a
    if condition is FALSE:
        return b
    if isinstance(condition, smt.BoolNot):
        inner = condition.operands[0]
        key = ("BitVecITE", value.size, id(inner), id(b), id(a))
        return once(
            key,
            lambda: smt.BitVecITE(size=value.size, condition=inner, true_value=b, false_value=a),
        )
    return None


def _both(value: Expression, a: Expression, b: Expression) -> Expression:
    if a is FALSE or b is FALSE:
        return FALSE
    if a is TRUE or a is b:
        return b
    return a if b is TRUE else None


def _either(value: Expression, a: Expression, b: Expression) -> Expression:
    if a is TRUE or b is TRUE:
        return TRUE
    if a is FALSE or a is b:
        return b
    return a if b is FALSE else None


def _differ(value: Expression, a: Expression, b: Expression) -> Expression:
    if isinstance(a, smt.BoolConstant):
        a, b = b, a
    if isinstance(b, smt.BoolConstant):
        return negated(a) if b.value else a
    return FALSE if a is b else None


def _sign_extend(value: Expression, a: Expression) -> Expression:
    if isinstance(a, smt.BitVecConstant):
        return constant(_signed(a.value, a.size), value.size)
    return None


RULES: dict[str, Callable[..., Expression]] = {
    "BitVecAdd": _add,
    "BitVecSub": _subtract,
    "BitVecMul": _multiply,
    "BitVecDiv": lambda value, a, b: None,
    "BitVecUnsignedDiv": _divide,
    "BitVecMod": lambda value, a, b: None,
    "BitVecRem": lambda value, a, b: None,
    "BitVecUnsignedRem": _modulo,
    "BitVecShiftLeft": _shift_left,
    "BitVecShiftRight": _shift_right,
    "BitVecArithmeticShiftLeft": _shift_left,
    "BitVecArithmeticShiftRight": _shift_signed,
    "BitVecAnd": _conjunction,
    "BitVecOr": _disjunction,
    "BitVecXor": _exclusive,
    "BitVecNot": _complement,
    "BitVecNeg": _negation,
    "BitVecITE": _choice,
    "BitVecSignExtend": _sign_extend,
    "BoolAnd": _both,
    "BoolOr": _either,
    "BoolXor": _differ,
    "LessThan": _compare(lambda a, b, n: _signed(a, n) < _signed(b, n)),
    "LessOrEqual": _compare(lambda a, b, n: _signed(a, n) <= _signed(b, n)),
    "GreaterThan": _compare(lambda a, b, n: _signed(a, n) > _signed(b, n)),
    "GreaterOrEqual": _compare(lambda a, b, n: _signed(a, n) >= _signed(b, n)),
    "UnsignedLessThan": _compare(lambda a, b, n: a < b),
    "UnsignedLessOrEqual": _compare(lambda a, b, n: a <= b),
    "UnsignedGreaterThan": _compare(lambda a, b, n: a > b),
    "UnsignedGreaterOrEqual": _compare(lambda a, b, n: a >= b),
}
"""What each operation may come to; one that is not listed is refused."""
