"""From slots back to names, on what a real compiler laid out: every written slot has its name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from harness import Deployment, System, chain_at, contract, user
from harness.chain.deployment import deploy_world
from harness.chain.world import ConcreteWorld
from harness.compile import BytesType
from harness.compiled import CompiledSystem, compile_system
from harness.step import CallStep
from harness.world import Index, Key, Length, Member, Place

FOLDER = Path(__file__).parents[1] / "fixtures" / "attribution"
LONG, SHORT = bytes(range(1, 78)), b"short"


class Shelving(System):
    """One contract with every layout there is."""

    sources = ("Shelves.sol",)
    l1 = chain_at(block=1, time=1_700_000_000)
    alice = user()
    bob = user()
    shelves = contract(l1, "Shelves")

    @classmethod
    def deploy(cls, d: Deployment) -> None:
        """Deploy it, empty."""
        d.create(cls.shelves)


ALICE, BOB = Shelving.alice.address, Shelving.bob.address


@pytest.fixture(scope="module")
def compiled() -> CompiledSystem:
    return compile_system(Shelving, FOLDER)


@pytest.fixture
def world(compiled: CompiledSystem) -> ConcreteWorld:
    return deploy_world(compiled)


def written(world: ConcreteWorld, function: str, *args: Any) -> dict[str, Any]:
    """The values in all slots that a call writes, by their places; each agrees with the slot."""
    (made,) = world.run(CallStep("alice", "shelves", function, args)).transactions
    assert made.succeeded
    assert made.receipt.writes
    found: dict[str, Any] = {}
    for write in made.receipt.writes:
        leaves = world.leaves_of("shelves", write.slot)
        assert leaves, f"slot {write.slot:#x} has no name"
        for leaf in leaves:
            value = world.load(leaf.place)
            if not isinstance(leaf.kind, BytesType):
                assert value == leaf.kind.from_word(write.new, leaf.offset)
            found[str(leaf.place).removeprefix("shelves.")] = value
    return found


def test_values_that_share_a_slot(world: ConcreteWorld) -> None:
    assert written(world, "setPlain", 2**256 - 1, 7, 1, True, BOB) == {
        "plain": 2**256 - 1,
        "small": 7,
        "mood": 1,
        "open": True,
        "keeper": BOB,
    }


def test_mappings_by_every_kind_of_key(world: ConcreteWorld) -> None:
    word = b"\x01" + bytes(31)
    assert written(world, "setMappings", ALICE, BOB, word, "a name", -5) == {
        f"balances[{ALICE}]": 11,
        f"allowances[{ALICE}][{BOB}]": 12,
        f"seen[{word!r}]": True,
        "byName[a name]": 13,
        "signed[-5]": -6,
    }
    assert world.load(Place("shelves", "allowances", (Key(ALICE), Key(BOB)))) == 12


PACKED = {"low": 31, "flag": True, "who": BOB, "delta": -32, "whole": 33}


def test_a_packed_struct(world: ConcreteWorld) -> None:
    expected = {f"packed.{name}": value for name, value in PACKED.items()}
    assert written(world, "setPacked", BOB) == expected


@pytest.mark.parametrize("blob", [SHORT, LONG])
def test_a_struct_in_a_mapping_with_all_that_may_be_inside(
    world: ConcreteWorld, blob: bytes
) -> None:
    entry = f"entries[{ALICE}]"
    assert written(world, "setEntry", ALICE, blob) == {
        f"{entry}.amount": 21,
        f"{entry}.limit": 22,
        f"{entry}.notes[7]": 23,
        f"{entry}.list.length": 2,
        f"{entry}.list[0]": 24,
        f"{entry}.list[1]": 25,
        f"{entry}.blob": blob,
        f"{entry}.inner.low": 26,
        f"{entry}.inner.flag": True,
        f"{entry}.inner.who": ALICE,
        f"{entry}.inner.delta": -27,
        f"{entry}.inner.whole": 28,
    }
    assert world.numbers_in_sight() == {0, 7}


@pytest.mark.parametrize("label", [b"", SHORT, LONG])
@pytest.mark.parametrize("count", [1, 3, 70])
def test_arrays_of_all_kinds(world: ConcreteWorld, count: int, label: bytes) -> None:
    """Far along too, where no preimage is near: 70 items of 3 slots each, with arrays inside."""
    found = written(world, "push", count, label, BOB)
    last = count - 1
    assert found["numbers.length"] == found["narrow.length"] == found["items.length"] == count
    assert found[f"numbers[{last}]"] == found[f"narrow[{last}]"] == count
    assert found[f"lists[{BOB}][{last}]"] == found[f"items[{last}].id"] == count
    assert found[f"items[{last}].owners[0]"] == BOB
    assert found.get(f"items[{last}].label", b"") == label
    owners = (Index(last), Member("owners"), Length())
    assert world.load(Place("shelves", "items", owners)) == 1


def test_arrays_of_fixed_length(world: ConcreteWorld) -> None:
    found = written(world, "setFixed")
    assert {name: value for name, value in found.items() if value} == {
        "fixedOnes[0]": 41,
        "fixedOnes[1]": 42,
        "fixedOnes[2]": 43,
        "fixedNarrow[0]": 44,
        "fixedNarrow[16]": 45,
        "fixedNarrow[19]": 46,
    }


@pytest.mark.parametrize(("data", "text"), [(SHORT, "é"), (LONG, "x" * 200), (LONG[:31], "y" * 32)])
def test_byte_strings(world: ConcreteWorld, data: bytes, text: str) -> None:
    assert written(world, "setBytes", data, text) == {"data": data, "text": text}
    assert written(world, "setBytes", b"", text) == {"data": b""}


def test_a_slot_that_belongs_to_nothing(world: ConcreteWorld) -> None:
    assert world.leaves_of("shelves", 2**255) == ()
    assert world.leaves_of("shelves", 2**256 - 1) == ()


def test_another_world_names_the_same(compiled: CompiledSystem) -> None:
    """Names come from what was hashed, wherever the storage came from: nothing is left behind."""
    one, other = deploy_world(compiled), deploy_world(compiled)
    mark = other.mark()
    assert written(one, "setPacked", BOB) == written(other, "setPacked", BOB)
    other.restore(mark)
    assert written(other, "push", 2, SHORT, BOB) == written(one, "push", 2, SHORT, BOB)
