"""From what the process tells of a path to terms: every expression by an exact counterpart."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from harness.judges.explore.guards import Trip
from harness.symbolic.machine import Data, Literal, Machine
from harness.symbolic.terms import (
    FALSE,
    TRUE,
    Bool,
    Int,
    and_,
    compare,
    concat,
    const,
    division,
    iff,
    ite,
    linear,
    not_,
    or_,
    product,
    slice_bits,
    word_var,
    words,
)

__all__ = ["Translation"]

_WORD = 256
_BLOCK = "block."
_MADE = ".made."


class Translation:
    """The table of one job as terms.

    Args:
        machine: of the chain that the job runs on; its hashes are used.
        chain: the chain's name, which is part of the names of block variables.
    """

    def __init__(self, machine: Machine, chain: str) -> None:
        self._machine = machine
        self._chain = chain
        self._terms: list[Int | Bool] = []
        self._widths: list[int] = []
        self.invents = False
        """Whether anything depends on what the process made up: gas, hashes of blocks."""

    def extend(self, entries: Sequence[Sequence[Any]]) -> None:
        """Take in more of the table."""
        for name, size, *rest in entries:
            self._terms.append(self._term(name, size, rest))
            self._widths.append(size)

    def word(self, told: str | int) -> Int:
        """A number or an expression."""
        if isinstance(told, str):
            return const(int(told, 16))
        found = self._terms[told]
        assert isinstance(found, Int)
        return found

    def condition(self, number: int) -> Bool:
        """A condition."""
        found = self._terms[number]
        assert isinstance(found, Bool)
        return found

    def content(self, told: Sequence[str | int]) -> Data:
        """Bytes."""
        parts: list[Int] = []
        for each in told:
            if isinstance(each, str):
                parts += (const(byte) for byte in bytes.fromhex(each))
            else:
                parts.append(self.word(each))
        pieces = []
        for at in range(0, len(parts), 32):
            row = parts[at : at + 32]
            pieces.append(Literal(concat([(part, 8) for part in row]), len(row)))
        return Data(pieces)

    def _term(self, name: str, size: int, rest: Sequence[Any]) -> Int | Bool:
        if name == "const":
            return const(int(rest[0], 16))
        if name == "truth":
            return TRUE if rest[0] else FALSE
        if name == "var":
            return self._variable(rest[0], size)
        if name == "keccak":
            return self._machine.hashes.digest(self.content(rest[0]))
        if name == "extract":
            return slice_bits(self.word(rest[0]), rest[1], size)
        widths = [self._widths[each] for each in rest]
        if name == "sext":
            whole = _signed(self.word(rest[0]), widths[0])
            return slice_bits(whole, 0, size)
        if name == "concat":
            return concat(list(zip(map(self.word, rest), widths, strict=True)))
        rule = _RULES.get(name)
        if rule is None:
            raise Trip("hash", f"the operation {name}")
        return rule(size or widths[0], *(self._terms[each] for each in rest))

    def _variable(self, name: str, size: int) -> Int:
        self.invents |= _MADE in f".{name}"
        prefix, _, bare = name.rpartition(_BLOCK)
        if bare == "gasprice":
            return word_var(f"{prefix}tx.gasprice", size)
        return word_var(f"{name}@{self._chain}" if _BLOCK in name else name, size)


def _signed(value: Int, size: int) -> Int:
    """Two's complement of some bits, as a number."""
    negative = compare.ge(value, const(1 << (size - 1)))
    return ite(negative, linear.shift(value, -(1 << size)), value)


def _wrapped(operation: Callable[[Int, Int], Int]) -> Callable[..., Int]:
    """An exact operation, cut to the width."""
    return lambda size, a, b: slice_bits(operation(a, b), 0, size)


def _word_only(operation: Callable[..., Int]) -> Callable[..., Int]:
    """An operation that there is for words alone."""

    def rule(size: int, *operands: Int) -> Int:
        if size != _WORD:
            raise Trip("hash", f"an operation on {size} bits")
        return operation(*operands)

    return rule


def _either_width(
    on_words: Callable[[Int, Int], Int], exact: Callable[[Int, Int], Int]
) -> Callable[..., Int]:
    """As the EVM has it for words, exactly and cut for other widths."""

    def rule(size: int, a: Int, b: Int) -> Int:
        return on_words(a, b) if size == _WORD else slice_bits(exact(a, b), 0, size)

    return rule


def _bits(operation: Callable[[Int, Int], Int]) -> Callable[..., Int]:
    """An operation bit by bit, which is the same in a word."""

    def rule(size: int, a: Int, b: Int) -> Int:
        if size > _WORD:
            raise Trip("hash", f"an operation on {size} bits")
        return operation(a, b)

    return rule


def _complement(size: int, a: Int) -> Int:
    return linear.subtract(const((1 << size) - 1), a)


def _negated(size: int, a: Int) -> Int:
    return slice_bits(linear.subtract(const(1 << size), a), 0, size)


def _chosen(_: int, condition: Bool, one: Int, other: Int) -> Int:
    return ite(condition, one, other)


def _equal(_: int, one: Int | Bool, other: Int | Bool) -> Bool:
    if isinstance(one, Bool):
        assert isinstance(other, Bool)
        return iff(one, other)
    assert isinstance(other, Int)
    return compare.eq(one, other)


def _signed_compare(operation: Callable[[Int, Int], Bool]) -> Callable[..., Bool]:
    return lambda size, a, b: operation(_signed(a, size), _signed(b, size))


def _compare(operation: Callable[[Int, Int], Bool]) -> Callable[..., Bool]:
    return lambda size, a, b: operation(a, b)


_RULES: Mapping[str, Callable[..., Int | Bool]] = {
    "add": _either_width(words.add, linear.add),
    "sub": _either_width(words.sub, linear.subtract),
    "mul": _either_width(words.mul, product.multiply),
    "sdiv": _word_only(words.sdiv),
    "udiv": _either_width(words.div, division.divide),
    "srem": _word_only(words.smod),
    "urem": _either_width(words.mod, division.modulo),
    "shl": _word_only(lambda value, shift: words.shl(shift, value)),
    "lshr": _word_only(lambda value, shift: words.shr(shift, value)),
    "ashr": _word_only(lambda value, shift: words.sar(shift, value)),
    "bvand": _bits(words.and_),
    "bvor": _bits(words.or_),
    "bvxor": _bits(words.xor),
    "bvnot": _complement,
    "neg": _negated,
    "ite": _chosen,
    "zext": lambda size, value: value,
    "and": lambda size, a, b: and_(a, b),
    "or": lambda size, a, b: or_(a, b),
    "xor": lambda size, a, b: not_(iff(a, b)),
    "not": lambda size, a: not_(a),
    "eq": _equal,
    "slt": _signed_compare(compare.lt),
    "sle": _signed_compare(compare.le),
    "sgt": _signed_compare(compare.gt),
    "sge": _signed_compare(compare.ge),
    "ult": _compare(compare.lt),
    "ule": _compare(compare.le),
    "ugt": _compare(compare.gt),
    "uge": _compare(compare.ge),
}
"""By name: from the width of the result, or of the operands where it is a condition."""
