"""Who calls, when, and what accounts there are."""

from __future__ import annotations

from typing import Any

from manticore.core.smtlib import expression as smt

from .base import lift
from .data import DataAccess
from .expressions import constant, equal, extract, plain, widen
from .guards import Excluded, Tripped

__all__ = ["Accounts"]


class Accounts(DataAccess):
    """Opcodes that ask for the surroundings."""

    def ORIGIN(self) -> Any:  # noqa: N802
        """Who signed."""
        return plain(widen(self._world.origin, 256))

    def CALLER(self) -> Any:  # noqa: N802
        """Who calls."""
        caller = self.caller
        return caller if isinstance(caller, int) else plain(widen(caller, 256))

    def GASPRICE(self) -> Any:  # noqa: N802
        """Wei per gas."""
        return self._world.block("gasprice")

    def COINBASE(self) -> Any:  # noqa: N802
        """Who gets the fees."""
        return self._world.block("coinbase")

    def TIMESTAMP(self) -> Any:  # noqa: N802
        """The time in seconds."""
        return self._world.block("timestamp")

    def NUMBER(self) -> Any:  # noqa: N802
        """The block number."""
        return self._world.block("number")

    def DIFFICULTY(self) -> Any:  # noqa: N802
        """Randomness of the block."""
        return self._world.block("prevrandao")

    def GASLIMIT(self) -> Any:  # noqa: N802
        """Gas of the block."""
        return self._world.block("gaslimit")

    def BASEFEE(self) -> Any:  # noqa: N802
        """Least wei per gas of the block."""
        return self._world.block("basefee")

    def CHAINID(self) -> int:  # noqa: N802
        """The number of the chain."""
        return self._world.chain_id

    def BLOCKHASH(self, _: Any) -> Any:  # noqa: N802
        """The hash of a block: any number."""
        return self._world.fresh("blockhash")

    def SELFBALANCE(self) -> Any:  # noqa: N802
        """Wei of this account."""
        return self._world.balance(self.address)

    def BALANCE(self, account: Any) -> Any:  # noqa: N802
        """Wei of an account."""
        known = self._account(account)
        if known is None:
            raise Tripped("account", "the balance of an account that is none of the system's")
        return self._world.balance(known)

    def EXTCODESIZE(self, account: Any) -> Any:  # noqa: N802
        """The length of an account's code; a choice rather than a fork where that depends."""
        low = extract(lift(account), 0, 160)
        found: Any = constant(0, 256)
        for known, code in self._world.codes.items():
            here = equal(low, constant(known, 160))
            size = constant(len(code), 256)
            found = smt.BitVecITE(size=256, condition=here, true_value=size, false_value=found)
        return plain(found)

    def EXTCODEHASH(self, account: Any) -> int:  # noqa: N802
        """The hash of an account's code."""
        known = self._account(account)
        if known is None:
            raise Tripped("account", "the code hash of an account that is none of the system's")
        return self._world.hashes.note(self._world.codes[known].content)

    def EXTCODECOPY(self, account: Any, address: Any, offset: Any, size: Any) -> None:  # noqa: N802
        """Copy an account's code to memory."""
        known = self._account(account)
        content = b"" if known is None else self._world.codes[known].content
        self._copy(tuple(content), address, offset, size, "code")

    def _account(self, address: Any) -> int | None:
        """Which of the system's contracts an address is; None for any other account."""
        address = plain(address)
        if isinstance(address, int):
            address &= (1 << 160) - 1
            if 1 <= address <= 0x11:
                raise Tripped("precompile", f"the precompiled contract {address:#x}")
            return address if address in self._world.codes else None
        low = extract(address, 0, 160)
        for known in self._world.codes:
            if self.decide(equal(low, constant(known, 160))):
                return known
        reserved = smt.BoolAnd(a=low.ule(constant(0x11, 160)), b=smt.BoolNot(value=low == 0))
        if self.decide(reserved):
            raise Excluded
        return None
