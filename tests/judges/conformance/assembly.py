"""Random bytecode: every opcode in the company of others, on stacks that mostly suffice."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

MAIN, HELPER, PLAIN, ABSENT = 0xAAAA01, 0xBBBB02, 0xCCCC03, 0xDDDD04
"""The program, a contract that it can call, an account with ether, one without anything."""

WORDS = 5
"""Words of call data."""

CONSTANTS = (
    0, 1, 2, 3, 5, 7, 8, 15, 31, 32, 33, 64, 96, 127, 128, 160, 200, 248, 255, 256, 257, 1000,
    2**8 - 1, 2**16, 2**31, 2**64 - 1, 2**64, 2**128 - 1, 2**128, 2**160 - 1, 2**255 - 1, 2**255,
    2**256 - 2**128, 2**256 - 2, 2**256 - 1,
)  # fmt: skip

UNARY = (0x15, 0x19)
BINARY = (*range(0x01, 0x08), 0x0A, 0x0B, *range(0x10, 0x15), 0x16, 0x17, 0x18, *range(0x1A, 0x1E))
TERNARY = (0x08, 0x09)
READS = (0x30, 0x32, 0x33, 0x34, 0x36, 0x38, 0x3A, 0x3D, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47,
         0x48, 0x4A, 0x58, 0x59)  # fmt: skip


class Assembler:
    """Writes random code, and knows how high the stack is."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.code = bytearray()
        self.height = 0

    def op(self, opcode: int, change: int) -> None:
        """One instruction, and how it changes the height of the stack."""
        self.code.append(opcode)
        self.height += change

    def push(self, value: int) -> None:
        """PUSH of the fewest bytes, or of some more."""
        width = max((value.bit_length() + 7) // 8, self.random.choice((0, 0, 0, 1, 2, 32)))
        self.code.append(0x5F + width)
        self.code += value.to_bytes(width, "big")
        self.height += 1

    def word(self) -> None:
        """Any word: from call data, a constant, or something further down on the stack."""
        kind = self.random.randrange(8)
        if kind < 4:
            self.push(32 * self.random.randrange(WORDS))
            self.op(0x35, 0)
        elif kind == 4 and self.height:
            self.op(0x7F + self.random.randint(1, min(16, self.height)), 1)
        elif kind == 5:
            self.push(self.random.randrange(32 * WORDS + 40))
            self.op(0x35, 0)
        else:
            self.push(self.random.choice(CONSTANTS))

    def ensure(self, height: int) -> None:
        """At least so many items on the stack."""
        while self.height < height:
            self.word()

    def small(self, most: int = 160) -> None:
        """A small constant: an address of memory, a size."""
        self.push(self.random.choice((0, 0, 1, 31, 32, 33, 64, self.random.randrange(most))))

    def slot(self) -> None:
        """A slot of storage: a constant, or an entry of a mapping under any key."""
        if self.random.random() < 0.4:
            self.push(self.random.choice((0, 1, 2, 2**200 + 5)))
            return
        self.word()
        self.push(0x200)
        self.op(0x52, -2)
        self.push(self.random.choice((3, 4)))
        self.push(0x220)
        self.op(0x52, -2)
        self.push(64)
        self.push(0x200)
        self.op(0x20, -1)

    def finish(self) -> bytes:
        """Return what is on the stack and in memory."""
        for position in range(min(self.height, 12)):
            self.push(0x300 + 32 * position)
            self.op(0x52, -2)
        self.push(0x300 + 32 * 12)
        self.push(0)
        self.op(0xF3, -2)
        return bytes(self.code)

    # Snippets

    def snippet(self, opcode: int) -> None:
        """Some code around one opcode."""
        if opcode in UNARY:
            self.ensure(1)
            self.op(opcode, 0)
        elif opcode in BINARY:
            self.word()
            self.word()
            self.op(opcode, -1)
        elif opcode in TERNARY:
            for _ in range(3):
                self.word()
            self.op(opcode, -2)
        elif opcode in READS:
            self.op(opcode, 1)
        elif 0x5F <= opcode <= 0x7F:
            self.op(opcode, 1)
            self.code += self.random.randbytes(opcode - 0x5F)
        elif 0x80 <= opcode <= 0x8F:
            self.ensure(opcode - 0x7F)
            self.op(opcode, 1)
        elif 0x90 <= opcode <= 0x9F:
            self.ensure(opcode - 0x8F + 1)
            self.op(opcode, 0)
        elif 0xA0 <= opcode <= 0xA4:
            for _ in range(opcode - 0xA0):
                self.word()
            self.small()
            self.small()
            self.op(opcode, -2 - (opcode - 0xA0))
        else:
            SNIPPETS[opcode](self, opcode)


def _memory_read(a: Assembler, opcode: int) -> None:
    a.small()
    a.op(opcode, 0)


def _memory_write(a: Assembler, opcode: int) -> None:
    a.word()
    a.small()
    a.op(opcode, -2)


def _keccak(a: Assembler, opcode: int) -> None:
    a.small()
    a.small()
    a.op(opcode, -1)


def _copy(a: Assembler, opcode: int) -> None:
    a.small()
    a.small(250)
    a.small()
    a.op(opcode, -3)


def _returndatacopy(a: Assembler, opcode: int) -> None:
    _call(a, 0xF1)
    a.push(a.random.choice((0, 1, 4, 32, 64)))
    a.push(a.random.choice((0, 0, 0, 1, 32)))
    a.small()
    a.op(opcode, -3)


def _extcodecopy(a: Assembler, opcode: int) -> None:
    a.small()
    a.small()
    a.small()
    a.push(a.random.choice((MAIN, HELPER)))
    a.op(opcode, -4)


def _account(a: Assembler, opcode: int) -> None:
    if a.random.random() < 0.3:
        a.word()
    else:
        a.push(a.random.choice((MAIN, HELPER, PLAIN, ABSENT, HELPER | 1 << 200)))
    a.op(opcode, 0)


def _number(a: Assembler, opcode: int) -> None:
    a.word()
    a.op(opcode, 0)


def _load(a: Assembler, opcode: int) -> None:
    """Often of a slot that was stored to just before, or of one that may be the same."""
    if a.random.random() < 0.7:
        a.word()
        a.slot()
        if a.random.random() < 0.5:
            a.op(0x80, 1)  # DUP1: the slot is used twice
            a.op(0x91, 0)  # SWAP2
            a.op(0x90, 0)  # SWAP1: value, slot, slot
            a.op(opcode + 1, -2)
            a.op(opcode, 0)
            return
        a.op(opcode + 1, -2)
    a.slot()
    a.op(opcode, 0)


def _store(a: Assembler, opcode: int) -> None:
    a.word()
    a.slot()
    a.op(opcode, -2)


def _pop(a: Assembler, opcode: int) -> None:
    a.ensure(1)
    a.op(opcode, -1)


def _jump(a: Assembler, opcode: int) -> None:
    """Over some code, on a condition or on none; sometimes to where one cannot."""
    if opcode == 0x57:
        a.word()
    a.code.append(0x61)
    at = len(a.code)
    a.code += b"\0\0"
    a.code.append(opcode)
    if opcode == 0x57:
        a.height -= 1
    height = a.height
    for _ in range(a.random.randrange(3)):
        a.snippet(a.random.choice((*BINARY, 0x52, 0x53, 0x55)))
    while a.height > height:
        _pop(a, 0x50)
    target = len(a.code) + (a.random.random() < 0.05)
    a.code[at : at + 2] = target.to_bytes(2, "big")
    a.code.append(0x5B)


def _jumpdest(a: Assembler, opcode: int) -> None:
    a.op(opcode, 0)


def _gas(a: Assembler, opcode: int) -> None:
    a.op(opcode, 1)
    _pop(a, 0x50)


def _stop(a: Assembler, opcode: int) -> None:
    """Sometimes."""
    a.word()
    a.code += bytes((0x61, 0, 0, 0x57))
    a.height -= 1
    at = len(a.code) - 3
    if opcode in (0xF3, 0xFD):
        a.small()
        a.small()
        a.height -= 2
    if opcode == 0xFF:
        a.push(a.random.choice((HELPER, PLAIN, ABSENT, MAIN)))
        a.height -= 1
    a.code.append(opcode)
    a.code[at : at + 2] = len(a.code).to_bytes(2, "big")
    a.code.append(0x5B)


def _call(a: Assembler, opcode: int) -> None:
    """A call of the helper, of ourselves, of a precompiled contract, of a plain account."""
    if a.random.random() < 0.8:
        a.word()
        a.push(0)
        a.op(0x52, -2)
    a.push(a.random.choice((0, 0, 32, 40, 64)))
    a.push(a.random.choice((0, 32, 96)))
    a.push(a.random.choice((0, 1, 5, 32, 33, 64, 128)))
    a.push(a.random.choice((0, 0, 0, 16)))
    if opcode in (0xF1, 0xF2):
        a.push(a.random.choice((0, 0, 1, 1, 2**100)))
    targets = (HELPER,) * 6 + (PLAIN, ABSENT, 1, 2, 3, 4)
    a.push(a.random.choice(targets))
    a.push(2**22)
    a.op(opcode, -6 if opcode in (0xF1, 0xF2) else -5)


def _undefined(a: Assembler, opcode: int) -> None:
    _stop(a, opcode)


SNIPPETS: dict[int, Callable[[Assembler, int], None]] = {
    0x20: _keccak,
    0x31: _account,
    0x35: lambda a, opcode: a.word(),
    0x37: _copy,
    0x39: _copy,
    0x3B: _account,
    0x3C: _extcodecopy,
    0x3E: _returndatacopy,
    0x3F: _account,
    0x40: _number,
    0x49: _number,
    0x50: _pop,
    0x51: _memory_read,
    0x52: _memory_write,
    0x53: _memory_write,
    0x54: _load,
    0x55: _store,
    0x56: _jump,
    0x57: _jump,
    0x5A: _gas,
    0x5B: _jumpdest,
    0x5C: _load,
    0x5D: _store,
    0x5E: _copy,
    **dict.fromkeys((0x00, 0xF3, 0xFD, 0xFE, 0xFF), _stop),
    **dict.fromkeys((0xF1, 0xF2, 0xF4, 0xFA), _call),
    **dict.fromkeys((0x0C, 0x1E, 0x21, 0x4B, 0xA5, 0xEF), _undefined),
}

OPCODES: tuple[int, ...] = tuple(
    sorted({*UNARY, *BINARY, *TERNARY, *READS, *range(0x5F, 0xA5), *SNIPPETS})
)
"""Every opcode of Prague but CREATE and CREATE2, and some that are undefined."""


def program(opcode: int, random: Random) -> bytes:
    """A random program around an opcode."""
    assembler = Assembler(random)
    for _ in range(random.randrange(3)):
        assembler.snippet(random.choice(COMMON))
    for _ in range(random.choice((1, 1, 2))):
        assembler.snippet(opcode)
    for _ in range(random.randrange(3)):
        assembler.snippet(random.choice(COMMON))
    if random.random() < 0.02:
        for _ in range(assembler.height + 1):
            assembler.code.append(0x50)
    return assembler.finish()


COMMON = (*BINARY, 0x51, 0x52, 0x53, 0x54, 0x55, 0x15, 0x19, 0x80, 0x91, 0x50, 0x5E, 0x37)
"""Opcodes that keep others company."""


def helper() -> bytes:
    """A contract that does, by the first byte of its call data mod 6: return it, revert with it,
    store and return who calls with what, log, fail, or return nothing."""
    kinds = (
        bytes.fromhex("365f5f37365ff3"),  # return the call data
        bytes.fromhex("365f5f37365ffd"),  # revert with it
        bytes.fromhex("335f55346001553460205260405ff3"),  # store, return callvalue and more
        bytes.fromhex("365f5f3760203533365fa2602a5f52600a6016f3"),  # log, return ten bytes
        bytes.fromhex("fe"),
        bytes.fromhex("00"),
    )
    # byte 0 of the call data, mod 6, compared with each number in turn
    head = bytearray(bytes.fromhex("60065f355f1a06"))
    fixes = []
    for number in range(len(kinds)):
        head += bytes((0x80, 0x60, number, 0x14, 0x61, 0, 0, 0x57))
        fixes.append(len(head) - 3)
    for at, kind in zip(fixes, kinds, strict=True):
        head[at : at + 2] = len(head).to_bytes(2, "big")
        head += b"\x5b" + kind
    return bytes(head)
