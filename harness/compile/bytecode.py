"""Reading EVM bytecode: instructions, constants, jump targets, metadata."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

__all__ = [
    "Instruction",
    "instruction_offsets",
    "instructions",
    "jump_destinations",
    "push_constants",
    "strip_metadata",
]

_JUMP, _JUMPI, _JUMPDEST = 0x56, 0x57, 0x5B
_PUSH0, _PUSH32 = 0x5F, 0x7F
_METADATA_KEYS = (b"\x64solc", b"\x64ipfs", b"\x65bzzr0", b"\x65bzzr1", b"\x6cexperimental")


class Instruction(NamedTuple):
    """One instruction of EVM bytecode; there are many, so they are plain tuples."""

    pc: int
    """Byte offset in the code."""

    opcode: int
    """Opcode, 0 to 255."""

    operand: bytes = b""
    """What a PUSH pushes; shorter than its width only where the code ends."""

    @property
    def value(self) -> int | None:
        """The number that a PUSH0 to PUSH32 pushes, None for other instructions."""
        if _PUSH0 <= self.opcode <= _PUSH32:
            # Code that ends within an operand is read as if zeros followed.
            width = self.opcode - _PUSH0
            return int.from_bytes(self.operand.ljust(width, b"\0"), "big")
        return None


def instructions(code: bytes) -> Iterator[Instruction]:
    """The instructions of `code` from offset 0 on, data read as code where there is any."""
    pc = 0
    while pc < len(code):
        opcode = code[pc]
        width = opcode - _PUSH0 if _PUSH0 < opcode <= _PUSH32 else 0
        yield Instruction(pc, opcode, code[pc + 1 : pc + 1 + width])
        pc += 1 + width


def instruction_offsets(code: bytes) -> list[int]:
    """Byte offset of each instruction, in order: what a source map counts by."""
    return [instruction.pc for instruction in instructions(code)]


def jump_destinations(code: bytes) -> frozenset[int]:
    """Offsets of the JUMPDEST instructions, those within PUSH operands left out."""
    return frozenset(i.pc for i in instructions(code) if i.opcode == _JUMPDEST)


def strip_metadata(code: bytes) -> bytes:
    """The code without the CBOR metadata that solc appends, unchanged if there is none.

    The last two bytes are the metadata's length; it is a CBOR map with at least one key of solc's.
    """
    if len(code) < 2:
        return code
    length = int.from_bytes(code[-2:], "big")
    start = len(code) - 2 - length
    if length == 0 or start < 0:
        return code
    metadata = code[start:-2]
    is_map = metadata[0] & 0xE0 == 0xA0
    return code[:start] if is_map and any(key in metadata for key in _METADATA_KEYS) else code


def push_constants(code: bytes) -> set[int]:
    """Numbers that the code pushes, for a fuzzer's dictionary: limits, amounts, magic values.

    Metadata and the targets of jumps are left out. Function selectors are not, as contracts also
    compare with selectors on purpose.

    Args:
        code: runtime or init bytecode.

    Returns:
        Unsigned words; a negative literal appears as its two's complement.
    """
    bare = strip_metadata(code)
    targets = jump_destinations(bare)
    found: set[int] = set()
    listed = list(instructions(bare))
    following = [*listed[1:], None]
    for instruction, after in zip(listed, following, strict=True):
        value = instruction.value
        if value is None:
            continue
        is_jumped = after is not None and after.opcode in (_JUMP, _JUMPI)
        is_return_address = len(instruction.operand) == 2 and value in targets
        if not is_jumped and not is_return_address:
            found.add(value)
    return found
