"""The stack as translated code sees it: names of variables and literals instead of words."""

from __future__ import annotations

__all__ = ["SymbolicStack", "is_literal", "literal_value", "negation"]


def is_literal(symbol: str) -> bool:
    """Whether the symbol is a number in the code; else it is a variable's name."""
    return symbol.startswith("0x")


def literal_value(symbol: str) -> int:
    """The number that a literal stands for."""
    return int(symbol, 16)


def negation(condition: str) -> str:
    """Text of the opposite condition; never nests, however often it is applied."""
    return condition[4:] if condition.startswith("not ") else f"not {condition}"


class SymbolicStack:
    """Symbols on top of the real stack, which holds what was there when the function started.

    Text that computes a new variable goes to `lines`. Every variable is assigned once, so its name
    means the same for as long as it is on the stack. The outcome of a comparison stays a condition
    until a word is needed, since most of them only decide a jump.
    """

    def __init__(self, lines: list[str]) -> None:
        self.need = 0
        """Items that must be on the real stack at the start."""
        self.peak = 0
        """Items more than at the start, at most."""
        self._lines = lines
        self._symbols: list[str] = []  # topmost last
        self._conditions: dict[str, str] = {}  # by symbols that are no variables yet
        self._level = 0  # items on the real stack, relative to the start
        self._counter = 0

    @property
    def top(self) -> str:
        """The topmost symbol, "" if only the real stack knows it."""
        return self._symbols[-1] if self._symbols else ""

    def push(self, symbol: str) -> None:
        """Put a variable or a literal on top."""
        self._symbols.append(symbol)
        self.peak = max(self.peak, self._level + len(self._symbols))

    def compute(self, text: str) -> None:
        """Put the value of an expression on top, computed now."""
        self.push(self._assign(text))

    def compare(self, text: str) -> None:
        """Put 1 on top if a condition on variables, in parentheses, holds, else 0."""
        symbol = self._name()
        self._conditions[symbol] = text
        self.push(symbol)

    def pop(self) -> str:
        """Take a symbol that is a variable or a literal."""
        symbol = self._take()
        condition = self._conditions.pop(symbol, None)
        if condition is not None:
            self._lines.append(f"{symbol} = 1 if {condition} else 0")
        return symbol

    def pop_many(self, count: int) -> list[str]:
        """Take several, the topmost first."""
        return [self.pop() for _ in range(count)]

    def pop_condition(self) -> str:
        """Take a symbol as text that is true unless the word is zero."""
        symbol = self._take()
        return self._conditions.get(symbol, symbol)

    def drop(self) -> None:
        """Take a symbol and forget it."""
        self._take()

    def duplicate(self, depth: int) -> None:
        """DUP1 to DUP16."""
        if depth <= len(self._symbols):
            self.push(self._symbols[-depth])
            return
        below = depth - len(self._symbols)
        self.need = max(self.need, below - self._level)
        self.compute(f"s[-{below}]")

    def swap(self, depth: int) -> None:
        """SWAP1 to SWAP16."""
        taken = [self._take() for _ in range(depth + 1)]
        taken[0], taken[-1] = taken[-1], taken[0]
        self._symbols.extend(reversed(taken))

    def spilling(self) -> str:
        """Text that puts all symbols on the real stack, for a way out of the function."""
        items = [
            f"(1 if {self._conditions[symbol]} else 0)" if symbol in self._conditions else symbol
            for symbol in self._symbols
        ]
        if not items:
            return ""
        return f"s.append({items[0]}); " if len(items) == 1 else f"s += ({', '.join(items)}); "

    def spill(self) -> None:
        """Put all symbols on the real stack and go on."""
        if self._symbols:
            self._lines.append(self.spilling().rstrip("; "))
        self._level += len(self._symbols)
        self._symbols.clear()

    def exchange(self, takes: int, gives: int) -> None:
        """Account for an opcode that works on the real stack, after `spill`."""
        self.need = max(self.need, takes - self._level)
        self._level += gives - takes
        self.peak = max(self.peak, self._level)

    def clear(self) -> None:
        """Forget all symbols: execution ends, nobody will look."""
        self._symbols.clear()

    def _take(self) -> str:
        if self._symbols:
            return self._symbols.pop()
        self._level -= 1
        self.need = max(self.need, -self._level)
        return self._assign("s.pop()")

    def _assign(self, text: str) -> str:
        symbol = self._name()
        self._lines.append(f"{symbol} = {text}")
        return symbol

    def _name(self) -> str:
        self._counter += 1
        return f"v{self._counter}"
