"""EVM programs for tests: a small assembler, and Hypothesis strategies for whole programs.

A program is a list of pieces. Each piece pushes its own operands, so that programs do something
before they fail; a few raw bytes in between make sure that they also fail in every possible way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from eth.vm import opcode_values as op
from hypothesis import strategies as st

from harness.chain import address_of

CONTRACTS: list[int] = [address_of("first"), address_of("second"), address_of("third")]
SENDER: int = address_of("sender")
STRANGERS: list[int] = [address_of("nobody"), 0, 1, 2, 4, 5, 6, 9, 0x0A, 0x0B]
"""An empty account, and precompiles (10 and 11 only in newer forks)."""


@dataclass(frozen=True)
class Label:
    """A JUMPDEST."""

    number: int


@dataclass(frozen=True)
class Reference:
    """A PUSH2 of a label's position; of the code's end if there is no such label."""

    number: int


Token = int | bytes | Label | Reference
"""An opcode, raw bytes, a jump target, or a push of one."""


def assemble(tokens: Sequence[Token]) -> bytes:
    """The bytecode."""
    positions: dict[int, int] = {}
    length = 0
    for token in tokens:
        if isinstance(token, Label):
            positions.setdefault(token.number, length)
        length += (
            len(token) if isinstance(token, bytes) else 3 if isinstance(token, Reference) else 1
        )
    code = bytearray()
    for token in tokens:
        if isinstance(token, bytes):
            code += token
        elif isinstance(token, Reference):
            code += bytes([op.PUSH2]) + positions.get(token.number, length).to_bytes(2)
        else:
            code.append(op.JUMPDEST if isinstance(token, Label) else token)
    return bytes(code)


def push(value: int) -> bytes:
    """The shortest PUSH of a word, but never PUSH0, which older forks lack."""
    size = max(1, (value.bit_length() + 7) // 8)
    return bytes([op.PUSH0 + size]) + value.to_bytes(size)


WORDS = st.one_of(
    st.integers(0, 4),
    st.sampled_from([31, 32, 33, 255, 256, 257, 1 << 64, 1 << 160, (1 << 160) - 1]),
    st.sampled_from([(1 << 255) - 1, 1 << 255, (1 << 256) - 1, (1 << 256) - 2]),
    st.integers(0, (1 << 256) - 1),
)
_USUAL = st.sampled_from([0, 0, 0, 1, 4, 31, 32, 32, 33, 64, 64, 65, 96, 300])
OFFSETS = st.one_of(*[_USUAL] * 12, WORDS)
SIZES = OFFSETS
SMALL = st.integers(0, 3)
TARGETS = st.sampled_from([*CONTRACTS, *CONTRACTS, SENDER, *STRANGERS])
GAS = st.sampled_from([0, 1, 100, 2300, 2301, 30_000, 100_000, 1 << 64, (1 << 256) - 1])

_ANY = {
    1: [op.ISZERO, op.NOT, op.CALLDATALOAD, op.BALANCE, op.EXTCODESIZE, op.EXTCODEHASH],
    2: [
        *(op.ADD, op.MUL, op.SUB, op.DIV, op.SDIV, op.MOD, op.SMOD, op.EXP, op.SIGNEXTEND),
        *(op.LT, op.GT, op.SLT, op.SGT, op.EQ, op.AND, op.OR, op.XOR, op.BYTE),
        *(op.SHL, op.SHR, op.SAR),
    ],
    3: [op.ADDMOD, op.MULMOD],
}
_NULLARY = [
    *(op.ADDRESS, op.ORIGIN, op.CALLER, op.CALLVALUE, op.CALLDATASIZE, op.CODESIZE, op.GASPRICE),
    *(op.RETURNDATASIZE, op.COINBASE, op.TIMESTAMP, op.NUMBER, op.PREVRANDAO, op.GASLIMIT),
    *(op.CHAINID, op.SELFBALANCE, op.BASEFEE, op.BLOBBASEFEE, op.PUSH0, op.PC, op.MSIZE, op.GAS),
]


def _with(opcode: int, *operands: st.SearchStrategy[int]) -> st.SearchStrategy[list[Token]]:
    """The opcode after its operands, the topmost given first, some not known in advance."""
    chosen = [st.tuples(operand, st.integers(0, 3)) for operand in reversed(operands)]
    return st.tuples(*chosen).map(
        lambda made: [
            *(
                token
                for word, form in made
                for token in (opaque(word) if form == 0 else [push(word)])
            ),
            opcode,
        ]
    )


def opaque(word: int) -> list[Token]:
    """Push a word in a way that only running it can tell."""
    return [op.CALLDATASIZE, op.DUP1, op.SUB, push(word), op.OR]


def _operation() -> st.SearchStrategy[list[Token]]:
    """Arithmetic on fresh operands, or on whatever is there."""
    fresh = st.one_of(
        *(_with(code, *[WORDS] * arity) for arity, opcodes in _ANY.items() for code in opcodes)
    )
    found = st.sampled_from([code for opcodes in _ANY.values() for code in opcodes])
    return st.one_of(fresh, _alone(found), _alone(st.sampled_from(_NULLARY)))


def _alone(codes: st.SearchStrategy[int]) -> st.SearchStrategy[list[Token]]:
    return codes.map(lambda code: [code])


def _shuffle() -> st.SearchStrategy[list[Token]]:
    swaps = st.integers(op.SWAP1, op.SWAP16) | st.sampled_from([op.SWAP1, op.SWAP1 + 1])
    dups = st.integers(op.DUP1, op.DUP16) | st.sampled_from([op.DUP1, op.DUP1 + 1])
    return _alone(st.one_of(swaps, dups, st.just(op.POP)))


def _memory() -> st.SearchStrategy[list[Token]]:
    return st.one_of(
        _with(op.MLOAD, OFFSETS),
        _with(op.MSTORE, OFFSETS, WORDS),
        OFFSETS.map(lambda offset: [push(offset), op.MSTORE]),
        _with(op.MSTORE8, OFFSETS, WORDS),
        _with(op.SHA3, OFFSETS, SIZES),
        _with(op.MCOPY, OFFSETS, OFFSETS, SIZES),
        _with(op.CALLDATACOPY, OFFSETS, OFFSETS, SIZES),
        _with(op.CODECOPY, OFFSETS, OFFSETS, SIZES),
        _with(op.RETURNDATACOPY, OFFSETS, SMALL, SMALL),
        _with(op.EXTCODECOPY, TARGETS, OFFSETS, OFFSETS, SIZES),
        _with(op.BLOCKHASH, st.integers(19_999_740, 20_000_002)),
        _with(op.BLOBHASH, SMALL),
    )


def _storage() -> st.SearchStrategy[list[Token]]:
    return st.one_of(
        _with(op.SLOAD, SMALL),
        _with(op.SSTORE, SMALL, SMALL),
        _with(op.SSTORE, SMALL, WORDS),
        SMALL.map(lambda slot: [op.GAS, push(slot), op.SSTORE]),
        SMALL.map(lambda slot: [push(slot), op.SSTORE]),
        _with(op.TLOAD, SMALL),
        _with(op.TSTORE, SMALL, WORDS),
        *(_with(op.LOG0 + n, OFFSETS, SIZES, *[WORDS] * n) for n in range(5)),
    )


def _calls() -> st.SearchStrategy[list[Token]]:
    reach = (OFFSETS, SIZES, OFFSETS, SIZES)
    value = st.sampled_from([0, 0, 0, 1, 1000, 1 << 200])
    return st.one_of(
        _with(op.CALL, GAS, TARGETS, value, *reach),
        _with(op.CALLCODE, GAS, TARGETS, value, *reach),
        _with(op.DELEGATECALL, GAS, TARGETS, *reach),
        _with(op.STATICCALL, GAS, TARGETS, *reach),
    )


def _creations() -> st.SearchStrategy[list[Token]]:
    """Put init code into memory, then create from it."""
    return st.tuples(INIT_CODES, st.sampled_from([0, 0, 1]), st.booleans(), SMALL).map(
        lambda made: [
            push(int.from_bytes(made[0].ljust(32, b"\x00"))),
            push(0),
            op.MSTORE,
            *([push(made[3])] if made[2] else []),
            push(len(made[0])),
            push(0),
            push(made[1]),
            op.CREATE2 if made[2] else op.CREATE,
        ]
    )


def _returning(runtime: bytes) -> bytes:
    """Init code of at most 32 bytes that deploys a few bytes."""
    word: list[Token] = [push(int.from_bytes(runtime)), push(0), op.MSTORE]
    return assemble([*word, push(len(runtime)), push(32 - len(runtime)), op.RETURN])


INIT_CODES = st.one_of(
    st.sampled_from(
        [
            b"",
            _returning(assemble([push(7), push(1), op.SSTORE])),
            _returning(assemble([op.CALLER, op.SELFDESTRUCT])),
            _returning(b"\xef\x00"),
            assemble([push(7), push(1), op.SSTORE, op.ADDRESS, op.SELFDESTRUCT]),
            assemble([op.CALLER, op.SELFDESTRUCT]),
            assemble([push(0x7000), push(0), op.RETURN]),
            assemble([push(4), push(0), op.REVERT]),
            b"\xfe",
        ]
    ),
    st.binary(min_size=1, max_size=32),
)


def _ends() -> st.SearchStrategy[list[Token]]:
    return st.one_of(
        _with(op.RETURN, OFFSETS, SIZES),
        _with(op.REVERT, OFFSETS, SIZES),
        _with(op.SELFDESTRUCT, TARGETS),
        st.just([op.STOP]),
        st.just([0xFE]),
    )


def _condition() -> st.SearchStrategy[list[Token]]:
    """Push something to decide a jump: a word, call data, a comparison, any of them negated."""
    read = OFFSETS.map(lambda offset: [push(offset), op.CALLDATALOAD])
    word: st.SearchStrategy[list[Token]] = st.one_of(WORDS.map(lambda word: [push(word)]), read)
    compared = st.tuples(word, word, st.sampled_from([op.LT, op.GT, op.SLT, op.SGT, op.EQ])).map(
        lambda made: [*made[0], *made[1], made[2]]
    )
    chosen = st.one_of(word, read, compared, compared, st.just([op.DUP1]))
    return st.tuples(chosen, st.integers(0, 3)).map(lambda m: [*m[0], *[op.ISZERO] * m[1]])


def _jumps(body: st.SearchStrategy[list[Token]]) -> st.SearchStrategy[list[Token]]:
    """Branches, loops, subroutines, guards and wild jumps around other pieces."""
    labels = st.integers(0, 1 << 30)
    some = st.lists(body, max_size=4).map(lambda pieces: [t for piece in pieces for t in piece])
    return st.one_of(
        # skip the body, or run it
        st.tuples(labels, _condition(), some).map(
            lambda m: [*m[1], Reference(m[0]), op.JUMPI, *m[2], Label(m[0])]
        ),
        # require: end here unless the condition holds
        st.tuples(labels, _condition(), _ends()).map(
            lambda m: [*m[1], Reference(m[0]), op.JUMPI, *m[2], Label(m[0])]
        ),
        # the same with the end out of line
        st.tuples(labels, labels, _condition(), _ends(), some).map(
            lambda m: [
                *(*m[2], Reference(m[0]), op.JUMPI, *m[4], Reference(m[1]), op.JUMP),
                *(Label(m[0]), *m[3], Label(m[1])),
            ]
        ),
        # loop: the body as often as a counter in transient memory says
        st.tuples(labels, SMALL, some).map(
            lambda m: [
                *(push(m[1]), push(0x200), op.MSTORE, Label(m[0]), *m[2]),
                *(push(1), push(0x200), op.MLOAD, op.SUB, op.DUP1, push(0x200), op.MSTORE),
                *(Reference(m[0]), op.JUMPI),
            ]
        ),
        # call a subroutine that jumps back
        st.tuples(labels, labels, some, some).map(
            lambda m: [
                *(Reference(m[0]), Reference(m[1]), op.JUMP, Label(m[1]), *m[2], op.JUMP),
                *(Label(m[0]), *m[3]),
            ]
        ),
        # jump to some byte, if it is one: mostly not a JUMPDEST
        st.integers(0, 200).map(lambda to: [op.CALLDATASIZE, push(to), op.JUMPI]),
        st.integers(0, 200).map(lambda to: [op.CALLVALUE, push(to), op.JUMPI]),
        st.just([op.JUMP]),
        labels.map(lambda label: [Label(label)]),
    )


_FLAT = st.one_of(
    _operation(),
    _operation(),
    _shuffle(),
    _memory(),
    _storage(),
    _storage(),
    _calls(),
    _creations(),
    st.binary(min_size=1, max_size=3).map(lambda raw: [raw]),
)
_PIECES = st.one_of(_FLAT, _FLAT, _FLAT, _jumps(_FLAT), _jumps(_jumps(_FLAT)), _ends())

_SUPPLY = st.lists(WORDS.map(push), max_size=12)
_BODY = st.lists(_PIECES, min_size=1, max_size=24)
_CONFESSIONS: st.SearchStrategy[list[Token]] = st.sampled_from(
    [
        [],
        [push(0x400), push(0), op.SHA3, push(3), op.SSTORE],
        [push(0x220), push(0), op.RETURN],
        [push(2), op.SSTORE, push(3), op.SSTORE],
    ]
)
"""Show what is in memory or on the stack in the end."""


@st.composite
def programs(draw: st.DrawFn) -> bytes:
    """A whole program. Most begin with a few words, for opcodes that take what they find."""
    pieces = [token for piece in draw(_BODY) for token in piece]
    return assemble([*draw(_SUPPLY), *pieces, *draw(_CONFESSIONS)])


PROGRAMS = programs()
