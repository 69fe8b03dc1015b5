"""What all opcodes stand on: the frame, its memory, and the ways that a path can go on.

Manticore decodes, keeps the stack, and computes; gas is unlimited.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import manticore.platforms.evm as platform
from manticore.core.smtlib import expression as smt
from manticore.platforms.evm import EVM, EndTx

from .code import Code
from .expressions import FALSE, TRUE, canonical, constant, equal, plain
from .guards import Tripped
from .memory import Bytes, Memory

if TYPE_CHECKING:
    from .world import Frame, World

__all__ = ["Base", "Fork", "Halt", "Pick", "lift"]

platform.simplify = lambda value: plain(value) if isinstance(value, smt.BitVec) else value

_MOST_VALUES = 128
"""Values that an offset or a length may have on one path."""
_FOLLOWED = 1 << 16
"""Bytes of memory that are followed."""
_AFFORDABLE = 1 << 22
"""Bytes of memory, for more of which 33 million gas would not do."""


def lift(value: Any) -> Any:
    """A word as an expression."""
    return constant(value, 256) if isinstance(value, int) else value


class Fork(Exception):
    """The path goes on in two ways."""

    def __init__(self, condition: Any) -> None:
        super().__init__("fork")
        self.condition = condition


class Pick(Fork):
    """The path goes on with one value of an expression, and with all the others."""

    def __init__(self, value: Any, candidate: int) -> None:
        super().__init__(equal(value, constant(candidate, value.size)))
        self.value = value
        self.candidate = candidate


class Halt(EndTx):  # type: ignore[misc]  # Manticore has no types
    """The end of a frame, with the bytes that it returns."""

    def __init__(self, result: str, data: Bytes = ()) -> None:
        Exception.__init__(self, result)
        self.result = result
        self.data = data


class Base(EVM):  # type: ignore[misc]  # Manticore has no types
    """One frame, without the opcodes that are changed."""

    def __init__(self, world: World, frame: Frame, code: Code) -> None:
        # Manticore's own constructor disassembles all of the code each time.
        self._signals: dict[str, Any] = {}
        self._world = world
        self.frame = frame
        self.code = code
        self.address = frame.address
        self.caller = frame.caller
        self.value = frame.value
        self.memory = Memory()
        self.stack: list[Any] = []
        self.evmfork = "istanbul"
        self._pc = 0
        self._gas = 0
        self._allocated = 0
        self._refund = 0
        self._failed = False
        self._checkpoint_data: Any = None
        self._published_pre_instruction_events = False
        self._need_check_jumpdest = False
        self._valid_jumpdests = code.targets
        self._return_data: Bytes = ()
        self.decided: tuple[bool, ...] = ()
        """What was decided for this instruction so far."""
        self._asked = 0
        self.answer: int | None = None
        """What the call came to that this instruction has made."""

    def fork(self, world: World) -> Base:
        """An independent copy in another world."""
        copy = type(self).__new__(type(self))
        copy.__dict__.update(self.__dict__)
        copy._world = world
        copy.stack = list(self.stack)
        copy.memory = self.memory.copy()
        return copy

    # What Manticore's machine calls

    def _publish(self, *_: Any, **__: Any) -> None:
        """Nobody listens."""

    def _calculate_gas(self, *_: Any) -> int:
        return 0

    def _consume(self, fee: Any) -> None:
        """Gas is unlimited."""

    def check_oog(self) -> None:
        """Gas is unlimited."""

    def _allocate(self, *_: Any) -> None:
        """Memory is as large as it is used."""

    @property
    def pc(self) -> Any:
        """The program counter."""
        return self._pc

    @pc.setter
    def pc(self, pc: Any) -> None:
        self._pc = pc

    @property
    def gas(self) -> int:
        """Gas is unlimited."""
        return 0

    @property
    def instruction(self) -> Any:
        """The instruction at the program counter."""
        return self.code.instruction(self._pc)

    @property
    def bytecode(self) -> bytes:
        """The code."""
        return self.code.content

    def step(self) -> None:
        """One instruction; raises Fork before it changes anything, StartTx and EndTx."""
        if self.instruction is None:
            opcode = self.code.opcode(self._pc)
            raise Tripped("opcode", f"opcode {opcode:#04x} at {self._pc} of {self.address:#x}")
        self._asked = 0
        self.execute()
        self.decided = ()

    def decide(self, condition: Any) -> bool:
        """Which way the path goes; forks the first time that this is not known."""
        if isinstance(condition, bool):
            return condition
        found = canonical(condition)
        if found is TRUE or found is FALSE:
            return found is TRUE
        if self._asked < len(self.decided):
            self._asked += 1
            return self.decided[self._asked - 1]
        raise Fork(found)

    def number(self, value: Any, what: str) -> int:
        """A number that must be known to go on: forks over all values that it can have."""
        value = plain(value)
        if isinstance(value, int):
            return value
        picked = self._world.picked.get(id(value))
        if picked is not None:
            return picked
        if self._world.tried.get(id(value), 0) == _MOST_VALUES:
            raise Tripped("values", f"{what} may have more than {_MOST_VALUES} values")
        raise Pick(value, self._world.candidate(value))

    def _extent(self, offset: Any, size: Any, what: str) -> tuple[int, int]:
        length = self.number(size, f"the length of {what}")
        if length == 0:
            return 0, 0
        start = self.number(offset, f"the offset of {what}")
        if start + length > _AFFORDABLE:
            raise Halt("THROW")
        if start + length > _FOLLOWED:
            raise Tripped("gas", f"{what} reaches beyond {_FOLLOWED} bytes of memory")
        return start, length

    def _taken(self, offset: Any, size: Any, what: str) -> Bytes:
        return self.memory.read(*self._extent(offset, size, what))
