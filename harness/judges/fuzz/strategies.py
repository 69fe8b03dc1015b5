"""Hypothesis strategies for the arguments of calls, by ABI type.

Numbers are biased to the boundaries of their type and to values now in the state, each with its
neighbours; addresses to the system's accounts; byte strings to call data that means something.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
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


_EVEN = st.booleans()
_ONE_IN_FOUR = st.sampled_from((True, True, True, False))
_ARRAY_LENGTHS = st.integers(0, 3)
_BLOBS = st.binary(max_size=40)
_KINDS_OF_NUMBERS = st.sampled_from(
    ("own",) * 4 + ("others",) * 3 + ("small",) * 2 + ("boundary",) * 2 + ("constant", "random")
)
_NEIGHBOURS = st.sampled_from((0, 0, 0, 1, -1))
_KINDS_OF_BYTES = st.sampled_from(("empty", "sent", "call", "call", "blob"))


@dataclass(frozen=True, slots=True)
class _Call:
    """The call that arguments are drawn for.

    ``callee`` is the contract whose address was drawn last: bytes that follow an address are
    probably a call of it.  ``depth`` counts calls inside of calls.
    """

    contract: str
    sender: int
    depth: int
    callee: str = ""


def _within(kind: AbiType, number: int) -> int:
    low, high = kind.bounds
    return min(max(number, low), high)


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
        compiled = pool.world.compiled
        self._named = {int(compiled.address(name)): name for name in compiled.contracts}
        self._contracts = _choice(tuple(self._named))
        self._calls_of = {
            name: _choice(own)
            for name in compiled.contracts
            if (own := tuple(call for call in calls if call[0] == name))
        }
        self._formats = {
            name: tuple(AbiType.parse(kind) for kind in kinds) for name, kinds in formats.items()
        }

    def arguments(
        self, draw: Draw, contract: str, function: AbiFunction, sender: int, depth: int = 0
    ) -> tuple[Any, ...]:
        """Arguments for a call of ``contract.function`` by ``sender``."""
        lesson = self._lessons.about(contract, function.name)
        call = _Call(contract, sender, depth)
        carries = any(parameter.type.kind == "bytes" for parameter in function.inputs)
        drawn: list[Any] = []
        for position, parameter in enumerate(function.inputs):
            where = f"{contract}.{function.name}.{parameter.name}"
            promising = (*self._likely.get(where, ()), *lesson.promising(position))
            layout = self._formats.get(where)
            value = self._promising(draw, parameter.type, promising)
            if value is None and layout is not None:
                value = encode(layout, [self._value(draw, kind, call) for kind in layout])
            elif value is None and carries and parameter.type.kind == "address" and draw(_EVEN):
                value = draw(self._contracts)
            elif value is None:
                value = self._value(draw, parameter.type, call)
            drawn.append(value)
            if parameter.type.kind == "address" and value in self._named:
                call = replace(call, callee=self._named[value])
        return tuple(drawn)

    def _promising(self, draw: Draw, kind: AbiType, values: tuple[Any, ...]) -> Any:
        """One of the values that have a chance, or ``None`` to try something else."""
        if not values or not draw(_ONE_IN_FOUR):
            return None
        value = draw(_choice(values))
        if callable(value):
            world = self.pool.world
            return _within(kind, value(world.compiled.system(world)) + draw(_NEIGHBOURS))
        return value

    def ether(self, draw: Draw, contract: str, sender: int) -> int:
        """Wei for a payable call that nobody suggested an amount for."""
        world = self.pool.world
        balance = world.ether(world.compiled.contracts[contract].chain.name, sender)
        numbers = (
            *self.pool.own(sender),
            *self.pool.others(contract),
            *self.pool.constants(contract),
            10**18,
        )
        amount: int = draw(_choice((0, 1, balance, *(n for n in numbers if n < balance))))
        neighbour: int = draw(_NEIGHBOURS)
        return max(0, amount + neighbour)

    def _value(self, draw: Draw, kind: AbiType, call: _Call) -> Any:
        match kind.kind:
            case "array":
                assert kind.item is not None
                count = draw(_ARRAY_LENGTHS) if kind.length is None else kind.length
                return tuple(self._value(draw, kind.item, call) for _ in range(count))
            case "tuple":
                return tuple(self._value(draw, each.type, call) for each in kind.components)
            case "uint" | "int":
                return self._number(draw, kind, call)
            case "address":
                return draw(_choice((*self._accounts, *(4 * [call.sender]))))
            case "bool":
                return draw(_choice((False, True)))
            case "string":
                return draw(_choice(("", "a")))
            case "bytesN":
                size = kind.bits // 8
                return draw(_choice((bytes(size), b"\x01" + bytes(size - 1), b"\xff" * size)))
            case "bytes":
                return self._bytes(draw, call)

    def _number(self, draw: Draw, kind: AbiType, call: _Call) -> int:
        low, high = kind.bounds
        match draw(_KINDS_OF_NUMBERS):
            case "own":
                options = self.pool.own(call.sender)
            case "others":
                options = self.pool.others(call.contract)
            case "constant":
                options = [*self.pool.constants(call.contract), 2, 10, 10**18]
            case "small":
                options = [0, 1, 2, 3]
            case "boundary":
                options = [0, high, high - 1, low]
            case _:
                random: int = draw(_integers(low, high))
                return random
        fitting = tuple(n for n in options if low <= n <= high) or (0, 1)
        return _within(kind, draw(_choice(fitting)) + draw(_NEIGHBOURS))

    def _bytes(self, draw: Draw, call: _Call) -> bytes:
        match draw(_KINDS_OF_BYTES):
            case "sent":
                sent = self._sent()
                return bytes(draw(_choice(sent))) if sent else b""
            case "call" if call.depth == 0:
                contract, function = draw(self._calls_of.get(call.callee, self._calls))
                sender = draw(_choice(self._accounts))
                args = self.arguments(draw, contract, function, sender, call.depth + 1)
                return bytes(function.encode_call(*args))
            case "blob":
                return bytes(draw(_BLOBS))
        return b""

    def _sent(self) -> tuple[bytes, ...]:
        """Call data of messages that were sent: what a replay would use."""
        world = self.pool.world
        channels = [c for t in world.compiled.system.transports for c in t.channels]
        return tuple(dict.fromkeys(m.data for c in channels for m in world.messages(c)))
