"""Calls between accounts: what Manticore would answer wrongly is followed here."""

from __future__ import annotations

from typing import Any

from manticore.platforms.evm import StartTx

from .accounts import Accounts
from .base import Halt, lift
from .expressions import extract
from .guards import Tripped

__all__ = ["Calls"]


class Calls(Accounts):
    """Opcodes that call."""

    def CALL(  # noqa: N802
        self, gas: Any, address: Any, value: Any, in_at: Any, in_size: Any, at: Any, size: Any
    ) -> Any:
        """Call an account."""
        if self.answer is not None:
            return self._answered(at, size)
        data = self._taken(in_at, in_size, "the data of a call")
        self._extent(at, size, "the result of a call")
        if self.frame.static and self.decide(lift(value) != 0):
            raise Halt("THROW")
        target = self._account(address)
        self._afford(value)
        who = target if target is not None else extract(lift(address), 0, 160)
        self._world.open(who, self.address, value, data, static=self.frame.static)
        raise StartTx()

    def STATICCALL(  # noqa: N802
        self, gas: Any, address: Any, in_at: Any, in_size: Any, at: Any, size: Any
    ) -> Any:
        """Call an account, which may change nothing."""
        if self.answer is not None:
            return self._answered(at, size)
        data = self._taken(in_at, in_size, "the data of a call")
        self._extent(at, size, "the result of a call")
        target = self._account(address)
        who = target if target is not None else extract(lift(address), 0, 160)
        self._world.open(who, self.address, 0, data, static=True)
        raise StartTx()

    def DELEGATECALL(  # noqa: N802
        self, gas: Any, address: Any, in_at: Any, in_size: Any, at: Any, size: Any
    ) -> Any:
        """Run the code of an account here."""
        if self.answer is not None:
            return self._answered(at, size)
        data = self._taken(in_at, in_size, "the data of a call")
        self._extent(at, size, "the result of a call")
        target = self._account(address)
        self._world.delegate(self.frame, target, data)
        raise StartTx()

    def CALLCODE(self, *_: Any) -> None:  # noqa: N802
        """The old way to delegate, which no compiler writes any more."""
        raise Tripped("opcode", "CALLCODE")

    def _afford(self, value: Any) -> None:
        """Fork over whether this account has the wei that it sends; the call fails if not."""
        enough = lift(self._world.balance(self.address)).uge(lift(value))
        if not self.decide(enough):
            self.answer = 0
            self._return_data = ()
            raise StartTx()

    def _answered(self, at: Any, size: Any) -> int:
        """What a call came to; its result goes where it was told to."""
        answer, self.answer = self.answer, None
        start, length = self._extent(at, size, "the result of a call")
        self.memory.write(start, self._return_data[:length])
        assert answer is not None
        return answer
