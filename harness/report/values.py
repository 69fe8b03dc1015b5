"""Values as text: amounts grouped and explained, addresses by their names.

>>> number(5 * 10**18 + 1)
'5_000_000_000_000_000_001 (5e18 + 1)'
>>> number(2**256 - 1)
'2**256 - 1'
>>> show(alice, names)
'alice'
"""

from __future__ import annotations

import re
from typing import Any

from harness.address import Address, NameBook

__all__ = ["named", "number", "show"]

_PLAIN = 10_000
_LARGE = 10**12
_DIGITS = 5
_HUGE = 1 << 96
_NEAR = 1_000
_LONG_BYTES = 36
_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}(?![0-9a-fA-F])")


def number(value: int, unit: str = "") -> str:
    """An integer, exact: grouped where it is long, with a hint where it is near a round one."""
    after = f" {unit}" if unit else ""
    if abs(value) < _PLAIN:
        return f"{value}{after}"
    power = _power(value) if abs(value) >= _HUGE else ""
    if power:
        return f"{power}{after}"
    hint = _decimal(value)
    return f"{value:_}{after} ({hint})" if hint else f"{value:_}{after}"


def _power(value: int) -> str:
    """A number close to a power of two, such as the greatest of a type."""
    sign = -1 if value < 0 else 1
    bits = abs(value).bit_length()
    for exponent in (bits, bits - 1):
        off = value - sign * (1 << exponent)
        if abs(off) <= _NEAR:
            return _sum(sign, f"2**{exponent}", off)
    return ""


def _decimal(value: int) -> str:
    """A number close to a short multiple of a large power of ten: ``5e18``, ``1.5e18 - 1``."""
    size, sign = abs(value), -1 if value < 0 else 1
    if size < _LARGE:
        return ""
    unit = 10 ** (len(str(size)) - 1 - _DIGITS)
    nearest = (size + unit // 2) // unit * unit
    off = sign * (size - nearest)
    if abs(off) > _NEAR:
        return ""
    in_ether = nearest % 10**15 == 0 and 10**18 <= nearest < 10**25
    exponent = 18 if in_ether else len(str(nearest)) - 1
    whole, rest = divmod(nearest, 10**exponent)
    fraction = f"{rest:0{exponent}d}".rstrip("0")
    return _sum(sign, f"{whole:_}{'.' + fraction if fraction else ''}e{exponent}", off)


def _sum(sign: int, text: str, off: int) -> str:
    rest = f" {'+' if off > 0 else '-'} {abs(off)}" if off else ""
    return f"{'-' if sign < 0 else ''}{text}{rest}"


def show(value: Any, names: NameBook) -> str:
    """Any value: addresses by name, bytes as hex, tuples in brackets."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Address):
        return names.label(value)
    if isinstance(value, int):
        return number(value)
    if isinstance(value, bytes):
        if len(value) > _LONG_BYTES:
            return f"0x{value[:_LONG_BYTES].hex()}… ({len(value)} bytes)"
        return f"0x{value.hex()}"
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, tuple | list):
        return "[" + ", ".join(show(each, names) for each in value) + "]"
    return str(value)


def named(text: str, names: NameBook) -> str:
    """A text with every address in it that has a name replaced by that name."""

    def replaced(match: re.Match[str]) -> str:
        return names.name(int(match[0], 16)) or match[0]

    return _ADDRESS.sub(replaced, text)
