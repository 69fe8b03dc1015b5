"""Hashes, call data, code and memory, at offsets that are known."""

from __future__ import annotations

from typing import Any

from .base import Base, Halt, lift
from .expressions import extract, plain
from .guards import Tripped
from .memory import Bytes, bytes_of, word_of

__all__ = ["DataAccess"]


class DataAccess(Base):
    """Opcodes that read and write byte strings."""

    def SHA3(self, start: Any, size: Any) -> Any:  # noqa: N802
        """Keccak-256."""
        return self._world.hashes.digest(self._taken(start, size, "what is hashed"))

    def CALLDATALOAD(self, offset: Any) -> Any:  # noqa: N802
        """A word of call data."""
        at = self.number(offset, "an offset into call data")
        data = self.frame.data
        part = data[at : at + 32]
        return word_of((*part, *(0,) * (32 - len(part))))

    def CALLDATASIZE(self) -> int:  # noqa: N802
        """The length of call data."""
        return len(self.frame.data)

    def CALLDATACOPY(self, mem_offset: Any, data_offset: Any, size: Any) -> None:  # noqa: N802
        """Copy call data to memory."""
        self._copy(self.frame.data, mem_offset, data_offset, size, "call data")

    def CODESIZE(self) -> int:  # noqa: N802
        """The length of this code."""
        return len(self.code)

    def CODECOPY(self, mem_offset: Any, code_offset: Any, size: Any) -> None:  # noqa: N802
        """Copy code to memory."""
        self._copy(tuple(self.code.content), mem_offset, code_offset, size, "code")

    def RETURNDATASIZE(self) -> int:  # noqa: N802
        """The length of what the last call returned."""
        return len(self._return_data)

    def RETURNDATACOPY(self, mem_offset: Any, return_offset: Any, size: Any) -> None:  # noqa: N802
        """Copy what the last call returned; halts where there is not so much."""
        start = self.number(return_offset, "an offset into returned data")
        length = self.number(size, "the length of returned data")
        if start + length > len(self._return_data):
            raise Halt("THROW")
        self._copy(self._return_data, mem_offset, start, length, "returned data")

    def MCOPY(self, target: Any, source: Any, size: Any) -> None:  # noqa: N802
        """Copy within memory."""
        content = self._taken(source, size, "what is copied")
        start, _ = self._extent(target, size, "where it is copied to")
        self.memory.write(start, content)

    def _copy(self, source: Bytes, mem_offset: Any, offset: Any, size: Any, what: str) -> None:
        start, length = self._extent(mem_offset, size, f"a copy of {what}")
        at = self.number(offset, f"an offset into {what}")
        part = source[at : at + length]
        self.memory.write(start, (*part, *(0,) * (length - len(part))))

    def MLOAD(self, address: Any) -> Any:  # noqa: N802
        """A word of memory."""
        return word_of(self._taken(address, 32, "a word of memory"))

    def MSTORE(self, address: Any, value: Any) -> None:  # noqa: N802
        """Put a word into memory."""
        start, _ = self._extent(address, 32, "a word of memory")
        self.memory.write(start, bytes_of(value))

    def MSTORE8(self, address: Any, value: Any) -> None:  # noqa: N802
        """Put a byte into memory."""
        start, _ = self._extent(address, 1, "a byte of memory")
        self.memory.write(start, bytes_of(plain(extract(lift(value), 0, 8), 8), 1))

    def MSIZE(self) -> int:  # noqa: N802
        """The size of memory, which is not kept."""
        raise Tripped("gas", "the size of memory is read")

    def GAS(self) -> Any:  # noqa: N802
        """Gas that is left: any number."""
        return self._world.fresh("gas")

    def PUSH0(self) -> int:  # noqa: N802
        """Zero."""
        return 0
