"""What is told of a path: plain data, with every expression as a number in a table."""

from __future__ import annotations

from typing import Any

from manticore.core.smtlib import expression as smt

from .guards import Tripped
from .memory import Bytes
from .slots import Hashes
from .world import Done, State, World

__all__ = ["Table"]

_NAMES = {
    "BitVecAdd": "add",
    "BitVecSub": "sub",
    "BitVecMul": "mul",
    "BitVecDiv": "sdiv",
    "BitVecUnsignedDiv": "udiv",
    "BitVecRem": "srem",
    "BitVecUnsignedRem": "urem",
    "BitVecShiftLeft": "shl",
    "BitVecShiftRight": "lshr",
    "BitVecArithmeticShiftRight": "ashr",
    "BitVecAnd": "bvand",
    "BitVecOr": "bvor",
    "BitVecXor": "bvxor",
    "BitVecNot": "bvnot",
    "BitVecNeg": "neg",
    "BitVecConcat": "concat",
    "BitVecITE": "ite",
    "BitVecZeroExtend": "zext",
    "BitVecSignExtend": "sext",
    "BoolAnd": "and",
    "BoolOr": "or",
    "BoolXor": "xor",
    "BoolNot": "not",
    "BoolEqual": "eq",
    "LessThan": "slt",
    "LessOrEqual": "sle",
    "GreaterThan": "sgt",
    "GreaterOrEqual": "sge",
    "UnsignedLessThan": "ult",
    "UnsignedLessOrEqual": "ule",
    "UnsignedGreaterThan": "ugt",
    "UnsignedGreaterOrEqual": "uge",
}


class Table:
    """Expressions by number, in an order in which operands come first.

    ``new`` are those that were not told yet: ``[name, size, operand, ...]``.
    """

    def __init__(self, hashes: Hashes) -> None:
        self.new: list[list[Any]] = []
        self._hashes = hashes
        self._numbers: dict[int, int] = {}

    def taken(self) -> list[list[Any]]:
        """The new expressions, which are told from now on."""
        new, self.new = self.new, []
        return new

    def word(self, value: Any) -> Any:
        """A number as text, an expression as its number in the table."""
        return hex(value) if isinstance(value, int) else self.number(value)

    def number(self, value: Any) -> int:
        """The number of an expression."""
        known = self._numbers.get(id(value))
        if known is not None:
            return known
        entry = self._entry(value)
        self.new.append(entry)
        found = self._numbers[id(value)] = len(self._numbers)
        return found

    def _entry(self, value: Any) -> list[Any]:
        size = getattr(value, "size", 0)
        if isinstance(value, smt.BitVecConstant):
            return ["const", size, hex(value.value)]
        if isinstance(value, smt.BoolConstant):
            return ["truth", 0, bool(value.value)]
        if isinstance(value, smt.BitVecVariable):
            content = self._hashes.contents.get(value.name)
            if content is not None:
                return ["keccak", size, self.content(content)]
            return ["var", size, value.name]
        operands = [self.number(each) for each in value.operands]
        if isinstance(value, smt.BitVecExtract):
            return ["extract", size, *operands, value.begining]
        name = _NAMES.get(type(value).__name__)
        if name is None:
            raise Tripped("hash", f"the operation {type(value).__name__}")
        return [name, size, *operands]

    def content(self, content: Bytes) -> list[Any]:
        """Bytes: text for constant ones, else the numbers of their expressions."""
        found: list[Any] = []
        for each in content:
            if not isinstance(each, int):
                found.append(self.number(each))
            elif found and isinstance(found[-1], str):
                found[-1] += f"{each:02x}"
            else:
                found.append(f"{each:02x}")
        return found

    def ended(self, world: World) -> list[dict[str, Any]]:
        """The transactions of a path."""
        return [self._done(each) for each in world.done]

    def _done(self, done: Done) -> dict[str, Any]:
        return {
            "success": done.success,
            "result": done.result,
            "path": [self.number(each) for each in done.path],
            **self._state(done.state),
        }

    def _state(self, state: State) -> dict[str, Any]:
        return {
            "storage": {
                hex(address): [[self.word(slot), self.word(word)] for slot, word in storage.writes]
                for address, storage in state.storage.items()
                if storage.writes
            },
            "logs": [
                [hex(log.address), [self.word(each) for each in log.topics], self.content(log.data)]
                for log in state.logs
            ],
            "transfers": [
                [self.word(each.sender), self.word(each.recipient), self.word(each.amount)]
                for each in state.transfers
            ],
        }
