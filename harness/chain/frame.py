"""One call frame: py-evm's computation on leaner parts.

`Frame` is mixed into py-evm's computation class of a fork. It drops what py-evm spends most of its
time on: validation of values that cannot be wrong, log lines that nobody reads, conversion between
ints and bytes. Calls, creations, precompiles and opcodes stay py-evm's.

One rule differs from py-evm 0.12.1b1 on purpose. Here the outermost frame is the one without a
parent. There it is every frame whose sender is the transaction's origin, so that a contract as
origin, which can be here, would pay twice for init code that it runs (EIP-3860).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from eth.abc import (
    ComputationAPI,
    MessageAPI,
    StateAPI,
    TransactionContextAPI,
)
from eth.constants import CREATE_CONTRACT_ADDRESS, STACK_DEPTH_LIMIT
from eth.exceptions import (
    FullStack,
    Halt,
    InsufficientFunds,
    InsufficientStack,
    OutOfGas,
    StackDepthLimit,
    VMError,
)
from eth.typing import BytesOrView
from eth.vm import opcode_values
from eth.vm.code_stream import CodeStream
from eth.vm.computation import BaseComputation
from eth.vm.gas_meter import GasMeter
from eth.vm.memory import Memory
from eth.vm.message import Message
from eth.vm.stack import Stack
from eth_typing import Address as Canonical

from harness.chain.program import Program, program_of
from harness.chain.translate import FALLBACK, HALT

if TYPE_CHECKING:
    from harness.chain.machine import MachineState, Tracer

__all__ = ["CallMessage", "Frame"]

_JUMPS = frozenset({opcode_values.JUMP, opcode_values.JUMPI})


class CallMessage(Message):
    """py-evm's message without validation, and with attributes where it has properties."""

    __slots__ = ("code_address", "data_as_bytes", "is_create", "is_delegation", "storage_address")

    data_as_bytes: bytes
    is_create: bool

    def __init__(
        self,
        gas: int,
        to: Canonical,
        sender: Canonical,
        value: int,
        data: BytesOrView,
        code: bytes,
        depth: int = 0,
        create_address: Canonical | None = None,
        code_address: Canonical | None = None,
        should_transfer_value: bool = True,
        is_static: bool = False,
        is_delegation: bool = False,
        refund: int = 0,
    ) -> None:
        self.gas = gas
        self.to = to
        self.sender = sender
        self.value = value
        self.data = self.data_as_bytes = cast(bytes, data)
        self.depth = depth
        self.code = code
        self.storage_address = to if create_address is None else create_address
        self.code_address = to if code_address is None else code_address
        self.should_transfer_value = should_transfer_value
        self.is_static = is_static
        self.is_delegation = is_delegation
        self.is_create = to == CREATE_CONTRACT_ADDRESS
        self.refund = refund


class IntStack(Stack):
    """py-evm's stack, but every item is an int below 2**256."""

    __slots__ = ()

    values: list[int]  # type: ignore[assignment]  # py-evm mixes ints and bytes

    def push_int(self, value: int) -> None:
        """Raises FullStack at 1024 items."""
        if len(self.values) > 1023:
            raise FullStack("Stack limit reached")
        self.values.append(value)

    def push_bytes(self, value: bytes) -> None:
        """Raises FullStack at 1024 items."""
        self.push_int(int.from_bytes(value, "big"))

    def pop1_int(self) -> int:
        """Raises InsufficientStack if there is no item."""
        if not self.values:
            raise InsufficientStack("Wanted 1 stack item, had none")
        return self.values.pop()

    def pop1_any(self) -> int:
        """Raises InsufficientStack if there is no item."""
        return self.pop1_int()

    def pop_ints(self, num_items: int) -> tuple[int, ...]:
        """The topmost first. Raises InsufficientStack if there are fewer items."""
        values = self.values
        if num_items > len(values):
            raise InsufficientStack(f"Wanted {num_items} stack items, only had {len(values)}")
        taken = values[-num_items:]
        del values[-num_items:]
        taken.reverse()
        return tuple(taken)

    def pop_any(self, num_items: int) -> tuple[int, ...]:
        """The topmost first. Raises InsufficientStack if there are fewer items."""
        return self.pop_ints(num_items)


