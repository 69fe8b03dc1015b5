"""Calls inside byte strings: what a message asks for, and what a hash commits to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from harness.compile import AbiFunction
from harness.compile.abi_types import AbiType
from harness.symbolic.machine import Data, Extract, Literal, Machine, Unsupported, Zeros
from harness.symbolic.machine.data import WORD_BYTES, Choice, Order, Piece
from harness.symbolic.machine.shapes import Shape, terms_in
from harness.symbolic.terms import (
    Bool,
    Facts,
    Int,
    Term,
    and_,
    compare,
    const,
    linear,
    or_,
    slice_bits,
    value_of,
)
from harness.symbolic.terms.node import APP
from harness.world import MessageField

__all__ = ["CallIn", "call_in", "field_of", "hashed", "holds", "parts_of"]

_SELECTOR = 4


@dataclass(frozen=True)
class CallIn:
    """The call of a function that a byte string may hold."""

    selected: Bool
    """Whether the string begins with the function's selector."""

    sound: Bool
    """Whether the rest is an encoding of arguments."""

    arguments: Mapping[str, Int]
    """The words of the static arguments, by name."""

    sizes: Mapping[str, Int]
    """The length of the first dynamic argument, if it lies where encoders put it: see
    `AbiFunction.bytes_in`."""

    contents: Mapping[str, Data]
    """Its bytes, where they can be told."""

    facts: Facts

    def field(self, text: str) -> Int | None:
        """A field of the message, by its name; None where it cannot be told."""
        wanted = MessageField.parse(text)
        if wanted.is_whole:
            return self.arguments.get(wanted.argument)
        if wanted.is_length:
            return self.sizes.get(wanted.argument)
        content = self.contents.get(wanted.argument)
        return None if content is None else field_of(content, wanted, self.facts)


def call_in(data: Data, function: AbiFunction, facts: Facts, unsure: Bool) -> CallIn:
    """What a byte string holds if it is a call of a function.

    A dynamic argument must lie right where encoders put the first one; of others it is not known
    whether they are sound: then they are if ``unsure`` is true.  Raises Unsupported where a static
    argument cannot be read.
    """
    order = Order(facts)
    selector = data.number(const(0), _SELECTOR, order)
    selected = compare.eq(selector, const(int.from_bytes(function.selector, "big")))
    heads = sum(parameter.type.words for parameter in function.inputs)
    sound = compare.ge(data.length, const(_SELECTOR + WORD_BYTES * heads))
    arguments: dict[str, Int] = {}
    sizes: dict[str, Int] = {}
    contents: dict[str, Data] = {}
    at = _SELECTOR
    for position, parameter in enumerate(function.inputs):
        name = parameter.name or str(position)
        if parameter.type.is_word:
            word = data.word(const(at), order)
            arguments[name] = word
            clean = _clean(parameter.type, word)
        else:
            size = _size_of(data, parameter.type, at, heads, order)
            clean = None if size is None else _lies_well(data, heads, size, order, unsure)
            if size is not None:
                sizes[name] = size
                begin = const(_SELECTOR + WORD_BYTES * (heads + 1))
                with suppress(Unsupported):
                    contents[name] = data.slice(begin, size, order, padded=True)
        sound = and_(sound, unsure if clean is None else clean)
        at += WORD_BYTES * parameter.type.words
    return CallIn(selected, sound, arguments, sizes, contents, facts)


def field_of(content: Data, field: MessageField, facts: Facts) -> Int | None:
    """A number in a byte string; None where it cannot be told."""
    if field.word is None:
        return content.length
    try:
        return content.word(const(WORD_BYTES * field.word), Order(facts))
    except Unsupported:
        return None


def _clean(kind: AbiType, word: Int) -> Bool | None:
    """Whether a word is a value of a type."""
    if kind.kind in ("uint", "address", "bool"):
        return compare.le(word, const(kind.bounds[1]))
    if kind.kind == "bytesN":
        return compare.eq(slice_bits(word, 0, 256 - kind.bits), const(0))
    return None


