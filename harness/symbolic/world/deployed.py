"""The state right after deployment under symbolic keys: where induction for all keys begins."""

from __future__ import annotations

from harness.chain.world import ConcreteWorld
from harness.compile import ArrayType, MappingType, StorageType, StructType, ValueType
from harness.symbolic.machine import Unsupported
from harness.symbolic.terms import Int, const, ite, same_key
from harness.symbolic.values import SymInt
from harness.symbolic.world.initial import InitialValues
from harness.symbolic.world.values import key_word, storage_value
from harness.world import Accessor, Key, Place, Value

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
        if not any(isinstance(a, Key) and isinstance(a.value, SymInt) for a in place.path):
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


def _alike(one: Place, other: Place) -> bool:
    """Whether two places differ in nothing but keys of mappings."""

    def shape(path: tuple[Accessor, ...]) -> list[object]:
        return [Key if isinstance(each, Key) else each for each in path]

    return one.variable == other.variable and shape(one.path) == shape(other.path)