class Gas(GasMeter):
    """py-evm's gas meter without its debug log; refunds may be negative, as since EIP-1283."""

    def __init__(self, start_gas: int) -> None:
        self.start_gas = start_gas
        self.gas_remaining = start_gas
        self.gas_refunded = 0

    def consume_gas(self, amount: int, reason: str) -> None:
        """Raises OutOfGas if less than `amount` remains."""
        if amount > self.gas_remaining:
            raise OutOfGas(f"{reason} needs {amount} gas, {self.gas_remaining} remain")
        self.gas_remaining -= amount

    def return_gas(self, amount: int) -> None:
        """Give back what a child frame did not use."""
        self.gas_remaining += amount

    def refund_gas(self, amount: int) -> None:
        """Count a refund, which is paid at the end of the transaction."""
        self.gas_refunded += amount


class ByteMemory(Memory):
    """py-evm's memory; its buffer is never replaced, so it may be held on to."""

    __slots__ = ()

    def extend(self, start_position: int, size: int) -> None:
        """Grow to hold the range, in whole words."""
        if size:
            missing = (start_position + size + 31 & ~31) - len(self._bytes)
            if missing > 0:
                self._bytes.extend(bytes(missing))

    def write(self, start_position: int, size: int, value: bytes) -> None:
        """Replace a range that memory already holds."""
        if size:
            self._bytes[start_position : start_position + size] = value


class Code(CodeStream):
    """py-evm's code stream; jump targets are looked up in what `Program` found once."""

    __slots__ = ("_starts",)

    def __init__(self, program: Program) -> None:
        self.program_counter = 0
        self._raw_code_bytes = program.code
        self._length_cache = len(program.code)
        self._starts = program.starts

    def is_valid_opcode(self, position: int) -> bool:
        """Whether an instruction starts there, as opposed to data of a PUSH."""
        return position < self._length_cache and self._starts[position] == 1


