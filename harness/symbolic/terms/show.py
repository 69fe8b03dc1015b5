"""Terms as text, for people: prefix notation with the names of variables and functions."""

from __future__ import annotations

from harness.symbolic.terms.node import (
    AND,
    APP,
    BVAR,
    CONST,
    DIV,
    EQ,
    GE,
    ITE,
    LE,
    LIN,
    MOD,
    MUL,
    NOT,
    OR,
    SLICE,
    TRUTH,
    VAR,
    Term,
)

_HEADS = {MUL: "*", DIV: "div", MOD: "mod", ITE: "if", NOT: "not", AND: "and", OR: "or"}
_BOUNDS = {LE: "<=", GE: ">=", EQ: "=="}


def show(term: Term, limit: int = 10_000) -> str:
    """The term as text; what goes beyond about `limit` nodes is written `...`."""
    room = [limit]
    return _show(term, room, 0)


def number(value: int) -> str:
    """An integer, large ones by their nearest power of two: 2^256-1, -2^255, 2^96."""
    size = abs(value)
    if size < 1 << 20:
        return str(value)
    sign = "-" if value < 0 else ""
    near = size.bit_length() - (size < 3 << (size.bit_length() - 2))
    rest = size - (1 << near)
    if abs(rest) < 1 << 16:
        return f"{sign}(2^{near}{rest:+d})" if rest else f"{sign}2^{near}"
    return hex(value)


def _show(term: Term, room: list[int], depth: int) -> str:
    room[0] -= 1
    if room[0] < 0 or depth > 40:
        return "..."
    op = term.op
    if op == CONST:
        return number(term.data)
    if op in (VAR, BVAR):
        return str(term.data)
    if op == TRUTH:
        return "true" if term.data else "false"
    parts = [_show(child, room, depth + 1) for child in term.args]
    if op in _BOUNDS:
        return f"({parts[0]} {_BOUNDS[op]} {number(term.data)})"
    if op == LIN:
        return _sum(parts, *term.data)
    if op == SLICE:
        offset, width = term.data
        return f"{parts[0]}[{offset}:{'' if width is None else offset + width}]"
    head = term.data.name if op == APP else _HEADS[op]
    return f"({' '.join([head, *parts])})"


def _sum(parts: list[str], coefficients: tuple[int, ...], constant: int) -> str:
    """A linear form: `(x - 3*y + 5)`."""
    text = ""
    for part, factor in zip(parts, coefficients, strict=True):
        sign = " - " if factor < 0 else " + "
        text += sign + (part if abs(factor) == 1 else f"{number(abs(factor))}*{part}")
    if constant:
        text += (" - " if constant < 0 else " + ") + number(abs(constant))
    return f"({text[3:] if text.startswith(' + ') else '-' + text[3:]})"
