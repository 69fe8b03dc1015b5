"""Hypothesis strategies for the arguments of calls, by ABI type.

Numbers are biased to the boundaries of their type and to values now in the state, each with its
neighbours; addresses to the system's accounts; byte strings to call data that means something.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from hypothesis import strategies as st

from harness.compile import AbiFunction, AbiType, encode
from harness.judges.fuzz.lessons import Lessons
from harness.judges.fuzz.pools import Pool

__all__ = ["ArgumentDrawer", "Draw"]

Draw = Callable[[st.SearchStrategy[Any]], Any]
"""Draws a value from a strategy, as ``data.draw`` of Hypothesis does."""

_WORD = 1 << 256


def _choice(options: tuple[Any, ...]) -> st.SearchStrategy[Any]:
    # Python has (0, 1) == (False, True), and the ABI does not.
    return _typed_choice(tuple(map(type, options)), options)


@lru_cache(maxsize=4096)
def _typed_choice(types: tuple[type, ...], options: tuple[Any, ...]) -> st.SearchStrategy[Any]:
    return st.sampled_from(options)


@lru_cache(maxsize=64)
def _integers(low: int, high: int) -> st.SearchStrategy[int]:
    return st.integers(low, high)


_ONE_IN_FOUR = st.sampled_from((True, True, True, False))
_ARRAY_LENGTHS = st.integers(0, 3)
_BLOBS = st.binary(max_size=40)
_KINDS_OF_NUMBERS = st.sampled_from(
    ("own",) * 4 + ("others",) * 3 + ("small",) * 2 + ("boundary",) * 2 + ("constant", "random")
)
_NEIGHBOURS = st.sampled_from((0, 0, 0, 1, -1))
_KINDS_OF_BYTES = st.sampled_from(("empty", "sent", "call", "call", "blob"))


class ArgumentDrawer:
    """Draws arguments for the functions of a system.

    ``calls`` are the functions that call data inside a ``bytes`` argument may be made for.
    ``formats`` says what a given ``bytes`` argument holds and ``likely`` which values of an
    argument have a chance, both by ``contract.function.argument``.
    """

    def __init__(
        self,
        pool: Pool,
        accounts: tuple[int, ...],
        calls: tuple[tuple[str, AbiFunction], ...],
        formats: Mapping[str, tuple[str, ...]],
        likely: Mapping[str, tuple[Any, ...]],
        lessons: Lessons,
    ) -> None:
        self.pool = pool
        self._likely = likely
        self._lessons = lessons
        self._accounts = accounts
        self._calls = _choice(calls)
        self._formats = {
            name: tuple(AbiType.parse(kind) for kind in kinds) for name, kinds in formats.items()
        }

    def arguments(
        self, draw: Draw, contract: str, function: AbiFunction, sender: int, depth: int = 0
    ) -> tuple[Any, ...]:
        """Arguments for a call of ``contract.function`` by ``sender``."""
        known = self._lessons.about(contract, function.name).values
        drawn = []
        for position, parameter in enumerate(function.inputs):
            where = f"{contract}.{function.name}.{parameter.name}"
            promising = (*self._likely.get(where, ()), *known.get(position, ()))
            if promising and draw(_ONE_IN_FOUR):
                drawn.append(draw(_choice(promising)))
                continue
            layout = self._formats.get(where)
            if layout is not None:
                values = [self._value(draw, kind, contract, sender, depth) for kind in layout]
                drawn.append(encode(layout, values))
            else:
                drawn.append(self._value(draw, parameter.type, contract, sender, depth))
        return tuple(drawn)

    def ether(self, draw: Draw, contract: str, sender: int) -> int:
        """Wei for a payable call that nobody suggested an amount for."""
        numbers = (*self.pool.own(sender), *self.pool.others(contract))
        amount: int = draw(_choice((0, 1, *(n for n in numbers if n < 10**24))))
        return amount

    def _value(self, draw: Draw, kind: AbiType, contract: str, sender: int, depth: int) -> Any:
        match kind.kind:
            case "array":
                assert kind.item is not None
                count = draw(_ARRAY_LENGTHS) if kind.length is None else kind.length
                return tuple(
                    self._value(draw, kind.item, contract, sender, depth) for _ in range(count)
                )
            case "tuple":
                return tuple(
                    self._value(draw, each.type, contract, sender, depth)
                    for each in kind.components
                )
            case "uint" | "int":
                return self._number(draw, kind, contract, sender)
            case "address":
                return draw(_choice((*self._accounts, sender, sender, sender, sender)))
            case "bool":
                return draw(_choice((False, True)))
            case "string":
                return draw(_choice(("", "a")))
            case "bytesN":
                size = kind.bits // 8
                return draw(_choice((bytes(size), b"\x01" + bytes(size - 1), b"\xff" * size)))
            case "bytes":
                return self._bytes(draw, depth)

    def _number(self, draw: Draw, kind: AbiType, contract: str, sender: int) -> int:
        low, high = kind.bounds
        match draw(_KINDS_OF_NUMBERS):
            case "own":
                options = self.pool.own(sender)
            case "others":
                options = self.pool.others(contract)
            case "constant":
                options = [*self.pool.constants(contract), 2, 10, 10**18]
            case "small":
                options = [0, 1, 2, 3]
            case "boundary":
                options = [0, high, high - 1, low]
            case _:
                random: int = draw(_integers(low, high))
                return random
        fitting = tuple(n for n in options if low <= n <= high) or (0, 1)
        number: int = draw(_choice(fitting)) + draw(_NEIGHBOURS)
        return min(max(number, low), high)

    def _bytes(self, draw: Draw, depth: int) -> bytes:
        match draw(_KINDS_OF_BYTES):
            case "sent":
                sent = self._sent()
                return bytes(draw(_choice(sent))) if sent else b""
            case "call" if depth == 0:
                contract, function = draw(self._calls)
                sender = draw(_choice(self._accounts))
                args = self.arguments(draw, contract, function, sender, depth + 1)
                return bytes(function.encode_call(*args))
            case "blob":
                return bytes(draw(_BLOBS))
        return b""

    def _sent(self) -> tuple[bytes, ...]:
        """Call data of messages that were sent: what a replay would use."""
        world = self.pool.world
        channels = [c for t in world.compiled.system.transports for c in t.channels]
        return tuple(dict.fromkeys(m.data for c in channels for m in world.messages(c)))
