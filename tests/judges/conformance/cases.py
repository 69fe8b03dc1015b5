"""Random calls of a system's functions, and random storage for them to meet."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

from harness.chain import Chain
from harness.compile import AbiFunction
from harness.compile.abi_types import AbiType
from harness.judges.conform.comparing import word_of_fields
from harness.symbolic.machine import EndState, Machine
from harness.symbolic.terms import Assignment, evaluate

_EDGES = (0, 1, 2, 3, 31, 32, 33, 2**32, 2**64 - 1, 2**128 - 1, 2**128, 2**255, 2**256 - 1)


class Chooser:
    """Random values that are likely to matter on a chain."""

    def __init__(
        self, random: Random, accounts: list[int], likely: Mapping[str, tuple[Any, ...]]
    ) -> None:
        self.random = random
        self.accounts = accounts
        self.likely = likely
        self.seen: list[int] = [0, 1, 10**18]
        """Numbers in use: storage words, arguments so far."""

    def number(self) -> int:
        """A word."""
        kind = self.random.randrange(8)
        if kind < 3:
            return self.random.choice(self.seen)
        if kind == 3:
            return (self.random.choice(self.seen) + self.random.choice((-1, 1))) % 2**256
        if kind == 4:
            return self.random.randrange(1000)
        if kind == 5:
            return self.random.choice(_EDGES)
        if kind == 6:
            return self.random.randrange(10**20)
        return self.random.getrandbits(self.random.randrange(1, 257))

    def value(self, kind: AbiType, where: str = "") -> Any:
        """A value of an ABI type."""
        promising = self.likely.get(where, ())
        if promising and self.random.random() < 0.6:
            chosen = self.random.choice(promising)
            chosen = getattr(chosen, "address", chosen)
            if isinstance(chosen, bytes | int):
                return chosen
        if kind.kind == "bool":
            return self.random.random() < 0.5
        if kind.kind == "address":
            return self.address()
        if kind.kind == "uint":
            return self.number() % (1 << kind.bits)
        if kind.kind == "int":
            return self.number() % (1 << kind.bits) - (1 << (kind.bits - 1))
        if kind.kind == "bytesN":
            return (self.number() % (1 << kind.bits)).to_bytes(kind.bits // 8, "big")
        if kind.kind in ("bytes", "string"):
            content = self.content()
            return content if kind.kind == "bytes" else content.hex()
        if kind.kind == "tuple":
            return tuple(self.value(part.type) for part in kind.components)
        assert kind.item is not None
        count = kind.length if kind.length is not None else self.random.randrange(4)
        return tuple(self.value(kind.item) for _ in range(count))

    def address(self) -> int:
        """An account; hardly ever one that nobody knows."""
        if self.random.random() < 0.1:
            return self.random.getrandbits(160) | 1 << 159
        return self.random.choice(self.accounts)

    def content(self) -> bytes:
        """A byte string: often empty, often of words, with any length."""
        kind = self.random.randrange(4)
        if kind == 0:
            return b""
        if kind == 1:
            words = [self.number() for _ in range(self.random.randrange(1, 5))]
            return b"".join(word.to_bytes(32, "big") for word in words)
        if kind == 2:
            offset = self.random.choice((32, 64, 64, 64))
            size = self.random.choice((0, 0, 0, 1, 40))
            words = [self.number(), offset, size]
            return b"".join(word.to_bytes(32, "big") for word in words) + bytes(size)
        return self.random.randbytes(self.random.choice((1, 4, 31, 32, 33, 64, 100)))

    def arguments(self, contract: str, function: AbiFunction) -> list[Any]:
        """Arguments for a function."""
        return [self.value(p.type, f"{contract}.{function.name}.{p.name}") for p in function.inputs]


def stir(
    chooser: Chooser, end: EndState, machine: Machine, values: Assignment, chain: Chain
) -> None:
    """Put random values of the right types into words of storage that a path reads."""
    for region, keys in end.loads:
        if chooser.random.random() < 0.4:
            continue
        try:
            where = tuple(evaluate(key, values) for key in keys)
        except (ValueError, LookupError):
            continue
        address = machine.setting.account(region.contract).address
        slot = region.slot(where)
        word = chain.storage(address, slot)
        if region.fields[0].part:
            long = chooser.random.random() < 0.5
            size = (
                chooser.random.choice((32, 33, 64, 100)) if long else chooser.random.randrange(32)
            )
            data = chooser.random.getrandbits(8 * size) << 8 * (31 - size) if not long else 0
            chain.set_storage(address, slot, word_of_fields(region, [int(long), size, size, data]))
            continue
        for field in region.fields:
            if field.kind is None or chooser.random.random() < 0.3:
                continue
            value = chooser.number()
            if field.width == 160:
                value = chooser.address()
            value %= field.most + 1
            mask = (1 << field.width) - 1
            word = word & ~(mask << field.offset) | value << field.offset
        chain.set_storage(address, slot, word)
