"""Log records: LOG0 to LOG4 (0xa0 to 0xa4)."""

from __future__ import annotations

from harness.symbolic.machine.errors import Halt
from harness.symbolic.machine.opcodes.rule import Family, Rule
from harness.symbolic.machine.path import Frame, Path
from harness.symbolic.machine.state import Log

__all__ = ["RULES"]


def _log(count: int) -> tuple[int, Rule]:
    """LOG with so many topics."""

    def log(path: Path, frame: Frame) -> None:
        # STACK
        start = frame.stack.pop()
        size = frame.stack.pop()
        topics = tuple(frame.stack.pop() for _ in range(count))
        # OPERATION
        if frame.static:
            raise Halt("write protection: LOG inside STATICCALL")
        data = frame.memory.read(start, size, path.order)
        path.state = path.state.log(Log(frame.owner.name, frame.address, topics, data))
        # PROGRAM COUNTER
        frame.pc += 1

    return 2 + count, log


RULES: Family = {0xA0 + count: _log(count) for count in range(5)}