class Frame(BaseComputation):
    """Mixed into a fork's computation class; see `machine`."""

    state: MachineState
    msg: CallMessage
    program: Program
    contracts_created: list[Canonical]
    _gas_meter: Gas
    _stack: IntStack
    _memory: ByteMemory

    def __init__(
        self,
        state: StateAPI,
        message: MessageAPI,
        transaction_context: TransactionContextAPI,
    ) -> None:
        self.state = cast("MachineState", state)
        self.msg = cast(CallMessage, message)
        self.transaction_context = transaction_context
        self.program = program_of(message.code, self.state.instructions)
        self.code = Code(self.program)
        self._gas_meter = Gas(message.gas)
        self._stack = stack = IntStack()
        # py-evm's own are cached properties that cost more than what they cache.
        self.stack_pop_ints = stack.pop_ints
        self.stack_pop1_int = stack.pop1_int
        self.stack_pop1_bytes = stack.pop1_bytes
        self.stack_push_int = stack.push_int
        self.stack_push_bytes = stack.push_bytes
        self._memory = ByteMemory()
        self.children = []
        self.accounts_to_delete = []
        self.beneficiaries = []
        self._log_entries = []
        self.data_floor_cost = 0

    # What py-evm's create logic calls

    @classmethod
    def apply_message(
        cls,
        state: StateAPI,
        message: MessageAPI,
        transaction_context: TransactionContextAPI,
        parent_computation: ComputationAPI | None = None,
    ) -> ComputationAPI:
        """Move the value, run the code; undo both if it fails.

        Raises StackDepthLimit and InsufficientFunds, which py-evm's CALL and CREATE rule out.
        """
        checkpoint = state.snapshot()
        if message.depth > STACK_DEPTH_LIMIT:
            raise StackDepthLimit("Stack depth limit reached")
        value = message.value
        if value and message.should_transfer_value:
            funds = state.get_balance(message.sender)
            if funds < value:
                raise InsufficientFunds(f"Insufficient funds: {funds} < {value}")
            state.delta_balance(message.sender, -value)
            state.delta_balance(message.storage_address, value)
        computation = cls.apply_computation(state, message, transaction_context, parent_computation)
        if computation.is_error:
            state.revert(checkpoint)
        return computation

    @classmethod
    def apply_computation(
        cls,
        state: StateAPI,
        message: MessageAPI,
        transaction_context: TransactionContextAPI,
        parent_computation: ComputationAPI | None = None,
    ) -> ComputationAPI:
        """Run the code of a message; an EVM-level failure ends up in the result."""
        frame = cls(state, message, transaction_context)
        try:
            if parent_computation is None:
                frame.contracts_created = []
                if message.is_create:
                    cls.consume_initcode_gas_cost(frame)
            else:
                frame.contracts_created = parent_computation.contracts_created
            if message.is_create:
                frame.contracts_created.append(message.storage_address)
            precompile = frame.precompiles.get(message.code_address)
            if precompile is None:
                frame.run()
            elif not message.is_delegation:
                precompile(frame)
        except VMError as error:
            frame._error = error.with_traceback(None)  # which would refer back to the frame
        return frame

    def prepare_child_message(
        self,
        gas: int,
        to: Canonical,
        value: int,
        data: BytesOrView,
        code: bytes,
        **kwargs: Any,
    ) -> MessageAPI:
        """The message of a nested call; it comes from this contract unless told otherwise."""
        kwargs.setdefault("sender", self.msg.storage_address)
        return CallMessage(
            gas=gas, to=to, value=value, data=data, code=code, depth=self.msg.depth + 1, **kwargs
        )

    def extend_memory(self, start_position: int, size: int) -> None:
        """Charge for memory and grow it. Raises OutOfGas."""
        memory = self._memory
        if size and start_position + size > len(memory):
            before = len(memory) >> 5
            after = start_position + size + 31 >> 5
            cost = 3 * (after - before) + after * after // 512 - before * before // 512
            self._gas_meter.consume_gas(cost, "memory")
            memory.extend(start_position, size)

    # Running

    def run(self) -> None:
        """Execute the code to its end: translated where it is hot, by opcode elsewhere."""
        if self.state.tracer is not None:
            self._run_traced(self.state.tracer)
            return
        stack = self._stack.values
        program = self.program
        blocks = program.blocks
        pc = 0
        while pc >= 0:
            block = blocks.get(pc) or program.heat(pc)
            if block is None:
                pc = self.interpret(pc)
            else:
                pc = block(self, stack)
                if pc <= FALLBACK:
                    pc = self.interpret(FALLBACK - pc)

    def interpret(self, pc: int) -> int:
        """Run opcode by opcode from `pc` through the next jump.

        Returns where to go on, or HALT.
        """
        code = self.program.code
        end = len(code)
        stream = self.code
        table = self.state.table
        stream.program_counter = pc
        try:
            while True:
                pc = stream.program_counter
                if pc >= end:
                    return HALT
                opcode = code[pc]
                stream.program_counter = pc + 1
                table[opcode](self)
                if opcode in _JUMPS:
                    return stream.program_counter
        except Halt:
            return HALT

    def _run_traced(self, tracer: Tracer) -> None:
        address = int.from_bytes(self.msg.code_address, "big")  # 0 for init code
        code = self.program.code
        end = len(code)
        stream = self.code
        table = self.state.table
        try:
            while (pc := stream.program_counter) < end:
                tracer(address, pc)
                stream.program_counter = pc + 1
                table[code[pc]](self)
        except Halt:
            return
