"""Manticore's EVM with what is not exact in it put right, or made a guard that trips.

Memory, call data, storage and calls between accounts are those of this package, since they must not
lose or invent a path.
"""

from __future__ import annotations

from typing import Any

from .arithmetic import Arithmetic
from .base import Fork, Halt, Pick, lift
from .calls import Calls
from .expressions import extract
from .guards import Tripped

__all__ = ["Fork", "Halt", "Machine", "Pick"]


class Machine(Arithmetic, Calls):
    """One frame: opcodes on storage, and those that end or lead somewhere else."""

    # Storage

    def SLOAD(self, offset: Any) -> Any:  # noqa: N802
        """A word of storage."""
        return self._world.load(self.address, offset)

    def SSTORE(self, offset: Any, value: Any) -> None:  # noqa: N802
        """Put a word into storage."""
        self._change()
        self._world.store(self.address, offset, value)

    def LOG(self, address: Any, size: Any, *topics: Any) -> None:  # noqa: N802
        """Log."""
        self._change()
        self._world.log(self.address, topics, self._taken(address, size, "a log record"))

    def _change(self) -> None:
        """Halts where nothing may be changed."""
        if self.frame.static:
            raise Halt("THROW")

    # Control

    def JUMP(self, dest: Any) -> None:  # noqa: N802
        """Jump."""
        self.pc = self.number(dest, "the target of a jump")
        self._set_check_jmpdest()

    def JUMPI(self, dest: Any, cond: Any) -> None:  # noqa: N802
        """Jump under a condition."""
        jumps = self.decide(cond != 0)
        if jumps:
            self.pc = self.number(dest, "the target of a jump")
        else:
            self.pc += self.instruction.size
        self._set_check_jmpdest(jumps)

    def RETURN(self, offset: Any, size: Any) -> None:  # noqa: N802
        """Halt with data."""
        raise Halt("RETURN", self._taken(offset, size, "what is returned"))

    def REVERT(self, offset: Any, size: Any) -> None:  # noqa: N802
        """Halt with data, and undo."""
        raise Halt("REVERT", self._taken(offset, size, "the data of a revert"))

    def SELFDESTRUCT(self, recipient: Any) -> None:  # noqa: N802
        """Give all wei away."""
        self._change()
        target = self._account(recipient)
        amount = self._world.balance(self.address)
        if target is None:
            self._world.transfer(self.address, extract(lift(recipient), 0, 160), amount)
        else:
            self._world.transfer(self.address, target, amount)
        raise Halt("STOP", ())

    def CREATE(self, *_: Any) -> None:  # noqa: N802
        """A new contract, which is not supported."""
        raise Tripped("create", "a contract is created")
