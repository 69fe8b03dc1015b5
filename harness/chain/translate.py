"""Hot bytecode as Python: straight runs of opcodes become one Python function each.

Most opcodes only move words around a stack. `Translation` follows the bytecode from one program
counter with a *symbolic* stack, whose items are names of Python variables or literals, so that
moving costs nothing when the function runs, and gas is charged once for a whole *stretch*. The
function takes the frame and its stack and returns where to go on:

- a program counter, or `HALT` after STOP and RETURN;
- `FALLBACK - pc`, having done nothing from `pc` on: go on there opcode by opcode. So it is where
  gas or stack might not suffice for all that follows, since only the interpreter knows at which
  opcode they end; and before opcodes that are not worth translating.

It goes on through jumps with a known target, hence into internal functions and out of them, and
past a JUMPI one side of which only reverts. What an opcode does beyond stack, memory and
arithmetic is left to the functions of `opcodes`.

A stretch ends at every opcode that can see the gas or leave the function. Within it the gas of all
opcodes has been charged in advance. If what varies (memory, a cold slot) then exceeds what is
left, it would have run out before the end of the stretch in any case, with the same effect.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from eth.constants import GAS_SHA3WORD
from eth.vm import opcode_values as op
from eth.vm.forks.berlin.constants import WARM_STORAGE_READ_COST

from harness.chain.symbols import SymbolicStack, is_literal, literal_value, negation
from harness.chain.templates import ARITY, CALLS, EXPRESSIONS, PREDICATES

if TYPE_CHECKING:
    from harness.chain.frame import Frame
    from harness.chain.opcodes import Instructions
    from harness.chain.program import Program

__all__ = ["FALLBACK", "HALT", "Block", "Translation", "instruction_length"]

HALT: Final = -1
FALLBACK: Final = -2

Block = Callable[["Frame", list[int]], int]
"""A translated part of a program: from a frame and its stack to where to go on."""

_LONGEST: Final = 600  # opcodes in one function
_REPEATS: Final = 4  # times that one function passes the same JUMPDEST

_USES: Final[Mapping[str, str]] = {
    "mem": "c._memory._bytes",
    "data": "c.msg.data",
    "digest": "c.state.hashes.digest",
    "accounts": "c.state._account_db",
    "address": "c.msg.storage_address",
    "warm": "accounts.warm_slots",
    "slots": "accounts.storage[address]",
}
"""Variables that a function sets up if it uses them, in an order that suits."""


def instruction_length(opcode: int) -> int:
    """Bytes that an instruction takes, with the data of a PUSH."""
    return opcode - op.PUSH0 + 1 if op.PUSH1 <= opcode <= op.PUSH32 else 1


class Translation:
    """One function in the making. Use `function` once."""

    def __init__(self, program: Program, instructions: Instructions, start: int) -> None:
        self._program = program
        self._costs = instructions.costs
        self._start = start
        self._lines: list[str] = []
        self._stack = SymbolicStack(self._lines)
        self._memory = 0  # bytes of memory that there are for sure
        self._used: set[str] = set()
        self._stretch = 0  # gas of the stretch so far
        self._opening: tuple[int, str, int] | None = None  # its line, how to give up there, its pc
        self._first = 0  # gas of the first stretch

    def function(self) -> Block:
        """Translate and compile."""
        code = compile(self.source(), f"<bytecode from {self._start:#x}>", "exec")
        exec(code, self._program.names)
        block: Block = self._program.names["block"]
        return block

    def source(self) -> str:
        """The Python text of the function."""
        pc: int | None = self._start
        seen: dict[int, int] = {}
        for _ in range(_LONGEST):
            if pc is None:
                break
            if pc in self._program.destinations:
                seen[pc] = seen.get(pc, 0) + 1
                if seen[pc] > _REPEATS:
                    break
            pc = self._step(pc)
        if pc is not None:
            self._leave(str(pc))
        return "\n".join([*self._prologue(), *(f"    {line}" for line in self._lines if line), ""])

    def _prologue(self) -> list[str]:
        if self._used & {"warm", "slots"}:
            self._used |= {"accounts", "address"}
        give_up = f"return {FALLBACK - self._start}"
        return [
            "def block(c, s):",
            f"    if not {self._stack.need} <= len(s) <= {1024 - self._stack.peak}: {give_up}",
            "    gas = c._gas_meter",
            f"    g = gas.gas_remaining - {self._first}",
            f"    if g < 0: {give_up}",
            *(f"    {name} = {text}" for name, text in _USES.items() if name in self._used),
        ]

    # Gas and leaving

    def _close(self) -> None:
        """End the stretch: fill in what it costs."""
        cost, self._stretch = self._stretch, 0
        if self._opening is None:
            self._first = cost
            return
        line, spill, pc = self._opening
        if cost:
            self._lines[line] = (
                f"g -= {cost}\n    if g < 0: {spill}gas.gas_remaining = g + {cost}; "
                f"return {FALLBACK - pc}"
            )

    def _open(self, pc: int) -> None:
        """Begin the next stretch at `pc`."""
        self._opening = (len(self._lines), self._stack.spilling(), pc)
        self._lines.append("")

    def _leave(self, target: str) -> None:
        """End the function: go on at `target` with everything in its place."""
        self._close()
        self._lines.append(f"{self._stack.spilling()}gas.gas_remaining = g; return {target}")

    # Opcodes, by family. Each takes its program counter and returns the next, None after leaving.

    def _step(self, pc: int) -> int | None:
        code = self._program.code
        opcode = code[pc] if pc < len(code) else op.STOP
        cost = self._costs[opcode]
        if cost is None:
            self._leave(str(FALLBACK - pc))
            return None
        following = pc + instruction_length(opcode)
        if opcode in _CONTROL:
            return self._control(opcode, cost, pc)
        if opcode in CALLS:
            self._call(opcode, cost, following)
        elif not self._simple(opcode, cost, pc):
            if opcode not in ARITY:
                self._leave(str(FALLBACK - pc))
                return None
            self._whole(opcode, following)
        return following

    def _simple(self, opcode: int, cost: int, pc: int) -> bool:
        """Translate an opcode that neither sees the gas nor jumps, if it is one."""
        self._stretch += cost
        if op.PUSH0 <= opcode <= op.PUSH32:
            self._stack.push(hex(self._program.immediate(pc)))
        elif op.DUP1 <= opcode <= op.DUP16:
            self._stack.duplicate(opcode - op.DUP1 + 1)
        elif op.SWAP1 <= opcode <= op.SWAP16:
            self._stack.swap(opcode - op.SWAP1 + 1)
        elif opcode == op.POP:
            self._stack.drop()
        elif opcode in PREDICATES:
            self._stack.compare(PREDICATES[opcode].format(*self._stack.pop_many(2)))
        elif opcode == op.ISZERO:
            self._stack.compare(negation(self._stack.pop_condition()))
        elif opcode in EXPRESSIONS:
            self._expression(opcode)
        elif opcode == op.PC:
            self._stack.push(hex(pc))
        elif opcode == op.CODESIZE:
            self._stack.push(hex(len(self._program.code)))
        elif opcode in _MEMORY:
            self._memory_access(opcode)
        elif opcode != op.JUMPDEST:
            self._stretch -= cost
            return False
        return True

    def _expression(self, opcode: int) -> None:
        operands = self._stack.pop_many(ARITY[opcode][0])
        text = EXPRESSIONS[opcode].format(*operands)
        if operands and all(is_literal(operand) for operand in operands) and "data" not in text:
            self._stack.push(hex(eval(text, self._program.names)))
            return
        self._use(text)
        self._stack.compute(text)

    def _use(self, text: str) -> None:
        self._used.update(name for name in ("data", "mem") if name in text)

    def _touch(self, start: str, size: str) -> None:
        """Make sure that memory holds a range."""
        self._used.add("mem")
        if size == "0x0":
            return
        end = f"{start} + {size}"
        if is_literal(start) and is_literal(size):
            last = literal_value(start) + literal_value(size)
            if last <= self._memory:
                return
            self._memory = last + 31 & ~31
            end = hex(last)
        some = "" if is_literal(size) else f"{size} and "
        self._lines.append(f"if {some}len(mem) < {end}: g = grow(mem, {end}, g)")

    def _memory_access(self, opcode: int) -> None:
        """MLOAD, MSTORE, MSTORE8, SHA3, SLOAD."""
        first = self._stack.pop()
        if opcode == op.MLOAD:
            self._touch(first, "0x20")
            self._stack.compute(f"word(mem[{first} : {first} + 32])")
        elif opcode == op.MSTORE:
            word = self._stack.pop()
            self._touch(first, "0x20")
            text = (
                repr(literal_value(word).to_bytes(32))
                if is_literal(word)
                else f"{word}.to_bytes(32)"
            )
            self._lines.append(f"mem[{first} : {first} + 32] = {text}")
        elif opcode == op.MSTORE8:
            word = self._stack.pop()
            self._touch(first, "0x1")
            self._lines.append(f"mem[{first}] = {word} & 255")
        elif opcode == op.SHA3:
            size = self._stack.pop()
            self._touch(first, size)
            if is_literal(size):
                self._stretch += GAS_SHA3WORD * (literal_value(size) + 31 >> 5)
            else:
                self._lines.append(f"g -= {GAS_SHA3WORD} * ({size} + 31 >> 5)")
                self._lines.append('if g < 0: raise OutOfGas("SHA3")')
            self._used.add("digest")
            self._stack.compute(f"digest(bytes(mem[{first} : {first} + {size}]))")
        else:
            self._stretch += WARM_STORAGE_READ_COST
            self._used |= {"warm", "slots"}
            self._lines.append(
                f"if (address, {first}) not in warm: g = cold(accounts, address, {first}, g)"
            )
            self._stack.compute(f"slots.get({first}, 0)")

    def _call(self, opcode: int, cost: int, following: int) -> None:
        """An opcode that is a function of its operands and pushes nothing."""
        text = CALLS[opcode].format(*self._stack.pop_many(ARITY[opcode][0]))
        self._stretch += cost
        self._close()
        self._lines += ["gas.gas_remaining = g", text, "g = gas.gas_remaining"]
        self._open(following)

    def _whole(self, opcode: int, following: int) -> None:
        """An opcode that is left to the interpreter's function, on the real stack."""
        if opcode == op.GAS:
            self._stretch += self._costs[opcode] or 0
            self._close()
            self._stack.compute("g")
            self._open(following)
            return
        takes, gives = ARITY[opcode]
        self._stack.spill()
        self._close()
        self._lines += ["gas.gas_remaining = g", f"op_{opcode}(c)", "g = gas.gas_remaining"]
        self._stack.exchange(takes, gives)
        self._open(following)

    def _control(self, opcode: int, cost: int, pc: int) -> int | None:
        """JUMP, JUMPI, STOP, RETURN, REVERT."""
        if opcode == op.JUMP:
            return self._jump(cost, pc)
        if opcode == op.JUMPI:
            return self._branch(cost, pc)
        self._stretch += cost
        if opcode != op.STOP:
            start, size = self._stack.pop_many(2)
            self._touch(start, size)
            self._lines.append(f"c._output = bytes(mem[{start} : {start} + {size}])")
        self._stack.clear()
        if opcode != op.REVERT:
            self._leave(str(HALT))
            return None
        self._close()
        self._lines += ["gas.gas_remaining = g", "raise Revert(c._output)"]
        return None

    def _jump(self, cost: int, pc: int) -> int | None:
        if is_literal(self._stack.top):
            target = literal_value(self._stack.top)
            if target not in self._program.destinations:
                self._leave(str(FALLBACK - pc))
                return None
            self._stretch += cost
            self._stack.drop()
            return target
        self._stretch += cost
        symbol = self._stack.pop()
        self._lines.append(
            f"if {symbol} not in destinations: "
            'raise InvalidJumpDestination("Invalid Jump Destination")'
        )
        self._leave(symbol)
        return None

    def _branch(self, cost: int, pc: int) -> int | None:
        top = self._stack.top
        if not is_literal(top) or literal_value(top) not in self._program.destinations:
            self._leave(str(FALLBACK - pc))
            return None
        self._stretch += cost
        target, following = literal_value(self._stack.pop()), pc + 1
        taken = self._stack.pop_condition()
        if is_literal(taken):
            return target if literal_value(taken) else following
        if self._program.only_reverts(following):
            leave, go_on, when = following, target, negation(taken)
        elif self._program.only_reverts(target):
            leave, go_on, when = target, following, taken
        else:
            self._leave(f"{target} if {taken} else {following}")
            return None
        self._close()
        spill = self._stack.spilling()
        self._lines.append(f"if {when}: {spill}gas.gas_remaining = g; return {leave}")
        self._open(go_on)
        return go_on


_CONTROL: Final = frozenset({op.JUMP, op.JUMPI, op.STOP, op.RETURN, op.REVERT})
_MEMORY: Final = frozenset({op.MLOAD, op.MSTORE, op.MSTORE8, op.SHA3, op.SLOAD})
