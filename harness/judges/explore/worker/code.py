"""Code made ready for Manticore's machine: instructions, operands, jump targets."""

from __future__ import annotations

from typing import Any

import pyevmasm

__all__ = ["Code"]

_FORK = "istanbul"
_PUSH0 = pyevmasm.Instruction(0x5F, "PUSH0", 0, 0, 1, 2, "Push zero.")
_BASEFEE = pyevmasm.Instruction(0x48, "BASEFEE", 0, 0, 1, 2, "Base fee of the block.")
_MCOPY = pyevmasm.Instruction(0x5E, "MCOPY", 0, 3, 0, 3, "Copy memory.")
_LATER = {0x48: _BASEFEE, 0x5E: _MCOPY, 0x5F: _PUSH0}
"""Instructions of later forks that are executed here, since Manticore does not know them."""

INVALID = 0xFE


class Code:
    """The code of an account."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self._known: dict[int, Any] = {}
        self.targets = self._targets()

    def __len__(self) -> int:
        return len(self.content)

    def _targets(self) -> frozenset[int]:
        found, at = set(), 0
        while at < len(self.content):
            opcode = self.content[at]
            if opcode == 0x5B:
                found.add(at)
            at += 1 + (opcode - 0x5F if 0x60 <= opcode <= 0x7F else 0)
        return frozenset(found)

    def opcode(self, pc: int) -> int:
        """The opcode at an offset; STOP behind the end."""
        return self.content[pc] if pc < len(self.content) else 0

    def instruction(self, pc: int) -> Any:
        """The instruction at an offset; None for one that nobody here knows."""
        found = self._known.get(pc)
        if found is None:
            found = self._known[pc] = self._decoded(pc)
        return found

    def _decoded(self, pc: int) -> Any:
        opcode = self.opcode(pc)
        if opcode in _LATER:
            return _LATER[opcode]
        # The machine pads what is cut off with zeros, as the EVM does.
        tail = self.content[pc : pc + 33].ljust(33, b"\0")
        found = pyevmasm.disassemble_one(tail, pc=pc, fork=_FORK)
        if found is None or (found.name == "INVALID" and opcode != INVALID):
            return None
        return found