def _size_of(data: Data, kind: AbiType, at: int, heads: int, order: Order) -> Int | None:
    """The length of the first dynamic argument, where it lies where encoders put it."""
    if kind.kind != "bytes":
        return None
    start = value_of(order.facts.rewrite(data.word(const(at), order)))
    if start != WORD_BYTES * heads:
        return None
    return order.facts.rewrite(data.word(const(_SELECTOR + start), order))


def _lies_well(data: Data, heads: int, size: Int, order: Order, unsure: Bool) -> Bool | None:
    """Whether the first dynamic argument, of some size, is all there and padded with zeros."""
    begin = _SELECTOR + WORD_BYTES * (heads + 1)
    known = value_of(size)
    if known is None:
        empty = and_(compare.eq(size, const(0)), compare.ge(data.length, const(begin)))
        return or_(empty, unsure)
    padding = -known % WORD_BYTES
    if padding:
        last = data.number(const(begin + known), padding, order)
        if value_of(order.facts.rewrite(last)) != 0:
            return None
    return compare.ge(data.length, const(begin + known + padding))


def holds(data: Data, function: AbiFunction, name: str, size: Int, facts: Facts) -> Bool:
    """Whether a call has an argument of some length in bytes, where encoders put the first one."""
    order = Order(facts)
    heads = sum(parameter.type.words for parameter in function.inputs)
    at = function.head_of(name)
    begin = _SELECTOR + WORD_BYTES * heads
    return and_(
        compare.eq(data.word(const(_SELECTOR + at), order), const(WORD_BYTES * heads)),
        compare.eq(data.word(const(begin), order), size),
        compare.ge(data.length, linear.shift(size, begin + WORD_BYTES)),
    )


def parts_of(data: Data, kinds: Sequence[AbiType], facts: Facts) -> list[Int | Data]:
    """The values in what `abi.encode` made of some types: words, and the content of `bytes`.

    Raises Unsupported where they cannot be told apart, or for other types.
    """
    order = Order(facts)
    found: list[Int | Data] = []
    at = 0
    for kind in kinds:
        word = facts.rewrite(data.word(const(at), order))
        if kind.is_word:
            found.append(word)
        elif kind.kind == "bytes":
            length = facts.rewrite(data.word(word, order))
            found.append(data.slice(linear.shift(word, WORD_BYTES), length, order))
        else:
            raise Unsupported(f"a commitment to a value of type {kind.name}")
        at += WORD_BYTES * kind.words
    return found


def hashed(conditions: Iterable[Bool], machines: Iterable[Machine]) -> Iterator[tuple[Int, Data]]:
    """Every Keccak-256 hash in some conditions, with what it is the hash of."""
    shapes: dict[str, Shape] = {}
    for machine in machines:
        shapes.update(machine.hashes.opaque)
    seen: set[Term] = set()
    waiting: list[Term] = list(conditions)
    while waiting:
        term = waiting.pop()
        if term in seen:
            continue
        seen.add(term)
        waiting += (each for each in term.args if isinstance(each, Term))
        if isinstance(term, Int) and term.op == APP:
            shape = _shape_of(term.data.name, shapes)
            if shape is not None:
                yield term, Data(_pieces(shape, list(term.args)))


def _shape_of(function: str, shapes: Mapping[str, Shape]) -> Shape | None:
    if not function.startswith("keccak"):
        return None
    if function in shapes:
        return shapes[function]
    if function.startswith("keccak(") and function.endswith(")"):
        return tuple(int(width) for width in function[len("keccak(") : -1].split(","))
    return None


def _pieces(shape: Shape, values: list[Int]) -> Iterator[Piece]:
    """The pieces of a shape with its terms put back."""
    rest = list(values)
    for part in shape:
        if isinstance(part, int):
            yield Literal(rest.pop(0), part)
        elif isinstance(part, str):
            yield Zeros(rest.pop(0))
        elif isinstance(part, tuple):
            condition = compare.ne(rest.pop(0), const(0))
            one, other = terms_in(part[0]), terms_in(part[1])
            left = Data(_pieces(part[0], rest[:one]))
            right = Data(_pieces(part[1], rest[one : one + other]))
            del rest[: one + other]
            yield Choice(condition, left, right)
        else:
            yield Extract(part, rest.pop(0), rest.pop(0))
