"""The state right after deployment under symbolic keys: where induction for all keys begins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.compile import ArrayType, MappingType, StorageType, StructType, ValueType
from harness.compile.abi_types import AbiType
from harness.symbolic.machine import Unsupported
from harness.symbolic.terms import Int, compare, const, ite, or_, same_key
from harness.symbolic.values import SymBytes, SymInt
from harness.symbolic.world.initial import InitialValues
from harness.symbolic.world.values import argument, flag, key_word, storage_value
from harness.symbolic.world.values import number as plain
from harness.world import Accessor, Key, MessageFacts, MessageKind, Place, Value

if TYPE_CHECKING:
    from harness.chain.world import ConcreteWorld

__all__ = ["DeployedWorld"]


class DeployedWorld(InitialValues):
    """A deployed system whose mappings can be read under symbolic keys.

    What was never written is zero: every non-zero slot must belong to a variable that is known.
    """

    def __init__(self, world: ConcreteWorld) -> None:
        super().__init__(world)
        self._deployed = world

    def load(self, place: Place) -> Value:
        """The value at a place; a choice over all entries there are, for a symbolic key."""
        if not any(
            isinstance(a, Key) and isinstance(a.value, SymBytes | SymInt) for a in place.path
        ):
            return super().load(place)
        kind, keys = self._walk(place)
        found: Int = const(0)
        for slot, word in self._deployed.storage_of(place.contract).items():
            leaves = self._deployed.leaves_of(place.contract, slot)
            if not leaves and word:
                raise Unsupported(f"slot {slot:#x} of {place.contract} belongs to no variable")
            for leaf in leaves:
                if _alike(place, leaf.place) and isinstance(leaf.kind, ValueType):
                    bits = (word >> (8 * leaf.offset)) % (1 << (8 * leaf.kind.size))
                    there = self._walk(leaf.place)[1]
                    found = ite(same_key(keys, there), const(bits), found)
        return storage_value(kind, found)

    def message(self, channel: str, number: Value) -> MessageFacts:
        """What is known of a message; a choice over all that there are, for a symbolic number."""
        if not isinstance(number, SymInt):
            return super().message(channel, number)
        known = self._deployed.messages(channel)
        facts = [self._deployed.message(channel, n) for n in range(len(known) + 1)]

        def chosen(name: str) -> Int:
            # The last of them was not sent: what is true of it is true of every other number.
            found = const(_as_number(getattr(facts[-1], name)))
            for each, told in enumerate(facts[:-1]):
                here = compare.eq(number.term, const(each))
                found = ite(here, const(_as_number(getattr(told, name))), found)
            return found

        flags = {
            name: flag(compare.ne(chosen(name), const(0)))
            for name in ("sent", "in_flight", "delivered", "lost", "taken", "accepted")
        }
        numbers = {n: plain(chosen(n)) for n in ("due", "sender", "target", "value")}
        commitment = argument(AbiType.parse("bytes32"), chosen("commitment"))
        return MessageFacts(**flags, **numbers, commitment=commitment)

    def is_of_kind(self, kind: MessageKind, number: Value) -> Value:
        """Whether a message was sent and is of a kind; also for a symbolic number."""
        if not isinstance(number, SymInt):
            return super().is_of_kind(kind, number)
        return flag(
            or_(
                *(
                    compare.eq(number.term, const(each.number))
                    for each in self._deployed.messages(kind.channel)
                    if kind.covers(each)
                )
            )
        )

    def message_argument(self, kind: MessageKind, field: str, number: Value) -> Value:
        """An argument of a message; a choice over all of its kind, for a symbolic number."""
        if not isinstance(number, SymInt):
            return super().message_argument(kind, field, number)
        found: Int = const(0)
        for each in self._deployed.messages(kind.channel):
            if kind.covers(each):
                told = const(self._deployed.message_argument(kind, field, each.number))
                found = ite(compare.eq(number.term, const(each.number)), told, found)
        return plain(found)

    def _walk(self, place: Place) -> tuple[ValueType, tuple[Int, ...]]:
        """The type of a value, and the keys that lead to it as words."""
        layout = self.compiled.layout(place.contract)
        kind: StorageType = layout.variable(place.variable).type
        keys: list[Int] = []
        for accessor in place.path:
            if isinstance(kind, MappingType) and isinstance(accessor, Key):
                keys.append(key_word(kind.key, accessor.value))
                kind = kind.value
            elif isinstance(kind, StructType):
                kind = kind.member(getattr(accessor, "name", "")).type
            elif isinstance(kind, ArrayType):
                kind = kind.item
            else:
                raise Unsupported(f"the place {place} in a property")
        if not isinstance(kind, ValueType):
            raise Unsupported(f"{place} in a property: a value of type {kind.name}")
        return kind, tuple(keys)


def _as_number(value: Value) -> int:
    return int.from_bytes(value, "big") if isinstance(value, bytes) else int(value)


def _alike(one: Place, other: Place) -> bool:
    """Whether two places differ in nothing but keys of mappings."""

    def shape(path: tuple[Accessor, ...]) -> list[object]:
        return [Key if isinstance(each, Key) else each for each in path]

    return one.variable == other.variable and shape(one.path) == shape(other.path)
