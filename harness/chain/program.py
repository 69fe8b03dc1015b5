"""What is known of a contract's code: where its instructions start, and what is translated."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from eth.vm import opcode_values as op

from harness.chain.templates import ARITY, NAMESPACE
from harness.chain.translate import Block, Translation, instruction_length

if TYPE_CHECKING:
    from harness.chain.opcodes import Instructions

__all__ = ["Program", "program_of"]

_INVALID: Final = 0xFE
_LOOKAHEAD: Final = 60


@lru_cache(maxsize=1 << 12)
def program_of(code: bytes, instructions: Instructions | None) -> Program:
    """The analysis of a code, made once and shared by all chains: it holds no state of theirs."""
    return Program(code, instructions)


class Program:
    """What is known of one contract's code: where instructions start, and what is translated.

    Without `instructions` nothing is ever translated.
    """

    __slots__ = ("_heat", "_instructions", "blocks", "code", "destinations", "names", "starts")

    def __init__(self, code: bytes, instructions: Instructions | None) -> None:
        self.code = code
        starts = bytearray(len(code))
        pc = 0
        while pc < len(code):
            starts[pc] = 1
            pc += instruction_length(code[pc])
        self.starts = bytes(starts)
        """A 1 for each byte that an instruction starts with, a 0 for data of a PUSH."""
        self.destinations = frozenset(
            pc for pc, byte in enumerate(code) if byte == op.JUMPDEST and starts[pc]
        )
        self.blocks: dict[int, Block] = {}
        """Translated functions by the program counter that they start from."""
        self.names: dict[str, Any] = {}
        """Globals of the translated functions."""
        if instructions is not None:
            self.names.update(NAMESPACE, destinations=self.destinations, **instructions.names)
        self._instructions = instructions
        self._heat: dict[int, int] = {}

    def heat(self, pc: int) -> Block | None:
        """Count a visit; once there were enough, translate. Returns the function if there is."""
        if self._instructions is None:
            return None
        visits = self._heat.get(pc, 0) + 1
        self._heat[pc] = visits
        if visits < self._instructions.hot:
            return None
        block = self.blocks[pc] = Translation(self, self._instructions, pc).function()
        return block

    def only_reverts(self, pc: int) -> bool:
        """Whether code from here surely reverts or fails, as far as a short look can tell."""
        stack: list[int | None] = []
        for _ in range(_LOOKAHEAD):
            opcode = self.code[pc] if pc < len(self.code) else op.STOP
            if opcode == op.REVERT or opcode == _INVALID:
                return True
            following = pc + instruction_length(opcode)
            if op.PUSH0 <= opcode <= op.PUSH32:
                stack.append(self.immediate(pc))
            elif opcode == op.JUMP:
                target = stack.pop() if stack else None
                if target not in self.destinations:
                    return False
                following = target
            elif op.DUP1 <= opcode <= op.DUP16:
                depth = opcode - op.DUP1 + 1
                stack.append(stack[-depth] if depth <= len(stack) else None)
            elif op.SWAP1 <= opcode <= op.SWAP16:
                depth = opcode - op.SWAP1 + 2
                stack[:0] = [None] * (depth - len(stack))
                stack[-1], stack[-depth] = stack[-depth], stack[-1]
            elif opcode in ARITY:
                takes, gives = ARITY[opcode]
                del stack[max(0, len(stack) - takes) :]
                stack += [None] * gives
            else:
                return False
            pc = following
        return False

    def immediate(self, pc: int) -> int:
        """The word that the PUSH at `pc` pushes."""
        size = self.code[pc] - op.PUSH0
        return int.from_bytes(self.code[pc + 1 : pc + 1 + size].ljust(size, b"\x00"))
