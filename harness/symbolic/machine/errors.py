"""What the machine refuses, and how a frame fails.

Unsupported     the machine cannot say what happens: the judge says INCOMPLETE with the reason
Recut           a loop is found to need a cut: the exploration begins anew
Halt            the frame ends in an exceptional halt, as the EVM says: all its gas is gone
"""

from __future__ import annotations

__all__ = ["Halt", "Recut", "Unsupported"]


class Unsupported(Exception):
    """What comes next cannot be said in terms.

    >>> raise Unsupported("a jump to a symbolic destination", "vault", 17, "Vault.sol:9")
    Traceback (most recent call last):
    harness.symbolic.machine.errors.Unsupported: a jump ... (vault, pc 17, Vault.sol:9)
    """

    def __init__(
        self,
        reason: str,
        contract: str = "",
        pc: int = -1,
        source: str = "",
        *,
        inherent: bool = False,
    ) -> None:
        self.inherent = inherent
        """Whether no other way of exploring could help."""
        self.reason = reason
        """What is not supported, in words that name the construct."""
        self.contract = contract
        """The account whose code was running, by its name in the system; "" if not known yet."""
        self.pc = pc
        """Program counter, -1 if not known yet."""
        self.source = source
        """`path:line` in the source, "" for code without a source."""
        super().__init__(reason, contract, pc, source)

    def __str__(self) -> str:
        where = [self.contract] if self.contract else []
        if self.pc >= 0:
            where.append(f"pc {self.pc}")
        if self.source:
            where.append(self.source)
        return f"{self.reason} ({', '.join(where)})" if where else self.reason

    def at(self, contract: str, pc: int, source: str) -> Unsupported:
        """The same with its place, unless it has one already."""
        return self if self.contract else self._placed(contract, pc, source)

    def _placed(self, contract: str, pc: int, source: str) -> Unsupported:
        return Unsupported(self.reason, contract, pc, source, inherent=self.inherent)


class Recut(Exception):
    """A loop that was unrolled is to be cut at its head: explore again from the start."""


class Halt(Exception):
    """An exceptional halt: the frame fails, its effects are undone, it returns nothing."""
