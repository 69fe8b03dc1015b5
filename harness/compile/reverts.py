"""What revert data means: Error(string), Panic(uint256), custom errors.

>>> explain_revert(data, artifact.abi)
Revert(kind='panic', signature='Panic(uint256)', values=(17,), meaning='arithmetic ...', ...)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from harness.compile.abi import Abi, AbiError
from harness.compile.abi_types import AbiParameter, AbiType, AbiValue
from harness.errors import DecodingError

__all__ = ["ERROR", "PANIC", "PANIC_MEANINGS", "Revert", "explain_revert"]

PANIC_MEANINGS: Mapping[int, str] = MappingProxyType(
    {
        0x00: "generic panic of the compiler",
        0x01: "assert of a false condition",
        0x11: "arithmetic overflow or underflow in checked code",
        0x12: "division or modulo by zero",
        0x21: "conversion of a number that is no member of the enum",
        0x22: "access to a storage byte array that is encoded wrongly",
        0x31: "pop of an empty array",
        0x32: "index out of the array's bounds",
        0x41: "too much memory allocated, or an array too large",
        0x51: "call of an internal function variable that was never set",
    }
)
"""Meaning of each code that solc puts into Panic(uint256)."""

ERROR = AbiError("Error", (AbiParameter("reason", AbiType.parse("string")),))
"""What `require(condition, "reason")` and `revert("reason")` revert with."""

PANIC = AbiError("Panic", (AbiParameter("code", AbiType.parse("uint256")),))
"""What failed checks that the compiler inserts, and `assert`, revert with."""


@dataclass(frozen=True)
class Revert:
    """Why a call reverted, as far as its revert data tells."""

    kind: Literal["empty", "error", "panic", "custom", "unknown"]
    """No data; `Error(string)`; `Panic(uint256)`; a custom error; data of no known error."""

    signature: str
    """Canonical signature of the error, '' if empty or unknown."""

    values: tuple[AbiValue, ...]
    """Decoded arguments."""

    meaning: str
    """One line for a reader."""

    data: bytes
    """The revert data itself."""

    def __str__(self) -> str:
        return self.meaning


def explain_revert(data: bytes, *abis: Abi) -> Revert:
    """Decodes revert data by the errors of Solidity itself and of the given ABIs.

    Never raises: data that fits nothing is of kind `unknown`.

    Args:
        data: what the call returned when it reverted.
        abis: ABIs of the contracts that may have reverted, the likeliest first.
    """
    if not data:
        return Revert("empty", "", (), "reverted without data", data)
    known = [ERROR, PANIC]
    known += [found for abi in abis if (found := abi.errors_by_selector.get(data[:4]))]
    for error in known:
        if data[:4] != error.selector:
            continue
        try:
            values = error.decode(data)
        except DecodingError:
            continue
        return _explained(error, values, data)
    return Revert("unknown", "", (), f"reverted with unknown data 0x{data.hex()}", data)


def _explained(error: AbiError, values: tuple[AbiValue, ...], data: bytes) -> Revert:
    if error is PANIC:
        meaning = f"Panic(0x{values[0]:02x}): {PANIC_MEANINGS.get(values[0], 'unknown code')}"
        return Revert("panic", error.signature, values, meaning, data)
    if error is ERROR:
        return Revert("error", error.signature, values, f"reverted: {values[0]}", data)
    shown = [
        f"{parameter.name}={_show(parameter.type, value)}".removeprefix("=")
        for parameter, value in zip(error.inputs, values, strict=True)
    ]
    meaning = f"{error.name}({', '.join(shown)})"
    return Revert("custom", error.signature, values, meaning, data)


def _show(kind: AbiType, value: AbiValue) -> str:
    if kind.kind == "address":
        return f"0x{value:040x}"
    return f"0x{value.hex()}" if isinstance(value, bytes) else repr(value)
